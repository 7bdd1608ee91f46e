// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DurationBounds} from "../interfaces/IMiningRegistry.sol";

/// @title Rates
/// @notice Arithmetic of compute units, durations and the device clock. Work is in micro-CU, time in milliseconds.
library Rates {
    /// @notice 1 CU in micro-CU.
    uint256 internal constant CU = 1e6;
    /// @notice Number of device classes; classes are numbered from 1.
    uint8 internal constant CLASSES = 4;
    /// @notice The most seats a task may ever pay: the margin between mint rate and redeem price.
    uint256 internal constant MOST_PAID_SEATS = 7;
    /// @dev Milliseconds of an hour: nominal milliseconds per CU times CU per hour.
    uint256 private constant NOMINAL = 3_600_000;
    uint64 private constant DEFAULT_SLACK = 60_000;
    /// @dev Factors and slack below this keep `durationRange` far from overflow: 2^64 * 2^40 < 2^256.
    uint64 private constant MILLIS_LIMIT = 1 << 40;

    /// @notice Bounds of a class without governed ones: 1/20 of the nominal time, and 20 times it and a minute. Nominal time per CU
    /// is 3,600,000 ms / cuPerHour.
    function defaultBounds(uint256 cuPerHour) internal pure returns (DurationBounds memory) {
        return DurationBounds({
            minMillisPerCu: uint64(NOMINAL / cuPerHour / 20),
            maxMillisPerCu: uint64(NOMINAL * 20 / cuPerHour),
            slackMillis: DEFAULT_SLACK
        });
    }

    /// @notice Least and most milliseconds that `units` of work may take, saturated to 64 bits.
    function durationRange(uint256 minMillisPerCu, uint256 maxMillisPerCu, uint256 slackMillis, uint256 units)
        internal
        pure
        returns (uint64 least, uint64 most)
    {
        least = _saturate(units * minMillisPerCu / CU);
        most = _saturate(slackMillis + units * maxMillisPerCu / CU);
    }

    /// @notice The range under `defaultBounds`.
    function defaultRange(uint256 cuPerHour, uint256 units) internal pure returns (uint64 least, uint64 most) {
        return durationRange(NOMINAL / cuPerHour / 20, NOMINAL * 20 / cuPerHour, DEFAULT_SLACK, units);
    }

    /// @notice True for bounds that admit some duration.
    function isSane(DurationBounds memory bounds) internal pure returns (bool) {
        return bounds.maxMillisPerCu != 0 && bounds.minMillisPerCu <= bounds.maxMillisPerCu
            && bounds.maxMillisPerCu < MILLIS_LIMIT && bounds.slackMillis < MILLIS_LIMIT;
    }

    /// @notice Device time that `units` of work use up at least: 3600 s * CU / (1.05 * cuPerHour), rounded up.
    /// @dev In milliseconds and micro-CU that is 24 * units / (7 * cuPerHour).
    function leastMillis(uint256 units, uint256 cuPerHour) internal pure returns (uint256) {
        return Math.ceilDiv(24 * units, 7 * cuPerHour);
    }

    /// @notice True if minting at `mintRate` for every seat a task may pay is less than burning at `redeemPrice`.
    function isWashLosing(uint256 mintRate, uint256 redeemPrice) internal pure returns (bool) {
        return mintRate * MOST_PAID_SEATS < redeemPrice;
    }

    function _saturate(uint256 value) private pure returns (uint64) {
        return value > type(uint64).max ? type(uint64).max : uint64(value);
    }
}
