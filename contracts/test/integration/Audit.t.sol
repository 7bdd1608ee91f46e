// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {IAttestationInbox} from "../../src/interfaces/IAttestationInbox.sol";
import {IGoverned} from "../../src/interfaces/IGoverned.sol";
import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Network} from "../base/Network.sol";
import {Packing} from "../base/Packing.sol";

/// @notice Tasks that the draw itself picks to be audited: two further seats, though the first three agree.
contract AuditTest is Network {
    event AuditShareChanged(uint16 share);

    uint16 private constant ALL = type(uint16).max;
    uint256 private constant REWARD = uint256(UNITS) * 1e11;
    bytes32 private constant SALT = keccak256("256 bits of salt");
    bytes32 private immutable SECOND = escalationSecretOf(0);
    uint256 private batchId;
    bytes32 private taskId;
    MiningTask[] private one;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 5; i < 12; i++) {
            enroll(gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), 1));
        }
        _commit();
    }

    // ---- the share

    function test_setAuditShare_changesNothingElseOfItsWord() public {
        earn(anyone, 1000 * mining.redeemPrice());
        bytes32[] memory workloads = new bytes32[](1);
        uint64[] memory quotes = new uint64[](1);
        (workloads[0], quotes[0]) = (WORKLOAD, UNITS);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
        uint256 held = token.balanceOf(anyone);
        vm.prank(anyone);
        mining.redeem(held, WORKLOAD);
        MiningTask[] memory tasks = tasksOf(1);
        (tasks[0].redeemer, tasks[0].computeUnits) = (anyone, 1000);
        uint256 redeemed = commitAndPin(tasks);
        _setShare(1);
        settle(redeemed, only(settlementOf(redeemed, tasks, 0)));
        uint256 earned = mining.subsidyEarned();
        assertTrue(earned != 0, "earned");
        assertEq(mining.auditShare(), 1, "kept where it was earned");
        vm.expectEmit();
        emit AuditShareChanged(ALL);
        _setShare(ALL);
        assertEq(mining.auditShare(), ALL, "all");
        vm.prank(governor);
        mining.setClassRate(1, 1001);
        _setShare(1311);
        assertEq(mining.auditShare(), 1311, "a fiftieth");
        assertEq(mining.subsidyEarned(), earned, "earned");
        assertEq(mining.classRate(1), 1001, "class 1");
        assertEq(mining.classRate(4), 800, "class 4");
    }

    function test_setAuditShare_revertsIfNotTheGovernor() public {
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, anyone));
        vm.prank(anyone);
        mining.setAuditShare(1);
    }

    // ---- which tasks are audited

    function test_settle_revertsIfTheTaskIsAuditedAndOnlyItsFirstSeatsClaim() public {
        TaskSettlement memory settlement = _first();
        _setShare(ALL);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TaskIsAudited.selector, taskId));
        settle(batchId, only(settlement));
    }

    /// @notice The highest 16 bits of the seed, held against the share.
    function test_settle_auditsTheTasksWhoseSeedIsBelowTheShare() public {
        uint16 lot = _lot();
        TaskSettlement memory settlement = _first();
        _setShare(lot + 1);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TaskIsAudited.selector, taskId));
        settle(batchId, only(settlement));
        _setShare(lot);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "not audited");
    }

    /// @notice Whether a task may settle, written from its sentence, for any share and any claims of five seats.
    function test_settle_agreesWithTheSlowTwin(uint16 share, uint8 claimed, uint8 wrong) public {
        _toFive();
        (TaskSettlement memory settlement, uint256 first, uint256 further) = _claims(claimed, wrong);
        bool isAgreed = first >= 2 || first + further >= 3;
        bool isAudited = _lot() < share;
        _setShare(share);
        if (!isAgreed) vm.expectPartialRevert(IMiningRegistry.ResultNotAgreed.selector);
        else if (isAudited && further == 0) vm.expectPartialRevert(IMiningRegistry.TaskIsAudited.selector);
        uint256 minted = settle(batchId, only(settlement));
        if (isAgreed && !(isAudited && further == 0)) assertEq(minted, (first + further) * REWARD, "minted");
    }

    function test_settle_saysThatTooFewAgreeBeforeItAsksForAnAudit() public {
        TaskSettlement memory settlement = _first();
        keepClaims(settlement, 1);
        _setShare(ALL);
        vm.expectPartialRevert(IMiningRegistry.ResultNotAgreed.selector);
        settle(batchId, only(settlement));
    }

    /// @notice One task of a call is audited: the call is refused as a whole, as for every other failing check.
    function test_settle_revertsAsAWholeIfOneTaskIsAudited() public {
        (uint256 two, TaskSettlement[] memory settlements) = ripe(2);
        uint16 lot = _lotOf(two, 0);
        uint16 other = _lotOf(two, 1);
        _setShare((lot < other ? lot : other) + 1);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TaskIsAudited.selector, mining.taskIdOf(two, lot < other ? 0 : 1)));
        settle(two, settlements);
    }

    /// @notice Seats that come later to a task that settled before the share rose are paid all the same.
    function test_settle_addsSeatsToATaskThatSettledBeforeTheShareRose() public {
        TaskSettlement memory settlement = _first();
        TaskSettlement memory part = _first();
        keepClaims(part, 2);
        settle(batchId, only(part));
        _setShare(ALL);
        vm.prank(coordinator);
        assertEq(settle(batchId, only(settlement)), REWARD, "the third");
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TaskAlreadySettled.selector, taskId));
        _escalate(settlement);
    }

    // ---- asking for the further seats

    /// @notice Before anybody's result is public: a further seat cannot copy what it cannot read.
    function test_escalate_takesAnAuditedTaskAtOnceAndWithoutClaims() public {
        TaskSettlement memory settlement = _silent();
        _setShare(ALL);
        vm.prank(anyone);
        _escalate(settlement);
        assertEq(mining.escalation(taskId).level, 5, "level");
        assertEq(mining.subsidy().charged(), 5 * REWARD, "two more seats charged");
    }

    function test_escalate_takesAnAuditedTaskWhoseClaimsAgree() public {
        TaskSettlement memory settlement = _first();
        _setShare(ALL);
        _escalate(settlement);
        assertEq(mining.escalation(taskId).level, 5, "level");
    }

    function test_escalate_asksAnUnauditedTaskToWait() public {
        _setShare(_lot());
        uint256 seedTime = mining.batch(batchId).seedTime;
        uint256 from = seedTime + (one[0].deadline - seedTime) / 3;
        TaskSettlement memory settlement = _silent();
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.EscalationTooEarly.selector, from));
        _escalate(settlement);
    }

    function test_escalate_revertsIfTheClaimsOfAnUnauditedTaskAgree() public {
        TaskSettlement memory settlement = _first();
        _setShare(_lot());
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TaskAgreed.selector, taskId));
        _escalate(settlement);
    }

    /// @notice Nobody can have the same two seats charged twice.
    function test_escalate_revertsUntilTheLastEscalationIsPinned() public {
        _setShare(ALL);
        _escalate(_silent());
        TaskSettlement memory again = _silent();
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.EscalationNotPinned.selector, taskId));
        _escalate(again);
        assertEq(mining.subsidy().charged(), 5 * REWARD, "charged once");
    }

    function test_escalate_waitsForSilentFurtherSeatsForTwoThirdsOfTheTasksTime() public {
        _setShare(ALL);
        _toFive();
        TaskSettlement memory settlement = _seats(5);
        keepClaims(settlement, 3);
        uint256 seedTime = mining.batch(batchId).seedTime;
        uint256 from = seedTime + (one[0].deadline - seedTime) * 2 / 3;
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.EscalationTooEarly.selector, from));
        _escalate(settlement);
        vm.warp(from);
        _escalate(settlement);
        assertEq(mining.escalation(taskId).level, 7, "level");
    }

    // ---- what an audited task settles with

    function test_settle_paysAllFiveSeatsOfAnAuditedTask() public {
        _setShare(ALL);
        _toFive();
        assertEq(settle(batchId, only(_seats(5))), 5 * REWARD, "minted");
        assertTrue(mining.isSettled(batchId, 0), "settled");
        assertEq(settle(batchId, only(_seats(5))), 0, "once");
    }

    /// @notice One further seat is enough; the other is added once it is there.
    function test_settle_addsALateFurtherSeat() public {
        _setShare(ALL);
        _toFive();
        TaskSettlement memory settlement = _seats(5);
        keepClaims(settlement, 4);
        assertEq(settle(batchId, only(settlement)), 4 * REWARD, "four");
        settlement = _seats(5);
        vm.prank(coordinator);
        assertEq(settle(batchId, only(settlement)), REWARD, "the fifth");
    }

    function test_settle_revertsIfNoFurtherSeatMatches() public {
        _setShare(ALL);
        _toFive();
        TaskSettlement memory settlement = _seats(5);
        _disagree(settlement, 3);
        _disagree(settlement, 4);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TaskIsAudited.selector, taskId));
        settle(batchId, only(settlement));
    }

    /// @notice Three that collude gain nothing over four others.
    function test_settle_takesTheResultOfTheFurtherSeatsOverThatOfTheFirstThree() public {
        _setShare(ALL);
        _toFive();
        TaskSettlement memory settlement = _seats(5);
        _disagree(settlement, 3);
        _disagree(settlement, 4);
        _escalate(settlement);
        settlement = _seats(7);
        for (uint256 seat = 0; seat < 3; seat++) {
            _disagree(settlement, seat);
        }
        assertEq(settle(batchId, only(settlement)), 4 * REWARD, "seats 3 to 6");
    }

    function test_settle_takesAnAuditedTaskOnceTheShareIsLower() public {
        TaskSettlement memory settlement = _first();
        _setShare(ALL);
        _setShare(0);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "minted");
    }

    // ---- rosters that have nobody to audit with

    function test_settle_auditsNothingOverARosterOfFour() public {
        _commitOverFourOperators(false);
        TaskSettlement memory settlement = _first();
        _setShare(ALL);
        assertEq(_settleAlone(settlement), 3 * REWARD, "minted");
    }

    /// @notice Five slots of four operators: only the second draw shows that nobody else is there.
    function test_settle_auditsNothingIfTheRosterGivesNoFurtherSeats() public {
        _commitOverFourOperators(true);
        TaskSettlement memory settlement = _first();
        _setShare(ALL);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TaskIsAudited.selector, taskId));
        _settleAlone(settlement);
        _toFive();
        assertEq(mining.escalatedSeatsOf(batchId, one[0], secretOf(0), SECOND).length, 3, "no pair");
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), SECOND);
        assertEq(_settleAlone(settlement), 3 * REWARD, "minted");
    }

    // ---- without the coordinator's transaction

    function test_finalize_takesAnAuditedTaskWithAFurtherSeatOnly() public {
        IAttestationInbox inbox = mining.inbox();
        _setShare(ALL);
        _toFive();
        TaskSettlement memory settlement = _seats(5);
        for (uint256 i = 0; i < 5; i++) {
            SeatClaim memory claim = settlement.claims[i];
            address operator = registry.device(registry.slotOf(claim.gpuId)).operator;
            bytes32 commitment = keccak256(
                abi.encode(block.chainid, address(mining), taskId, claim.gpuId, operator, claim.resultHash, claim.duration, SALT)
            );
            vm.prank(operator);
            inbox.commitAttestation(batchId, 0, claim.gpuId, commitment);
        }
        vm.warp(inbox.opensAt(batchId));
        for (uint256 i = 0; i < 5; i++) {
            inbox.submitAttestation(batchId, 0, settlement.claims[i], SALT);
        }
        TaskSettlement memory first = _seats(5);
        keepClaims(first, 3);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TaskIsAudited.selector, taskId));
        inbox.finalize(batchId, Packing.pack(first), new bytes32[](0));
        assertEq(inbox.finalize(batchId, Packing.pack(settlement), new bytes32[](0)), 5 * REWARD, "minted");
    }

    // ---- helpers

    function _setShare(uint16 share) private {
        vm.prank(governor);
        mining.setAuditShare(share);
    }

    /// @dev What is held against the share.
    function _lot() private view returns (uint16) {
        return _lotOf(batchId, 0);
    }

    function _lotOf(uint256 batch, uint256 index) private view returns (uint16) {
        return uint16(bytes2(keccak256(abi.encode(secretOf(index), mining.batch(batch).seedBlockHash))));
    }

    function _commit() private {
        delete one;
        MiningTask[] memory tasks = tasksOf(1);
        one.push(tasks[0]);
        batchId = commitAndPin(tasks);
        taskId = mining.taskIdOf(batchId, 0);
    }

    function _commitOverFourOperators(bool isFifthSlot) private {
        bytes32[] memory measurements = new bytes32[](1);
        measurements[0] = keccak256(measurement());
        registry = new DeviceRegistry(
            snp, dcapVerifier(), nvidiaVerifier(), governor, measurements, [PROFILES, PROFILES, PROFILES, PROFILES], challengeRegistry(), attendanceRegistry()
        );
        mining = deployMining(registry, governor, coordinator);
        delete gpus;
        for (uint256 i = 0; i < 4; i++) {
            enroll(gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), 1));
        }
        if (isFifthSlot) enroll(gpuOf(address(0x1000), keccak256("another chip"), bytes16(uint128(99)), 1));
        pass(10);
        _commit();
    }

    function _first() private view returns (TaskSettlement memory) {
        return settlementOf(batchId, one, 0);
    }

    /// @dev The task with its secret and no claim.
    function _silent() private view returns (TaskSettlement memory settlement) {
        settlement = _first();
        keepClaims(settlement, 0);
        settlement.resultHash = 0;
    }

    function _seats(uint256 count) private view returns (TaskSettlement memory settlement) {
        settlement = _first();
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), SECOND);
        uint32[] memory slots = mining.escalatedSeatsOf(batchId, one[0], secretOf(0), SECOND);
        settlement.claims = new SeatClaim[](count);
        for (uint8 seat = 0; seat < count; seat++) {
            settlement.claims[seat] = claimOf(batchId, one[0], seat, slots[seat], RESULT, 1500);
        }
    }

    /// @dev Claims of some of five seats, some of them wrong; how many of the first three and of the others are right.
    function _claims(uint256 claimed, uint256 wrong)
        private
        view
        returns (TaskSettlement memory settlement, uint256 first, uint256 further)
    {
        settlement = _seats(5);
        uint256 count = 0;
        for (uint256 seat = 0; seat < 5; seat++) {
            if (claimed >> seat & 1 == 0) continue;
            if (wrong >> seat & 1 == 1) _disagree(settlement, seat);
            else if (seat < 3) first++;
            else further++;
            settlement.claims[count++] = settlement.claims[seat];
        }
        keepClaims(settlement, count);
    }

    function _disagree(TaskSettlement memory settlement, uint256 seat) private view {
        settlement.claims[seat].resultHash = OTHER_RESULT;
        resign(batchId, settlement, seat);
    }

    function _escalate(TaskSettlement memory settlement) private {
        mining.escalate(batchId, Packing.pack(settlement), new bytes32[](0));
    }

    /// @dev On another registry's first batch, of one task.
    function _settleAlone(TaskSettlement memory settlement) private returns (uint256) {
        return mining.settle(batchId, Packing.pack(settlement), new bytes32[](0));
    }

    /// @dev By the time of the task, whether it is audited or not.
    function _toFive() private {
        TaskSettlement memory settlement = _silent();
        if (mining.auditShare() == 0) vm.warp(block.timestamp + 700);
        _escalate(settlement);
        pass(6);
        mining.pinEscalation(taskId);
        pass(20);
    }
}
