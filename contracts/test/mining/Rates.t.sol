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

    function test_durationRange_scalesWithWork() public pure {
        (uint64 least, uint64 most) = Rates.durationRange(180, 72_000, 60_000, 2.5e6);
        assertEq(least, 450, "least");
        assertEq(most, 240_000, "most");
    }

    function testFuzz_defaultRange_isTheRangeOfTheDefaultBounds(uint32 cuPerHour, uint64 units) public pure {
        uint256 rate = bound(cuPerHour, 1, 1_000_000);
        DurationBounds memory bounds = Rates.defaultBounds(rate);
        (uint64 least, uint64 most) = Rates.defaultRange(rate, units);
        (uint64 expectedLeast, uint64 expectedMost) =
            Rates.durationRange(bounds.minMillisPerCu, bounds.maxMillisPerCu, bounds.slackMillis, units);
        assertEq(least, expectedLeast, "least");
        assertEq(most, expectedMost, "most");
    }

    function testFuzz_durationRange_isOrderedAndNeverReverts(DurationBounds memory bounds, uint64 units) public pure {
        bounds.maxMillisPerCu = uint64(bound(bounds.maxMillisPerCu, 1, (1 << 40) - 1));
        bounds.minMillisPerCu = uint64(bound(bounds.minMillisPerCu, 0, bounds.maxMillisPerCu));
        bounds.slackMillis = uint64(bound(bounds.slackMillis, 0, (1 << 40) - 1));
        assertTrue(Rates.isSane(bounds), "sane");
        (uint64 least, uint64 most) =
            Rates.durationRange(bounds.minMillisPerCu, bounds.maxMillisPerCu, bounds.slackMillis, units);
        assertLe(least, most, "ordered");
    }

    function test_isSane_refusesEmptyAndBoundless() public pure {
        assertFalse(Rates.isSane(DurationBounds(0, 0, 60_000)), "no maximum");
        assertFalse(Rates.isSane(DurationBounds(2, 1, 60_000)), "empty");
        assertFalse(Rates.isSane(DurationBounds(0, 1 << 40, 0)), "factor");
        assertFalse(Rates.isSane(DurationBounds(0, 1, 1 << 40)), "slack");
        assertTrue(Rates.isSane(DurationBounds(0, (1 << 40) - 1, (1 << 40) - 1)), "largest");
    }

    function test_isWashLosing_isStrict() public pure {
        assertTrue(Rates.isWashLosing(1e11, 7e11 + 1), "just");
        assertFalse(Rates.isWashLosing(1e11, 7e11), "equal");
        assertFalse(Rates.isWashLosing(0, 0), "free compute");
    }
}
