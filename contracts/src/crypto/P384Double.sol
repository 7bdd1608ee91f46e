// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Doubling on P-384, written out
/// @notice Written by tools/generate-p384-double.mjs; P384Field has the same arithmetic in readable form, docs/p384.md the argument.
library P384Double {
    /// @notice Doubles the point (X, 2Y, Z) that lies in six words of memory.
    /// @dev X <= 5, 2Y <= 16, Z <= 2 in units of 2^384 give X <= 5, 2Y <= 5 and Z <= 2. Z = 0 stays 0.
    function double(uint256 point) internal pure {
        assembly ("memory-safe") {
            let x1 := mload(add(point, 0))
            let x0 := mload(add(point, 32))
            let a1
            let a0
            {
                let z1 := mload(add(point, 128))
                let z0 := mload(add(point, 160))
                let d1
                let d0
                // d = z^2
                {
                    let t := mul(z0, z0)
                    let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
                    let a := mulmod(z0, z0, not(0))
                    let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                    let w := shr(112, mul(shr(16, z1), z1))
                    let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), shl(1, mul(z0, z1))), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001)))
                    let r := addmod(z0, z1, not(0))
                    t := addmod(mulmod(r, r, not(0)), mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)), not(0))
                    t := sub(sub(t, u), lt(t, u))
                    w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
                    d0 := add(u, w)
                    d1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(d0, w))
                }
                // a = (x + d)(x - d)
                a0 := add(x0, d0)
                a1 := add(add(x1, d1), lt(a0, d0))
                // d = x - d + 4p
                {
                    let t := add(d0, 0x400000003fffffffffffffffc00000004)
                    d1 := sub(sub(add(x1, 0x400000000000000000000000000000000), d1), add(lt(t, d0), lt(x0, t)))
                    d0 := sub(x0, t)
                }
                // a = a d
                {
                    let t := mul(a0, d0)
                    let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
                    let a := mulmod(a0, d0, not(0))
                    let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                    let w := shr(112, mul(shr(16, a1), d1))
                    let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), add(mul(a0, d1), mul(a1, d0))), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001)))
                    t := addmod(mulmod(addmod(a0, a1, not(0)), addmod(d0, d1, not(0)), not(0)), mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)), not(0))
                    t := sub(sub(t, u), lt(t, u))
                    w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
                    a0 := add(u, w)
                    a1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(a0, w))
                }
            }
            // a = 3 a
            {
                let t := add(shl(1, a0), a0)
                a1 := add(add(add(shl(1, a1), a1), shr(255, a0)), lt(t, a0))
                a0 := t
            }
            let y1 := mload(add(point, 64))
            let y0 := mload(add(point, 96))
            {
                let z1 := mload(add(point, 128))
                let z0 := mload(add(point, 160))
                // z = z y
                {
                    let t := mul(z0, y0)
                    let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
                    let a := mulmod(z0, y0, not(0))
                    let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                    let w := shr(112, mul(shr(16, z1), y1))
                    let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), add(mul(z0, y1), mul(z1, y0))), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001)))
                    t := addmod(mulmod(addmod(z0, z1, not(0)), addmod(y0, y1, not(0)), not(0)), mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)), not(0))
                    t := sub(sub(t, u), lt(t, u))
                    w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
                    z0 := add(u, w)
                    z1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(z0, w))
                }
                mstore(add(point, 128), z1)
                mstore(add(point, 160), z0)
            }
            // y = y^2
            {
                let t := mul(y0, y0)
                let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
                let a := mulmod(y0, y0, not(0))
                let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                let w := shr(112, mul(shr(16, y1), y1))
                let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), shl(1, mul(y0, y1))), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001)))
                let r := addmod(y0, y1, not(0))
                t := addmod(mulmod(r, r, not(0)), mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)), not(0))
                t := sub(sub(t, u), lt(t, u))
                w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
                y0 := add(u, w)
                y1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(y0, w))
            }
            // x = x y
            {
                let t := mul(x0, y0)
                let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
                let a := mulmod(x0, y0, not(0))
                let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                let w := shr(112, mul(shr(16, x1), y1))
                let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), add(mul(x0, y1), mul(x1, y0))), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001)))
                t := addmod(mulmod(addmod(x0, x1, not(0)), addmod(y0, y1, not(0)), not(0)), mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)), not(0))
                t := sub(sub(t, u), lt(t, u))
                w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
                x0 := add(u, w)
                x1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(x0, w))
            }
            let e1
            let e0
            // e = a^2
            {
                let t := mul(a0, a0)
                let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
                let a := mulmod(a0, a0, not(0))
                let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                let w := shr(112, mul(shr(16, a1), a1))
                let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), shl(1, mul(a0, a1))), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001)))
                let r := addmod(a0, a1, not(0))
                t := addmod(mulmod(r, r, not(0)), mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)), not(0))
                t := sub(sub(t, u), lt(t, u))
                w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
                e0 := add(u, w)
                e1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(e0, w))
            }
            {
                let s1
                let s0
                // s = 2 x
                s1 := add(shl(1, x1), shr(255, x0))
                s0 := shl(1, x0)
                // e = a^2 - 2 x y + 4p
                {
                    let t := add(s0, 0x400000003fffffffffffffffc00000004)
                    e1 := sub(sub(add(e1, 0x400000000000000000000000000000000), s1), add(lt(t, s0), lt(e0, t)))
                    e0 := sub(e0, t)
                }
            }
            mstore(add(point, 0), e1)
            mstore(add(point, 32), e0)
            // x = x y - e + 16p
            {
                let t := add(e0, 0x100000000ffffffffffffffff000000010)
                x1 := sub(sub(add(x1, 0x1000000000000000000000000000000000), e1), add(lt(t, e0), lt(x0, t)))
                x0 := sub(x0, t)
            }
            // a = 2 a
            a1 := add(shl(1, a1), shr(255, a0))
            a0 := shl(1, a0)
            // x = x a
            {
                let t := mul(x0, a0)
                let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
                let a := mulmod(x0, a0, not(0))
                let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                let w := shr(112, mul(shr(16, x1), a1))
                let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), add(mul(x0, a1), mul(x1, a0))), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001)))
                t := addmod(mulmod(addmod(x0, x1, not(0)), addmod(a0, a1, not(0)), not(0)), mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)), not(0))
                t := sub(sub(t, u), lt(t, u))
                w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
                x0 := add(u, w)
                x1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(x0, w))
            }
            // y = y^2
            {
                let t := mul(y0, y0)
                let m := mul(t, 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001)
                let a := mulmod(y0, y0, not(0))
                let b := mulmod(m, 0x100000000ffffffffffffffff00000001, not(0))
                let w := shr(112, mul(shr(16, y1), y1))
                let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), shl(1, mul(y0, y1))), add(shl(128, m), mul(w, 0x100000000ffffffffffffffff00000001)))
                let r := addmod(y0, y1, not(0))
                t := addmod(mulmod(r, r, not(0)), mulmod(addmod(w, not(m), not(0)), 0xffffffffffffffff00000001, not(0)), not(0))
                t := sub(sub(t, u), lt(t, u))
                w := mul(shr(128, t), 0x100000000ffffffffffffffff00000001)
                y0 := add(u, w)
                y1 := add(and(t, 0xffffffffffffffffffffffffffffffff), lt(y0, w))
            }
            // x = x - y + 4p
            {
                let t := add(y0, 0x400000003fffffffffffffffc00000004)
                x1 := sub(sub(add(x1, 0x400000000000000000000000000000000), y1), add(lt(t, y0), lt(x0, t)))
                x0 := sub(x0, t)
            }
            mstore(add(point, 64), x1)
            mstore(add(point, 96), x0)
        }
    }
}
