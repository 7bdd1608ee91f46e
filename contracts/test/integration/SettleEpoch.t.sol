// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Network} from "../base/Network.sol";
import {Packing} from "../base/Packing.sol";

/// @notice An epoch: one committee, one signature each, for a list of small tasks under one root.
contract SettleEpochTest is Network {
    uint256 private constant TASKS = 256;
    uint64 private constant SMALL = 2000;
    uint256 private constant REWARD = uint256(TASKS) * SMALL * 1e11;

    /// @notice An epoch mints what its tasks mint one by one and in batches, to the last wei.
    function test_settle_paysAnEpochWhatItsTasksArePaid() public {
        MiningTask[] memory epoch = new MiningTask[](1);
        epoch[0] = _epochOf(_rootOf(0));
        uint256 batchId = commitAndPin(epoch);
        pass(60);
        assertEq(settle(batchId, only(_settlementOf(batchId, epoch[0], _rootOf(1)))), 3 * REWARD, "epoch");

        MiningTask[] memory tasks = tasksOf(TASKS);
        for (uint256 i = 0; i < TASKS; i++) {
            (tasks[i].computeUnits, tasks[i].workloadHash) = (SMALL, _workloadOf(i));
        }
        batchId = commitAndPin(tasks);
        pass(900);
        TaskSettlement[] memory batch = new TaskSettlement[](TASKS - 16);
        uint256 minted = 0;
        for (uint256 i = 0; i < TASKS; i++) {
            TaskSettlement memory one = settlementOf(batchId, tasks, i);
            if (i < 16) minted += settle(batchId, only(one));
            else batch[i - 16] = one;
        }
        minted += settle(batchId, batch);
        assertEq(minted, 3 * REWARD, "single and batch");
    }

    /// @notice The device's time of an epoch is bounded as the sum of its tasks' times is.
    function test_settle_boundsAnEpochsDurationByTheSum() public {
        MiningTask[] memory epoch = new MiningTask[](1);
        epoch[0] = _epochOf(_rootOf(0));
        uint256 batchId = commitAndPin(epoch);
        pass(60);
        TaskSettlement memory settlement = _settlementOf(batchId, epoch[0], _rootOf(1));
        settlement.claims[2].duration = 1;
        resign(batchId, settlement, 2);
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        vm.expectPartialRevert(IMiningRegistry.DurationOutOfBounds.selector);
        mining.settle(batchId, Packing.pack(settlement), proof);
    }

    /// @notice One answer of one task that differs makes another root: that seat is in the minority.
    function test_settle_paysNoSeatWhoseRootDiffersInOneLeaf() public {
        MiningTask[] memory epoch = new MiningTask[](1);
        epoch[0] = _epochOf(_rootOf(0));
        uint256 batchId = commitAndPin(epoch);
        pass(60);
        TaskSettlement memory settlement = _settlementOf(batchId, epoch[0], _rootOf(1));
        settlement.claims[1].resultHash = _rootOf(2);
        resign(batchId, settlement, 1);
        assertEq(settle(batchId, only(settlement)), 2 * REWARD, "two seats");
    }

    /// @notice Three different roots: more seats are drawn, as for any task.
    function test_escalate_takesAnEpochWithoutAgreement() public {
        MiningTask[] memory epoch = new MiningTask[](1);
        epoch[0] = _epochOf(_rootOf(0));
        uint256 batchId = commitAndPin(epoch);
        TaskSettlement memory settlement = _settlementOf(batchId, epoch[0], _rootOf(1));
        for (uint256 i = 1; i < 3; i++) {
            settlement.claims[i].resultHash = _rootOf(1 + i);
            resign(batchId, settlement, i);
        }
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        mining.escalate(batchId, Packing.pack(settlement), proof);
        assertEq(mining.escalation(mining.taskIdOf(batchId, 0)).level, 5, "level");
    }

    // ---- helpers

    function _epochOf(bytes32 root) private view returns (MiningTask memory epoch) {
        epoch = taskOf(0);
        (epoch.workloadHash, epoch.computeUnits) = (root, uint64(TASKS * SMALL));
    }

    function _settlementOf(uint256 batchId, MiningTask memory epoch, bytes32 result)
        private
        view
        returns (TaskSettlement memory settlement)
    {
        settlement.task = epoch;
        settlement.seatSecret = secretOf(0);
        settlement.resultHash = result;
        settlement.claims = new SeatClaim[](3);
        uint32[3] memory slots = mining.seatsOf(batchId, epoch, settlement.seatSecret);
        for (uint8 seat = 0; seat < 3; seat++) {
            settlement.claims[seat] = claimOf(batchId, epoch, seat, slots[seat], result, 5000);
        }
    }

    function _workloadOf(uint256 i) private pure returns (bytes32) {
        return keccak256(abi.encode("small", i));
    }

    /// @dev Of the tasks (0), of their right results (1), or of results one of which is another (2, 3).
    function _rootOf(uint256 kind) private pure returns (bytes32) {
        bytes32[] memory level = new bytes32[](TASKS);
        for (uint256 i = 0; i < TASKS; i++) {
            bytes32 value = kind == 0 ? _workloadOf(i) : keccak256(abi.encode("result", i, i == 7 ? kind : 1));
            level[i] = keccak256(bytes.concat(keccak256(abi.encode(i, value, SMALL))));
        }
        for (uint256 width = TASKS; width > 1; width /= 2) {
            for (uint256 i = 0; i < width / 2; i++) {
                (bytes32 a, bytes32 b) = (level[2 * i], level[2 * i + 1]);
                level[i] = a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
            }
        }
        return level[0];
    }
}
