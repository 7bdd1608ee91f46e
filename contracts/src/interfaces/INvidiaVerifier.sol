// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Values that the measurements of a driver or a VBIOS may have, as its vendor's reference manifest lists them.
/// @param values Per measurement, in ascending order: index (1), how many values (1), the values (48 each).
/// @param proof Siblings from the reference's leaf to the governed root.
struct Reference {
    bytes values;
    bytes32[] proof;
}

/// @notice Evidence of one GPU.
/// @param report SPDM 1.1 GET_MEASUREMENTS request and its MEASUREMENTS response, one after the other.
/// @param key Certificate of the attestation key in DER, or the 32 bytes of its identifier where the certificate cache holds it.
/// @param device Identifier, in the certificate cache, of the device (boot ROM) certificate that issued it; unused with an identifier.
/// @param keyHints For the certificate's signature (`IP384Verifier`), or no bytes; unused where the cache holds it.
/// @param reportHints For the report's signature, or no bytes.
/// @param driver Reference of the driver.
/// @param vbios Reference of the VBIOS.
struct GpuEvidence {
    bytes report;
    bytes key;
    bytes32 device;
    bytes keyHints;
    bytes reportHints;
    Reference driver;
    Reference vbios;
}

/// @notice What a genuine GPU says, after every check of `INvidiaVerifier.verify` has held.
/// @param gpuId keccak256 of the SubjectPublicKeyInfo of the device (boot ROM) certificate.
/// @param nonce The verifier's nonce, from the request.
/// @param key Identifier of the attestation key's certificate in the certificate cache.
/// @param driver keccak256 of the driver's version, `550.90.07`.
/// @param vbios keccak256 of the five bytes of the VBIOS's version, 96.00.9f.00.01.
/// @param chip The chip as the certificates name it, `GH100`.
/// @param mode 0 not stated, 1 single pass-through, 2 multi pass-through, 3 protected PCIe.
/// @param validUntil Earliest notAfter of the certificate path, in Unix seconds.
struct GpuFacts {
    bytes32 gpuId;
    bytes32 nonce;
    bytes32 key;
    bytes32 driver;
    bytes32 vbios;
    bytes5 chip;
    uint8 mode;
    uint64 validUntil;
}

/// @title The check of one NVIDIA GPU's attestation report, up to NVIDIA's root key and to governed reference values
/// @notice Genuineness, mode and measurements. Which chip makes which class and what the nonce must be is the caller's.
interface INvidiaVerifier {
    /// @notice The root of the accepted references changed.
    event ReferencesChanged(bytes32 root);
    /// @notice The accepted modes changed: bit `m` is set where mode `m` is accepted.
    event ModesChanged(uint8 modes);

    /// @notice Thrown when CHIP_INFO names another chip than the certificates.
    error ChipInfoMismatch(bytes5 expected, bytes found);
    /// @notice Thrown when the report names another firmware than the attestation key's certificate.
    error FirmwareIdMismatch(bytes expected, bytes found);
    /// @notice Thrown when the attestation key did not sign the report.
    error GpuReportSignatureInvalid();
    /// @notice Thrown when the mode is not accepted.
    error ModeNotAccepted(uint8 modes, uint8 found);
    /// @notice Thrown when a reference is not under the governed root: for no such version, or with other values.
    error ReferenceUnknown(uint8 kind, bytes32 leaf);
    /// @notice Thrown when a reference's values are not as described.
    error ReferenceMalformed(uint8 kind, uint256 offset);
    /// @notice Thrown when driver and VBIOS both say what a measurement must be; bit `i` is set for each such index i.
    error ReferenceConflict(uint256 indices);
    /// @notice Thrown when a measurement is missing or none of the listed values.
    error MeasurementDiffers(uint8 kind, uint256 index);

    /// @notice Checks a report and remembers the certificate of its key.
    /// @dev Reverts, with an error that carries what was expected and found, unless every check holds.
    function verify(GpuEvidence calldata evidence) external returns (GpuFacts memory facts);

    /// @notice Sets the root of the accepted references: drivers and VBIOSes whose measurements are to be believed. Governor only.
    /// @dev Warning: measurements alone tell a GPU in confidential mode from one that is open to its host or to developers' tools.
    function setReferences(bytes32 root) external;

    /// @notice Sets the accepted modes: bit `m` for mode `m`. Governor only.
    /// @dev Warning: under protected PCIe a report of one GPU says nothing about the other GPUs and the switches of its node.
    function setModes(uint8 modes) external;

    /// @notice The root of the accepted references.
    function references() external view returns (bytes32);

    /// @notice The accepted modes.
    function modes() external view returns (uint8);

    /// @notice The leaf of a reference: keccak256(abi.encode(keccak256("AIT GPU reference v1"), kind, chip, version, keccak256(values))).
    /// @param kind 1 driver, 2 VBIOS.
    /// @param chip `GH100`.
    /// @param version keccak256 of the driver's version in ASCII, or of the five bytes of the VBIOS's.
    function referenceLeaf(uint8 kind, bytes5 chip, bytes32 version, bytes calldata values) external pure returns (bytes32);
}
