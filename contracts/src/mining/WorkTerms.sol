// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Work terms
/// @notice What a task asks of one device class, in milliseconds.
library WorkTerms {
    /// @param least shortest duration a claim may state
    /// @param most longest
    /// @param clock device time the work uses up at least
    struct Terms {
        uint256 least;
        uint256 most;
        uint256 clock;
    }
}
