// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISha384} from "../interfaces/ISha384.sol";

/// @title SHA-384 (FIPS 180-4), unrolled
/// @notice Written by tools/generate-sha384.mjs; the loop it equals is the slow twin in its tests.
/// @dev Rotation: a word times 2^64 + 1 is the word twice, so that a right shift is a rotation in the low 64 bits. What lies
/// above them is masked once per sum. The schedule works on two words at a time, in lanes of 128 bits; a lane is masked to
/// 64 bits before it is added, so that no carry crosses lanes. Entries lie 16 bytes apart: any two neighbours are one load.
/// The function owns the whole memory and returns from assembly.
contract Sha384 is ISha384 {
    /// @inheritdoc ISha384
    function sha384(bytes calldata message) external pure returns (bytes32, bytes16) {
        assembly {
            let p := 0x620
            let end
            {
                // Padding: a one bit, zeros, and the length in bits as a 128-bit number.
                let size := message.length
                end := add(p, and(add(size, 144), not(127)))
                calldatacopy(p, message.offset, size)
                calldatacopy(add(p, size), calldatasize(), sub(sub(end, p), size))
                mstore8(add(p, size), 0x80)
                mstore(sub(end, 32), or(mload(sub(end, 32)), shl(3, size)))
            }
            let a := 0xcbbb9d5dc1059ed8
            let b := 0x629a292a367cd507
            let c := 0x9159015a3070dd17
            let d := 0x152fecd8f70e5939
            let e := 0x67332667ffc00b31
            let f := 0x8eb44a8768581511
            let g := 0xdb0c2e0d64f98fa7
            let h := 0x47b5481dbefa4fa4
            mstore(0x520, a)
            mstore(0x540, b)
            mstore(0x560, c)
            mstore(0x580, d)
            mstore(0x5a0, e)
            mstore(0x5c0, f)
            mstore(0x5e0, g)
            mstore(0x600, h)
            for {} lt(p, end) { p := add(p, 128) } {
                {
                    let x := mload(add(p, 0))
                    let y := shr(128, x)
                    mstore(0x020, and(or(y, shl(64, y)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                    y := and(x, 0xffffffffffffffffffffffffffffffff)
                    mstore(0x040, and(or(y, shl(64, y)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mload(add(p, 32))
                    let y := shr(128, x)
                    mstore(0x060, and(or(y, shl(64, y)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                    y := and(x, 0xffffffffffffffffffffffffffffffff)
                    mstore(0x080, and(or(y, shl(64, y)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mload(add(p, 64))
                    let y := shr(128, x)
                    mstore(0x0a0, and(or(y, shl(64, y)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                    y := and(x, 0xffffffffffffffffffffffffffffffff)
                    mstore(0x0c0, and(or(y, shl(64, y)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mload(add(p, 96))
                    let y := shr(128, x)
                    mstore(0x0e0, and(or(y, shl(64, y)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                    y := and(x, 0xffffffffffffffffffffffffffffffff)
                    mstore(0x100, and(or(y, shl(64, y)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0x428a2f98d728ae22), mload(0x010)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0x7137449123ef65cd), mload(0x020)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0xb5c0fbcfec4d3b2f), mload(0x030)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0xe9b5dba58189dbbc), mload(0x040)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0x3956c25bf348b538), mload(0x050)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0x59f111f1b605d019), mload(0x060)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0x923f82a4af194f9b), mload(0x070)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0xab1c5ed5da6d8118), mload(0x080)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0xd807aa98a3030242), mload(0x090)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0x12835b0145706fbe), mload(0x0a0)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0x243185be4ee4b28c), mload(0x0b0)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0x550c7dc3d5ffb4e2), mload(0x0c0)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0x72be5d74f27b896f), mload(0x0d0)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0x80deb1fe3b1696b1), mload(0x0e0)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0x9bdc06a725c71235), mload(0x0f0)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0xc19bf174cf692694), mload(0x100)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x030)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x100)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x120, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x020), mload(0x0b0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0xe49b69c19ef14ad2), mload(0x110)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0xefbe4786384f25e3), mload(0x120)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x050)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x120)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x140, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x040), mload(0x0d0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0x0fc19dc68b8cd5b5), mload(0x130)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0x240ca1cc77ac9c65), mload(0x140)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x070)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x140)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x160, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x060), mload(0x0f0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0x2de92c6f592b0275), mload(0x150)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0x4a7484aa6ea6e483), mload(0x160)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x090)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x160)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x180, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x080), mload(0x110))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0x5cb0a9dcbd41fbd4), mload(0x170)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0x76f988da831153b5), mload(0x180)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x0b0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x180)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x1a0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x0a0), mload(0x130))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0x983e5152ee66dfab), mload(0x190)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0xa831c66d2db43210), mload(0x1a0)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x0d0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x1a0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x1c0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x0c0), mload(0x150))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0xb00327c898fb213f), mload(0x1b0)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0xbf597fc7beef0ee4), mload(0x1c0)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x0f0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x1c0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x1e0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x0e0), mload(0x170))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0xc6e00bf33da88fc2), mload(0x1d0)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0xd5a79147930aa725), mload(0x1e0)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x110)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x1e0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x200, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x100), mload(0x190))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0x06ca6351e003826f), mload(0x1f0)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0x142929670a0e6e70), mload(0x200)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x130)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x200)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x220, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x120), mload(0x1b0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0x27b70a8546d22ffc), mload(0x210)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0x2e1b21385c26c926), mload(0x220)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x150)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x220)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x240, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x140), mload(0x1d0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0x4d2c6dfc5ac42aed), mload(0x230)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0x53380d139d95b3df), mload(0x240)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x170)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x240)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x260, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x160), mload(0x1f0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0x650a73548baf63de), mload(0x250)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0x766a0abb3c77b2a8), mload(0x260)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x190)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x260)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x280, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x180), mload(0x210))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0x81c2c92e47edaee6), mload(0x270)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0x92722c851482353b), mload(0x280)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x1b0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x280)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x2a0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x1a0), mload(0x230))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0xa2bfe8a14cf10364), mload(0x290)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0xa81a664bbc423001), mload(0x2a0)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x1d0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x2a0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x2c0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x1c0), mload(0x250))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0xc24b8b70d0f89791), mload(0x2b0)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0xc76c51a30654be30), mload(0x2c0)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x1f0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x2c0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x2e0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x1e0), mload(0x270))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0xd192e819d6ef5218), mload(0x2d0)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0xd69906245565a910), mload(0x2e0)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x210)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x2e0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x300, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x200), mload(0x290))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0xf40e35855771202a), mload(0x2f0)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0x106aa07032bbd1b8), mload(0x300)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x230)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x300)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x320, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x220), mload(0x2b0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0x19a4c116b8d2d0c8), mload(0x310)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0x1e376c085141ab53), mload(0x320)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x250)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x320)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x340, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x240), mload(0x2d0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0x2748774cdf8eeb99), mload(0x330)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0x34b0bcb5e19b48a8), mload(0x340)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x270)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x340)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x360, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x260), mload(0x2f0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0x391c0cb3c5c95a63), mload(0x350)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0x4ed8aa4ae3418acb), mload(0x360)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x290)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x360)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x380, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x280), mload(0x310))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0x5b9cca4f7763e373), mload(0x370)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0x682e6ff3d6b2b8a3), mload(0x380)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x2b0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x380)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x3a0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x2a0), mload(0x330))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0x748f82ee5defb2fc), mload(0x390)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0x78a5636f43172f60), mload(0x3a0)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x2d0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x3a0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x3c0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x2c0), mload(0x350))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0x84c87814a1f0ab72), mload(0x3b0)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0x8cc702081a6439ec), mload(0x3c0)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x2f0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x3c0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x3e0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x2e0), mload(0x370))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0x90befffa23631e28), mload(0x3d0)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0xa4506cebde82bde9), mload(0x3e0)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x310)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x3e0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x400, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x300), mload(0x390))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0xbef9a3f7b2c67915), mload(0x3f0)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0xc67178f2e372532b), mload(0x400)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x330)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x400)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x420, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x320), mload(0x3b0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0xca273eceea26619c), mload(0x410)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0xd186b8c721c0c207), mload(0x420)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x350)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x420)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x440, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x340), mload(0x3d0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0xeada7dd6cde0eb1e), mload(0x430)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0xf57d4f7fee6ed178), mload(0x440)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x370)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x440)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x460, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x360), mload(0x3f0))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0x06f067aa72176fba), mload(0x450)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0x0a637dc5a2c898a6), mload(0x460)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x390)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x460)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x480, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x380), mload(0x410))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0x113f9804bef90dae), mload(0x470)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0x1b710b35131c471b), mload(0x480)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x3b0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x480)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x4a0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x3a0), mload(0x430))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(e, 0x10000000000000001)
                    let y := add(add(add(h, 0x28db77f523047d84), mload(0x490)), add(xor(g, and(e, xor(f, g))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    d := and(add(d, y), 0xffffffffffffffff)
                    x := mul(a, 0x10000000000000001)
                    h := and(add(y, add(xor(b, and(xor(a, b), xor(b, c))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(d, 0x10000000000000001)
                    let y := add(add(add(g, 0x32caab7b40c72493), mload(0x4a0)), add(xor(f, and(d, xor(e, f))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    c := and(add(c, y), 0xffffffffffffffff)
                    x := mul(h, 0x10000000000000001)
                    g := and(add(y, add(xor(a, and(xor(h, a), xor(a, b))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x3d0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x4a0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x4c0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x3c0), mload(0x450))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(c, 0x10000000000000001)
                    let y := add(add(add(f, 0x3c9ebe0a15c9bebc), mload(0x4b0)), add(xor(e, and(c, xor(d, e))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    b := and(add(b, y), 0xffffffffffffffff)
                    x := mul(g, 0x10000000000000001)
                    f := and(add(y, add(xor(h, and(xor(g, h), xor(h, a))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(b, 0x10000000000000001)
                    let y := add(add(add(e, 0x431d67c49c100d4c), mload(0x4c0)), add(xor(d, and(b, xor(c, d))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    a := and(add(a, y), 0xffffffffffffffff)
                    x := mul(f, 0x10000000000000001)
                    e := and(add(y, add(xor(g, and(xor(f, g), xor(g, h))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x3f0)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x4c0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x4e0, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x3e0), mload(0x470))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(a, 0x10000000000000001)
                    let y := add(add(add(d, 0x4cc5d4becb3e42b6), mload(0x4d0)), add(xor(c, and(a, xor(b, c))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    h := and(add(h, y), 0xffffffffffffffff)
                    x := mul(e, 0x10000000000000001)
                    d := and(add(y, add(xor(f, and(xor(e, f), xor(f, g))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(h, 0x10000000000000001)
                    let y := add(add(add(c, 0x597f299cfc657e2a), mload(0x4e0)), add(xor(b, and(h, xor(a, b))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    g := and(add(g, y), 0xffffffffffffffff)
                    x := mul(d, 0x10000000000000001)
                    c := and(add(y, add(xor(e, and(xor(d, e), xor(e, f))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mload(0x410)
                    let y := mul(x, 0x10000000000000001)
                    let u := mload(0x4e0)
                    let v := mul(u, 0x10000000000000001)
                    mstore(0x500, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff)), add(mload(0x400), mload(0x490))), 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff))
                }
                {
                    let x := mul(g, 0x10000000000000001)
                    let y := add(add(add(b, 0x5fcb6fab3ad6faec), mload(0x4f0)), add(xor(a, and(g, xor(h, a))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    f := and(add(f, y), 0xffffffffffffffff)
                    x := mul(c, 0x10000000000000001)
                    b := and(add(y, add(xor(d, and(xor(c, d), xor(d, e))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                {
                    let x := mul(f, 0x10000000000000001)
                    let y := add(add(add(a, 0x6c44198c4a475817), mload(0x500)), add(xor(h, and(f, xor(g, h))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))
                    e := and(add(e, y), 0xffffffffffffffff)
                    x := mul(b, 0x10000000000000001)
                    a := and(add(y, add(xor(c, and(xor(b, c), xor(c, d))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), 0xffffffffffffffff)
                }
                a := and(add(a, mload(0x520)), 0xffffffffffffffff)
                mstore(0x520, a)
                b := and(add(b, mload(0x540)), 0xffffffffffffffff)
                mstore(0x540, b)
                c := and(add(c, mload(0x560)), 0xffffffffffffffff)
                mstore(0x560, c)
                d := and(add(d, mload(0x580)), 0xffffffffffffffff)
                mstore(0x580, d)
                e := and(add(e, mload(0x5a0)), 0xffffffffffffffff)
                mstore(0x5a0, e)
                f := and(add(f, mload(0x5c0)), 0xffffffffffffffff)
                mstore(0x5c0, f)
                g := and(add(g, mload(0x5e0)), 0xffffffffffffffff)
                mstore(0x5e0, g)
                h := and(add(h, mload(0x600)), 0xffffffffffffffff)
                mstore(0x600, h)
            }
            mstore(0x00, or(or(shl(192, a), shl(128, b)), or(shl(64, c), d)))
            mstore(0x20, or(shl(192, e), shl(128, f)))
            return(0x00, 0x40)
        }
    }
}
