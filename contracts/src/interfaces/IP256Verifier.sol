// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ECDSA over P-256 (secp256r1), FIPS 186-5
/// @notice By the precompile at 0x100 (EIP-7951, RIP-7212) where a chain has it, in Solidity where it does not.
/// @dev Warning: (r, n - s) verifies whenever (r, s) does. Never key anything on signature bytes, and nothing on hints.
interface IP256Verifier {
    /// @notice Whether a signature of a digest verifies under a public key.
    /// @dev Never reverts on what is signed or claimed: out of range or off the curve is `false`. A high s is not refused.
    /// @param digest The SHA-256 digest.
    /// @param r The first number of the signature.
    /// @param s The second number of the signature.
    /// @param x The affine abscissa of the public key.
    /// @param y The affine ordinate of the public key.
    /// @return valid Whether the signature verifies.
    function verify(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y) external view returns (bool valid);

    /// @notice The same verdict, on a chain without the precompile for less than half the gas where a prover computed hints off chain.
    /// @dev Hints are trusted in nothing and change no verdict: where they show nothing the signature is verified without them.
    /// @param digest The SHA-256 digest.
    /// @param r The first number of the signature.
    /// @param s The second number of the signature.
    /// @param x The affine abscissa of the public key.
    /// @param y The affine ordinate of the public key.
    /// @param hints What the prover computed for this key, digest and signature, or no bytes; the layout is in docs/p256.md.
    /// @return valid Whether the signature verifies.
    function verifyWithHints(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y, bytes calldata hints)
        external
        view
        returns (bool valid);
}
