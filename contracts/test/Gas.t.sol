// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RegistrationRequest} from "../src/interfaces/IDeviceRegistry.sol";
import {TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {Network} from "./base/Network.sol";

/// @notice Gas of each verb as a transaction of its own, calldata included, written to snapshots/network.json: reviewed like code.
/// forge-config: default.isolate = true
contract GasTest is Network {
    string private constant GROUP = "network";

    function test_registerDevice_withoutTheEvidence() public {
        RegistrationRequest memory request =
            requestOf(gpuOf(address(0xabc), keccak256("a new chip"), bytes16(uint128(77)), 1));
        vm.prank(address(0xabc));
        registry.registerDevice(request);
        vm.snapshotGasLastCall(GROUP, "registerDevice without the evidence");
    }

    function test_refreshDevice_withoutTheEvidence() public {
        pass(2 hours);
        RegistrationRequest memory request = requestOf(gpus[0]);
        vm.prank(gpus[0].operator);
        registry.refreshDevice(request);
        vm.snapshotGasLastCall(GROUP, "refreshDevice without the evidence");
    }

    function test_commitBatch() public {
        commit(tasksOf(1));
        vm.prank(coordinator);
        mining.commitBatch("root", 100, 1e9, START + 600);
        vm.snapshotGasLastCall(GROUP, "commitBatch");
    }

    function test_pinSeed() public {
        uint256 batchId = commit(tasksOf(1));
        pass(6);
        mining.pinSeed(batchId);
        vm.snapshotGasLastCall(GROUP, "pinSeed");
    }

    function test_redeem() public {
        bytes32[] memory workloads = new bytes32[](1);
        uint64[] memory quotes = new uint64[](1);
        (workloads[0], quotes[0]) = (WORKLOAD, UNITS);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
        vm.snapshotGasLastCall(GROUP, "openWorkloads of one");
        earn(anyone, 0.02 ether);
        vm.prank(anyone);
        mining.redeem(0.02 ether, WORKLOAD);
        vm.snapshotGasLastCall(GROUP, "redeem");
    }

    function test_settle_one() public {
        _settle(5, 1);
    }

    function test_settle_ten() public {
        _settle(5, 10);
    }

    function test_settle_tenOnAHundredDevices() public {
        _settle(100, 10);
    }

    function test_settle_aHundred() public {
        _settle(5, 100);
    }

    function test_settle_aHundredOnAHundredDevices() public {
        _settle(100, 100);
    }

    /// @dev The devices have mined before and the operators hold AIT, as on any day but the first.
    function _settle(uint256 devices, uint256 tasks) private {
        for (uint256 i = 5; i < devices; i++) {
            enroll(
                gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), uint8(1 + i % 4))
            );
        }
        (uint256 warmId, TaskSettlement[] memory earlier) = ripe(devices < 10 ? 10 : 100);
        pass(600);
        mining.settle(warmId, earlier);
        (uint256 batchId, TaskSettlement[] memory settlements) = ripe(tasks);
        pass(600);
        mining.settle(batchId, settlements);
        vm.snapshotGasLastCall(
            GROUP, string.concat("settle ", vm.toString(tasks), " on a roster of ", vm.toString(devices))
        );
    }
}
