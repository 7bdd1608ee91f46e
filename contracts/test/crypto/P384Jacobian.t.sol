// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../base/Test.sol";
import {P384Field} from "../../src/crypto/P384Field.sol";
import {P384Jacobian} from "../../src/crypto/P384Jacobian.sol";
import {SlowP384} from "./SlowP384.sol";

/// @notice Any words within the bounds serve: doubling and adding are formulas, and say nothing about the curve.
contract P384JacobianTest is Test {
    using P384Field for uint256;

    struct Element {
        uint256 high;
        uint256 low;
    }

    function testFuzz_double_equalsTheFormula(uint256[6] calldata seeds) external pure {
        allocate();
        (Element memory x, Element memory y, Element memory z) = accumulator(seeds);
        P384Jacobian.double();

        // a = 3 (X - Z^2)(X + Z^2), s = X (2Y)^2
        Element memory d = product(z, z);
        Element memory a = product(difference(x, d), sum(x, d));
        a = sum(a, sum(a, a));
        Element memory q = product(y, y);
        Element memory s = product(x, q);
        // X' = a^2 - 2s, 2Y' = 2a (s - X') - (2Y)^4, Z' = 2Y Z
        x = difference(product(a, a), sum(s, s));
        isAt(0x40, difference(product(sum(a, a), difference(s, x)), product(q, q)), "2Y");
        isAt(0, x, "X");
        isAt(0x80, product(y, z), "Z");
    }

    function test_double_keepsInfinity() external pure {
        allocate();
        put(P384Jacobian.ACC, Element(5, 6));
        put(P384Jacobian.ACC + 0x40, Element(7, 8));
        put(P384Jacobian.ACC + 0x80, Element(0, 0));
        P384Jacobian.double();
        Element memory z = read(P384Jacobian.ACC + 0x80);
        assertEq(z.high | z.low, 0, "Z");
    }

    function testFuzz_add_equalsTheFormula(uint256[6] calldata seeds, uint256[4] calldata entry) external pure {
        allocate();
        (Element memory x, Element memory y, Element memory z) = accumulator(seeds);
        Element memory i = product(z, z);
        // H = x Z^2 - X, R = 2y Z^3 - 2Y
        Element memory h = difference(product(put(P384Jacobian.ENTRY, element(entry[0], entry[1], 1)), i), x);
        Element memory r = put(P384Jacobian.ENTRY + 0x40, element(entry[2], entry[3], 4));
        r = difference(product(sum(r, r), product(i, z)), y);
        uint256 kind = P384Jacobian.add();
        bool isLevel = h.high | h.low == 0;
        assertEq(kind, isLevel ? (r.high | r.low == 0 ? 1 : 2) : 0, "kind");
        if (!isLevel) sums(x, y, z, h, r);
    }

    /// @notice I = (2H)^2, J = H I, V = X I; X' = R^2 - J - 2V, 2Y' = 2 (R (V - X') - 2Y J), Z' = 2 Z H
    function sums(Element memory x, Element memory y, Element memory z, Element memory h, Element memory r) private pure {
        Element memory j = product(product(sum(h, h), sum(h, h)), h);
        Element memory v = product(product(sum(h, h), sum(h, h)), x);
        x = difference(product(r, r), sum(j, sum(v, v)));
        y = difference(product(r, difference(v, x)), product(y, j));
        isAt(0, x, "X");
        isAt(0x40, sum(y, y), "2Y");
        isAt(0x80, product(sum(z, z), h), "Z");
    }

    /// @notice Points of one x: x Z^2 = X, and 2y Z^3 = 2Y or not; nothing is added, and the accumulator stays.
    function testFuzz_add_tellsEqualAndOppositePoints(uint256[4] calldata seeds, bool isEqual) external pure {
        allocate();
        Element memory z = put(P384Jacobian.ACC + 0x80, element(seeds[0], seeds[1], 1));
        if (reduced(z).high | reduced(z).low == 0) return;
        Element memory ex = put(P384Jacobian.ENTRY, element(seeds[2], seeds[3], 1));
        Element memory ey = put(P384Jacobian.ENTRY + 0x40, element(seeds[3], seeds[2], 1));
        Element memory square = product(z, z);
        put(P384Jacobian.ACC, product(ex, square));
        Element memory y = product(sum(ey, ey), product(square, z));
        bool isZero = y.high | y.low == 0;
        put(P384Jacobian.ACC + 0x40, isEqual ? y : difference(Element(0, 0), y));
        assertEq(P384Jacobian.add(), isEqual || isZero ? 1 : 2, "kind");
        Element memory kept = read(P384Jacobian.ACC + 0x80);
        assertTrue(kept.high == z.high && kept.low == z.low, "Z stays");
    }

    /// @notice Takes the memory that the library works in.
    function allocate() private pure {
        assembly ("memory-safe") {
            mstore(0x40, 0x4000)
        }
        P384Jacobian.prepare();
    }

    function accumulator(uint256[6] calldata seeds) private pure returns (Element memory x, Element memory y, Element memory z) {
        x = put(P384Jacobian.ACC, element(seeds[0], seeds[1], 1));
        y = put(P384Jacobian.ACC + 0x40, element(seeds[2], seeds[3], 1));
        z = put(P384Jacobian.ACC + 0x80, element(seeds[4], seeds[5], 1));
    }

    /// @notice Half of the words are edges; the high word is 2^128 times the bound at most, and then with a low word of 2^163 at most.
    function element(uint256 high, uint256 low, uint256 limit) private pure returns (Element memory x) {
        x.high = high % 4 == 0 ? limit << 128 : high % 4 == 1 ? (limit << 128) - 1 : bound(high, 0, limit << 128);
        x.low = low % 4 == 0 ? 0 : low % 4 == 1 ? type(uint256).max - (low % 7) : low;
        if (x.high == limit << 128) x.low &= (1 << 163) - 1;
        if (limit == 4 && x.high == limit << 128) x = Element((4 << 128) - 1, type(uint256).max - 4 * P384Field.EPSILON + 1);
    }

    function put(uint256 place, Element memory x) private pure returns (Element memory) {
        (uint256 high, uint256 low) = (x.high, x.low);
        assembly ("memory-safe") {
            mstore(place, high)
            mstore(add(place, 0x20), low)
        }
        return x;
    }

    function read(uint256 place) private pure returns (Element memory x) {
        uint256 high;
        uint256 low;
        assembly ("memory-safe") {
            high := mload(place)
            low := mload(add(place, 0x20))
        }
        return Element(high, low);
    }

    function isAt(uint256 offset, Element memory expected, string memory what) private pure {
        Element memory found = read(P384Jacobian.ACC + offset);
        assertTrue(found.high < 1 << 128 || (found.high == 1 << 128 && found.low < 1 << 163), string.concat("bound of ", what));
        found = reduced(found);
        assertEq(found.high, expected.high, what);
        assertEq(found.low, expected.low, what);
    }

    function reduced(Element memory x) private pure returns (Element memory z) {
        (z.high, z.low) = SlowP384.reduce(x.high, x.low, SlowP384.P_LOW);
    }

    function product(Element memory x, Element memory y) private pure returns (Element memory) {
        (uint256 high, uint256 low) = x.high.mul(x.low, y.high, y.low);
        return reduced(Element(high, low));
    }

    function sum(Element memory x, Element memory y) private pure returns (Element memory) {
        (uint256 high, uint256 low) = x.high.add(x.low, y.high, y.low);
        return reduced(Element(high, low));
    }

    function difference(Element memory x, Element memory y) private pure returns (Element memory) {
        (uint256 high, uint256 low) = x.high.sub4(x.low, y.high, y.low);
        return reduced(Element(high, low));
    }
}
