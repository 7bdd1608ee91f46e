// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIToken} from "../../src/AIToken.sol";
import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {IAttendanceRegistry} from "../../src/interfaces/IAttendanceRegistry.sol";
import {IChallengeRegistry} from "../../src/interfaces/IChallengeRegistry.sol";
import {IDcapVerifier} from "../../src/interfaces/IDcapVerifier.sol";
import {RegistrationRequest} from "../../src/interfaces/IDeviceRegistry.sol";
import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";
import {DecodingSnpVerifier} from "../standins/DecodingSnpVerifier.sol";
import {Merkle} from "./Merkle.sol";
import {MiningDeployer} from "./MiningDeployer.sol";
import {Packing} from "./Packing.sol";

/// @notice A small network: both registries, five devices on five hosts of five operators, and the hands to work them.
abstract contract Network is MiningDeployer {
    /// @param uuid GPU UUID; with the chip it makes the gpuId
    struct Gpu {
        address operator;
        uint256 key;
        bytes32 chip;
        bytes16 uuid;
        uint8 class;
        bytes32 gpuId;
    }

    uint64 internal constant START = 1_800_000_000;
    /// @dev 0.08 CU: 80 tokens at 1000 micro-CU.
    uint64 internal constant UNITS = 80_000;
    bytes32 internal constant RESULT = keccak256("the right answer");
    bytes32 internal constant OTHER_RESULT = keccak256("another answer");
    bytes32 internal constant WORKLOAD = keccak256("workload");
    uint256 internal constant SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    address internal governor = address(0x60);
    address internal coordinator = address(0xc0);
    address internal anyone = address(0xa1);
    DecodingSnpVerifier internal snp;
    DeviceRegistry internal registry;
    IMiningRegistry internal mining;
    AIToken internal token;
    Gpu[] internal gpus;
    /// @dev What was committed, for the proofs.
    mapping(uint256 batchId => MiningTask[]) internal committed;
    uint256 private _nextKey = 0x1000;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(1000);
        bytes32[] memory measurements = new bytes32[](1);
        measurements[0] = keccak256(measurement());
        snp = new DecodingSnpVerifier();
        registry = new DeviceRegistry(
            snp,
            dcapVerifier(),
            nvidiaVerifier(),
            governor,
            measurements,
            [PROFILES, PROFILES, PROFILES, PROFILES],
            challengeRegistry(),
            attendanceRegistry()
        );
        mining = deployMining(registry, governor, coordinator);
        token = AIToken(address(mining.token()));
        for (uint256 i = 0; i < 5; i++) {
            uint8 class = uint8(1 + i % 4);
            enroll(gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), class));
        }
    }

    // ---- devices

    /// @dev Attested GPU, measured host, measured enclave: every class admits each.
    uint8 internal constant PROFILES = 0x0e;

    /// @notice What verifies quotes; none unless a test says so.
    function dcapVerifier() internal virtual returns (IDcapVerifier) {
        return IDcapVerifier(address(0));
    }

    /// @notice What verifies evidence of GPUs; none unless a test says so.
    function nvidiaVerifier() internal virtual returns (INvidiaVerifier) {
        return INvidiaVerifier(address(0));
    }

    /// @notice Where classes prove themselves; nowhere unless a test says so.
    function challengeRegistry() internal virtual returns (IChallengeRegistry) {
        return IChallengeRegistry(address(0));
    }

    /// @notice Who suspends silent devices; nobody unless a test says so.
    function attendanceRegistry() internal virtual returns (IAttendanceRegistry) {
        return IAttendanceRegistry(address(0));
    }

    function measurement() internal pure returns (bytes memory) {
        return abi.encodePacked(keccak256("measured program"), bytes16("v1"));
    }

    function gpuOf(address operator, bytes32 chip, bytes16 uuid, uint8 class) internal returns (Gpu memory) {
        return Gpu({
            operator: operator,
            key: _nextKey++,
            chip: chip,
            uuid: uuid,
            class: class,
            gpuId: keccak256(abi.encodePacked(chip, chip, uuid))
        });
    }

    function enroll(Gpu memory gpu) internal returns (uint32 slot) {
        gpus.push(gpu);
        RegistrationRequest memory request = requestOf(gpu);
        vm.prank(gpu.operator);
        return registry.registerDevice(request);
    }

    /// @notice A request with evidence bound to it, challenged by the last block.
    function requestOf(Gpu memory gpu) internal view returns (RegistrationRequest memory request) {
        uint64 challenge = uint64(block.number - 1);
        bytes32 binding = registry.bindingOf(gpu.operator, vm.addr(gpu.key), gpu.gpuId, gpu.class, challenge);
        request.enclaveKey = vm.addr(gpu.key);
        request.gpuUuid = gpu.uuid;
        request.class = gpu.class;
        request.platform = 1;
        request.blockNumber = challenge;
        request.report = reportOf(measurement(), binding, 0, gpu.chip);
    }

    /// @notice Refreshes a device, or registers it again, whichever its state admits.
    /// @return isRenewed false if it admits neither
    /// @return isAnew true if it was registered again
    function refreshOrRegister(Gpu memory gpu) internal returns (bool isRenewed, bool isAnew) {
        RegistrationRequest memory request = requestOf(gpu);
        vm.prank(gpu.operator);
        try registry.refreshDevice(request) {
            return (true, false);
        } catch {}
        vm.prank(gpu.operator);
        try registry.registerDevice(request) {
            return (true, true);
        } catch {
            return (false, false);
        }
    }

    function reportOf(bytes memory measured, bytes32 data0, bytes32 data1, bytes32 chip)
        internal
        pure
        returns (bytes memory)
    {
        return bytes.concat(
            new bytes(0x50), data0, data1, measured, new bytes(0x1a0 - 0xc0), chip, chip, new bytes(1184 - 0x1e0)
        );
    }

    function hostOf(Gpu memory gpu) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(gpu.chip, gpu.chip));
    }

    /// @notice Moves on by seconds and as many two-second blocks.
    function pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
        vm.roll(block.number + (time + 1) / 2);
    }

    // ---- tasks

    function answerOf(uint256 index) internal pure virtual returns (bytes32) {
        return keccak256(abi.encode("salted answer", index));
    }

    function escalationSecretOf(uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode("escalation secret", index));
    }

    function secretOf(uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode(answerOf(index), escalationSecretOf(index)));
    }

    function taskOf(uint32 index) internal view returns (MiningTask memory) {
        return MiningTask({
            workloadHash: WORKLOAD,
            index: index,
            workloadType: 1,
            determinismClass: 1,
            computeUnits: UNITS,
            deadline: uint64(block.timestamp) + 1800,
            redeemer: address(0),
            seatSecretHash: keccak256(abi.encode(secretOf(index)))
        });
    }

    function tasksOf(uint256 count) internal view returns (MiningTask[] memory tasks) {
        tasks = new MiningTask[](count);
        for (uint256 i = 0; i < count; i++) {
            tasks[i] = taskOf(uint32(i));
        }
    }

    function commit(MiningTask[] memory tasks) internal returns (uint256 batchId) {
        uint64 units = 0;
        uint64 subsidised = 0;
        uint64 latest = 0;
        for (uint256 i = 0; i < tasks.length; i++) {
            units += tasks[i].computeUnits;
            if (tasks[i].redeemer == address(0)) subsidised += tasks[i].computeUnits;
            if (tasks[i].deadline > latest) latest = tasks[i].deadline;
        }
        return commitAs(tasks, uint32(tasks.length), units, subsidised, latest);
    }

    /// @notice Commits tasks under facts of the caller's choice.
    function commitAs(MiningTask[] memory tasks, uint32 count, uint64 units, uint64 subsidised, uint64 latest)
        internal
        returns (uint256 batchId)
    {
        bytes32 root = Merkle.rootOf(tasks);
        vm.prank(coordinator);
        batchId = mining.commitBatch(root, count, uint56(units - subsidised), uint56(subsidised), latest);
        for (uint256 i = 0; i < tasks.length; i++) {
            committed[batchId].push(tasks[i]);
        }
    }

    /// @notice One proof for the tasks of these settlements, from what was committed.
    function proofFor(uint256 batchId, TaskSettlement[] memory settlements) internal view returns (bytes32[] memory) {
        MiningTask[] memory tasks = committed[batchId];
        if (tasks.length == 0) return new bytes32[](0);
        uint256[] memory indexes = new uint256[](settlements.length);
        for (uint256 i = 0; i < settlements.length; i++) {
            indexes[i] = settlements[i].task.index;
        }
        return Merkle.proofOf(tasks, indexes);
    }

    /// @notice Settles with a genuine proof. The only call to a contract is the settlement itself.
    function settle(uint256 batchId, TaskSettlement[] memory settlements) internal returns (uint256 minted) {
        return mining.settle(batchId, Packing.pack(settlements), proofFor(batchId, settlements));
    }

    /// @notice Commits, pins, and lets enough time pass for every device to have done one of these tasks.
    function commitAndPin(MiningTask[] memory tasks) internal returns (uint256 batchId) {
        batchId = commit(tasks);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
    }

    // ---- settlements

    function settlementOf(uint256 batchId, MiningTask[] memory tasks, uint256 i)
        internal
        view
        returns (TaskSettlement memory settlement)
    {
        settlement.task = tasks[i];
        settlement.seatSecret = secretOf(tasks[i].index);
        settlement.resultHash = RESULT;
        settlement.claims = new SeatClaim[](3);
        uint32[3] memory slots = mining.seatsOf(batchId, tasks[i], settlement.seatSecret);
        for (uint8 seat = 0; seat < 3; seat++) {
            settlement.claims[seat] = claimOf(batchId, tasks[i], seat, slots[seat], RESULT, 1500);
        }
    }

    function claimOf(
        uint256 batchId,
        MiningTask memory task,
        uint8 seat,
        uint32 slot,
        bytes32 resultHash,
        uint64 duration
    ) internal view returns (SeatClaim memory claim) {
        bytes32 gpuId = registry.device(slot).gpuId;
        claim = SeatClaim({seat: seat, gpuId: gpuId, resultHash: resultHash, duration: duration, r: 0, vs: 0});
        sign(claim, mining.taskIdOf(batchId, task.index), task.workloadHash, keyOf(gpuId));
    }

    function sign(SeatClaim memory claim, bytes32 taskId, bytes32 workloadHash, uint256 key) internal view {
        (claim.r, claim.vs) = vm.signCompact(
            key, mining.workAttestationDigest(taskId, workloadHash, claim.resultHash, claim.gpuId, claim.duration)
        );
    }

    /// @notice Signs a changed claim of a settlement again with the key of its device.
    function resign(uint256 batchId, TaskSettlement memory settlement, uint256 i) internal view {
        SeatClaim memory claim = settlement.claims[i];
        sign(
            claim,
            mining.taskIdOf(batchId, settlement.task.index),
            settlement.task.workloadHash,
            keyOf(claim.gpuId)
        );
    }

    function keyOf(bytes32 gpuId) internal view returns (uint256) {
        for (uint256 i = gpus.length; i > 0; i--) {
            if (gpus[i - 1].gpuId == gpuId) return gpus[i - 1].key;
        }
        revert NotTrue("the gpu is enrolled");
    }

    /// @notice A batch of `count` tasks, pinned and ripe, with full settlements.
    function ripe(uint256 count) internal returns (uint256 batchId, TaskSettlement[] memory settlements) {
        MiningTask[] memory tasks = tasksOf(count);
        batchId = commitAndPin(tasks);
        settlements = new TaskSettlement[](count);
        for (uint256 i = 0; i < count; i++) {
            settlements[i] = settlementOf(batchId, tasks, i);
        }
    }

    /// @notice Keeps the claims of the first `count` seats.
    function keepClaims(TaskSettlement memory settlement, uint256 count) internal pure {
        SeatClaim[] memory kept = new SeatClaim[](count);
        for (uint256 i = 0; i < count; i++) {
            kept[i] = settlement.claims[i];
        }
        settlement.claims = kept;
    }

    function only(TaskSettlement memory settlement) internal pure returns (TaskSettlement[] memory settlements) {
        settlements = new TaskSettlement[](1);
        settlements[0] = settlement;
    }

    /// @notice Gives an account AIT the only way there is: by settled work, then a transfer.
    function earn(address account, uint256 amount) internal {
        while (token.balanceOf(account) < amount) {
            (uint256 batchId, TaskSettlement[] memory settlements) = ripe(1);
            settle(batchId, settlements);
            for (uint256 i = 0; i < gpus.length; i++) {
                uint256 balance = token.balanceOf(gpus[i].operator);
                if (balance == 0) continue;
                vm.prank(gpus[i].operator);
                token.transfer(account, balance);
            }
        }
    }
}
