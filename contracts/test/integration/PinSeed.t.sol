// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Batch, IMiningRegistry, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Network} from "../base/Network.sol";

contract PinSeedTest is Network {
    event SeedPinned(uint256 indexed batchId, bytes32 seedBlockHash, uint64 seedTime);

    uint256 private batchId;
    uint256 private seedBlock;

    function setUp() public override {
        super.setUp();
        batchId = commit(tasksOf(1));
        seedBlock = block.number + 2;
    }

    function test_pinSeed_storesTheSeedBlocksHash() public {
        vm.roll(seedBlock + 1);
        vm.warp(START + 6);
        bytes32 expected = blockhash(seedBlock);
        assertTrue(expected != 0, "the hash is there");
        vm.expectEmit();
        emit SeedPinned(batchId, expected, START + 6);
        vm.prank(anyone);
        mining.pinSeed(batchId);
        Batch memory batch = mining.batch(batchId);
        assertEq(batch.seedBlockHash, expected, "seedBlockHash");
        assertEq(batch.seedTime, START + 6, "seedTime");
    }

    function test_pinSeed_changesNothingTheSecondTime() public {
        vm.roll(seedBlock + 1);
        mining.pinSeed(batchId);
        bytes32 pinned = mining.batch(batchId).seedBlockHash;
        vm.roll(seedBlock + 5000);
        vm.warp(START + 10_000);
        mining.pinSeed(batchId);
        assertEq(mining.batch(batchId).seedBlockHash, pinned, "seedBlockHash");
        assertEq(mining.batch(batchId).seedTime, START, "seedTime");
    }

    function testFuzz_pinSeed_needsTheSeedBlockWithin256Blocks(uint256 ahead) public {
        ahead = bound(ahead, 0, 600);
        vm.roll(seedBlock - 2 + ahead);
        if (ahead <= 2) {
            vm.expectRevert(
                abi.encodeWithSelector(IMiningRegistry.SeedNotReady.selector, uint64(seedBlock), block.number)
            );
        } else if (ahead > 258) {
            vm.expectRevert(
                abi.encodeWithSelector(IMiningRegistry.SeedTooOld.selector, uint64(seedBlock), block.number)
            );
        }
        mining.pinSeed(batchId);
        assertTrue((mining.batch(batchId).seedBlockHash != 0) == (ahead > 2 && ahead <= 258), "pinned");
    }

    function test_pinSeed_worksInTheFirstAndTheLastBlock() public {
        uint256 second = commit(tasksOf(1));
        vm.roll(seedBlock + 1);
        mining.pinSeed(batchId);
        vm.roll(seedBlock + 256);
        mining.pinSeed(second);
        assertTrue(mining.batch(second).seedBlockHash != 0, "pinned");
    }

    function test_pinSeed_revertsIfBatchUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchUnknown.selector, uint256(2)));
        mining.pinSeed(2);
    }

    function test_settle_revertsIfSeedNotPinned() public {
        vm.roll(seedBlock + 256);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.SeedNotPinned.selector, batchId));
        settle(batchId, new TaskSettlement[](0));
    }

    function test_settle_revertsIfBatchVoid() public {
        vm.roll(seedBlock + 257);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchVoid.selector, batchId));
        settle(batchId, new TaskSettlement[](0));
    }
}
