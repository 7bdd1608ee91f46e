// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Governed} from "../governance/Governed.sol";
import {GpuKey, ICertificateCache} from "../interfaces/ICertificateCache.sol";
import {GpuEvidence, GpuFacts, INvidiaVerifier, Reference} from "../interfaces/INvidiaVerifier.sol";
import {IP384Verifier} from "../interfaces/IP384Verifier.sol";
import {ISha384} from "../interfaces/ISha384.sol";
import {SpdmFields, SpdmReport} from "./SpdmReport.sol";

/// @title NVIDIA GPU attestation reports
/// @notice Shape, certificate path, fields, firmware, signature, mode and references, in this order; the first failure is the answer.
contract NvidiaVerifier is Governed, INvidiaVerifier {
    bytes32 private constant REFERENCE_DOMAIN = keccak256("AIT GPU reference v1");
    uint8 private constant DRIVER = 1;
    uint8 private constant VBIOS = 2;
    /// @dev The measurement of the first video decoder: one that is off is not measured the same way twice.
    uint256 private constant DECODER_INDEX = 35;

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
        uint256 listed = _requireReference(evidence.driver, DRIVER, key.chip, facts.driver, report, fields);
        listed &= _requireReference(evidence.vbios, VBIOS, key.chip, facts.vbios, report, fields);
        require(listed == 0, ReferenceConflict(listed));
        facts.gpuId = key.gpuId;
        facts.nonce = fields.nonce;
        facts.chip = key.chip;
        facts.mode = fields.mode;
        facts.validUntil = key.validUntil;
    }

    /// @inheritdoc INvidiaVerifier
    function referenceLeaf(uint8 kind, bytes5 chip, bytes32 version, bytes calldata values) public pure returns (bytes32) {
        return keccak256(abi.encode(REFERENCE_DOMAIN, kind, chip, version, keccak256(values)));
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

    /// @dev Requires that a reference is under the governed root and that every measurement it lists is one of its values.
    /// @return listed A bit for each measurement that the reference lists.
    function _requireReference(
        Reference calldata reference_,
        uint8 kind,
        bytes5 chip,
        bytes32 version,
        bytes calldata report,
        SpdmFields memory fields
    ) private view returns (uint256 listed) {
        bytes calldata values = reference_.values;
        {
            bytes32 leaf = referenceLeaf(kind, chip, version, values);
            require(MerkleProof.verifyCalldata(reference_.proof, references, leaf), ReferenceUnknown(kind, leaf));
        }
        uint256 offset = 0;
        uint256 least = 0;
        while (offset != values.length) {
            require(values.length - offset >= 2, ReferenceMalformed(kind, offset));
            uint256 index = uint8(values[offset]);
            uint256 end = offset + 2 + SpdmReport.DIGEST * uint8(values[offset + 1]);
            require(index >= least && index < 254 && end <= values.length, ReferenceMalformed(kind, offset));
            // The manifest's index i is the report's block i + 1.
            bool skipped = index == DECODER_INDEX && fields.isDecoderOff;
            bool same = skipped || _isAmong(values[offset + 2:end], report, fields.places[index + 1]);
            require(same, MeasurementDiffers(kind, index));
            listed |= 1 << index;
            least = index + 1;
            offset = end;
        }
    }

    function _isAmong(bytes calldata values, bytes calldata report, uint256 place) private pure returns (bool) {
        if (place == 0) return false;
        bytes32 head = bytes32(report[place:]);
        bytes16 tail = bytes16(report[place + 32:]);
        for (uint256 i = 0; i < values.length; i += SpdmReport.DIGEST) {
            if (bytes32(values[i:]) == head && bytes16(values[i + 32:]) == tail) return true;
        }
        return false;
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
