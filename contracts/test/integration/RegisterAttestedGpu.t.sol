// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {RsaPss} from "../../src/crypto/RsaPss.sol";
import {NvidiaVerifier} from "../../src/evidence/NvidiaVerifier.sol";
import {SnpVerifier} from "../../src/evidence/SnpVerifier.sol";
import {IAttendanceRegistry} from "../../src/interfaces/IAttendanceRegistry.sol";
import {IChallengeRegistry} from "../../src/interfaces/IChallengeRegistry.sol";
import {ICertificateCache, RootPin} from "../../src/interfaces/ICertificateCache.sol";
import {IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "../../src/interfaces/IDeviceRegistry.sol";
import {INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";
import {IP384Verifier} from "../../src/interfaces/IP384Verifier.sol";
import {ISha384} from "../../src/interfaces/ISha384.sol";
import {EmulatedChip} from "../base/EmulatedChip.sol";
import {EmulatedGpu} from "../base/EmulatedGpu.sol";

/// @notice Registration of a GPU that proves itself, on a processor that proves itself: each piece of evidence names the other.
contract RegisterAttestedGpuTest is EmulatedChip, EmulatedGpu {
    // 2026-11-22 12:00 UTC, the vectors' verify_time.
    uint256 private constant NOW = 1_795_348_800;
    uint8 private constant GENOA = 2;
    uint8 private constant H100 = 1;
    uint8 private constant ATTESTED = 1;
    uint8 private constant MEASURED_HOST = 2;

    address private operator = address(0xabc);
    address private enclaveKey = address(0xe1);
    ISha384 private hash;
    ICertificateCache private cache;
    NvidiaVerifier private nvidia;
    DeviceRegistry private registry;
    bytes32 private device;
    bytes32 private gpuId;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(1000);
        hash = ISha384(vm.deployCode("Sha384.sol:Sha384"));
        IP384Verifier p384 = IP384Verifier(vm.deployCode("P384Verifier.sol:P384Verifier"));
        RootPin[] memory pins = new RootPin[](2);
        string memory manifest = vm.readFile(string.concat(GPUS, "manifest.json"));
        pins[0] = RootPin(GENOA, vm.parseBytes(string.concat("0x", vm.parseJsonString(manifest, ".roots.Genoa"))));
        pins[1] = RootPin(NVIDIA, vm.parseBytes(string.concat("0x", vm.parseJsonString(manifest, ".roots.nvidiaDevice"))));
        cache = ICertificateCache(
            vm.deployCode(
                "CertificateCache.sol:CertificateCache", abi.encode(address(this), new RsaPss(hash), p384, hash, pins)
            )
        );
        SnpVerifier.TcbFloor[] memory floors = new SnpVerifier.TcbFloor[](1);
        floors[0].product = GENOA;
        SnpVerifier snp = new SnpVerifier(address(this), cache, hash, p384, 0, floors);
        nvidia = new NvidiaVerifier(address(this), cache, hash, p384, referenceRoot(), SINGLE_PASS_THROUGH);
        cache.submitIntermediate(chipFile("ask.der"), cache.submitRoot(chipFile("ark.der")));
        device = submitDevice(cache, "h100");
        gpuId = cache.gpuKeyOf(cache.submitGpuCertificate(gpuCertificate("h100", 0), device, "")).gpuId;

        bytes32[] memory measurements = new bytes32[](1);
        measurements[0] = keccak256(cut(chipFile("report.bin"), 0x90, 48));
        registry = new DeviceRegistry(
            snp,
            IDcapVerifier(address(0)),
            nvidia,
            address(this),
            measurements,
            [uint8(1 << ATTESTED), 4, 4, 4],
            IChallengeRegistry(address(0)),
            IAttendanceRegistry(address(0))
        );
    }

    function test_registerDevice_admitsAnAttestedGpu() public {
        RegistrationRequest memory request = requestOf();
        vm.prank(operator);
        uint32 slot = registry.registerDevice(request);
        vm.snapshotGasLastCall("evidence", "DeviceRegistry registerDevice, attested GPU");
        Device memory found = registry.device(slot);
        assertEq(found.gpuId, gpuId, "gpuId");
        assertEq(found.hostChip, keccak256(cut(request.report, 0x1a0, 64)), "hostChip");
        assertEq(found.class, H100, "class");
        assertEq(found.validUntil, NOW + 24 hours, "validUntil");
        assertEq(registry.profileOf(slot), ATTESTED, "profile");
    }

    function test_registerDevice_takesCertificatesByTheirIdentifiers() public {
        register(requestOf());
        vm.prank(operator);
        registry.retireDevice(gpuId);
        vm.roll(block.number + 1);
        RegistrationRequest memory request = requestOf();
        bytes32 ask = cache.intermediateFor(chipFile("vcek.der"));
        request.endorsement = abi.encode(cache.idOf(chipFile("vcek.der"), ask));
        request.gpu.key = abi.encode(cache.idOf(gpuCertificate("h100", 0), device));
        request.gpu.device = 0;
        vm.prank(operator);
        registry.registerDevice(request);
        vm.snapshotGasLastCall("evidence", "DeviceRegistry registerDevice, attested GPU, certificates named");
    }

    function test_refreshDevice_admitsNewFirmwareOfTheSameGpu() public {
        uint32 slot = register(requestOf());
        pass(12 hours);
        enclaveKey = address(0xe2);
        RegistrationRequest memory request = requestOf();
        // The key of the new firmware is not public: its certificate alone must not do.
        request.gpu.key = gpuCertificate("h100-new-firmware", 0);
        refuses(request, true, INvidiaVerifier.GpuReportSignatureInvalid.selector);
        request.gpu.key = gpuCertificate("h100", 0);
        vm.prank(operator);
        registry.refreshDevice(request);
        assertEq(registry.device(slot).validUntil, NOW + 36 hours, "validUntil");
        assertEq(registry.device(slot).enclaveKey, address(0xe2), "enclaveKey");
    }

    function test_registerDevice_revertsIfTheGpuIsLive() public {
        register(requestOf());
        vm.roll(block.number + 1);
        enclaveKey = address(0xe2);
        refuses(requestOf(), false, IDeviceRegistry.DeviceAlreadyRegistered.selector);
        // Nor by another operator, who relays the GPU to a machine of his own.
        operator = address(0xdef);
        refuses(requestOf(), false, IDeviceRegistry.DeviceAlreadyRegistered.selector);
    }

    function test_registerDevice_revertsWithoutEvidenceOfTheGpu() public {
        RegistrationRequest memory request = withoutGpu();
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.ProfileNotAdmitted.selector, H100, MEASURED_HOST));
        vm.prank(operator);
        registry.registerDevice(request);
        // Where the governor admits measured hosts it registers, and not as attested.
        registry.admitProfile(H100, MEASURED_HOST, true);
        assertEq(registry.profileOf(register(request)), MEASURED_HOST, "profile");
    }

    function test_registerDevice_revertsIfTheProcessorNamesNoGpuEvidence() public {
        RegistrationRequest memory request = requestOf();
        bytes32 binding = bindingOf(request);
        request.report = reportOf(hash, binding, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDeviceRegistry.ReportDataMismatch.selector, sha256(request.gpu.report), bytes32(0)
            )
        );
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfTheGpuAnsweredAnotherNonce() public {
        RegistrationRequest memory request = requestOf();
        bytes32 binding = bindingOf(request);
        request.gpu.report = gpuReportOf(hash, keccak256("another registration"));
        request.report = reportOf(hash, binding, sha256(request.gpu.report), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDeviceRegistry.GpuNonceMismatch.selector, binding, keccak256("another registration"))
        );
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfTheGpuIsOfAnotherRequest() public {
        // Evidence of a GPU that is bound to one enclave key, brought with a report that is bound to another.
        RegistrationRequest memory first = requestOf();
        enclaveKey = address(0xe2);
        RegistrationRequest memory second = requestOf();
        second.gpu = first.gpu;
        refuses(second, false, IDeviceRegistry.ReportDataMismatch.selector);
    }

    function test_registerDevice_revertsIfReplayed() public {
        RegistrationRequest memory request = register();
        vm.prank(operator);
        registry.retireDevice(gpuId);
        vm.roll(block.number + 1);
        refuses(request, false, IDeviceRegistry.EvidenceReused.selector);
    }

    function test_registerDevice_revertsIfTheChipIsNotOfTheClass() public {
        registry.admitProfile(2, ATTESTED, true);
        RegistrationRequest memory request = requestOf();
        request.class = 2;
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.ChipNotOfClass.selector, uint8(2), bytes5("GH100")));
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfTheGpusAuthorityIsRevoked() public {
        RegistrationRequest memory request = requestOf();
        cache.revoke(device, serialOf(gpuCertificate("h100", 0)));
        refuses(request, false, ICertificateCache.CertificateRevoked.selector);
    }

    function test_registerDevice_revertsIfMeasurementsAreNotAdmitted() public {
        nvidia.setReferences(keccak256("other drivers"));
        refuses(requestOf(), false, INvidiaVerifier.ReferenceUnknown.selector);
    }

    function test_refreshDevice_revertsIfEvidenceOfTheGpuIsLeftOut() public {
        registry.admitProfile(H100, MEASURED_HOST, true);
        register(requestOf());
        pass(12 hours);
        enclaveKey = address(0xe2);
        // Without evidence of the GPU it is another GPU, which is not registered.
        refuses(withoutGpu(), true, IDeviceRegistry.DeviceNotRegistered.selector);
    }

    // ---- helpers

    function requestOf() private view returns (RegistrationRequest memory request) {
        request.enclaveKey = enclaveKey;
        request.class = H100;
        request.platform = 1;
        request.blockNumber = uint64(block.number - 1);
        bytes32 binding = bindingOf(request);
        request.gpu = evidenceOf(gpuReportOf(hash, binding), gpuCertificate("h100", 0), device);
        request.report = reportOf(hash, binding, sha256(request.gpu.report), 0);
        request.endorsement = chipFile("vcek.der");
    }

    function bindingOf(RegistrationRequest memory request) private view returns (bytes32) {
        return registry.bindingOf(operator, request.enclaveKey, gpuId, request.class, request.blockNumber);
    }

    function withoutGpu() private view returns (RegistrationRequest memory request) {
        request.enclaveKey = enclaveKey;
        request.class = H100;
        request.platform = 1;
        request.blockNumber = uint64(block.number - 1);
        bytes32 measured = keccak256(abi.encodePacked(cut(chipFile("report.bin"), 0x1a0, 64), bytes16(0)));
        bytes32 binding = registry.bindingOf(operator, enclaveKey, measured, H100, request.blockNumber);
        request.report = reportOf(hash, binding, 0, 0);
        request.endorsement = chipFile("vcek.der");
    }

    function register() private returns (RegistrationRequest memory request) {
        request = requestOf();
        register(request);
    }

    function register(RegistrationRequest memory request) private returns (uint32) {
        vm.prank(operator);
        return registry.registerDevice(request);
    }

    function pass(uint256 time) private {
        vm.warp(block.timestamp + time);
        vm.roll(block.number + time / 2);
    }

    function refuses(RegistrationRequest memory request, bool isRefresh, bytes4 selector) private {
        vm.expectPartialRevert(selector);
        vm.prank(operator);
        if (isRefresh) registry.refreshDevice(request);
        else registry.registerDevice(request);
    }

    /// @dev The serial number stands behind the version, at a fixed place.
    function serialOf(bytes memory der) private pure returns (uint256) {
        uint256 length = uint8(der[14]);
        return uint256(bytes32(cut(der, 15, length))) >> (8 * (32 - length));
    }
}
