// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DeviceRegistry} from "../src/DeviceRegistry.sol";
import {DcapFacts, IDcapVerifier} from "../src/interfaces/IDcapVerifier.sol";
import {INvidiaVerifier} from "../src/interfaces/INvidiaVerifier.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "../src/interfaces/IDeviceRegistry.sol";
import {IGoverned} from "../src/interfaces/IGoverned.sol";
import {DecodingDcapVerifier} from "./standins/DecodingDcapVerifier.sol";
import {DecodingSnpVerifier} from "./standins/DecodingSnpVerifier.sol";
import {Network} from "./base/Network.sol";

/// @notice The state machine of a device. Evidence is decoded, not verified, here: what the verifier refuses is tested beside it.
contract DeviceRegistryTest is Network {
    event DeviceRegistered(
        bytes32 indexed gpuId,
        address indexed operator,
        bytes32 indexed hostChip,
        uint32 slot,
        uint8 class,
        address enclaveKey,
        uint40 validUntil
    );
    event DeviceRefreshed(bytes32 indexed gpuId, address enclaveKey, uint40 validUntil);
    event DeviceRevoked(bytes32 indexed gpuId, bytes32 reason);
    event DeviceReinstated(bytes32 indexed gpuId);
    event DeviceRetired(bytes32 indexed gpuId);
    event MeasurementAllowed(bytes32 indexed measurementHash, bool allowed);
    event ProfileAdmitted(uint8 indexed class, uint8 indexed profile, bool admitted);

    /// @dev `DcapFacts.tee`.
    uint8 private constant SGX = 0;
    uint8 private constant TDX = 0x81;

    address private operator = address(0xabc);
    Gpu private fresh;

    function setUp() public override {
        super.setUp();
        fresh = gpuOf(operator, keccak256("a new chip"), bytes16(uint128(77)), 1);
    }

    // ---- registerDevice

    function test_registerDevice_fillsTheNextSlot() public {
        RegistrationRequest memory request = requestOf(fresh);
        uint40 until = uint40(block.timestamp + 24 hours);
        vm.expectEmit();
        emit DeviceRegistered(fresh.gpuId, operator, hostOf(fresh), 5, 1, request.enclaveKey, until);
        vm.prank(operator);
        uint32 slot = registry.registerDevice(request);

        assertEq(slot, 5, "slot");
        assertEq(registry.slotOf(fresh.gpuId), 5, "slotOf");
        assertEq(registry.rosterLength(), 6, "rosterLength");
        Device memory device = registry.device(5);
        assertEq(device.gpuId, fresh.gpuId, "gpuId");
        assertEq(device.hostChip, hostOf(fresh), "hostChip");
        assertEq(device.operator, operator, "operator");
        assertEq(device.class, 1, "class");
        assertEq(device.validUntil, until, "validUntil");
        assertEq(device.previousValidUntil, 0, "previousValidUntil");
        assertEq(device.enclaveKey, request.enclaveKey, "enclaveKey");
        assertEq(device.registeredBlock, block.number, "registeredBlock");
        assertEq(device.refreshedBlock, block.number, "refreshedBlock");
        assertEq(device.revokedBlock, 0, "revokedBlock");
    }

    function test_registerDevice_expiresWithTheCertificatePath() public {
        snp.setValidUntil(uint64(block.timestamp + 100));
        assertEq(registry.device(_register(fresh)).validUntil, block.timestamp + 100, "validUntil");
    }

    function test_registerDevice_revertsIfCertificatePathEnded() public {
        snp.setValidUntil(uint64(block.timestamp - 1));
        _expectRefusal(
            requestOf(fresh),
            abi.encodeWithSelector(IDeviceRegistry.EvidenceExpired.selector, block.timestamp - 1, block.timestamp)
        );
    }

    function test_registerDevice_acceptsACertificatePathThatEndsNow() public {
        snp.setValidUntil(uint64(block.timestamp));
        assertEq(registry.device(_register(fresh)).validUntil, block.timestamp, "validUntil");
    }

    function test_registerDevice_revertsIfEvidenceRefused() public {
        RegistrationRequest memory request = requestOf(fresh);
        snp.refuse(true);
        _expectRefusal(request, abi.encodeWithSelector(DecodingSnpVerifier.Refused.selector));
    }

    function testFuzz_registerDevice_revertsIfClassUnknown(uint8 class) public {
        vm.assume(class == 0 || class > 4);
        fresh.class = class;
        _expectRefusal(requestOf(fresh), abi.encodeWithSelector(IDeviceRegistry.ClassUnknown.selector, class));
    }

    function test_registerDevice_revertsIfEnclaveKeyMissing() public {
        RegistrationRequest memory request = requestOf(fresh);
        request.enclaveKey = address(0);
        _expectRefusal(request, abi.encodeWithSelector(IDeviceRegistry.EnclaveKeyMissing.selector));
    }

    function test_registerDevice_revertsIfMeasurementNotAllowed() public {
        RegistrationRequest memory request = requestOf(fresh);
        bytes memory other = abi.encodePacked(keccak256("another program"), bytes16("v1"));
        bytes32 binding =
            registry.bindingOf(operator, request.enclaveKey, fresh.gpuId, 1, request.blockNumber);
        request.report = reportOf(other, binding, 0, fresh.chip);
        _expectRefusal(
            request, abi.encodeWithSelector(IDeviceRegistry.MeasurementNotAllowed.selector, keccak256(other))
        );
    }

    function test_registerDevice_revertsIfSenderIsNotTheBoundOperator() public {
        RegistrationRequest memory request = requestOf(fresh);
        bytes32 found =
            registry.bindingOf(operator, request.enclaveKey, fresh.gpuId, 1, request.blockNumber);
        bytes32 expected = registry.bindingOf(anyone, request.enclaveKey, fresh.gpuId, 1, request.blockNumber);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.ReportDataMismatch.selector, expected, found));
        vm.prank(anyone);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfEnclaveKeyIsNotTheBoundOne() public {
        RegistrationRequest memory request = requestOf(fresh);
        request.enclaveKey = anyone;
        _expectMismatch(request);
    }

    function test_registerDevice_revertsIfClassIsNotTheBoundOne() public {
        RegistrationRequest memory request = requestOf(fresh);
        request.class = 2;
        _expectMismatch(request);
    }

    function test_registerDevice_revertsIfUuidIsNotTheBoundOne() public {
        RegistrationRequest memory request = requestOf(fresh);
        request.gpuUuid = bytes16(uint128(78));
        _expectMismatch(request);
    }

    function test_registerDevice_revertsIfChallengeIsNotTheBoundOne() public {
        RegistrationRequest memory request = requestOf(fresh);
        request.blockNumber -= 1;
        _expectMismatch(request);
    }

    function test_registerDevice_revertsOnAnotherChain() public {
        RegistrationRequest memory request = requestOf(fresh);
        vm.chainId(block.chainid + 1);
        _expectMismatch(request);
    }

    function test_registerDevice_revertsAtAnotherDeployment() public {
        RegistrationRequest memory request = requestOf(fresh);
        bytes32[] memory measurements = new bytes32[](1);
        measurements[0] = keccak256(measurement());
        DeviceRegistry other = new DeviceRegistry(
            snp,
            dcapVerifier(),
            nvidiaVerifier(),
            governor,
            measurements,
            [PROFILES, PROFILES, PROFILES, PROFILES],
            challengeRegistry(),
            attendanceRegistry()
        );
        vm.expectPartialRevert(IDeviceRegistry.ReportDataMismatch.selector);
        vm.prank(operator);
        other.registerDevice(request);
    }

    function test_registerDevice_revertsIfSecondHalfOfReportDataIsNotZero() public {
        RegistrationRequest memory request = requestOf(fresh);
        bytes32 binding =
            registry.bindingOf(operator, request.enclaveKey, fresh.gpuId, 1, request.blockNumber);
        request.report = reportOf(measurement(), binding, bytes32(uint256(1)), fresh.chip);
        _expectRefusal(
            request,
            abi.encodeWithSelector(IDeviceRegistry.ReportDataMismatch.selector, bytes32(0), bytes32(uint256(1)))
        );
    }

    function test_registerDevice_takesAChallengeOf128BlocksAgo() public {
        RegistrationRequest memory request = requestOf(fresh);
        vm.roll(uint256(request.blockNumber) + 128);
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfChallengeIs129BlocksOld() public {
        RegistrationRequest memory request = requestOf(fresh);
        vm.roll(uint256(request.blockNumber) + 129);
        _expectRefusal(
            request,
            abi.encodeWithSelector(
                IDeviceRegistry.ChallengeBlockUnknown.selector, request.blockNumber, uint256(request.blockNumber) + 129
            )
        );
    }

    function testFuzz_registerDevice_revertsIfChallengeIsNotInThePast(uint64 ahead) public {
        RegistrationRequest memory request = requestOf(fresh);
        request.blockNumber = uint64(bound(ahead, block.number, type(uint64).max));
        _expectRefusal(
            request,
            abi.encodeWithSelector(
                IDeviceRegistry.ChallengeBlockUnknown.selector, request.blockNumber, block.number
            )
        );
    }

    function test_registerDevice_revertsIfLive() public {
        _register(fresh);
        pass(10);
        _expectRefusal(
            requestOf(fresh),
            abi.encodeWithSelector(
                IDeviceRegistry.DeviceAlreadyRegistered.selector, fresh.gpuId, uint40(START + 24 hours)
            )
        );
    }

    function test_registerDevice_revertsIfLiveUnderAnotherOperator() public {
        _register(fresh);
        pass(10);
        Gpu memory relayed = fresh;
        relayed.operator = anyone;
        relayed.key = 0xdead;
        RegistrationRequest memory request = requestOf(relayed);
        vm.expectPartialRevert(IDeviceRegistry.DeviceAlreadyRegistered.selector);
        vm.prank(anyone);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfReportReused() public {
        RegistrationRequest memory request = requestOf(fresh);
        vm.prank(operator);
        registry.registerDevice(request);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        uint64 used = request.blockNumber;
        _expectRefusal(request, abi.encodeWithSelector(IDeviceRegistry.EvidenceReused.selector, used, used));
    }

    function test_registerDevice_revertsIfReportReusedUnderAnotherSignature() public {
        RegistrationRequest memory request = requestOf(fresh);
        vm.prank(operator);
        registry.registerDevice(request);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        request.report[700] = 0x01;
        vm.expectPartialRevert(IDeviceRegistry.EvidenceReused.selector);
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_revertsIfEnclaveKeyOfAnotherGpu() public {
        _register(fresh);
        Gpu memory second = gpuOf(operator, keccak256("a second chip"), bytes16(uint128(1)), 1);
        second.key = fresh.key;
        _expectRefusal(
            requestOf(second), abi.encodeWithSelector(IDeviceRegistry.EnclaveKeyInUse.selector, vm.addr(fresh.key))
        );
    }

    function test_registerDevice_revertsIfEnclaveKeyOnceOfAnotherGpu() public {
        _register(fresh);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        pass(25 hours);
        Gpu memory second = gpuOf(operator, keccak256("a second chip"), bytes16(uint128(1)), 1);
        second.key = fresh.key;
        _expectRefusal(
            requestOf(second), abi.encodeWithSelector(IDeviceRegistry.EnclaveKeyInUse.selector, vm.addr(fresh.key))
        );
    }

    function test_registerDevice_revertsIfHostFull() public {
        for (uint128 i = 0; i < 8; i++) {
            _register(gpuOf(operator, fresh.chip, bytes16(100 + i), 1));
        }
        _expectRefusal(
            requestOf(fresh), abi.encodeWithSelector(IDeviceRegistry.HostFull.selector, hostOf(fresh), uint256(8))
        );
    }

    function test_registerDevice_countsOnlyLiveGpusOfAHost() public {
        Gpu memory leaving = gpuOf(operator, fresh.chip, bytes16(uint128(100)), 1);
        _register(leaving);
        for (uint128 i = 1; i < 8; i++) {
            _register(gpuOf(operator, fresh.chip, bytes16(100 + i), 1));
        }
        vm.prank(operator);
        registry.retireDevice(leaving.gpuId);
        _register(fresh);
        Gpu memory ninth = gpuOf(operator, fresh.chip, bytes16(uint128(200)), 1);
        _expectRefusal(
            requestOf(ninth), abi.encodeWithSelector(IDeviceRegistry.HostFull.selector, hostOf(fresh), uint256(8))
        );
        pass(25 hours);
        _register(ninth);
    }

    function test_registerDevice_takesItsOldSlotAfterExpiry() public {
        uint32 slot = _register(fresh);
        pass(24 hours + 1);
        fresh.key = 0xbeef;
        assertEq(_register(fresh), slot, "slot");
        Device memory device = registry.device(slot);
        assertEq(device.previousValidUntil, START + 24 hours, "previousValidUntil");
        assertEq(device.validUntil, block.timestamp + 24 hours, "validUntil");
        assertEq(device.enclaveKey, vm.addr(0xbeef), "enclaveKey");
    }

    function test_registerDevice_isStillLiveInItsLastSecond() public {
        _register(fresh);
        pass(24 hours);
        RegistrationRequest memory request = requestOf(fresh);
        vm.expectPartialRevert(IDeviceRegistry.DeviceAlreadyRegistered.selector);
        vm.prank(operator);
        registry.registerDevice(request);
    }

    function test_registerDevice_leavesARetiredSlotDeadUntilItsValidityRanOut() public {
        uint32 slot = _register(fresh);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        uint256 retiredBlock = block.number;
        pass(10);
        uint32 second = _register(fresh);
        assertTrue(second != slot, "another slot");
        assertEq(registry.slotOf(fresh.gpuId), second, "slotOf");
        assertEq(registry.device(slot).revokedBlock, retiredBlock, "the old slot stays dead");
        assertEq(registry.device(slot).validUntil, START + 24 hours, "the old validity stays known");
        assertEq(registry.device(second).registeredBlock, block.number, "registeredBlock");
        assertEq(registry.device(slot).registeredBlock, 0, "no registration holds the old slot");
    }

    function test_registerDevice_followsTheGpuToAnotherOperator() public {
        uint32 slot = _register(fresh);
        pass(24 hours + 1);
        Gpu memory sold = fresh;
        sold.operator = anyone;
        sold.key = 0xbeef;
        assertEq(_register(sold), slot, "slot");
        assertEq(registry.device(slot).operator, anyone, "operator");
        assertEq(registry.device(slot).previousValidUntil, START + 24 hours, "previousValidUntil");
    }

    function test_registerDevice_leavesALiveSlotInItsLastSecond() public {
        pass(24 hours);
        assertEq(_register(fresh), 5, "a new slot");
        assertEq(registry.slotOf(gpus[0].gpuId), 0, "the others keep theirs");
    }

    function test_registerDevice_forgetsNoDeviceThatMovedToAnotherSlot() public {
        uint32 old = _register(fresh);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        pass(13 hours);
        uint32 current = _register(fresh);
        assertTrue(current != old, "moved");
        pass(11 hours + 1);
        // Two slots are looked at per registration: three newcomers see all seven.
        for (uint128 i = 0; i < 4; i++) {
            _register(gpuOf(operator, keccak256(abi.encode("newcomer", i)), bytes16(i), 1));
        }
        assertTrue(registry.device(old).gpuId != fresh.gpuId, "its old slot was reused");
        assertEq(registry.slotOf(fresh.gpuId), current, "slotOf");
    }

    function test_registerDevice_countsNoSlotThatWentToAnotherHost() public {
        vm.prank(governor);
        registry.setHostLimit(1);
        uint32 slot = _register(fresh);
        pass(24 hours + 1);
        uint32 taken = type(uint32).max;
        for (uint128 i = 0; taken != slot; i++) {
            taken = _register(gpuOf(operator, keccak256(abi.encode("newcomer", i)), bytes16(i), 1));
        }
        _register(gpuOf(operator, fresh.chip, bytes16(uint128(100)), 1));
    }

    function test_registerDevice_reusesSlotsThatNobodyCanBeSeatedIn() public {
        pass(24 hours + 1);
        uint32 slot = _register(fresh);
        assertEq(registry.rosterLength(), 5, "the roster did not grow");
        Gpu memory former = gpus[slot];
        assertEq(registry.device(slot).gpuId, fresh.gpuId, "the slot's device");
        assertEq(registry.device(slot).previousValidUntil, START + 24 hours, "as of earlier blocks it is as dead as before");
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceNotRegistered.selector, former.gpuId));
        registry.slotOf(former.gpuId);
        assertTrue(_register(former) != slot, "its former device goes elsewhere");
        assertEq(registry.rosterLength(), 5, "to another dead slot");
    }

    // ---- platforms and profiles

    function dcapVerifier() internal override returns (IDcapVerifier) {
        return new DecodingDcapVerifier();
    }

    function test_registerDevice_admitsATrustDomainAsAMeasuredHost() public {
        (RegistrationRequest memory request, bytes32 gpuId) = _quoteOf(TDX);
        vm.prank(operator);
        uint32 slot = registry.registerDevice(request);
        assertEq(registry.device(slot).gpuId, gpuId, "gpuId");
        assertEq(registry.device(slot).hostChip, fresh.chip, "hostChip");
        assertEq(registry.profileOf(slot), 2, "profile");
    }

    function test_registerDevice_admitsAnEnclaveAsTheLowestGradeOnly() public {
        (RegistrationRequest memory request,) = _quoteOf(SGX);
        vm.prank(operator);
        assertEq(registry.profileOf(registry.registerDevice(request)), 3, "profile");
    }

    function test_registerDevice_revertsIfTheClassAdmitsNoEnclaves() public {
        (RegistrationRequest memory request,) = _quoteOf(SGX);
        vm.prank(governor);
        registry.admitProfile(1, 3, false);
        _expectRefusal(request, abi.encodeWithSelector(IDeviceRegistry.ProfileNotAdmitted.selector, uint8(1), uint8(3)));
        vm.startPrank(governor);
        registry.admitProfile(1, 3, true);
        // An enclave is a measured host of the lowest grade: where those are not admitted, it is not either.
        registry.admitProfile(1, 2, false);
        vm.stopPrank();
        assertFalse(registry.isProfileAdmitted(1, 3), "without measured hosts");
        _expectRefusal(request, abi.encodeWithSelector(IDeviceRegistry.ProfileNotAdmitted.selector, uint8(1), uint8(3)));
    }

    function test_refreshDevice_revertsIfTheProfileDiffers() public {
        (RegistrationRequest memory request,) = _quoteOf(TDX);
        vm.prank(operator);
        registry.registerDevice(request);
        pass(2 hours);
        fresh.key = 0xbeef;
        (request,) = _quoteOf(SGX);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.ProfileMismatch.selector, uint8(2), uint8(3)));
        vm.prank(operator);
        registry.refreshDevice(request);
    }

    function testFuzz_registerDevice_revertsIfPlatformUnknown(uint8 platform) public {
        vm.assume(platform != 1 && platform != 2);
        RegistrationRequest memory request = requestOf(fresh);
        request.platform = platform;
        _expectRefusal(request, abi.encodeWithSelector(IDeviceRegistry.PlatformNotAccepted.selector, platform));
    }

    function test_registerDevice_revertsIfAQuoteNamesNoCertificate() public {
        (RegistrationRequest memory request,) = _quoteOf(TDX);
        request.endorsement = new bytes(31);
        _expectRefusal(
            request, abi.encodeWithSelector(IDeviceRegistry.IdentifierLengthInvalid.selector, uint256(32), uint256(31))
        );
    }

    function test_registerDevice_revertsIfNothingVerifiesGpus() public {
        RegistrationRequest memory request = requestOf(fresh);
        request.gpu.report = "a report";
        _expectRefusal(request, abi.encodeWithSelector(IDeviceRegistry.ProfileNotAdmitted.selector, uint8(1), uint8(1)));
    }

    function test_admitProfile_isBounded() public {
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.ProfileUnknown.selector, uint8(0)));
        registry.admitProfile(1, 0, true);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.ProfileUnknown.selector, uint8(4)));
        registry.admitProfile(1, 4, true);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.ClassUnknown.selector, uint8(5)));
        registry.admitProfile(5, 1, true);
        vm.expectEmit();
        emit ProfileAdmitted(3, 2, false);
        registry.admitProfile(3, 2, false);
        vm.stopPrank();
        assertFalse(registry.isProfileAdmitted(3, 2), "withdrawn");
        assertTrue(registry.isProfileAdmitted(2, 2), "of another class");
        assertFalse(registry.isProfileAdmitted(1, 0), "no profile");
        assertFalse(registry.isProfileAdmitted(1, 255), "no profile");
    }

    function test_profileOf_revertsIfSlotUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.SlotUnknown.selector, uint32(5), uint32(5)));
        registry.profileOf(5);
    }

    function _quoteOf(uint8 tee) private view returns (RegistrationRequest memory request, bytes32 gpuId) {
        gpuId = keccak256(abi.encodePacked(fresh.chip, fresh.uuid));
        request = requestOf(fresh);
        request.platform = 2;
        request.endorsement = abi.encode(keccak256("a PCK certificate"));
        DcapFacts memory facts;
        facts.chipId = fresh.chip;
        facts.measurement = keccak256(measurement());
        facts.reportData0 =
            registry.bindingOf(operator, request.enclaveKey, gpuId, fresh.class, request.blockNumber);
        facts.validUntil = type(uint64).max;
        facts.tee = tee;
        request.report = abi.encode(facts);
    }

    // ---- refreshDevice

    function test_refreshDevice_extendsAfterAnHour() public {
        uint32 slot = _register(fresh);
        pass(12 hours);
        fresh.key = 0xbeef;
        RegistrationRequest memory request = requestOf(fresh);
        uint40 until = uint40(block.timestamp + 24 hours);
        vm.expectEmit();
        emit DeviceRefreshed(fresh.gpuId, vm.addr(0xbeef), until);
        vm.prank(operator);
        registry.refreshDevice(request);
        Device memory device = registry.device(slot);
        assertEq(device.validUntil, until, "validUntil");
        assertEq(device.previousValidUntil, START + 24 hours, "previousValidUntil");
        assertEq(device.refreshedBlock, block.number, "refreshedBlock");
        assertEq(device.enclaveKey, vm.addr(0xbeef), "enclaveKey");
    }

    function test_refreshDevice_replacesOnlyTheKeyWithinAnHour() public {
        uint32 slot = _register(fresh);
        Device memory before = registry.device(slot);
        pass(12 hours - 1);
        fresh.key = 0xbeef;
        _refresh(fresh);
        Device memory device = registry.device(slot);
        assertEq(device.validUntil, before.validUntil, "validUntil");
        assertEq(device.previousValidUntil, 0, "previousValidUntil");
        assertEq(device.refreshedBlock, before.refreshedBlock, "refreshedBlock");
        assertEq(device.enclaveKey, vm.addr(0xbeef), "enclaveKey");
    }

    function test_refreshDevice_neverShortens() public {
        uint32 slot = _register(fresh);
        pass(13 hours);
        snp.setValidUntil(uint64(block.timestamp + 60));
        _refresh(fresh);
        assertEq(registry.device(slot).validUntil, START + 24 hours, "validUntil");
    }

    function test_refreshDevice_revivesAnExpiredDevice() public {
        uint32 slot = _register(fresh);
        pass(48 hours);
        _refresh(fresh);
        assertEq(registry.device(slot).validUntil, block.timestamp + 24 hours, "validUntil");
    }

    function test_refreshDevice_revertsIfExpiredOnAHostFilledMeanwhile() public {
        snp.setValidUntil(uint64(block.timestamp + 60));
        _register(fresh);
        snp.setValidUntil(type(uint64).max);
        _register(gpuOf(operator, fresh.chip, bytes16(uint128(100)), 1));
        pass(13 hours);
        vm.prank(governor);
        registry.setHostLimit(1);
        RegistrationRequest memory request = requestOf(fresh);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.HostFull.selector, hostOf(fresh), uint256(1)));
        vm.prank(operator);
        registry.refreshDevice(request);
    }

    function test_refreshDevice_revertsIfNotRegistered() public {
        RegistrationRequest memory request = requestOf(fresh);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceNotRegistered.selector, fresh.gpuId));
        vm.prank(operator);
        registry.refreshDevice(request);
    }

    function test_refreshDevice_revertsIfNotOperator() public {
        _register(fresh);
        pass(10);
        Gpu memory stolen = fresh;
        stolen.operator = anyone;
        RegistrationRequest memory request = requestOf(stolen);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.NotOperator.selector, operator, anyone));
        vm.prank(anyone);
        registry.refreshDevice(request);
    }

    function test_refreshDevice_revertsIfClassDiffers() public {
        _register(fresh);
        pass(10);
        Gpu memory inflated = fresh;
        inflated.class = 4;
        RegistrationRequest memory request = requestOf(inflated);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.ClassMismatch.selector, uint8(1), uint8(4)));
        vm.prank(operator);
        registry.refreshDevice(request);
    }

    function test_refreshDevice_revertsIfRetired() public {
        _register(fresh);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        pass(13 hours);
        RegistrationRequest memory request = requestOf(fresh);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceIsRevoked.selector, fresh.gpuId));
        vm.prank(operator);
        registry.refreshDevice(request);
    }

    function test_refreshDevice_revertsIfReportReused() public {
        RegistrationRequest memory request = requestOf(fresh);
        vm.prank(operator);
        registry.registerDevice(request);
        pass(2);
        vm.expectPartialRevert(IDeviceRegistry.EvidenceReused.selector);
        vm.prank(operator);
        registry.refreshDevice(request);
    }

    // ---- retireDevice

    function test_retireDevice_marksTheSlot() public {
        uint32 slot = _register(fresh);
        vm.expectEmit();
        emit DeviceRetired(fresh.gpuId);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        assertEq(registry.device(slot).revokedBlock, block.number, "revokedBlock");
    }

    function test_retireDevice_revertsIfNotOperator() public {
        _register(fresh);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.NotOperator.selector, operator, governor));
        vm.prank(governor);
        registry.retireDevice(fresh.gpuId);
    }

    function test_retireDevice_revertsIfRetired() public {
        _register(fresh);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceIsRevoked.selector, fresh.gpuId));
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
    }

    // ---- revokeDevice, reinstateDevice

    function test_revokeDevice_excludesUntilReinstated() public {
        uint32 slot = _register(fresh);
        vm.expectEmit();
        emit DeviceRevoked(fresh.gpuId, "stolen key");
        vm.prank(governor);
        registry.revokeDevice(fresh.gpuId, "stolen key");
        assertEq(registry.device(slot).revokedBlock, block.number, "revokedBlock");
        assertTrue(registry.isRevoked(fresh.gpuId), "isRevoked");

        pass(25 hours);
        _expectRefusal(
            requestOf(fresh), abi.encodeWithSelector(IDeviceRegistry.DeviceIsRevoked.selector, fresh.gpuId)
        );
        vm.expectEmit();
        emit DeviceReinstated(fresh.gpuId);
        vm.prank(governor);
        registry.reinstateDevice(fresh.gpuId);
        assertTrue(registry.device(slot).revokedBlock != 0, "reinstatement revives no registration");
        _register(fresh);
        assertEq(registry.device(registry.slotOf(fresh.gpuId)).revokedBlock, 0, "registered again");
    }

    function test_revokeDevice_excludesAnUnregisteredGpu() public {
        vm.prank(governor);
        registry.revokeDevice(fresh.gpuId, "known bad");
        _expectRefusal(
            requestOf(fresh), abi.encodeWithSelector(IDeviceRegistry.DeviceIsRevoked.selector, fresh.gpuId)
        );
    }

    function test_revokeDevice_keepsTheBlockOfAnEarlierRetirement() public {
        uint32 slot = _register(fresh);
        vm.prank(operator);
        registry.retireDevice(fresh.gpuId);
        uint256 retired = block.number;
        pass(10);
        vm.prank(governor);
        registry.revokeDevice(fresh.gpuId, "late");
        assertEq(registry.device(slot).revokedBlock, retired, "revokedBlock");
    }

    function test_revokeDevice_revertsIfRevoked() public {
        vm.prank(governor);
        registry.revokeDevice(fresh.gpuId, 0);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceIsRevoked.selector, fresh.gpuId));
        vm.prank(governor);
        registry.revokeDevice(fresh.gpuId, 0);
    }

    function test_reinstateDevice_revertsIfNotRevoked() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceNotRevoked.selector, fresh.gpuId));
        vm.prank(governor);
        registry.reinstateDevice(fresh.gpuId);
    }

    // ---- settings

    function test_allowMeasurement_admitsAndWithdraws() public {
        bytes32 hash = keccak256("program 2");
        vm.expectEmit();
        emit MeasurementAllowed(hash, true);
        vm.prank(governor);
        registry.allowMeasurement(hash, true);
        assertTrue(registry.isMeasurementAllowed(hash), "admitted");
        vm.prank(governor);
        registry.allowMeasurement(hash, false);
        assertFalse(registry.isMeasurementAllowed(hash), "withdrawn");
    }

    function testFuzz_setHostLimit_isBounded(uint256 limit) public {
        bool isAllowed = limit >= 1 && limit <= 16;
        if (!isAllowed) {
            vm.expectRevert(
                abi.encodeWithSelector(IDeviceRegistry.LimitOutOfBounds.selector, limit, uint256(1), uint256(16))
            );
        }
        vm.prank(governor);
        registry.setHostLimit(limit);
        assertEq(registry.hostLimit(), isAllowed ? limit : 8, "hostLimit");
    }

    function testFuzz_settings_revertIfNotGovernor(address caller) public {
        vm.assume(caller != governor);
        bytes memory refusal = abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, caller);
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        registry.allowMeasurement(0, true);
        vm.expectRevert(refusal);
        registry.setHostLimit(1);
        vm.expectRevert(refusal);
        registry.admitProfile(1, 1, true);
        vm.expectRevert(refusal);
        registry.revokeDevice(0, 0);
        vm.expectRevert(refusal);
        registry.reinstateDevice(0);
        vm.expectRevert(refusal);
        registry.setGovernor(caller);
        vm.stopPrank();
    }

    function test_setGovernor_takesTwoSteps() public {
        vm.prank(governor);
        registry.setGovernor(anyone);
        assertEq(registry.governor(), governor, "naming changes nothing");
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotProposedGovernor.selector, anyone, operator));
        vm.prank(operator);
        registry.acceptGovernor();
        vm.prank(anyone);
        registry.acceptGovernor();
        assertEq(registry.governor(), anyone, "governor");
        assertEq(registry.proposedGovernor(), address(0), "no proposal is left");
    }

    function test_setGovernor_canBeWithdrawn() public {
        vm.startPrank(governor);
        registry.setGovernor(anyone);
        registry.setGovernor(address(0));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotProposedGovernor.selector, address(0), anyone));
        vm.prank(anyone);
        registry.acceptGovernor();
    }

    function test_constructor_revertsIfGovernorMissing() public {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.RoleMissing.selector));
        new DeviceRegistry(
            snp,
            IDcapVerifier(address(0)),
            INvidiaVerifier(address(0)),
            address(0),
            new bytes32[](0),
            [PROFILES, 0, 0, 0],
            challengeRegistry(),
            attendanceRegistry()
        );
    }

    // ---- views

    function test_device_revertsIfSlotUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.SlotUnknown.selector, uint32(5), uint32(5)));
        registry.device(5);
    }

    function test_devicesAt_readsSeveral() public view {
        uint32[] memory slots = new uint32[](2);
        (slots[0], slots[1]) = (3, 1);
        Device[] memory found = registry.devicesAt(slots);
        assertEq(found[0].gpuId, gpus[3].gpuId, "first");
        assertEq(found[1].gpuId, gpus[1].gpuId, "second");
    }

    function test_bindingOf_isTheDocumentedHash() public view {
        bytes32 expected = keccak256(
            abi.encode(
                keccak256("AIT device binding v1"),
                block.chainid,
                address(registry),
                operator,
                anyone,
                fresh.gpuId,
                uint8(3),
                block.number - 1,
                blockhash(block.number - 1)
            )
        );
        assertEq(registry.bindingOf(operator, anyone, fresh.gpuId, 3, uint64(block.number - 1)), expected, "binding");
    }

    /// @notice Whatever happens to a device within a task's life, its validity as of the commitment reads the same.
    function testFuzz_validity_asOfABlockStaysTheSame(uint256 seed) public {
        uint32 slot = _register(fresh);
        pass(bound(seed, 1, 30 hours));
        uint256 commitBlock = block.number;
        uint256 commitTime = block.timestamp;
        for (uint256 round = 0; round < 6; round++) {
            uint256 deadline = bound(uint256(keccak256(abi.encode(seed, round))), commitTime + 1, commitTime + 12 hours - 1);
            bool atCommitment = _couldServe(slot, commitBlock, deadline);
            uint256 step = bound(uint256(keccak256(abi.encode(seed, round, "step"))), 0, 3000);
            if (block.timestamp + step > deadline) break;
            if (step > 0) pass(step);
            uint256 action = uint256(keccak256(abi.encode(seed, round, "action"))) % 4;
            fresh.key++;
            Gpu memory newcomer = gpuOf(operator, keccak256(abi.encode(seed, round)), 0, 1);
            bytes memory call = action == 0
                ? abi.encodeCall(registry.refreshDevice, (requestOf(fresh)))
                : action == 1
                    ? abi.encodeCall(registry.registerDevice, (requestOf(fresh)))
                    : action == 2
                        ? abi.encodeCall(registry.registerDevice, (requestOf(newcomer)))
                        : abi.encodeCall(registry.retireDevice, (fresh.gpuId));
            vm.prank(operator);
            (bool ok,) = address(registry).call(call);
            ok;
            assertTrue(_couldServe(slot, commitBlock, deadline) == atCommitment || block.number == commitBlock, "as of");
        }
    }

    function _couldServe(uint32 slot, uint256 asOf, uint256 deadline) private view returns (bool) {
        Device memory device = registry.device(slot);
        if (device.revokedBlock != 0 && device.revokedBlock <= asOf) return false;
        return (device.refreshedBlock <= asOf ? device.validUntil : device.previousValidUntil) >= deadline;
    }

    function _register(Gpu memory gpu) private returns (uint32) {
        RegistrationRequest memory request = requestOf(gpu);
        vm.prank(gpu.operator);
        return registry.registerDevice(request);
    }

    function _refresh(Gpu memory gpu) private {
        RegistrationRequest memory request = requestOf(gpu);
        vm.prank(gpu.operator);
        registry.refreshDevice(request);
    }

    function _expectRefusal(RegistrationRequest memory request, bytes memory refusal) private {
        uint32 length = registry.rosterLength();
        vm.expectRevert(refusal);
        vm.prank(operator);
        registry.registerDevice(request);
        assertEq(registry.rosterLength(), length, "rosterLength");
    }

    function _expectMismatch(RegistrationRequest memory request) private {
        vm.expectPartialRevert(IDeviceRegistry.ReportDataMismatch.selector);
        vm.prank(operator);
        registry.registerDevice(request);
    }
}
