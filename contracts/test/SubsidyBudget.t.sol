// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SubsidyBudget} from "../src/SubsidyBudget.sol";
import {IGoverned} from "../src/interfaces/IGoverned.sol";
import {IMiningRegistry, MiningTask, TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {BootstrapTerms, ISubsidyBudget} from "../src/interfaces/ISubsidyBudget.sol";
import {Network} from "./base/Network.sol";

/// @notice What bounds the work that nobody redeems for.
contract SubsidyBudgetTest is Network {
    event SubsidyCharged(uint256 indexed batchId, uint256 amount, uint256 charged);
    event BootstrapChanged(uint256 released, uint256 decaying, uint256 halfLife);

    uint256 private constant RATE = 1e11;
    uint256 private constant PRICE = 1e12;
    uint256 private constant UPFRONT = 1 ether;
    uint256 private constant DECAYING = 8 ether;
    uint256 private constant HALF_LIFE = 30 days;
    ISubsidyBudget private budget;

    function bootstrap() internal pure override returns (BootstrapTerms memory) {
        return BootstrapTerms({upfront: uint128(UPFRONT), decaying: uint128(DECAYING), halfLife: uint32(HALF_LIFE)});
    }

    function setUp() public override {
        super.setUp();
        budget = mining.subsidy();
    }

    // ---- the bootstrap

    function test_released_halvesWhatIsLeftInEachHalfLife() public {
        assertEq(budget.released(), UPFRONT, "at once");
        assertEq(budget.unreleased(), DECAYING, "to come");
        vm.warp(START + HALF_LIFE / 2);
        assertEq(budget.released(), UPFRONT + 2 ether, "half of the first half");
        vm.warp(START + HALF_LIFE);
        assertEq(budget.released(), UPFRONT + 4 ether, "the first half");
        vm.warp(START + 2 * HALF_LIFE);
        assertEq(budget.released(), UPFRONT + 6 ether, "half of the rest");
        vm.warp(START + 300 * HALF_LIFE);
        assertEq(budget.released(), UPFRONT + DECAYING, "all of it in the end");
    }

    function testFuzz_released_neverShrinksNorExceedsWhatWasPublished(uint256 first, uint256 second) public {
        first = bound(first, 0, 400 * HALF_LIFE);
        second = bound(second, first, 400 * HALF_LIFE);
        vm.warp(START + first);
        uint256 before = budget.released();
        assertEq(before + budget.unreleased(), UPFRONT + DECAYING, "released or to come");
        vm.warp(START + second);
        assertLe(before, budget.released(), "grows");
        assertLe(budget.released(), UPFRONT + DECAYING, "bounded");
    }

    function testFuzz_setBootstrap_keepsWhatWasReleasedAndAddsNothing(uint256 time, uint256 decaying, uint256 halfLife) public {
        vm.warp(START + bound(time, 0, 10 * HALF_LIFE));
        uint256 before = budget.released();
        decaying = bound(decaying, 0, budget.unreleased());
        halfLife = bound(halfLife, 1 days, 4 * 365 days);
        vm.expectEmit();
        emit BootstrapChanged(before, decaying, halfLife);
        vm.prank(governor);
        budget.setBootstrap(decaying, halfLife);
        assertEq(budget.released(), before, "released");
        assertEq(budget.unreleased(), decaying, "unreleased");
        assertEq(budget.halfLife(), halfLife, "halfLife");
        vm.warp(block.timestamp + 300 * halfLife);
        assertLe(budget.released(), UPFRONT + DECAYING, "never more than was published");
    }

    function test_setBootstrap_revertsOutOfBounds() public {
        vm.startPrank(governor);
        vm.expectRevert(abi.encodeWithSelector(ISubsidyBudget.BootstrapOutOfBounds.selector, DECAYING + 1, DECAYING));
        budget.setBootstrap(DECAYING + 1, HALF_LIFE);
        vm.expectRevert(abi.encodeWithSelector(ISubsidyBudget.HalfLifeOutOfBounds.selector, 1 days - 1, 1 days, 4 * 365 days));
        budget.setBootstrap(0, 1 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISubsidyBudget.HalfLifeOutOfBounds.selector, 4 * 365 days + 1, 1 days, 4 * 365 days)
        );
        budget.setBootstrap(0, 4 * 365 days + 1);
        vm.stopPrank();
    }

    function testFuzz_setBootstrap_revertsIfNotGovernor(address caller) public {
        vm.assume(caller != governor);
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, governor, caller));
        vm.prank(caller);
        budget.setBootstrap(0, HALF_LIFE);
    }

    function test_constructor_revertsIfTheBootstrapIsTooLarge() public {
        uint256 most = 1e9 ether;
        vm.expectRevert(abi.encodeWithSelector(ISubsidyBudget.BootstrapOutOfBounds.selector, most + 1, most));
        new SubsidyBudget(mining, BootstrapTerms({upfront: 1, decaying: uint128(most), halfLife: 1 days}));
    }

    // ---- charges

    function testFuzz_charge_revertsIfNotTheRegistry(address caller) public {
        vm.assume(caller != address(mining));
        vm.expectRevert(abi.encodeWithSelector(ISubsidyBudget.NotMiningRegistry.selector, address(mining), caller));
        vm.prank(caller);
        budget.charge(1, 0);
    }

    function test_commitBatch_chargesThreeSeatsOfSubsidisedWork() public {
        vm.expectEmit();
        emit SubsidyCharged(1, 3 * 80_000 * RATE, 3 * 80_000 * RATE);
        _commit(220_000, 80_000);
        assertEq(budget.charged(), 3 * 80_000 * RATE, "charged");
        assertEq(budget.available(), UPFRONT - 3 * 80_000 * RATE, "available");
    }

    function test_commitBatch_chargesNothingForRedeemedWork() public {
        _commit(type(uint56).max, 0);
        assertEq(budget.charged(), 0, "charged");
    }

    function test_commitBatch_spendsTheBudgetToTheLastWei() public {
        uint56 most = uint56(UPFRONT / (3 * RATE));
        _commit(0, most);
        uint256 left = UPFRONT - 3 * uint256(most) * RATE;
        assertEq(budget.available(), left, "less than another micro-CU");
        vm.expectRevert(abi.encodeWithSelector(ISubsidyBudget.SubsidyExhausted.selector, left, 3 * RATE));
        _commit(0, 1);
        pass(1 hours);
        _commit(0, 1);
    }

    function test_commitBatch_keepsTheChargeOfABatchThatDies() public {
        _commit(0, 80_000);
        pass(13 hours);
        assertEq(budget.charged(), 3 * 80_000 * RATE, "a discarded draw costs");
    }

    function test_settle_revertsIfASubsidisedTaskWasCommittedAsRedeemed() public {
        MiningTask[] memory tasks = tasksOf(1);
        uint256 batchId = commitAs(tasks, 1, UNITS, 0, tasks[0].deadline);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        TaskSettlement[] memory settlements = only(settlementOf(batchId, tasks, 0));
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchUnitsExceeded.selector, batchId, uint64(0), UNITS));
        settle(batchId, settlements);
    }

    function test_settle_revertsIfARedeemedTaskWasCommittedAsSubsidised() public {
        _buy(UNITS);
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].redeemer = anyone;
        uint256 batchId = commitAs(tasks, 1, UNITS, UNITS, tasks[0].deadline);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        TaskSettlement[] memory settlements = only(settlementOf(batchId, tasks, 0));
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.BatchUnitsExceeded.selector, batchId, uint64(0), UNITS));
        settle(batchId, settlements);
    }

    // ---- what redeemed work earns

    function test_settle_earnsNineTenthsOfWhatRedeemedWorkBurnsMoreThanItMints() public {
        _buy(UNITS);
        uint256 minted = _settleRedeemed(3);
        assertEq(minted, 3 * UNITS * RATE, "minted");
        assertEq(mining.subsidyEarned(), UNITS * (PRICE - 3 * RATE) * 9 / 10, "earned");
        assertEq(budget.available(), budget.released() + mining.subsidyEarned() - budget.charged(), "available");
    }

    /// @notice A seat that stays silent may be added later: it is counted as paid from the start.
    function test_settle_earnsNoMoreForASilentSeat() public {
        _buy(UNITS);
        uint256 minted = _settleRedeemed(2);
        assertEq(minted, 2 * UNITS * RATE, "minted");
        assertEq(mining.subsidyEarned(), UNITS * (PRICE - 3 * RATE) * 9 / 10, "earned");
    }

    function test_settle_earnsNothingForSubsidisedWork() public {
        (uint256 batchId, TaskSettlement[] memory settlements) = ripe(3);
        settle(batchId, settlements);
        assertEq(mining.subsidyEarned(), 0, "earned");
    }

    function test_settle_earnsAtTheLowestPriceThereWas() public {
        _buy(UNITS);
        vm.prank(governor);
        mining.setRates(RATE, 8e11);
        pass(12 hours);
        vm.prank(governor);
        mining.setRates(RATE, 2e12);
        _settleRedeemed(3);
        assertEq(mining.subsidyEarned(), UNITS * (8e11 - 3 * RATE) * 9 / 10, "earned");
    }

    function test_settle_earnsNothingASecondTime() public {
        _buy(2 * UNITS);
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].redeemer = anyone;
        uint256 batchId = commitAndPin(tasks);
        TaskSettlement[] memory settlements = only(settlementOf(batchId, tasks, 0));
        settle(batchId, settlements);
        uint256 earned = mining.subsidyEarned();
        settle(batchId, settlements);
        assertEq(mining.subsidyEarned(), earned, "earned");
        assertEq(mining.creditOf(anyone, WORKLOAD), UNITS, "credit");
    }

    function test_setClassRate_leavesWhatWasEarned() public {
        _buy(UNITS);
        _settleRedeemed(3);
        uint256 earned = mining.subsidyEarned();
        vm.prank(governor);
        mining.setClassRate(4, type(uint32).max % 1_000_000);
        assertEq(mining.subsidyEarned(), earned, "earned");
    }

    // ---- prepaid credit

    function test_settle_spendsPrepaidCreditWhereTheWorkloadHasNone() public {
        bytes32 prepaid = _prepaidOf(anyone);
        _redeem(prepaid, 3 * UNITS);
        _settleRedeemed(3);
        assertEq(mining.creditOf(anyone, prepaid), 2 * UNITS, "prepaid");
        assertEq(mining.subsidyEarned(), UNITS * (PRICE - 3 * RATE) * 9 / 10, "earned");
    }

    function test_settle_spendsTheWorkloadsCreditFirst() public {
        _redeem(_prepaidOf(anyone), UNITS);
        _buy(UNITS);
        _settleRedeemed(3);
        assertEq(mining.creditOf(anyone, WORKLOAD), 0, "the workload's");
        assertEq(mining.creditOf(anyone, _prepaidOf(anyone)), UNITS, "prepaid");
    }

    function test_settle_revertsIfNeitherCreditSuffices() public {
        _redeem(_prepaidOf(anyone), UNITS - 1);
        _buy(UNITS - 2);
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].redeemer = anyone;
        uint256 batchId = commitAndPin(tasks);
        TaskSettlement[] memory settlements = only(settlementOf(batchId, tasks, 0));
        vm.expectRevert(
            abi.encodeWithSelector(IMiningRegistry.CreditInsufficient.selector, anyone, WORKLOAD, UNITS, UNITS - 2)
        );
        settle(batchId, settlements);
    }

    function test_settle_spendsNobodyElsesPrepaidCredit() public {
        _redeem(_prepaidOf(address(0xbad)), UNITS);
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].redeemer = anyone;
        uint256 batchId = commitAndPin(tasks);
        TaskSettlement[] memory settlements = only(settlementOf(batchId, tasks, 0));
        vm.expectPartialRevert(IMiningRegistry.CreditInsufficient.selector);
        settle(batchId, settlements);
    }

    // ---- hands

    function _commit(uint56 redeemed, uint56 subsidised) private {
        vm.prank(coordinator);
        mining.commitBatch("root", 1, redeemed, subsidised, uint64(block.timestamp + 600));
    }

    function _prepaidOf(address account) private view returns (bytes32) {
        return keccak256(abi.encode(keccak256("AIT prepaid credit v1"), block.chainid, address(mining), account));
    }

    function _buy(uint64 units) private {
        _redeem(WORKLOAD, units);
    }

    function _redeem(bytes32 workload, uint64 units) private {
        bytes32[] memory workloads = new bytes32[](1);
        uint64[] memory quotes = new uint64[](1);
        (workloads[0], quotes[0]) = (workload, UNITS);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
        earn(anyone, units * PRICE);
        vm.prank(anyone);
        mining.redeem(units * PRICE, workload);
    }

    function _settleRedeemed(uint256 seats) private returns (uint256 minted) {
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].redeemer = anyone;
        uint256 batchId = commitAndPin(tasks);
        TaskSettlement[] memory settlements = only(settlementOf(batchId, tasks, 0));
        keepClaims(settlements[0], seats);
        return settle(batchId, settlements);
    }
}
