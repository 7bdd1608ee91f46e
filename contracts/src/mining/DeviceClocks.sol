// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Device clocks
/// @notice Six clocks to a word: until when a GPU's paid work has used its time, in unix milliseconds, 42 bits each (to the year 2109).
library DeviceClocks {
    /// @notice Clocks in one word.
    uint256 internal constant PER_WORD = 6;
    uint256 private constant BITS = 42;
    uint256 private constant MASK = (1 << BITS) - 1;

    /// @notice Thrown when a clock would pass what 42 bits hold.
    error ClockOverflow(uint256 millis);

    /// @notice The clock of a GPU number in its word.
    function read(uint256 word, uint256 gpuNumber) internal pure returns (uint256) {
        unchecked {
            return word >> (gpuNumber % PER_WORD * BITS) & MASK;
        }
    }

    /// @notice The word with the clock of a GPU number set.
    function set(uint256 word, uint256 gpuNumber, uint256 millis) internal pure returns (uint256) {
        require(millis <= MASK, ClockOverflow(millis));
        unchecked {
            uint256 shift = gpuNumber % PER_WORD * BITS;
            return word & ~(MASK << shift) | millis << shift;
        }
    }
}
