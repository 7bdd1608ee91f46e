// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Doubling and mixed addition on P-384, written out
/// @notice Written by tools/generate-p384-jacobian.mjs; P384Field has the same arithmetic in readable form, docs/p384.md the argument.
library P384Jacobian {
    // Memory: 2^256 - 1, the accumulator, as X, 2Y and Z, and the entry to add, as x and y; two words each, high word first.
    uint256 internal constant START = 0x1fe0;
    uint256 internal constant ACC = 0x2000;
    uint256 internal constant ENTRY = 0x20c0;
    uint256 internal constant END = 0x2240;

    /// @notice Writes 2^256 - 1 to START, for the additions.
    function prepare() internal pure {
        assembly ("memory-safe") {
            mstore(START, not(0))
        }
    }

    /// @notice Doubles the accumulator. Z = 0 stays 0.
    function double() internal pure {
        assembly ("memory-safe") {
            function double_() {
                {
                    let z1 := mload(0x2080)
                    let z0 := mload(0x20a0)
                    let zm := addmod(z0, z1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let zk := addmod(z0, shl(1, z1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let m := mulmod(mulmod(zm, zm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(127, mul(shr(1, z1), z1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(z0, z0))
                    let k := addmod(mulmod(zk, zk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                    let e := u
                    mstore(0x2180, h)
                    mstore(0x21a0, e)
                }
                {
                    let g1
                    let g0
                    {
                        let w1 := mload(0x2040)
                        let w0 := mload(0x2060)
                        let wm := addmod(w0, w1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                        let wk := addmod(w0, shl(1, w1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        {
                            let z1 := mload(0x2080)
                            let z0 := mload(0x20a0)
                            let m := mulmod(mulmod(wm, addmod(z0, z1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                            let w := shr(127, mul(shr(1, w1), z1))
                            let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(w0, z0))
                            let k := addmod(mulmod(wk, addmod(z0, shl(1, z1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                            let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                            let e := u
                            let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                            z0 := add(e, f)
                            z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                            mstore(0x2080, z1)
                            mstore(0x20a0, z0)
                        }
                        {
                            let m := mulmod(mulmod(wm, wm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                            let w := shr(127, mul(shr(1, w1), w1))
                            let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(w0, w0))
                            let k := addmod(mulmod(wk, wk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                            let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                            let e := u
                            g1 := h
                            g0 := e
                        }
                    }
                    let gm := addmod(g0, g1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let gk := addmod(g0, shl(1, g1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    mstore(0x2140, g1)
                    mstore(0x2160, g0)
                    mstore(0x21c0, gm)
                    mstore(0x21e0, gk)
                    {
                        let x1 := mload(0x2000)
                        let x0 := mload(0x2020)
                        let m := mulmod(mulmod(addmod(x0, x1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), gm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                        let w := shr(124, mul(shr(3, g1), shr(1, x1)))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(x0, g0))
                        let k := addmod(mulmod(addmod(x0, shl(1, x1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), gk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                        let e := u
                        mstore(0x2200, h)
                        mstore(0x2220, e)
                    }
                }
                mcopy(0, 0, 0)
                {
                    let dm := addmod(mload(0x21a0), mload(0x2180), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let dk := addmod(mload(0x21a0), shl(1, mload(0x2180)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let xm := addmod(mload(0x2020), mload(0x2000), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let xk := addmod(mload(0x2020), shl(1, mload(0x2000)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let m := mulmod(addmod(mulmod(xm, xm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), not(mulmod(dm, dm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x99999997cccccccd66666668333333359999999acccccccd6666666533333332, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := mul(3, shr(126, mul(shr(1, mload(0x2000)), shr(1, mload(0x2000)))))
                    let o := mul(3, add(shr(122, mul(shr(3, mload(0x2180)), shr(3, mload(0x2180)))), 96))
                    let u := sub(mul(sub(add(m, w), o), 0x100000000ffffffffffffffff00000001), mul(3, sub(mul(mload(0x2020), mload(0x2020)), mul(mload(0x21a0), mload(0x21a0)))))
                    let k := addmod(mulmod(3, addmod(mulmod(xk, xk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, mulmod(dk, dk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(addmod(m, o, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                    let e := u
                    mstore(0x2180, h)
                    mstore(0x21a0, e)
                }
                let a1 := mload(0x2180)
                let a0 := mload(0x21a0)
                let am := addmod(a0, a1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                let ak := addmod(a0, shl(1, a1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                let z1
                let z0
                {
                    let m := mulmod(mulmod(am, am, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(110, mul(shr(9, a1), shr(9, a1)))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(a0, a0))
                    let k := addmod(mulmod(ak, ak, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let c := mload(0x2220)
                    let t := add(shl(1, c), 0x400000003fffffffffffffffc000000040)
                    let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x4000000000000000000000000000000000), add(shl(1, mload(0x2200)), shr(255, c))), add(lt(t, 0x400000003fffffffffffffffc000000040), lt(u, t)))
                    let e := sub(u, t)
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    z0 := add(e, f)
                    z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                }
                mstore(0x2000, z1)
                mstore(0x2020, z0)
                {
                    let b0 := add(z0, 0x200000001fffffffffffffffe00000002)
                    let b1 := sub(sub(add(mload(0x2200), 0x200000000000000000000000000000000), z1), add(lt(b0, 0x200000001fffffffffffffffe00000002), lt(mload(0x2220), b0)))
                    b0 := sub(mload(0x2220), b0)
                    b1 := add(shl(1, b1), shr(255, b0))
                    b0 := shl(1, b0)
                    let m := mulmod(addmod(mulmod(am, addmod(b0, b1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), not(mulmod(mload(0x21c0), mload(0x21c0), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(113, mul(shr(9, a1), shr(6, b1)))
                    let o := add(shr(122, mul(shr(3, mload(0x2140)), shr(3, mload(0x2140)))), 96)
                    let u := sub(mul(sub(add(m, w), o), 0x100000000ffffffffffffffff00000001), sub(mul(a0, b0), mul(mload(0x2160), mload(0x2160))))
                    let k := addmod(addmod(mulmod(ak, addmod(b0, shl(1, b1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, mulmod(mload(0x21e0), mload(0x21e0), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(addmod(m, o, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                    let e := u
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    z0 := add(e, f)
                    z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                }
                mstore(0x2040, z1)
                mstore(0x2060, z0)
            }
            double_()
        }
    }

    /// @notice Adds the entry to the accumulator, which is not infinity; the entry is lost.
    /// @return kind 0 when done; otherwise nothing was added: 1 where the points are equal, 2 where they are opposite.
    function add() internal pure returns (uint256 kind) {
        assembly ("memory-safe") {
            function add_() -> level {
                {
                    let z1 := mload(0x2080)
                    let z0 := mload(0x20a0)
                    let zm := addmod(z0, z1, mload(0x1fe0))
                    let zk := addmod(z0, shl(1, z1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let q1
                    let q0
                    {
                        let m := mulmod(mulmod(zm, zm, mload(0x1fe0)), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, mload(0x1fe0))
                        let w := shr(127, mul(shr(1, z1), z1))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(z0, z0))
                        let k := addmod(mulmod(zk, zk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                        let e := u
                        q1 := h
                        q0 := e
                    }
                    let qm := addmod(q0, q1, mload(0x1fe0))
                    let qk := addmod(q0, shl(1, q1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    {
                        let x1 := mload(0x20c0)
                        let x0 := mload(0x20e0)
                        let m := mulmod(mulmod(addmod(x0, x1, mload(0x1fe0)), qm, mload(0x1fe0)), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, mload(0x1fe0))
                        let w := shr(124, mul(shr(3, q1), shr(1, x1)))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(x0, q0))
                        let k := addmod(mulmod(addmod(x0, shl(1, x1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), qk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let t := add(mload(0x2020), 0x200000001fffffffffffffffe00000002)
                        let c := lt(t, 0x200000001fffffffffffffffe00000002)
                        let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x200000000000000000000000000000000), mload(0x2000)), add(c, lt(u, t)))
                        let e := sub(u, t)
                        let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                        x0 := add(e, f)
                        x1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(x0, f))
                        mstore(0x2140, x1)
                        mstore(0x2160, x0)
                    }
                    {
                        let m := mulmod(mulmod(zm, qm, mload(0x1fe0)), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, mload(0x1fe0))
                        let w := shr(124, mul(shr(3, q1), shr(1, z1)))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(z0, q0))
                        let k := addmod(mulmod(zk, qk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                        let e := u
                        let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                        z0 := add(e, f)
                        z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                        mstore(0x2180, z1)
                        mstore(0x21a0, z0)
                    }
                }
                let r1
                let r0
                {
                    let y1 := mload(0x2100)
                    let y0 := mload(0x2120)
                    let t1 := mload(0x2180)
                    let t0 := mload(0x21a0)
                    let rk := mulmod(addmod(y0, shl(1, y1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), addmod(t0, shl(1, t1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let m := mulmod(mulmod(addmod(y0, y1, mload(0x1fe0)), addmod(t0, t1, mload(0x1fe0)), mload(0x1fe0)), 0x66666665333333339999999accccccce666666673333333399999998cccccccc, mload(0x1fe0))
                    let w := shr(124, mul(shr(2, y1), shr(1, t1)))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), shl(1, mul(y0, t0)))
                    let k := addmod(addmod(rk, rk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let t := add(mload(0x2060), 0x200000001fffffffffffffffe00000002)
                    let c := lt(t, 0x200000001fffffffffffffffe00000002)
                    let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x200000000000000000000000000000000), mload(0x2040)), add(c, lt(u, t)))
                    let e := sub(u, t)
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    r0 := add(e, f)
                    r1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(r0, f))
                }
                let v1
                let v0
                let i1
                let i0
                {
                    let h1 := mload(0x2140)
                    let h0 := mload(0x2160)
                    {
                        let gh := sub(0, h0)
                        if eq(mul(and(gh, 0xffffffff), 0x100000000ffffffffffffffff00000001), gh) {
                            if or(iszero(or(h1, h0)), and(eq(h1, 0xffffffffffffffffffffffffffffffff), eq(h0, 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff))) {
                                level := 2
                                {
                                    let gr := sub(0, r0)
                                    if eq(mul(and(gr, 0xffffffff), 0x100000000ffffffffffffffff00000001), gr) {
                                        if or(iszero(or(r1, r0)), and(eq(r1, 0xffffffffffffffffffffffffffffffff), eq(r0, 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff))) {
                                            level := 1
                                        }
                                    }
                                }
                                leave
                            }
                        }
                    }
                    let hm := addmod(h0, h1, mload(0x1fe0))
                    let hk := addmod(h0, shl(1, h1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    {
                        let z1 := mload(0x2080)
                        let z0 := mload(0x20a0)
                        let rk := mulmod(addmod(z0, shl(1, z1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), hk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let m := mulmod(mulmod(addmod(z0, z1, mload(0x1fe0)), hm, mload(0x1fe0)), 0x66666665333333339999999accccccce666666673333333399999998cccccccc, mload(0x1fe0))
                        let w := shr(125, mul(shr(1, z1), shr(1, h1)))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), shl(1, mul(z0, h0)))
                        let k := addmod(addmod(rk, rk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                        let e := u
                        let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                        z0 := add(e, f)
                        z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                        mstore(0x2080, z1)
                        mstore(0x20a0, z0)
                    }
                    {
                        let m := mulmod(mulmod(hm, hm, mload(0x1fe0)), 0xccccccca66666667333333359999999cccccccce666666673333333199999998, mload(0x1fe0))
                        let w := shr(124, mul(shr(1, h1), shr(1, h1)))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), shl(2, mul(h0, h0)))
                        let k := addmod(mulmod(4, mulmod(hk, hk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                        let e := u
                        let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                        i0 := add(e, f)
                        i1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(i0, f))
                    }
                    {
                        let im := addmod(i0, i1, mload(0x1fe0))
                        let ik := addmod(i0, shl(1, i1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        mstore(0x21c0, im)
                        mstore(0x21e0, ik)
                        let m := mulmod(mulmod(hm, im, mload(0x1fe0)), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, mload(0x1fe0))
                        let w := shr(127, mul(shr(1, h1), i1))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(h0, i0))
                        let k := addmod(mulmod(hk, ik, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let j1
                        let j0
                        let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                        let e := u
                        let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                        j0 := add(e, f)
                        j1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(j0, f))
                        mstore(0x2140, j1)
                        mstore(0x2160, j0)
                    }
                }
                {
                    let x1 := mload(0x2000)
                    let x0 := mload(0x2020)
                    let m := mulmod(mulmod(addmod(x0, x1, mload(0x1fe0)), mload(0x21c0), mload(0x1fe0)), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, mload(0x1fe0))
                    let w := shr(127, mul(shr(1, x1), i1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(x0, i0))
                    let k := addmod(mulmod(addmod(x0, shl(1, x1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mload(0x21e0), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                    let e := u
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    v0 := add(e, f)
                    v1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(v0, f))
                }
                let rm := addmod(r0, r1, mload(0x1fe0))
                let rk := addmod(r0, shl(1, r1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                {
                    let n0 := add(shl(1, v0), mload(0x2160))
                    let n1 := add(add(add(shl(1, v1), shr(255, v0)), lt(n0, mload(0x2160))), mload(0x2140))
                    let m := mulmod(mulmod(rm, rm, mload(0x1fe0)), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, mload(0x1fe0))
                    let w := shr(127, mul(shr(1, r1), r1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(r0, r0))
                    let k := addmod(mulmod(rk, rk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let t := add(n0, 0x400000003fffffffffffffffc00000004)
                    let c := lt(t, 0x400000003fffffffffffffffc00000004)
                    let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x400000000000000000000000000000000), n1), add(c, lt(u, t)))
                    let e := sub(u, t)
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    i0 := add(e, f)
                    i1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(i0, f))
                }
                mstore(0x2000, i1)
                mstore(0x2020, i0)
                {
                    let d0 := add(i0, 0x200000001fffffffffffffffe00000002)
                    let d1 := sub(sub(add(v1, 0x200000000000000000000000000000000), i1), add(lt(d0, 0x200000001fffffffffffffffe00000002), lt(v0, d0)))
                    d0 := sub(v0, d0)
                    let nk := addmod(mulmod(rk, addmod(d0, shl(1, d1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, mulmod(addmod(mload(0x2060), shl(1, mload(0x2040)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), addmod(mload(0x2160), shl(1, mload(0x2140)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let m := mulmod(addmod(mulmod(rm, addmod(d0, d1, mload(0x1fe0)), mload(0x1fe0)), not(mulmod(addmod(mload(0x2060), mload(0x2040), mload(0x1fe0)), addmod(mload(0x2160), mload(0x2140), mload(0x1fe0)), mload(0x1fe0))), mload(0x1fe0)), 0x66666665333333339999999accccccce666666673333333399999998cccccccc, mload(0x1fe0))
                    let w := shr(124, mul(shr(2, d1), shr(1, r1)))
                    let o := add(shr(125, mul(shr(1, mload(0x2040)), shr(1, mload(0x2140)))), 16)
                    let u := sub(mul(sub(add(m, w), o), 0x100000000ffffffffffffffff00000001), shl(1, sub(mul(r0, d0), mul(mload(0x2060), mload(0x2160)))))
                    let k := addmod(addmod(nk, nk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(addmod(m, o, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let h := shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe))
                    let e := u
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    i0 := add(e, f)
                    i1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(i0, f))
                }
                mstore(0x2040, i1)
                mstore(0x2060, i0)
            }
            kind := add_()
        }
    }
}
