// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMiningRegistry, MiningTask, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Network} from "../base/Network.sol";

contract RedeemTest is Network {
    event WorkloadOpened(bytes32 indexed workloadId, uint64 computeUnits);
    event Redeemed(address indexed account, bytes32 indexed workloadId, uint256 aitAmount, uint64 computeUnits);

    address private holder = address(0xb0b);

    function setUp() public override {
        super.setUp();
        earn(holder, 0.2 ether);
    }

    function test_redeem_burnsAndCredits() public {
        open(WORKLOAD, UNITS);
        uint256 balance = token.balanceOf(holder);
        uint256 supply = token.totalSupply();
        vm.expectEmit();
        emit Redeemed(holder, WORKLOAD, 0.08 ether, UNITS);
        vm.prank(holder);
        mining.redeem(0.08 ether, WORKLOAD);
        assertEq(token.balanceOf(holder), balance - 0.08 ether, "balance");
        assertEq(token.totalSupply(), supply - 0.08 ether, "supply");
        assertEq(mining.creditOf(holder, WORKLOAD), UNITS, "credit");
        assertEq(mining.totalBurned(), 0.08 ether, "totalBurned");
        assertEq(mining.totalMinted(), supply, "totalMinted");
    }

    function test_redeem_addsUp() public {
        open(WORKLOAD, UNITS);
        vm.startPrank(holder);
        mining.redeem(0.01 ether, WORKLOAD);
        mining.redeem(0.02 ether, WORKLOAD);
        vm.stopPrank();
        assertEq(mining.creditOf(holder, WORKLOAD), 30_000, "credit");
        assertEq(mining.creditOf(anyone, WORKLOAD), 0, "nobody else's");
        assertEq(mining.creditOf(holder, "other"), 0, "no other workload's");
    }

    function testFuzz_redeem_roundsAgainstTheHolder(uint256 amount) public {
        open(WORKLOAD, UNITS);
        amount = bound(amount, 1e15, token.balanceOf(holder));
        vm.prank(holder);
        mining.redeem(amount, WORKLOAD);
        uint256 credit = mining.creditOf(holder, WORKLOAD);
        assertLe(credit * 1e12, amount, "credit is covered");
        assertTrue((credit + 1) * 1e12 > amount, "and not a micro-CU less than covered");
    }

    function test_redeem_revertsIfWorkloadNotOpen() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.WorkloadNotOpen.selector, WORKLOAD));
        vm.prank(holder);
        mining.redeem(0.08 ether, WORKLOAD);
    }

    function testFuzz_redeem_revertsIfTooSmall(uint256 amount) public {
        open(WORKLOAD, UNITS);
        amount = bound(amount, 0, 1e15 - 1);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.RedemptionTooSmall.selector, amount, uint256(1e15)));
        vm.prank(holder);
        mining.redeem(amount, WORKLOAD);
    }

    function test_redeem_revertsIfTooLarge() public {
        open(WORKLOAD, UNITS);
        uint256 most = uint256(type(uint64).max) * 1e12;
        vm.expectRevert(
            abi.encodeWithSelector(IMiningRegistry.RedemptionTooLarge.selector, most + 1e12, most)
        );
        vm.prank(holder);
        mining.redeem(most + 1e12, WORKLOAD);
    }

    function test_redeem_revertsIfBalanceTooSmall() public {
        open(WORKLOAD, UNITS);
        uint256 balance = token.balanceOf(holder);
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        vm.prank(holder);
        mining.redeem(balance + 1, WORKLOAD);
        assertEq(mining.creditOf(holder, WORKLOAD), 0, "credit");
    }

    // ---- openWorkloads

    function test_openWorkloads_isIdempotent() public {
        vm.expectEmit();
        emit WorkloadOpened(WORKLOAD, UNITS);
        open(WORKLOAD, UNITS);
        vm.recordLogs();
        open(WORKLOAD, UNITS);
        assertEq(vm.getRecordedLogs().length, 0, "no second event");
        assertEq(mining.quoteOf(WORKLOAD), UNITS, "quote");
    }

    function test_openWorkloads_revertsIfQuoteDiffers() public {
        open(WORKLOAD, UNITS);
        vm.expectRevert(
            abi.encodeWithSelector(IMiningRegistry.WorkloadAlreadyOpen.selector, WORKLOAD, UNITS, UNITS + 1)
        );
        open(WORKLOAD, UNITS + 1);
    }

    function test_openWorkloads_revertsIfQuoteMissing() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.QuoteMissing.selector, WORKLOAD));
        open(WORKLOAD, 0);
    }

    function test_openWorkloads_revertsIfListsDiffer() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.LengthMismatch.selector, uint256(2), uint256(1)));
        vm.prank(coordinator);
        mining.openWorkloads(new bytes32[](2), new uint64[](1));
    }

    function test_openWorkloads_revertsIfNotCoordinator() public {
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.NotCoordinator.selector, coordinator, anyone));
        vm.prank(anyone);
        mining.openWorkloads(new bytes32[](0), new uint64[](0));
    }

    // ---- settling redeemed work

    function test_settle_spendsTheRedeemersCredit() public {
        buy(0.1 ether);
        (uint256 batchId, TaskSettlement[] memory settlements) = ripeFor(holder);
        settle(batchId, settlements);
        assertEq(mining.creditOf(holder, WORKLOAD), 100_000 - UNITS, "credit");
    }

    function test_settle_revertsIfCreditInsufficient() public {
        buy(0.079999 ether);
        (uint256 batchId, TaskSettlement[] memory settlements) = ripeFor(holder);
        vm.expectRevert(
            abi.encodeWithSelector(
                IMiningRegistry.CreditInsufficient.selector, holder, WORKLOAD, UNITS, uint64(79_999)
            )
        );
        settle(batchId, settlements);
    }

    function test_settle_leavesCreditIfTheTaskNeverSettles() public {
        buy(0.1 ether);
        ripeFor(holder);
        pass(2 hours);
        assertEq(mining.creditOf(holder, WORKLOAD), 100_000, "credit");
    }

    /// @notice Buying one's own work always loses, whatever the governor sets.
    function testFuzz_washRedemption_loses(uint96 mintRate, uint96 redeemPrice) public {
        vm.prank(governor);
        (bool isSet,) = address(mining).call(abi.encodeCall(mining.setRates, (mintRate, redeemPrice)));
        isSet;
        uint256 burned = uint256(UNITS) * mining.redeemPrice();
        uint256 minted = 3 * uint256(UNITS) * mining.mintRate();
        assertTrue(minted < burned, "three seats of it mint less than it burned");
    }

    function open(bytes32 workload, uint64 units) private {
        bytes32[] memory workloads = new bytes32[](1);
        uint64[] memory quotes = new uint64[](1);
        (workloads[0], quotes[0]) = (workload, units);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
    }

    function buy(uint256 amount) private {
        open(WORKLOAD, UNITS);
        vm.prank(holder);
        mining.redeem(amount, WORKLOAD);
    }

    function ripeFor(address redeemer) private returns (uint256 batchId, TaskSettlement[] memory settlements) {
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].redeemer = redeemer;
        batchId = commitAndPin(tasks);
        settlements = only(settlementOf(batchId, tasks, 0));
    }
}
