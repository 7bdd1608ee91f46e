// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CoordinatorBond} from "../src/CoordinatorBond.sol";
import {IBond} from "../src/interfaces/IBond.sol";
import {CoordinatorTerms, ICoordinatorBond, SeatLetter} from "../src/interfaces/ICoordinatorBond.sol";
import {IDeviceRegistry} from "../src/interfaces/IDeviceRegistry.sol";
import {IGoverned} from "../src/interfaces/IGoverned.sol";
import {IMiningRegistry, MiningTask, TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {Letters} from "./base/Letters.sol";
import {Merkle} from "./base/Merkle.sol";
import {Packing} from "./base/Packing.sol";

contract CoordinatorBondTest is Letters {
    event LetterPaid(
        bytes32 indexed taskId, uint8 indexed seat, bytes32 indexed gpuId, address coordinator, address operator, uint256 amount
    );

    event EscalationSecretRevealed(bytes32 indexed taskId, bytes32 answerCommitment, bytes32 escalationSecret);

    uint256 private constant PAY = 0.01 ether;
    uint256 private constant BOND = 5 ether;
    CoordinatorBond private bond;
    uint256 private batchId;
    MiningTask[] private queued;
    uint64 private deadline;
    bytes32 private taskId;

    function setUp() public override {
        super.setUp();
        bond = new CoordinatorBond(mining, governor);
        give(coordinator, BOND);
        vm.prank(coordinator);
        token.approve(address(bond), BOND);
        vm.prank(coordinator);
        bond.deposit(coordinator, BOND);
        MiningTask[] memory tasks = tasksOf(2);
        queued.push(tasks[0]);
        queued.push(tasks[1]);
        deadline = tasks[0].deadline;
        batchId = commitAndPin(tasks);
        taskId = mining.taskIdOf(batchId, 0);
    }

    // ---- letters

    function test_claim_paysTheDrawnOperatorOnceTheDeadlinePassed() public {
        SeatLetter memory letter = _letter(0);
        vm.warp(deadline + 1);
        address operator = _operatorOf(letter.gpuId);
        vm.expectEmit();
        emit LetterPaid(taskId, 0, letter.gpuId, coordinator, operator, PAY);
        vm.prank(anyone);
        assertEq(bond.claim(letter), PAY, "paid");
        assertEq(token.balanceOf(operator), PAY, "the operator has it, whoever brought the letter");
        assertEq(bond.bondOf(coordinator), BOND - PAY, "bond");
        assertTrue(bond.isPaid(coordinator, taskId, 0), "noted");
    }

    function test_claim_takesLettersThatShareASignature() public {
        SeatLetter memory first = unsignedLetterOf(batchId, queued[0], 0, _drawn(0));
        SeatLetter memory second = unsignedLetterOf(batchId, queued[0], 1, _drawn(1));
        signBoth(first, second);
        vm.warp(deadline + 1);
        bond.claim(first);
        bond.claim(second);
        assertEq(bond.bondOf(coordinator), BOND - 2 * PAY, "both");
    }

    function test_claim_revertsIfPaidBeforeWhateverTheLettersDate() public {
        SeatLetter memory letter = _letter(0);
        SeatLetter memory again = _letter(0);
        again.issuedAt++;
        sign(again, COORDINATOR_KEY);
        vm.warp(deadline + 1);
        bond.claim(letter);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.LetterAlreadyPaid.selector, taskId, uint8(0)));
        bond.claim(again);
    }

    function test_claim_revertsUntilTheDeadlineHasPassedAndAfterTheWindow() public {
        SeatLetter memory letter = _letter(0);
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.ClaimTooEarly.selector, uint256(deadline) + 1));
        bond.claim(letter);
        vm.warp(uint256(deadline) + 7 days + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.ClaimTooLate.selector, uint256(deadline) + 7 days));
        bond.claim(letter);
        vm.warp(uint256(deadline) + 7 days);
        bond.claim(letter);
    }

    function test_claim_revertsIfTheTaskSettled() public {
        SeatLetter memory letter = _letter(0);
        settle(batchId, only(_settlement()));
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.TaskSettled.selector, taskId));
        bond.claim(letter);
    }

    function test_claim_revertsIfTheTaskEscalatedBecauseThatShowsTheSecret() public {
        SeatLetter memory letter = _letter(0);
        vm.warp(mining.batch(batchId).seedTime + 700);
        TaskSettlement memory settlement = _settlement();
        keepClaims(settlement, 0);
        mining.escalate(batchId, Packing.pack(settlement), proofFor(batchId, only(settlement)));
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SecretWasRevealed.selector, taskId, uint8(0)));
        bond.claim(letter);
    }

    /// @notice The first secret is public then, the one behind seats 3 to 6 is not.
    function test_claim_paysASeatOfTheEscalationWhoseSecretStayedHidden() public {
        SeatLetter memory third = letterOf(batchId, queued[0], 3, _drawn(0));
        SeatLetter memory fifth = letterOf(batchId, queued[0], 5, _drawn(0));
        vm.warp(mining.batch(batchId).seedTime + 700);
        TaskSettlement memory settlement = _settlement();
        keepClaims(settlement, 0);
        mining.escalate(batchId, Packing.pack(settlement), proofFor(batchId, only(settlement)));
        vm.warp(deadline + 1);
        bond.claim(third);
        assertEq(bond.bondOf(coordinator), BOND - PAY, "paid");
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SecretWasRevealed.selector, taskId, uint8(5)));
        bond.claim(fifth);
    }

    function test_claim_revertsIfTheSecretWasRevealedInTime() public {
        SeatLetter memory letter = _letter(0);
        bond.reveal(batchId, queued[0], secretOf(0), _proof(0));
        assertTrue(bond.isRevealed(taskId), "revealed");
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SecretWasRevealed.selector, taskId, uint8(0)));
        bond.claim(letter);
    }

    function test_claim_revertsForASeatOrTaskThatCannotBe() public {
        SeatLetter memory seat = letterOf(batchId, queued[0], 7, _drawn(0));
        SeatLetter memory task = _letter(0);
        task.index = 2;
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SeatUnknown.selector, batchId, uint32(0), uint8(7)));
        bond.claim(seat);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SeatUnknown.selector, batchId, uint32(2), uint8(0)));
        bond.claim(task);
        task.batchId = 99;
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchUnknown.selector, uint256(99)));
        bond.claim(task);
    }

    function test_claim_revertsIfTheDeviceWasNeverRegistered() public {
        SeatLetter memory letter = letterOf(batchId, queued[0], 0, "nobody's");
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IDeviceRegistry.DeviceNotRegistered.selector, bytes32("nobody's")));
        bond.claim(letter);
    }

    /// @notice A letter is charged to its signer: a stranger's costs the coordinator nothing and takes nobody's turn.
    function test_claim_neverChargesACoordinatorForAStrangersLetter() public {
        SeatLetter memory forged = _letter(0);
        sign(forged, 0xbad);
        SeatLetter memory letter = _letter(0);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IBond.BondTooSmall.selector, vm.addr(0xbad), PAY, uint256(0)));
        bond.claim(forged);
        bond.claim(letter);
    }

    function testFuzz_claim_refusesALetterWithAChangedField(uint256 field, uint64 change) public {
        SeatLetter memory letter = _letter(0);
        if (field % 5 == 0) letter.leaf = bytes32(uint256(letter.leaf) ^ uint256(change) | 1);
        else if (field % 5 == 1) letter.issuedAt ^= change | 1;
        else if (field % 5 == 2) letter.commitDeadline ^= change | 1;
        else if (field % 5 == 3) letter.gpuId = _drawn(1);
        else letter.seat = 1;
        vm.assume(digestOf(letter) != digestOf(_letter(0)));
        vm.warp(deadline + 1);
        try bond.claim(letter) {
            assertTrue(false, "a changed letter is paid");
        } catch {}
        assertEq(bond.bondOf(coordinator), BOND, "untouched");
    }

    function test_claim_revertsIfTheSignatureIsMalformed() public {
        SeatLetter memory letter = _letter(0);
        letter.r = 0;
        letter.vs = 0;
        vm.warp(deadline + 1);
        vm.expectRevert(ICoordinatorBond.LetterSignatureInvalid.selector);
        bond.claim(letter);
    }

    /// @notice The letter costs about what a transfer does, beside what is looked up about its task.
    function test_claim_gas() public {
        SeatLetter memory letter = _letter(0);
        vm.warp(deadline + 1);
        bond.claim(letter);
        vm.snapshotGasLastCall("bonds", "CoordinatorBond claim");
    }

    // ---- reveals

    function test_reveal_revertsTooLateForOthersToSettle() public {
        uint256 until = bond.revealableUntil(batchId);
        uint256 seedTime = mining.batch(batchId).seedTime;
        assertEq(until, seedTime + (deadline - seedTime) * 3 / 4, "three quarters");
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.RevealTooLate.selector, until));
        bond.reveal(batchId, queued[0], secretOf(0), _proof(0));
        vm.warp(until);
        bond.reveal(batchId, queued[0], secretOf(0), _proof(0));
    }

    function test_reveal_revertsForAnotherSecretTaskOrProof() public {
        bytes memory refusal = abi.encodeWithSelector(IBond.TaskNotInBatch.selector, batchId, uint32(0));
        vm.expectRevert(refusal);
        bond.reveal(batchId, queued[0], secretOf(1), _proof(0));
        MiningTask memory other = queued[0];
        other.computeUnits++;
        vm.expectRevert(refusal);
        bond.reveal(batchId, other, secretOf(0), _proof(0));
        vm.expectRevert(refusal);
        bond.reveal(batchId, queued[0], secretOf(0), _proof(1));
        vm.expectRevert(refusal);
        bond.reveal(batchId, queued[0], secretOf(0), new bytes32[](0));
    }

    /// @notice Seats 3 and 4 are drawn by the second secret: showing the first does not answer for them.
    function test_revealEscalation_answersForTheFirstFiveSeats() public {
        SeatLetter memory first = _letter(0);
        SeatLetter memory third = letterOf(batchId, queued[0], 3, _drawn(0));
        bond.reveal(batchId, queued[0], secretOf(0), _proof(0));
        assertFalse(bond.isEscalationRevealed(taskId), "only the first");
        vm.expectEmit();
        emit EscalationSecretRevealed(taskId, answerOf(0), escalationSecretOf(0));
        vm.prank(anyone);
        bond.revealEscalation(batchId, queued[0], answerOf(0), escalationSecretOf(0), _proof(0));
        assertTrue(bond.isEscalationRevealed(taskId), "both");
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SecretWasRevealed.selector, taskId, uint8(3)));
        bond.claim(third);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SecretWasRevealed.selector, taskId, uint8(0)));
        bond.claim(first);
    }

    function test_revealEscalation_answersForTheFirstSeatsByItself() public {
        SeatLetter memory letter = _letter(0);
        bond.revealEscalation(batchId, queued[0], answerOf(0), escalationSecretOf(0), _proof(0));
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SecretWasRevealed.selector, taskId, uint8(0)));
        bond.claim(letter);
    }

    function test_reveal_leavesTheFurtherSeatsToBePaid() public {
        SeatLetter memory third = letterOf(batchId, queued[0], 3, _drawn(0));
        bond.reveal(batchId, queued[0], secretOf(0), _proof(0));
        vm.warp(deadline + 1);
        assertEq(bond.claim(third), PAY, "paid");
    }

    function test_revealEscalation_revertsTooLateOrForOtherSecrets() public {
        uint256 until = bond.revealableUntil(batchId);
        bytes memory refusal = abi.encodeWithSelector(IBond.TaskNotInBatch.selector, batchId, uint32(0));
        vm.expectRevert(refusal);
        bond.revealEscalation(batchId, queued[0], answerOf(1), escalationSecretOf(0), _proof(0));
        vm.expectRevert(refusal);
        bond.revealEscalation(batchId, queued[0], answerOf(0), escalationSecretOf(1), _proof(0));
        vm.expectRevert(refusal);
        bond.revealEscalation(batchId, queued[0], escalationSecretOf(0), answerOf(0), _proof(0));
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.RevealTooLate.selector, until));
        bond.revealEscalation(batchId, queued[0], answerOf(0), escalationSecretOf(0), _proof(0));
        vm.warp(until);
        bond.revealEscalation(batchId, queued[0], answerOf(0), escalationSecretOf(0), _proof(0));
    }

    /// @notice What each costs the coordinator for a task that fails.
    function test_reveal_gas() public {
        bond.reveal(batchId, queued[0], secretOf(0), _proof(0));
        vm.snapshotGasLastCall("bonds", "CoordinatorBond reveal");
    }

    function test_revealEscalation_gas() public {
        bond.revealEscalation(batchId, queued[0], answerOf(0), escalationSecretOf(0), _proof(0));
        vm.snapshotGasLastCall("bonds", "CoordinatorBond revealEscalation");
    }

    // ---- faults

    function test_proveContradiction_burnsForTwoDevicesOnOneSeat() public {
        SeatLetter memory letter = _letter(0);
        SeatLetter memory other = letterOf(batchId, queued[0], 0, _drawn(1));
        uint256 supply = token.totalSupply();
        vm.prank(anyone);
        assertEq(bond.proveContradiction(letter, other), 1 ether, "burned");
        assertEq(token.totalSupply(), supply - 1 ether, "supply");
        assertEq(token.burnedByHolders(), 1 ether, "counted");
        assertEq(mining.totalMinted(), supply, "what was minted stays minted");
        assertEq(token.balanceOf(anyone), 0, "nobody gains");
        assertEq(bond.bondOf(coordinator), BOND - 1 ether, "bond");
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.AlreadyPunished.selector, taskId, uint8(0)));
        bond.proveContradiction(other, letter);
    }

    function test_proveContradiction_revertsIfTheLettersDifferInNothingThatMatters() public {
        SeatLetter memory letter = _letter(0);
        SeatLetter memory again = _letter(0);
        again.issuedAt += 30;
        sign(again, COORDINATOR_KEY);
        vm.expectRevert(ICoordinatorBond.LettersAgree.selector);
        bond.proveContradiction(letter, again);
        SeatLetter memory elsewhere = letterOf(batchId, queued[0], 1, _drawn(1));
        vm.expectRevert(ICoordinatorBond.LettersAgree.selector);
        bond.proveContradiction(letter, elsewhere);
        SeatLetter memory otherTask = letterOf(batchId, queued[1], 0, _drawn(1));
        vm.expectRevert(ICoordinatorBond.LettersAgree.selector);
        bond.proveContradiction(letter, otherTask);
    }

    function test_proveContradiction_revertsIfAnotherSignedOne() public {
        SeatLetter memory letter = _letter(0);
        SeatLetter memory forged = letterOf(batchId, queued[0], 0, _drawn(1));
        sign(forged, 0xbad);
        vm.expectRevert(
            abi.encodeWithSelector(ICoordinatorBond.SignersDiffer.selector, coordinator, vm.addr(0xbad))
        );
        bond.proveContradiction(letter, forged);
    }

    function test_proveWrongSeat_burnsForADeviceThatWasNotDrawn() public {
        SeatLetter memory letter = letterOf(batchId, queued[0], 0, _drawn(1));
        assertEq(bond.proveWrongSeat(letter, queued[0], secretOf(0), _proof(0)), 1 ether, "burned");
        assertEq(token.burnedByHolders(), 1 ether, "counted");
    }

    function test_proveWrongSeat_revertsIfTheDeviceWasDrawn() public {
        for (uint8 seat = 0; seat < 3; seat++) {
            SeatLetter memory letter = _letter(seat);
            vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.SeatIsRight.selector, letter.gpuId));
            bond.proveWrongSeat(letter, queued[0], secretOf(0), _proof(0));
        }
    }

    function test_proveWrongSeat_revertsOnceTheDrawMayBeForgotten() public {
        SeatLetter memory letter = letterOf(batchId, queued[0], 0, _drawn(1));
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(ICoordinatorBond.DrawForgotten.selector, uint256(deadline)));
        bond.proveWrongSeat(letter, queued[0], secretOf(0), _proof(0));
    }

    function test_proveWrongSeat_burnsForATaskThatIsNotInTheBatchEvenLater() public {
        MiningTask memory invented = queued[0];
        invented.workloadHash = "invented";
        SeatLetter memory letter = letterOf(batchId, invented, 0, _drawn(0));
        vm.warp(deadline + 1);
        assertEq(bond.proveWrongSeat(letter, queued[0], secretOf(0), _proof(0)), 1 ether, "burned");
    }

    function test_proveWrongSeat_revertsIfTheTaskIsNotTheBatchs() public {
        SeatLetter memory letter = letterOf(batchId, queued[0], 0, _drawn(1));
        vm.expectRevert(abi.encodeWithSelector(IBond.TaskNotInBatch.selector, batchId, uint32(0)));
        bond.proveWrongSeat(letter, queued[1], secretOf(1), _proof(1));
    }

    function test_faults_burnWhatIsLeftAndNothingWithoutABond() public {
        vm.prank(governor);
        bond.setTerms(CoordinatorTerms({letterPay: PAY, claimWindow: 7 days, faultPenalty: 2 * BOND}));
        assertEq(bond.proveContradiction(_letter(0), letterOf(batchId, queued[0], 0, _drawn(1))), BOND, "all of it");
        SeatLetter memory letter = _letter(1);
        SeatLetter memory other = letterOf(batchId, queued[0], 1, _drawn(0));
        vm.expectRevert(abi.encodeWithSelector(IBond.BondTooSmall.selector, coordinator, 2 * BOND, uint256(0)));
        bond.proveContradiction(letter, other);
    }

    // ---- in and out

    function test_withdraw_waitsUntilEveryLetterHasHadItsTime() public {
        vm.prank(coordinator);
        bond.unbond(BOND);
        uint256 from = block.timestamp + 12 hours + 7 days;
        (uint256 amount, uint256 withdrawableAt) = bond.unbondingOf(coordinator);
        assertEq(amount, BOND, "asked for");
        assertEq(withdrawableAt, from, "from when on");
        SeatLetter memory letter = _letter(0);
        vm.warp(deadline + 1);
        bond.claim(letter);
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IBond.UnbondingUntil.selector, from));
        vm.prank(coordinator);
        bond.withdraw();
        vm.warp(from);
        vm.prank(coordinator);
        assertEq(bond.withdraw(), BOND - PAY, "what the letters left");
        assertEq(token.balanceOf(coordinator), BOND - PAY, "out");
        vm.expectRevert(abi.encodeWithSelector(IBond.NothingUnbonding.selector, coordinator));
        vm.prank(coordinator);
        bond.withdraw();
    }

    function test_unbond_startsAnewForAllThatWaits() public {
        vm.prank(coordinator);
        bond.unbond(1 ether);
        pass(7 days);
        vm.prank(coordinator);
        bond.unbond(1 ether);
        (uint256 amount, uint256 withdrawableAt) = bond.unbondingOf(coordinator);
        assertEq(amount, 2 ether, "both");
        assertEq(withdrawableAt, block.timestamp + 12 hours + 7 days, "anew");
    }

    function test_unbond_revertsForMoreThanThereIs() public {
        vm.prank(coordinator);
        bond.unbond(BOND - 1);
        vm.expectRevert(abi.encodeWithSelector(IBond.BondTooSmall.selector, coordinator, uint256(2), uint256(1)));
        vm.prank(coordinator);
        bond.unbond(2);
        vm.expectRevert(IBond.AmountMissing.selector);
        vm.prank(coordinator);
        bond.unbond(0);
    }

    function test_deposit_addsToWhatThereIsWhoeverPays() public {
        give(anyone, 3);
        vm.prank(anyone);
        token.approve(address(bond), 3);
        vm.prank(anyone);
        bond.deposit(coordinator, 3);
        assertEq(bond.bondOf(coordinator), BOND + 3, "added");
        assertEq(bond.totalBonded(), BOND + 3, "sum");
        assertEq(token.balanceOf(address(bond)), BOND + 3, "held");
        vm.expectRevert(IBond.AmountMissing.selector);
        bond.deposit(coordinator, 0);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientAllowance(address,uint256,uint256)")));
        bond.deposit(coordinator, 1);
    }

    function test_claim_reachesWhatACoordinatorThatWasReplacedPutUp() public {
        SeatLetter memory letter = _letter(0);
        vm.prank(governor);
        mining.setCoordinator(anyone);
        vm.warp(deadline + 1);
        assertEq(bond.claim(letter), PAY, "paid");
    }

    // ---- terms

    function testFuzz_setTerms_holdsEachToItsRange(uint256 pay, uint256 window, uint256 penalty) public {
        pay = bound(pay, 0, 2_000 ether);
        window = bound(window, 0, 60 days);
        penalty = bound(penalty, 0, 2_000_000 ether);
        bool isGood = pay <= 1_000 ether && window >= 1 days && window <= 30 days && penalty <= 1_000_000 ether;
        CoordinatorTerms memory terms = CoordinatorTerms(pay, window, penalty);
        if (!isGood) vm.expectPartialRevert(IBond.TermOutOfBounds.selector);
        vm.prank(governor);
        bond.setTerms(terms);
        if (isGood) assertEq(bond.terms().letterPay, pay, "set");
        else assertEq(bond.terms().letterPay, PAY, "kept");
    }

    function test_setTerms_revertsIfNotTheGovernor() public {
        CoordinatorTerms memory terms = bond.terms();
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, anyone));
        vm.prank(anyone);
        bond.setTerms(terms);
    }

    function _letter(uint8 seat) private view returns (SeatLetter memory) {
        return letterOf(batchId, queued[0], seat, _drawn(seat));
    }

    function _drawn(uint8 seat) private view returns (bytes32) {
        return registry.device(mining.seatsOf(batchId, queued[0], secretOf(0))[seat]).gpuId;
    }

    function _operatorOf(bytes32 gpuId) private view returns (address) {
        return registry.device(registry.slotOf(gpuId)).operator;
    }

    function _settlement() private view returns (TaskSettlement memory) {
        MiningTask[] memory tasks = queued;
        return settlementOf(batchId, tasks, 0);
    }

    function _proof(uint256 index) private view returns (bytes32[] memory) {
        uint256[] memory indexes = new uint256[](1);
        indexes[0] = index;
        return Merkle.proofOf(queued, indexes);
    }
}
