// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "../governance/Governed.sol";
import {GpuKey, ICertificateCache} from "../interfaces/ICertificateCache.sol";
import {GpuEvidence, GpuFacts, INvidiaVerifier, Reference} from "../interfaces/INvidiaVerifier.sol";
import {IP384Verifier} from "../interfaces/IP384Verifier.sol";
import {ISha384} from "../interfaces/ISha384.sol";
import {GpuReference} from "./GpuReference.sol";
import {SpdmFields, SpdmReport} from "./SpdmReport.sol";

/// @title NVIDIA GPU attestation reports
/// @notice Shape, certificate path, fields, firmware, signature, mode and references, in this order; the first failure is the answer.
contract NvidiaVerifier is Governed, INvidiaVerifier {
    uint8 private constant DRIVER = 1;
    uint8 private constant VBIOS = 2;

    ICertificateCache public immutable certificates;
    ISha384 public immutable hash;
    IP384Verifier public immutable p384;
    /// @inheritdoc INvidiaVerifier
    bytes32 public references;
    /// @inheritdoc INvidiaVerifier
    uint8 public modes;

    constructor(
        address initialGovernor,
        ICertificateCache certificateCache,
        ISha384 sha384,
        IP384Verifier p384Verifier,
        bytes32 initialReferences,
        uint8 initialModes
    ) Governed(initialGovernor) {
        certificates = certificateCache;
        hash = sha384;
        p384 = p384Verifier;
        _setReferences(initialReferences);
        _setModes(initialModes);
    }

    /// @inheritdoc INvidiaVerifier
    function setReferences(bytes32 root) external onlyGovernor {
        _setReferences(root);
    }

    /// @inheritdoc INvidiaVerifier
    function setModes(uint8 accepted) external onlyGovernor {
        _setModes(accepted);
    }

    /// @inheritdoc INvidiaVerifier
    function verify(GpuEvidence calldata evidence) external returns (GpuFacts memory facts) {
        bytes calldata report = evidence.report;
        (SpdmFields memory fields, SpdmReport.Opaque memory opaque) = SpdmReport.parse(report);
        facts.key = evidence.key.length == 32
            ? bytes32(evidence.key)
            : certificates.submitGpuCertificate(evidence.key, evidence.device, evidence.keyHints);
        GpuKey memory key = certificates.gpuKeyOf(facts.key);
        SpdmReport.readFields(report, fields, opaque);
        _requireEndorsed(report, fields, key);
        _requireSigned(report, fields.signedLength, key.publicKey, evidence.reportHints);
        require(modes & (1 << fields.mode) != 0, ModeNotAccepted(modes, fields.mode));
        facts.driver = keccak256(report[fields.driver:fields.driverStop]);
        facts.vbios = keccak256(abi.encodePacked(fields.vbios));
        uint256 listed = _compare(evidence.driver, DRIVER, key.chip, facts.driver, report, fields);
        listed &= _compare(evidence.vbios, VBIOS, key.chip, facts.vbios, report, fields);
        require(listed == 0, ReferenceConflict(listed));
        facts.gpuId = key.gpuId;
        facts.nonce = fields.nonce;
        facts.chip = key.chip;
        facts.mode = fields.mode;
        facts.validUntil = key.validUntil;
    }

    /// @inheritdoc INvidiaVerifier
    function referenceLeaf(uint8 kind, bytes5 chip, bytes32 version, bytes calldata values) external pure returns (bytes32) {
        return GpuReference.leafOf(kind, chip, version, values);
    }

    /// @dev The certificate of the key must be of this chip and this firmware, as far as the report says them.
    function _requireEndorsed(bytes calldata report, SpdmFields memory fields, GpuKey memory key) private pure {
        if (fields.chip != 0) {
            bytes calldata chip = report[fields.chip:fields.chipStop];
            require(chip.length == 5 && bytes5(chip) == key.chip, ChipInfoMismatch(key.chip, chip));
        }
        if (fields.firmwareId != 0) {
            bytes calldata firmwareId = report[fields.firmwareId:fields.firmwareId + SpdmReport.DIGEST];
            bool same = keccak256(firmwareId) == keccak256(key.firmwareId);
            require(same, FirmwareIdMismatch(key.firmwareId, firmwareId));
        }
    }

    function _requireSigned(bytes calldata report, uint256 length, bytes memory key, bytes calldata hints) private view {
        (bytes32 head, bytes16 tail) = hash.sha384(report[:length]);
        bool genuine = p384.verifyWithHints(abi.encodePacked(head, tail), report[length:], key, hints);
        require(genuine, GpuReportSignatureInvalid());
    }

    function _compare(
        Reference calldata reference_,
        uint8 kind,
        bytes5 chip,
        bytes32 version,
        bytes calldata report,
        SpdmFields memory fields
    ) private view returns (uint256 listed) {
        GpuReference.requireAdmitted(reference_, kind, references, chip, version);
        return GpuReference.compare(reference_.values, kind, report, fields);
    }

    function _setReferences(bytes32 root) private {
        references = root;
        emit ReferencesChanged(root);
    }

    function _setModes(uint8 accepted) private {
        modes = accepted;
        emit ModesChanged(accepted);
    }
}
