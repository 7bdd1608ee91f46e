// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "./IGoverned.sol";

/// @notice A root key to pin at construction: SHA-384 of its SubjectPublicKeyInfo, for a product.
struct RootPin {
    uint8 product;
    bytes fingerprint;
}

/// @notice A VCEK certificate that is trusted now.
/// @param publicKey x then y of the chip's report-signing key, 96 bytes.
/// @param chipId keccak256 of the 64 CHIP_ID bytes that a report of this chip carries.
/// @param tcb The levels that the key stands for, in the order of TCB_VERSION's bytes.
/// @param validUntil Earliest notAfter from the leaf to the root, in Unix seconds.
/// @param product 1 Milan, 2 Genoa, 3 Turin.
struct Vcek {
    bytes publicKey;
    bytes32 chipId;
    bytes8 tcb;
    uint64 validUntil;
    uint8 product;
}

/// @notice An attestation key of a GPU that is trusted now.
/// @param publicKey x then y of the key that signs the GPU's reports, 96 bytes.
/// @param gpuId keccak256 of the SubjectPublicKeyInfo of the device (boot ROM) certificate: it stays when the firmware changes.
/// @param firmwareId SHA-384 of the firmware that holds the key; no bytes where the certificate does not say it.
/// @param chip The chip as the certificates name it, `GH100`.
/// @param validUntil Earliest notAfter from the leaf to the root, in Unix seconds.
struct GpuKey {
    bytes publicKey;
    bytes32 gpuId;
    bytes firmwareId;
    bytes5 chip;
    uint64 validUntil;
}

/// @title Certificates of AMD and NVIDIA, each verified once under its parent
/// @notice An identifier is keccak256(parent identifier, keccak256(to-be-signed bytes)), a root's parent being zero: one certificate
/// under two parents is two entries. Trust is asked for on every read, up to the root: validity at block.timestamp, revocation of
/// every ancestor, and that the root is still pinned.
interface ICertificateCache is IGoverned {
    /// @notice A root key was pinned for a product: SHA-384 of its SubjectPublicKeyInfo, as vendors publish their keys.
    event RootPinned(uint8 indexed product, bytes fingerprint);
    /// @notice A root key is no longer pinned, and nothing under it is trusted.
    event RootUnpinned(uint8 indexed product, bytes fingerprint);
    /// @notice A certificate of a pinned root key was taken in.
    event RootVerified(bytes32 indexed id, uint8 indexed product, uint64 notAfter);
    /// @notice An authority's certificate was verified under its parent: an ASK, or one of a GPU's authorities.
    event IntermediateVerified(bytes32 indexed id, bytes32 indexed parent, uint256 serial, uint64 notAfter);
    /// @notice A VCEK certificate was verified under an ASK certificate.
    event VcekVerified(bytes32 indexed id, bytes32 indexed parent, bytes32 indexed chipId, bytes8 tcb, uint64 notAfter);
    /// @notice The certificate of a GPU's attestation key was verified under the GPU's device certificate.
    event GpuKeyVerified(bytes32 indexed id, bytes32 indexed parent, bytes32 indexed gpuId, uint64 notAfter);
    /// @notice A serial number of an issuer's key was revoked.
    event CertificateRevokedBy(bytes32 indexed issuer, uint256 indexed serial);
    /// @notice A revocation list of an issuer was taken in; `revoked` serial numbers of it were not revoked before.
    event RevocationListVerified(bytes32 indexed issuer, uint64 thisUpdate, uint64 nextUpdate, uint256 revoked);

    /// @notice Thrown when no such certificate was verified here.
    error CertificateUnknown(bytes32 id);
    /// @notice Thrown when a certificate has another role than is asked of it: 1 root, 2 authority under it (ASK, or of a kind of
    /// GPU), 3 VCEK, 4 provisioner of GPUs, 5 device, 6 attestation key.
    error CertificateRoleMismatch(bytes32 id, uint8 expected, uint8 found);
    /// @notice Thrown when the subject's common name is not that of the role and product.
    error CertificateNameMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the issuer's name is not the parent's subject, byte for byte; both as keccak256.
    error CertificateIssuerMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the parent's key did not make the signature.
    error CertificateSignatureInvalid(bytes32 parent);
    /// @notice Thrown before a certificate's first second.
    error CertificateNotYetValid(bytes32 id, uint256 notBefore, uint256 found);
    /// @notice Thrown after a certificate's last second.
    error CertificateExpired(bytes32 id, uint256 notAfter, uint256 found);
    /// @notice Thrown when a certificate's serial number is revoked under its issuer's key.
    error CertificateRevoked(bytes32 id);
    /// @notice Thrown when a root allows no authority below it.
    error CertificatePathTooLong(uint256 expected, uint256 found);
    /// @notice Thrown when a root's key is not pinned.
    error RootNotPinned(bytes fingerprint);
    /// @notice Thrown when the root that a certificate hangs on was unpinned.
    error RootNoLongerPinned(bytes32 id);
    /// @notice Thrown when a fingerprint is not 48 bytes long.
    error FingerprintLengthInvalid(uint256 expected, uint256 found);
    /// @notice Thrown when a certificate or list that hangs on one vendor's root is brought as another's.
    error CertificateVendorMismatch(bytes32 id, uint8 product);
    /// @notice Thrown when the issuer of a revocation list may not sign any.
    error CertificateNotListSigner(bytes32 id);
    /// @notice Thrown before a revocation list was made.
    error RevocationListNotYetValid(uint256 thisUpdate, uint256 found);
    /// @notice Thrown when a product is none of the four.
    error ProductUnknown(uint8 found);
    /// @notice Thrown when no ASK certificate was verified whose subject is the name that a VCEK certificate gives its issuer.
    error IntermediateUnknown(bytes32 issuerName);

    /// @notice Pins a root key for a product: AMD's ARK (1 Milan, 2 Genoa, 3 Turin), NVIDIA's device identity CA (4), or a
    /// development root. Governor only.
    /// @dev Warning: who holds a root key can register any number of devices.
    /// @param fingerprint SHA-384 of the key's SubjectPublicKeyInfo in DER, 48 bytes.
    function pinRoot(uint8 product, bytes calldata fingerprint) external;

    /// @notice Unpins a root key, and with it distrusts everything verified under it. Governor only.
    function unpinRoot(bytes calldata fingerprint) external;

    /// @notice The product a root key is pinned for, zero when it is not pinned.
    function pinOf(bytes calldata fingerprint) external view returns (uint8 product);

    /// @notice Takes in the ARK certificate of a pinned key; anyone may. Known ones are returned as they are.
    function submitRoot(bytes calldata ark) external returns (bytes32 id);

    /// @notice Revokes a serial number under the key of a certificate held here. Governor only.
    /// @dev By issuer and serial, never by bytes: a certificate issued again under the same serial is revoked too. Every VCEK has
    /// serial 0, so that revoking (ASK, 0) revokes all chips under that ASK.
    function revoke(bytes32 issuer, uint256 serial) external;

    /// @notice Verifies an ASK certificate under a pinned root; anyone may. Known ones are returned as they are.
    function submitIntermediate(bytes calldata ask, bytes32 root) external returns (bytes32 id);

    /// @notice Verifies a VCEK certificate under an ASK certificate held here; anyone may. Known ones are returned as they are.
    function submitVcek(bytes calldata vcek, bytes32 intermediate) external returns (bytes32 id);

    /// @notice Verifies a certificate of a GPU's path under its parent; anyone may. Known ones are returned as they are.
    /// @dev From the root down: device identity CA (parent zero), identity of a kind of chip, provisioner, device (boot ROM),
    /// attestation key. What a certificate is follows from its parent.
    /// @param certificate The certificate in DER, without trailing bytes.
    /// @param parent Identifier of its issuer's certificate, or zero for a root.
    /// @param hints For the certificate's signature (`IP384Verifier`), or no bytes.
    function submitGpuCertificate(bytes calldata certificate, bytes32 parent, bytes calldata hints)
        external
        returns (bytes32 id);

    /// @notice Takes in a revocation list that an authority held here signed; anyone may.
    /// @dev What a list revokes stays revoked: a list that is past its next update says no less than it did, and a newer one takes
    /// nothing back. Lists are read once; a look-up costs the same however long they are.
    /// @param list The list in DER, without trailing bytes.
    /// @param issuer Identifier of its issuer's certificate.
    /// @param hints For the list's signature where the issuer's key is of P-384, or no bytes.
    function submitRevocationList(bytes calldata list, bytes32 issuer, bytes calldata hints) external;

    /// @notice The ASK certificate whose subject is a VCEK certificate's issuer name.
    /// @dev Of several with one name it is the one issued last; one that is no longer trusted gives way to any that is.
    function intermediateFor(bytes calldata vcek) external view returns (bytes32 intermediate);

    /// @notice The identifier that a certificate has, or would have, under a parent.
    function idOf(bytes calldata certificate, bytes32 parent) external pure returns (bytes32 id);

    /// @notice What a VCEK certificate says. Reverts, saying why, unless it is trusted now.
    function vcekOf(bytes32 id) external view returns (Vcek memory vcek);

    /// @notice What a GPU's attestation key is. Reverts, saying why, unless it is trusted now.
    function gpuKeyOf(bytes32 id) external view returns (GpuKey memory key);

    /// @notice Whether a certificate is trusted now.
    function isTrusted(bytes32 id) external view returns (bool);

    /// @notice Whether a serial number is revoked under the key of a certificate held here.
    function isRevoked(bytes32 issuer, uint256 serial) external view returns (bool);
}
