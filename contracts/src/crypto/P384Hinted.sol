// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A joint run on P-384 along supplied slopes
/// @notice Written by tools/generate-p384-hinted.mjs; docs/p384.md is the argument.
library P384Hinted {
    // Memory that a run uses. The caller has put Q at TABLE and R at TABLE + 0x400: x, then y, two words each.
    uint256 internal constant START = 0x2000;
    uint256 internal constant SUMS = 0x2100;
    uint256 internal constant TABLE = 0x2180;
    uint256 internal constant END = 0x2a00;

    /// @notice The sums of the digits of Q, R, G and 2^192 G that the last run took, each below 2^248 in size.
    function sums() internal pure returns (int256 q, int256 k, int256 g, int256 h) {
        assembly ("memory-safe") {
            q := mload(SUMS)
            k := mload(add(SUMS, 0x20))
            g := mload(add(SUMS, 0x40))
            h := mload(add(SUMS, 0x60))
        }
    }

    /// @notice Runs a program over hints and leaves the four sums of digits, of Q, R, G and 2^192 G, at SUMS.
    /// @param program Offset in calldata of the first operation, two bytes each; there are at least two.
    /// @param end Offset behind the last operation, where the slopes begin.
    /// @param finish Offset behind the last slope.
    /// @param place The highest place of a digit, below 224.
    /// @param table The contract that holds the multiples of G.
    /// @return wrong Zero if every slope is one, and the multiples of the points that were summed vanish together.
    function run(uint256 program, uint256 end, uint256 finish, uint256 place, address table) internal view returns (uint256 wrong) {
        assembly ("memory-safe") {
            let slopes := end
            function double(q) -> fault {
                let l1 := shr(128, calldataload(q))
                let l0 := calldataload(add(q, 16))
                let lm := addmod(l0, l1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                let lk := addmod(l0, shl(1, l1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                {
                    let x1 := mload(0x2000)
                    let x0 := mload(0x2020)
                    let y1 := mload(0x2040)
                    let y0 := mload(0x2060)
                    let xm := addmod(x0, x1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let xk := addmod(x0, shl(1, x1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let ym := addmod(y0, y1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let yk := addmod(y0, shl(1, y1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let m := mulmod(addmod(mulmod(3, mulmod(xm, xm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), mulmod(addmod(ym, ym, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := add(mul(3, shr(127, mul(shr(1, x1), x1))), shl(1, shr(128, mul(y1, l1))))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), add(mul(3, mul(x0, x0)), shl(1, mul(y0, l0))))
                    let k := addmod(addmod(mulmod(3, mulmod(xk, xk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(yk, yk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let e := sub(not(2), u)
                    let j := and(e, 0xffffffff)
                    fault := or(or(fault, xor(mul(j, 0x100000000ffffffffffffffff00000001), e)), xor(add(mul(j, 0xffffffff0000000000000000ffffffff), 3), k))
                }
                let z1
                let z0
                {
                    let m := mulmod(mulmod(lm, lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(128, mul(l1, l1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(l0, l0))
                    let k := addmod(mulmod(lk, lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let c := mload(0x2020)
                    let t := add(shl(1, c), 0x400000003fffffffffffffffc00000004)
                    let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x400000000000000000000000000000000), add(shl(1, mload(0x2000)), shr(255, c))), add(lt(t, 0x400000003fffffffffffffffc00000004), lt(u, t)))
                    let e := sub(u, t)
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    z0 := add(e, f)
                    z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                }
                {
                    let d0 := add(mload(0x2020), 0x200000001fffffffffffffffe00000002)
                    let d1 := sub(sub(add(z1, 0x200000000000000000000000000000000), mload(0x2000)), add(lt(d0, 0x200000001fffffffffffffffe00000002), lt(z0, d0)))
                    d0 := sub(z0, d0)
                    mstore(0x2000, z1)
                    mstore(0x2020, z0)
                    let m := mulmod(mulmod(addmod(d0, d1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(126, mul(shr(2, d1), l1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(d0, l0))
                    let k := addmod(mulmod(addmod(d0, shl(1, d1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let t := add(mload(0x2060), 0x200000001fffffffffffffffe00000002)
                    let c := lt(t, 0x200000001fffffffffffffffe00000002)
                    let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x200000000000000000000000000000000), mload(0x2040)), add(c, lt(u, t)))
                    let e := sub(u, t)
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    z0 := add(e, f)
                    z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                }
                mstore(0x2040, z1)
                mstore(0x2060, z0)
            }
            function add_(q) -> fault {
                let l1 := shr(128, calldataload(q))
                let l0 := calldataload(add(q, 16))
                let lm := addmod(l0, l1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                let lk := addmod(l0, shl(1, l1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                {
                    let d0 := add(mload(0x2020), 0x200000001fffffffffffffffe00000002)
                    let d1 := sub(sub(add(mload(0x2080), 0x200000000000000000000000000000000), mload(0x2000)), add(lt(d0, 0x200000001fffffffffffffffe00000002), lt(mload(0x20a0), d0)))
                    d0 := sub(mload(0x20a0), d0)
                    let g := sub(0, d0)
                    fault := eq(mul(and(g, 0xffffffff), 0x100000000ffffffffffffffff00000001), g)
                    let m := mulmod(mulmod(addmod(d0, d1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(126, mul(shr(2, d1), l1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(d0, l0))
                    let k := addmod(mulmod(addmod(d0, shl(1, d1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let e := sub(0x200000001fffffffffffffffe00000002, sub(add(u, mload(0x2060)), mload(0x20e0)))
                    let j := and(e, 0xffffffff)
                    fault := or(or(fault, xor(mul(j, 0x100000000ffffffffffffffff00000001), e)), xor(addmod(k, addmod(mload(0x2060), add(shl(1, mload(0x2040)), 0x1fffffffe0000000000000001fffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), addmod(mload(0x20e0), add(shl(1, mload(0x20c0)), mul(j, 0xffffffff0000000000000000ffffffff)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)))
                }
                let z1
                let z0
                {
                    let m := mulmod(mulmod(lm, lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(128, mul(l1, l1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(l0, l0))
                    let k := addmod(mulmod(lk, lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let t := add(mload(0x2020), 0x400000003fffffffffffffffc00000004)
                    let c := lt(t, 0x400000003fffffffffffffffc00000004)
                    let v := add(t, mload(0x20a0))
                    let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x400000000000000000000000000000000), add(mload(0x2000), mload(0x2080))), add(add(c, lt(v, t)), lt(u, v)))
                    let e := sub(u, v)
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    z0 := add(e, f)
                    z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                }
                {
                    let d0 := add(z0, 0x200000001fffffffffffffffe00000002)
                    let d1 := sub(sub(add(mload(0x2000), 0x200000000000000000000000000000000), z1), add(lt(d0, 0x200000001fffffffffffffffe00000002), lt(mload(0x2020), d0)))
                    d0 := sub(mload(0x2020), d0)
                    mstore(0x2000, z1)
                    mstore(0x2020, z0)
                    let m := mulmod(mulmod(addmod(d0, d1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(126, mul(shr(2, d1), l1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(d0, l0))
                    let k := addmod(mulmod(addmod(d0, shl(1, d1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let t := add(mload(0x2060), 0x200000001fffffffffffffffe00000002)
                    let c := lt(t, 0x200000001fffffffffffffffe00000002)
                    let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x200000000000000000000000000000000), mload(0x2040)), add(c, lt(u, t)))
                    let e := sub(u, t)
                    let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                    z0 := add(e, f)
                    z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                }
                mstore(0x2040, z1)
                mstore(0x2060, z0)
            }
            function doubleAdd(q) -> fault {
                let l1 := shr(128, calldataload(q))
                let l0 := calldataload(add(q, 16))
                let lm := addmod(l0, l1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                let lk := addmod(l0, shl(1, l1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                {
                    let d0 := add(mload(0x2020), 0x200000001fffffffffffffffe00000002)
                    let d1 := sub(sub(add(mload(0x2080), 0x200000000000000000000000000000000), mload(0x2000)), add(lt(d0, 0x200000001fffffffffffffffe00000002), lt(mload(0x20a0), d0)))
                    d0 := sub(mload(0x20a0), d0)
                    let g := sub(0, d0)
                    fault := eq(mul(and(g, 0xffffffff), 0x100000000ffffffffffffffff00000001), g)
                    let m := mulmod(mulmod(addmod(d0, d1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(126, mul(shr(2, d1), l1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(d0, l0))
                    let k := addmod(mulmod(addmod(d0, shl(1, d1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let e := sub(0x200000001fffffffffffffffe00000002, sub(add(u, mload(0x2060)), mload(0x20e0)))
                    let j := and(e, 0xffffffff)
                    fault := or(or(fault, xor(mul(j, 0x100000000ffffffffffffffff00000001), e)), xor(addmod(k, addmod(mload(0x2060), add(shl(1, mload(0x2040)), 0x1fffffffe0000000000000001fffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), addmod(mload(0x20e0), add(shl(1, mload(0x20c0)), mul(j, 0xffffffff0000000000000000ffffffff)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)))
                }
                {
                    let m := mulmod(mulmod(lm, lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(128, mul(l1, l1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(l0, l0))
                    let k := addmod(mulmod(lk, lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let t := add(mload(0x2020), 0x400000003fffffffffffffffc00000004)
                    let c := lt(t, 0x400000003fffffffffffffffc00000004)
                    let v := add(t, mload(0x20a0))
                    let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x400000000000000000000000000000000), add(mload(0x2000), mload(0x2080))), add(add(c, lt(v, t)), lt(u, v)))
                    let e := sub(u, v)
                    mstore(0x2080, h)
                    mstore(0x20a0, e)
                }
                {
                    let b1 := shr(128, calldataload(add(q, 48)))
                    let b0 := calldataload(add(add(q, 48), 16))
                    let bm := addmod(b0, b1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let bk := addmod(b0, shl(1, b1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    l0 := add(l0, b0)
                    l1 := add(l1, b1)
                    lm := addmod(lm, bm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    lk := addmod(lk, bk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    mstore(0x2980, bm)
                    mstore(0x29a0, bk)
                }
                {
                    let d0 := add(mload(0x2020), 0x200000001fffffffffffffffe00000002)
                    let d1 := sub(sub(add(mload(0x2080), 0x200000000000000000000000000000000), mload(0x2000)), add(lt(d0, 0x200000001fffffffffffffffe00000002), lt(mload(0x20a0), d0)))
                    d0 := sub(mload(0x20a0), d0)
                    let m := mulmod(mulmod(addmod(d0, d1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), lm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                    let w := shr(123, mul(shr(5, d1), l1))
                    let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(d0, l0))
                    let k := addmod(mulmod(addmod(d0, shl(1, d1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), lk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    let e := sub(0, add(u, shl(1, mload(0x2060))))
                    let j := and(e, 0xffffffff)
                    let f := addmod(mload(0x2060), shl(1, mload(0x2040)), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                    fault := or(or(fault, xor(mul(j, 0x100000000ffffffffffffffff00000001), e)), xor(addmod(k, addmod(f, f, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mul(j, 0xffffffff0000000000000000ffffffff)))
                }
                {
                    let b1 := shr(128, calldataload(add(q, 48)))
                    let b0 := calldataload(add(q, 64))
                    let bm := mload(0x2980)
                    let bk := mload(0x29a0)
                    let z1
                    let z0
                    {
                        let m := mulmod(mulmod(bm, bm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                        let w := shr(128, mul(b1, b1))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(b0, b0))
                        let k := addmod(mulmod(bk, bk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let t := add(mload(0x2020), 0x100000000ffffffffffffffff000000010)
                        let c := lt(t, 0x100000000ffffffffffffffff000000010)
                        let v := add(t, mload(0x20a0))
                        let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x1000000000000000000000000000000000), add(mload(0x2000), mload(0x2080))), add(add(c, lt(v, t)), lt(u, v)))
                        let e := sub(u, v)
                        let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                        z0 := add(e, f)
                        z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                    }
                    {
                        let d0 := add(z0, 0x200000001fffffffffffffffe00000002)
                        let d1 := sub(sub(add(mload(0x2000), 0x200000000000000000000000000000000), z1), add(lt(d0, 0x200000001fffffffffffffffe00000002), lt(mload(0x2020), d0)))
                        d0 := sub(mload(0x2020), d0)
                        mstore(0x2000, z1)
                        mstore(0x2020, z0)
                        let m := mulmod(mulmod(addmod(d0, d1, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), bm, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff), 0x3333333299999999cccccccd666666673333333399999999cccccccc66666666, 0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff)
                        let w := shr(126, mul(shr(2, d1), b1))
                        let u := sub(mul(add(m, w), 0x100000000ffffffffffffffff00000001), mul(d0, b0))
                        let k := addmod(mulmod(addmod(d0, shl(1, d1), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), bk, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), mulmod(addmod(m, sub(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe, w), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xffffffff0000000000000000ffffffff, 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)
                        let t := add(mload(0x2060), 0x200000001fffffffffffffffe00000002)
                        let c := lt(t, 0x200000001fffffffffffffffe00000002)
                        let h := sub(sub(add(shr(1, addmod(k, not(u), 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe)), 0x200000000000000000000000000000000), mload(0x2040)), add(c, lt(u, t)))
                        let e := sub(u, t)
                        let f := mul(shr(128, h), 0x100000000ffffffffffffffff00000001)
                        z0 := add(e, f)
                        z1 := add(and(h, 0xffffffffffffffffffffffffffffffff), lt(z0, f))
                    }
                    mstore(0x2040, z1)
                    mstore(0x2060, z0)
                }
            }
            function take(operation, at, source) {
                let digit
                let sum := and(shr(3, operation), 0x60)
                switch and(operation, 0x200)
                case 0 {
                    let index := and(operation, 7)
                    digit := add(shl(1, index), 1)
                    mcopy(0x2080, add(add(0x2180, shl(2, and(operation, 0x100))), shl(7, index)), 0x80)
                }
                default {
                    let index := and(operation, 0x7f)
                    digit := add(shl(1, index), 1)
                    extcodecopy(source, 0x2980, mul(add(index, shr(1, and(operation, 0x100))), 96), 96)
                    mstore(0x2080, shr(128, mload(0x2980)))
                    mstore(0x20a0, mload(0x2990))
                    mstore(0x20c0, shr(128, mload(0x29b0)))
                    mstore(0x20e0, mload(0x29c0))
                }
                if and(operation, 0x400) {
                    digit := sub(0, digit)
                    let t := add(mload(0x20e0), 0x200000001fffffffffffffffe00000002)
                    mstore(0x20c0, sub(sub(0x200000000000000000000000000000000, mload(0x20c0)), add(lt(t, 0x200000001fffffffffffffffe00000002), iszero(iszero(t)))))
                    mstore(0x20e0, sub(0, t))
                }
                sum := add(0x2100, sum)
                mstore(sum, add(mload(sum), shl(at, digit)))
            }
            function differ(left, right) -> fault {
                let x1 := mload(left)
                let x0 := mload(add(left, 32))
                let y1 := mload(right)
                let y0 := mload(add(right, 32))
                let d0 := add(y0, 0x400000003fffffffffffffffc00000004)
                let d1 := sub(sub(add(x1, 0x400000000000000000000000000000000), y1), add(lt(d0, 0x400000003fffffffffffffffc00000004), lt(x0, d0)))
                d0 := sub(x0, d0)
                d0 := sub(0, d0)
                let j := and(d0, 0xffffffff)
                fault := or(xor(mul(j, 0x100000000ffffffffffffffff00000001), d0), xor(d1, sub(shl(128, j), iszero(iszero(j)))))
            }
            for { let base := 0x2180 } lt(base, 0x2980) { base := add(base, 0x400) } {
                mcopy(0x2000, base, 0x80)
                wrong := or(wrong, double(slopes))
                slopes := add(slopes, 48)
                mcopy(0x2080, 0x2000, 0x80)
                mcopy(0x2000, base, 0x80)
                for { let entry := add(base, 0x80) } lt(entry, add(base, 0x400)) { entry := add(entry, 0x80) } {
                    wrong := or(wrong, add_(slopes))
                    slopes := add(slopes, 48)
                    mcopy(entry, 0x2000, 0x80)
                }
            }
            calldatacopy(0x2100, calldatasize(), 0x80)
            // The first entry is taken as it is, so that y of the accumulator never exceeds the bound of a product.
            take(and(shr(240, calldataload(program)), 0x3ff), place, table)
            mcopy(0x2000, 0x2080, 0x80)
            let last := sub(end, 2)
            for { program := add(program, 2) } lt(program, last) { program := add(program, 2) } {
                let operation := shr(240, calldataload(program))
                let doublings := shr(11, operation)
                place := sub(place, doublings)
                take(operation, place, table)
                switch doublings
                case 0 {
                    wrong := or(wrong, add_(slopes))
                    slopes := add(slopes, 48)
                }
                case 1 {
                    wrong := or(wrong, doubleAdd(slopes))
                    slopes := add(slopes, 96)
                }
                default {
                    for {} gt(doublings, 1) { doublings := sub(doublings, 1) } {
                        wrong := or(wrong, double(slopes))
                        slopes := add(slopes, 48)
                    }
                    wrong := or(wrong, doubleAdd(slopes))
                    slopes := add(slopes, 96)
                }
            }
            {
                let operation := shr(240, calldataload(program))
                let doublings := shr(11, operation)
                place := sub(place, doublings)
                for {} doublings { doublings := sub(doublings, 1) } {
                    wrong := or(wrong, double(slopes))
                    slopes := add(slopes, 48)
                }
                // The last entry is minus the accumulator: their sum is the point at infinity.
                take(operation, place, table)
            }
            wrong := or(wrong, differ(0x2000, 0x2080))
            {
                let t := add(mload(0x20e0), 0x200000001fffffffffffffffe00000002)
                mstore(0x20c0, sub(sub(0x200000000000000000000000000000000, mload(0x20c0)), add(lt(t, 0x200000001fffffffffffffffe00000002), iszero(iszero(t)))))
                mstore(0x20e0, sub(0, t))
            }
            wrong := or(wrong, differ(0x2040, 0x20c0))
            wrong := or(wrong, or(place, xor(slopes, finish)))
        }
    }
}
