// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NvidiaCertificate} from "../../src/evidence/NvidiaCertificate.sol";
import {SpdmReport} from "../../src/evidence/SpdmReport.sol";
import {X509} from "../../src/evidence/X509.sol";
import {GpuKey, ICertificateCache} from "../../src/interfaces/ICertificateCache.sol";
import {IGoverned} from "../../src/interfaces/IGoverned.sol";
import {GpuEvidence, GpuFacts, INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";
import {Opcodes} from "../base/Opcodes.sol";
import {GpuFixture} from "./GpuFixture.sol";

contract NvidiaVerifierTest is GpuFixture {
    bytes32 private _device;
    bytes private _report;
    bytes private _key;
    bytes private _opaque;

    function setUp() external {
        deployEmulatedGpu();
        _device = submitDevice(_cache, "h100");
        _report = gpuFile("h100", "evidence.bin");
        _key = gpuCertificate("h100", 0);
        _opaque = cut(_report, OPAQUE_AT, _report.length - 96 - OPAQUE_AT);
    }

    // What is accepted, and what it says.

    function test_verify_tellsWhatTheReportSays() external {
        GpuFacts memory facts = _nvidia.verify(genuine());
        bytes memory device = gpuCertificate("h100", 1);
        assertEq(facts.gpuId, keccak256(keyInfoOf(device)), "gpu id");
        assertEq(facts.nonce, bytes32(cut(_report, 4, 32)), "nonce");
        assertEq(facts.key, _cache.idOf(_key, _device), "key");
        assertEq(facts.driver, DRIVER_VERSION, "driver");
        assertEq(facts.vbios, VBIOS_VERSION, "VBIOS");
        assertEq(bytes32(facts.chip), bytes32("GH100"), "chip");
        assertEq(facts.mode, 1, "single pass-through");
        assertEq(facts.validUntil, 253_402_300_799, "the end of 9999");
    }

    function test_verify_acceptsAKeyByItsIdentifier() external {
        GpuEvidence memory evidence = genuine();
        bytes32 gpuId = _nvidia.verify(evidence).gpuId;
        evidence.key = abi.encode(_cache.idOf(_key, _device));
        evidence.device = 0;
        assertEq(_nvidia.verify(evidence).gpuId, gpuId, "the same GPU");
    }

    function test_verify_namesOneGpuUnderTwoFirmwares() external {
        bytes32 gpuId = _nvidia.verify(genuine()).gpuId;
        bytes memory other = gpuCertificate("h100-new-firmware", 0);
        assertTrue(keccak256(other) != keccak256(_key), "another attestation key");
        GpuEvidence memory evidence = evidenceOf(gpuFile("h100-new-firmware", "evidence.bin"), other, _device);
        assertEq(_nvidia.verify(evidence).gpuId, gpuId, "the same GPU");
    }

    function test_verify_tellsSiblingsApart() external {
        bytes32 gpuId = _nvidia.verify(genuine()).gpuId;
        bytes32 device = submitDevice(_cache, "h100-sibling");
        GpuEvidence memory evidence =
            evidenceOf(gpuFile("h100-sibling", "evidence.bin"), gpuCertificate("h100-sibling", 0), device);
        assertTrue(_nvidia.verify(evidence).gpuId != gpuId, "another GPU");
    }

    function test_verify_acceptsAnyOfSeveralValues() external {
        GpuEvidence memory evidence = genuine();
        // Index 7, of which the report says 48 times 8, with two more values around it.
        evidence.driver.values = bytes.concat(hex"0703", filled(0), filled(8), filled(255));
        setReferences(evidence);
        _nvidia.verify(evidence);
    }

    function test_verify_staysWithinItsGas() external {
        _nvidia.verify(genuine());
        vm.snapshotGasLastCall("evidence", "NvidiaVerifier verify, key new");
        GpuEvidence memory evidence = genuine();
        evidence.key = abi.encode(_cache.idOf(_key, _device));
        _nvidia.verify(evidence);
        vm.snapshotGasLastCall("evidence", "NvidiaVerifier verify, key known");
    }

    function test_code_fitsEveryChain() external {
        bytes memory code = address(_nvidia).code;
        vm.snapshotValue("evidence", "NvidiaVerifier, bytes of code", code.length);
        assertTrue(code.length < 24_576, "EIP-170");
        assertEq(Opcodes.firstUnknown(code), type(uint256).max, "instructions");
    }

    // The shape of the report.

    function test_verify_refusesOtherLengths() external {
        refusesReport(cut(_report, 0, 174), SpdmReport.SpdmLengthInvalid.selector, "too short for any");
        refusesReport(cut(_report, 0, _report.length - 1), SpdmReport.SpdmLengthInvalid.selector, "a byte short");
        refusesReport(bytes.concat(_report, hex"00"), SpdmReport.SpdmLengthInvalid.selector, "a byte behind");
        refusesReport(bytes.concat(_report, new bytes(65_536)), SpdmReport.SpdmLengthInvalid.selector, "longer than any");
        bytes memory report = bytes.concat(_report);
        report[42] ^= 0x01;
        refusesReport(report, SpdmReport.SpdmLengthInvalid.selector, "a record that is no number of blocks");
        report = bytes.concat(_report);
        report[44] = 0xff;
        refusesReport(report, SpdmReport.SpdmLengthInvalid.selector, "a record longer than the report");
        report = bytes.concat(_report);
        report[41] = 0x3f;
        refusesReport(report, SpdmReport.SpdmLengthInvalid.selector, "fewer blocks than the record holds");
        refusesReport("", SpdmReport.SpdmLengthInvalid.selector, "nothing");
    }

    function test_verify_refusesOtherMessages() external {
        for (uint256 i = 0; i < 4; i++) {
            bytes memory report = bytes.concat(_report);
            report[i] ^= 0x02;
            refusesReport(report, SpdmReport.SpdmRequestUnexpected.selector, "request");
            report = bytes.concat(_report);
            report[37 + i] ^= 0x02;
            refusesReport(report, SpdmReport.SpdmResponseUnexpected.selector, "response");
        }
        bytes memory other = bytes.concat(_report);
        other[36] = 0x01;
        refusesReport(other, SpdmReport.SpdmRequestUnexpected.selector, "slot");
    }

    function test_verify_refusesOtherBlocks() external {
        bytes[5] memory heads =
            [bytes(hex"00013300003000"), hex"ff013300003000", hex"02013300003000", hex"01023300003000", hex"01013300002000"];
        for (uint256 i = 0; i < heads.length; i++) {
            bytes memory report = bytes.concat(_report);
            put(report, BLOCKS_AT, heads[i]);
            refusesReport(report, SpdmReport.MeasurementBlockInvalid.selector, "a block's head");
        }
    }

    function test_verify_refusesOtherOpaqueFields() external {
        refusesOpaque(bytes.concat(_opaque, hex"6300"), SpdmReport.OpaqueDataInvalid.selector, "half a head");
        refusesOpaque(bytes.concat(_opaque, hex"63000100"), SpdmReport.OpaqueDataInvalid.selector, "a value that is missing");
        refusesOpaque(bytes.concat(_opaque, hex"63000000", hex"63000000"), SpdmReport.OpaqueDataInvalid.selector, "a kind twice");
        refusesOpaque(bytes.concat(_opaque, hex"63010000", hex"63010000"), SpdmReport.OpaqueDataInvalid.selector, "a far kind twice");
        refusesOpaque("", SpdmReport.OpaqueFieldInvalid.selector, "no driver");
        refusesOpaque(hex"0300010031", SpdmReport.OpaqueFieldInvalid.selector, "no VBIOS");
        refusesOpaque(hex"030001002006000800009f009601000000", SpdmReport.OpaqueFieldInvalid.selector, "a blank version");
        bytes memory needed = hex"03000a003535302e39302e30370006000800009f009601000000";
        refusesOpaque(bytes.concat(needed, hex"1400010000"), SpdmReport.OpaqueFieldInvalid.selector, "a short FWID");
        refusesOpaque(bytes.concat(needed, hex"1500010001"), SpdmReport.OpaqueFieldInvalid.selector, "neither on nor off");
        refusesOpaque(bytes.concat(needed, hex"220002000100240002000300"), SpdmReport.OpaqueFieldInvalid.selector, "no such mode");
        refusesOpaque(
            bytes.concat(needed, hex"15000100aa220002000100240002000000"), SpdmReport.ModeContradiction.selector, "two modes"
        );
        refusesOpaque(bytes.concat(needed, hex"23000500", "GH101"), INvidiaVerifier.ChipInfoMismatch.selector, "another chip");
        refusesOpaque(
            bytes.concat(needed, hex"14003000", filled(0x77)), INvidiaVerifier.FirmwareIdMismatch.selector, "another firmware"
        );
        refusesOpaque(needed, INvidiaVerifier.ModeNotAccepted.selector, "a mode that is not stated");
        // Unknown kinds, near and far, are nobody's business.
        bytes memory report = withOpaque(_hash, _report, bytes.concat(_opaque, hex"3f000100ff", hex"ff0f0000"));
        _nvidia.verify(evidenceOf(report, _key, _device));
    }

    function test_verify_refusesAForgedReport() external {
        bytes memory report = bytes.concat(_report);
        report[NONCE_AT] ^= 0x01;
        refusesReport(report, INvidiaVerifier.GpuReportSignatureInvalid.selector, "another nonce");
        report = bytes.concat(_report);
        report[report.length - 1] ^= 0x01;
        refusesReport(report, INvidiaVerifier.GpuReportSignatureInvalid.selector, "another signature");
        GpuEvidence memory evidence = genuine();
        evidence.reportHints = hex"00";
        refuses(evidence, INvidiaVerifier.GpuReportSignatureInvalid.selector, "hints that are none");
    }

    // Modes and references.

    function test_setModes_decidesWhichModesPass() external {
        bytes memory needed = hex"03000a003535302e39302e30370006000800009f009601000000";
        bytes[4] memory said =
            [bytes(""), hex"220002000100240002000000", hex"220002000100240002000100", hex"220002000100240002000200"];
        for (uint8 mode = 0; mode < 4; mode++) {
            bytes memory report = withOpaque(_hash, _report, bytes.concat(needed, said[mode]));
            _nvidia.setModes(~uint8(1 << mode));
            refuses(evidenceOf(report, _key, _device), INvidiaVerifier.ModeNotAccepted.selector, "every other mode");
            _nvidia.setModes(uint8(1 << mode));
            assertEq(_nvidia.verify(evidenceOf(report, _key, _device)).mode, mode, "the mode");
        }
        // Before version 1 of the opaque data only protected PCIe says what it is.
        bytes memory old = withOpaque(_hash, _report, bytes.concat(needed, hex"15000100aa220002000000240002000100"));
        assertEq(_nvidia.verify(evidenceOf(old, _key, _device)).mode, 3, "protected PCIe");
    }

    function test_verify_refusesReferencesThatAreNotUnderTheRoot() external {
        GpuEvidence memory evidence = genuine();
        evidence.driver.values[2] ^= 0x01;
        refuses(evidence, INvidiaVerifier.ReferenceUnknown.selector, "another value");
        evidence = genuine();
        evidence.vbios = evidence.driver;
        refuses(evidence, INvidiaVerifier.ReferenceUnknown.selector, "a driver's as a VBIOS's");
        evidence = genuine();
        evidence.driver.proof = new bytes32[](0);
        refuses(evidence, INvidiaVerifier.ReferenceUnknown.selector, "no proof");
        _nvidia.setReferences(0);
        refuses(genuine(), INvidiaVerifier.ReferenceUnknown.selector, "no root");
    }

    function test_verify_refusesVersionsWithoutReference() external {
        bytes memory fields = bytes.concat(_opaque);
        bytes memory version = "550.90.07";
        for (uint256 i = 0; i + version.length < fields.length; i++) {
            if (keccak256(cut(fields, i, version.length)) != keccak256(version)) continue;
            fields[i + 8] = "8";
            break;
        }
        refuses(
            evidenceOf(withOpaque(_hash, _report, fields), _key, _device), INvidiaVerifier.ReferenceUnknown.selector, "550.90.08"
        );
    }

    function test_verify_refusesMalformedReferences() external {
        GpuEvidence memory evidence = genuine();
        bytes[6] memory values = [
            bytes(hex"07"),
            bytes.concat(hex"0701", cut(filled(8), 0, 47)),
            bytes.concat(hex"0801", filled(9), hex"0701", filled(8)),
            bytes.concat(hex"0701", filled(8), hex"0701", filled(8)),
            bytes.concat(hex"fe01", filled(8)),
            bytes.concat(hex"0701", filled(8), hex"08")
        ];
        for (uint256 i = 0; i < values.length; i++) {
            evidence.driver.values = values[i];
            setReferences(evidence);
            refuses(evidence, INvidiaVerifier.ReferenceMalformed.selector, "malformed");
        }
    }

    function test_verify_refusesMeasurementsThatDiffer() external {
        bytes memory report = bytes.concat(_report);
        // Block 8 is index 7, which the driver lists.
        report[BLOCKS_AT + 7 * 55 + 7] ^= 0x01;
        signGpuReport(_hash, report);
        refuses(evidenceOf(report, _key, _device), INvidiaVerifier.MeasurementDiffers.selector, "another driver");
        GpuEvidence memory evidence = genuine();
        evidence.driver.values = hex"0700";
        setReferences(evidence);
        refuses(evidence, INvidiaVerifier.MeasurementDiffers.selector, "no value at all");
        evidence.driver.values = bytes.concat(hex"c801", filled(0xc9));
        setReferences(evidence);
        refuses(evidence, INvidiaVerifier.MeasurementDiffers.selector, "a measurement that is missing");
    }

    function test_verify_refusesReferencesThatConflict() external {
        GpuEvidence memory evidence = genuine();
        evidence.vbios.values = bytes.concat(hex"0701", filled(8));
        setReferences(evidence);
        refuses(
            evidence, abi.encodeWithSelector(INvidiaVerifier.ReferenceConflict.selector, uint256(1 << 7)), "index 7 twice"
        );
    }

    function test_verify_skipsTheDecoderOnlyIfItIsOff() external {
        GpuEvidence memory evidence = genuine();
        evidence.driver.values = bytes.concat(hex"2301", filled(0));
        setReferences(evidence);
        // The emulated GPU says that its decoder is off.
        _nvidia.verify(evidence);
        bytes memory fields = bytes.concat(_opaque);
        for (uint256 i = 0; i + 5 <= fields.length; i++) {
            if (bytes5(cut(fields, i, 5)) == 0x0b00010055) fields[i + 4] = 0xaa;
        }
        evidence.report = withOpaque(_hash, _report, fields);
        refuses(evidence, INvidiaVerifier.MeasurementDiffers.selector, "on, and another value");
    }

    function test_governedFunctions_refuseOthers() external {
        bytes memory refusal = abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(this), address(0xbad));
        vm.startPrank(address(0xbad));
        vm.expectRevert(refusal);
        _nvidia.setReferences(0);
        vm.expectRevert(refusal);
        _nvidia.setModes(0);
        vm.stopPrank();
    }

    // Certificates.

    function test_submitGpuCertificate_returnsKnownOnesWithoutVerifyingAgain() external {
        bytes32 id = _cache.submitGpuCertificate(_key, _device, "");
        vm.snapshotGasLastCall("evidence", "CertificateCache submitGpuCertificate, new");
        // Hints of any content: a known certificate is not verified again.
        assertEq(_cache.submitGpuCertificate(_key, _device, hex"00"), id, "id");
        vm.snapshotGasLastCall("evidence", "CertificateCache submitGpuCertificate, known");
        GpuKey memory key = _cache.gpuKeyOf(id);
        vm.snapshotGasLastCall("evidence", "CertificateCache gpuKeyOf");
        assertEq(key.publicKey.length, 96, "key");
        assertEq(key.firmwareId.length, 48, "firmware id");
    }

    function test_submitGpuCertificate_refusesAWrongParent() external {
        bytes32 identity = identityOf();
        refusesCertificate(_key, identity, ICertificateCache.CertificateIssuerMismatch.selector, "an authority further up");
        refusesCertificate(_key, bytes32(uint256(1)), ICertificateCache.CertificateUnknown.selector, "no certificate");
        bytes32 sibling = submitDevice(_cache, "h100-sibling");
        refusesCertificate(_key, sibling, ICertificateCache.CertificateIssuerMismatch.selector, "another device");
        bytes32 key = _cache.submitGpuCertificate(_key, _device, "");
        refusesCertificate(gpuCertificate("h100-sibling", 0), key, ICertificateCache.CertificateRoleMismatch.selector, "a key");
        refusesCertificate(_key, 0, ICertificateCache.RootNotPinned.selector, "a key as a root");
        refusesCertificate(
            gpuCertificate("h100-other-root", 4), 0, ICertificateCache.RootNotPinned.selector, "a root that is not pinned"
        );
    }

    function test_submitGpuCertificate_refusesTheOtherVendorsCertificates() external {
        string memory manifest = vm.readFile(string.concat(GPUS, "manifest.json"));
        _cache.pinRoot(GENOA, vm.parseBytes(string.concat("0x", vm.parseJsonString(manifest, ".roots.Genoa"))));
        bytes memory ark = vm.readFileBinary("../vectors/evidence/genoa-v3/ark.der");
        bytes memory ask = vm.readFileBinary("../vectors/evidence/genoa-v3/ask.der");
        refusesCertificate(ark, 0, X509.CertificateAlgorithmUnsupported.selector, "an ARK as a GPU's root");
        bytes32 root = _cache.submitRoot(ark);
        refusesCertificate(ask, root, X509.CertificateAlgorithmUnsupported.selector, "an ASK as a GPU's");
        refusesCertificate(_key, root, ICertificateCache.CertificateVendorMismatch.selector, "a GPU's under an ARK");
        bytes32 gpuRoot = _cache.submitGpuCertificate(gpuCertificate("h100", 4), 0, "");
        (bool done, bytes memory answer) = address(_cache).call(abi.encodeCall(_cache.submitIntermediate, (ask, gpuRoot)));
        assertRefused(done, answer, ICertificateCache.CertificateVendorMismatch.selector, "an ASK under a GPU's root");
        bytes memory vcek = vm.readFileBinary("../vectors/evidence/genoa-v3/vcek.der");
        (done, answer) = address(_cache).call(abi.encodeCall(_cache.submitVcek, (vcek, _device)));
        assertRefused(done, answer, ICertificateCache.CertificateRoleMismatch.selector, "a VCEK under a GPU's device");
    }

    function test_submitGpuCertificate_refusesASwitch() external {
        bytes32 device = submitDevice(_cache, "nvswitch");
        refusesCertificate(
            gpuCertificate("nvswitch", 0), device, NvidiaCertificate.CertificateNotOfGpu.selector, "a switch's key"
        );
    }

    function test_submitGpuCertificate_refusesAPathThatIsCut() external {
        // The device certificate submitted where an identity CA belongs.
        bytes32 root = _cache.submitGpuCertificate(gpuCertificate("h100", 4), 0, "");
        refusesCertificate(
            gpuCertificate("h100", 1), root, ICertificateCache.CertificateIssuerMismatch.selector, "two authorities left out"
        );
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 100000
    function testFuzz_submitGpuCertificate_refusesAnyFlippedByte(uint256 seed, uint8 change) external {
        vm.assume(change != 0);
        bytes memory der = _key;
        der[bound(seed, 0, der.length - 1)] ^= bytes1(change);
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitGpuCertificate, (der, _device, "")));
        assertFalse(done, "a flipped byte");
        assertTrue(answer.length >= 4, "a reason");
    }

    function testFuzz_submitGpuCertificate_refusesNoise(bytes calldata noise, bytes calldata hints) external {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitGpuCertificate, (noise, _device, hints)));
        assertFalse(done, "noise");
        assertTrue(answer.length >= 4, "a reason");
    }

    function test_gpuKeyOf_endsWithItsAncestors() external {
        bytes32 id = _cache.submitGpuCertificate(_key, _device, "");
        bytes32 identity = identityOf();
        _cache.revoke(identity, serialOf(gpuCertificate("h100", 2)));
        vm.expectPartialRevert(ICertificateCache.CertificateRevoked.selector);
        _cache.gpuKeyOf(id);
        refuses(genuine(), ICertificateCache.CertificateRevoked.selector, "a provisioner that is revoked");
    }

    function test_gpuKeyOf_refusesBeforeItsTime() external {
        bytes32 id = _cache.submitGpuCertificate(_key, _device, "");
        vm.warp(1_500_000_000);
        assertFalse(_cache.isTrusted(id), "in 2017");
        vm.expectPartialRevert(ICertificateCache.CertificateNotYetValid.selector);
        _cache.gpuKeyOf(id);
    }

    function test_gpuKeyOf_refusesOtherRoles() external {
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.CertificateRoleMismatch.selector, _device, 6, 5));
        _cache.gpuKeyOf(_device);
        bytes32 id = _cache.submitGpuCertificate(_key, _device, "");
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.CertificateRoleMismatch.selector, id, 3, 6));
        _cache.vcekOf(id);
        GpuEvidence memory evidence = genuine();
        evidence.key = abi.encode(_device);
        refuses(evidence, ICertificateCache.CertificateRoleMismatch.selector, "a device as a key");
    }

    // ---- helpers

    function genuine() private view returns (GpuEvidence memory) {
        return evidenceOf(_report, _key, _device);
    }

    function refusesReport(bytes memory report, bytes4 selector, string memory what) private {
        refuses(evidenceOf(report, _key, _device), selector, what);
    }

    function refusesOpaque(bytes memory opaque, bytes4 selector, string memory what) private {
        refuses(evidenceOf(withOpaque(_hash, _report, opaque), _key, _device), selector, what);
    }

    function refuses(GpuEvidence memory evidence, bytes4 selector, string memory what) private {
        (bool done, bytes memory answer) = address(_nvidia).call(abi.encodeCall(_nvidia.verify, (evidence)));
        assertRefused(done, answer, selector, what);
    }

    function refuses(GpuEvidence memory evidence, bytes memory error_, string memory what) private {
        (bool done, bytes memory answer) = address(_nvidia).call(abi.encodeCall(_nvidia.verify, (evidence)));
        assertRefused(done, answer, error_, what);
    }

    function refusesCertificate(bytes memory der, bytes32 parent, bytes4 selector, string memory what) private {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitGpuCertificate, (der, parent, "")));
        assertRefused(done, answer, selector, what);
    }

    function identityOf() private returns (bytes32) {
        bytes32 root = _cache.submitGpuCertificate(gpuCertificate("h100", 4), 0, "");
        return _cache.submitGpuCertificate(gpuCertificate("h100", 3), root, "");
    }

    /// @dev The 120 bytes from the head of a P-384 SubjectPublicKeyInfo on.
    function keyInfoOf(bytes memory der) private pure returns (bytes memory) {
        for (uint256 i = 0; i + 120 < der.length; i++) {
            if (bytes23(cut(der, i, 23)) == 0x3076301006072a8648ce3d020106052b81040022036200) return cut(der, i, 120);
        }
        revert NotTrue("a P-384 key");
    }

    /// @dev The serial number stands behind the version, at a fixed place.
    function serialOf(bytes memory der) private pure returns (uint256) {
        require(der[13] == 0x02, NotTrue("an INTEGER"));
        uint256 length = uint8(der[14]);
        return uint256(bytes32(cut(der, 15, length))) >> (8 * (32 - length));
    }
}
