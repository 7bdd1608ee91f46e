// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MiningRegistry} from "../../src/MiningRegistry.sol";
import {RegistrationRequest} from "../../src/interfaces/IDeviceRegistry.sol";
import {
    DurationBounds, IMiningRegistry, MiningTask, SeatClaim, TaskSettlement
} from "../../src/interfaces/IMiningRegistry.sol";
import {Merkle} from "../base/Merkle.sol";
import {Network} from "../base/Network.sol";

contract SettleTest is Network {
    event TaskSettled(
        bytes32 indexed taskId,
        uint256 indexed batchId,
        bytes32 indexed workloadHash,
        uint32 index,
        bytes32 resultHash,
        uint64 computeUnits,
        uint8 seatsPaid,
        uint256 minted
    );
    event SeatPaid(
        bytes32 indexed taskId, bytes32 indexed gpuId, address indexed operator, uint64 duration, uint256 amount
    );
    event SeatUnpaid(bytes32 indexed taskId, bytes32 indexed gpuId, uint8 reason);

    uint256 private constant REWARD = uint256(UNITS) * 1e11;
    uint256 private batchId;
    MiningTask[] private stored;

    // ---- what settles

    function test_settle_mintsToEveryAgreeingSeat() public {
        TaskSettlement memory settlement = _one();
        bytes32 taskId = mining.taskIdOf(batchId, 0);
        for (uint256 i = 0; i < 3; i++) {
            SeatClaim memory claim = settlement.claims[i];
            vm.expectEmit();
            emit SeatPaid(taskId, claim.gpuId, _operatorOf(claim.gpuId), 1500, REWARD);
        }
        vm.expectEmit();
        emit TaskSettled(taskId, batchId, WORKLOAD, 0, RESULT, UNITS, 3, 3 * REWARD);
        vm.prank(anyone);
        assertEq(mining.settle(batchId, only(settlement)), 3 * REWARD, "minted");

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
        keepClaims(settlement, 2);
        vm.expectEmit();
        emit SeatUnpaid(mining.taskIdOf(batchId, 0), silent, 1);
        assertEq(mining.settle(batchId, only(settlement)), 2 * REWARD, "minted");
        assertEq(mining.busyUntil(silent), 0, "its clock stands");
    }

    function test_settle_paysTwoOfThreeAndNamesTheMinority() public {
        TaskSettlement memory settlement = _one();
        settlement.claims[1].resultHash = OTHER_RESULT;
        resign(batchId, settlement, 1);
        bytes32 loser = settlement.claims[1].gpuId;
        vm.expectEmit();
        emit SeatUnpaid(mining.taskIdOf(batchId, 0), loser, 2);
        assertEq(mining.settle(batchId, only(settlement)), 2 * REWARD, "minted");
        assertEq(token.balanceOf(_operatorOf(loser)), 0, "the minority earns nothing");
        assertEq(mining.busyUntil(loser), 0, "its clock stands");
    }

    function test_settle_mintsAtTheRateOfTheCommitment() public {
        TaskSettlement memory settlement = _one();
        vm.prank(governor);
        mining.setRates(1e10, 1e12);
        assertEq(mining.settle(batchId, only(settlement)), 3 * REWARD, "minted");
    }

    function test_settle_settlesNothingForNothing() public {
        _one();
        assertEq(mining.settle(batchId, new TaskSettlement[](0)), 0, "minted");
    }

    function test_settle_skipsWhatIsSettled() public {
        TaskSettlement memory settlement = _one();
        mining.settle(batchId, only(settlement));
        uint256 supply = token.totalSupply();
        vm.recordLogs();
        assertEq(mining.settle(batchId, only(settlement)), 0, "minted");
        assertEq(vm.getRecordedLogs().length, 0, "no events");
        assertEq(token.totalSupply(), supply, "supply");
    }

    function test_settle_mintsOnceForATaskRepeatedInOneCall() public {
        TaskSettlement memory settlement = _one();
        TaskSettlement[] memory twice = new TaskSettlement[](2);
        (twice[0], twice[1]) = (settlement, settlement);
        assertEq(mining.settle(batchId, twice), 3 * REWARD, "minted");
    }

    function test_settle_settlesTheRestOfAPartlySettledBatch() public {
        TaskSettlement[] memory all;
        (batchId, all) = ripe(4);
        mining.settle(batchId, only(all[2]));
        assertEq(mining.settle(batchId, all), 9 * REWARD, "minted");
        assertEq(mining.batch(batchId).unsettledComputeUnits, 0, "unsettled");
    }

    function test_settle_keepsItsBitmapOverManyWords() public {
        MiningTask[] memory tasks = new MiningTask[](3);
        uint32[3] memory indexes = [uint32(0), 255, 256];
        for (uint256 i = 0; i < 3; i++) {
            tasks[i] = taskOf(indexes[i]);
        }
        bytes32 root = Merkle.rootOf(tasks);
        vm.prank(coordinator);
        batchId = mining.commitBatch(root, 257, 3 * UNITS, tasks[0].deadline);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        TaskSettlement[] memory settlements = new TaskSettlement[](3);
        for (uint256 i = 0; i < 3; i++) {
            settlements[i] = settlementOf(batchId, tasks, 2 - i);
        }
        mining.settle(batchId, settlements);
        for (uint256 i = 0; i < 3; i++) {
            assertTrue(mining.isSettled(batchId, indexes[i]), "settled");
        }
        assertFalse(mining.isSettled(batchId, 1), "a neighbour is not");
        assertEq(mining.settle(batchId, settlements), 0, "minted again");
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
        field = bound(field, 0, 9);
        if (field == 0) task.workloadHash ^= bytes32(noise);
        if (field == 1) task.index ^= uint32(noise);
        if (field == 2) task.workloadType ^= uint16(1 + noise % type(uint16).max);
        if (field == 3) task.determinismClass ^= uint8(1 + noise % type(uint8).max);
        if (field == 4) task.computeUnits ^= uint64(noise);
        if (field == 5) task.deadline ^= uint64(noise);
        if (field == 6) task.redeemer = address(uint160(task.redeemer) ^ uint160(noise));
        if (field == 7) task.answerCommitment ^= bytes32(noise);
        if (field == 8) task.seatSecretHash ^= bytes32(noise);
        if (field == 9) task.escalationSecretHash ^= bytes32(noise);
        _expectRefusal(
            settlement, abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, task.workloadHash)
        );
    }

    function test_settle_revertsIfProofForged() public {
        (uint256 id, TaskSettlement[] memory settlements) = ripe(3);
        batchId = id;
        settlements[1].proof[0] ^= bytes32(uint256(1));
        _expectRefusal(
            settlements[1], abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD)
        );
    }

    function test_settle_revertsIfProofOfAnotherBatch() public {
        (uint256 first, TaskSettlement[] memory settlements) = ripe(3);
        MiningTask[] memory others = tasksOf(2);
        others[0].answerCommitment = "other";
        batchId = commitAndPin(others);
        assertTrue(first != batchId, "two batches");
        _expectRefusal(
            settlements[1], abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD)
        );
    }

    /// @notice An inner node is not a task: leaves are hashed twice.
    function test_settle_revertsIfProofIsTooShort() public {
        (uint256 id, TaskSettlement[] memory settlements) = ripe(4);
        batchId = id;
        settlements[0].proof = new bytes32[](0);
        _expectRefusal(
            settlements[0], abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD)
        );
    }

    function test_settle_revertsIfIndexBeyondTheCommittedCount() public {
        MiningTask[] memory tasks = tasksOf(2);
        bytes32 root = Merkle.rootOf(tasks);
        vm.prank(coordinator);
        batchId = mining.commitBatch(root, 1, 2 * UNITS, tasks[0].deadline);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        TaskSettlement memory settlement = settlementOf(batchId, tasks, 1);
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.WorkloadNotInQueue.selector, WORKLOAD));
    }

    function test_settle_revertsIfBatchUnknown() public {
        TaskSettlement memory settlement = _one();
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchUnknown.selector, batchId + 1));
        mining.settle(batchId + 1, only(settlement));
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
        bytes32 root = Merkle.rootOf(tasks);
        vm.prank(coordinator);
        batchId = mining.commitBatch(root, 2, 2 * UNITS - 1, tasks[0].deadline);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        mining.settle(batchId, only(settlementOf(batchId, tasks, 0)));
        _expectRefusal(
            settlementOf(batchId, tasks, 1),
            abi.encodeWithSelector(IMiningRegistry.BatchUnitsExceeded.selector, batchId, UNITS - 1, UNITS)
        );
    }

    // ---- deadline

    function test_settle_settlesUpToTheDeadline() public {
        TaskSettlement memory settlement = _one();
        vm.warp(settlement.task.deadline);
        assertEq(mining.settle(batchId, only(settlement)), 3 * REWARD, "minted");
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
        bytes32 root = Merkle.rootOf(tasks);
        vm.prank(coordinator);
        batchId = mining.commitBatch(root, 1, UNITS, tasks[0].deadline - 1);
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
            abi.encodeWithSelector(
                IMiningRegistry.SeatSecretMismatch.selector,
                settlement.task.seatSecretHash,
                keccak256(abi.encode(bytes32("wrong")))
            )
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
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.ClaimsNotAscending.selector));
    }

    function test_settle_revertsIfClaimsNotAscending() public {
        TaskSettlement memory settlement = _one();
        (settlement.claims[0], settlement.claims[1]) = (settlement.claims[1], settlement.claims[0]);
        _expectRefusal(settlement, abi.encodeWithSelector(IMiningRegistry.ClaimsNotAscending.selector));
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

    function test_settle_revertsIfClaimNamesNoGpu() public {
        TaskSettlement memory settlement = _one();
        settlement.claims[0].gpuId = 0;
        _expectRefusal(
            settlement, abi.encodeWithSelector(IMiningRegistry.DeviceNotRegistered.selector, bytes32(0))
        );
    }

    function test_settle_takesADeviceInItsLastSecond() public {
        pass(24 hours - 1000);
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].deadline = START + 24 hours;
        batchId = commitAndPin(tasks);
        TaskSettlement memory settlement = settlementOf(batchId, tasks, 0);
        vm.warp(START + 24 hours);
        assertEq(mining.settle(batchId, only(settlement)), 3 * REWARD, "minted");
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
        assertEq(mining.settle(batchId, only(settlement)), 2 * REWARD, "minted");
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
        MiningRegistry here = mining;
        mining = new MiningRegistry(registry, governor, coordinator);
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
        assertEq(mining.settle(batchId, only(settlement)), 3 * REWARD, "signed by the new key it settles");
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
        assertEq(mining.settle(batchId, only(settlement)), 3 * REWARD, "minted");
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
        mining.settle(batchId, only(settlement));
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
        mining.settle(batchId, only(settlement));
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
        mining.settle(batchId, only(settlement));
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
        assertEq(mining.settle(batchId, only(settlement)), 3 * REWARD, "payable at the time named");
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
        mining.settle(batchId, settlements);
        pass(8 * 9);
        assertEq(mining.settle(batchId, settlements), 24 * REWARD, "deferred, not lost");
    }

    // ---- one path

    /// @notice Settling tasks in one call equals settling them one by one.
    function testFuzz_settle_batchEqualsSingles(uint256 seed, uint8 count) public {
        uint256 tasks = bound(count, 1, 12);
        TaskSettlement[] memory settlements;
        (batchId, settlements) = ripe(tasks);
        pass(60);
        for (uint256 i = 0; i < tasks; i++) {
            uint256 kind = uint256(keccak256(abi.encode(seed, i))) % 4;
            if (kind == 1) keepClaims(settlements[i], 2);
            if (kind == 2) {
                settlements[i].claims[0].resultHash = OTHER_RESULT;
                resign(batchId, settlements[i], 0);
            }
            if (kind == 3 && i > 0) settlements[i] = settlements[i - 1];
        }
        uint256 state = vm.snapshotState();
        uint256 inOne = mining.settle(batchId, settlements);
        bytes32 together = _stateOf(tasks);
        vm.revertToState(state);
        uint256 inMany = 0;
        for (uint256 i = 0; i < tasks; i++) {
            inMany += mining.settle(batchId, only(settlements[i]));
        }
        assertEq(inOne, inMany, "minted");
        assertEq(_stateOf(tasks), together, "state");
    }

    function test_settle_isAllOrNothing() public {
        TaskSettlement[] memory settlements;
        (batchId, settlements) = ripe(3);
        keepClaims(settlements[2], 1);
        vm.expectPartialRevert(IMiningRegistry.ResultNotAgreed.selector);
        mining.settle(batchId, settlements);
        assertEq(token.totalSupply(), 0, "supply");
        assertFalse(mining.isSettled(batchId, 0), "settled");
    }

    // ---- helpers

    function _one() private returns (TaskSettlement memory) {
        TaskSettlement[] memory settlements;
        (batchId, settlements) = ripe(1);
        return settlements[0];
    }

    function _expectRefusal(TaskSettlement memory settlement, bytes memory refusal) private {
        uint256 supply = token.totalSupply();
        vm.expectRevert(refusal);
        mining.settle(batchId, only(settlement));
        assertEq(token.totalSupply(), supply, "no AIT is minted");
        assertFalse(mining.isSettled(batchId, settlement.task.index), "not settled");
    }

    function _expectSignatureRefused(TaskSettlement memory settlement) private {
        vm.expectPartialRevert(IMiningRegistry.WorkAttestationSignatureInvalid.selector);
        mining.settle(batchId, only(settlement));
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
