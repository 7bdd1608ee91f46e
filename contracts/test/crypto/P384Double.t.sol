// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../base/Test.sol";
import {P384Double} from "../../src/crypto/P384Double.sol";
import {P384Field} from "../../src/crypto/P384Field.sol";
import {SlowP384} from "./SlowP384.sol";

contract P384DoubleTest is Test {
    using P384Field for uint256;

    struct Element {
        uint256 high;
        uint256 low;
    }

    /// @notice Any words within the bounds serve: the doubling is a formula, and says nothing about the curve.
    function testFuzz_double_equalsTheFormula(uint256[6] calldata seeds) external pure {
        Element memory x = Element(bound(seeds[0], 0, (5 << 128) - 1), edge(seeds[1]));
        Element memory y = Element(bound(seeds[2], 0, (16 << 128) - 1), edge(seeds[3]));
        Element memory z = Element(bound(seeds[4], 0, (2 << 128) - 1), edge(seeds[5]));
        uint256[6] memory point = [x.high, x.low, y.high, y.low, z.high, z.low];
        uint256 place;
        assembly ("memory-safe") {
            place := point
        }
        P384Double.double(place);
        assertLe(point[0], 5 << 128, "bound of X");
        assertLe(point[2], 5 << 128, "bound of 2Y");
        assertLe(point[4], 2 << 128, "bound of Z");

        // a = 3 (X - Z^2)(X + Z^2), s = X (2Y)^2
        Element memory d = square(z);
        Element memory a = product(difference(x, d), sum(x, d));
        a = sum(a, sum(a, a));
        Element memory q = square(y);
        Element memory s = product(x, q);
        // X' = a^2 - 2s, 2Y' = 2a (s - X') - (2Y)^4, Z' = 2Y Z
        Element memory x2 = difference(square(a), sum(s, s));
        Element memory y2 = difference(product(sum(a, a), difference(s, x2)), square(q));
        isSame(point[0], point[1], x2, "X");
        isSame(point[2], point[3], y2, "2Y");
        isSame(point[4], point[5], product(y, z), "Z");
    }

    function test_double_keepsInfinity() external pure {
        uint256[6] memory point = [uint256(5), 6, 7, 8, 0, 0];
        uint256 place;
        assembly ("memory-safe") {
            place := point
        }
        P384Double.double(place);
        assertEq(point[4] | point[5], 0, "Z");
    }

    function edge(uint256 seed) private pure returns (uint256) {
        return seed % 3 == 0 ? 0 : seed % 3 == 1 ? type(uint256).max - (seed % 7) : seed;
    }

    function product(Element memory x, Element memory y) private pure returns (Element memory z) {
        (z.high, z.low) = x.high.mul(x.low, y.high, y.low);
        (z.high, z.low) = SlowP384.reduce(z.high, z.low, SlowP384.P_LOW);
    }

    function square(Element memory x) private pure returns (Element memory) {
        return product(x, x);
    }

    function sum(Element memory x, Element memory y) private pure returns (Element memory z) {
        (z.high, z.low) = x.high.add(x.low, y.high, y.low);
        (z.high, z.low) = SlowP384.reduce(z.high, z.low, SlowP384.P_LOW);
    }

    function difference(Element memory x, Element memory y) private pure returns (Element memory z) {
        (z.high, z.low) = x.high.sub16(x.low, y.high, y.low);
        (z.high, z.low) = SlowP384.reduce(z.high, z.low, SlowP384.P_LOW);
    }

    function isSame(uint256 high, uint256 low, Element memory expected, string memory what) private pure {
        (high, low) = SlowP384.reduce(high, low, SlowP384.P_LOW);
        assertEq(high, expected.high, what);
        assertEq(low, expected.low, what);
    }
}
