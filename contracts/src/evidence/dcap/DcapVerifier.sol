// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Governed} from "../../governance/Governed.sol";
import {IDcapCertificates, Pck} from "../../interfaces/IDcapCertificates.sol";
import {IDcapCollateral} from "../../interfaces/IDcapCollateral.sol";
import {DcapFacts, IDcapVerifier} from "../../interfaces/IDcapVerifier.sol";
import {IP256Verifier} from "../../interfaces/IP256Verifier.sol";
import {DcapQuote, QuoteParts} from "./DcapQuote.sol";
import {Levels, TcbEvaluation} from "./TcbEvaluation.sol";
import {TcbStatus} from "./TcbStatus.sol";

/// @title Intel SGX and TDX quotes
/// @notice Shape, certificate path, quoting enclave, quote, collateral, identities, patch levels, policy, in this order, which is that of
/// Intel's own library; the first failure is the answer.
contract DcapVerifier is Governed, IDcapVerifier {
    /// @notice A patch level's status is (not) accepted.
    event StatusAccepted(uint8 indexed status, bool accepted);

    /// @notice Thrown when the PCK's key did not sign the quoting enclave's report.
    error QeReportSignatureInvalid();
    /// @notice Thrown when the quoting enclave's report does not commit to the attestation key.
    error QeReportDataMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the attestation key is no point on P-256.
    error AttestationKeyInvalid(bytes32 x, bytes32 y);
    /// @notice Thrown when the attestation key did not sign the quote.
    error QuoteSignatureInvalid();
    /// @notice Thrown when the TCB info is for another provisioning certification enclave than the PCK certificate.
    error PceIdMismatch(bytes2 expected, bytes2 found);
    /// @notice Thrown when the enclave or trust domain may be debugged: its memory is open to the host.
    error DebugEnabled(uint64 attributes);
    /// @notice Thrown when the status of the patch level is not accepted.
    error TcbStatusNotAccepted(uint8 found);
    /// @notice Thrown when a service domain, which could move it, is bound to the trust domain.
    error ServiceDomainBound(bytes32 head, bytes16 tail);
    /// @notice Thrown when the host may inject virtualization exceptions: SEPT_VE_DISABLE is clear.
    error SeptVeEnabled(uint64 attributes);
    /// @notice Thrown when a status is none of Intel's.
    error StatusUnknown(uint8 found);

    /// @dev TDATTRIBUTES: the debug group, and SEPT_VE_DISABLE.
    uint64 private constant TD_DEBUG = 0xff;
    uint64 private constant SEPT_VE_DISABLE = 1 << 28;

    /// @notice Where certificates are looked up.
    IDcapCertificates public immutable certificates;
    /// @notice Where TCB info and QE identities are looked up.
    IDcapCollateral public immutable collateral;
    /// @notice The verifier of both signatures.
    IP256Verifier public immutable p256;
    uint256 private _accepted;

    constructor(
        address initialGovernor,
        IDcapCertificates dcapCertificates,
        IDcapCollateral dcapCollateral,
        IP256Verifier p256Verifier
    ) Governed(initialGovernor) {
        certificates = dcapCertificates;
        collateral = dcapCollateral;
        p256 = p256Verifier;
        _accept(TcbStatus.UP_TO_DATE, true);
    }

    /// @notice Accepts a status of the patch level, or no longer. Governor only.
    /// @dev Warning: every status but 1 (UpToDate) admits platforms with known ways in.
    function acceptStatus(uint8 status, bool accepted) external onlyGovernor {
        _accept(status, accepted);
    }

    /// @notice Whether a status of the patch level is accepted.
    function isStatusAccepted(uint8 status) external view returns (bool) {
        return _accepted & (1 << status) != 0;
    }

    /// @inheritdoc IDcapVerifier
    function verify(bytes calldata quote, bytes32 pck, bytes calldata hints) external view returns (DcapFacts memory facts) {
        QuoteParts memory parts = DcapQuote.parse(quote);
        Pck memory key = certificates.pckOf(pck);
        _requireSigned(quote, parts, key, hints);
        facts.pck = pck;
        facts.tee = parts.tee;
        facts.validUntil = key.validUntil;
        facts.chipId = keccak256(abi.encodePacked(key.ppid));
        bytes calldata body = quote[parts.body:parts.signedStop];
        (bytes memory record, bytes memory identity) = _collateralOf(key, facts);
        Levels memory levels = Levels(key.components, key.pceSvn, 0);
        levels.qeStatus = TcbEvaluation.quotingEnclave(identity, quote[parts.qeReport:parts.qeReport + 384]);
        facts.status = _evaluate(body, record, levels, parts.tee);
        if (parts.tee == 0) _readEnclave(body, facts);
        else _readTrustDomain(body, facts);
        require(_accepted & (1 << facts.status) != 0, TcbStatusNotAccepted(facts.status));
        facts.reportId = keccak256(quote[:parts.signedStop]);
    }

    /// @dev Hints that are cut short are none: they change no verdict.
    function _requireSigned(bytes calldata quote, QuoteParts memory parts, Pck memory key, bytes calldata hints) private view {
        uint256 split = hints.length < 2 ? 0 : Math.min(2 + uint256(uint16(bytes2(hints))), hints.length);
        _requireQuotingEnclave(quote, parts, key, hints[Math.min(2, split):split]);
        _requireQuote(quote, parts, hints[split:]);
    }

    /// @dev The PCK's key vouches for the quoting enclave, and that for the attestation key.
    function _requireQuotingEnclave(bytes calldata quote, QuoteParts memory parts, Pck memory key, bytes calldata hints)
        private
        view
    {
        bytes calldata report = quote[parts.qeReport:parts.qeReport + 384];
        bool valid = _isSigned(report, quote[parts.qeReport + 384:parts.qeReport + 448], key.x, key.y, hints);
        require(valid, QeReportSignatureInvalid());
        bytes32 expected = sha256(
            bytes.concat(
                quote[parts.signature + 64:parts.signature + 128], quote[parts.authentication:parts.authenticationStop]
            )
        );
        bytes32 found = bytes32(report[320:352]);
        require(found == expected && bytes32(report[352:]) == 0, QeReportDataMismatch(expected, found));
    }

    /// @dev The attestation key vouches for header and body.
    function _requireQuote(bytes calldata quote, QuoteParts memory parts, bytes calldata hints) private view {
        bytes calldata signature = quote[parts.signature:parts.signature + 64];
        bytes32 x = bytes32(quote[parts.signature + 64:parts.signature + 96]);
        bytes32 y = bytes32(quote[parts.signature + 96:parts.signature + 128]);
        require(P256.isValidPublicKey(x, y), AttestationKeyInvalid(x, y));
        require(_isSigned(quote[:parts.signedStop], signature, x, y, hints), QuoteSignatureInvalid());
    }

    function _isSigned(bytes calldata message, bytes calldata signature, bytes32 x, bytes32 y, bytes calldata hints)
        private
        view
        returns (bool)
    {
        return p256.verifyWithHints(sha256(message), bytes32(signature[:32]), bytes32(signature[32:]), x, y, hints);
    }

    /// @dev The status of the patch level.
    function _evaluate(bytes calldata body, bytes memory record, Levels memory levels, uint8 tee)
        private
        pure
        returns (uint8 status)
    {
        if (tee == 0) return TcbEvaluation.enclave(record, levels);
        status = TcbEvaluation.trustDomain(record, body, bytes16(body[:16]), levels);
        // From TDX 1.5 on the report says the levels in force now beside those at launch.
        if (body.length < DcapQuote.TD_REPORT_15) return status;
        return TcbStatus.relaunch(status, TcbEvaluation.trustDomain(record, body, bytes16(body[584:600]), levels));
    }

    /// @dev Collateral of a platform, whose end and number limit the facts.
    function _collateralOf(Pck memory key, DcapFacts memory facts)
        private
        view
        returns (bytes memory record, bytes memory identity)
    {
        bytes2 pceId;
        uint64 validUntil;
        (pceId, facts.evaluationNumber, validUntil, record) = collateral.tcbInfoOf(facts.tee, key.fmspc);
        require(pceId == key.pceId, PceIdMismatch(key.pceId, pceId));
        if (validUntil < facts.validUntil) facts.validUntil = validUntil;
        uint16 number;
        (number, validUntil, identity) = collateral.qeIdentityOf(facts.tee);
        if (number < facts.evaluationNumber) facts.evaluationNumber = number;
        if (validUntil < facts.validUntil) facts.validUntil = validUntil;
    }

    function _readEnclave(bytes calldata body, DcapFacts memory facts) private pure {
        uint64 attributes = uint64(DcapQuote.numberAt(body, 48, 8));
        require(attributes & 2 == 0, DebugEnabled(attributes));
        facts.measurement = keccak256(body[64:320]);
        facts.reportData0 = bytes32(body[320:352]);
        facts.reportData1 = bytes32(body[352:384]);
    }

    function _readTrustDomain(bytes calldata body, DcapFacts memory facts) private pure {
        uint64 attributes = uint64(DcapQuote.numberAt(body, 120, 8));
        require(attributes & TD_DEBUG == 0, DebugEnabled(attributes));
        require(attributes & SEPT_VE_DISABLE != 0, SeptVeEnabled(attributes));
        if (body.length >= DcapQuote.TD_REPORT_15) {
            (bytes32 head, bytes16 tail) = (bytes32(body[600:632]), bytes16(body[632:648]));
            require(head == 0 && tail == 0, ServiceDomainBound(head, tail));
        }
        facts.measurement = keccak256(body[136:520]);
        facts.reportData0 = bytes32(body[520:552]);
        facts.reportData1 = bytes32(body[552:584]);
    }

    function _accept(uint8 status, bool accepted) private {
        bool known = status >= TcbStatus.UP_TO_DATE && status <= TcbStatus.RELAUNCH_ADVISED_CONFIGURATION_NEEDED;
        require(known && (!accepted || status != TcbStatus.REVOKED), StatusUnknown(status));
        _accepted = accepted ? _accepted | (1 << status) : _accepted & ~(1 << status);
        emit StatusAccepted(status, accepted);
    }
}
