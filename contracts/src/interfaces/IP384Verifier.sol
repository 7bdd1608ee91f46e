// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ECDSA over P-384 (secp384r1), FIPS 186-5
/// @notice Two ways to one verdict: alone, or with hints that a prover computed off chain and that make it several times cheaper.
/// @dev Warning: (r, n - s) verifies whenever (r, s) does. Never key anything on signature bytes, and nothing on hints.
interface IP384Verifier {
    /// @notice Thrown when the MODEXP precompile gave no answer, for want of gas or of the precompile: that is no verdict.
    error ModexpFailed();

    /// @notice Whether a signature of a digest verifies under a public key.
    /// @dev Never reverts on what is signed or claimed: malformed, out of range or off the curve is `false`.
    /// @param digest The 48 bytes of the SHA-384 digest.
    /// @param signature r then s, 48 bytes each, big-endian.
    /// @param publicKey x then y of the affine point, 48 bytes each, big-endian.
    /// @return valid Whether the signature verifies.
    function verify(bytes calldata digest, bytes calldata signature, bytes calldata publicKey)
        external
        view
        returns (bool valid);

    /// @notice Whether a signature of a digest verifies under a public key, shown by hints.
    /// @dev Hints are trusted in nothing: none of any content makes a signature valid that `verify` refuses, and none makes the
    /// call revert. Hints that are not the prover's for this very key, digest and signature give `false`, whatever `verify` says.
    /// @dev Without hints (no bytes) this is `verify`: a caller may always pass on what it was given.
    /// @param digest The 48 bytes of the SHA-384 digest.
    /// @param signature r then s, 48 bytes each, big-endian.
    /// @param publicKey x then y of the affine point, 48 bytes each, big-endian.
    /// @param hints What the prover computed, or no bytes; the layout is in docs/p384.md.
    /// @return valid Whether the hints show that the signature verifies.
    function verifyWithHints(
        bytes calldata digest,
        bytes calldata signature,
        bytes calldata publicKey,
        bytes calldata hints
    ) external view returns (bool valid);
}
