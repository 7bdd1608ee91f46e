// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NvidiaVerifier} from "../../src/evidence/NvidiaVerifier.sol";
import {SnpReport} from "../../src/evidence/SnpReport.sol";
import {SnpVerifier} from "../../src/evidence/SnpVerifier.sol";
import {SpdmReport} from "../../src/evidence/SpdmReport.sol";
import {RootPin} from "../../src/interfaces/ICertificateCache.sol";
import {GpuEvidence, GpuFacts, INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";
import {SnpFacts} from "../../src/interfaces/ISnpVerifier.sol";
import {GpuFixture} from "./GpuFixture.sol";

/// @notice One piece exchanged, and what the off-chain verifier answered.
/// @param piece Which piece; 255 for none.
/// @param content What it is exchanged for.
/// @param several Whether several things are wrong at once, of which either side may find another first.
/// @param refusals Numbers of the refusals, none for genuine evidence.
/// @param facts keccak256 of the facts of genuine evidence.
struct Case {
    uint256 piece;
    bytes content;
    bool several;
    uint256[] refusals;
    bytes32 facts;
}

/// @notice Evidence, and changes to it.
/// @param kind 1 SEV-SNP: report, VCEK, ASK, ARK. 2 NVIDIA: report, five certificates with the root last, driver and VBIOS values.
struct Batch {
    uint256 kind;
    RootPin[] pins;
    uint256 time;
    bytes[] pieces;
    Case[] cases;
}

/// @notice The same verdict and the same kind of refusal as off chain, on what the off-chain side wrote to AIT_EVIDENCE_CASES
/// (tests/Attestation.Tests, EvidenceDifferentialTests): genuine and emulated evidence, each with one change at a time.
contract EvidenceDifferentialTest is GpuFixture {
    uint256 private constant SNP = 1;
    uint256 private constant REPORT = 0;
    uint256 private constant CHIP_ROOT = 3;
    uint256 private constant GPU_ROOT = 5;
    // Kinds of refusals.
    uint256 private constant SHAPE = 1;
    uint256 private constant PATH = 2;
    uint256 private constant SIGNATURE = 3;
    uint256 private constant ENDORSEMENT = 4;
    uint256 private constant FIRMWARE = 5;
    uint256 private constant SIGNER = 6;
    uint256 private constant APPRAISAL = 7;

    error Disagreement(string where, uint256 expected, uint256 found, bytes4 error_);

    function test_verify_answersAsTheOffChainVerifiers() external {
        string memory folder = vm.envOr("AIT_EVIDENCE_CASES", string(""));
        vm.skip(bytes(folder).length == 0, "AIT_EVIDENCE_CASES does not name a folder of cases: Attestation.Tests writes them");
        uint256 count;
        for (;; count++) {
            string memory path = string.concat(folder, "/", vm.toString(count), ".bin");
            if (!vm.exists(path)) break;
            this.check(path);
        }
        assertTrue(count != 0, "a folder of cases holds some");
    }

    /// @dev A call of its own, so that the memory of one file is not the next one's burden.
    function check(string calldata path) external {
        Batch memory batch = abi.decode(vm.readFileBinary(path), (Batch));
        deploy(batch.pins);
        _nvidia = new NvidiaVerifier(address(this), _cache, _hash, _p384, 0, 0x0f);
        _snp.setHighestVmpl(3);
        vm.warp(batch.time);
        uint256 fresh = vm.snapshotState();
        (bytes32 parent,,) = submit(batch.kind, batch.pieces);
        uint256 submitted = vm.snapshotState();
        for (uint256 i = 0; i < batch.cases.length; i++) {
            Case memory change = batch.cases[i];
            bytes[] memory pieces = new bytes[](batch.pieces.length);
            for (uint256 j = 0; j < pieces.length; j++) {
                pieces[j] = change.piece == j ? change.content : batch.pieces[j];
            }
            // Only the report changes: the certificates that were taken for it need not be submitted again.
            bool reportOnly = parent != 0 && change.piece == REPORT;
            vm.revertToState(reportOnly ? submitted : fresh);
            (bytes32 facts, bytes4 error_) = this.answer(batch.kind, pieces, reportOnly ? parent : bytes32(0));
            compare(change, facts, error_, string.concat(path, " case ", vm.toString(i)));
        }
    }

    function compare(Case memory change, bytes32 facts, bytes4 error_, string memory where) private pure {
        uint256 found = error_ == 0 ? 0 : kindOf(error_);
        require(error_ == 0 || found != 0, Disagreement(where, 0, 0, error_));
        if (change.refusals.length == 0) {
            require(error_ == 0, Disagreement(where, 0, found, error_));
            assertEq(facts, change.facts, where);
            return;
        }
        uint256 expected = kindOf(change.refusals[0]);
        require(error_ != 0, Disagreement(where, expected, 0, error_));
        if (change.several) return;
        for (uint256 i = 0; i < change.refusals.length; i++) {
            if (kindOf(change.refusals[i]) == found) return;
        }
        revert Disagreement(where, expected, found, error_);
    }

    /// @notice What the contracts say: the facts, or the first error on the way from the root to them.
    /// @param parent What `submit` yielded for the same certificates, or 0 to submit them.
    function answer(uint256 kind, bytes[] calldata pieces, bytes32 parent) external returns (bytes32 facts, bytes4 error_) {
        bytes4 problem;
        uint256 at;
        if (parent == 0) (parent, problem, at) = submit(kind, pieces);
        if (kind == SNP) {
            // What needs no certificate comes first on chain: a report that no path can save is refused for itself.
            return parent == 0 && at == CHIP_ROOT ? (bytes32(0), problem) : judgeChip(pieces, parent, problem);
        }
        return parent == 0 ? (bytes32(0), problem) : judgeGpu(pieces, parent);
    }

    /// @dev Submits the certificates over the report's key, from the root on: the id of the last, or what was wrong with which.
    function submit(uint256 kind, bytes[] memory pieces) private returns (bytes32 id, bytes4 problem, uint256 at) {
        for (at = kind == SNP ? CHIP_ROOT : GPU_ROOT; at > 1; at--) {
            bytes memory input = abi.encodeCall(_cache.submitGpuCertificate, (pieces[at], id, ""));
            if (kind == SNP) {
                input = at == CHIP_ROOT
                    ? abi.encodeCall(_cache.submitRoot, (pieces[at]))
                    : abi.encodeCall(_cache.submitIntermediate, (pieces[at], id));
            }
            (bool taken, bytes memory result) = address(_cache).call(input);
            if (!taken) return (0, bytes4(result), at);
            id = abi.decode(result, (bytes32));
        }
    }

    function judgeChip(bytes[] memory pieces, bytes32 id, bytes4 problem) private returns (bytes32 facts, bytes4 error_) {
        (bool done, bytes memory result) = address(_snp).call(abi.encodeCall(_snp.verifyUnder, (pieces[0], pieces[1], id, "")));
        if (done) {
            SnpFacts memory found = abi.decode(result, (SnpFacts));
            return (keccak256(abi.encode(found.chipId, found.measurement, found.reportData0, found.reportData1)), 0);
        }
        return (0, id == 0 && kindOf(bytes4(result)) == PATH ? problem : bytes4(result));
    }

    function judgeGpu(bytes[] memory pieces, bytes32 device) private returns (bytes32, bytes4) {
        GpuEvidence memory evidence;
        evidence.device = device;
        evidence.report = pieces[0];
        evidence.key = pieces[1];
        evidence.driver.values = pieces[6];
        evidence.vbios.values = pieces[7];
        admit(evidence);
        (bool done, bytes memory result) = address(_nvidia).call(abi.encodeCall(_nvidia.verify, (evidence)));
        if (!done) return (0, bytes4(result));
        GpuFacts memory facts = abi.decode(result, (GpuFacts));
        return (keccak256(abi.encode(facts.gpuId, facts.nonce, facts.driver, facts.vbios)), 0);
    }

    /// @dev Admits the values for the versions that the emulated manifests are about, or, of a genuine report, for its own.
    function admit(GpuEvidence memory evidence) private {
        (bytes5 chip, bytes32 driver, bytes32 vbios) = ("GH100", DRIVER_VERSION, VBIOS_VERSION);
        bool emulated = keccak256(evidence.driver.values) == keccak256(driverValues());
        if (!emulated) (chip, driver, vbios) = versionsOf(evidence.report, evidence.key);
        bytes32 driverLeaf_ = leafOf(1, chip, driver, evidence.driver.values);
        bytes32 vbiosLeaf_ = leafOf(2, chip, vbios, evidence.vbios.values);
        evidence.driver.proof = siblings(vbiosLeaf_);
        evidence.vbios.proof = siblings(driverLeaf_);
        _nvidia.setReferences(parentOf(driverLeaf_, vbiosLeaf_));
    }

    /// @dev Looks for the fields where the verifier would, on reports that may be malformed: what it does not find admits nothing.
    function versionsOf(bytes memory report, bytes memory key) private pure returns (bytes5 chip, bytes32 driver, bytes32 vbios) {
        chip = "GH100";
        for (uint256 i = 0; i + 8 < key.length; i++) {
            if (bytes8(cut(key, i, 8)) == bytes8("GB100 A0")) chip = "GB100";
        }
        if (report.length < OPAQUE_AT + 96) return (chip, 0, 0);
        uint256 offset = OPAQUE_AT;
        uint256 stop = report.length - 96;
        while (offset + 4 <= stop) {
            uint256 kind = uint8(report[offset]) | uint256(uint8(report[offset + 1])) << 8;
            uint256 length = uint8(report[offset + 2]) | uint256(uint8(report[offset + 3])) << 8;
            if (offset + 4 + length > stop) break;
            bytes memory value = cut(report, offset + 4, length);
            while (kind == 3 && value.length > 0 && value[value.length - 1] == 0) value = cut(value, 0, value.length - 1);
            if (kind == 3) driver = keccak256(value);
            if (kind == 6 && length == 8) vbios = keccak256(bytes.concat(value[3], value[2], value[1], value[0], value[4]));
            offset += 4 + length;
        }
    }

    /// @dev The kind of a number of the off-chain side (docs/refusals.md).
    function kindOf(uint256 refusal) private pure returns (uint256) {
        if (refusal == 108 || refusal == 109 || refusal == 400 || refusal == 507 || refusal == 510) return SIGNER;
        if (refusal >= 100 && refusal < 200) return SHAPE;
        if (refusal >= 200 && refusal < 320) return PATH;
        if (refusal >= 340 && refusal < 350) return APPRAISAL;
        if (refusal == 401) return SIGNATURE;
        if (refusal >= 402 && refusal <= 404) return ENDORSEMENT;
        if (refusal >= 440 && refusal <= 442) return FIRMWARE;
        if (refusal >= 500 && refusal < 600) return APPRAISAL;
        return 0;
    }

    function kindOf(bytes4 e) private pure returns (uint256) {
        if (
            e == SnpReport.ReportLengthInvalid.selector || e == SnpReport.ReportVersionUnsupported.selector
                || e == SnpReport.ReportReservedNotZero.selector || e == SnpReport.ReportAlgorithmUnsupported.selector
                || e == SnpReport.ReportSignatureMalformed.selector || e == SnpVerifier.PolicyReservedBitClear.selector
                || e == SpdmReport.SpdmLengthInvalid.selector || e == SpdmReport.SpdmRequestUnexpected.selector
                || e == SpdmReport.SpdmResponseUnexpected.selector || e == SpdmReport.MeasurementBlockInvalid.selector
                || e == SpdmReport.OpaqueDataInvalid.selector || e == SpdmReport.OpaqueFieldInvalid.selector
        ) return SHAPE;
        if (e == SnpVerifier.ReportSignatureInvalid.selector || e == INvidiaVerifier.GpuReportSignatureInvalid.selector) {
            return SIGNATURE;
        }
        if (
            e == SnpVerifier.TcbMismatch.selector || e == SnpVerifier.ChipIdMismatch.selector
                || e == SnpVerifier.CpuidMismatch.selector
        ) return ENDORSEMENT;
        if (
            e == INvidiaVerifier.FirmwareIdMismatch.selector || e == INvidiaVerifier.ChipInfoMismatch.selector
                || e == SpdmReport.ModeContradiction.selector
        ) return FIRMWARE;
        if (
            e == SnpVerifier.HypervisorReport.selector || e == SnpVerifier.VlekNotAccepted.selector
                || e == SnpVerifier.SigningKeyUnsupported.selector || e == SnpVerifier.ChipIdMasked.selector
        ) return SIGNER;
        if (
            e == SnpVerifier.DebugEnabled.selector || e == SnpVerifier.MigrationAgentEnabled.selector
                || e == SnpVerifier.VmplTooHigh.selector || e == SnpVerifier.TcbInconsistent.selector
                || e == SnpVerifier.TcbBelowFloor.selector || e == INvidiaVerifier.ModeNotAccepted.selector
                || e == INvidiaVerifier.MeasurementDiffers.selector || e == INvidiaVerifier.ReferenceUnknown.selector
                || e == INvidiaVerifier.ReferenceConflict.selector || e == INvidiaVerifier.ReferenceMalformed.selector
        ) return APPRAISAL;
        // Everything else that these contracts say is about certificates; an answer without a reason is about nothing.
        return e == 0 ? 0 : PATH;
    }
}
