// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a trusted PCK certificate says of its processor.
/// @param x Abscissa of the P-256 key.
/// @param y Its ordinate.
/// @param ppid Platform provisioning identifier.
/// @param components The 16 component SVNs, the first in the highest byte.
/// @param fmspc Processor family, as Intel groups them for patches.
/// @param pceId The provisioning certification enclave's identifier.
/// @param pceSvn Its SVN.
/// @param validUntil When the first certificate or revocation list of the path ends, in Unix seconds.
struct Pck {
    bytes32 x;
    bytes32 y;
    bytes16 ppid;
    bytes16 components;
    bytes6 fmspc;
    bytes2 pceId;
    uint16 pceSvn;
    uint64 validUntil;
}

/// @title Intel's certificates and revocation lists for SGX and TDX, each verified once
/// @notice PCK ← Platform or Processor CA ← pinned root, and TCB Signing ← pinned root. Below a root nothing is trusted without its
/// issuer's revocation list in force. Anyone may submit; only the governor says which roots are believed.
interface IDcapCertificates {
    /// @notice A root key was pinned.
    event RootPinned(bytes fingerprint);
    /// @notice A root key was unpinned; everything below it is distrusted.
    event RootUnpinned(bytes fingerprint);
    /// @notice A certificate was verified under its parent. Roles: 1 root, 2 PCK CA, 3 TCB Signing, 4 PCK.
    event CertificateVerified(bytes32 indexed id, bytes32 indexed parent, uint8 role, uint64 notAfter);
    /// @notice A revocation list was verified under its issuer.
    event RevocationListVerified(bytes32 indexed issuer, uint64 thisUpdate, uint64 nextUpdate);
    /// @notice A serial number was found on its issuer's revocation list.
    event SerialRevoked(bytes32 indexed issuer, uint256 serial);

    /// @notice Thrown when a certificate was never verified here under that parent.
    error CertificateUnknown(bytes32 id);
    /// @notice Thrown when a certificate has another role than is asked of it (1 root, 2 PCK CA, 3 TCB Signing, 4 PCK).
    error CertificateRoleMismatch(bytes32 id, uint8 expected, uint8 found);
    /// @notice Thrown when the subject's common name is not that of the role.
    error CertificateNameMismatch(bytes32 found);
    /// @notice Thrown when the issuer's name is not the parent's subject, byte for byte; both as keccak256.
    error CertificateIssuerMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the authority key identifier is not the parent's subject key identifier; both as keccak256.
    error CertificateKeyIdentifierMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the parent's key did not make the signature; a parent of zero is the certificate itself.
    error CertificateSignatureInvalid(bytes32 parent);
    /// @notice Thrown when basicConstraints and keyUsage do not say that the subject may sign certificates, or may though it must not.
    error CertificateAuthorityMismatch(bool expected);
    /// @notice Thrown when the issuer's keyUsage does not say that it may sign revocation lists.
    error RevocationListNotAllowed(bytes32 issuer);
    /// @notice Thrown when a root allows no authority below it.
    error CertificatePathTooLong(uint256 expected, uint256 found);
    /// @notice Thrown before a certificate's first second.
    error CertificateNotYetValid(bytes32 id, uint256 notBefore, uint256 found);
    /// @notice Thrown after a certificate's last second.
    error CertificateExpired(bytes32 id, uint256 notAfter, uint256 found);
    /// @notice Thrown when a certificate's serial number is revoked under its issuer's key.
    error CertificateRevoked(bytes32 id);
    /// @notice Thrown when a root's key is not pinned.
    error RootNotPinned(bytes fingerprint);
    /// @notice Thrown when the root that a certificate hangs on was unpinned.
    error RootNoLongerPinned(bytes32 id);
    /// @notice Thrown when a fingerprint is not 48 bytes long.
    error FingerprintLengthInvalid(uint256 expected, uint256 found);
    /// @notice Thrown when no revocation list of an issuer was ever submitted.
    error RevocationListMissing(bytes32 issuer);
    /// @notice Thrown when the revocation list of an issuer is past its next update.
    error RevocationListStale(bytes32 issuer, uint256 nextUpdate, uint256 found);
    /// @notice Thrown before a revocation list's first second.
    error RevocationListNotYetValid(bytes32 issuer, uint256 thisUpdate, uint256 found);
    /// @notice Thrown when a revocation list is older than the one held.
    error RevocationListSuperseded(bytes32 issuer, uint256 heldThisUpdate, uint256 foundThisUpdate);
    /// @notice Thrown when a revocation list names another issuer or key; names and identifiers as keccak256.
    error RevocationListIssuerMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the issuer's key did not sign the revocation list.
    error RevocationListSignatureInvalid(bytes32 issuer);

    /// @notice Pins a root key: Intel's, or a development root. Governor only.
    /// @dev Warning: who holds a root key can register any number of devices.
    /// @param fingerprint SHA-384 of the key's SubjectPublicKeyInfo in DER, 48 bytes.
    function pinRoot(bytes calldata fingerprint) external;

    /// @notice Unpins a root key, and with it distrusts everything verified under it. Governor only.
    function unpinRoot(bytes calldata fingerprint) external;

    /// @notice Takes in the certificate of a pinned root key. Known ones are returned as they are.
    function submitRoot(bytes calldata certificate) external returns (bytes32 id);

    /// @notice Verifies a PCK CA or TCB Signing certificate under a root. Known ones are returned as they are.
    function submitAuthority(bytes calldata certificate, bytes32 root) external returns (bytes32 id);

    /// @notice Verifies a PCK certificate under a PCK CA. Known ones are returned as they are.
    function submitPck(bytes calldata certificate, bytes32 authority) external returns (bytes32 id);

    /// @notice Verifies a revocation list of a root or a PCK CA and keeps what it revokes. The one held already is passed over.
    /// @dev What was revoked once stays so: Intel takes no serial number off its lists.
    function submitRevocationList(bytes calldata list, bytes32 issuer) external;

    /// @notice Whether a root key is pinned.
    function isPinned(bytes calldata fingerprint) external view returns (bool);

    /// @notice The identifier that a certificate has, or would have, under a parent (zero for a root).
    function idOf(bytes calldata certificate, bytes32 parent) external pure returns (bytes32 id);

    /// @notice What a PCK certificate says. Reverts, saying why, unless it is trusted now.
    function pckOf(bytes32 id) external view returns (Pck memory pck);

    /// @notice The key of a TCB Signing certificate and how long it holds. Reverts, saying why, unless it is trusted now.
    function signerOf(bytes32 id) external view returns (bytes32 x, bytes32 y, uint64 validUntil);

    /// @notice Whether a certificate is trusted now.
    function isTrusted(bytes32 id) external view returns (bool);

    /// @notice Whether a serial number is revoked under the key of a certificate held here.
    function isRevoked(bytes32 issuer, uint256 serial) external view returns (bool);

    /// @notice When the revocation list held of an issuer was issued and is to be followed by the next; zeros when there is none.
    function revocationListOf(bytes32 issuer) external view returns (uint64 thisUpdate, uint64 nextUpdate);
}
