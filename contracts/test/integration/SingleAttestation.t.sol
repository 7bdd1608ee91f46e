// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttestationInbox} from "../../src/interfaces/IAttestationInbox.sol";
import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Network} from "../base/Network.sol";
import {Packing} from "../base/Packing.sol";

/// @notice commitAttestation → submitAttestation → finalize: a miner settles without a transaction of the coordinator.
contract SingleAttestationTest is Network {
    bytes32 private constant SALT = keccak256("256 bits of salt");
    uint256 private constant REWARD = uint256(UNITS) * 1e11;
    IAttestationInbox private inbox;
    uint256 private batchId;
    bytes32 private taskId;
    TaskSettlement private one;

    function setUp() public override {
        super.setUp();
        inbox = mining.inbox();
        MiningTask[] memory tasks = tasksOf(1);
        batchId = commitAndPin(tasks);
        taskId = mining.taskIdOf(batchId, 0);
        TaskSettlement memory settlement = settlementOf(batchId, tasks, 0);
        (one.task, one.seatSecret, one.resultHash) = (settlement.task, settlement.seatSecret, settlement.resultHash);
        for (uint256 i = 0; i < 3; i++) {
            one.claims.push(settlement.claims[i]);
        }
    }

    function test_finalize_mintsWithoutTheCoordinator() public {
        _commit(3);
        _submit(3);
        vm.prank(anyone);
        assertEq(inbox.finalize(batchId, Packing.pack(one), new bytes32[](0)), 3 * REWARD, "minted");
        assertEq(token.totalSupply(), 3 * REWARD, "supply");
    }

    /// @notice The same claims by either path leave the same state behind.
    function test_finalize_equalsSettle() public {
        _commit(3);
        _submit(3);
        uint256 state = vm.snapshotState();
        inbox.finalize(batchId, Packing.pack(one), new bytes32[](0));
        bytes32 single = _state();
        vm.revertToState(state);
        settle(batchId, only(one));
        assertEq(_state(), single, "state");
    }

    /// @notice Left out by whoever finalized first, a seat that committed in time brings itself in.
    function test_finalize_addsASeatThatCommittedInTime() public {
        _commit(3);
        _submit(3);
        TaskSettlement memory part = one;
        keepClaims(part, 2);
        vm.prank(anyone);
        settle(batchId, only(part));
        vm.prank(_operatorOf(2));
        assertEq(inbox.finalize(batchId, Packing.pack(one), new bytes32[](0)), REWARD, "minted");
        assertEq(inbox.finalize(batchId, Packing.pack(one), new bytes32[](0)), 0, "once");
    }

    function test_finalize_revertsIfAClaimWasNotSubmitted() public {
        _commit(2);
        _submit(2);
        vm.expectRevert(
            abi.encodeWithSelector(IAttestationInbox.ClaimNotSubmitted.selector, taskId, one.claims[2].gpuId)
        );
        inbox.finalize(batchId, Packing.pack(one), new bytes32[](0));
    }

    function test_finalize_revertsIfTooFewAgree() public {
        _commit(1);
        _submit(1);
        TaskSettlement memory alone = one;
        keepClaims(alone, 1);
        vm.expectPartialRevert(IMiningRegistry.ResultNotAgreed.selector);
        inbox.finalize(batchId, Packing.pack(alone), new bytes32[](0));
    }

    // ---- commitments

    /// @notice The copycat: whoever sees a revealed result can no longer commit to it.
    function test_commitAttestation_revertsOnceRevealsAreOpen() public {
        _commit(2);
        uint256 opensAt = inbox.opensAt(batchId);
        vm.warp(opensAt);
        (bytes32 commitment, address operator) = (_commitmentOf(2), _operatorOf(2));
        vm.expectRevert(abi.encodeWithSelector(IAttestationInbox.CommitmentsClosed.selector, opensAt));
        vm.prank(operator);
        inbox.commitAttestation(batchId, 0, one.claims[2].gpuId, commitment);
    }

    /// @notice Copying another's commitment does not help: it names device and operator.
    function test_submitAttestation_revertsIfTheCommitmentWasCopied() public {
        _commit(1);
        bytes32 copied = inbox.commitmentOf(taskId, one.claims[0].gpuId);
        vm.prank(_operatorOf(1));
        inbox.commitAttestation(batchId, 0, one.claims[1].gpuId, copied);
        vm.warp(inbox.opensAt(batchId));
        vm.expectRevert(
            abi.encodeWithSelector(IAttestationInbox.CommitmentMismatch.selector, copied, _commitmentOf(1))
        );
        inbox.submitAttestation(batchId, 0, one.claims[1], SALT);
    }

    function test_commitAttestation_revertsIfNotTheOperator() public {
        bytes32 gpuId = one.claims[0].gpuId;
        vm.expectRevert(abi.encodeWithSelector(IAttestationInbox.NotDeviceOperator.selector, _operatorOf(0), anyone));
        vm.prank(anyone);
        inbox.commitAttestation(batchId, 0, gpuId, "commitment");
    }

    function test_commitAttestation_revertsIfRepeated() public {
        _commit(1);
        address operator = _operatorOf(0);
        vm.expectRevert(
            abi.encodeWithSelector(IAttestationInbox.AlreadyCommitted.selector, taskId, one.claims[0].gpuId)
        );
        vm.prank(operator);
        inbox.commitAttestation(batchId, 0, one.claims[0].gpuId, "another");
    }

    function test_commitAttestation_revertsIfTheSeedIsNotPinned() public {
        uint256 later = commit(tasksOf(1));
        address operator = _operatorOf(0);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.SeedNotPinned.selector, later));
        vm.prank(operator);
        inbox.commitAttestation(later, 0, one.claims[0].gpuId, "commitment");
    }

    /// @notice The result became public while commitments were still taken: whoever committed may have waited for it.
    function test_submitAttestation_revertsIfTheTaskSettledBeforeCommitmentsClosed() public {
        TaskSettlement memory part = one;
        keepClaims(part, 2);
        settle(batchId, only(part));
        bytes32 commitment = _commitmentOf(2);
        vm.prank(_operatorOf(2));
        inbox.commitAttestation(batchId, 0, one.claims[2].gpuId, commitment);
        vm.warp(inbox.opensAt(batchId));
        vm.expectRevert(abi.encodeWithSelector(IAttestationInbox.SettledElsewhere.selector, taskId));
        inbox.submitAttestation(batchId, 0, one.claims[2], SALT);
    }

    // ---- reveals

    function test_submitAttestation_revertsWhileCommitmentsAreTaken() public {
        _commit(3);
        uint256 opensAt = inbox.opensAt(batchId);
        vm.warp(opensAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IAttestationInbox.RevealTooEarly.selector, opensAt));
        inbox.submitAttestation(batchId, 0, one.claims[0], SALT);
    }

    function testFuzz_submitAttestation_revertsIfAnythingCommittedChanges(uint8 field) public {
        _commit(1);
        vm.warp(inbox.opensAt(batchId));
        SeatClaim memory claim = one.claims[0];
        bytes32 salt = SALT;
        if (field % 3 == 0) claim.resultHash = OTHER_RESULT;
        if (field % 3 == 1) claim.duration++;
        if (field % 3 == 2) salt = "another";
        vm.expectPartialRevert(IAttestationInbox.CommitmentMismatch.selector);
        inbox.submitAttestation(batchId, 0, claim, salt);
    }

    // ---- helpers

    function _commit(uint256 seats) private {
        for (uint256 i = 0; i < seats; i++) {
            bytes32 commitment = _commitmentOf(i);
            vm.prank(_operatorOf(i));
            inbox.commitAttestation(batchId, 0, one.claims[i].gpuId, commitment);
        }
    }

    function _submit(uint256 seats) private {
        vm.warp(inbox.opensAt(batchId));
        for (uint256 i = 0; i < seats; i++) {
            vm.prank(anyone);
            inbox.submitAttestation(batchId, 0, one.claims[i], SALT);
        }
    }

    function _commitmentOf(uint256 seat) private view returns (bytes32) {
        SeatClaim memory claim = one.claims[seat];
        return keccak256(
            abi.encode(
                block.chainid, mining, taskId, claim.gpuId, _operatorOf(seat), claim.resultHash, claim.duration, SALT
            )
        );
    }

    function _operatorOf(uint256 seat) private view returns (address) {
        return registry.device(registry.slotOf(one.claims[seat].gpuId)).operator;
    }

    function _state() private view returns (bytes32 state) {
        state = keccak256(abi.encode(token.totalSupply(), mining.batch(batchId), mining.isSettled(batchId, 0)));
        for (uint256 i = 0; i < gpus.length; i++) {
            state = keccak256(
                abi.encode(state, token.balanceOf(gpus[i].operator), mining.busyUntil(gpus[i].gpuId))
            );
        }
    }
}
