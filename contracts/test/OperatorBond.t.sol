// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorBond} from "../src/OperatorBond.sol";
import {IBond} from "../src/interfaces/IBond.sol";
import {RegistrationRequest} from "../src/interfaces/IDeviceRegistry.sol";
import {IGoverned} from "../src/interfaces/IGoverned.sol";
import {MiningTask, SeatClaim, TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {Accusation, IOperatorBond, OperatorTerms} from "../src/interfaces/IOperatorBond.sol";
import {Letters} from "./base/Letters.sol";
import {Packing} from "./base/Packing.sol";

contract OperatorBondTest is Letters {
    event OperatorSlashed(
        address indexed operator, bytes32 indexed gpuId, bytes32 indexed taskId, uint8 ground, uint256 burned, bytes32 reason
    );

    bytes32 private constant SALT = keccak256("salt of the canary");
    uint256 private constant BOND = 300 ether;
    OperatorBond private bond;
    uint256 private batchId;
    MiningTask private canary;
    bytes32 private taskId;
    uint32[3] private slots;

    function setUp() public override {
        super.setUp();
        bond = new OperatorBond(mining, governor);
        for (uint256 i = 5; i < 9; i++) {
            enroll(gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), 1));
        }
        for (uint256 i = 0; i < gpus.length; i++) {
            give(gpus[i].operator, BOND);
            vm.prank(gpus[i].operator);
            token.approve(address(bond), BOND);
            vm.prank(gpus[i].operator);
            bond.deposit(gpus[i].operator, BOND);
        }
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].seatSecretHash = keccak256(abi.encode(_seatSecret()));
        canary = tasks[0];
        batchId = commitAndPin(tasks);
        taskId = mining.taskIdOf(batchId, 0);
        slots = mining.seatsOf(batchId, canary, _seatSecret());
    }

    // ---- canaries

    function test_slashCanary_burnsTheBondOfTheOneThatMissedTheAnswer() public {
        Accusation memory accusation = _accusation(1);
        address operator = _operatorAt(1);
        bytes32 gpuId = registry.device(slots[1]).gpuId;
        uint256 minted = mining.totalMinted();
        uint256 supply = token.totalSupply();
        vm.expectEmit();
        emit OperatorSlashed(operator, gpuId, taskId, 1, 100 ether, 0);
        vm.prank(anyone);
        assertEq(bond.slashCanary(accusation, RESULT, SALT), 100 ether, "burned");
        vm.snapshotGasLastCall("bonds", "OperatorBond slashCanary");
        assertEq(bond.bondOf(operator), BOND - 100 ether, "bond");
        assertEq(token.totalSupply(), supply - 100 ether, "supply");
        assertEq(mining.totalMinted(), minted, "what was minted stays minted");
        assertEq(mining.totalBurned(), 0, "a slash is no redemption");
        assertEq(token.balanceOf(anyone), 0, "the accuser gains nothing");
        assertFalse(bond.isInGoodStanding(operator), "on probation");
        vm.warp(block.timestamp + 7 days);
        assertTrue(bond.isInGoodStanding(operator), "until it is over");
    }

    function test_slashCanary_revertsASecondTime() public {
        Accusation memory accusation = _accusation(1);
        bond.slashCanary(accusation, RESULT, SALT);
        bytes32 gpuId = accusation.accused.gpuId;
        assertTrue(bond.isSlashed(taskId, gpuId), "noted");
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.AlreadySlashed.selector, taskId, gpuId));
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsIfTheAnswerIsNotTheOneCommittedTo() public {
        Accusation memory accusation = _accusation(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorBond.AnswerMismatch.selector, _commitment(), keccak256(abi.encode(OTHER_RESULT, SALT))
            )
        );
        bond.slashCanary(accusation, OTHER_RESULT, SALT);
    }

    /// @notice An ordinary task's answer field opens to no result: its minority cannot be slashed.
    function test_slashCanary_revertsForAnOrdinaryTask() public {
        (uint256 ordinary, TaskSettlement[] memory settlements) = ripe(1);
        Accusation memory accusation = _accusation(1);
        accusation.batchId = ordinary;
        accusation.task = settlements[0].task;
        vm.expectRevert(abi.encodeWithSelector(IBond.TaskNotInBatch.selector, ordinary, uint32(0)));
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsIfTheAccusedWasRight() public {
        Accusation memory accusation = _accusation(1);
        accusation.accused = _claim(1, RESULT);
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.ResultIsRight.selector, RESULT));
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsWithOneWitness() public {
        Accusation memory accusation = _accusation(1);
        SeatClaim[] memory one = new SeatClaim[](1);
        one[0] = accusation.witnesses[0];
        accusation.witnesses = one;
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.WitnessesTooFew.selector, uint256(1), uint256(2)));
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsIfOneWitnessSpeaksTwiceOrForTheAccused() public {
        Accusation memory accusation = _accusation(1);
        accusation.witnesses[1] = accusation.witnesses[0];
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.WitnessOutOfOrder.selector, uint8(0)));
        bond.slashCanary(accusation, RESULT, SALT);
        accusation.witnesses[1] = _claim(1, RESULT);
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.WitnessOutOfOrder.selector, uint8(1)));
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsIfAWitnessMissedTheAnswerToo() public {
        Accusation memory accusation = _accusation(1);
        accusation.witnesses[1] = _claim(2, OTHER_RESULT);
        vm.expectRevert(
            abi.encodeWithSelector(IOperatorBond.WitnessDisagrees.selector, uint8(2), RESULT, OTHER_RESULT)
        );
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsIfAWitnessWasNotDrawn() public {
        Accusation memory accusation = _accusation(1);
        bytes32 drawn = accusation.witnesses[1].gpuId;
        uint32 outsider = _outsider();
        accusation.witnesses[1] = claimOf(batchId, canary, 2, outsider, RESULT, 1500);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOperatorBond.SeatNotAssigned.selector, uint8(2), drawn, registry.device(outsider).gpuId
            )
        );
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsIfTheAccusedNeverSignedThat() public {
        Accusation memory accusation = _accusation(1);
        accusation.accused.resultHash = keccak256("never signed");
        vm.expectPartialRevert(IOperatorBond.ClaimSignatureInvalid.selector);
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsForASeatTheTaskDoesNotHave() public {
        Accusation memory accusation = _accusation(1);
        accusation.accused.seat = 3;
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.SeatUnknown.selector, uint8(3), uint256(3)));
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_revertsAfterTheDeadline() public {
        Accusation memory accusation = _accusation(1);
        vm.warp(canary.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.AccusationTooLate.selector, uint256(canary.deadline)));
        bond.slashCanary(accusation, RESULT, SALT);
        vm.warp(canary.deadline);
        bond.slashCanary(accusation, RESULT, SALT);
    }

    function test_slashCanary_reachesAKeyThatWasReplacedSince() public {
        Accusation memory accusation = _accusation(1);
        Gpu memory gpu = _gpuAt(1);
        gpu.key = 0xfeed;
        pass(2);
        RegistrationRequest memory request = requestOf(gpu);
        vm.prank(gpu.operator);
        registry.refreshDevice(request);
        assertEq(registry.device(slots[1]).enclaveKey, vm.addr(0xfeed), "another key");
        assertEq(bond.slashCanary(accusation, RESULT, SALT), 100 ether, "burned");
    }

    function test_slashCanary_reachesADeviceThatWasRetiredAndABondThatWasAskedBack() public {
        Accusation memory accusation = _accusation(1);
        address operator = _operatorAt(1);
        vm.prank(operator);
        registry.retireDevice(accusation.accused.gpuId);
        vm.prank(operator);
        bond.unbond(BOND);
        assertEq(bond.slashCanary(accusation, RESULT, SALT), 100 ether, "burned");
        (uint256 waiting,) = bond.unbondingOf(operator);
        assertEq(waiting, BOND - 100 ether, "what is left");
    }

    /// @notice Settling the canary does not close the case.
    function test_slashCanary_worksOnceTheCanarySettled() public {
        Accusation memory accusation = _accusation(1);
        TaskSettlement memory settlement;
        settlement.task = canary;
        settlement.seatSecret = _seatSecret();
        settlement.resultHash = RESULT;
        settlement.claims = accusation.witnesses;
        settle(batchId, only(settlement));
        assertEq(bond.slashCanary(accusation, RESULT, SALT), 100 ether, "burned");
    }

    function test_slashCanary_putsOnProbationWhereThereIsNoBond() public {
        address operator = _operatorAt(1);
        vm.prank(governor);
        bond.slash(operator, 1000 ether, "all of it");
        assertEq(bond.slashCanary(_accusation(1), RESULT, SALT), 0, "nothing left");
        assertEq(bond.probationUntil(operator), block.timestamp + 7 days, "probation");
    }

    // ---- two results

    function test_slashEquivocation_burnsForTwoResultsOfOneTask() public {
        SeatClaim memory claim = _claim(0, RESULT);
        SeatClaim memory other = _claim(0, OTHER_RESULT);
        assertEq(bond.slashEquivocation(batchId, 0, WORKLOAD, claim, other), 100 ether, "burned");
        assertEq(bond.bondOf(_operatorAt(0)), BOND - 100 ether, "bond");
    }

    function test_slashEquivocation_revertsForOneResultWhateverItsDuration() public {
        SeatClaim memory claim = _claim(0, RESULT);
        SeatClaim memory other = claimOf(batchId, canary, 0, slots[0], RESULT, 1700);
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.ResultIsRight.selector, RESULT));
        bond.slashEquivocation(batchId, 0, WORKLOAD, claim, other);
    }

    function test_slashEquivocation_revertsForResultsOfTwoDevicesOrTasks() public {
        SeatClaim memory claim = _claim(0, RESULT);
        SeatClaim memory neighbour = _claim(1, OTHER_RESULT);
        vm.expectPartialRevert(IOperatorBond.ClaimSignatureInvalid.selector);
        bond.slashEquivocation(batchId, 0, WORKLOAD, claim, neighbour);
        SeatClaim memory other = _claim(0, OTHER_RESULT);
        vm.expectPartialRevert(IOperatorBond.ClaimSignatureInvalid.selector);
        bond.slashEquivocation(batchId, 1, WORKLOAD, claim, other);
    }

    // ---- super-majorities

    function test_slashDivergence_takesFourOfFive() public {
        Accusation memory accusation = _diverged(4);
        address operator = registry.device(slots[0]).operator;
        assertEq(bond.slashDivergence(accusation), 10 ether, "burned");
        assertEq(bond.bondOf(operator), BOND - 10 ether, "bond");
    }

    function test_slashDivergence_revertsForASimpleMajority() public {
        Accusation memory accusation = _diverged(3);
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.WitnessesTooFew.selector, uint256(3), uint256(4)));
        bond.slashDivergence(accusation);
    }

    /// @notice Two of three outvote an honest third; they cannot take its bond.
    function test_slashDivergence_revertsIfTheTaskHasNotEscalated() public {
        Accusation memory accusation = _accusation(1);
        vm.expectRevert(abi.encodeWithSelector(IOperatorBond.NotEscalated.selector, taskId));
        bond.slashDivergence(accusation);
    }

    // ---- the governor, and leaving

    function test_slash_isTheGovernorsAlone() public {
        address operator = _operatorAt(0);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, anyone));
        vm.prank(anyone);
        bond.slash(operator, 1, "forged");
        vm.prank(governor);
        assertEq(bond.slash(operator, 1 ether, "forged"), 1 ether, "burned");
        assertEq(bond.bondOf(operator), BOND - 1 ether, "bond");
        vm.expectRevert(IBond.AmountMissing.selector);
        vm.prank(governor);
        bond.slash(operator, 0, "forged");
    }

    function test_withdraw_comesLaterThanADecisionOfTheGovernor() public {
        address operator = _operatorAt(0);
        vm.prank(operator);
        bond.unbond(BOND);
        vm.warp(block.timestamp + 21 days - 1);
        vm.expectPartialRevert(IBond.UnbondingUntil.selector);
        vm.prank(operator);
        bond.withdraw();
        vm.prank(governor);
        bond.slash(operator, BOND - 1, "forged");
        vm.warp(block.timestamp + 1);
        vm.prank(operator);
        assertEq(bond.withdraw(), 1, "what is left");
    }

    function test_isInGoodStanding_countsOnlyWhatWasNotAskedBack() public {
        OperatorTerms memory terms = bond.terms();
        terms.leastBond = BOND;
        vm.prank(governor);
        bond.setTerms(terms);
        assertTrue(bond.isInGoodStanding(_operatorAt(0)), "just enough");
        address operator = _operatorAt(0);
        vm.prank(operator);
        bond.unbond(1);
        assertFalse(bond.isInGoodStanding(operator), "one wei short");
        assertFalse(bond.isInGoodStanding(anyone), "nobody without a bond");
    }

    function testFuzz_setTerms_holdsEachToItsRange(uint256 pick, uint256 value) public {
        OperatorTerms memory terms = bond.terms();
        uint256 most;
        uint256 least = 0;
        pick %= 5;
        if (pick == 0) (terms.leastBond, most) = (value = bound(value, 0, 2_000_000 ether), 1_000_000 ether);
        if (pick == 1) (terms.fraudPenalty, least, most) = (value = bound(value, 0, 2_000_000 ether), 10 ether, 1_000_000 ether);
        if (pick == 2) (terms.divergencePenalty, most) = (value = bound(value, 0, 200 ether), 100 ether);
        if (pick == 3) (terms.unbondingDelay, least, most) = (value = bound(value, 0, 180 days), 7 days, 90 days);
        if (pick == 4) (terms.probation, most) = (value = bound(value, 0, 180 days), 90 days);
        bool isGood = value >= least && value <= most;
        if (!isGood) vm.expectPartialRevert(IBond.TermOutOfBounds.selector);
        vm.prank(governor);
        bond.setTerms(terms);
        assertEq(
            keccak256(abi.encode(bond.terms())) == keccak256(abi.encode(terms)) ? 1 : 0, isGood ? 1 : 0, "set or kept"
        );
    }

    // ---- building

    function _commitment() private pure returns (bytes32) {
        return keccak256(abi.encode(RESULT, SALT));
    }

    function _seatSecret() private pure returns (bytes32) {
        return keccak256(abi.encode(_commitment(), escalationSecretOf(0)));
    }

    function _claim(uint8 seat, bytes32 result) private view returns (SeatClaim memory) {
        return claimOf(batchId, canary, seat, slots[seat], result, 1500);
    }

    /// @dev Seat `wrong` missed the answer, the two others have it.
    function _accusation(uint8 wrong) private view returns (Accusation memory accusation) {
        accusation.batchId = batchId;
        accusation.task = canary;
        accusation.proof = new bytes32[](0);
        accusation.answerCommitment = _commitment();
        accusation.escalationSecret = escalationSecretOf(0);
        accusation.accused = _claim(wrong, OTHER_RESULT);
        accusation.witnesses = new SeatClaim[](2);
        uint256 next = 0;
        for (uint8 seat = 0; seat < 3; seat++) {
            if (seat != wrong) accusation.witnesses[next++] = _claim(seat, RESULT);
        }
    }

    /// @dev The task escalates to five seats; seat 0 differs from `count` of the others.
    function _diverged(uint256 count) private returns (Accusation memory accusation) {
        accusation = _accusation(0);
        TaskSettlement memory settlement;
        settlement.task = canary;
        settlement.seatSecret = _seatSecret();
        settlement.resultHash = OTHER_RESULT;
        settlement.claims = new SeatClaim[](1);
        settlement.claims[0] = accusation.accused;
        vm.warp(mining.batch(batchId).seedTime + 700);
        mining.escalate(batchId, Packing.pack(settlement), new bytes32[](0));
        pass(6);
        mining.pinEscalation(taskId);
        uint32[] memory all = mining.escalatedSeatsOf(batchId, canary, _seatSecret(), escalationSecretOf(0));
        assertEq(all.length, 5, "five seats");
        accusation.witnesses = new SeatClaim[](count);
        for (uint8 seat = 1; seat <= count; seat++) {
            accusation.witnesses[seat - 1] = claimOf(batchId, canary, seat, all[seat], RESULT, 1500);
        }
    }

    function _operatorAt(uint256 seat) private view returns (address) {
        return registry.device(slots[seat]).operator;
    }

    function _gpuAt(uint256 seat) private view returns (Gpu memory) {
        bytes32 gpuId = registry.device(slots[seat]).gpuId;
        for (uint256 i = 0; i < gpus.length; i++) {
            if (gpus[i].gpuId == gpuId) return gpus[i];
        }
        revert NotTrue("the gpu is enrolled");
    }

    function _outsider() private view returns (uint32 slot) {
        while (slot == slots[0] || slot == slots[1] || slot == slots[2]) slot++;
    }
}
