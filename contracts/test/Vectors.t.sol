// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {DeviceRegistry} from "../src/DeviceRegistry.sol";
import {IAttendanceRegistry} from "../src/interfaces/IAttendanceRegistry.sol";
import {IChallengeRegistry} from "../src/interfaces/IChallengeRegistry.sol";
import {IDcapVerifier} from "../src/interfaces/IDcapVerifier.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "../src/interfaces/IDeviceRegistry.sol";
import {IMiningRegistry, MiningTask, TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {INvidiaVerifier} from "../src/interfaces/INvidiaVerifier.sol";
import {ISnpVerifier} from "../src/interfaces/ISnpVerifier.sol";
import {Merkle} from "./base/Merkle.sol";
import {MiningDeployer} from "./base/MiningDeployer.sol";
import {Packing} from "./base/Packing.sol";
import {DecodingSnpVerifier} from "./standins/DecodingSnpVerifier.sol";
import {FixedRoster} from "./standins/FixedRoster.sol";

/// @notice The bytes both languages must agree on, as the protocol room wrote them down in /vectors.
contract VectorsTest is MiningDeployer {
    /// @dev Its first contract has the address the vectors were made for.
    address private constant DEPLOYER = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;
    uint256 private constant BATCH = 7;
    uint256 private constant TASKS = 5;
    uint256 private constant DRAWS = 16;

    FixedRoster private roster;
    IMiningRegistry private mining;
    string private tasksJson;
    string private attestationJson;
    string private drawsJson;
    string private bindingJson;

    function setUp() public {
        tasksJson = vm.readFile("../vectors/workloads/mining-tasks.json");
        attestationJson = vm.readFile("../vectors/attestations/work-attestation.json");
        drawsJson = vm.readFile("../vectors/agreements/draws.json");
        bindingJson = vm.readFile("../vectors/attestations/device-binding.json");
        vm.chainId(31337);
        roster = new FixedRoster();
        bytes memory code = vm.getCode("MiningRegistry.sol:MiningRegistry");
        vm.prank(DEPLOYER);
        mining = deployMining(code, IDeviceRegistry(address(roster)), address(this), address(this));
        assertEq(address(mining), vm.parseJsonAddress(drawsJson, ".miningRegistry"), "the vectors' address");
    }

    /// @notice The shape of the tree is the committer's affair: the registry only folds proofs.
    function test_leaves_fold_to_the_root() public view {
        MiningTask[] memory tasks = _tasks();
        bytes32 root = vm.parseJsonBytes32(tasksJson, ".root");
        for (uint256 i = 0; i < TASKS; i++) {
            bytes32 leaf = Merkle.leafOf(tasks[i]);
            assertEq(leaf, vm.parseJsonBytes32(tasksJson, _key("task", i, "leaf")), "leaf");
            bytes32[] memory proof = vm.parseJsonBytes32Array(tasksJson, _key("task", i, "proof"));
            assertEq(MerkleProof.processProof(proof, leaf), root, "root");
        }
    }

    /// @notice The registry takes the vectors' proofs: with no claims it refuses for want of agreement, not earlier.
    function test_settle_findsTheVectorsTasksInTheQueue() public {
        _pinnedRoster();
        for (uint256 i = 0; i < TASKS; i++) {
            TaskSettlement[] memory settlements = new TaskSettlement[](1);
            settlements[0].task = _tasks()[i];
            bytes32[] memory proof = vm.parseJsonBytes32Array(tasksJson, _key("task", i, "proof"));
            settlements[0].seatSecret = vm.parseJsonBytes32(drawsJson, ".seatSecret");
            vm.expectRevert(
                abi.encodeWithSelector(IMiningRegistry.ResultNotAgreed.selector, bytes32(0), uint256(0), uint256(2))
            );
            mining.settle(BATCH, Packing.pack(settlements), proof);
        }
    }

    function test_taskId_and_digest_agree() public view {
        bytes32 taskId = mining.taskIdOf(
            vm.parseJsonUint(attestationJson, ".batchId"), uint32(vm.parseJsonUint(attestationJson, ".index"))
        );
        assertEq(taskId, vm.parseJsonBytes32(attestationJson, ".taskId"), "taskId");
        bytes32 digest = mining.workAttestationDigest(
            taskId,
            vm.parseJsonBytes32(attestationJson, ".workloadHash"),
            vm.parseJsonBytes32(attestationJson, ".resultHash"),
            vm.parseJsonBytes32(attestationJson, ".gpuId"),
            uint64(vm.parseJsonUint(attestationJson, ".duration"))
        );
        assertEq(digest, vm.parseJsonBytes32(attestationJson, ".digest"), "digest");
        bytes32 vs = vm.parseJsonBytes32(attestationJson, ".vs");
        address signer = ecrecover(
            digest,
            uint8(27 + (uint256(vs) >> 255)),
            vm.parseJsonBytes32(attestationJson, ".r"),
            bytes32(uint256(vs) & type(uint256).max >> 1)
        );
        assertEq(signer, vm.parseJsonAddress(attestationJson, ".enclaveKey"), "signer");
    }

    function test_draws_agree() public {
        _pinnedRoster();
        bytes32 secret = vm.parseJsonBytes32(drawsJson, ".seatSecret");
        MiningTask memory task = _tasks()[0];
        task.deadline = uint64(vm.parseJsonUint(drawsJson, ".deadline"));
        for (uint256 i = 0; i < DRAWS; i++) {
            task.index = uint32(i);
            assertEq(
                mining.taskIdOf(BATCH, task.index), vm.parseJsonBytes32(drawsJson, _key("draw", i, "taskId")), "taskId"
            );
            uint256[] memory expected = vm.parseJsonUintArray(drawsJson, _key("draw", i, "slots"));
            uint32[3] memory found = mining.seatsOf(BATCH, task, secret);
            for (uint256 seat = 0; seat < 3; seat++) {
                assertEq(found[seat], expected[seat], "slot");
            }
        }
    }

    function test_binding_agrees() public {
        DeviceRegistry here = registryOf(ISnpVerifier(address(1)), new bytes32[](0));
        DeviceRegistry there = DeviceRegistry(vm.parseJsonAddress(bindingJson, ".deviceRegistry"));
        vm.etch(address(there), address(here).code);
        uint64 blockNumber = uint64(vm.parseJsonUint(bindingJson, ".blockNumber"));
        vm.roll(blockNumber + 1);
        vm.setBlockhash(blockNumber, vm.parseJsonBytes32(bindingJson, ".blockHash"));
        bytes32 binding = there.bindingOf(
            vm.parseJsonAddress(bindingJson, ".operator"),
            vm.parseJsonAddress(bindingJson, ".enclaveKey"),
            vm.parseJsonBytes32(bindingJson, ".gpuId"),
            uint8(vm.parseJsonUint(bindingJson, ".class")),
            blockNumber
        );
        assertEq(binding, vm.parseJsonBytes32(bindingJson, ".binding"), "binding");
    }

    /// @dev A registry that admits measured hosts.
    function registryOf(ISnpVerifier snp, bytes32[] memory measurements) private returns (DeviceRegistry) {
        return new DeviceRegistry(
            snp,
            IDcapVerifier(address(0)),
            INvidiaVerifier(address(0)),
            address(this),
            measurements,
            [4, 4, 4, 4],
            IChallengeRegistry(address(0)),
            IAttendanceRegistry(address(0))
        );
    }

    /// @notice What a registration makes of CHIP_ID and GPU UUID is what the vectors say.
    function test_gpuId_and_hostChip_agree() public {
        bytes memory chipId = vm.parseJsonBytes(bindingJson, ".chipId");
        bytes16 uuid = bytes16(vm.parseJsonBytes(bindingJson, ".gpuUuid"));
        bytes32 expected = vm.parseJsonBytes32(bindingJson, ".measuredHostGpuId");
        bytes memory measurement = new bytes(48);
        bytes32[] memory measurements = new bytes32[](1);
        measurements[0] = keccak256(measurement);
        DeviceRegistry registry = registryOf(new DecodingSnpVerifier(), measurements);
        vm.roll(1000);
        RegistrationRequest memory request;
        request.enclaveKey = address(0xe1);
        request.gpuUuid = uuid;
        request.class = 1;
        request.platform = 1;
        request.blockNumber = 999;
        bytes32 binding = registry.bindingOf(address(this), request.enclaveKey, expected, 1, 999);
        request.report = bytes.concat(
            new bytes(0x50), binding, bytes32(0), measurement, new bytes(0x1a0 - 0xc0), chipId, new bytes(1184 - 0x1e0)
        );
        Device memory device = registry.device(registry.registerDevice(request));
        assertEq(device.gpuId, expected, "gpuId");
        assertEq(device.hostChip, vm.parseJsonBytes32(bindingJson, ".hostChip"), "hostChip");
    }

    /// @dev The roster as of the vectors' commitment, under batch 7, pinned to the vectors' seed.
    function _pinnedRoster() private {
        bytes32[] memory gpuIds = vm.parseJsonBytes32Array(drawsJson, ".gpuIds");
        bytes32[] memory hostChips = vm.parseJsonBytes32Array(drawsJson, ".hostChips");
        address[] memory operators = vm.parseJsonAddressArray(drawsJson, ".operators");
        uint256[] memory validUntil = vm.parseJsonUintArray(drawsJson, ".validUntil");
        uint256[] memory previousValidUntil = vm.parseJsonUintArray(drawsJson, ".previousValidUntil");
        uint256[] memory refreshedBlock = vm.parseJsonUintArray(drawsJson, ".refreshedBlock");
        uint256[] memory revokedBlock = vm.parseJsonUintArray(drawsJson, ".revokedBlock");
        for (uint256 i = 0; i < gpuIds.length; i++) {
            Device memory device;
            device.gpuId = gpuIds[i];
            device.hostChip = hostChips[i];
            device.operator = operators[i];
            device.class = 1;
            device.validUntil = uint40(validUntil[i]);
            device.previousValidUntil = uint40(previousValidUntil[i]);
            device.refreshedBlock = uint40(refreshedBlock[i]);
            device.revokedBlock = uint40(revokedBlock[i]);
            roster.add(device);
        }
        uint256 commitBlock = vm.parseJsonUint(drawsJson, ".commitBlock");
        vm.roll(commitBlock);
        vm.warp(vm.parseJsonUint(drawsJson, ".deadline") - 1000);
        for (uint256 i = 0; i < BATCH; i++) {
            mining.commitBatch(
                vm.parseJsonBytes32(tasksJson, ".root"), uint32(TASKS), 0, 400_000, uint64(block.timestamp + 1000)
            );
        }
        vm.roll(commitBlock + 3);
        vm.setBlockhash(commitBlock + 2, vm.parseJsonBytes32(drawsJson, ".seedBlockHash"));
        mining.pinSeed(BATCH);
    }

    function _tasks() private view returns (MiningTask[] memory tasks) {
        tasks = new MiningTask[](TASKS);
        for (uint256 i = 0; i < TASKS; i++) {
            tasks[i] = MiningTask({
                workloadHash: vm.parseJsonBytes32(tasksJson, _key("task", i, "workloadHash")),
                index: uint32(vm.parseJsonUint(tasksJson, _key("task", i, "index"))),
                workloadType: uint16(vm.parseJsonUint(tasksJson, _key("task", i, "workloadType"))),
                determinismClass: uint8(vm.parseJsonUint(tasksJson, _key("task", i, "determinismClass"))),
                computeUnits: uint64(vm.parseJsonUint(tasksJson, _key("task", i, "computeUnits"))),
                deadline: uint64(vm.parseJsonUint(tasksJson, _key("task", i, "deadline"))),
                redeemer: vm.parseJsonAddress(tasksJson, _key("task", i, "redeemer")),
                seatSecretHash: vm.parseJsonBytes32(tasksJson, _key("task", i, "seatSecretHash"))
            });
        }
    }

    function _key(string memory list, uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".", list, vm.toString(i), ".", field);
    }
}
