// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RegistrationRequest} from "../src/interfaces/IDeviceRegistry.sol";
import {SeatClaim, TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {Network} from "./base/Network.sol";
import {Packing} from "./base/Packing.sol";

/// @notice Gas of each verb as a transaction of its own, calldata included, written to snapshots/network.json: reviewed like code.
/// forge-config: default.isolate = true
contract GasTest is Network {
    string private constant GROUP = "network";
    mapping(bytes32 gpuId => uint256 batchId) private _namedIn;

    function test_registerDevice_withoutTheEvidence() public {
        RegistrationRequest memory request =
            requestOf(gpuOf(address(0xabc), keccak256("a new chip"), bytes16(uint128(77)), 1));
        vm.prank(address(0xabc));
        registry.registerDevice(request);
        vm.snapshotGasLastCall(GROUP, "registerDevice without the evidence");
    }

    function test_refreshDevice_withoutTheEvidence() public {
        pass(12 hours);
        RegistrationRequest memory request = requestOf(gpus[0]);
        vm.prank(gpus[0].operator);
        registry.refreshDevice(request);
        vm.snapshotGasLastCall(GROUP, "refreshDevice without the evidence");
    }

    function test_commitBatch() public {
        commit(tasksOf(1));
        vm.prank(coordinator);
        mining.commitBatch("root", 100, 0, 1e9, START + 600);
        vm.snapshotGasLastCall(GROUP, "commitBatch");
    }

    function test_pinSeed() public {
        uint256 batchId = commit(tasksOf(1));
        pass(6);
        mining.pinSeed(batchId);
        vm.snapshotGasLastCall(GROUP, "pinSeed");
    }

    /// @dev A second redemption: the account holds credit and AIT was burned before.
    function test_redeem() public {
        bytes32[] memory workloads = new bytes32[](1);
        uint64[] memory quotes = new uint64[](1);
        (workloads[0], quotes[0]) = (WORKLOAD, UNITS);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
        vm.snapshotGasLastCall(GROUP, "openWorkloads of one");
        earn(anyone, 0.05 ether);
        vm.prank(anyone);
        mining.redeem(0.02 ether, WORKLOAD);
        vm.snapshotGasLastCall(GROUP, "redeem, the account's first on a workload");
        vm.prank(anyone);
        mining.redeem(0.02 ether, WORKLOAD);
        vm.snapshotGasLastCall(GROUP, "redeem");
    }

    function test_settle_one() public {
        _settle(5, 5, 1);
    }

    /// @dev 256 small tasks under one root: to the registry one task of their sum, with the same checks.
    function test_settle_anEpoch() public {
        uint256 gas = _settle(20, 10, 1);
        vm.snapshotValue(GROUP, "settle an epoch of 256 tasks, 20 devices of 10 operators, per task", gas / 256);
    }

    function test_settle_aHundredOverThreeHundredDevices() public {
        _settle(300, 10, 100);
    }

    /// @dev The first escalation pins a second seed, the next one uses it too.
    function test_escalate_toSevenSeats() public {
        _grow(20, 10);
        (uint256 warmId, TaskSettlement[] memory earlier) = ripe(100);
        pass(600);
        settle(warmId, earlier);
        (uint256 batchId, TaskSettlement[] memory one) = ripe(1);
        bytes32 taskId = mining.taskIdOf(batchId, 0);
        _escalate(batchId, one[0], "escalate, three claims that differ");
        pass(6);
        mining.pinEscalation(taskId);
        vm.snapshotGasLastCall(GROUP, "pinEscalation");
        pass(20);
        TaskSettlement memory five = _seats(batchId, one[0], 5);
        uint256 before = vm.snapshotState();
        settle(batchId, only(five));
        vm.snapshotGasLastCall(GROUP, "settle one task of five seats, 20 devices of 10 operators");
        vm.revertToState(before);
        _escalate(batchId, five, "escalate, five claims that differ");
        TaskSettlement memory seven = _seats(batchId, one[0], 7);
        settle(batchId, only(seven));
        vm.snapshotGasLastCall(GROUP, "settle one task of seven seats, 20 devices of 10 operators");
    }

    function test_settle_aHundredOverTwentyDevices() public {
        _settle(20, 10, 100);
    }

    function test_settle_aHundredOverFiveDevices() public {
        _settle(5, 5, 100);
    }

    /// @dev The devices have mined before and the operators hold AIT, as on any day but the first. A claim names its GPU if none of the call did before.
    function _settle(uint256 devices, uint256 operators, uint256 tasks) private returns (uint256 gas) {
        _grow(devices, operators);
        for (uint256 warm = 0; warm < (devices < 100 ? 1 : 2); warm++) {
            (uint256 warmId, TaskSettlement[] memory earlier) = ripe(100);
            pass(600);
            settle(warmId, earlier);
        }
        (uint256 batchId, TaskSettlement[] memory settlements) = ripe(tasks);
        for (uint256 i = 0; i < tasks; i++) {
            for (uint256 j = 0; j < 3; j++) {
                SeatClaim memory claim = settlements[i].claims[j];
                claim.resultHash = 0;
                if (_namedIn[claim.gpuId] == batchId) claim.gpuId = 0;
                else _namedIn[claim.gpuId] = batchId;
            }
        }
        pass(600);
        settle(batchId, settlements);
        string memory what = tasks == 1 ? "settle one task" : "settle a hundred tasks";
        gas = vm.snapshotGasLastCall(
            GROUP,
            string.concat(what, ", ", vm.toString(devices), " devices of ", vm.toString(operators), " operators")
        );
    }

    function _grow(uint256 devices, uint256 operators) private {
        for (uint256 i = 5; i < devices; i++) {
            enroll(
                gpuOf(
                    address(uint160(0x1000 + i % operators)),
                    keccak256(abi.encode("chip", i)),
                    bytes16(uint128(i + 1)),
                    uint8(1 + i % 4)
                )
            );
        }
    }

    /// @dev Escalates with claims of which no two agree.
    function _escalate(uint256 batchId, TaskSettlement memory settlement, string memory row) private {
        for (uint256 i = 0; i < settlement.claims.length; i++) {
            settlement.claims[i].resultHash = keccak256(abi.encode("each its own", i));
            resign(batchId, settlement, i);
        }
        mining.escalate(batchId, Packing.pack(settlement), new bytes32[](0));
        vm.snapshotGasLastCall(GROUP, row);
    }

    /// @dev The settlement of an escalated task, by every seat it has.
    function _seats(uint256 batchId, TaskSettlement memory first, uint256 count)
        private
        view
        returns (TaskSettlement memory settlement)
    {
        settlement = abi.decode(abi.encode(first), (TaskSettlement));
        settlement.resultHash = RESULT;
        (settlement.answerCommitment, settlement.escalationSecret) = (answerOf(0), escalationSecretOf(0));
        uint32[] memory slots =
            mining.escalatedSeatsOf(batchId, first.task, settlement.seatSecret, settlement.escalationSecret);
        settlement.claims = new SeatClaim[](count);
        for (uint8 seat = 0; seat < count; seat++) {
            settlement.claims[seat] = claimOf(batchId, first.task, seat, slots[seat], RESULT, 1500);
        }
    }
}
