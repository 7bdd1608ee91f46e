// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a genuine DCAP quote says, after every check of `IDcapVerifier.verify` has held.
/// @param chipId keccak256 of the 16 PPID bytes of the PCK certificate: the machine's identity.
/// @param measurement keccak256 of the 384 bytes MRTD to RTMR3 of a TD report (MRTD, MRCONFIGID, MROWNER, MROWNERCONFIG, RTMR0 to
/// RTMR3), or of the 256 bytes MRENCLAVE to ISVFAMILYID of an enclave report (bytes 64 to 319).
/// @param reportData0 First half of REPORTDATA.
/// @param reportData1 Second half of REPORTDATA.
/// @param reportId keccak256 of the signed bytes: what a single-use rule is keyed on (never on signature bytes).
/// @param pck Identifier of the PCK certificate among the certificates: ask there whether it is still trusted.
/// @param validUntil When the first of certificates, revocation lists and collateral ends, in Unix seconds.
/// @param evaluationNumber The lower tcbEvaluationDataNumber of TCB info and QE identity.
/// @param tee 0 SGX (an enclave), 0x81 TDX (a trust domain).
/// @param status Intel's word for the patch level: 1 UpToDate, 2 SWHardeningNeeded, 3 ConfigurationNeeded,
/// 4 ConfigurationAndSWHardeningNeeded, 5 OutOfDate, 6 OutOfDateConfigurationNeeded, 7 Revoked, 8 TDRelaunchAdvised,
/// 9 TDRelaunchAdvisedConfigurationNeeded.
struct DcapFacts {
    bytes32 chipId;
    bytes32 measurement;
    bytes32 reportData0;
    bytes32 reportData1;
    bytes32 reportId;
    bytes32 pck;
    uint64 validUntil;
    uint16 evaluationNumber;
    uint8 tee;
    uint8 status;
}

/// @title Verifier of Intel SGX and TDX quotes (DCAP, versions 3, 4 and 5)
/// @notice Certificates and collateral are verified beforehand, once, by whoever submits them; a quote names its PCK certificate.
interface IDcapVerifier {
    /// @notice Says what a genuine quote says. Reverts, saying why, unless every check holds.
    /// @dev The certificates inside a quote are signed by nobody and not read. They may be left out: a quote may end behind the
    /// authentication data, with its lengths as the platform wrote them. Bytes behind the signature data are padding.
    /// Hints make a quote cheaper on a chain without precompile 0x100, and are trusted in nothing: they change no verdict.
    /// @param quote The quote, whole or cut behind its authentication data.
    /// @param pck Identifier of the PCK certificate whose key signed the quoting enclave's report.
    /// @param hints The length of the first in two bytes, and the hints (`IP256Verifier`) of the signatures of the quoting enclave's
    /// report and of the quote; or no bytes.
    function verify(bytes calldata quote, bytes32 pck, bytes calldata hints) external view returns (DcapFacts memory facts);
}
