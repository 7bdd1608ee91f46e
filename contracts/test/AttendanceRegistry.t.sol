// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AttendanceRegistry} from "../src/AttendanceRegistry.sol";
import {
    Absence,
    AbsenceReport,
    Attendance,
    AttendanceTerms,
    IAttendanceRegistry
} from "../src/interfaces/IAttendanceRegistry.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "../src/interfaces/IDeviceRegistry.sol";
import {IGoverned} from "../src/interfaces/IGoverned.sol";
import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {Network} from "./base/Network.sol";
import {Merkle} from "./base/Merkle.sol";
import {Packing} from "./base/Packing.sol";

/// @notice Five devices, the first of which is silent on the tasks it is drawn for.
contract AttendanceRegistryTest is Network {
    event TermsChanged(AttendanceTerms terms);
    event AbsenceReported(
        bytes32 indexed gpuId, bytes32 indexed taskId, uint256 batchId, uint32 index, uint8 seat, uint64 countsFrom
    );
    event AbsenceAnswered(bytes32 indexed gpuId, bytes32 indexed taskId, bytes32 resultHash);
    event SilentDeviceSuspended(bytes32 indexed gpuId, uint64 resumableAt);
    event LifeProven(bytes32 indexed gpuId, uint64 blockNumber);
    event DeviceSuspendedForAbsence(bytes32 indexed gpuId);
    event DeviceResumed(bytes32 indexed gpuId);

    uint256 private constant TASKS = 24;
    AttendanceRegistry private attendance;
    Gpu private silent;
    uint256 private batchId;
    MiningTask[] private tasks;
    /// @dev Reports of the silent device's seats in the batch at hand.
    AbsenceReport[] private reports;

    function setUp() public override {
        super.setUp();
        attendance.attach(mining);
        silent = gpus[0];
        _batch();
    }

    function attendanceRegistry() internal override returns (IAttendanceRegistry) {
        attendance = new AttendanceRegistry(governor);
        return attendance;
    }

    // ---- report

    function test_report_notesTheSilentSeatOfASettledTask() public {
        AbsenceReport memory first = reports[0];
        bytes32 taskId = _taskId(0);
        assertFalse(mining.isSettled(batchId, first.task.index), "not settled yet");
        settle(batchId, only(_settlement(0)));
        assertEq(mining.paidSeatsOf(batchId, first.task.index), 7 & ~(1 << first.seat), "paidSeatsOf");
        vm.expectEmit();
        emit AbsenceReported(
            silent.gpuId, taskId, batchId, first.task.index, first.seat, first.task.deadline + 1 hours
        );
        vm.prank(anyone);
        assertEq(attendance.report(first), silent.gpuId, "the device");
        vm.snapshotGasLastCall("network", "AttendanceRegistry report");
        Absence memory noted = attendance.absence(taskId, silent.gpuId);
        assertEq(noted.batchId, batchId, "batchId");
        assertEq(noted.index, first.task.index, "index");
        assertEq(noted.seat, first.seat, "seat");
        assertEq(noted.deadline, first.task.deadline, "deadline");
        assertEq(noted.reportedAt, block.timestamp, "reportedAt");
        assertEq(noted.reportedBlock, block.number, "reportedBlock");
        assertFalse(noted.isAnswered, "isAnswered");
        assertEq(attendance.attendance(silent.gpuId).absences, 1, "absences");
        assertEq(registry.device(0).revokedBlock, 0, "a report suspends nobody");
    }

    function test_report_takesATaskThatWillExpire() public {
        attendance.report(reports[0]);
        assertEq(attendance.absence(_taskId(0), silent.gpuId).reportedAt, block.timestamp, "reportedAt");
    }

    function test_reportAll_notesEach() public {
        AbsenceReport[] memory three = new AbsenceReport[](3);
        for (uint256 i = 0; i < 3; i++) {
            three[i] = reports[i];
        }
        vm.prank(anyone);
        attendance.reportAll(three);
        vm.snapshotGasLastCall("network", "AttendanceRegistry reportAll, three absences");
        for (uint256 i = 0; i < 3; i++) {
            assertEq(attendance.absence(_taskId(i), silent.gpuId).reportedAt, block.timestamp, "reportedAt");
        }
        assertEq(attendance.attendance(silent.gpuId).absences, 3, "absences");
    }

    function test_reportAll_revertsForOneOfThem() public {
        AbsenceReport[] memory twice = new AbsenceReport[](2);
        (twice[0], twice[1]) = (reports[0], reports[0]);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AbsenceKnown.selector, _taskId(0), silent.gpuId)
        );
        attendance.reportAll(twice);
    }

    function test_report_revertsIfTheSeatWasPaid() public {
        AbsenceReport memory paid = reports[0];
        paid.seat = _otherSeat(paid.seat);
        settle(batchId, only(_settlement(0)));
        bytes memory refusal = abi.encodeWithSelector(IAttendanceRegistry.SeatPaid.selector, _taskId(0), paid.seat);
        vm.expectRevert(refusal);
        attendance.report(paid);
    }

    function test_report_revertsIfTheTaskIsNotInTheBatch() public {
        AbsenceReport memory other = reports[0];
        other.task.computeUnits++;
        _expectNotInBatch(other);
    }

    function test_report_revertsIfTheSecretIsAnother() public {
        AbsenceReport memory other = reports[0];
        other.seatSecret = "another";
        _expectNotInBatch(other);
    }

    function test_report_revertsIfTheProofIsOfAnotherTask() public {
        AbsenceReport memory other = reports[0];
        other.proof = reports[1].proof;
        _expectNotInBatch(other);
    }

    function test_report_revertsAfterTheDeadline() public {
        uint256 deadline = reports[0].task.deadline;
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.ReportTooLate.selector, deadline));
        attendance.report(reports[0]);
        vm.warp(deadline);
        attendance.report(reports[0]);
    }

    function test_report_revertsASecondTime() public {
        attendance.report(reports[0]);
        bytes32 taskId = _taskId(0);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AbsenceKnown.selector, taskId, silent.gpuId)
        );
        attendance.report(reports[0]);
    }

    function test_report_revertsIfTheDeviceIsInNoDrawAnyway() public {
        vm.prank(silent.operator);
        registry.retireDevice(silent.gpuId);
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.DeviceNotDrawn.selector, silent.gpuId));
        attendance.report(reports[0]);
    }

    function test_report_revertsForAFurtherSeatOfATaskThatDidNotEscalate() public {
        AbsenceReport memory further = _further(reports[0], 3);
        bytes memory refusal = abi.encodeWithSelector(IMiningRegistry.NotEscalated.selector, _taskId(0));
        vm.expectRevert(refusal);
        attendance.report(further);
    }

    function test_report_takesAFurtherSeatOfAnEscalatedTask() public {
        AbsenceReport memory further = _escalated();
        uint32 slot = mining.escalatedSeatsOf(batchId, further.task, further.seatSecret, further.escalationSecret)[4];
        assertEq(attendance.report(further), registry.device(slot).gpuId, "the device");
    }

    function test_report_revertsIfTheSecretsOfAFurtherSeatAreOthers() public {
        AbsenceReport memory further = _escalated();
        further.escalationSecret = "another";
        bytes32 secret = keccak256(abi.encode(further.answerCommitment, further.escalationSecret));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAttendanceRegistry.EscalationSecretMismatch.selector, further.seatSecret, secret
            )
        );
        attendance.report(further);
    }

    function test_report_revertsForASeatTheTaskDoesNotHave() public {
        AbsenceReport memory further = _escalated();
        further.seat = 5;
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.SeatUnknown.selector, uint8(5), uint256(5)));
        attendance.report(further);
    }

    function test_report_revertsIfAFurtherSeatWasPaid() public {
        AbsenceReport memory further = _escalated();
        TaskSettlement memory settlement = _settlement(0);
        settlement.answerCommitment = further.answerCommitment;
        settlement.escalationSecret = further.escalationSecret;
        uint32[] memory slots =
            mining.escalatedSeatsOf(batchId, further.task, further.seatSecret, further.escalationSecret);
        settlement.claims = new SeatClaim[](3);
        uint8 next = 0;
        for (uint8 seat = 0; next < 3; seat++) {
            if (seat == 3 || slots[seat] == 0) continue;
            uint8 claiming = next == 2 ? 4 : seat;
            settlement.claims[next++] = claimOf(batchId, further.task, claiming, slots[claiming], RESULT, 1500);
        }
        pass(60);
        settle(batchId, only(settlement));
        bytes32 taskId = _taskId(0);
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.SeatPaid.selector, taskId, uint8(4)));
        attendance.report(further);
    }

    // ---- answer

    function test_answer_strikesTheAbsenceOfADeviceThatDisagreed() public {
        attendance.report(reports[0]);
        SeatClaim memory claim = _claim(0, OTHER_RESULT);
        bytes32 taskId = _taskId(0);
        vm.expectEmit();
        emit AbsenceAnswered(silent.gpuId, taskId, OTHER_RESULT);
        vm.prank(anyone);
        _answer(taskId, claim);
        vm.snapshotGasLastCall("network", "AttendanceRegistry answer");
        assertTrue(attendance.absence(taskId, silent.gpuId).isAnswered, "isAnswered");
        assertEq(attendance.attendance(silent.gpuId).absences, 0, "absences");
    }

    function test_answer_toWhatWasReportedBeforeAProofOfLifeChangesNoCount() public {
        attendance.report(reports[0]);
        SeatClaim memory claim = _claim(0, OTHER_RESULT);
        pass(2);
        _proveLife(silent.key);
        assertEq(attendance.attendance(silent.gpuId).absences, 0, "absences");
        pass(2);
        attendance.report(reports[1]);
        _answer(_taskId(0), claim);
        assertEq(attendance.attendance(silent.gpuId).absences, 1, "absences");
    }

    function test_answer_takesAKeyThatWasReplacedSince() public {
        attendance.report(reports[0]);
        SeatClaim memory claim = _claim(0, RESULT);
        _refresh(0xfeed);
        _answer(_taskId(0), claim);
        assertTrue(attendance.absence(_taskId(0), silent.gpuId).isAnswered, "isAnswered");
    }

    function test_answer_revertsIfAnotherDeviceSigned() public {
        attendance.report(reports[0]);
        SeatClaim memory claim = _claim(0, RESULT);
        bytes32 taskId = _taskId(0);
        sign(claim, taskId, WORKLOAD, gpus[1].key);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAttendanceRegistry.AnswerSignatureInvalid.selector, silent.gpuId, gpus[1].gpuId
            )
        );
        _answer(taskId, claim);
        (claim.r, claim.vs) = (0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AnswerSignatureInvalid.selector, silent.gpuId, bytes32(0))
        );
        _answer(taskId, claim);
    }

    function test_answer_revertsIfTheAttestationIsOfAnotherTask() public {
        attendance.report(reports[0]);
        SeatClaim memory claim = _claim(1, RESULT);
        bytes32 taskId = _taskId(0);
        vm.expectPartialRevert(IAttendanceRegistry.AnswerSignatureInvalid.selector);
        _answer(taskId, claim);
    }

    function test_answer_revertsIfNobodyReported() public {
        SeatClaim memory claim = _claim(0, RESULT);
        bytes32 taskId = _taskId(0);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AbsenceUnknown.selector, taskId, silent.gpuId)
        );
        _answer(taskId, claim);
    }

    function test_answer_revertsASecondTime() public {
        attendance.report(reports[0]);
        SeatClaim memory claim = _claim(0, RESULT);
        bytes32 taskId = _taskId(0);
        _answer(taskId, claim);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AbsenceIsAnswered.selector, taskId, silent.gpuId)
        );
        _answer(taskId, claim);
    }

    // ---- suspend

    function test_suspend_takesASilentDeviceOutOfTheDraws() public {
        bytes32[] memory absences = _reported();
        pass(1800 + 1 hours);
        uint64 resumableAt = uint64(block.timestamp + 12 hours);
        vm.expectEmit();
        emit SilentDeviceSuspended(silent.gpuId, resumableAt);
        vm.expectEmit();
        emit DeviceSuspendedForAbsence(silent.gpuId);
        vm.prank(anyone);
        attendance.suspend(silent.gpuId, absences);
        vm.snapshotGasLastCall("network", "AttendanceRegistry suspend, three absences");
        assertEq(attendance.attendance(silent.gpuId).resumableAt, resumableAt, "resumableAt");
        assertEq(registry.device(0).revokedBlock, block.number, "revokedBlock");
        assertTrue(registry.isAbsent(silent.gpuId), "isAbsent");
        assertEq(token.balanceOf(anyone), 0, "the reporter gains nothing");
        pass(2);
        _batch();
        assertEq(reports.length, 0, "no further seat");
    }

    function test_suspend_changesNoEarlierDraw() public {
        bytes32[] memory absences = _reported();
        pass(1 hours);
        _batch();
        uint256 seated = reports.length;
        assertTrue(seated > 0, "it is seated in a batch that is alive");
        pass(1770);
        attendance.suspend(silent.gpuId, absences);
        for (uint256 i = 0; i < seated; i++) {
            assertEq(_slotsOf(reports[i].task)[reports[i].seat], 0, "it still is");
        }
        assertTrue(settle(batchId, only(_settlement(0))) > 0, "and the others are paid");
    }

    function test_suspend_revertsBeforeTheAnswerWindowIsOver() public {
        bytes32[] memory absences = _reported();
        uint256 countsFrom = uint256(reports[0].task.deadline) + 1 hours;
        vm.warp(countsFrom - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AnswerableUntil.selector, absences[0], countsFrom)
        );
        attendance.suspend(silent.gpuId, absences);
        vm.warp(countsFrom);
        attendance.suspend(silent.gpuId, absences);
    }

    function test_suspend_revertsIfAnAbsenceWasAnswered() public {
        bytes32[] memory absences = _reported();
        (bytes32 taskId, SeatClaim memory claim) = (_taskId(1), _claim(1, OTHER_RESULT));
        _answer(taskId, claim);
        pass(1800 + 1 hours);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AbsenceIsAnswered.selector, taskId, silent.gpuId)
        );
        attendance.suspend(silent.gpuId, absences);
    }

    /// @notice A witness settles with the seat after all.
    function test_suspend_revertsIfTheSeatWasPaidAfterAll() public {
        TaskSettlement memory settlement = _settlement(0);
        settle(batchId, only(settlement));
        bytes32[] memory absences = _reported();
        SeatClaim[] memory all = new SeatClaim[](3);
        uint32[3] memory slots = _slotsOf(settlement.task);
        for (uint8 seat = 0; seat < 3; seat++) {
            all[seat] = claimOf(batchId, settlement.task, seat, slots[seat], RESULT, 1500);
        }
        settlement.claims = all;
        bytes memory packed = Packing.pack(only(settlement));
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        vm.prank(coordinator);
        mining.settle(batchId, packed, proof);
        assertEq(mining.paidSeatsOf(batchId, settlement.task.index), 7, "all are paid");
        pass(1800 + 1 hours);
        bytes32 taskId = _taskId(0);
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.SeatPaid.selector, taskId, reports[0].seat));
        attendance.suspend(silent.gpuId, absences);
    }

    function test_suspend_revertsIfLifeWasProvenSince() public {
        bytes32[] memory absences = _reported();
        pass(2);
        _proveLife(silent.key);
        pass(1800 + 1 hours);
        _expectAlive(absences);
    }

    function test_suspend_revertsIfEvidenceWasRenewedSince() public {
        pass(13 hours);
        _batch();
        bytes32[] memory absences = _reported();
        _refresh(silent.key + 0x5000);
        pass(1800 + 1 hours);
        _expectAlive(absences);
    }

    function test_suspend_revertsIfOtherWorkWasPaidSince() public {
        bytes32[] memory absences = _reported();
        pass(100);
        AbsenceReport memory worked = reports[3];
        TaskSettlement memory settlement = _settlement(3);
        uint32[3] memory slots = _slotsOf(worked.task);
        for (uint8 i = 0; i < 2; i++) {
            uint8 seat = i == 0 ? worked.seat : _otherSeat(worked.seat);
            settlement.claims[i] = claimOf(batchId, worked.task, seat, slots[seat], RESULT, 61_000);
        }
        if (settlement.claims[0].seat > settlement.claims[1].seat) {
            (settlement.claims[0], settlement.claims[1]) = (settlement.claims[1], settlement.claims[0]);
        }
        settle(batchId, only(settlement));
        pass(1800 + 1 hours);
        _expectAlive(absences);
    }

    function test_suspend_revertsWithFewerOrMoreAbsences() public {
        bytes32[] memory absences = _reported();
        pass(1800 + 1 hours);
        bytes32[] memory two = new bytes32[](2);
        (two[0], two[1]) = (absences[0], absences[1]);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AbsencesMiscounted.selector, uint256(3), uint256(2))
        );
        attendance.suspend(silent.gpuId, two);
    }

    function test_suspend_revertsIfAnAbsenceCountsTwice() public {
        bytes32[] memory absences = _reported();
        pass(1800 + 1 hours);
        absences[1] = absences[0];
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.TasksNotAscending.selector));
        attendance.suspend(silent.gpuId, absences);
    }

    function test_suspend_revertsForTheAbsencesOfAnotherDevice() public {
        bytes32[] memory absences = _reported();
        pass(1800 + 1 hours);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AbsenceUnknown.selector, absences[0], gpus[1].gpuId)
        );
        attendance.suspend(gpus[1].gpuId, absences);
    }

    function test_suspend_revertsIfSuspended() public {
        bytes32[] memory absences = _reported();
        pass(1800 + 1 hours);
        attendance.suspend(silent.gpuId, absences);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceIsRevoked.selector, silent.gpuId));
        attendance.suspend(silent.gpuId, absences);
    }

    // ---- proof of life

    function test_proveLife_bringsASuspendedDeviceBack() public {
        _suspend();
        pass(11 hours);
        _refresh(silent.key);
        pass(1 hours);
        uint64 blockNumber = uint64(block.number - 1);
        (bytes32 r, bytes32 vs) = _signLife(silent.key, blockNumber);
        vm.expectEmit();
        emit LifeProven(silent.gpuId, blockNumber);
        vm.expectEmit();
        emit DeviceResumed(silent.gpuId);
        vm.prank(anyone);
        attendance.proveLife(silent.gpuId, blockNumber, r, vs);
        vm.snapshotGasLastCall("network", "AttendanceRegistry proveLife that ends a suspension");
        Attendance memory known = attendance.attendance(silent.gpuId);
        assertEq(known.aliveAt, block.timestamp, "aliveAt");
        assertEq(known.provenBlock, blockNumber, "provenBlock");
        assertEq(known.resumableAt, 0, "resumableAt");
        assertEq(known.resumedAt, block.timestamp, "resumedAt");
        Device memory device = registry.device(0);
        assertEq(device.revokedBlock, 0, "revokedBlock");
        assertEq(device.previousValidUntil, 0, "it was in no draw before");
        assertEq(device.refreshedBlock, block.number, "refreshedBlock");
        assertFalse(registry.isAbsent(silent.gpuId), "isAbsent");
        _batch();
        assertTrue(reports.length > 0, "it is drawn again");
        TaskSettlement[] memory whole = new TaskSettlement[](1);
        whole[0] = settlementOf(batchId, tasks, reports[0].task.index);
        settle(batchId, whole);
        assertEq(mining.paidSeatsOf(batchId, reports[0].task.index), 7, "and paid again");
    }

    function test_proveLife_revertsWhileTheCooldownLasts() public {
        uint256 resumableAt = _suspend();
        vm.warp(resumableAt - 1);
        _expectLife(
            silent.key, abi.encodeWithSelector(IAttendanceRegistry.SuspendedUntil.selector, silent.gpuId, resumableAt)
        );
        vm.warp(resumableAt);
        _proveLife(silent.key);
    }

    function test_proveLife_doublesTheNextCooldownWithinThePeriod() public {
        _setTerms(AttendanceTerms(2, 10 minutes, 12 hours, 40 hours, 1 days));
        uint256[4] memory cooldowns = [uint256(12 hours), 24 hours, 40 hours, 40 hours];
        for (uint256 i = 0; i < cooldowns.length; i++) {
            uint256 resumableAt = _suspend();
            assertEq(resumableAt - block.timestamp, cooldowns[i], "cooldown");
            assertEq(attendance.attendance(silent.gpuId).doublings, i, "doublings");
            _comeBack();
        }
        pass(1 days + 1);
        _keepAllAlive();
        uint256 lastResumableAt = _suspend();
        assertEq(lastResumableAt - block.timestamp, 12 hours, "after the period");
    }

    function test_proveLife_revertsIfTheBlockIsTooOldOrNotThereYet() public {
        (bytes32 r, bytes32 vs) = _signLife(silent.key, uint64(block.number - 1));
        uint256 current = block.number;
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.LifeBlockUnknown.selector, uint64(current), current)
        );
        attendance.proveLife(silent.gpuId, uint64(current), r, vs);
        vm.roll(current + 128);
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.LifeBlockUnknown.selector, uint64(current - 1), current + 128)
        );
        attendance.proveLife(silent.gpuId, uint64(current - 1), r, vs);
        vm.roll(current + 127);
        attendance.proveLife(silent.gpuId, uint64(current - 1), r, vs);
    }

    function test_proveLife_revertsIfTheProofIsNotNewer() public {
        (uint64 last, uint64 older) = (uint64(block.number - 1), uint64(block.number - 2));
        _proveLife(silent.key);
        vm.snapshotGasLastCall("network", "AttendanceRegistry proveLife");
        (bytes32 r, bytes32 vs) = _signLife(silent.key, last);
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.LifeProofReused.selector, last, last));
        attendance.proveLife(silent.gpuId, last, r, vs);
        (r, vs) = _signLife(silent.key, older);
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.LifeProofReused.selector, last, older));
        attendance.proveLife(silent.gpuId, older, r, vs);
    }

    function test_proveLife_revertsIfAnotherKeySigned() public {
        address key = vm.addr(silent.key);
        _expectLife(
            gpus[1].key,
            abi.encodeWithSelector(IAttendanceRegistry.LifeSignatureInvalid.selector, key, vm.addr(gpus[1].key))
        );
    }

    /// @notice The former key of a device proves nothing: whoever holds it may not be the device any more.
    function test_proveLife_revertsIfTheKeyWasReplaced() public {
        _refresh(0xfeed);
        pass(2);
        _expectLife(
            silent.key,
            abi.encodeWithSelector(
                IAttendanceRegistry.LifeSignatureInvalid.selector, vm.addr(0xfeed), vm.addr(silent.key)
            )
        );
        _proveLife(0xfeed);
    }

    function test_proveLife_revertsIfTheEvidenceHasRunOut() public {
        uint256 validUntil = registry.device(0).validUntil;
        vm.warp(validUntil + 1);
        _expectLife(
            silent.key, abi.encodeWithSelector(IAttendanceRegistry.EvidenceLapsed.selector, silent.gpuId, validUntil)
        );
        vm.warp(validUntil);
        _proveLife(silent.key);
    }

    function test_proveLife_revertsIfNotRegistered() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceNotRegistered.selector, bytes32("nothing")));
        attendance.proveLife("nothing", 1, 0, 0);
    }

    // ---- what does not end a suspension

    function test_refreshDevice_keepsTheSuspension() public {
        uint256 resumableAt = _suspend();
        uint256 revokedBlock = registry.device(0).revokedBlock;
        pass(11 hours);
        _refresh(0xfeed);
        Device memory device = registry.device(0);
        assertEq(device.revokedBlock, revokedBlock, "revokedBlock");
        assertEq(device.enclaveKey, vm.addr(0xfeed), "the new key");
        assertEq(device.validUntil, block.timestamp + 24 hours, "its evidence is fresh");
        vm.warp(resumableAt);
        _proveLife(0xfeed);
        assertEq(registry.device(0).revokedBlock, 0, "until it proves its life");
    }

    function test_registerDevice_keepsTheSuspension() public {
        _suspend();
        uint32 slot = _registerAgain(silent.operator, 0xfeed);
        assertTrue(slot != 0, "its slot is not free before its validity has run out");
        assertEq(registry.device(slot).revokedBlock, block.number, "revokedBlock");
        assertTrue(registry.isAbsent(silent.gpuId), "isAbsent");
        pass(2);
        _batch();
        for (uint256 i = 0; i < TASKS; i++) {
            uint32[3] memory slots = _slotsOf(tasks[i]);
            assertTrue(slots[0] != slot && slots[1] != slot && slots[2] != slot, "not drawn");
        }
    }

    function test_registerDevice_keepsTheSuspensionForAnotherOperatorInTheSlotThatRanOut() public {
        uint256 resumableAt = _suspend();
        vm.warp(registry.device(0).validUntil + 1);
        vm.roll(block.number + 100);
        silent.operator = address(0xbeef);
        uint32 slot = _registerAgain(silent.operator, 0xfeed);
        assertEq(slot, 0, "its slot");
        assertEq(registry.device(0).revokedBlock, block.number, "revokedBlock");
        assertTrue(block.timestamp >= resumableAt, "the cooldown is over");
        pass(2);
        _proveLife(0xfeed);
        assertEq(registry.device(0).revokedBlock, 0, "until it proves its life");
    }

    function test_proveLife_doesNotLiftARevocation() public {
        uint256 resumableAt = _suspend();
        vm.prank(governor);
        registry.revokeDevice(silent.gpuId, "stolen key");
        vm.warp(resumableAt);
        _proveLife(silent.key);
        assertTrue(registry.device(0).revokedBlock != 0, "revokedBlock");
        assertFalse(registry.isAbsent(silent.gpuId), "isAbsent");
    }

    function test_resumeDevice_refusesAHostThatIsFull() public {
        uint256 resumableAt = _suspend();
        vm.prank(governor);
        registry.setHostLimit(1);
        enroll(gpuOf(address(0xdef), silent.chip, bytes16(uint128(78)), 1));
        vm.warp(resumableAt);
        _expectLife(silent.key, abi.encodeWithSelector(IDeviceRegistry.HostFull.selector, hostOf(silent), uint256(1)));
        vm.prank(governor);
        registry.setHostLimit(2);
        _proveLife(silent.key);
    }

    function test_resumeDevice_revertsIfNotAbsent() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceNotAbsent.selector, silent.gpuId));
        vm.prank(address(attendance));
        registry.resumeDevice(silent.gpuId);
    }

    /// @notice Whatever happens, suspensions and their ends included, a slot's validity as of a commitment reads the same for as long as a task
    /// of it may live.
    function testFuzz_validity_asOfABlockStaysTheSame(uint256 seed) public {
        uint256[8] memory blocks;
        uint256[8] memory deadlines;
        uint256[8] memory served;
        uint256[8] memory lengths;
        uint256 suspendedAt = 0;
        for (uint256 round = 0; round < 8; round++) {
            pass(1 + uint256(keccak256(abi.encode(seed, round, "step"))) % 5 hours);
            uint256 action = uint256(keccak256(abi.encode(seed, round, "action"))) % 6;
            // As the attendance registry has it: no suspension ends before twelve hours.
            if (action != 1 || block.timestamp >= suspendedAt + 12 hours) {
                if (_act(action, seed, round)) suspendedAt = block.timestamp;
            }
            for (uint256 i = 0; i < round; i++) {
                if (block.timestamp > deadlines[i]) continue;
                assertEq(_serving(lengths[i], blocks[i], deadlines[i]), served[i], "as of");
            }
            vm.roll(block.number + 1);
            (blocks[round], lengths[round]) = (block.number, registry.rosterLength());
            deadlines[round] = block.timestamp + 1 + uint256(keccak256(abi.encode(seed, round))) % (12 hours - 1);
            served[round] = _serving(lengths[round], block.number, deadlines[round]);
        }
    }

    /// @dev Does something to the silent device, or tries to; true if it was suspended.
    function _act(uint256 action, uint256 seed, uint256 round) private returns (bool) {
        silent.key = 0x7000 + round;
        Gpu memory newcomer = gpuOf(silent.operator, keccak256(abi.encode(seed, round)), 0, 1);
        bytes memory call;
        if (action == 0) call = abi.encodeCall(registry.suspendAbsent, (silent.gpuId));
        else if (action == 1) call = abi.encodeCall(registry.resumeDevice, (silent.gpuId));
        else if (action == 2) call = abi.encodeCall(registry.refreshDevice, (requestOf(silent)));
        else if (action == 3) call = abi.encodeCall(registry.registerDevice, (requestOf(silent)));
        else if (action == 4) call = abi.encodeCall(registry.registerDevice, (requestOf(newcomer)));
        else call = abi.encodeCall(registry.retireDevice, (silent.gpuId));
        vm.prank(action < 2 ? address(attendance) : silent.operator);
        (bool ok,) = address(registry).call(call);
        return ok && action == 0;
    }

    // ---- terms and roles

    function test_setTerms_changesThem() public {
        AttendanceTerms memory changed = AttendanceTerms(5, 2 hours, 1 days, 10 days, 30 days);
        vm.expectEmit();
        emit TermsChanged(changed);
        _setTerms(changed);
        AttendanceTerms memory found = attendance.terms();
        assertEq(abi.encode(found), abi.encode(changed), "terms");
    }

    function testFuzz_setTerms_isBounded(AttendanceTerms memory terms) public {
        bool isAllowed = terms.absences >= 2 && terms.absences <= 16 && terms.answerWindow >= 10 minutes
            && terms.answerWindow <= 7 days && terms.cooldown >= 12 hours && terms.cooldown <= terms.longestCooldown
            && terms.longestCooldown <= 30 days && terms.period >= 1 days && terms.period <= 90 days;
        vm.prank(governor);
        try attendance.setTerms(terms) {
            assertTrue(isAllowed, "taken");
        } catch {
            assertFalse(isAllowed, "refused");
        }
    }

    function test_setTerms_namesWhatIsWrong() public {
        AttendanceTerms memory terms = AttendanceTerms(3, 1 hours, 12 hours, 7 days, 14 days);
        terms.absences = 1;
        _expectTerm(terms, 0, 2, 16, 1);
        terms.absences = 3;
        terms.answerWindow = 1 minutes;
        _expectTerm(terms, 1, 10 minutes, 7 days, 1 minutes);
        terms.answerWindow = 1 hours;
        terms.cooldown = 11 hours;
        _expectTerm(terms, 2, 12 hours, 7 days, 11 hours);
        terms.cooldown = 12 hours;
        terms.longestCooldown = 31 days;
        _expectTerm(terms, 3, 12 hours, 30 days, 31 days);
        terms.longestCooldown = 7 days;
        terms.period = 0;
        _expectTerm(terms, 4, 1 days, 90 days, 0);
    }

    /// @notice The role matrix: who is none of these suspends nobody and changes nothing.
    function testFuzz_roles_areHeldByTheirHoldersAlone(address caller) public {
        vm.assume(caller != governor && caller != address(attendance) && caller != address(this));
        bytes memory stranger =
            abi.encodeWithSelector(IDeviceRegistry.NotAttendanceRegistry.selector, address(attendance), caller);
        vm.startPrank(caller);
        vm.expectRevert(stranger);
        registry.suspendAbsent(silent.gpuId);
        vm.expectRevert(stranger);
        registry.resumeDevice(silent.gpuId);
        AttendanceTerms memory terms = attendance.terms();
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, caller));
        attendance.setTerms(terms);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, caller));
        attendance.setGovernor(caller);
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.NotCreator.selector, address(this), caller));
        attendance.attach(mining);
        vm.stopPrank();
    }

    function test_roles_theGovernorSuspendsNobodyHere() public {
        vm.expectPartialRevert(IDeviceRegistry.NotAttendanceRegistry.selector);
        vm.prank(governor);
        registry.suspendAbsent(silent.gpuId);
    }

    function test_attach_happensOnceAndToTheRegistryThatNamesIt() public {
        vm.expectRevert(abi.encodeWithSelector(IAttendanceRegistry.AlreadyAttached.selector, address(mining)));
        attendance.attach(mining);
        AttendanceRegistry other = new AttendanceRegistry(governor);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAttendanceRegistry.AttachedElsewhere.selector, address(other), address(attendance)
            )
        );
        other.attach(mining);
    }

    function test_attach_refusesTasksThatOutliveTheShortestCooldown() public {
        AttendanceRegistry other = new AttendanceRegistry(governor);
        vm.mockCall(address(registry), abi.encodeCall(registry.attendance, ()), abi.encode(other));
        vm.mockCall(address(registry), abi.encodeCall(registry.EXTENSION_INTERVAL, ()), abi.encode(12 hours + 1));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAttendanceRegistry.TermOutOfBounds.selector,
                uint8(2),
                uint256(12 hours + 1),
                uint256(30 days),
                uint256(12 hours)
            )
        );
        other.attach(mining);
    }

    function test_constructor_revertsWithoutGovernor() public {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.RoleMissing.selector));
        new AttendanceRegistry(address(0));
    }

    function test_lifeDigest_isTheDocumentedHash() public view {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("AIT attendance"),
                keccak256("1"),
                block.chainid,
                address(attendance)
            )
        );
        bytes32 statement = keccak256(
            abi.encode(
                keccak256("ProofOfLife(bytes32 gpuId,uint64 blockNumber,bytes32 blockHash)"),
                silent.gpuId,
                uint64(7),
                bytes32("hash")
            )
        );
        assertEq(
            attendance.lifeDigest(silent.gpuId, 7, "hash"),
            keccak256(abi.encodePacked(hex"1901", separator, statement)),
            "lifeDigest"
        );
    }

    // ---- hands

    /// @dev A batch, pinned; its tasks that seat the silent device, with the claims of the two others.
    function _batch() private {
        delete tasks;
        delete reports;
        MiningTask[] memory queued = tasksOf(TASKS);
        for (uint256 i = 0; i < TASKS; i++) {
            tasks.push(queued[i]);
        }
        batchId = commitAndPin(queued);
        for (uint256 i = 0; i < TASKS; i++) {
            uint32[3] memory slots = _slotsOf(queued[i]);
            for (uint8 seat = 0; seat < 3; seat++) {
                if (slots[seat] == registry.slotOf(silent.gpuId)) _note(queued, i, seat);
            }
        }
    }

    function _note(MiningTask[] memory queued, uint256 i, uint8 seat) private {
        uint256[] memory indexes = new uint256[](1);
        indexes[0] = i;
        reports.push(
            AbsenceReport({
                batchId: batchId,
                task: queued[i],
                seatSecret: secretOf(i),
                answerCommitment: 0,
                escalationSecret: 0,
                seat: seat,
                proof: Merkle.proofOf(queued, indexes)
            })
        );
    }

    /// @dev A settlement of the task of a report, by the two devices that answer.
    function _settlement(uint256 i) private view returns (TaskSettlement memory settlement) {
        settlement = settlementOf(batchId, tasks, reports[i].task.index);
        SeatClaim[] memory others = new SeatClaim[](2);
        uint256 next = 0;
        for (uint8 seat = 0; seat < 3; seat++) {
            if (seat != reports[i].seat) others[next++] = settlement.claims[seat];
        }
        settlement.claims = others;
    }

    /// @dev Reports as many absences as suspend; the tasks, ascending.
    function _reported() private returns (bytes32[] memory absences) {
        uint256 count = attendance.terms().absences;
        absences = new bytes32[](count);
        for (uint256 i = 0; i < count; i++) {
            attendance.report(reports[i]);
            bytes32 taskId = _taskId(i);
            uint256 place = i;
            for (; place > 0 && absences[place - 1] > taskId; place--) {
                absences[place] = absences[place - 1];
            }
            absences[place] = taskId;
        }
    }

    function _suspend() private returns (uint256 resumableAt) {
        bytes32[] memory absences = _reported();
        pass(1800 + attendance.terms().answerWindow);
        attendance.suspend(silent.gpuId, absences);
        return attendance.attendance(silent.gpuId).resumableAt;
    }

    /// @dev Waits for the end of the suspension, with every device's evidence renewed, and proves life.
    function _comeBack() private {
        while (block.timestamp < attendance.attendance(silent.gpuId).resumableAt) {
            pass(6 hours + 1);
            _keepAllAlive();
        }
        pass(2);
        _proveLife(silent.key);
        pass(2);
        _batch();
    }

    function _keepAllAlive() private {
        for (uint256 i = 0; i < 5; i++) {
            RegistrationRequest memory request = requestOf(gpus[i]);
            bool hasLapsed = registry.device(uint32(i)).validUntil < block.timestamp;
            vm.prank(gpus[i].operator);
            if (hasLapsed) registry.registerDevice(request);
            else registry.refreshDevice(request);
        }
        pass(2);
        _batch();
    }

    function _refresh(uint256 key) private {
        silent.key = key;
        gpus.push(silent);
        RegistrationRequest memory request = requestOf(silent);
        vm.prank(silent.operator);
        registry.refreshDevice(request);
        silent.key = gpus[0].key;
    }

    function _registerAgain(address operator, uint256 key) private returns (uint32 slot) {
        Gpu memory again = silent;
        (again.operator, again.key) = (operator, key);
        gpus.push(again);
        RegistrationRequest memory request = requestOf(again);
        vm.expectEmit();
        emit DeviceSuspendedForAbsence(silent.gpuId);
        vm.prank(operator);
        return registry.registerDevice(request);
    }

    function _proveLife(uint256 key) private {
        uint64 blockNumber = uint64(block.number - 1);
        (bytes32 r, bytes32 vs) = _signLife(key, blockNumber);
        vm.prank(anyone);
        attendance.proveLife(silent.gpuId, blockNumber, r, vs);
    }

    function _expectLife(uint256 key, bytes memory refusal) private {
        uint64 blockNumber = uint64(block.number - 1);
        (bytes32 r, bytes32 vs) = _signLife(key, blockNumber);
        vm.expectRevert(refusal);
        attendance.proveLife(silent.gpuId, blockNumber, r, vs);
    }

    function _signLife(uint256 key, uint64 blockNumber) private view returns (bytes32 r, bytes32 vs) {
        return vm.signCompact(key, attendance.lifeDigest(silent.gpuId, blockNumber, blockhash(blockNumber)));
    }

    function _answer(bytes32 taskId, SeatClaim memory claim) private {
        attendance.answer(taskId, WORKLOAD, silent.gpuId, claim.resultHash, claim.duration, claim.r, claim.vs);
    }

    function _claim(uint256 i, bytes32 resultHash) private view returns (SeatClaim memory claim) {
        claim = SeatClaim({
            seat: reports[i].seat, gpuId: silent.gpuId, resultHash: resultHash, duration: 1500, r: 0, vs: 0
        });
        sign(claim, _taskId(i), WORKLOAD, silent.key);
    }

    function _expectAlive(bytes32[] memory absences) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.AliveSince.selector, silent.gpuId, absences[0])
        );
        attendance.suspend(silent.gpuId, absences);
        assertEq(registry.device(0).revokedBlock, 0, "not suspended");
    }

    function _expectNotInBatch(AbsenceReport memory found) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.TaskNotInBatch.selector, batchId, found.task.index)
        );
        attendance.report(found);
    }

    function _expectTerm(AttendanceTerms memory terms, uint8 term, uint256 least, uint256 most, uint256 found) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAttendanceRegistry.TermOutOfBounds.selector, term, least, most, found)
        );
        vm.prank(governor);
        attendance.setTerms(terms);
    }

    function _setTerms(AttendanceTerms memory terms) private {
        vm.prank(governor);
        attendance.setTerms(terms);
    }

    function _further(AbsenceReport memory found, uint8 seat) private pure returns (AbsenceReport memory) {
        found.seat = seat;
        found.answerCommitment = answerOf(found.task.index);
        found.escalationSecret = escalationSecretOf(found.task.index);
        return found;
    }

    /// @dev The first task, escalated to five seats because nobody answered; a report of the last of them.
    function _escalated() private returns (AbsenceReport memory further) {
        TaskSettlement memory settlement = _settlement(0);
        settlement.claims = new SeatClaim[](0);
        pass(620);
        mining.escalate(batchId, Packing.pack(settlement), proofFor(batchId, only(settlement)));
        pass(6);
        mining.pinEscalation(_taskId(0));
        return _further(reports[0], 4);
    }

    function _taskId(uint256 i) private view returns (bytes32) {
        return mining.taskIdOf(batchId, reports[i].task.index);
    }

    function _slotsOf(MiningTask memory task) private view returns (uint32[3] memory) {
        return mining.seatsOf(batchId, task, secretOf(task.index));
    }

    function _otherSeat(uint8 seat) private pure returns (uint8) {
        return seat == 0 ? 1 : 0;
    }

    /// @dev Bits of the slots that could serve until a deadline, as of a block.
    function _serving(uint256 length, uint256 asOf, uint256 deadline) private view returns (uint256 bits) {
        for (uint32 slot = 0; slot < length; slot++) {
            Device memory device = registry.device(slot);
            bool isOut = device.revokedBlock != 0 && device.revokedBlock <= asOf;
            uint256 until = device.refreshedBlock <= asOf ? device.validUntil : device.previousValidUntil;
            if (!isOut && until >= deadline) bits |= 1 << slot;
        }
    }
}
