// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeviceRegistry} from "../../src/interfaces/IDeviceRegistry.sol";
import {Batch, IMiningRegistry} from "../../src/interfaces/IMiningRegistry.sol";
import {FixedRoster} from "../standins/FixedRoster.sol";
import {Network} from "../base/Network.sol";

contract CommitBatchTest is Network {
    event BatchCommitted(
        uint256 indexed batchId,
        bytes32 root,
        uint32 taskCount,
        uint64 computeUnits,
        uint64 subsidisedUnits,
        uint64 latestDeadline,
        uint64 seedBlock,
        uint32 rosterLength,
        uint256 mintRate
    );

    function test_commitBatch_freezesRateAndRoster() public {
        uint64 deadline = START + 600;
        vm.expectEmit();
        emit BatchCommitted(1, "root", 4, 320_000, 80_000, deadline, uint64(block.number + 2), 5, 1e11);
        vm.prank(coordinator);
        assertEq(mining.commitBatch("root", 4, 240_000, 80_000, deadline), 1, "ids count from 1");
        Batch memory batch = mining.batch(1);
        assertEq(batch.root, "root", "root");
        assertEq(batch.seedBlockHash, 0, "no seed yet");
        assertEq(batch.mintRate, 1e11, "mintRate");
        assertEq(batch.unsettledComputeUnits, 320_000, "unsettledComputeUnits");
        assertEq(batch.unsettledSubsidisedUnits, 80_000, "unsettledSubsidisedUnits");
        assertEq(batch.taskCount, 4, "taskCount");
        assertEq(batch.rosterLength, 5, "rosterLength");
        assertEq(batch.commitBlock, block.number, "commitBlock");
        assertEq(batch.seedBlock, block.number + 2, "seedBlock");
        assertEq(batch.seedTime, 0, "seedTime");
        assertEq(batch.latestDeadline, deadline, "latestDeadline");

        vm.prank(coordinator);
        assertEq(mining.commitBatch("root", 4, 240_000, 80_000, deadline), 2, "the same root may come again");
        assertEq(mining.batchCount(), 2, "batchCount");
    }

    function testFuzz_commitBatch_revertsIfNotCoordinator(address caller) public {
        vm.assume(caller != coordinator);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.NotCoordinator.selector, coordinator, caller));
        vm.prank(caller);
        mining.commitBatch("root", 1, 0, 1, START + 600);
    }

    function test_commitBatch_revertsIfEmpty() public {
        vm.startPrank(coordinator);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchEmpty.selector));
        mining.commitBatch("root", 0, 1, 1, START + 600);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchEmpty.selector));
        mining.commitBatch("root", 1, 0, 0, START + 600);
        vm.stopPrank();
    }

    function testFuzz_commitBatch_takesDeadlinesShorterThanTheExtensionInterval(uint64 deadline) public {
        bool isAllowed = deadline > START && deadline < START + 12 hours;
        if (!isAllowed) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMiningRegistry.DeadlineOutOfBounds.selector, deadline, uint256(START + 1), uint256(START + 12 hours - 1)
                )
            );
        }
        vm.prank(coordinator);
        mining.commitBatch("root", 1, 0, 1, deadline);
        assertEq(mining.batchCount(), isAllowed ? 1 : 0, "batchCount");
    }

    function test_commitBatch_acceptsTheDeadlinesAtBothEnds() public {
        vm.startPrank(coordinator);
        mining.commitBatch("root", 1, 0, 1, START + 1);
        mining.commitBatch("root", 1, 0, 1, START + 12 hours - 1);
        vm.stopPrank();
        assertEq(mining.batchCount(), 2, "batchCount");
    }

    function test_commitBatch_revertsIfRosterTooSmall() public {
        FixedRoster roster = new FixedRoster();
        IMiningRegistry lonely = deployMining(IDeviceRegistry(address(roster)), governor, coordinator);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.RosterTooSmall.selector, uint256(0), uint256(3)));
        vm.prank(coordinator);
        lonely.commitBatch("root", 1, 0, 1, START + 600);
    }
}
