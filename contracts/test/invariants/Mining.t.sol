// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIToken} from "../../src/AIToken.sol";
import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {RegistrationRequest} from "../../src/interfaces/IDeviceRegistry.sol";
import {ICreditMoves} from "../../src/interfaces/ICreditMoves.sol";
import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {BootstrapTerms, ISubsidyBudget} from "../../src/interfaces/ISubsidyBudget.sol";
import {Network} from "../base/Network.sol";
import {Test} from "../base/Test.sol";
import {Packing} from "../base/Packing.sol";

/// @notice Drives a network at random: every action either succeeds or is one that must fail, and then its failing is checked.
contract NetworkHandler is Network {
    struct Open {
        uint256 batchId;
        MiningTask[] tasks;
    }

    uint256 public settledSum;
    uint256 public burnedSum;
    uint256 public creditSum;
    /// @dev Minted for work nobody redeemed for; for redeemed work, and what was burned for the credit it spent, at the lowest price.
    uint256 public subsidisedSum;
    uint256 public redeemedSum;
    uint256 public spentSum;
    uint256 public settledTasks;
    uint256 public refused;
    uint256 public renewals;
    uint256 public exhausted;
    uint256 public actions;
    uint256 public moved;
    bytes32 private constant OTHER_WORKLOAD = keccak256("another workload");
    mapping(bytes32 taskId => uint256 times) public timesSettled;
    mapping(bytes32 gpuId => uint64 millis) private _lastBusy;
    Open[] private _open;

    constructor() {
        setUp();
    }

    function network() external view returns (AIToken, IMiningRegistry, DeviceRegistry) {
        return (token, mining, registry);
    }

    function balanceSum() external view returns (uint256 sum) {
        for (uint256 i = 0; i < 5; i++) {
            sum += token.balanceOf(gpus[i].operator);
        }
        sum += token.balanceOf(anyone);
    }

    function credit() external view returns (uint256) {
        return uint256(mining.creditOf(anyone, WORKLOAD)) + mining.creditOf(anyone, OTHER_WORKLOAD);
    }

    /// @dev Little enough that the budget runs out.
    function bootstrap() internal pure override returns (BootstrapTerms memory) {
        return BootstrapTerms({upfront: 0.3 ether, decaying: 1 ether, halfLife: 10 days});
    }

    // ---- actions

    function wait(uint256 time) external {
        actions++;
        pass(bound(time, 1, time % 4 == 0 ? 12 hours : 60));
    }

    function commitAndPinBatch(uint256 count, uint256 units, bool isRedeemed) external {
        actions++;
        count = bound(count, 1, 3);
        MiningTask[] memory tasks = tasksOf(count);
        for (uint256 i = 0; i < count; i++) {
            tasks[i].computeUnits = uint64(bound(units, 1000, 200_000));
            if (isRedeemed) tasks[i].redeemer = anyone;
        }
        if (!isRedeemed && 3 * tasks[0].computeUnits * count * mining.mintRate() > mining.subsidy().available()) {
            uint56 units_ = uint56(tasks[0].computeUnits * count);
            vm.expectPartialRevert(ISubsidyBudget.SubsidyExhausted.selector);
            vm.prank(coordinator);
            mining.commitBatch("root", uint32(count), 0, units_, tasks[0].deadline);
            exhausted++;
            return;
        }
        uint256 batchId = commit(tasks);
        pass(6);
        mining.pinSeed(batchId);
        pass(2);
        Open storage added = _open.push();
        added.batchId = batchId;
        for (uint256 i = 0; i < count; i++) {
            added.tasks.push(tasks[i]);
        }
    }

    /// @notice Settles one task, with what must hold computed beforehand from the same state.
    function settleTask(uint256 pick, uint256 taskPick, uint256 mask, uint64 duration) public {
        actions++;
        if (_open.length == 0) return;
        Open storage open = _open[pick % _open.length];
        uint256 i = taskPick % open.tasks.length;
        // A roster that cannot seat the task refuses already here.
        try this.settlementFor(open.batchId, open.tasks, i, mask, duration) returns (
            TaskSettlement memory settlement, bool isGood
        ) {
            _settle(open.batchId, settlement, isGood);
        } catch {
            refused++;
        }
    }

    /// @notice Settles the newest batches with three agreeing seats; older ones are left to `settleTask`.
    function settleNewest(uint64 duration) external {
        for (uint256 b = _open.length > 3 ? _open.length - 3 : 0; b < _open.length; b++) {
            for (uint256 i = 0; i < _open[b].tasks.length; i++) {
                settleTask(b, i, type(uint256).max, uint64(bound(duration, 200, 4000)));
            }
        }
    }

    function revokeOrRetire(uint256 pick, bool isRetired) external {
        actions++;
        Gpu memory gpu = gpus[pick % 5];
        if (isRetired) {
            vm.prank(gpu.operator);
            try registry.retireDevice(gpu.gpuId) {} catch {}
            return;
        }
        bool isRevoked = registry.isRevoked(gpu.gpuId);
        vm.prank(governor);
        if (isRevoked) registry.reinstateDevice(gpu.gpuId);
        else registry.revokeDevice(gpu.gpuId, "fuzz");
    }

    /// @notice Refreshes, or registers again, whichever the device's state admits.
    function renew(uint256 pick, bool isNewKey) external {
        actions++;
        Gpu storage gpu = gpus[pick % 5];
        if (isNewKey) gpu.key = uint256(keccak256(abi.encode(gpu.key))) >> 1;
        RegistrationRequest memory request = requestOf(gpu);
        vm.prank(gpu.operator);
        try registry.refreshDevice(request) {
            return;
        } catch {}
        vm.prank(gpu.operator);
        try registry.registerDevice(request) {
            renewals++;
        } catch {}
    }

    function redeem(uint256 amount) external {
        actions++;
        _openWorkload();
        address payer = gpus[amount % 5].operator;
        uint256 least = 1000 * mining.redeemPrice();
        uint256 balance = token.balanceOf(payer);
        if (balance < least) return;
        amount = bound(amount, least, balance);
        vm.prank(payer);
        token.transfer(anyone, amount);
        vm.prank(anyone);
        mining.redeem(amount, WORKLOAD);
        burnedSum += amount;
        creditSum += amount / mining.redeemPrice();
    }

    /// @notice Asks for a move of credit, there or back, or completes one.
    function moveCredit(uint256 units, bool isBack) external {
        actions++;
        _openWorkload();
        ICreditMoves moves = mining.creditMoves();
        (bytes32 from, bytes32 to) = isBack ? (OTHER_WORKLOAD, WORKLOAD) : (WORKLOAD, OTHER_WORKLOAD);
        uint64 asked = moves.moveOf(anyone, from).completableAt;
        if (asked != 0 && asked <= block.timestamp) {
            moved += moves.completeMove(anyone, from);
            return;
        }
        uint64 held = mining.creditOf(anyone, from);
        if (held == 0 || asked != 0) return;
        vm.prank(anyone);
        moves.requestMove(from, to, uint64(bound(units, 1, held)));
    }

    function setRates(uint256 mintRate, uint256 redeemPrice) external {
        actions++;
        vm.prank(governor);
        try mining.setRates(bound(mintRate, 0, 2e11), bound(redeemPrice, 5e11, 2e12)) {} catch {}
    }

    function setAuditShare(uint256 share) external {
        actions++;
        vm.prank(governor);
        mining.setAuditShare(uint16(bound(share, 0, type(uint16).max / 4)));
    }

    function _settle(uint256 batchId, TaskSettlement memory settlement, bool isGood) private {
        MiningTask memory task = settlement.task;
        bytes32 taskId = mining.taskIdOf(batchId, task.index);
        bool wasSettled = mining.isSettled(batchId, task.index);
        if (task.redeemer != address(0) && mining.creditOf(anyone, WORKLOAD) < task.computeUnits) isGood = false;
        bool hasDead = _hasDeadClaim(settlement);
        uint256[] memory balances = _balances();
        uint64[] memory clocks = _clocks();
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        try mining.settle(batchId, Packing.pack(settlement), proof) returns (uint256 minted) {
            if (wasSettled) {
                assertEq(minted, 0, "a task mints once");
                return;
            }
            assertTrue(isGood, "only good settlements settle");
            assertFalse(hasDead, "a revoked or expired device never settles");
            assertEq(++timesSettled[taskId], 1, "a task settles once");
            settledTasks++;
            settledSum += minted;
            if (task.redeemer != address(0)) {
                creditSum -= task.computeUnits;
                redeemedSum += minted;
                spentSum += task.computeUnits * mining.lowestRedeemPrice();
            } else {
                subsidisedSum += minted;
            }
            _checkRates(batchId, settlement, clocks);
            for (uint256 g = 0; g < 5; g++) {
                if (_isClaimed(settlement, gpus[g].gpuId)) continue;
                assertEq(token.balanceOf(gpus[g].operator), balances[g], "only claimed seats are paid");
            }
        } catch {
            refused++;
            assertFalse(wasSettled, "settling again is harmless");
        }
        _checkClocks();
    }

    function _openWorkload() private {
        bytes32[] memory workloads = new bytes32[](2);
        uint64[] memory quotes = new uint64[](2);
        (workloads[0], quotes[0]) = (WORKLOAD, UNITS);
        (workloads[1], quotes[1]) = (OTHER_WORKLOAD, UNITS);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
    }

    // ---- building

    /// @notice A settlement with chosen seats, some results wrong. `isGood` is the specification's own answer to "may it settle".
    function settlementFor(
        uint256 batchId,
        MiningTask[] memory tasks,
        uint256 i,
        uint256 mask,
        uint64 duration
    ) external view returns (TaskSettlement memory settlement, bool isGood) {
        settlement = settlementOf(batchId, tasks, i);
        settlement.claims = _chosen(settlement.claims, mask);
        uint256 matching = 0;
        isGood = block.timestamp <= tasks[i].deadline;
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            SeatClaim memory claim = settlement.claims[c];
            claim.duration = uint64(bound(duration, 0, 70_000));
            if ((mask >> (8 + c)) % 8 == 0) claim.resultHash = OTHER_RESULT;
            else matching++;
            resign(batchId, settlement, c);
        }
        if (matching < 2) isGood = false;
        if (_isAudited(batchId, settlement.seatSecret)) isGood = false;
    }

    /// @dev An audited task needs a fourth seat, and nobody escalates here.
    function _isAudited(uint256 batchId, bytes32 seatSecret) private view returns (bool) {
        bytes32 seed = keccak256(abi.encode(seatSecret, mining.batch(batchId).seedBlockHash));
        return mining.batch(batchId).rosterLength >= 5 && uint16(bytes2(seed)) < mining.auditShare();
    }

    function _chosen(SeatClaim[] memory claims, uint256 mask) private pure returns (SeatClaim[] memory chosen) {
        uint256 length = 0;
        uint256 left = mask % 4 == 0 ? mask >> 4 : 7;
        for (uint256 i = 0; i < 3; i++) {
            if (left >> i & 1 == 1) length++;
        }
        chosen = new SeatClaim[](length);
        uint256 next = 0;
        for (uint256 i = 0; i < 3; i++) {
            if (left >> i & 1 == 1) chosen[next++] = claims[i];
        }
    }

    function _hasDeadClaim(TaskSettlement memory settlement) private view returns (bool) {
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            bytes32 gpuId = settlement.claims[c].gpuId;
            if (registry.isRevoked(gpuId)) return true;
            try registry.slotOf(gpuId) returns (uint32 slot) {
                if (registry.device(slot).validUntil < block.timestamp) return true;
            } catch {
                return true;
            }
        }
        return false;
    }

    function _balances() private view returns (uint256[] memory balances) {
        balances = new uint256[](gpus.length);
        for (uint256 g = 0; g < gpus.length; g++) {
            balances[g] = token.balanceOf(gpus[g].operator);
        }
    }

    function _clocks() private view returns (uint64[] memory clocks) {
        clocks = new uint64[](gpus.length);
        for (uint256 g = 0; g < gpus.length; g++) {
            clocks[g] = mining.busyUntil(gpus[g].gpuId);
        }
    }

    /// @dev A paid seat takes of its device's clock, from where that stood or the seats were drawn, the time in which its class does the work
    /// at 1.05 of its rate. With clocks that run only forward and never past now, no window holds more pay than that.
    function _checkRates(uint256 batchId, TaskSettlement memory settlement, uint64[] memory before) private view {
        uint256 seedTime = uint256(mining.batch(batchId).seedTime) * 1000;
        for (uint256 g = 0; g < gpus.length; g++) {
            if (!_isClaimed(settlement, gpus[g].gpuId, settlement.resultHash)) {
                assertEq(mining.busyUntil(gpus[g].gpuId), before[g], "only paid seats take time");
                continue;
            }
            uint256 start = before[g] > seedTime ? before[g] : seedTime;
            uint256 taken = mining.busyUntil(gpus[g].gpuId) - start;
            uint256 rate = mining.classRate(gpus[g].class);
            assertLe(uint256(settlement.task.computeUnits) * 3_600_000 * 100, taken * rate * 105 * 1e6, "1.05 of the rate");
        }
    }

    function _isClaimed(TaskSettlement memory settlement, bytes32 gpuId, bytes32 resultHash) private pure returns (bool) {
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            if (settlement.claims[c].gpuId == gpuId) return settlement.claims[c].resultHash == resultHash;
        }
        return false;
    }

    function _isClaimed(TaskSettlement memory settlement, bytes32 gpuId) private pure returns (bool) {
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            if (settlement.claims[c].gpuId == gpuId) return true;
        }
        return false;
    }

    function _checkClocks() private {
        for (uint256 g = 0; g < gpus.length; g++) {
            uint64 busy = mining.busyUntil(gpus[g].gpuId);
            assertTrue(busy >= _lastBusy[gpus[g].gpuId], "a clock never runs backwards");
            assertTrue(busy <= block.timestamp * 1000, "a clock is never in the future");
            _lastBusy[gpus[g].gpuId] = busy;
        }
    }
}

contract MiningInvariants is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    NetworkHandler private handler;
    AIToken private token;
    IMiningRegistry private mining;
    DeviceRegistry private registry;

    function setUp() public {
        handler = new NetworkHandler();
        targetContract(address(handler));
        (token, mining, registry) = handler.network();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](10);
        targets[0].selectors[0] = handler.wait.selector;
        targets[0].selectors[1] = handler.commitAndPinBatch.selector;
        targets[0].selectors[2] = handler.settleTask.selector;
        targets[0].selectors[3] = handler.settleNewest.selector;
        targets[0].selectors[4] = handler.revokeOrRetire.selector;
        targets[0].selectors[5] = handler.renew.selector;
        targets[0].selectors[6] = handler.redeem.selector;
        targets[0].selectors[7] = handler.setRates.selector;
        targets[0].selectors[8] = handler.moveCredit.selector;
        targets[0].selectors[9] = handler.setAuditShare.selector;
    }

    function invariant_mintedIsTheSumOverSettledTasks() public view {
        assertEq(mining.totalMinted(), handler.settledSum(), "minted");
    }

    function invariant_supplyIsMintedLessBurned() public view {
        assertEq(mining.totalBurned(), handler.burnedSum(), "burned");
        assertEq(token.totalSupply(), handler.settledSum() - handler.burnedSum(), "supply");
        assertEq(handler.balanceSum(), token.totalSupply(), "balances");
    }

    function invariant_creditIsWhatWasBurnedLessWhatWasServed() public view {
        assertEq(handler.credit(), handler.creditSum(), "credit");
    }

    /// @notice The economy's promise: what nobody paid for is bounded by what was published and by what others paid too much.
    function invariant_subsidisedMintsStayWithinTheBootstrapAndNineTenthsOfWhatWasConsumedAndNotMinted() public view {
        uint256 released = mining.subsidy().released();
        assertLe(handler.subsidisedSum(), mining.subsidy().charged(), "charged before it is minted");
        assertLe(
            handler.subsidisedSum() * 10, released * 10 + 9 * (handler.spentSum() - handler.redeemedSum()), "within the budget"
        );
    }

    function invariant_washRedemptionLoses() public view {
        assertTrue(mining.mintRate() * 7 < mining.redeemPrice(), "today's price");
        assertTrue(mining.mintRate() * 7 < mining.lowestRedeemPrice(), "every price there was");
    }

    function invariant_rosterStaysSmall() public view {
        assertLe(registry.rosterLength(), 5 + handler.renewals(), "slots");
    }

    /// @notice The handler's actions reach what the invariants are about.
    function test_handler_settlesRefusesBurnsAndRenews() public {
        handler.commitAndPinBatch(3, 80_000, false);
        handler.wait(30);
        handler.settleTask(0, 0, 0, 2000);
        assertEq(handler.refused(), 1, "no claims, no settlement");
        handler.settleNewest(2000);
        assertEq(handler.settledTasks(), 3, "settled");
        handler.redeem(1);
        assertTrue(handler.burnedSum() > 0, "burned");
        handler.revokeOrRetire(2, true);
        handler.wait(12 hours);
        handler.renew(2, true);
        assertEq(handler.renewals(), 1, "registered again");
        invariant_mintedIsTheSumOverSettledTasks();
        invariant_supplyIsMintedLessBurned();
        handler.commitAndPinBatch(1, 1000, true);
        handler.wait(30);
        uint256 bought = handler.creditSum();
        handler.settleNewest(2000);
        assertEq(handler.creditSum(), bought - 1000, "served");
        invariant_creditIsWhatWasBurnedLessWhatWasServed();
        handler.redeem(2);
        handler.moveCredit(500, false);
        handler.wait(12 hours);
        handler.wait(12 hours);
        handler.moveCredit(0, false);
        assertTrue(handler.moved() > 0, "moved");
        invariant_creditIsWhatWasBurnedLessWhatWasServed();
        for (uint256 i = 0; i < 30; i++) {
            handler.commitAndPinBatch(3, 200_000, false);
        }
        assertTrue(handler.exhausted() > 0, "the budget runs out");
        invariant_subsidisedMintsStayWithinTheBootstrapAndNineTenthsOfWhatWasConsumedAndNotMinted();
    }
}
