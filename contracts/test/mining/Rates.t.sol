// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DurationBounds} from "../../src/interfaces/IMiningRegistry.sol";
import {Rates} from "../../src/mining/Rates.sol";
import {Test} from "../base/Test.sol";

contract RatesTest is Test {
    function test_leastMillis_isTheReferenceTimeLessFivePercent() public pure {
        // 1000 CU are an hour of an H100; at 1.05 times that rate 3,428,571.43 ms, rounded up.
        assertEq(Rates.leastMillis(1000e6, 1000), 3_428_572, "H100");
        assertEq(Rates.leastMillis(1050e6, 1000), 3_600_000, "an hour exactly");
        assertEq(Rates.leastMillis(0, 400), 0, "nothing");
        assertEq(Rates.leastMillis(1, 1000), 1, "never free");
    }

    function testFuzz_leastMillis_isTheFormulaRoundedUp(uint64 units, uint32 cuPerHour) public pure {
        uint256 rate = bound(cuPerHour, 1, 1_000_000);
        uint256 millis = Rates.leastMillis(units, rate);
        // millis / 3,600,000 h * 1.05 * rate CU/h * 1e6 >= units, and one millisecond less is too little.
        assertTrue(millis * 105 * rate * 1e6 >= uint256(units) * 100 * 3_600_000, "enough");
        if (millis > 0) assertTrue((millis - 1) * 105 * rate * 1e6 < uint256(units) * 100 * 3_600_000, "no more");
    }

    function test_defaultBounds_areATwentiethAndTwentyTimesTheNominalTime() public pure {
        uint16[4] memory rates = [1000, 600, 400, 800];
        uint16[4] memory nominal = [3600, 6000, 9000, 4500];
        for (uint256 i = 0; i < 4; i++) {
            DurationBounds memory bounds = Rates.defaultBounds(rates[i]);
            assertEq(bounds.minMillisPerCu, nominal[i] / 20, "min");
            assertEq(bounds.maxMillisPerCu, uint256(nominal[i]) * 20, "max");
            assertEq(bounds.slackMillis, 60_000, "slack");
        }
    }

    function test_rangeOf_scalesWithWork() public pure {
        uint256 packed = Rates.withBounds(0, 3, DurationBounds(180, 72_000, 60_000));
        (uint256 least, uint256 most) = Rates.rangeOf(packed, 3, 400, 2.5e6);
        assertEq(least, 450, "least");
        assertEq(most, 240_000, "most");
    }

    function testFuzz_rangeOf_isTheDefaultBoundsWhereNothingIsGoverned(uint32 cuPerHour, uint64 units, uint8 class)
        public
        pure
    {
        uint256 rate = bound(cuPerHour, 1, 1_000_000);
        DurationBounds memory bounds = Rates.defaultBounds(rate);
        (uint256 least, uint256 most) = Rates.rangeOf(0, bound(class, 1, 4), rate, units);
        assertEq(least, uint256(units) * bounds.minMillisPerCu / 1e6, "least");
        assertEq(most, bounds.slackMillis + uint256(units) * bounds.maxMillisPerCu / 1e6, "most");
    }

    /// @notice Four classes share a word: what is written for one is read for it and for no other.
    function testFuzz_withBounds_keepsEachClassApart(DurationBounds[4] memory bounds, uint64 units) public pure {
        uint256 packed = 0;
        for (uint256 class = 1; class <= 4; class++) {
            DurationBounds memory one = bounds[class - 1];
            one.maxMillisPerCu = uint64(bound(one.maxMillisPerCu, 1, (1 << 22) - 1));
            one.minMillisPerCu = uint64(
                bound(one.minMillisPerCu, 0, one.maxMillisPerCu < 1 << 21 ? one.maxMillisPerCu : (1 << 21) - 1)
            );
            one.slackMillis = uint64(bound(one.slackMillis, 0, (1 << 21) - 1));
            assertTrue(Rates.isSane(one), "sane");
            packed = Rates.withBounds(packed, class, DurationBounds(1, 2, 3));
            packed = Rates.withBounds(packed, class, one);
        }
        for (uint256 class = 1; class <= 4; class++) {
            DurationBounds memory found = Rates.boundsIn(packed, class);
            DurationBounds memory one = bounds[class - 1];
            assertEq(keccak256(abi.encode(found)), keccak256(abi.encode(one)), "bounds");
            (uint256 least, uint256 most) = Rates.rangeOf(packed, class, 1000, units);
            assertEq(least, uint256(units) * one.minMillisPerCu / 1e6, "least");
            assertEq(most, one.slackMillis + uint256(units) * one.maxMillisPerCu / 1e6, "most");
            assertLe(least, most, "ordered");
        }
    }

    function test_isSane_refusesEmptyAndBoundless() public pure {
        assertFalse(Rates.isSane(DurationBounds(0, 0, 60_000)), "no maximum");
        assertFalse(Rates.isSane(DurationBounds(2, 1, 60_000)), "empty");
        assertFalse(Rates.isSane(DurationBounds(1 << 21, 1 << 21, 0)), "least");
        assertFalse(Rates.isSane(DurationBounds(0, 1 << 22, 0)), "most");
        assertFalse(Rates.isSane(DurationBounds(0, 1, 1 << 21)), "slack");
        assertTrue(Rates.isSane(DurationBounds((1 << 21) - 1, (1 << 22) - 1, (1 << 21) - 1)), "largest");
    }

    function test_isWashLosing_isStrict() public pure {
        assertTrue(Rates.isWashLosing(1e11, 7e11 + 1), "just");
        assertFalse(Rates.isWashLosing(1e11, 7e11), "equal");
        assertFalse(Rates.isWashLosing(0, 0), "free compute");
    }
}
