// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RegistrationRequest} from "../../src/interfaces/IDeviceRegistry.sol";
import {
    DurationBounds, IMiningRegistry, MiningTask, SeatClaim, TaskSettlement
} from "../../src/interfaces/IMiningRegistry.sol";
import {Merkle} from "../base/Merkle.sol";
import {Network} from "../base/Network.sol";
import {Packing} from "../base/Packing.sol";

contract SettleTest is Network {
    event TasksSettled(uint256 indexed batchId, bytes settled);
    event SeatsAdded(bytes32 indexed taskId, uint256 minted, uint256 seats);
    event SeatDeferred(bytes32 indexed taskId, uint8 seat, address operator, uint256 amount, uint256 payableAt);
    event SeatReleased(bytes32 indexed taskId, uint8 seat, address indexed operator, uint256 amount);

    uint256 private constant REWARD = uint256(UNITS) * 1e11;
    uint256 private batchId;
    MiningTask[] private stored;

    // ---- what settles

    function test_settle_mintsToEveryAgreeingSeat() public {
        TaskSettlement memory settlement = _one();
        vm.expectEmit();
        emit TasksSettled(batchId, _entry(0, _seatsWord(settlement, 0, 0, 0)));
        vm.prank(anyone);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "minted");

        assertEq(token.totalSupply(), 3 * REWARD, "supply");
        assertEq(mining.totalMinted(), 3 * REWARD, "totalMinted");
        for (uint256 i = 0; i < 3; i++) {
            assertEq(token.balanceOf(_operatorOf(settlement.claims[i].gpuId)), REWARD, "balance");
        }
        assertTrue(mining.isSettled(batchId, 0), "settled");
        assertEq(mining.batch(batchId).unsettledComputeUnits, 0, "nothing left to settle");
    }

    function test_settle_paysTwoOfThreeAndNamesTheSilentSeat() public {
        TaskSettlement memory settlement = _one();
        bytes32 silent = settlement.claims[2].gpuId;
        uint256 seats = _seatsWord(settlement, 0, 0, 1);
        keepClaims(settlement, 2);
        vm.expectEmit();
        emit TasksSettled(batchId, _entry(0, seats));
        assertEq(settle(batchId, only(settlement)), 2 * REWARD, "minted");
        assertEq(mining.busyUntil(silent), 0, "its clock stands");
    }

    function test_settle_paysTwoOfThreeAndNamesTheMinority() public {
        TaskSettlement memory settlement = _one();
        settlement.claims[1].resultHash = OTHER_RESULT;
        resign(batchId, settlement, 1);
        bytes32 loser = settlement.claims[1].gpuId;
        vm.expectEmit();
        emit TasksSettled(batchId, _entry(0, _seatsWord(settlement, 0, 2, 0)));
        assertEq(settle(batchId, only(settlement)), 2 * REWARD, "minted");
        assertEq(token.balanceOf(_operatorOf(loser)), 0, "the minority earns nothing");
        assertEq(mining.busyUntil(loser), 0, "its clock stands");
    }

    function test_settle_statesIndexAndPayOnceForTasksInARowThatArePaidTheSame() public {
        TaskSettlement[] memory all;
        (batchId, all) = ripe(5);
        pass(60);
        TaskSettlement[] memory some = new TaskSettlement[](4);
        (some[0], some[1], some[2], some[3]) = (all[0], all[1], all[3], all[4]);
        bytes[4] memory ends;
        for (uint256 i = 0; i < 4; i++) {
            ends[i] = abi.encodePacked(WORKLOAD, RESULT, uint96(_seatsWord(some[i], 0, 0, 0)));
        }
        vm.expectEmit();
        emit TasksSettled(
            batchId,
            bytes.concat(
                abi.encodePacked(uint8(3), uint32(0), uint144(REWARD), ends[0], uint8(0x83), ends[1]),
                abi.encodePacked(uint8(3), uint32(3), uint144(REWARD), ends[2], uint8(0x83), ends[3])
            )
        );
        assertEq(settle(batchId, some), 12 * REWARD, "minted");
    }

    /// @notice A head that leaves out what it has in common with the one before means the same as one that does not.
    function test_settle_readsWholeHeadsLikeShortOnes() public {
        TaskSettlement[] memory all;
        (batchId, all) = ripe(3);
        pass(60);
        for (uint256 i = 0; i < 9; i++) {
            (all[i / 3].claims[i % 3].gpuId, all[i / 3].claims[i % 3].resultHash) = (0, 0);
        }
        bytes memory whole = bytes.concat(Packing.pack(all[0]), Packing.pack(all[1]), Packing.pack(all[2]));
        assertEq(Packing.pack(all).length + 2 * 26, whole.length, "a byte each instead of 27");
        uint256 before = vm.snapshotState();
        assertEq(settle(batchId, all), 9 * REWARD, "minted");
        vm.revertToState(before);
        assertEq(mining.settle(batchId, whole, proofFor(batchId, all)), 9 * REWARD, "minted by whole heads");
    }

    function test_settle_refusesATaskUnderTheTermsOfAnother() public {
        MiningTask[] memory tasks = tasksOf(2);
        tasks[1].computeUnits = UNITS / 2;
        batchId = commitAndPin(tasks);
        TaskSettlement[] memory both = new TaskSettlement[](2);
        (both[0], both[1]) = (settlementOf(batchId, tasks, 0), settlementOf(batchId, tasks, 1));
        bytes32[] memory proof = proofFor(batchId, both);
        both[1].task.computeUnits = UNITS;
        bytes memory dearer = Packing.pack(both);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD));
        mining.settle(batchId, dearer, proof);
    }

    function test_settle_mintsAtTheRateOfTheCommitment() public {
        TaskSettlement memory settlement = _one();
        vm.prank(governor);
        mining.setRates(1e10, 1e12);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "minted");
    }

    function test_settle_settlesNothingForNothing() public {
        _one();
        assertEq(settle(batchId, new TaskSettlement[](0)), 0, "minted");
    }

    function test_settle_skipsWhatIsSettled() public {
        TaskSettlement memory settlement = _one();
        settle(batchId, only(settlement));
        uint256 supply = token.totalSupply();
        vm.recordLogs();
        assertEq(settle(batchId, only(settlement)), 0, "minted");
        assertEq(vm.getRecordedLogs().length, 0, "no events");
        assertEq(token.totalSupply(), supply, "supply");
    }

    function test_settle_revertsIfATaskIsRepeatedInOneCall() public {
        TaskSettlement memory settlement = _one();
        TaskSettlement[] memory twice = new TaskSettlement[](2);
        (twice[0], twice[1]) = (settlement, settlement);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.TasksNotAscending.selector));
        settle(batchId, twice);
    }

    function test_settle_takesClaimsThatLeaveOutWhatIsKnown() public {
        TaskSettlement memory settlement = _one();
        for (uint256 i = 0; i < 3; i++) {
            (settlement.claims[i].gpuId, settlement.claims[i].resultHash) = (0, 0);
        }
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "minted");
    }

    function test_settle_settlesTheRestOfAPartlySettledBatch() public {
        TaskSettlement[] memory all;
        (batchId, all) = ripe(4);
        settle(batchId, only(all[2]));
        assertEq(settle(batchId, all), 9 * REWARD, "minted");
        assertEq(mining.batch(batchId).unsettledComputeUnits, 0, "unsettled");
    }

    function test_settle_keepsMarksOverManyWords() public {
        MiningTask[] memory tasks = tasksOf(257);
        batchId = commitAndPin(tasks);
        uint32[8] memory indexes = [uint32(0), 31, 32, 95, 96, 159, 160, 256];
        TaskSettlement[] memory settlements = new TaskSettlement[](8);
        for (uint256 i = 0; i < 8; i++) {
            settlements[i] = settlementOf(batchId, tasks, indexes[i]);
        }
        pass(60);
        assertEq(settle(batchId, settlements), 24 * REWARD, "minted");
        uint256 next = 0;
        for (uint32 i = 0; i < 257; i++) {
            bool isOne = next < 8 && indexes[next] == i;
            assertTrue(mining.isSettled(batchId, i) == isOne, "these and no others");
            if (isOne) next++;
        }
        assertEq(settle(batchId, settlements), 0, "minted again");
    }

    // ---- every agreeing seat, whoever settles

    /// @notice A stranger takes two of three claims from the mempool and settles first: the third is paid when the coordinator comes.
    function test_settle_addsTheSeatAStrangerLeftOut() public {
        TaskSettlement memory whole = _one();
        TaskSettlement memory part = _copy(whole, 2);
        vm.prank(anyone);
        assertEq(settle(batchId, only(part)), 2 * REWARD, "the stranger's settlement");
        bytes32 third = whole.claims[2].gpuId;
        vm.expectEmit();
        emit SeatsAdded(mining.taskIdOf(batchId, 0), REWARD, _seatsWord(whole, 7, 7, 0));
        vm.prank(coordinator);
        assertEq(settle(batchId, only(whole)), REWARD, "the seat that was left out");
        assertEq(token.balanceOf(_operatorOf(third)), REWARD, "is paid");
        assertEq(mining.batch(batchId).unsettledComputeUnits, 0, "the task counts once");
        vm.prank(coordinator);
        assertEq(settle(batchId, only(whole)), 0, "and only once");
    }

    /// @notice Results are public once settled: a seat that waited for them cannot claim one for itself.
    function test_settle_addsNoSeatForAStranger() public {
        TaskSettlement memory whole = _one();
        settle(batchId, only(_copy(whole, 2)));
        vm.prank(_operatorOf(whole.claims[2].gpuId));
        assertEq(settle(batchId, only(whole)), 0, "minted");
    }

    function test_settle_addsNoSeatForAnotherResult() public {
        TaskSettlement memory whole = _one();
        settle(batchId, only(_copy(whole, 2)));
        whole.resultHash = OTHER_RESULT;
        for (uint256 i = 1; i < 3; i++) {
            whole.claims[i].resultHash = OTHER_RESULT;
            resign(batchId, whole, i);
        }
        vm.prank(coordinator);
        assertEq(settle(batchId, only(whole)), 0, "seat 0 was paid for the other one");
    }

    // ---- check 3: the task is in the queue

    function test_settle_revertsIfWorkloadNotInQueue() public {
        TaskSettlement memory settlement = _one();
        settlement.task.workloadHash = "an invented workload";
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, bytes32("an invented workload"))
        );
    }

    /// @notice Every field of a task is fixed by the commitment.
    function testFuzz_settle_revertsIfAnyFieldOfTheTaskChanges(uint256 field, uint256 noise) public {
        TaskSettlement memory settlement = _one();
        MiningTask memory task = settlement.task;
        noise = bound(noise, 1, type(uint32).max);
        field = bound(field, 0, 7);
        if (field == 0) task.workloadHash ^= bytes32(noise);
        if (field == 1) task.index ^= uint32(noise);
        if (field == 2) task.workloadType ^= uint16(1 + noise % type(uint16).max);
        if (field == 3) task.determinismClass ^= uint8(1 + noise % type(uint8).max);
        if (field == 4) task.computeUnits ^= uint64(noise);
        if (field == 5) task.deadline ^= uint64(noise);
        if (field == 6) task.redeemer = address(uint160(task.redeemer) ^ uint160(noise));
        // The hash of the seat secret does not travel: the secret does.
        if (field == 7) settlement.seatSecret ^= bytes32(noise);
        _expectRefusal(
            settlement, abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, task.workloadHash)
        );
    }

    function test_settle_revertsIfProofForged() public {
        (uint256 id, TaskSettlement[] memory settlements) = ripe(3);
        bytes32[] memory proof = proofFor(id, only(settlements[1]));
        proof[0] ^= bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD));
        mining.settle(id, Packing.pack(settlements[1]), proof);
    }

    function test_settle_revertsIfProofIsTooLong() public {
        (uint256 id, TaskSettlement[] memory settlements) = ripe(3);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD));
        mining.settle(id, Packing.pack(settlements), new bytes32[](1));
    }

    function test_settle_revertsIfProofOfAnotherBatch() public {
        (uint256 first, TaskSettlement[] memory settlements) = ripe(3);
        MiningTask[] memory others = tasksOf(2);
        others[0].seatSecretHash = "other";
        batchId = commitAndPin(others);
        assertTrue(first != batchId, "two batches");
        _expectRefusal(
            settlements[1], abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD)
        );
    }

    /// @notice An inner node is not a task: leaves are hashed twice.
    function test_settle_revertsIfProofIsTooShort() public {
        (uint256 id, TaskSettlement[] memory settlements) = ripe(4);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD));
        mining.settle(id, Packing.pack(settlements[0]), new bytes32[](0));
    }

    function test_settle_revertsIfIndexBeyondTheCommittedCount() public {
        MiningTask[] memory tasks = tasksOf(2);
        batchId = commitAs(tasks, 1, 2 * UNITS, 2 * UNITS, tasks[0].deadline);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        TaskSettlement memory settlement = settlementOf(batchId, tasks, 1);
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD));
    }

    function test_settle_revertsIfBatchUnknown() public {
        TaskSettlement memory settlement = _one();
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchUnknown.selector, batchId + 1));
        settle(batchId + 1, only(settlement));
    }

    function test_settle_revertsIfDeterminismClassUnknown() public {
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].determinismClass = 2;
        batchId = commitAndPin(tasks);
        _expectRefusal(
            settlementOf(batchId, tasks, 0),
            abi.encodeWithSelector(IMiningRegistry.DeterminismClassUnknown.selector, uint8(2))
        );
    }

    function test_settle_revertsIfTasksCarryMoreUnitsThanCommitted() public {
        MiningTask[] memory tasks = tasksOf(2);
        batchId = commitAs(tasks, 2, 2 * UNITS - 1, 2 * UNITS - 1, tasks[0].deadline);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        settle(batchId, only(settlementOf(batchId, tasks, 0)));
        _expectRefusal(
            settlementOf(batchId, tasks, 1),
            abi.encodeWithSelector(IMiningRegistry.BatchUnitsExceeded.selector, batchId, UNITS - 1, UNITS)
        );
    }

    // ---- deadline

    function test_settle_settlesUpToTheDeadline() public {
        TaskSettlement memory settlement = _one();
        vm.warp(settlement.task.deadline);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "minted");
    }

    function test_settle_revertsIfTaskExpired() public {
        TaskSettlement memory settlement = _one();
        vm.warp(settlement.task.deadline + 1);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.TaskExpired.selector, settlement.task.deadline, uint256(settlement.task.deadline) + 1
            )
        );
    }

    function test_settle_revertsIfDeadlineLaterThanTheBatchs() public {
        MiningTask[] memory tasks = tasksOf(1);
        batchId = commitAs(tasks, 1, UNITS, UNITS, tasks[0].deadline - 1);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        _expectRefusal(
            settlementOf(batchId, tasks, 0),
            abi.encodeWithSelector(
                IMiningRegistry.DeadlineOutOfBounds.selector,
                tasks[0].deadline,
                block.timestamp,
                uint256(tasks[0].deadline) - 1
            )
        );
    }

    // ---- secret and seats

    function test_settle_revertsIfSeatSecretMismatch() public {
        TaskSettlement memory settlement = _one();
        settlement.seatSecret = "wrong";
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD)
        );
    }

    function test_settle_revertsIfSeatNotAssigned() public {
        TaskSettlement memory settlement = _one();
        bytes32 drawn = settlement.claims[0].gpuId;
        bytes32 outsider = _unseated(settlement);
        settlement.claims[0].gpuId = outsider;
        resign(batchId, settlement, 0);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(IMiningRegistry.SeatNotAssigned.selector, uint8(0), drawn, outsider)
        );
    }

    function test_settle_revertsIfSeatsSwapped() public {
        TaskSettlement memory settlement = _one();
        (settlement.claims[0].seat, settlement.claims[1].seat) = (1, 0);
        (settlement.claims[0], settlement.claims[1]) = (settlement.claims[1], settlement.claims[0]);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.SeatNotAssigned.selector,
                uint8(0),
                settlement.claims[1].gpuId,
                settlement.claims[0].gpuId
            )
        );
    }

    function test_settle_revertsIfSeatDoesNotExist() public {
        TaskSettlement memory settlement = _one();
        settlement.claims[2].seat = 3;
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.SeatNotAssigned.selector, uint8(3), bytes32(0), settlement.claims[2].gpuId
            )
        );
    }

    function test_settle_revertsIfClaimRepeated() public {
        TaskSettlement memory settlement = _one();
        settlement.claims[1] = settlement.claims[0];
        // A seat has one bit: the second claim reads as a task, which is not in the queue.
        vm.expectPartialRevert(IMiningRegistry.WorkloadNotInQueue.selector);
        settle(batchId, only(settlement));
    }

    function test_settle_revertsIfClaimsNotAscending() public {
        TaskSettlement memory settlement = _one();
        (settlement.claims[0], settlement.claims[1]) = (settlement.claims[1], settlement.claims[0]);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.SeatNotAssigned.selector,
                uint8(0),
                settlement.claims[1].gpuId,
                settlement.claims[0].gpuId
            )
        );
    }

    // ---- checks 1 and 2: a registered device with valid evidence

    function test_settle_revertsIfDeviceNotRegistered() public {
        TaskSettlement memory settlement = _one();
        settlement.claims[0].gpuId = "a gpu nobody registered";
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.DeviceNotRegistered.selector, bytes32("a gpu nobody registered")
            )
        );
    }

    function test_settle_takesADeviceInItsLastSecond() public {
        pass(24 hours - 1000);
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].deadline = START + 24 hours;
        batchId = commitAndPin(tasks);
        TaskSettlement memory settlement = settlementOf(batchId, tasks, 0);
        vm.warp(START + 24 hours);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "minted");
    }

    function test_settle_passesOverDevicesThatExpireBeforeTheDeadline() public {
        pass(24 hours - 1000);
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].deadline = START + 24 hours + 1;
        batchId = commit(tasks);
        pass(6);
        mining.pinSeed(batchId);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.RosterTooSmall.selector, uint256(0), uint256(3)));
        mining.seatsOf(batchId, tasks[0], secretOf(0));
    }

    function test_settle_revertsIfDeviceRevoked() public {
        TaskSettlement memory settlement = _one();
        bytes32 gpuId = settlement.claims[1].gpuId;
        vm.prank(governor);
        registry.revokeDevice(gpuId, "bad");
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.DeviceIsRevoked.selector, gpuId));
    }

    function test_settle_paysTheOthersOfARevokedDevice() public {
        TaskSettlement memory settlement = _one();
        vm.prank(governor);
        registry.revokeDevice(settlement.claims[2].gpuId, "bad");
        keepClaims(settlement, 2);
        assertEq(settle(batchId, only(settlement)), 2 * REWARD, "minted");
    }

    function test_settle_revertsIfDeviceRetired() public {
        TaskSettlement memory settlement = _one();
        bytes32 gpuId = settlement.claims[0].gpuId;
        vm.prank(_operatorOf(gpuId));
        registry.retireDevice(gpuId);
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.DeviceIsRevoked.selector, gpuId));
    }

    // ---- the work attestation

    function test_settle_revertsIfSignedByAnotherKey() public {
        TaskSettlement memory settlement = _one();
        sign(settlement.claims[0], mining.taskIdOf(batchId, 0), WORKLOAD, 0xbad);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.WorkAttestationSignatureInvalid.selector,
                vm.addr(keyOf(settlement.claims[0].gpuId)),
                vm.addr(0xbad)
            )
        );
    }

    function test_settle_revertsIfSignedByTheOperator() public {
        _expectSignatureRefused(_signedForAnother("operator"));
    }

    function testFuzz_settle_revertsIfAnySignedFieldChanges(uint8 field) public {
        TaskSettlement memory settlement = _one();
        SeatClaim memory claim = settlement.claims[0];
        if (field % 2 == 0) claim.resultHash = OTHER_RESULT;
        else claim.duration += 1;
        _expectSignatureRefused(settlement);
    }

    function test_settle_revertsIfSignedForAnotherTask() public {
        TaskSettlement memory settlement = _one();
        bytes32 other = mining.taskIdOf(batchId, 1);
        sign(settlement.claims[0], other, WORKLOAD, keyOf(settlement.claims[0].gpuId));
        _expectSignatureRefused(settlement);
    }

    function test_settle_revertsIfSignedForAnotherWorkload() public {
        TaskSettlement memory settlement = _one();
        sign(settlement.claims[0], mining.taskIdOf(batchId, 0), "other", keyOf(settlement.claims[0].gpuId));
        _expectSignatureRefused(settlement);
    }

    /// @dev The chain is part of the task id, so replayed claims already fail at the draw or, with equal seats, at the signature.
    function test_settle_revertsIfSignedOnAnotherChain() public {
        TaskSettlement memory settlement = _one();
        uint256 chainId = block.chainid;
        vm.chainId(chainId + 1);
        for (uint256 i = 0; i < 3; i++) {
            resign(batchId, settlement, i);
        }
        vm.chainId(chainId);
        _expectSignatureRefused(settlement);
    }

    function test_settle_revertsIfSignedForAnotherDeployment() public {
        TaskSettlement memory settlement = _one();
        IMiningRegistry here = mining;
        mining = deployMining(registry, governor, coordinator);
        for (uint256 i = 0; i < 3; i++) {
            sign(
                settlement.claims[i],
                here.taskIdOf(batchId, 0),
                WORKLOAD,
                keyOf(settlement.claims[i].gpuId)
            );
        }
        mining = here;
        _expectSignatureRefused(settlement);
    }

    /// @notice (r, n - s) with the other parity is the same signature in another spelling; EIP-2098 has no room for a high s.
    function test_settle_revertsIfSignatureIsTheOtherSpelling() public {
        TaskSettlement memory settlement = _one();
        SeatClaim memory claim = settlement.claims[0];
        uint256 s = uint256(claim.vs) & (type(uint256).max >> 1);
        uint256 parity = uint256(claim.vs) >> 255;
        claim.vs = bytes32(SECP256K1_ORDER - s | (1 - parity) << 255);
        _expectSignatureRefused(settlement);
    }

    function testFuzz_settle_revertsIfSignatureIsNoise(bytes32 r, bytes32 vs) public {
        TaskSettlement memory settlement = _one();
        (settlement.claims[0].r, settlement.claims[0].vs) = (r, vs);
        _expectSignatureRefused(settlement);
    }

    function test_settle_revertsIfEnclaveKeyWasReplaced() public {
        TaskSettlement memory settlement = _one();
        for (uint256 i = 0; i < gpus.length; i++) {
            if (gpus[i].gpuId != settlement.claims[0].gpuId) continue;
            gpus[i].key = 0xfeed;
            RegistrationRequest memory request = requestOf(gpus[i]);
            vm.prank(gpus[i].operator);
            registry.refreshDevice(request);
        }
        _expectSignatureRefused(settlement);
        resign(batchId, settlement, 0);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "signed by the new key it settles");
    }

    // ---- check 4: the duration

    function test_settle_takesDurationsAtBothBounds() public {
        TaskSettlement memory settlement = _one();
        for (uint256 i = 0; i < 3; i++) {
            (uint64 least, uint64 most) = _rangeOf(settlement.claims[i].gpuId);
            settlement.claims[i].duration = i == 0 ? least : most;
            resign(batchId, settlement, i);
        }
        pass(120);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "minted");
    }

    function test_settle_revertsIfDurationTooShort() public {
        TaskSettlement memory settlement = _one();
        (uint64 least, uint64 most) = _rangeOf(settlement.claims[0].gpuId);
        settlement.claims[0].duration = least - 1;
        resign(batchId, settlement, 0);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(IMiningRegistry.DurationOutOfBounds.selector, least - 1, least, most)
        );
    }

    function test_settle_revertsIfDurationTooLong() public {
        TaskSettlement memory settlement = _one();
        (uint64 least, uint64 most) = _rangeOf(settlement.claims[2].gpuId);
        settlement.claims[2].duration = most + 1;
        resign(batchId, settlement, 2);
        _expectRefusal(
            settlement, abi.encodeWithSelector(IMiningRegistry.DurationOutOfBounds.selector, most + 1, least, most)
        );
    }

    function test_settle_holdsTheMinorityToTheBoundsToo() public {
        TaskSettlement memory settlement = _one();
        settlement.claims[1].resultHash = OTHER_RESULT;
        settlement.claims[1].duration = 0;
        resign(batchId, settlement, 1);
        vm.expectPartialRevert(IMiningRegistry.DurationOutOfBounds.selector);
        settle(batchId, only(settlement));
    }

    function test_settle_usesTheGovernedBounds() public {
        TaskSettlement memory settlement = _one();
        for (uint8 class = 1; class <= 4; class++) {
            vm.prank(governor);
            mining.setDurationBounds(1, class, DurationBounds(0, 1, 1499));
        }
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.DurationOutOfBounds.selector, uint64(1500), uint64(0), uint64(1499)
            )
        );
    }

    // ---- check 5: agreement

    function test_settle_revertsIfQuorumTooSmall() public {
        TaskSettlement memory settlement = _one();
        keepClaims(settlement, 1);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(IMiningRegistry.ResultNotAgreed.selector, RESULT, uint256(1), uint256(2))
        );
    }

    function test_settle_revertsIfNobodyClaims() public {
        TaskSettlement memory settlement = _one();
        keepClaims(settlement, 0);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(IMiningRegistry.ResultNotAgreed.selector, RESULT, uint256(0), uint256(2))
        );
    }

    function test_settle_revertsIfResultIsTheMinoritys() public {
        TaskSettlement memory settlement = _one();
        settlement.claims[0].resultHash = OTHER_RESULT;
        resign(batchId, settlement, 0);
        settlement.resultHash = OTHER_RESULT;
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(IMiningRegistry.ResultNotAgreed.selector, OTHER_RESULT, uint256(1), uint256(2))
        );
    }

    function test_settle_revertsIfAllDisagree() public {
        TaskSettlement memory settlement = _one();
        for (uint256 i = 0; i < 3; i++) {
            settlement.claims[i].resultHash = keccak256(abi.encode(i));
            resign(batchId, settlement, i);
        }
        settlement.resultHash = settlement.claims[0].resultHash;
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.ResultNotAgreed.selector, settlement.resultHash, uint256(1), uint256(2)
            )
        );
    }

    // ---- the device clock

    function test_settle_startsTheClockAtTheSeed() public {
        TaskSettlement memory settlement = _one();
        settle(batchId, only(settlement));
        uint256 seedMillis = uint256(mining.batch(batchId).seedTime) * 1000;
        for (uint256 i = 0; i < 3; i++) {
            assertEq(mining.busyUntil(settlement.claims[i].gpuId), seedMillis + 1500, "busyUntil");
        }
    }

    function test_settle_countsAtLeastTheReferenceTime() public {
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].computeUnits = 3_000_000;
        batchId = commitAndPin(tasks);
        pass(1000);
        TaskSettlement memory settlement = settlementOf(batchId, tasks, 0);
        for (uint256 i = 0; i < 3; i++) {
            (settlement.claims[i].duration,) = _rangeOf(settlement.claims[i].gpuId, 3_000_000);
            resign(batchId, settlement, i);
        }
        settle(batchId, only(settlement));
        uint256 seedMillis = uint256(mining.batch(batchId).seedTime) * 1000;
        for (uint256 i = 0; i < 3; i++) {
            uint256 rate = mining.classRate(_classOf(settlement.claims[i].gpuId));
            uint256 least = (uint256(24) * 3_000_000 + 7 * rate - 1) / (7 * rate);
            assertEq(mining.busyUntil(settlement.claims[i].gpuId), seedMillis + least, "busyUntil");
        }
    }

    function test_settle_revertsIfClaimTooEarly() public {
        MiningTask[] memory tasks = tasksOf(1);
        batchId = commit(tasks);
        pass(6);
        mining.pinSeed(batchId);
        uint256 seedTime = block.timestamp;
        TaskSettlement memory settlement = settlementOf(batchId, tasks, 0);
        vm.warp(seedTime + 1);
        _expectRefusal(
            settlement,
            abi.encodeWithSelector(
                IMiningRegistry.ClaimTooEarly.selector, settlement.claims[0].gpuId, seedTime + 2
            )
        );
        vm.warp(seedTime + 2);
        assertEq(settle(batchId, only(settlement)), 3 * REWARD, "payable at the time named");
    }

    /// @notice One device cannot be paid for more time than has passed, whatever it claims at once.
    function test_settle_paysOneGpuForOneGpusTime() public {
        TaskSettlement[] memory settlements;
        (batchId, settlements) = ripe(8);
        for (uint256 i = 0; i < 8; i++) {
            for (uint256 j = 0; j < 3; j++) {
                settlements[i].claims[j].duration = 9000;
                resign(batchId, settlements[i], j);
            }
        }
        vm.expectPartialRevert(IMiningRegistry.ClaimTooEarly.selector);
        settle(batchId, settlements);
        pass(8 * 9);
        assertEq(settle(batchId, settlements), 24 * REWARD, "deferred, not lost");
    }

    // ---- deferral

    /// @notice Work of more than an hour: what its clock admits only after the deadline is put aside and paid then.
    function test_settle_defersWhatTheClockAdmitsAfterTheDeadline() public {
        TaskSettlement memory settlement = _long();
        bytes32 taskId = mining.taskIdOf(batchId, 0);
        vm.recordLogs();
        assertEq(settle(batchId, only(settlement)), 0, "nothing yet");
        assertTrue(mining.isSettled(batchId, 0), "settled");
        for (uint8 seat = 0; seat < 3; seat++) {
            bytes32 gpuId = settlement.claims[seat].gpuId;
            (address operator, uint256 amount, uint256 payableAt) = mining.deferred(taskId, seat);
            assertEq(operator, _operatorOf(gpuId), "operator");
            assertEq(amount, 1500e6 * 1e11, "amount");
            assertEq(payableAt * 1000, (uint256(mining.busyUntil(gpuId)) + 999) / 1000 * 1000, "when its clock is through");
            vm.warp(payableAt - 1);
            vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.DeferredUntil.selector, payableAt));
            mining.release(taskId, seat);
            vm.warp(payableAt);
            vm.expectEmit();
            emit SeatReleased(taskId, seat, operator, amount);
            vm.prank(anyone);
            assertEq(mining.release(taskId, seat), amount, "released");
            assertEq(token.balanceOf(operator), amount, "paid");
            vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.NothingDeferred.selector, taskId, seat));
            mining.release(taskId, seat);
        }
        assertEq(token.totalSupply(), 3 * 1500e6 * 1e11, "supply");
    }

    /// @notice Pay that waits takes up its device's time: the next task starts after it.
    function test_settle_startsAfterWhatWasDeferred() public {
        TaskSettlement memory long = _long();
        settle(batchId, only(long));
        uint64 busy = mining.busyUntil(long.claims[0].gpuId);
        TaskSettlement[] memory settlements;
        (batchId, settlements) = ripe(1);
        settle(batchId, settlements);
        for (uint256 i = 0; i < 3; i++) {
            bytes32 gpuId = settlements[0].claims[i].gpuId;
            if (gpuId == long.claims[0].gpuId) assertEq(mining.busyUntil(gpuId), busy + 1500, "one after the other");
        }
    }

    function test_release_revertsIfNothingIsDeferred() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.NothingDeferred.selector, bytes32("task"), uint8(1)));
        mining.release("task", 1);
    }

    // ---- one path

    /// @notice Settling tasks in one call equals settling them one by one.
    function testFuzz_settle_batchEqualsSingles(uint256 seed, uint8 count) public {
        uint256 tasks = bound(count, 1, 12);
        TaskSettlement[] memory settlements;
        (batchId, settlements) = ripe(tasks);
        pass(60);
        for (uint256 i = 0; i < tasks; i++) {
            uint256 kind = uint256(keccak256(abi.encode(seed, i))) % 3;
            if (kind == 1) keepClaims(settlements[i], 2);
            if (kind == 2) {
                settlements[i].claims[0].resultHash = OTHER_RESULT;
                resign(batchId, settlements[i], 0);
            }
        }
        uint256 state = vm.snapshotState();
        uint256 inOne = settle(batchId, settlements);
        bytes32 together = _stateOf(tasks);
        vm.revertToState(state);
        uint256 inMany = 0;
        for (uint256 i = 0; i < tasks; i++) {
            inMany += settle(batchId, only(settlements[i]));
        }
        assertEq(inOne, inMany, "minted");
        assertEq(_stateOf(tasks), together, "state");
    }

    function test_settle_isAllOrNothing() public {
        TaskSettlement[] memory settlements;
        (batchId, settlements) = ripe(3);
        keepClaims(settlements[2], 1);
        vm.expectPartialRevert(IMiningRegistry.ResultNotAgreed.selector);
        settle(batchId, settlements);
        assertEq(token.totalSupply(), 0, "supply");
        assertFalse(mining.isSettled(batchId, 0), "settled");
    }

    // ---- helpers

    function _one() private returns (TaskSettlement memory) {
        TaskSettlement[] memory settlements;
        (batchId, settlements) = ripe(1);
        return settlements[0];
    }

    /// @dev A task of 1500 CU: 1.5 hours of an H100, 3.75 of an L40S, claimed within half an hour by its deadline.
    function _long() private returns (TaskSettlement memory settlement) {
        for (uint8 class = 1; class <= 4; class++) {
            vm.prank(governor);
            mining.setDurationBounds(1, class, DurationBounds(0, 1 << 20, 0));
        }
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].computeUnits = 1500e6;
        batchId = commitAndPin(tasks);
        settlement = settlementOf(batchId, tasks, 0);
    }

    function _copy(TaskSettlement memory settlement, uint256 claims) private pure returns (TaskSettlement memory copy) {
        copy = abi.decode(abi.encode(settlement), (TaskSettlement));
        keepClaims(copy, claims);
    }

    /// @dev What the events say of three seats: how many, then code and slot of each.
    /// @dev An entry of `TasksSettled` that states index and pay.
    function _entry(uint32 index, uint256 seats) private pure returns (bytes memory) {
        return abi.encodePacked(uint8(3), index, uint144(REWARD), WORKLOAD, RESULT, uint96(seats));
    }

    function _seatsWord(TaskSettlement memory settlement, uint256 code0, uint256 code1, uint256 code2)
        private
        view
        returns (uint256 word)
    {
        uint256[3] memory codes = [code0, code1, code2];
        word = 3;
        for (uint256 i = 0; i < 3; i++) {
            word = word << 32 | registry.slotOf(settlement.claims[i].gpuId) | codes[i] << 28;
        }
    }

    function _expectRefusal(TaskSettlement memory settlement, bytes memory refusal) private {
        uint256 supply = token.totalSupply();
        vm.expectRevert(refusal);
        settle(batchId, only(settlement));
        assertEq(token.totalSupply(), supply, "no AIT is minted");
        assertFalse(mining.isSettled(batchId, settlement.task.index), "not settled");
    }

    function _expectSignatureRefused(TaskSettlement memory settlement) private {
        vm.expectPartialRevert(IMiningRegistry.WorkAttestationSignatureInvalid.selector);
        settle(batchId, only(settlement));
        assertEq(token.totalSupply(), 0, "no AIT is minted");
    }

    function _signedForAnother(string memory name) private returns (TaskSettlement memory settlement) {
        settlement = _one();
        sign(
            settlement.claims[0], mining.taskIdOf(batchId, 0), WORKLOAD, uint256(keccak256(bytes(name))) >> 1
        );
    }

    function _unseated(TaskSettlement memory settlement) private view returns (bytes32) {
        for (uint256 i = 0; i < gpus.length; i++) {
            bytes32 gpuId = gpus[i].gpuId;
            bool isSeated = false;
            for (uint256 j = 0; j < 3; j++) {
                if (settlement.claims[j].gpuId == gpuId) isSeated = true;
            }
            if (!isSeated) return gpuId;
        }
        revert NotTrue("five devices, three seats");
    }

    function _operatorOf(bytes32 gpuId) private view returns (address) {
        return registry.device(registry.slotOf(gpuId)).operator;
    }

    function _classOf(bytes32 gpuId) private view returns (uint8) {
        return registry.device(registry.slotOf(gpuId)).class;
    }

    function _rangeOf(bytes32 gpuId) private view returns (uint64 least, uint64 most) {
        return _rangeOf(gpuId, UNITS);
    }

    function _rangeOf(bytes32 gpuId, uint64 units) private view returns (uint64 least, uint64 most) {
        DurationBounds memory bounds = mining.durationBounds(1, _classOf(gpuId));
        least = units * bounds.minMillisPerCu / 1e6;
        most = bounds.slackMillis + units * bounds.maxMillisPerCu / 1e6;
    }

    function _stateOf(uint256 tasks) private view returns (bytes32 state) {
        state = keccak256(abi.encode(token.totalSupply(), mining.batch(batchId)));
        for (uint256 i = 0; i < gpus.length; i++) {
            state = keccak256(
                abi.encode(state, token.balanceOf(gpus[i].operator), mining.busyUntil(gpus[i].gpuId))
            );
        }
        for (uint32 i = 0; i < tasks; i++) {
            state = keccak256(abi.encode(state, mining.isSettled(batchId, i)));
        }
    }
}
