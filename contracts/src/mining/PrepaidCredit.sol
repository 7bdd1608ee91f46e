// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Prepaid credit
/// @notice The workload id that stands for credit which any of its account's workloads may spend.
library PrepaidCredit {
    bytes32 private constant DOMAIN = keccak256("AIT prepaid credit v1");

    /// @param registry the mining registry that keeps the credit
    function idOf(address registry, address account) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, block.chainid, registry, account));
    }
}
