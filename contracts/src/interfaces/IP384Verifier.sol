// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ECDSA over P-384 (secp384r1), FIPS 186-5
interface IP384Verifier {
    /// @notice Whether a signature of a digest verifies under a public key.
    /// @dev Never reverts on what is signed or claimed: malformed, out of range or off the curve is `false`.
    /// @dev Warning: (r, n - s) verifies whenever (r, s) does. Never key anything on signature bytes.
    /// @param digest The 48 bytes of the SHA-384 digest.
    /// @param signature r then s, 48 bytes each, big-endian.
    /// @param publicKey x then y of the affine point, 48 bytes each, big-endian.
    /// @return valid Whether the signature verifies.
    function verify(bytes calldata digest, bytes calldata signature, bytes calldata publicKey)
        external
        view
        returns (bool valid);
}
