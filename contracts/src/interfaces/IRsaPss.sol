// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title RSASSA-PSS (RFC 8017) as AMD signs certificates: 4096 bits, exponent 65537, SHA-384, MGF1 over SHA-384, salt of 48
interface IRsaPss {
    /// @notice Thrown when the MODEXP precompile gave no answer, for want of gas or of the precompile: that is no verdict.
    error ModexpFailed();

    /// @notice Whether a signature of a message verifies under a modulus.
    /// @dev Never reverts on what is signed or claimed: malformed is `false`.
    /// @param message The message itself, not its digest.
    /// @param signature The 512 bytes of the signature.
    /// @param modulus The 512 bytes of the modulus, the highest bit set.
    /// @return valid Whether the signature verifies.
    function verify(bytes calldata message, bytes calldata signature, bytes calldata modulus)
        external
        view
        returns (bool valid);
}
