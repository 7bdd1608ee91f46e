// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Device, IDeviceRegistry} from "../../src/interfaces/IDeviceRegistry.sol";
import {Batch, IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Merkle} from "../base/Merkle.sol";
import {MiningDeployer} from "../base/MiningDeployer.sol";
import {Packing} from "../base/Packing.sol";
import {RosterEntry} from "../../src/roster/RosterWords.sol";
import {FixedRoster} from "../standins/FixedRoster.sol";

/// @notice The draw over rosters of any shape, against a twin written from the specification's sentence.
contract SeatDrawTest is MiningDeployer {
    uint40 private constant NOW = 1_800_000_000;
    FixedRoster private roster;
    IMiningRegistry private mining;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(1000);
        roster = new FixedRoster();
        mining = deployMining(IDeviceRegistry(address(roster)), address(this), address(this));
    }

    function testFuzz_seatsOf_agreesWithTheSlowTwin(uint256 seed, uint256 length) public {
        length = bound(length, 3, 40);
        uint256 variety = bound(uint256(keccak256(abi.encode(seed, "variety"))), 1, length);
        for (uint256 i = 0; i < length; i++) {
            roster.add(_deviceOf(uint256(keccak256(abi.encode(seed, i))), variety));
        }
        MiningTask memory task = _taskOf(seed);
        uint256 batchId = _commitAndPin(task);
        (bool isFilled, uint32[3] memory expected, uint256 seated) = _slowDraw(batchId, task, "secret");
        if (!isFilled) {
            vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.RosterTooSmall.selector, seated, uint256(3)));
        }
        uint32[3] memory found = mining.seatsOf(batchId, task, "secret");
        for (uint256 i = 0; isFilled && i < 3; i++) {
            assertEq(found[i], expected[i], "slot");
        }
    }

    function test_seatsOf_revertsIfOneOperatorOwnsAll() public {
        for (uint256 i = 0; i < 5; i++) {
            Device memory device = _good(i);
            device.operator = address(0x1);
            roster.add(device);
        }
        _expectTooSmall(1);
    }

    function test_seatsOf_revertsIfAllShareTwoHosts() public {
        for (uint256 i = 0; i < 6; i++) {
            Device memory device = _good(i);
            device.hostChip = bytes32(1 + i % 2);
            roster.add(device);
        }
        _expectTooSmall(2);
    }

    function test_seatsOf_passesOverDevicesRevokedByTheCommitment() public {
        for (uint256 i = 0; i < 6; i++) {
            Device memory device = _good(i);
            if (i >= 2) device.revokedBlock = uint40(block.number);
            roster.add(device);
        }
        _expectTooSmall(2);
    }

    function test_seatsOf_keepsDevicesRevokedAfterTheCommitment() public {
        for (uint256 i = 0; i < 6; i++) {
            Device memory device = _good(i);
            device.revokedBlock = uint40(block.number + 1);
            roster.add(device);
        }
        MiningTask memory task = _taskOf(1);
        mining.seatsOf(_commitAndPin(task), task, "secret");
    }

    function test_seatsOf_readsTheValidityBeforeALaterRefresh() public {
        for (uint256 i = 0; i < 6; i++) {
            Device memory device = _good(i);
            device.refreshedBlock = uint40(block.number + 1);
            device.previousValidUntil = NOW + 600;
            device.validUntil = NOW + 1200;
            roster.add(device);
        }
        MiningTask memory task = _taskOf(1);
        task.deadline = NOW + 600;
        mining.seatsOf(_commitAndPin(task), task, "secret");
        task.deadline = NOW + 601;
        uint256 second = _commitAndPin(task);
        // As of the second commitment the refresh is in effect; as of the first it was not.
        mining.seatsOf(second, task, "secret");
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.RosterTooSmall.selector, uint256(0), uint256(3)));
        mining.seatsOf(second - 1, task, "secret");
    }

    /// @notice A device registry of ours never shortens a validity; were it to, settlement would still refuse.
    function test_settle_revertsIfDeviceExpired() public {
        for (uint256 i = 0; i < 3; i++) {
            Device memory device = _good(i);
            device.enclaveKey = vm.addr(100 + i);
            roster.add(device);
        }
        MiningTask memory task = _taskOf(1);
        uint256 batchId = _commitAndPin(task);
        vm.warp(NOW + 100);
        TaskSettlement[] memory settlements = _settlementsOf(batchId, task);
        for (uint32 i = 0; i < 3; i++) {
            Device memory device = roster.device(i);
            device.refreshedBlock = uint40(block.number);
            device.previousValidUntil = device.validUntil;
            device.validUntil = NOW + 99;
            roster.set(i, device);
        }
        vm.expectRevert(
            abi.encodeWithSelector(
                IMiningRegistry.DeviceExpired.selector, settlements[0].claims[0].gpuId, uint40(NOW + 99)
            )
        );
        mining.settle(batchId, Packing.pack(settlements), new bytes32[](0));
        assertEq(mining.token().totalSupply(), 0, "no AIT is minted");
    }

    /// @notice A roster that calls back while it is read cannot settle the task a second time: it is only ever read.
    function test_settle_withstandsAReenteringRoster() public {
        ReenteringRoster hostile = new ReenteringRoster();
        IMiningRegistry victim = deployMining(IDeviceRegistry(address(hostile)), address(this), address(this));
        mining = victim;
        for (uint256 i = 0; i < 3; i++) {
            Device memory device = _good(i);
            device.enclaveKey = vm.addr(100 + i);
            hostile.add(device);
        }
        roster = hostile;
        MiningTask memory task = _taskOf(1);
        uint256 batchId = _commitAndPin(task);
        vm.warp(NOW + 100);
        TaskSettlement[] memory settlements = _settlementsOf(batchId, task);
        hostile.arm(address(victim), abi.encodeCall(victim.settle, (batchId, Packing.pack(settlements), new bytes32[](0))));
        uint256 minted = victim.settle(batchId, Packing.pack(settlements), new bytes32[](0));
        assertEq(minted, 3 * uint256(task.computeUnits) * 1e11, "minted");
        assertEq(victim.token().totalSupply(), minted, "once");
    }

    // ---- the twin

    /// @dev "Draw k = keccak(seed, taskId, k) mod rosterLength until three seats are filled, at most 64 draws; passed over only if,
    /// as of the commitment, revoked, or valid for less than the deadline, or not distinct."
    function _slowDraw(uint256 batchId, MiningTask memory task, bytes32 secret)
        private
        view
        returns (bool isFilled, uint32[3] memory slots, uint256 seated)
    {
        Batch memory batch = mining.batch(batchId);
        bytes32 seed = keccak256(abi.encode(secret, batch.seedBlockHash));
        bytes32 taskId = keccak256(abi.encode(block.chainid, address(mining), batchId, uint256(task.index)));
        for (uint256 k = 0; k < 64 && seated < 3; k++) {
            uint32 slot = uint32(uint256(keccak256(abi.encode(seed, taskId, k))) % batch.rosterLength);
            Device memory drawn = roster.device(slot);
            uint256 validUntil = drawn.validUntil;
            if (drawn.refreshedBlock > batch.commitBlock) validUntil = drawn.previousValidUntil;
            bool isPassed = validUntil < task.deadline;
            if (drawn.revokedBlock > 0 && drawn.revokedBlock <= batch.commitBlock) isPassed = true;
            for (uint256 i = 0; i < seated; i++) {
                Device memory other = roster.device(slots[i]);
                if (other.operator == drawn.operator) isPassed = true;
                if (other.hostChip == drawn.hostChip) isPassed = true;
                if (other.gpuId == drawn.gpuId) isPassed = true;
            }
            if (!isPassed) slots[seated++] = slot;
        }
        isFilled = seated == 3;
    }

    // ---- helpers

    function _expectTooSmall(uint256 seated) private {
        MiningTask memory task = _taskOf(1);
        uint256 batchId = _commitAndPin(task);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.RosterTooSmall.selector, seated, uint256(3)));
        mining.seatsOf(batchId, task, "secret");
    }

    function _commitAndPin(MiningTask memory task) private returns (uint256 batchId) {
        batchId = mining.commitBatch(Merkle.leafOf(task), 1, 0, uint56(task.computeUnits), task.deadline);
        vm.roll(block.number + 3);
        mining.pinSeed(batchId);
    }

    function _taskOf(uint256 seed) private pure returns (MiningTask memory task) {
        task.workloadHash = keccak256(abi.encode(seed));
        task.workloadType = 1;
        task.determinismClass = 1;
        task.computeUnits = 80_000;
        task.deadline = NOW + 1000;
        task.seatSecretHash = keccak256(abi.encode(bytes32("secret")));
    }

    function _good(uint256 i) private view returns (Device memory) {
        return Device({
            gpuId: keccak256(abi.encode("gpu", i)),
            hostChip: keccak256(abi.encode("host", i)),
            operator: address(uint160(0x100 + i)),
            class: 1,
            validUntil: NOW + 1 days,
            previousValidUntil: 0,
            enclaveKey: address(uint160(0x200 + i)),
            registeredBlock: 1,
            refreshedBlock: uint40(block.number),
            revokedBlock: 0
        });
    }

    /// @dev About the commitment at block 1000 and the deadline at NOW + 1000, on both sides of every comparison.
    function _deviceOf(uint256 noise, uint256 variety) private view returns (Device memory device) {
        device = _good(noise % variety);
        device.hostChip = bytes32((noise >> 8) % variety);
        device.operator = address(uint160((noise >> 16) % variety));
        device.validUntil = uint40(NOW + 998 + (noise >> 24) % 4);
        device.previousValidUntil = uint40(NOW + 998 + (noise >> 32) % 4);
        device.refreshedBlock = uint40(999 + (noise >> 40) % 3);
        if ((noise >> 48) % 4 == 0) device.revokedBlock = uint40(999 + (noise >> 56) % 3);
    }

    function _settlementsOf(uint256 batchId, MiningTask memory task)
        private
        view
        returns (TaskSettlement[] memory settlements)
    {
        settlements = new TaskSettlement[](1);
        settlements[0].task = task;
        settlements[0].seatSecret = "secret";
        settlements[0].resultHash = "result";
        settlements[0].claims = new SeatClaim[](3);
        uint32[3] memory slots = mining.seatsOf(batchId, task, "secret");
        bytes32 taskId = mining.taskIdOf(batchId, 0);
        for (uint8 i = 0; i < 3; i++) {
            bytes32 gpuId = roster.device(slots[i]).gpuId;
            bytes32 digest = mining.workAttestationDigest(taskId, task.workloadHash, "result", gpuId, 1000);
            (bytes32 r, bytes32 vs) = vm.signCompact(100 + slots[i], digest);
            settlements[0].claims[i] =
                SeatClaim({seat: i, gpuId: gpuId, resultHash: "result", duration: 1000, r: r, vs: vs});
        }
    }
}

/// @notice Tries to run a call of its own whenever a device is read.
contract ReenteringRoster is FixedRoster {
    address private _target;
    bytes private _call;

    function arm(address target, bytes calldata call) external {
        _target = target;
        _call = call;
    }

    function rosterEntry(uint32 slot) external view override returns (RosterEntry memory) {
        // Only from the outermost call: what it starts gets less gas than this.
        if (_target != address(0) && gasleft() > 100_000_000) {
            (bool ok,) = _target.staticcall{gas: 50_000_000}(_call);
            require(!ok, "a static call cannot settle");
        }
        return _entryOf(slot);
    }
}
