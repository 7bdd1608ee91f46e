// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title SHA-384 (FIPS 180-4)
interface ISha384 {
    /// @notice Hashes a message of whole bytes.
    /// @param message The message, of any length.
    /// @return head The first 32 bytes of the digest.
    /// @return tail The last 16 bytes of the digest.
    function sha384(bytes calldata message) external pure returns (bytes32 head, bytes16 tail);
}
