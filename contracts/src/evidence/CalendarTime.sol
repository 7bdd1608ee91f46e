// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Calendar time in UTC
library CalendarTime {
    /// @notice Seconds from 1970 to the start of a day, and whether the calendar has it.
    function dateOf(uint256 year, uint256 month, uint256 day) internal pure returns (bool real, uint64 time) {
        // Every number has at most four digits.
        unchecked {
            real = year >= 1970 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
            if (!real) return (false, 0);
            // Days since 1970 with years that start in March, so that the leap day is the last one.
            uint256 y = month > 2 ? year : year - 1;
            uint256 m = month > 2 ? month - 3 : month + 9;
            uint256 elapsed = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
            time = uint64(elapsed * 1 days);
        }
    }

    /// @notice Seconds since the start of a day, and whether the clock has them.
    function clockOf(uint256 hour, uint256 minute, uint256 second) internal pure returns (bool real, uint64 time) {
        real = hour < 24 && minute < 60 && second < 60;
        if (real) time = uint64(hour * 1 hours + minute * 1 minutes + second);
    }

    function daysOf(uint256 year, uint256 month) private pure returns (uint256) {
        if (month != 2) return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    }
}
