// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

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
    /// @dev Governed bounds of a workload type: 64 bits a class from class 1, least milliseconds per CU, most, slack.
    uint256 private constant LEAST_BITS = 21;
    uint256 private constant MOST_BITS = 22;
    uint256 private constant SLACK_BITS = 21;

    /// @notice Bounds of a class without governed ones: 1/20 of the nominal time, and 20 times it and a minute. Nominal time per CU
    /// is 3,600,000 ms / cuPerHour.
    function defaultBounds(uint256 cuPerHour) internal pure returns (DurationBounds memory) {
        return DurationBounds({
            minMillisPerCu: uint64(NOMINAL / cuPerHour / 20),
            maxMillisPerCu: uint64(NOMINAL * 20 / cuPerHour),
            slackMillis: DEFAULT_SLACK
        });
    }

    /// @notice The range of `units` of work of a class; bounds nobody governed follow from the class's rate.
    /// @param packed the governed bounds of the workload type, as `withBounds` makes them
    function rangeOf(uint256 packed, uint256 class, uint256 cuPerHour, uint256 units)
        internal
        pure
        returns (uint256 least, uint256 most)
    {
        unchecked {
            // Factors are below 2^27 and units below 2^64.
            uint256 lane = packed >> (class - 1) * 64 & type(uint64).max;
            if (lane == 0) return (NOMINAL / cuPerHour / 20 * units / CU, DEFAULT_SLACK + NOMINAL * 20 / cuPerHour * units / CU);
            least = (lane & (1 << LEAST_BITS) - 1) * units / CU;
            most = (lane >> LEAST_BITS + MOST_BITS) + (lane >> LEAST_BITS & (1 << MOST_BITS) - 1) * units / CU;
        }
    }

    /// @notice The governed bounds of a class, all zero if there are none.
    function boundsIn(uint256 packed, uint256 class) internal pure returns (DurationBounds memory bounds) {
        uint256 lane = packed >> (class - 1) * 64 & type(uint64).max;
        bounds.minMillisPerCu = uint64(lane & (1 << LEAST_BITS) - 1);
        bounds.maxMillisPerCu = uint64(lane >> LEAST_BITS & (1 << MOST_BITS) - 1);
        bounds.slackMillis = uint64(lane >> LEAST_BITS + MOST_BITS);
    }

    /// @notice The packed bounds with those of a class replaced.
    function withBounds(uint256 packed, uint256 class, DurationBounds memory bounds) internal pure returns (uint256) {
        uint256 shift = (class - 1) * 64;
        uint256 lane = bounds.minMillisPerCu | uint256(bounds.maxMillisPerCu) << LEAST_BITS
            | uint256(bounds.slackMillis) << LEAST_BITS + MOST_BITS;
        return packed & ~(uint256(type(uint64).max) << shift) | lane << shift;
    }

    /// @notice True for bounds that admit some duration and fit: 35 minutes, 70 minutes per CU, and 35 minutes.
    function isSane(DurationBounds memory bounds) internal pure returns (bool) {
        return bounds.maxMillisPerCu != 0 && bounds.minMillisPerCu <= bounds.maxMillisPerCu
            && bounds.minMillisPerCu < 1 << LEAST_BITS && bounds.maxMillisPerCu < 1 << MOST_BITS
            && bounds.slackMillis < 1 << SLACK_BITS;
    }

    /// @notice Device time that `units` of work use up at least: 3600 s * CU / (1.05 * cuPerHour), rounded up.
    /// @dev In milliseconds and micro-CU that is 24 * units / (7 * cuPerHour).
    function leastMillis(uint256 units, uint256 cuPerHour) internal pure returns (uint256) {
        // Units are below 2^64 and a class rate is at least 1.
        unchecked {
            return (24 * units + 7 * cuPerHour - 1) / (7 * cuPerHour);
        }
    }

    /// @notice True if minting at `mintRate` for every seat a task may pay is less than burning at `redeemPrice`.
    function isWashLosing(uint256 mintRate, uint256 redeemPrice) internal pure returns (bool) {
        return mintRate * MOST_PAID_SEATS < redeemPrice;
    }
}
