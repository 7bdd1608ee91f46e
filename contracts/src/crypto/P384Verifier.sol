// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IP384Verifier} from "../interfaces/IP384Verifier.sol";
import {P384Double} from "./P384Double.sol";
import {P384Field} from "./P384Field.sol";
import {P384Scalar} from "./P384Scalar.sol";
import {P384Table} from "./P384Table.sol";

/// @title ECDSA over P-384 without hints
/// @notice u1 G + u2 Q by one joint run of doublings; docs/p384.md is the argument to this code.
/// @dev A point stands in Jacobian coordinates as (X, 2Y, Z): doubling then needs no small multiples of products.
/// Z = 0 exactly is the point at infinity. Bounds of stored coordinates, in units of 2^384: X 5, 2Y 10, Z 2.
/// Fixed memory is taken from the allocator before it is used, so that every assembly block is memory-safe.
contract P384Verifier is IP384Verifier {
    using P384Field for uint256;

    // Memory. The table of the generator lies below AREA; everything from there is fixed.
    uint256 private constant AREA = 0x2000;
    uint256 private constant ACC = 0x2000; // accumulator: X, 2Y, Z, two words each
    uint256 private constant ACC_Y = 0x2040;
    uint256 private constant ACC_Z = 0x2080;
    uint256 private constant U1 = 0x20c0; // addition: X1 and 2Y1 brought to the common denominator, H, R, Z1 Z2
    uint256 private constant S1 = 0x2100;
    uint256 private constant H = 0x2140;
    uint256 private constant R = 0x2180;
    uint256 private constant ZZ = 0x21c0;
    uint256 private constant TWICE = 0x2200; // 2Q as an entry
    uint256 private constant ODD = 0x2340; // Q, 3Q, .. 15Q: X, 2Y, Z, Z^2, Z^3
    uint256 private constant ENTRY = 0x140;
    uint256 private constant DIGITS = 0x2d40; // per bit: a digit of u2, a digit of u1
    uint256 private constant DIGITS_END = 0x3060;

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
        return hints.length == 0 && judge(digest, signature, publicKey);
    }

    function judge(bytes calldata digest, bytes calldata signature, bytes calldata publicKey) private view returns (bool) {
        if (digest.length != 48 || signature.length != 96 || publicKey.length != 96) return false;
        bytes memory multiples = P384Table.ODD_MULTIPLES;
        allocate();
        (uint256 r1, uint256 r0) = word(signature, 0);
        {
            (uint256 s1, uint256 s0) = word(signature, 48);
            if (!P384Scalar.inRange(r1, r0) || !P384Scalar.inRange(s1, s0)) return false;
            (s1, s0) = P384Scalar.inverse(s1, s0);
            (uint256 e1, uint256 e0) = word(digest, 0);
            (e1, e0) = P384Scalar.mul(e1, e0, s1, s0);
            recode(e1, e0, DIGITS + 1, 8);
            (e1, e0) = P384Scalar.mul(r1, r0, s1, s0);
            recode(e1, e0, DIGITS, 5);
        }
        if (!loadKey(publicKey)) return false;
        tabulate();
        run(multiples);
        return hasAbscissa(r1, r0);
    }

    /// @notice Takes the fixed memory: what is below AREA holds the table and what the compiler keeps for itself.
    function allocate() private pure {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
            mstore(0x40, DIGITS_END)
        }
        assert(free <= AREA);
    }

    /// @notice The number of 48 bytes at an offset.
    function word(bytes calldata data, uint256 offset) private pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            high := shr(128, calldataload(add(data.offset, offset)))
            low := calldataload(add(add(data.offset, offset), 16))
        }
    }

    /// @notice Puts the key into the accumulator unless a coordinate is not below p or the point is off the curve.
    function loadKey(bytes calldata publicKey) private pure returns (bool) {
        (uint256 x1, uint256 x0) = word(publicKey, 0);
        (uint256 y1, uint256 y0) = word(publicKey, 48);
        if (x1 == P384Field.P_HIGH && x0 >= P384Field.P_LOW) return false;
        if (y1 == P384Field.P_HIGH && y0 >= P384Field.P_LOW) return false;
        (x1, x0) = toField(x1, x0);
        (y1, y0) = toField(y1, y0);
        // x (x^2 - 3) + b - y^2 must vanish; one is 2^256, three is 3 * 2^256.
        (uint256 t1, uint256 t0) = x1.square(x0);
        (t1, t0) = t1.sub4(t0, 3, 0);
        (t1, t0) = t1.mul(t0, x1, x0);
        (t1, t0) = t1.add(
            t0, 0x798769361f9ee929a552b63d9d412dcc, 0xcd08114b604fbff9b62b21f41f02209469afe2b7fb6d3882b30081345013875b
        );
        (uint256 v1, uint256 v0) = y1.square(y0);
        (t1, t0) = t1.sub4(t0, v1, v0);
        (t1, t0) = t1.mul(t0, 1, 0);
        if (!t1.isZero(t0)) return false;
        (y1, y0) = y1.double(y0);
        store(ACC, x1, x0);
        store(ACC_Y, y1, y0);
        store(ACC_Z, 1, 0);
        return true;
    }

    /// @notice Fills ODD with Q, 3Q, .. 15Q, for Q in the accumulator.
    function tabulate() private pure {
        keep(ODD);
        double();
        keep(TWICE);
        copy(ACC, ODD);
        unchecked {
            for (uint256 entry = ODD + ENTRY; entry < ODD + 8 * ENTRY; entry += ENTRY) {
                addEntry(TWICE, false);
                keep(entry);
            }
        }
    }

    /// @notice The joint run: from the highest digit down, double, and add what the digits say.
    function run(bytes memory multiples) private pure {
        uint256 digits;
        uint256 place = DIGITS_END;
        store(ACC_Z, 0, 0);
        unchecked {
            // u2 is not zero, because r is in range: so there is a highest digit.
            do {
                place -= 2;
                digits = digitsAt(place);
            } while (digits == 0);
            while (true) {
                if (digits != 0) {
                    // An odd digit d is entry |d| >> 1.
                    uint256 digit = digits >> 8;
                    if (digit != 0) {
                        if (digit < 0x80) addEntry(ODD + (digit >> 1) * ENTRY, false);
                        else addEntry(ODD + ((0x100 - digit) >> 1) * ENTRY, true);
                    }
                    digit = digits & 0xff;
                    if (digit != 0) {
                        if (digit < 0x80) addMultiple(multiples, (digit >> 1) * 96, false);
                        else addMultiple(multiples, ((0x100 - digit) >> 1) * 96, true);
                    }
                }
                if (place == DIGITS) break;
                place -= 2;
                double();
                digits = digitsAt(place);
            }
        }
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
        (x1, x0) = x1.mul(x0, 1, 0);
        return x1.isZero(x0);
    }

    /// @notice x * 2^256 modulo p: the product with 2^512, over 2^256.
    function toField(uint256 x1, uint256 x0) private pure returns (uint256, uint256) {
        return x1.mul(x0, 1, 0x00000000ffffffffffffffff0000000100000000000000000000000000000000);
    }

    /// @notice Doubles the accumulator. Infinity stays infinity; there is no point of order two.
    function double() private pure {
        P384Double.double(ACC);
    }

    /// @notice Adds plus or minus an entry of ODD or TWICE to the accumulator.
    function addEntry(uint256 entry, bool negative) private pure {
        (uint256 z1, uint256 z0) = load(ACC_Z);
        if (z1 | z0 == 0) {
            copy(ACC, entry);
            if (negative) negate();
            return;
        }
        (uint256 v1, uint256 v0) = load(entry + 0x80);
        (uint256 t1, uint256 t0) = z1.mul(z0, v1, v0);
        store(ZZ, t1, t0);
        // U1 = X1 Z2^2, S1 = 2Y1 Z2^3
        (v1, v0) = load(entry + 0xc0);
        (t1, t0) = load(ACC);
        (t1, t0) = t1.mul(t0, v1, v0);
        store(U1, t1, t0);
        (uint256 q1, uint256 q0) = z1.square(z0);
        // H = X2 Z1^2 - U1
        (v1, v0) = load(entry);
        (v1, v0) = v1.mul(v0, q1, q0);
        (t1, t0) = v1.sub4(v0, t1, t0);
        store(H, t1, t0);
        (v1, v0) = load(entry + 0x100);
        (t1, t0) = load(ACC_Y);
        (t1, t0) = t1.mul(t0, v1, v0);
        store(S1, t1, t0);
        // R = +-2Y2 Z1^3 - S1
        (v1, v0) = load(entry + 0x40);
        if (negative) (v1, v0) = uint256(0).sub16(0, v1, v0);
        (q1, q0) = q1.mul(q0, z1, z0);
        (v1, v0) = v1.mul(v0, q1, q0);
        (t1, t0) = v1.sub4(v0, t1, t0);
        store(R, t1, t0);
        finish();
    }

    /// @notice Adds plus or minus an odd multiple of the generator, an affine point, to the accumulator.
    function addMultiple(bytes memory multiples, uint256 offset, bool negative) private pure {
        uint256 v1;
        uint256 v0;
        uint256 y1;
        uint256 y0;
        assembly ("memory-safe") {
            let p := add(multiples, offset)
            v1 := shr(128, mload(add(p, 0x20)))
            v0 := mload(add(p, 0x30))
            y1 := shr(128, mload(add(p, 0x50)))
            y0 := mload(add(p, 0x60))
        }
        if (negative) (y1, y0) = uint256(0).sub4(0, y1, y0);
        (uint256 z1, uint256 z0) = load(ACC_Z);
        if (z1 | z0 == 0) {
            store(ACC, v1, v0);
            store(ACC_Y, y1, y0);
            store(ACC_Z, 1, 0);
            return;
        }
        store(ZZ, z1, z0);
        (uint256 q1, uint256 q0) = z1.square(z0);
        (v1, v0) = v1.mul(v0, q1, q0);
        (uint256 t1, uint256 t0) = load(ACC);
        store(U1, t1, t0);
        (v1, v0) = v1.sub16(v0, t1, t0);
        store(H, v1, v0);
        (q1, q0) = q1.mul(q0, z1, z0);
        (v1, v0) = y1.mul(y0, q1, q0);
        (t1, t0) = load(ACC_Y);
        store(S1, t1, t0);
        (v1, v0) = v1.sub16(v0, t1, t0);
        store(R, v1, v0);
        finish();
    }

    /// @notice Completes an addition from U1, S1, H, R and the product of both Z; equal and opposite points included.
    function finish() private pure {
        (uint256 h1, uint256 h0) = load(H);
        (uint256 i1, uint256 i0) = h1.double(h0);
        // Z' = 2 Z1 Z2 H vanishes exactly when H does: when the two points have one x.
        (uint256 t1, uint256 t0) = load(ZZ);
        (t1, t0) = t1.mul(t0, i1, i0);
        (uint256 r1, uint256 r0) = load(R);
        (uint256 x1, uint256 x0) = r1.square(r0);
        if (t1.isZero(t0)) {
            if (x1.isZero(x0)) double();
            else store(ACC_Z, 0, 0);
            return;
        }
        store(ACC_Z, t1, t0);
        // I = (2H)^2, J = H I, V = U1 I
        (i1, i0) = i1.square(i0);
        (h1, h0) = h1.mul(h0, i1, i0);
        (t1, t0) = load(U1);
        (i1, i0) = i1.mul(i0, t1, t0);
        // X' = R^2 - J - 2V
        (t1, t0) = i1.double(i0);
        (t1, t0) = t1.add(t0, h1, h0);
        (x1, x0) = x1.sub4(x0, t1, t0);
        store(ACC, x1, x0);
        // 2Y' = 2 (R (V - X') - S1 J)
        (i1, i0) = i1.sub16(i0, x1, x0);
        (i1, i0) = i1.mul(i0, r1, r0);
        (t1, t0) = load(S1);
        (h1, h0) = h1.mul(h0, t1, t0);
        (i1, i0) = i1.sub4(i0, h1, h0);
        (i1, i0) = i1.double(i0);
        store(ACC_Y, i1, i0);
    }

    function negate() private pure {
        (uint256 y1, uint256 y0) = load(ACC_Y);
        (y1, y0) = uint256(0).sub16(0, y1, y0);
        store(ACC_Y, y1, y0);
    }

    /// @notice Writes the accumulator as an entry, with the second and third power of Z.
    function keep(uint256 entry) private pure {
        copy(entry, ACC);
        (uint256 z1, uint256 z0) = load(ACC_Z);
        (uint256 t1, uint256 t0) = z1.square(z0);
        store(entry + 0xc0, t1, t0);
        (t1, t0) = t1.mul(t0, z1, z0);
        store(entry + 0x100, t1, t0);
    }

    /// @notice Writes the signed digits of k in non-adjacent form of a width: odd, below half of 2^width, at every second byte.
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
                    digit += 0x100 - size;
                }
                assembly ("memory-safe") {
                    mstore8(place, digit)
                }
                k0 = (k0 >> width) | (k1 << (256 - width));
                k1 >>= width;
                place += 2 * width;
            }
        }
    }

    function digitsAt(uint256 place) private pure returns (uint256 digits) {
        assembly ("memory-safe") {
            digits := shr(240, mload(place))
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
