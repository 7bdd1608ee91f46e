// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a call costs as a transaction of its own
library Transaction {
    /// @notice Execution plus 21,000 plus calldata, 4 gas a token, or calldata at its floor price of 10 gas a token where that is more.
    /// A byte that is not zero is four tokens (EIP-7623).
    function gasOf(bytes memory input, uint256 execution) internal pure returns (uint256) {
        uint256 tokens;
        for (uint256 i = 0; i < input.length; i++) tokens += input[i] == 0 ? 1 : 4;
        uint256 standard = 21_000 + 4 * tokens + execution;
        uint256 least = 21_000 + 10 * tokens;
        return standard > least ? standard : least;
    }
}
