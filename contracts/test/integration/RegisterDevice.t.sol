// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {RsaPss} from "../../src/crypto/RsaPss.sol";
import {SnpVerifier} from "../../src/evidence/SnpVerifier.sol";
import {IAttendanceRegistry} from "../../src/interfaces/IAttendanceRegistry.sol";
import {IChallengeRegistry} from "../../src/interfaces/IChallengeRegistry.sol";
import {ICertificateCache, RootPin} from "../../src/interfaces/ICertificateCache.sol";
import {IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";
import {INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "../../src/interfaces/IDeviceRegistry.sol";
import {IP384Verifier} from "../../src/interfaces/IP384Verifier.sol";
import {ISha384} from "../../src/interfaces/ISha384.sol";
import {EmulatedChip} from "../base/EmulatedChip.sol";

/// @notice Registration with evidence, through the verifiers as deployed: from the chip's signature to the pinned root.
contract RegisterDeviceTest is EmulatedChip {
    // 2026-11-22 12:00 UTC, the vectors' verify_time.
    uint256 private constant NOW = 1_795_348_800;
    uint8 private constant GENOA = 2;
    bytes16 private constant UUID = 0xf0f1f2f3f4f5f6f7f8f9fafbfcfdfeff;
    uint64 private constant DEBUG = 1 << 19;

    address private operator = address(0xabc);
    address private enclaveKey = address(0xe1);
    ISha384 private hash;
    ICertificateCache private cache;
    DeviceRegistry private registry;
    bytes32 private ask;
    bytes32 private gpuId;
    bytes32 private hostChip;
    bytes32 private measurementHash;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(1000);
        hash = ISha384(vm.deployCode("Sha384.sol:Sha384"));
        RootPin[] memory pins = new RootPin[](1);
        string memory manifest = vm.readFile("../vectors/evidence/manifest.json");
        pins[0] = RootPin(
            GENOA, vm.parseBytes(string.concat("0x", vm.parseJsonString(manifest, ".roots.Genoa")))
        );
        IP384Verifier p384 = IP384Verifier(vm.deployCode("P384Verifier.sol:P384Verifier"));
        cache = ICertificateCache(
            vm.deployCode(
                "CertificateCache.sol:CertificateCache", abi.encode(address(this), new RsaPss(hash), p384, hash, pins)
            )
        );
        SnpVerifier.TcbFloor[] memory floors = new SnpVerifier.TcbFloor[](1);
        floors[0].product = GENOA;
        SnpVerifier snp = new SnpVerifier(
            address(this), cache, hash, p384, 0, floors
        );
        ask = cache.submitIntermediate(chipFile("ask.der"), cache.submitRoot(chipFile("ark.der")));

        bytes memory report = chipFile("report.bin");
        bytes memory chipId = cut(report, 0x1a0, 64);
        hostChip = keccak256(chipId);
        gpuId = keccak256(abi.encodePacked(chipId, UUID));
        measurementHash = keccak256(cut(report, 0x90, 48));
        bytes32[] memory measurements = new bytes32[](1);
        measurements[0] = measurementHash;
        registry = new DeviceRegistry(
            snp,
            IDcapVerifier(address(0)),
            INvidiaVerifier(address(0)),
            address(this),
            measurements,
            [4, 4, 4, 4],
            IChallengeRegistry(address(0)),
            IAttendanceRegistry(address(0))
        );
    }

    function test_registerDevice_admitsGenuineEvidence() public {
        RegistrationRequest memory request = _request(0);
        vm.prank(operator);
        uint32 slot = registry.registerDevice(request);
        vm.snapshotGasLastCall("evidence", "DeviceRegistry registerDevice, first of its chip");
        Device memory device = registry.device(slot);
        assertEq(device.gpuId, gpuId, "gpuId");
        assertEq(device.hostChip, hostChip, "hostChip");
        assertEq(device.operator, operator, "operator");
        assertEq(device.enclaveKey, enclaveKey, "enclaveKey");
        assertEq(device.validUntil, NOW + 24 hours, "validUntil");
    }

    function test_refreshDevice_admitsGenuineEvidence() public {
        _register();
        vm.warp(NOW + 13 hours);
        vm.roll(block.number + 3600);
        enclaveKey = address(0xe2);
        RegistrationRequest memory request = _request(0);
        vm.prank(operator);
        registry.refreshDevice(request);
        vm.snapshotGasLastCall("evidence", "DeviceRegistry refreshDevice");
        Device memory device = registry.device(registry.slotOf(gpuId));
        assertEq(device.enclaveKey, enclaveKey, "enclaveKey");
        assertEq(device.validUntil, NOW + 37 hours, "validUntil");
    }

    function test_registerDevice_revertsIfEvidenceForged() public {
        RegistrationRequest memory request = _request(0);
        // One bit of the signature's s.
        request.report[0x2e8] ^= 0x01;
        _expectRefusal(request, abi.encodeWithSelector(SnpVerifier.ReportSignatureInvalid.selector));
    }

    function test_registerDevice_revertsIfReportIsOfAnotherBinding() public {
        RegistrationRequest memory request = _request(0);
        bytes32 bound = registry.bindingOf(operator, enclaveKey, gpuId, 1, request.blockNumber);
        request.enclaveKey = address(0xe2);
        bytes32 expected = registry.bindingOf(operator, address(0xe2), gpuId, 1, request.blockNumber);
        _expectRefusal(
            request, abi.encodeWithSelector(IDeviceRegistry.ReportDataMismatch.selector, expected, bound)
        );
    }

    function test_registerDevice_revertsIfReportStolen() public {
        RegistrationRequest memory request = _request(0);
        vm.expectPartialRevert(IDeviceRegistry.ReportDataMismatch.selector);
        vm.prank(address(0xbad));
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfGuestMayBeDebugged() public {
        RegistrationRequest memory request = _request(DEBUG);
        vm.expectPartialRevert(SnpVerifier.DebugEnabled.selector);
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfCertificateOfAnotherChip() public {
        RegistrationRequest memory request = _request(0);
        request.endorsement = vm.readFileBinary("../vectors/evidence/genoa-v3-sibling-chip/vcek.der");
        _expectRefusal(request, abi.encodeWithSelector(SnpVerifier.ReportSignatureInvalid.selector));
    }

    function test_registerDevice_revertsIfRootNotPinned() public {
        RegistrationRequest memory request = _request(0);
        request.endorsement = vm.readFileBinary("../vectors/evidence/milan-v2/vcek.der");
        vm.expectPartialRevert(ICertificateCache.IntermediateUnknown.selector);
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfIssuerRevoked() public {
        RegistrationRequest memory request = _request(0);
        // Every VCEK has serial number 0: under a revoked (ASK, 0) no chip is trusted.
        cache.revoke(ask, 0);
        vm.expectPartialRevert(ICertificateCache.CertificateRevoked.selector);
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfMeasurementWithdrawn() public {
        registry.allowMeasurement(measurementHash, false);
        _expectRefusal(
            _request(0), abi.encodeWithSelector(IDeviceRegistry.MeasurementNotAllowed.selector, measurementHash)
        );
    }

    function test_registerDevice_revertsIfReportReused() public {
        RegistrationRequest memory request = _register();
        vm.prank(operator);
        registry.retireDevice(gpuId);
        uint64 used = request.blockNumber;
        _expectRefusal(request, abi.encodeWithSelector(IDeviceRegistry.EvidenceReused.selector, used, used));
    }

    function _register() private returns (RegistrationRequest memory request) {
        request = _request(0);
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function _request(uint64 policyBits) private view returns (RegistrationRequest memory request) {
        request.enclaveKey = enclaveKey;
        request.gpuUuid = UUID;
        request.class = 1;
        request.platform = 1;
        request.blockNumber = uint64(block.number - 1);
        bytes32 binding = registry.bindingOf(operator, enclaveKey, gpuId, 1, request.blockNumber);
        request.report = reportOf(hash, binding, 0, policyBits);
        request.endorsement = chipFile("vcek.der");
    }

    function _expectRefusal(RegistrationRequest memory request, bytes memory refusal) private {
        uint32 length = registry.rosterLength();
        vm.expectRevert(refusal);
        vm.prank(operator);
        registry.registerDevice(request);
        assertEq(registry.rosterLength(), length, "rosterLength");
    }
}
