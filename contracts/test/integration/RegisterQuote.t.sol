// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {IAttendanceRegistry} from "../../src/interfaces/IAttendanceRegistry.sol";
import {IChallengeRegistry} from "../../src/interfaces/IChallengeRegistry.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "../../src/interfaces/IDeviceRegistry.sol";
import {IDcapCertificates} from "../../src/interfaces/IDcapCertificates.sol";
import {INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";
import {ISnpVerifier} from "../../src/interfaces/ISnpVerifier.sol";
import {DcapVerifier} from "../../src/evidence/dcap/DcapVerifier.sol";
import {EmulatedIntel} from "../evidence/dcap/EmulatedIntel.sol";

/// @notice Registration with a quote, through the verifiers as deployed: from the attestation key to the pinned root.
/// forge-config: default.isolate = true
contract RegisterQuoteTest is EmulatedIntel {
    uint256 private constant HEADER = 48;
    uint256 private constant TRUST_DOMAIN = 584;
    uint256 private constant ENCLAVE = 384;
    bytes16 private constant UUID = 0xf0f1f2f3f4f5f6f7f8f9fafbfcfdfeff;
    uint8 private constant A100 = 2;

    address private operator = address(0xabc);
    address private enclaveKey = address(0xe1);
    DeviceRegistry private registry;
    bytes32 private pck;
    bytes32 private hostChip;
    bytes32 private gpuId;

    function test_registerDevice_admitsATrustDomain() external {
        prepare("tdx-v4");
        RegistrationRequest memory request = requestOf(TRUST_DOMAIN);
        vm.prank(operator);
        uint32 slot = registry.registerDevice(request);
        uint256 gas = vm.snapshotGasLastCall("dcap", "DeviceRegistry registerDevice, TDX, first of its chip");
        assertLe(gas, 450_000, "gas");
        admitted(slot);
    }

    function test_refreshDevice_admitsATrustDomain() external {
        prepare("tdx-v4");
        RegistrationRequest memory request = requestOf(TRUST_DOMAIN);
        vm.prank(operator);
        registry.registerDevice(request);
        vm.warp(NOW + 12 hours);
        vm.roll(block.number + 3600);
        request = requestOf(TRUST_DOMAIN);
        vm.prank(operator);
        registry.refreshDevice(request);
        vm.snapshotGasLastCall("dcap", "DeviceRegistry refreshDevice, TDX");
        assertEq(registry.device(registry.slotOf(gpuId)).validUntil, NOW + 36 hours, "validUntil");
    }

    function test_registerDevice_admitsAnEnclave() external {
        prepare("sgx-v3");
        RegistrationRequest memory request = requestOf(ENCLAVE);
        vm.prank(operator);
        uint32 slot = registry.registerDevice(request);
        uint256 gas = vm.snapshotGasLastCall("dcap", "DeviceRegistry registerDevice, SGX, first of its chip");
        assertLe(gas, 450_000, "gas");
        admitted(slot);
    }

    function test_registerDevice_revertsIfQuoteForged() external {
        prepare("tdx-v4");
        RegistrationRequest memory request = requestOf(TRUST_DOMAIN);
        request.report[HEADER + 136] ^= 0x01;
        refuses(request, abi.encodeWithSelector(DcapVerifier.QuoteSignatureInvalid.selector));
    }

    function test_registerDevice_revertsIfQuoteStolen() external {
        prepare("tdx-v4");
        RegistrationRequest memory request = requestOf(TRUST_DOMAIN);
        vm.prank(address(0xbad));
        vm.expectPartialRevert(IDeviceRegistry.ReportDataMismatch.selector);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfQuoteUsedAgain() external {
        prepare("tdx-v4");
        RegistrationRequest memory request = requestOf(TRUST_DOMAIN);
        vm.prank(operator);
        registry.registerDevice(request);
        vm.prank(operator);
        vm.expectRevert(
            abi.encodeWithSelector(IDeviceRegistry.EvidenceReused.selector, request.blockNumber, request.blockNumber)
        );
        registry.refreshDevice(request);
    }

    function test_registerDevice_revertsIfPckRevoked() external {
        prepare("tdx-v4");
        RegistrationRequest memory request = requestOf(TRUST_DOMAIN);
        bytes memory list = load(string.concat(DEVICES, "tdx-v4-pck-revoked")).pckList;
        list = resigned(replaced(list, "261112000000Z", "261112000001Z"), AUTHORITY_KEY);
        bytes32 authority = _certificates.idOf(_evidence.authority, _certificates.idOf(_evidence.root, 0));
        _certificates.submitRevocationList(list, authority);
        refuses(request, abi.encodeWithSelector(IDcapCertificates.CertificateRevoked.selector, pck));
    }

    function prepare(string memory folder) private {
        deployEmulated(folder);
        vm.roll(1000);
        bytes memory problem;
        (pck,, problem) = submit(_evidence);
        assertEq(problem, "", "submitted");
        hostChip = keccak256(abi.encodePacked(_certificates.pckOf(pck).ppid));
        gpuId = keccak256(abi.encodePacked(hostChip, UUID));
        bytes32[] memory measurements = new bytes32[](1);
        measurements[0] = _dcap.verify(_evidence.quote, pck, "").measurement;
        // Bits 2 and 3: measured hosts and measured enclaves.
        registry = new DeviceRegistry(
            ISnpVerifier(address(0)),
            _dcap,
            INvidiaVerifier(address(0)),
            address(this),
            measurements,
            [12, 12, 12, 12],
            IChallengeRegistry(address(0)),
            IAttendanceRegistry(address(0))
        );
    }

    /// @notice A request whose quote, cut behind its authentication data, is bound to it.
    function requestOf(uint256 body) private view returns (RegistrationRequest memory request) {
        request.enclaveKey = enclaveKey;
        request.gpuUuid = UUID;
        request.class = A100;
        request.platform = 2;
        request.blockNumber = uint64(block.number - 1);
        request.endorsement = abi.encode(pck);
        bytes32 binding = registry.bindingOf(operator, enclaveKey, gpuId, A100, request.blockNumber);
        bytes memory quote = bytes.concat(_evidence.quote);
        put(quote, HEADER + body - 64, abi.encode(binding, bytes32(0)));
        quote = quoted(quote);
        uint256 certification = quote[0] == 0x03 ? 0 : 6;
        request.report = slice(quote, 0, HEADER + body + 4 + 128 + certification + 384 + 64 + 2 + 32);
    }

    function admitted(uint32 slot) private view {
        Device memory device = registry.device(slot);
        assertEq(device.gpuId, gpuId, "gpuId");
        assertEq(device.hostChip, hostChip, "hostChip");
        assertEq(device.operator, operator, "operator");
        assertEq(device.enclaveKey, enclaveKey, "enclaveKey");
        assertEq(device.validUntil, NOW + 24 hours, "validUntil");
    }

    function refuses(RegistrationRequest memory request, bytes memory error_) private {
        vm.prank(operator);
        vm.expectRevert(error_);
        registry.registerDevice(request);
    }
}
