// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Roster entry
/// @notice A roster slot as settlement reads it: two words, in the order in which the device registry stores them.
/// @param holder operator | class << 160 | gpu number << 168 | host number << 192 | revoked block << 216 | trust profile << 248
/// @param validity identity | valid until << 160 | previous valid until << 192 | refreshed block << 224, where identity is the last 20
/// bytes of keccak256(abi.encode(gpuId, enclaveKey)): both can be told, and neither need be read
struct RosterEntry {
    uint256 holder;
    uint256 validity;
}

/// @notice Reads the packed words of a roster entry. Blocks are block numbers, validity is unix time in seconds.
library RosterWords {
    /// @notice Who is paid.
    function operatorOf(uint256 holder) internal pure returns (address) {
        return address(uint160(holder));
    }

    /// @notice Device class.
    function classOf(uint256 holder) internal pure returns (uint256) {
        return holder >> 160 & 0xff;
    }

    /// @notice The GPU's number, given at its first registration and never changed.
    function gpuNumberOf(uint256 holder) internal pure returns (uint256) {
        return holder >> 168 & 0xffffff;
    }

    /// @notice The host chip's number.
    function hostNumberOf(uint256 holder) internal pure returns (uint256) {
        return holder >> 192 & 0xffffff;
    }

    /// @notice Block in which the device was revoked, retired or suspended; zero while it is none of these.
    function revokedBlockOf(uint256 holder) internal pure returns (uint256) {
        return holder >> 216 & type(uint32).max;
    }

    /// @notice The identity of a GPU and its enclave key.
    function identityOf(bytes32 gpuId, address enclaveKey) internal pure returns (uint160) {
        return uint160(uint256(keccak256(abi.encode(gpuId, enclaveKey))));
    }

    /// @notice Until when the device mines.
    function validUntilOf(uint256 validity) internal pure returns (uint256) {
        return validity >> 160 & type(uint32).max;
    }
}
