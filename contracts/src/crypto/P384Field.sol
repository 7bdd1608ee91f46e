// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Arithmetic modulo p = 2^384 - 2^128 - 2^96 + 2^32 - 1
/// @notice An element a stands as a * 2^256 mod p in two words, `high` * 2^256 + `low`, and need not be reduced:
/// its bound is k * 2^384 for a small k. docs/p384.md proves every bound that is used here and in the verifier.
/// @dev Unchecked throughout: words are residues modulo 2^256 on purpose.
library P384Field {
    // p = 2^384 - EPSILON = P_HIGH * 2^256 + P_LOW.
    uint256 internal constant P_HIGH = 0xffffffffffffffffffffffffffffffff;
    uint256 internal constant P_LOW = 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff;

    /// @notice The product over 2^256 of x <= i * 2^384 and y <= j * 2^384 with i * j < 2^16; at most 2^384 + 2^163.
    function mul(uint256 x1, uint256 x0, uint256 y1, uint256 y0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            let t := mul(x0, y0)
            // Montgomery's factor: m * EPSILON = t modulo 2^256.
            let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
            // w approximates x1 * y1 / 2^128 from below: it is what w * 2^384 = w * EPSILON folds down.
            let w := shr(112, mul(shr(16, x1), y1))
            // The low word: (x0 y0 - m EPSILON) / 2^256 + x0 y1 + x1 y0 + m 2^128 + w EPSILON.
            {
                let a := mulmod(x0, y0, not(0))
                let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                z0 := add(sub(sub(a, lt(a, t)), b), lt(b, t))
            }
            z0 := add(z0, add(add(mul(x0, y1), mul(x1, y0)), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001))))
            // The same integer modulo 2^256 - 1, and from the difference its high word.
            t := addmod(
                mulmod(addmod(x0, x1, not(0)), addmod(y0, y1, not(0)), not(0)),
                mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)),
                not(0)
            )
            t := sub(sub(t, z0), lt(t, z0))
            // What exceeds 2^384 is folded once.
            w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
            z0 := add(z0, w)
            z1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(z0, w))
        }
    }

    /// @notice The square over 2^256 of x <= i * 2^384 with i < 2^8; at most 2^384 + 2^163.
    function square(uint256 x1, uint256 x0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            let t := mul(x0, x0)
            let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
            let w := shr(112, mul(shr(16, x1), x1))
            {
                let a := mulmod(x0, x0, not(0))
                let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                z0 := add(sub(sub(a, lt(a, t)), b), lt(b, t))
            }
            z0 := add(z0, add(shl(1, mul(x0, x1)), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001))))
            t := addmod(x0, x1, not(0))
            t := addmod(
                mulmod(t, t, not(0)),
                mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)),
                not(0)
            )
            t := sub(sub(t, z0), lt(t, z0))
            w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
            z0 := add(z0, w)
            z1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(z0, w))
        }
    }

    /// @notice x + y; the bounds add.
    function add(uint256 x1, uint256 x0, uint256 y1, uint256 y0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            z0 := add(x0, y0)
            z1 := add(add(x1, y1), lt(z0, y0))
        }
    }

    /// @notice 2x; the bound doubles.
    function double(uint256 x1, uint256 x0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            z0 := shl(1, x0)
            z1 := add(shl(1, x1), shr(255, x0))
        }
    }

    /// @notice 3x; the bound trebles.
    function triple(uint256 x1, uint256 x0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            z0 := add(shl(1, x0), x0)
            z1 := add(add(add(shl(1, x1), x1), shr(255, x0)), lt(z0, x0))
        }
    }

    /// @notice x - y + 4p for y <= 4p; four is added to the bound of x.
    function sub4(uint256 x1, uint256 x0, uint256 y1, uint256 y0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            // 4p = 2^386 - 4 EPSILON.
            let t := add(y0, 0x400000003fffffffffffffffc00000004)
            z0 := sub(x0, t)
            z1 := sub(sub(add(x1, 0x400000000000000000000000000000000), y1), add(lt(t, y0), lt(x0, t)))
        }
    }

    /// @notice x - y + 16p for y <= 16p; sixteen is added to the bound of x.
    function sub16(uint256 x1, uint256 x0, uint256 y1, uint256 y0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            // 16p = 2^388 - 16 EPSILON.
            let t := add(y0, 0x100000000ffffffffffffffff000000010)
            z0 := sub(x0, t)
            z1 := sub(sub(add(x1, 0x1000000000000000000000000000000000), y1), add(lt(t, y0), lt(x0, t)))
        }
    }

    /// @notice Whether an element below 2p, as every product is, is zero modulo p.
    function isZero(uint256 x1, uint256 x0) internal pure returns (bool zero) {
        assembly ("memory-safe") {
            zero := or(
                iszero(or(x1, x0)),
                and(
                    eq(x1, 0xffffffffffffffffffffffffffffffff),
                    eq(x0, 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff)
                )
            )
        }
    }
}
