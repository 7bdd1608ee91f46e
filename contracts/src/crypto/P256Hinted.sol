// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A signature on P-256 shown by hints
/// @notice q Q + k R + (g + 2^128 h) G = 0 with numbers of half the size, for the point R whose x is r; docs/p256.md is the argument.
/// @dev A point of the run stands in Jacobian coordinates as (X, 2Y, Z), an entry of a table as x and 2y. Every number is below p.
library P256Hinted {
    uint256 private constant P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff;
    uint256 private constant N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 private constant B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b;
    uint256 private constant P_LESS_TWO = 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffd;
    uint256 private constant HEADER = 36; // bytes of hints before the program
    uint256 private constant SLOPES = 8 * 32; // bytes behind it: one doubling and three additions of Q, then of R

    /// @dev Sums of the digits of Q, R, G and 2^128 G; Q, 3Q, 5Q, 7Q; R, 3R, 5R, 7R; the contract that holds the multiples of G; the
    /// offset in calldata behind the program.
    struct Run {
        int256[4] sums;
        uint256[8] key;
        uint256[8] nonce;
        address multiples;
        uint256 end;
    }

    /// @notice Whether hints show that a signature verifies; no hints show one that does not.
    /// @param hints The layout is in docs/p256.md.
    /// @param multiples The contract that holds P256Table.
    function shows(uint256 e, uint256 r, uint256 s, uint256 x, uint256 y, bytes calldata hints, address multiples)
        internal
        view
        returns (bool)
    {
        if (hints.length < HEADER + SLOPES || r == 0 || r >= N || s == 0 || s >= N || !isOnCurve(x, y)) return false;
        Run memory runs;
        runs.multiples = multiples;
        uint256 slopes;
        assembly ("memory-safe") {
            slopes := add(hints.offset, sub(hints.length, SLOPES))
        }
        return tabulate(runs.key, x, y, slopes) && placeNonce(runs.nonce, r, hints, slopes + SLOPES / 2) && follow(runs, hints)
            && balances(runs.sums, e, r, s);
    }

    function isOnCurve(uint256 x, uint256 y) private pure returns (bool) {
        return x < P && y < P && mulmod(y, y, P) == addmod(mulmod(addmod(mulmod(x, x, P), P - 3, P), x, P), B, P);
    }

    /// @notice Reads R: x is r, or r + n where the hints say so; y is the hints'.
    function placeNonce(uint256[8] memory table, uint256 r, bytes calldata hints, uint256 slopes) private pure returns (bool) {
        uint256 flag = uint8(hints[0]);
        if (flag > 1 || (flag == 1 && r >= P - N)) return false;
        unchecked {
            if (flag == 1) r += N;
        }
        uint256 y = uint256(bytes32(hints[1:33]));
        return isOnCurve(r, y) && tabulate(table, r, y, slopes);
    }

    /// @notice Fills a table with 1, 3, 5 and 7 times a point, as x and 2y, along four slopes in calldata.
    function tabulate(uint256[8] memory table, uint256 x, uint256 y, uint256 slopes) private pure returns (bool) {
        uint256 wrong;
        assembly ("memory-safe") {
            mstore(table, x)
            mstore(add(table, 0x20), addmod(y, y, P))
            // Minus the slope of the tangent: 3 x^2 - 3 + l 2y = 0. No point has y = 0, for the order is odd.
            let l := calldataload(slopes)
            wrong := addmod(mulmod(l, addmod(y, y, P), P), mulmod(3, addmod(mulmod(x, x, P), sub(P, 1), P), P), P)
            let twiceX := addmod(mulmod(l, l, P), mulmod(x, P_LESS_TWO, P), P)
            let twiceY := addmod(mulmod(l, addmod(twiceX, sub(P, x), P), P), sub(P, y), P)
            for { let end := add(table, 0x100) } 1 {} {
                table := add(table, 0x40)
                if eq(table, end) { break }
                slopes := add(slopes, 0x20)
                l := calldataload(slopes)
                // The chord: l (x of 2P - x) = y of 2P - y, and the x differ.
                let d := addmod(twiceX, sub(P, x), P)
                wrong := or(wrong, or(iszero(d), xor(mulmod(l, d, P), addmod(twiceY, sub(P, y), P))))
                d := addmod(addmod(mulmod(l, l, P), sub(P, x), P), sub(P, twiceX), P)
                y := addmod(mulmod(l, addmod(x, sub(P, d), P), P), sub(P, y), P)
                x := d
                mstore(table, x)
                mstore(add(table, 0x20), addmod(y, y, P))
            }
        }
        return wrong == 0;
    }

    /// @notice Runs the program of the hints, and adds up the digits of each table.
    /// @return Whether the multiples that were summed vanish together, and no sum on the way was of equal or opposite points.
    function follow(Run memory runs, bytes calldata hints) private view returns (bool) {
        uint256 place;
        uint256 program;
        uint256 count;
        assembly ("memory-safe") {
            place := byte(0, calldataload(add(hints.offset, 33)))
            count := shr(240, calldataload(add(hints.offset, 34)))
            program := add(hints.offset, HEADER)
        }
        unchecked {
            if (place > 223 || count < 2 || hints.length != HEADER + 2 * count + SLOPES) return false;
            runs.end = program + 2 * count;
        }
        return run(runs, program, place) == 0;
    }

    /// @param program Offset in calldata of the first operation, two bytes each; there are at least two.
    /// @param place The place of the first operation's digit, before its doublings.
    function run(Run memory runs, uint256 program, uint256 place) private view returns (uint256 wrong) {
        assembly ("memory-safe") {
            let x := 0
            let w := 0
            let z := 0
            let ex
            let ew
            for {} 1 {} {
                let operation := shr(240, calldataload(program))
                program := add(program, 2)
                {
                    let doublings := shr(11, operation)
                    place := sub(place, doublings)
                    // a = 3 (X - Z^2)(X + Z^2) in ex, s = X (2Y)^2 in ew; X' = a^2 - 2s, 2Y' = 2a (s - X') - (2Y)^4, Z' = 2Y Z.
                    for {} doublings { doublings := sub(doublings, 1) } {
                        ex := mulmod(z, z, P)
                        ex := mulmod(3, mulmod(addmod(x, ex, P), addmod(x, sub(P, ex), P), P), P)
                        z := mulmod(w, z, P)
                        w := mulmod(w, w, P)
                        ew := mulmod(x, w, P)
                        x := addmod(mulmod(ex, ex, P), mulmod(ew, P_LESS_TWO, P), P)
                        w := addmod(mulmod(addmod(ex, ex, P), addmod(ew, sub(P, x), P), P), sub(P, mulmod(w, w, P)), P)
                    }
                }
                {
                    let digit
                    switch and(operation, 0x200)
                    case 0 {
                        digit := and(operation, 3)
                        ex := add(mload(add(runs, shr(3, add(0x100, and(operation, 0x100))))), shl(6, digit))
                        ew := mload(add(ex, 0x20))
                        ex := mload(ex)
                    }
                    default {
                        digit := and(operation, 0x7f)
                        extcodecopy(mload(add(runs, 0x60)), 0, add(1, shl(6, add(digit, shr(1, and(operation, 0x100))))), 0x40)
                        ex := mload(0)
                        ew := mload(0x20)
                    }
                    digit := add(shl(1, digit), 1)
                    if and(operation, 0x400) {
                        digit := sub(0, digit)
                        ew := sub(P, ew)
                    }
                    let sum := add(mload(runs), shr(3, and(operation, 0x300)))
                    mstore(sum, add(mload(sum), shl(place, digit)))
                }
                if eq(program, mload(add(runs, 0x80))) { break }
                if iszero(z) {
                    x := ex
                    w := ew
                    z := 1
                    continue
                }
                // H = x Z^2 - X, R = 2y Z^3 - 2Y in ew, I = (2H)^2, J = H I, V = X I in ex;
                // X' = R^2 - J - 2V, 2Y' = 2 (R (V - X') - 2Y J), Z' = 2Z H.
                let h := mulmod(z, z, P)
                ew := addmod(mulmod(ew, mulmod(h, z, P), P), sub(P, w), P)
                h := addmod(mulmod(ex, h, P), sub(P, x), P)
                wrong := or(wrong, iszero(h))
                ex := addmod(h, h, P)
                z := mulmod(z, ex, P)
                ex := mulmod(ex, ex, P)
                h := mulmod(h, ex, P)
                ex := mulmod(x, ex, P)
                x := addmod(addmod(mulmod(ew, ew, P), sub(P, h), P), mulmod(ex, P_LESS_TWO, P), P)
                w := addmod(mulmod(ew, addmod(ex, sub(P, x), P), P), sub(P, mulmod(w, h, P)), P)
                w := addmod(w, w, P)
            }
            // The last entry is minus the sum: together they are infinity.
            let zz := mulmod(z, z, P)
            wrong := or(wrong, xor(x, mulmod(ex, zz, P)))
            wrong := or(wrong, or(place, addmod(w, mulmod(ew, mulmod(zz, z, P), P), P)))
        }
    }

    /// @notice Whether what was summed is the signature's equation: q s + k r = 0 and (g + 2^128 h) s + k e = 0 modulo n, and k not zero.
    function balances(int256[4] memory sums, uint256 e, uint256 r, uint256 s) private pure returns (bool) {
        uint256 k = scalar(sums[1]);
        if (k == 0 || addmod(mulmod(scalar(sums[0]), s, N), mulmod(k, r, N), N) != 0) return false;
        uint256 g = addmod(scalar(sums[2]), mulmod(scalar(sums[3]), 1 << 128, N), N);
        return addmod(mulmod(g, s, N), mulmod(k, e, N), N) == 0;
    }

    /// @notice A sum, below 2^248 in size, modulo n.
    function scalar(int256 sum) private pure returns (uint256) {
        unchecked {
            return sum < 0 ? N - uint256(-sum) : uint256(sum);
        }
    }
}
