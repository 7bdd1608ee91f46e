// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a genuine SEV-SNP report says, after every check of `ISnpVerifier.verify` has held.
/// @param chipId keccak256 of the 64 CHIP_ID bytes: the machine's identity.
/// @param measurement keccak256 of the 48 MEASUREMENT bytes: the launch digest.
/// @param reportData0 First half of REPORT_DATA.
/// @param reportData1 Second half of REPORT_DATA.
/// @param reportId keccak256 of the 672 signed bytes: what a single-use rule is keyed on (never on signature bytes).
/// @param vcek Identifier of the VCEK certificate in the certificate cache: ask the cache whether it is still trusted.
/// @param reportedTcb REPORTED_TCB, byte 0 of the report first (big-endian reading of the eight raw bytes).
/// @param guestPolicy POLICY as an integer.
/// @param platformInfo PLATFORM_INFO as an integer.
/// @param validUntil Earliest notAfter of the certificate path, in Unix seconds.
/// @param vmpl VMPL of the guest code that asked for the report.
/// @param product 1 Milan, 2 Genoa, 3 Turin.
struct SnpFacts {
    bytes32 chipId;
    bytes32 measurement;
    bytes32 reportData0;
    bytes32 reportData1;
    bytes32 reportId;
    bytes32 vcek;
    bytes8 reportedTcb;
    uint64 guestPolicy;
    uint64 platformInfo;
    uint64 validUntil;
    uint32 vmpl;
    uint8 product;
}

/// @title The check of one AMD SEV-SNP attestation report, up to AMD's root key
/// @notice Genuineness and hardware appraisal only. Which measurements are accepted and what REPORT_DATA must say is the caller's.
interface ISnpVerifier {
    /// @notice Checks the report under a VCEK certificate that its caller brings, and remembers that certificate.
    /// @dev Reverts, with an error that carries what was expected and found, unless every check holds. The ASK certificate is found in
    /// the certificate cache by the issuer name inside the VCEK certificate. Where the cache holds the VCEK certificate, its
    /// identifier is enough.
    /// @param report The 1184 bytes of ATTESTATION_REPORT.
    /// @param vcek The VCEK certificate in DER, without trailing bytes, or the 32 bytes of its identifier in the certificate cache.
    /// @param hints For the report's signature (`IP384Verifier`), or no bytes.
    /// @return facts What the report says.
    function verify(bytes calldata report, bytes calldata vcek, bytes calldata hints) external returns (SnpFacts memory facts);

    /// @notice The same, naming the ASK certificate: of several that bear one name, the cache would choose.
    /// @param issuer Identifier of the ASK certificate in the certificate cache that signed the VCEK certificate.
    function verifyUnder(bytes calldata report, bytes calldata vcek, bytes32 issuer, bytes calldata hints)
        external
        returns (SnpFacts memory facts);
}
