// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Device clocks
/// @notice Six clocks to a word: until when a GPU's paid work has used its time, in unix milliseconds, 42 bits each (to the year 2109).
library DeviceClocks {
    /// @notice Clocks in one word.
    uint256 internal constant PER_WORD = 6;
    uint256 private constant BITS = 42;
    /// @notice The latest time a clock can hold.
    uint256 internal constant MASK = (1 << BITS) - 1;

    /// @notice Thrown when a clock would pass what 42 bits hold.
    error ClockOverflow(uint256 millis);

    /// @notice Where in its word the clock of a GPU number starts.
    function shiftOf(uint256 gpuNumber) internal pure returns (uint256) {
        unchecked {
            return gpuNumber % PER_WORD * BITS;
        }
    }

    /// @notice The clock at a shift.
    function at(uint256 word, uint256 shift) internal pure returns (uint256) {
        return word >> shift & MASK;
    }
}
