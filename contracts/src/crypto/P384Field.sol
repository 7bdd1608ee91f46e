// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Arithmetic modulo p = 2^384 - 2^128 - 2^96 + 2^32 - 1
/// @notice An element a stands as a * (2^256 - 1) mod p in two words, `high` * 2^256 + `low`, and need not be reduced:
/// its bound is k * 2^384 for a small k. docs/p384.md proves every bound that is used here and in the verifier.
/// @dev Unchecked throughout: words are residues modulo 2^256 on purpose.
library P384Field {
    // p = 2^384 - EPSILON = P_HIGH * 2^256 + P_LOW.
    uint256 internal constant P_HIGH = 0xffffffffffffffffffffffffffffffff;
    uint256 internal constant EPSILON = 0x100000000ffffffffffffffff00000001;
    // (2^256 - 1)^3 modulo p.
    uint256 internal constant CUBE = 0xffffffff0000000100000000fffffffd0000000200000000fffffffe00000000;
    uint256 internal constant P_LOW = 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff;

    /// @notice The product over 2^256 - 1 of x <= i * 2^384 and y <= j * 2^384 with i * j < 2^16; at most 2^384 + 2^163.
    function mul(uint256 x1, uint256 x0, uint256 y1, uint256 y0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            // Montgomery's factor: x y + m p is a multiple of 2^256 - 1.
            let m := mulmod(mulmod(addmod(x0, x1, not(0)), addmod(y0, y1, not(0)), not(0)), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, not(0))
            // w approximates x1 * y1 / 2^128 from below: w * p is taken off the top.
            let w := shr(112, mul(shr(16, x1), y1))
            // The integer U = (x y + m p) / (2^256 - 1) - w p modulo 2^256, where the divisor is -1 ..
            z0 := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(x0, y0))
            // .. and modulo 2^256 - 2, where it is 1. The difference of the two is twice the high word.
            m := addmod(
                mulmod(addmod(x0, shl(1, x1), not(1)), addmod(y0, shl(1, y1), not(1)), not(1)),
                mulmod(addmod(m, sub(not(1), w), not(1)), 0xffffffff0000000000000000ffffffff, not(1)),
                not(1)
            )
            m := shr(1, sub(sub(m, z0), shl(1, lt(m, z0))))
            // What exceeds 2^384 is folded once.
            w := mul(shr(128, m), 0x100000000ffffffffffffffff00000001)
            z0 := add(z0, w)
            z1 := add(and(m, 0xffffffffffffffffffffffffffffffff), lt(z0, w))
        }
    }

    /// @notice The square over 2^256 - 1 of x <= i * 2^384 with i < 2^8; at most 2^384 + 2^163.
    function square(uint256 x1, uint256 x0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            z1 := addmod(x0, x1, not(0))
            let k := addmod(x0, shl(1, x1), not(1))
            let m := mulmod(mulmod(z1, z1, not(0)), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, not(0))
            // w approximates x1 * y1 / 2^128 from below: w * p is taken off the top.
            let w := shr(112, mul(shr(16, x1), x1))
            // The integer U = (x y + m p) / (2^256 - 1) - w p modulo 2^256, where the divisor is -1 ..
            z0 := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(x0, x0))
            // .. and modulo 2^256 - 2, where it is 1. The difference of the two is twice the high word.
            m := addmod(
                mulmod(k, k, not(1)),
                mulmod(addmod(m, sub(not(1), w), not(1)), 0xffffffff0000000000000000ffffffff, not(1)),
                not(1)
            )
            m := shr(1, sub(sub(m, z0), shl(1, lt(m, z0))))
            // What exceeds 2^384 is folded once.
            w := mul(shr(128, m), 0x100000000ffffffffffffffff00000001)
            z0 := add(z0, w)
            z1 := add(and(m, 0xffffffffffffffffffffffffffffffff), lt(z0, w))
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

    /// @notice x / 2, for x <= 2^385: x or x + p is even. At most (x + p) / 2.
    function half(uint256 x1, uint256 x0) internal pure returns (uint256 z1, uint256 z0) {
        assembly ("memory-safe") {
            let odd := sub(0, and(x0, 1))
            let low := and(odd, 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff)
            z0 := add(x0, low)
            z1 := add(add(x1, and(odd, 0xffffffffffffffffffffffffffffffff)), lt(z0, low))
            z0 := or(shr(1, z0), shl(255, z1))
            z1 := shr(1, z1)
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
