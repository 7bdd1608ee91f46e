// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {ISubsidyBudget} from "../../src/interfaces/ISubsidyBudget.sol";
import {Network} from "../base/Network.sol";
import {Packing} from "../base/Packing.sol";

/// @notice 3 → 5 → 7 seats, then nothing: a task whose seats do not agree.
contract EscalateTest is Network {
    event TaskEscalated(bytes32 indexed taskId, uint8 level, uint64 seedBlock);

    bytes32 private immutable SECOND = escalationSecretOf(0);
    uint256 private constant REWARD = uint256(UNITS) * 1e11;
    uint256 private batchId;
    bytes32 private taskId;
    MiningTask[] private one;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 5; i < 12; i++) {
            enroll(gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), 1));
        }
        MiningTask[] memory tasks = tasksOf(1);
        one.push(tasks[0]);
        batchId = commitAndPin(tasks);
        taskId = mining.taskIdOf(batchId, 0);
    }

    // ---- who may escalate, and when

    function test_escalate_takesAMismatchAtOnce() public {
        TaskSettlement memory settlement = _mismatch();
        vm.expectEmit();
        emit TaskEscalated(taskId, 5, uint64(block.number + 2));
        vm.prank(anyone);
        _escalate(settlement);
        assertEq(mining.escalation(taskId).level, 5, "level");
        assertFalse(mining.isSettled(batchId, 0), "not settled");
    }

    function test_escalate_chargesTwoMoreSeatsOfSubsidisedWork() public {
        ISubsidyBudget budget = mining.subsidy();
        assertEq(budget.charged(), 3 * REWARD, "three at the commitment");
        _escalate(_mismatch());
        assertEq(budget.charged(), 5 * REWARD, "and two more");
    }

    function test_escalate_chargesNothingForRedeemedWork() public {
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].redeemer = anyone;
        uint256 redeemed = commitAndPin(tasks);
        uint256 charged = mining.subsidy().charged();
        TaskSettlement memory settlement = settlementOf(redeemed, tasks, 0);
        for (uint256 i = 0; i < 3; i++) {
            settlement.claims[i].resultHash = keccak256(abi.encode("a result of its own", i));
            resign(redeemed, settlement, i);
        }
        mining.escalate(redeemed, Packing.pack(settlement), proofFor(redeemed, only(settlement)));
        assertEq(mining.escalation(mining.taskIdOf(redeemed, 0)).level, 5, "level");
        assertEq(mining.subsidy().charged(), charged, "charged");
    }

    function test_escalate_waitsForSilentSeatsForAThirdOfTheTasksTime() public {
        TaskSettlement memory settlement = _first(1);
        uint256 seedTime = mining.batch(batchId).seedTime;
        uint256 from = seedTime + (one[0].deadline - seedTime) / 3;
        vm.warp(from - 1);
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.EscalationTooEarly.selector, from));
        vm.warp(from);
        _escalate(settlement);
        assertEq(mining.escalation(taskId).level, 5, "level");
    }

    function test_escalate_revertsIfTheClaimsAgree() public {
        _expectRefusal(_first(2), abi.encodeWithSelector(IMiningRegistry.TaskAgreed.selector, taskId));
    }

    function test_escalate_revertsIfSettled() public {
        settle(batchId, only(_first(3)));
        _expectRefusal(_first(1), abi.encodeWithSelector(IMiningRegistry.TaskAlreadySettled.selector, taskId));
    }

    function test_escalate_revertsIfTheSecretIsUnknown() public {
        TaskSettlement memory settlement = _mismatch();
        settlement.seatSecret = "a guess";
        vm.expectPartialRevert(IMiningRegistry.WorkloadNotInQueue.selector);
        _escalate(settlement);
    }

    function test_escalate_revertsIfAClaimIsForged() public {
        TaskSettlement memory settlement = _mismatch();
        settlement.claims[0].resultHash = "never signed";
        vm.expectPartialRevert(IMiningRegistry.WorkAttestationSignatureInvalid.selector);
        _escalate(settlement);
    }

    function test_escalate_revertsIfWorkloadNotInQueue() public {
        TaskSettlement memory settlement = _mismatch();
        settlement.task.computeUnits++;
        vm.expectPartialRevert(IMiningRegistry.WorkloadNotInQueue.selector);
        _escalate(settlement);
    }

    function test_escalate_revertsAfterTheDeadline() public {
        TaskSettlement memory settlement = _mismatch();
        vm.warp(one[0].deadline + 1);
        vm.expectPartialRevert(IMiningRegistry.TaskExpired.selector);
        _escalate(settlement);
    }

    // ---- the second seed

    function test_pinEscalation_revertsIfTheTaskHasNotEscalated() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.NotEscalated.selector, taskId));
        mining.pinEscalation(taskId);
    }

    function test_pinEscalation_revertsIfItsBlockIsNotBehindUsOrTooFarBehind() public {
        _escalate(_mismatch());
        uint64 seedBlock = uint64(block.number + 2);
        vm.roll(seedBlock);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.SeedNotReady.selector, seedBlock, uint256(seedBlock)));
        mining.pinEscalation(taskId);
        vm.roll(seedBlock + 257);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.SeedTooOld.selector, seedBlock, uint256(seedBlock) + 257));
        mining.pinEscalation(taskId);
    }

    /// @notice Without the second seed there are no further seats; the first three settle as before.
    function test_settle_knowsOnlyTheFirstSeatsUntilTheSecondSeedIsPinned() public {
        TaskSettlement memory whole = _first(3);
        _escalate(_mismatch());
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.EscalationNotPinned.selector, taskId));
        mining.escalatedSeatsOf(batchId, one[0], secretOf(0), SECOND);
        assertEq(settle(batchId, only(whole)), 3 * REWARD, "minted");
    }

    function test_settle_revertsIfTheSecondSecretIsWrong() public {
        _toFive(_mismatch());
        TaskSettlement memory settlement = _seats(5);
        settlement.escalationSecret = "wrong";
        vm.expectPartialRevert(IMiningRegistry.WorkloadNotInQueue.selector);
        settle(batchId, only(settlement));
    }

    function test_settle_revertsIfTheSecondSecretIsMissing() public {
        _toFive(_mismatch());
        TaskSettlement memory settlement = _seats(5);
        settlement.escalationSecret = 0;
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.EscalationSecretMissing.selector, taskId));
        settle(batchId, only(settlement));
    }

    function test_escalate_revertsIfThereIsNotOneTask() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.SettlementNotSingle.selector, 0));
        mining.escalate(batchId, "", new bytes32[](0));
    }

    /// @notice The draw of the further seats, written from its sentence: the second secret, a later block, distinct from all before.
    function test_escalatedSeatsOf_agreesWithTheSlowTwin() public {
        _toFive(_mismatch());
        _toSeven();
        uint32[] memory found = mining.escalatedSeatsOf(batchId, one[0], secretOf(0), SECOND);
        uint32[3] memory first = mining.seatsOf(batchId, one[0], secretOf(0));
        bytes32 seed = keccak256(abi.encode(SECOND, mining.escalation(taskId).seedBlockHash));
        assertEq(found.length, 7, "seats");
        uint256 seated = 3;
        for (uint256 k = 0; seated < 7; k++) {
            uint32 slot = uint32(uint256(keccak256(abi.encode(seed, taskId, k))) % mining.batch(batchId).rosterLength);
            bool isTaken = false;
            for (uint256 i = 0; i < seated; i++) {
                if (registry.device(found[i]).operator == registry.device(slot).operator) isTaken = true;
            }
            if (!isTaken) assertEq(found[seated++], slot, "slot");
        }
        for (uint256 i = 0; i < 3; i++) {
            assertEq(found[i], first[i], "the first seats stay");
        }
    }

    // ---- what settles

    function test_settle_needsThreeOfFive() public {
        _toFive(_mismatch());
        TaskSettlement memory settlement = _seats(5);
        _disagree(settlement, 0);
        _disagree(settlement, 1);
        _disagree(settlement, 4);
        vm.expectPartialRevert(IMiningRegistry.ResultNotAgreed.selector);
        settle(batchId, only(settlement));
        settlement = _seats(5);
        _disagree(settlement, 0);
        _disagree(settlement, 1);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "seats 2, 3 and 4");
        assertTrue(mining.isSettled(batchId, 0), "settled");
        assertEq(settle(batchId, only(settlement)), 0, "once");
    }

    /// @notice None of the first three is paid: the task is settled all the same, and once.
    function test_settle_needsFourOfSeven() public {
        _toFive(_mismatch());
        _toSeven();
        TaskSettlement memory settlement = _seats(7);
        for (uint256 i = 0; i < 3; i++) {
            _disagree(settlement, i);
        }
        assertEq(settle(batchId, only(settlement)), 4 * REWARD, "seats 3 to 6");
        assertTrue(mining.isSettled(batchId, 0), "settled");
        assertEq(mining.batch(batchId).unsettledComputeUnits, 0, "counted");
        assertEq(settle(batchId, only(settlement)), 0, "once");
        vm.prank(coordinator);
        assertEq(settle(batchId, only(settlement)), 0, "for the coordinator too");
    }

    function test_settle_revertsIfThreeOfSevenAgree() public {
        _toFive(_mismatch());
        _toSeven();
        TaskSettlement memory settlement = _seats(7);
        for (uint256 i = 0; i < 4; i++) {
            _disagree(settlement, i);
        }
        vm.expectPartialRevert(IMiningRegistry.ResultNotAgreed.selector);
        settle(batchId, only(settlement));
    }

    function test_settle_paysAllSevenIfAllAgreeAfterAll() public {
        TaskSettlement memory silent = _first(1);
        vm.warp(block.timestamp + 700);
        _toFive(silent);
        vm.warp(block.timestamp + 600);
        _toSevenWith(silent);
        assertEq(settle(batchId, only(_seats(7))), 7 * REWARD, "minted");
        assertTrue(7 * REWARD < uint256(UNITS) * mining.redeemPrice(), "less than the work costs");
    }

    /// @notice Two of the first three stay an agreement: nobody can undo one by escalating.
    function test_settle_takesAnAgreementOfTheFirstSeatsAfterAnEscalation() public {
        TaskSettlement memory silent = _first(1);
        vm.warp(block.timestamp + 700);
        _toFive(silent);
        TaskSettlement memory settlement = _first(2);
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), SECOND);
        assertEq(settle(batchId, only(settlement)), 2 * REWARD, "minted");
    }

    function test_escalate_revertsAtSevenSeats() public {
        _toFive(_mismatch());
        _toSeven();
        TaskSettlement memory settlement = _seats(7);
        for (uint256 i = 0; i < 7; i++) {
            settlement.claims[i].resultHash = keccak256(abi.encode("each its own", i));
            resign(batchId, settlement, i);
        }
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.EscalationExhausted.selector, taskId));
    }

    /// @notice The clock of a seat that was drawn later starts when its seed was pinned.
    function test_settle_startsTheClockOfLaterSeatsAtTheSecondSeed() public {
        _toFive(_mismatch());
        TaskSettlement memory settlement = _seats(5);
        _disagree(settlement, 0);
        _disagree(settlement, 1);
        settle(batchId, only(settlement));
        uint256 second = uint256(mining.escalation(taskId).seedTime) * 1000;
        assertEq(mining.busyUntil(settlement.claims[3].gpuId), second + 1500, "seat 3");
        assertEq(
            mining.busyUntil(settlement.claims[2].gpuId), uint256(mining.batch(batchId).seedTime) * 1000 + 1500, "seat 2"
        );
    }

    // ---- a roster that gives no further seats

    function test_escalate_revertsIfTheRosterIsShorterThanTheSeats() public {
        _commitOver(4);
        _expectRefusal(_mismatch(), abi.encodeWithSelector(IMiningRegistry.RosterTooSmall.selector, 4, 5));
    }

    /// @notice Five slots, four operators: the roster's length does not tell, the draw does.
    function test_settle_takesTheFirstSeatsIfTheRosterGivesNoFurther() public {
        _commitOverFourOperators();
        TaskSettlement memory silent = _first(1);
        vm.warp(block.timestamp + 700);
        _toFive(silent);
        assertEq(mining.escalatedSeatsOf(batchId, one[0], secretOf(0), SECOND).length, 3, "no pair");
        TaskSettlement memory settlement = _first(2);
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), SECOND);
        assertEq(settle(batchId, only(settlement)), 2 * REWARD, "minted");
    }

    function test_settle_revertsIfASeatClaimsThatTheRosterDidNotGive() public {
        _commitOverFourOperators();
        _toFive(_mismatch());
        TaskSettlement memory settlement = _first(3);
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), SECOND);
        settlement.claims[2].seat = 3;
        vm.expectPartialRevert(IMiningRegistry.SeatNotAssigned.selector);
        settle(batchId, only(settlement));
    }

    function test_escalate_revertsIfTheRosterDidNotGiveTheLastPair() public {
        _commitOverFourOperators();
        _toFive(_mismatch());
        TaskSettlement memory settlement = _mismatch();
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), SECOND);
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.RosterTooSmall.selector, 3, 5));
    }

    /// @notice Six operators: five seats there are, seven there are not, and the five still decide.
    function test_settle_takesFiveSeatsIfTheRosterGivesNoSeven() public {
        _commitOver(6);
        enroll(gpuOf(address(0x1000), keccak256("another chip"), bytes16(uint128(99)), 1));
        _commit();
        _toFive(_mismatch());
        _toSeven();
        assertEq(mining.escalatedSeatsOf(batchId, one[0], secretOf(0), SECOND).length, 5, "no second pair");
        TaskSettlement memory settlement = _seats(5);
        _disagree(settlement, 0);
        _disagree(settlement, 1);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "minted");
    }

    // ---- helpers

    /// @dev A network of its own, of so many operators.
    function _commitOver(uint256 operators) private {
        delete gpus;
        super.setUp();
        if (operators == 4) {
            registry = new DeviceRegistry(
                snp, dcapVerifier(), nvidiaVerifier(), governor, _measurements(), [PROFILES, PROFILES, PROFILES, PROFILES], challengeRegistry(), attendanceRegistry()
            );
            mining = deployMining(registry, governor, coordinator);
            delete gpus;
        }
        for (uint256 i = gpus.length; i < operators; i++) {
            enroll(gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), 1));
        }
        _commit();
    }

    function _commitOverFourOperators() private {
        _commitOver(4);
        enroll(gpuOf(address(0x1000), keccak256("another chip"), bytes16(uint128(99)), 1));
        _commit();
    }

    function _commit() private {
        pass(10);
        MiningTask[] memory tasks = tasksOf(1);
        one[0] = tasks[0];
        batchId = commitAndPin(tasks);
        taskId = mining.taskIdOf(batchId, 0);
    }

    function _measurements() private pure returns (bytes32[] memory measurements) {
        measurements = new bytes32[](1);
        measurements[0] = keccak256(measurement());
    }

    function _tasks() private view returns (MiningTask[] memory tasks) {
        tasks = new MiningTask[](1);
        tasks[0] = one[0];
    }

    function _first(uint256 claims) private view returns (TaskSettlement memory settlement) {
        settlement = settlementOf(batchId, _tasks(), 0);
        keepClaims(settlement, claims);
    }

    function _mismatch() private view returns (TaskSettlement memory settlement) {
        settlement = _first(3);
        for (uint256 i = 0; i < 3; i++) {
            settlement.claims[i].resultHash = keccak256(abi.encode("each its own", i));
            resign(batchId, settlement, i);
        }
        settlement.resultHash = settlement.claims[0].resultHash;
    }

    function _seats(uint256 count) private view returns (TaskSettlement memory settlement) {
        settlement = settlementOf(batchId, _tasks(), 0);
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), SECOND);
        uint32[] memory slots = mining.escalatedSeatsOf(batchId, one[0], secretOf(0), SECOND);
        settlement.claims = new SeatClaim[](count);
        for (uint8 seat = 0; seat < count; seat++) {
            settlement.claims[seat] = claimOf(batchId, one[0], seat, slots[seat], RESULT, 1500);
        }
    }

    function _disagree(TaskSettlement memory settlement, uint256 seat) private view {
        settlement.claims[seat].resultHash = OTHER_RESULT;
        resign(batchId, settlement, seat);
    }

    function _escalate(TaskSettlement memory settlement) private {
        mining.escalate(batchId, Packing.pack(settlement), new bytes32[](0));
    }

    function _toFive(TaskSettlement memory settlement) private {
        _escalate(settlement);
        pass(6);
        mining.pinEscalation(taskId);
        pass(20);
    }

    function _toSeven() private {
        TaskSettlement memory settlement = _seats(5);
        for (uint256 i = 0; i < 5; i++) {
            settlement.claims[i].resultHash = keccak256(abi.encode("each its own", i));
            resign(batchId, settlement, i);
        }
        _escalate(settlement);
    }

    function _toSevenWith(TaskSettlement memory settlement) private {
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), SECOND);
        _escalate(settlement);
        assertEq(mining.escalation(taskId).level, 7, "level");
    }

    function _expectRefusal(TaskSettlement memory settlement, bytes memory refusal) private {
        vm.expectRevert(refusal);
        _escalate(settlement);
    }
}
