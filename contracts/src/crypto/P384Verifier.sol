// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IP384Verifier} from "../interfaces/IP384Verifier.sol";
import {DataContract} from "../evidence/DataContract.sol";
import {P384Field} from "./P384Field.sol";
import {P384Hinted} from "./P384Hinted.sol";
import {P384Jacobian} from "./P384Jacobian.sol";
import {P384Scalar} from "./P384Scalar.sol";
import {P384Table} from "./P384Table.sol";

/// @title ECDSA over P-384
/// @notice u1 G + u2 Q by one joint run of doublings, or a run of half the length along hints; docs/p384.md is the argument to this code.
/// @dev Without hints a point stands in Jacobian coordinates as (X, 2Y, Z): doubling then needs no small multiples of products.
/// Z = 0 exactly is the point at infinity. A stored coordinate is not above 2^384 + 2^163.
/// Fixed memory is taken from the allocator before it is used, so that every assembly block is memory-safe.
contract P384Verifier is IP384Verifier {
    using P384Field for uint256;

    // Memory without hints, from P384Jacobian.ACC; nothing was written there before, so digits begin as zeros.
    uint256 private constant ACC = P384Jacobian.ACC;
    uint256 private constant ACC_Y = ACC + 0x40;
    uint256 private constant ACC_Z = ACC + 0x80;
    uint256 private constant ENTRY = P384Jacobian.ENTRY;
    uint256 private constant ODD = 0x2240; // Q, 3Q, .. 15Q: x and y
    uint256 private constant SUMS = 0x2640; // Q, 2Q, .. 15Q: X, 2Y, Z
    uint256 private constant SUM = 0xc0;
    uint256 private constant PRODUCTS = 0x3240; // of the Z of 3Q, .. 15Q
    uint256 private constant U2_DIGITS = 0x3400; // two bytes for each of 385 places, the lowest first
    uint256 private constant U1_DIGITS = 0x3740;
    uint256 private constant PACKED = 0x3a80; // an entry of the table of the generator
    uint256 private constant END = 0x3ae0;
    uint256 private constant HEADER = 52; // bytes of hints before the program

    /// @dev The data contract that holds the multiples of the generator, P384Table.
    address private immutable _multiples;

    constructor() {
        _multiples = DataContract.writeRaw(P384Table.ODD_MULTIPLES);
    }

    /// @inheritdoc IP384Verifier
    function verify(bytes calldata digest, bytes calldata signature, bytes calldata publicKey)
        external
        view
        returns (bool)
    {
        return judge(digest, signature, publicKey);
    }

    /// @inheritdoc IP384Verifier
    function verifyWithHints(
        bytes calldata digest,
        bytes calldata signature,
        bytes calldata publicKey,
        bytes calldata hints
    ) external view returns (bool) {
        if (hints.length == 0) return judge(digest, signature, publicKey);
        if (digest.length != 48 || signature.length != 96 || publicKey.length != 96) return false;
        prepare();
        return placeKey(P384Hinted.TABLE, publicKey) && placeNonce(signature, hints) && follow(hints) && balances(digest, signature);
    }

    /// @notice Takes the fixed memory of a run over hints.
    function prepare() private pure {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
            mstore(0x40, 0x2a00)
        }
        assert(free <= P384Hinted.START);
    }

    function placeKey(uint256 place, bytes calldata point) private pure returns (bool) {
        (uint256 x1, uint256 x0) = word(point, 0);
        (uint256 y1, uint256 y0) = word(point, 48);
        return placePoint(place, x1, x0, y1, y0);
    }

    /// @notice Puts R into memory: x is r, or r + n where the hints say so; y is the hints'.
    function placeNonce(bytes calldata signature, bytes calldata hints) private pure returns (bool) {
        if (hints.length < HEADER || uint8(hints[0]) > 1) return false;
        (uint256 x1, uint256 x0) = word(signature, 0);
        if (!P384Scalar.inRange(x1, x0)) return false;
        if (uint8(hints[0]) == 1) {
            unchecked {
                x0 += P384Scalar.N_LOW;
                x1 += P384Scalar.N_HIGH + (x0 < P384Scalar.N_LOW ? 1 : 0);
            }
            if (x1 > P384Field.P_HIGH) return false;
        }
        (uint256 y1, uint256 y0) = word(hints, 1);
        return placePoint(P384Hinted.TABLE + 0x400, x1, x0, y1, y0);
    }

    /// @notice Runs the program of the hints along their slopes.
    function follow(bytes calldata hints) private view returns (bool) {
        uint256 place;
        uint256 count;
        uint256 program;
        assembly ("memory-safe") {
            place := byte(0, calldataload(add(hints.offset, 49)))
            count := shr(240, calldataload(add(hints.offset, 50)))
            program := add(hints.offset, HEADER)
        }
        unchecked {
            if (place > 223 || count < 2 || HEADER + 2 * count > hints.length) return false;
            uint256 slopes = program + 2 * count;
            return P384Hinted.run(program, slopes, program + hints.length - HEADER, place, _multiples) == 0;
        }
    }

    /// @notice Whether what was summed is the signature's equation: with sums q Q + k R + (g + 2^192 h) G = 0, that is
    /// q s + k r = 0 and (g + 2^192 h) s + k e = 0 modulo n, and k not zero.
    function balances(bytes calldata digest, bytes calldata signature) private pure returns (bool) {
        (int256 q, int256 k, int256 g, int256 h) = P384Hinted.sums();
        (uint256 s1, uint256 s0) = word(signature, 48);
        if (k == 0 || !P384Scalar.inRange(s1, s0)) return false;
        {
            (uint256 r1, uint256 r0) = word(signature, 0);
            if (!cancel(q, s1, s0, k, r1, r0)) return false;
        }
        (uint256 e1, uint256 e0) = word(digest, 0);
        (e1, e0) = scaled(k, e1, e0);
        (uint256 t1, uint256 t0) = scaled(g, s1, s0);
        (e1, e0) = P384Scalar.add(e1, e0, t1, t0);
        (s1, s0) = P384Scalar.mul(s1, s0, 0, 1 << 192);
        return cancel(1, e1, e0, h, s1, s0);
    }

    /// @notice Whether a x + b y = 0 modulo n.
    function cancel(int256 a, uint256 x1, uint256 x0, int256 b, uint256 y1, uint256 y0) private pure returns (bool) {
        (x1, x0) = scaled(a, x1, x0);
        (y1, y0) = scaled(b, y1, y0);
        (x1, x0) = P384Scalar.add(x1, x0, y1, y0);
        return x1 | x0 == 0;
    }

    function scaled(int256 k, uint256 x1, uint256 x0) private pure returns (uint256, uint256) {
        unchecked {
            (x1, x0) = P384Scalar.mul(x1, x0, 0, k < 0 ? uint256(-k) : uint256(k));
            return k < 0 ? P384Scalar.negate(x1, x0) : (x1, x0);
        }
    }

    function judge(bytes calldata digest, bytes calldata signature, bytes calldata publicKey) private view returns (bool) {
        if (digest.length != 48 || signature.length != 96 || publicKey.length != 96) return false;
        allocate();
        (uint256 r1, uint256 r0) = word(signature, 0);
        {
            (uint256 s1, uint256 s0) = word(signature, 48);
            if (!P384Scalar.inRange(r1, r0) || !P384Scalar.inRange(s1, s0)) return false;
            if (!placeKey(ODD, publicKey)) return false;
            (s1, s0) = P384Scalar.inverse(s1, s0, P384Scalar.N_LOW);
            (uint256 e1, uint256 e0) = word(digest, 0);
            (e1, e0) = P384Scalar.mul(e1, e0, s1, s0);
            recode(e1, e0, U1_DIGITS, 9);
            (e1, e0) = P384Scalar.mul(r1, r0, s1, s0);
            recode(e1, e0, U2_DIGITS, 5);
        }
        tabulate();
        normalize();
        run();
        return hasAbscissa(r1, r0);
    }

    /// @notice Takes the fixed memory of a run without hints.
    function allocate() private pure {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
            mstore(0x40, END)
        }
        assert(free <= P384Jacobian.START);
        P384Jacobian.prepare();
    }

    /// @notice The number of 48 bytes at an offset.
    function word(bytes calldata data, uint256 offset) private pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            high := shr(128, calldataload(add(data.offset, offset)))
            low := calldataload(add(add(data.offset, offset), 16))
        }
    }

    /// @notice Puts a point into memory as x and y in the field, unless a coordinate is not below p or the point is off the curve.
    function placePoint(uint256 place, uint256 x1, uint256 x0, uint256 y1, uint256 y0) private pure returns (bool) {
        if (x1 == P384Field.P_HIGH && x0 >= P384Field.P_LOW) return false;
        if (y1 == P384Field.P_HIGH && y0 >= P384Field.P_LOW) return false;
        (x1, x0) = toField(x1, x0);
        (y1, y0) = toField(y1, y0);
        store(place, x1, x0);
        store(place + 0x40, y1, y0);
        // x (x^2 - 3) + b - y^2 must vanish; one is 2^256 - 1, three is 3 * 2^256 - 3.
        (uint256 t1, uint256 t0) = x1.square(x0);
        (t1, t0) = t1.sub4(t0, 2, type(uint256).max - 2);
        (t1, t0) = t1.mul(t0, x1, x0);
        (t1, t0) = t1.add(
            t0, 0xc656398e3d6001450cc4b0d1b94900b3, 0xb4ea74dc61ce7ee7b3171964ceee9938a359a929713e66e5887ab8477c275c6b
        );
        (uint256 v1, uint256 v0) = y1.square(y0);
        (t1, t0) = t1.sub4(t0, v1, v0);
        (t1, t0) = t1.mul(t0, 0, type(uint256).max);
        return t1.isZero(t0);
    }

    /// @notice Fills ODD with 3Q, 5Q, .. 15Q, for Q at its start. Q has the order n: none of these sums is of equal or opposite points.
    function tabulate() private pure {
        take(ODD, false);
        start();
        copy(SUMS + SUM, ACC);
        unchecked {
            for (uint256 k = 2; k < 16; k += 2) {
                copy(ACC, SUMS + (k >> 1) * SUM);
                P384Jacobian.double();
                copy(SUMS + k * SUM, ACC);
                take(ODD, false);
                P384Jacobian.add();
                copy(SUMS + (k + 1) * SUM, ACC);
            }
        }
    }

    /// @notice Brings 3Q, 5Q, .. 15Q to affine coordinates with one inversion for all (Montgomery's trick).
    function normalize() private view {
        unchecked {
            (uint256 v1, uint256 v0) = load(SUMS + 3 * SUM + 0x80);
            store(PRODUCTS, v1, v0);
            for (uint256 i = 1; i < 7; i++) {
                (uint256 z1, uint256 z0) = load(SUMS + (2 * i + 3) * SUM + 0x80);
                (v1, v0) = v1.mul(v0, z1, z0);
                store(PRODUCTS + i * 0x40, v1, v0);
            }
            // Below 2^384 for the precompile; its inverse is over 2^256 - 1 instead of times it: hence the cube.
            if (v1 > P384Field.P_HIGH) (v1, v0) = (0, v0 + P384Field.EPSILON);
            (v1, v0) = P384Scalar.inverse(v1, v0, P384Field.P_LOW);
            (v1, v0) = v1.mul(v0, 0, P384Field.CUBE);
            for (uint256 i = 6; i > 0; i--) {
                (uint256 q1, uint256 q0) = load(PRODUCTS + (i - 1) * 0x40);
                (q1, q0) = q1.mul(q0, v1, v0);
                (uint256 z1, uint256 z0) = load(SUMS + (2 * i + 3) * SUM + 0x80);
                (v1, v0) = v1.mul(v0, z1, z0);
                divide(i, q1, q0);
            }
            divide(0, v1, v0);
        }
    }

    /// @notice Writes (2i + 3)Q to ODD, given the inverse of its Z.
    function divide(uint256 i, uint256 q1, uint256 q0) private pure {
        unchecked {
            uint256 place = SUMS + (2 * i + 3) * SUM;
            (uint256 v1, uint256 v0) = q1.square(q0);
            (uint256 t1, uint256 t0) = load(place);
            (t1, t0) = t1.mul(t0, v1, v0);
            store(ODD + 0x80 + i * 0x80, t1, t0);
            (v1, v0) = v1.mul(v0, q1, q0);
            (t1, t0) = load(place + 0x40);
            (t1, t0) = t1.mul(t0, v1, v0);
            (t1, t0) = t1.half(t0);
            store(ODD + 0xc0 + i * 0x80, t1, t0);
        }
    }

    /// @notice The joint run: from the highest digit down, double, and add what the digits say.
    function run() private view {
        store(ACC_Z, 0, 0);
        unchecked {
            // u2 is not zero, because r is in range: so there is a highest digit.
            uint256 offset = 2 * 385;
            uint256 keyDigit;
            uint256 digit;
            do {
                offset -= 2;
                (keyDigit, digit) = digitsAt(offset);
            } while (keyDigit | digit == 0);
            while (true) {
                if (keyDigit != 0) {
                    // An odd digit d is entry |d| >> 1.
                    take(ODD + (keyDigit & 0x7f) * 0x80, keyDigit & 0x100 != 0);
                    add();
                }
                if (digit != 0) {
                    takeMultiple((digit & 0x7f) * 96, digit & 0x100 != 0);
                    add();
                }
                if (offset == 0) break;
                offset -= 2;
                P384Jacobian.double();
                (keyDigit, digit) = digitsAt(offset);
            }
        }
    }

    /// @notice Adds the entry to the accumulator, whatever the two points are.
    function add() private pure {
        (uint256 z1, uint256 z0) = load(ACC_Z);
        if (z1 | z0 == 0) {
            start();
            return;
        }
        uint256 kind = P384Jacobian.add();
        if (kind == 1) P384Jacobian.double();
        if (kind == 2) store(ACC_Z, 0, 0);
    }

    /// @notice Makes the entry the accumulator.
    function start() private pure {
        (uint256 t1, uint256 t0) = load(ENTRY);
        store(ACC, t1, t0);
        (t1, t0) = load(ENTRY + 0x40);
        (t1, t0) = t1.double(t0);
        // By one, for the bound of a product.
        (t1, t0) = t1.mul(t0, 0, type(uint256).max);
        store(ACC_Y, t1, t0);
        store(ACC_Z, 0, type(uint256).max);
    }

    /// @notice Makes plus or minus an affine point in memory the entry.
    function take(uint256 place, bool negative) private pure {
        uint256 entry = ENTRY;
        assembly ("memory-safe") {
            mcopy(entry, place, 0x80)
        }
        if (negative) negate();
    }

    /// @notice Makes plus or minus an odd multiple of the generator the entry.
    function takeMultiple(uint256 offset, bool negative) private view {
        address table = _multiples;
        uint256 entry = ENTRY;
        assembly ("memory-safe") {
            extcodecopy(table, PACKED, offset, 96)
            mstore(entry, shr(128, mload(PACKED)))
            mstore(add(entry, 0x20), mload(add(PACKED, 0x10)))
            mstore(add(entry, 0x40), shr(128, mload(add(PACKED, 0x30))))
            mstore(add(entry, 0x60), mload(add(PACKED, 0x40)))
        }
        if (negative) negate();
    }

    function negate() private pure {
        (uint256 y1, uint256 y0) = load(ENTRY + 0x40);
        (y1, y0) = uint256(0).sub4(0, y1, y0);
        store(ENTRY + 0x40, y1, y0);
    }

    /// @notice Whether the accumulator is a finite point whose x is r modulo n: r itself, or r + n where that is below p.
    function hasAbscissa(uint256 r1, uint256 r0) private pure returns (bool) {
        (uint256 z1, uint256 z0) = load(ACC_Z);
        if (z1 | z0 == 0) return false;
        (z1, z0) = z1.square(z0);
        if (isScaled(r1, r0, z1, z0)) return true;
        unchecked {
            uint256 s0 = r0 + P384Scalar.N_LOW;
            uint256 s1 = r1 + P384Scalar.N_HIGH + (s0 < r0 ? 1 : 0);
            if (s1 > P384Field.P_HIGH || (s1 == P384Field.P_HIGH && s0 >= P384Field.P_LOW)) return false;
            return isScaled(s1, s0, z1, z0);
        }
    }

    /// @notice Whether the accumulator's X is x Z^2.
    function isScaled(uint256 x1, uint256 x0, uint256 z1, uint256 z0) private pure returns (bool) {
        (x1, x0) = toField(x1, x0);
        (x1, x0) = x1.mul(x0, z1, z0);
        (z1, z0) = load(ACC);
        (x1, x0) = z1.sub4(z0, x1, x0);
        (x1, x0) = x1.mul(x0, 0, type(uint256).max);
        return x1.isZero(x0);
    }

    /// @notice x * (2^256 - 1) modulo p: the product with (2^256 - 1)^2, over 2^256 - 1.
    function toField(uint256 x1, uint256 x0) private pure returns (uint256, uint256) {
        return x1.mul(x0, 0xffffffffffffffffffffffffffffffff, 0x00000000fffffffffffffffeffffffffffffffff000000000000000100000000);
    }

    /// @notice Writes the signed digits of k in non-adjacent form of a width: odd, below half of 2^width. A digit d stands as
    /// 0x8000, and 0x100 if it is negative, and |d| >> 1.
    function recode(uint256 k1, uint256 k0, uint256 place, uint256 width) private pure {
        unchecked {
            uint256 size = 1 << width;
            while (k1 | k0 != 0) {
                if (k0 & 1 == 0) {
                    k0 = (k0 >> 1) | (k1 << 255);
                    k1 >>= 1;
                    place += 2;
                    continue;
                }
                uint256 digit = k0 & (size - 1);
                k0 -= digit;
                if (digit >= size >> 1) {
                    k0 += size;
                    if (k0 < size) k1++;
                    digit = 0x200 + size - digit;
                }
                assembly ("memory-safe") {
                    mstore(place, shl(240, or(0x8000, shr(1, digit))))
                }
                k0 = (k0 >> width) | (k1 << (256 - width));
                k1 >>= width;
                place += 2 * width;
            }
        }
    }

    function digitsAt(uint256 offset) private pure returns (uint256 keyDigit, uint256 digit) {
        assembly ("memory-safe") {
            keyDigit := shr(240, mload(add(U2_DIGITS, offset)))
            digit := shr(240, mload(add(U1_DIGITS, offset)))
        }
    }

    function load(uint256 place) private pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            high := mload(place)
            low := mload(add(place, 0x20))
        }
    }

    function store(uint256 place, uint256 high, uint256 low) private pure {
        assembly ("memory-safe") {
            mstore(place, high)
            mstore(add(place, 0x20), low)
        }
    }

    /// @notice Copies X, 2Y and Z.
    function copy(uint256 to, uint256 from) private pure {
        assembly ("memory-safe") {
            mcopy(to, from, 0xc0)
        }
    }
}
