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
import {Campaign} from "./Campaign.sol";

/// @notice Drives a network at random: every verb either succeeds or is one that must fail, and then its failing is checked.
contract NetworkHandler is Network, Campaign {
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
    uint256 public heldBurnedSum;
    uint256 public escalated;
    uint256 public added;
    uint256 public moved;
    address private constant GUARDIAN = address(0x6a);
    bytes32 private constant OTHER_WORKLOAD = keccak256("another workload");
    mapping(bytes32 taskId => uint256 times) public timesSettled;
    mapping(bytes32 taskId => uint256 amount) public paidFor;
    mapping(bytes32 gpuId => uint64 millis) private _lastBusy;
    Open[] private _open;

    constructor(bool isStrict_) Campaign(isStrict_) {
        setUp();
        vm.prank(governor);
        mining.setGuardian(GUARDIAN);
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
        pass(bound(time, 1, time % 4 == 0 ? 12 hours : 60));
    }

    function commitAndPinBatch(uint256 count, uint256 units, bool isRedeemed) external {
        count = bound(count, 1, 3);
        MiningTask[] memory tasks = tasksOf(count);
        for (uint256 i = 0; i < count; i++) {
            tasks[i].computeUnits = uint64(bound(units, 1000, 200_000));
            if (isRedeemed) tasks[i].redeemer = anyone;
        }
        if (mining.isWorkPaused()) {
            vm.expectPartialRevert(IMiningRegistry.WorkPaused.selector);
            vm.prank(coordinator);
            mining.commitBatch("root", uint32(count), 0, 1, tasks[0].deadline);
            return;
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
        Open storage opened = _open.push();
        opened.batchId = batchId;
        for (uint256 i = 0; i < count; i++) {
            opened.tasks.push(tasks[i]);
        }
    }

    /// @notice Settles one task, with what must hold computed beforehand from the same state.
    function settleTask(uint256 pick, uint256 taskPick, uint256 mask, uint64 duration) public {
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
            refuse();
        }
    }

    /// @notice The coordinator brings every seat's claim of a task: what an earlier settlement left out is paid, nothing twice.
    function addSeats(uint256 pick, uint256 taskPick) external {
        if (_open.length == 0) return;
        Open storage open = _open[pick % _open.length];
        uint256 i = taskPick % open.tasks.length;
        // What was never settled is left to those who keep its books.
        if (timesSettled[mining.taskIdOf(open.batchId, open.tasks[i].index)] == 0) return;
        try this.settlementFor(open.batchId, open.tasks, i, type(uint256).max, 2000) returns (
            TaskSettlement memory settlement, bool
        ) {
            _addSeats(open.batchId, settlement);
        } catch {
            refused++;
            refuse();
        }
        _checkClocks();
    }

    function _addSeats(uint256 batchId, TaskSettlement memory settlement) private {
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        uint256 seat = settlement.task.computeUnits * mining.batch(batchId).mintRate;
        vm.prank(coordinator);
        try mining.settle(batchId, Packing.pack(settlement), proof) returns (uint256 minted) {
            bytes32 taskId = mining.taskIdOf(batchId, settlement.task.index);
            paidFor[taskId] += minted;
            must(paidFor[taskId] <= 3 * seat, "three seats are paid for at most");
            must(seat == 0 || minted % seat == 0, "whole seats are paid");
            settledSum += minted;
            if (settlement.task.redeemer != address(0)) redeemedSum += minted;
            else subsidisedSum += minted;
            if (minted != 0) added++;
        } catch {
            refused++;
            refuse();
        }
    }

    /// @notice Escalates a task with claims of which no two agree, and pins the seed of its further seats.
    function escalateTask(uint256 pick, uint256 taskPick, uint256 mask) external {
        if (_open.length == 0) return;
        Open storage open = _open[pick % _open.length];
        uint256 i = taskPick % open.tasks.length;
        try this.settlementFor(open.batchId, open.tasks, i, mask, 2000) returns (TaskSettlement memory settlement, bool) {
            _escalate(open.batchId, settlement);
        } catch {
            refused++;
            refuse();
        }
    }

    function _escalate(uint256 batchId, TaskSettlement memory settlement) private {
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            settlement.claims[c].resultHash = keccak256(abi.encode("each its own", c));
            resign(batchId, settlement, c);
        }
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        bytes32 taskId = mining.taskIdOf(batchId, settlement.task.index);
        try mining.escalate(batchId, Packing.pack(settlement), proof) {
            escalated++;
            must(timesSettled[taskId] == 0, "what settled does not escalate");
        } catch {
            refused++;
            refuse();
            return;
        }
        if (mining.escalation(taskId).seedTime != 0) return;
        pass(6);
        mining.pinEscalation(taskId);
    }

    function pauseOrResume(bool isPause) external {
        vm.prank(isPause ? GUARDIAN : governor);
        if (isPause) mining.pauseWork();
        else mining.resumeWork();
    }

    function setClassRate(uint256 class, uint256 rate) external {
        uint8 named = uint8(chosen(class, bound(class, 1, 4)));
        uint32 cuPerHour = uint32(chosen(rate, bound(rate, 200, 2000)));
        vm.prank(governor);
        mining.setClassRate(named, cuPerHour);
        must(named >= 1 && named <= 4 && cuPerHour >= 1 && cuPerHour <= 1_000_000, "rates are within their range");
    }

    function setAuditShare(uint256 share) external {
        vm.prank(governor);
        mining.setAuditShare(uint16(bound(share, 0, type(uint16).max / 4)));
    }

    /// @notice An operator gives AIT to another account of the books, or burns it for nothing.
    function giveOrBurn(uint256 pick, uint256 amount, bool isBurn) external {
        address holder = gpus[pick % 5].operator;
        uint256 balance = token.balanceOf(holder);
        amount = chosen(amount, bound(amount, 0, balance));
        vm.prank(holder);
        if (isBurn) token.burn(amount);
        else token.transfer(gpus[(pick % 5 + 1) % 5].operator, amount);
        must(amount <= balance, "no more than there is");
        if (isBurn) heldBurnedSum += amount;
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
        Gpu memory gpu = gpus[pick % 5];
        if (isRetired) {
            vm.prank(gpu.operator);
            try registry.retireDevice(gpu.gpuId) {}
            catch {
                refuse();
            }
            return;
        }
        bool isRevoked = registry.isRevoked(gpu.gpuId);
        vm.prank(governor);
        // A loose handler reinstates what nobody revoked, too.
        if (isRevoked || !isStrict && pick % 4 == 0) registry.reinstateDevice(gpu.gpuId);
        else registry.revokeDevice(gpu.gpuId, "fuzz");
    }

    /// @notice Refreshes, or registers again, whichever the device's state admits.
    function renew(uint256 pick, bool isNewKey) external {
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
        } catch {
            refuse();
        }
    }

    function redeem(uint256 amount) external {
        if (!_openWorkload()) return;
        address payer = gpus[amount % 5].operator;
        uint256 least = 1000 * mining.redeemPrice();
        uint256 balance = token.balanceOf(payer);
        if (balance < least && isStrict) return;
        amount = chosen(amount, balance < least ? balance : bound(amount, least, balance));
        vm.prank(payer);
        token.transfer(anyone, amount);
        vm.prank(anyone);
        mining.redeem(amount, WORKLOAD);
        must(amount >= least && amount <= balance, "what is too little or not there is not redeemed");
        burnedSum += amount;
        creditSum += amount / mining.redeemPrice();
    }

    /// @notice Asks for a move of credit, there or back, or completes one.
    function moveCredit(uint256 units, bool isBack) external {
        if (!_openWorkload()) return;
        ICreditMoves moves = mining.creditMoves();
        (bytes32 from, bytes32 to) = isBack ? (OTHER_WORKLOAD, WORKLOAD) : (WORKLOAD, OTHER_WORKLOAD);
        uint64 asked = moves.moveOf(anyone, from).completableAt;
        if (asked != 0 && asked <= block.timestamp) {
            moved += moves.completeMove(anyone, from);
            return;
        }
        uint64 held = mining.creditOf(anyone, from);
        if ((held == 0 || asked != 0) && isStrict) return;
        units = chosen(units, held == 0 ? 0 : bound(units, 1, held));
        vm.prank(anyone);
        moves.requestMove(from, to, uint64(units));
        must(uint64(units) != 0 && uint64(units) <= held, "no more credit moves than there is");
    }

    function setRates(uint256 mintRate, uint256 redeemPrice) external {
        vm.prank(governor);
        try mining.setRates(
            chosen(mintRate, bound(mintRate, 0, 2e11)), chosen(redeemPrice, bound(redeemPrice, 5e11, 2e12))
        ) {} catch {
            refuse();
        }
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
                must(minted == 0, "a task mints once");
                return;
            }
            must(isGood, "only good settlements settle");
            must(!hasDead, "a revoked or expired device never settles");
            must(++timesSettled[taskId] == 1, "a task settles once");
            paidFor[taskId] = minted;
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
                must(token.balanceOf(gpus[g].operator) == balances[g], "only claimed seats are paid");
            }
        } catch {
            refused++;
            must(!wasSettled, "settling again is harmless");
            refuse();
        }
        _checkClocks();
    }

    /// @dev False while work is paused.
    function _openWorkload() private returns (bool) {
        if (mining.isWorkPaused()) return false;
        bytes32[] memory workloads = new bytes32[](2);
        uint64[] memory quotes = new uint64[](2);
        (workloads[0], quotes[0]) = (WORKLOAD, UNITS);
        (workloads[1], quotes[1]) = (OTHER_WORKLOAD, UNITS);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
        return true;
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
        if (mining.escalation(mining.taskIdOf(batchId, tasks[i].index)).seedTime != 0) {
            (settlement.answerCommitment, settlement.escalationSecret) =
                (answerOf(tasks[i].index), escalationSecretOf(tasks[i].index));
        }
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
        if (matching < 2 || _isAudited(batchId, tasks[i], settlement)) isGood = false;
    }

    /// @dev An audited task needs a seat beyond the first three, if its roster has one, and only those three claim here.
    function _isAudited(uint256 batchId, MiningTask memory task, TaskSettlement memory settlement) private view returns (bool) {
        bytes32 seed = keccak256(abi.encode(settlement.seatSecret, mining.batch(batchId).seedBlockHash));
        if (mining.batch(batchId).rosterLength < 5 || uint16(bytes2(seed)) >= mining.auditShare()) return false;
        if (mining.escalation(mining.taskIdOf(batchId, task.index)).seedTime == 0) return true;
        return mining.escalatedSeatsOf(batchId, task, settlement.seatSecret, escalationSecretOf(task.index)).length > 3;
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
    function _checkRates(uint256 batchId, TaskSettlement memory settlement, uint64[] memory before) private {
        uint256 seedTime = uint256(mining.batch(batchId).seedTime) * 1000;
        for (uint256 g = 0; g < gpus.length; g++) {
            if (!_isClaimed(settlement, gpus[g].gpuId, settlement.resultHash)) {
                must(mining.busyUntil(gpus[g].gpuId) == before[g], "only paid seats take time");
                continue;
            }
            uint256 start = before[g] > seedTime ? before[g] : seedTime;
            uint256 taken = mining.busyUntil(gpus[g].gpuId) - start;
            uint256 rate = mining.classRate(gpus[g].class);
            must(uint256(settlement.task.computeUnits) * 3_600_000 * 100 <= taken * rate * 105 * 1e6, "1.05 of the rate");
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
            must(busy >= _lastBusy[gpus[g].gpuId], "a clock never runs backwards");
            must(busy <= block.timestamp * 1000, "a clock is never in the future");
            _lastBusy[gpus[g].gpuId] = busy;
        }
    }
}

abstract contract MiningCampaign is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    NetworkHandler internal handler;
    AIToken private token;
    IMiningRegistry private mining;
    DeviceRegistry private registry;

    /// @notice True if no call of the handler's may revert.
    function isStrict() internal pure virtual returns (bool);

    function setUp() public {
        handler = new NetworkHandler(isStrict());
        targetContract(address(handler));
        (token, mining, registry) = handler.network();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](15);
        targets[0].selectors[0] = handler.wait.selector;
        targets[0].selectors[1] = handler.commitAndPinBatch.selector;
        targets[0].selectors[2] = handler.settleTask.selector;
        targets[0].selectors[3] = handler.settleNewest.selector;
        targets[0].selectors[4] = handler.revokeOrRetire.selector;
        targets[0].selectors[5] = handler.renew.selector;
        targets[0].selectors[6] = handler.redeem.selector;
        targets[0].selectors[7] = handler.setRates.selector;
        targets[0].selectors[8] = handler.moveCredit.selector;
        targets[0].selectors[9] = handler.addSeats.selector;
        targets[0].selectors[10] = handler.escalateTask.selector;
        targets[0].selectors[11] = handler.pauseOrResume.selector;
        targets[0].selectors[12] = handler.setClassRate.selector;
        targets[0].selectors[13] = handler.giveOrBurn.selector;
        targets[0].selectors[14] = handler.setAuditShare.selector;
    }

    /// @dev All of them in one campaign: each would make its own calls otherwise.
    function holds() internal view {
        assertEq(bytes(handler.fault()), "", handler.fault());
        mintedIsTheSumOverSettledTasks();
        supplyIsMintedLessBurned();
        creditIsWhatWasBurnedLessWhatWasServed();
        subsidisedMintsStayWithinTheBudget();
        washRedemptionLoses();
        rosterStaysSmall();
    }

    function mintedIsTheSumOverSettledTasks() private view {
        assertEq(mining.totalMinted(), handler.settledSum(), "mintedIsTheSumOverSettledTasks");
    }

    function supplyIsMintedLessBurned() private view {
        assertEq(mining.totalBurned(), handler.burnedSum(), "supplyIsMintedLessBurned: redeemed");
        assertEq(token.burnedByHolders(), handler.heldBurnedSum(), "supplyIsMintedLessBurned: burned by holders");
        assertEq(
            token.totalSupply(),
            handler.settledSum() - handler.burnedSum() - handler.heldBurnedSum(),
            "supplyIsMintedLessBurned: supply"
        );
        assertEq(handler.balanceSum(), token.totalSupply(), "supplyIsMintedLessBurned: balances");
    }

    function creditIsWhatWasBurnedLessWhatWasServed() private view {
        assertEq(handler.credit(), handler.creditSum(), "creditIsWhatWasBurnedLessWhatWasServed");
    }

    /// @notice The economy's promise: what nobody paid for is bounded by what was published and by what others paid too much.
    function subsidisedMintsStayWithinTheBudget() private view {
        uint256 released = mining.subsidy().released();
        assertLe(handler.subsidisedSum(), mining.subsidy().charged(), "subsidisedMintsStayWithinTheBudget: charged first");
        assertLe(
            handler.subsidisedSum() * 10,
            released * 10 + 9 * (handler.spentSum() - handler.redeemedSum()),
            "subsidisedMintsStayWithinTheBudget"
        );
    }

    function washRedemptionLoses() private view {
        assertTrue(mining.mintRate() * 7 < mining.redeemPrice(), "washRedemptionLoses: today's price");
        assertTrue(mining.mintRate() * 7 < mining.lowestRedeemPrice(), "washRedemptionLoses: every price there was");
    }

    function rosterStaysSmall() private view {
        assertLe(registry.rosterLength(), 5 + handler.renewals(), "rosterStaysSmall");
    }
}

/// @notice Every call is one that the contracts take.
contract MiningInvariants is MiningCampaign {
    function isStrict() internal pure override returns (bool) {
        return true;
    }

    /// forge-config: default.invariant.fail-on-revert = true
    /// forge-config: ci.invariant.fail-on-revert = true
    /// forge-config: long.invariant.fail-on-revert = true
    function invariant_holds() public view {
        holds();
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
        holds();
        handler.commitAndPinBatch(1, 1000, true);
        handler.wait(30);
        uint256 bought = handler.creditSum();
        handler.settleNewest(2000);
        assertEq(handler.creditSum(), bought - 1000, "served");
        holds();
        handler.redeem(2);
        handler.moveCredit(500, false);
        handler.wait(12 hours);
        handler.wait(12 hours);
        handler.moveCredit(0, false);
        assertTrue(handler.moved() > 0, "moved");
        holds();
        for (uint256 i = 0; i < 30; i++) {
            handler.commitAndPinBatch(3, 200_000, false);
        }
        assertTrue(handler.exhausted() > 0, "the budget runs out");
        holds();
        handler.wait(20 minutes);
        handler.giveOrBurn(3, 1000, true);
        assertTrue(handler.heldBurnedSum() > 0, "burned by a holder");
        holds();
    }

    function test_handler_escalatesAddsSeatsAndPauses() public {
        handler.commitAndPinBatch(2, 80_000, false);
        handler.wait(30);
        handler.escalateTask(0, 0, type(uint256).max);
        assertEq(handler.escalated(), 1, "three results that differ");
        // Two of three claims, of seats 0 and 1.
        handler.settleTask(0, 1, 0xff38, 2000);
        assertEq(handler.settledTasks(), 1, "settled by two");
        handler.wait(60);
        handler.addSeats(0, 1);
        assertEq(handler.added(), 1, "the third is paid after all");
        handler.addSeats(0, 1);
        assertEq(handler.added(), 1, "once");
        handler.settleTask(0, 0, type(uint256).max, 2000);
        assertEq(handler.settledTasks(), 2, "an escalated task settles by its first seats");
        handler.pauseOrResume(true);
        handler.commitAndPinBatch(1, 80_000, false);
        handler.setClassRate(1, 500);
        handler.pauseOrResume(false);
        handler.commitAndPinBatch(1, 80_000, false);
        holds();
    }
}

/// @notice A part of the calls is refused.
contract LooseMiningInvariants is MiningCampaign {
    function isStrict() internal pure override returns (bool) {
        return false;
    }

    /// forge-config: default.invariant.fail-on-revert = false
    /// forge-config: ci.invariant.fail-on-revert = false
    /// forge-config: long.invariant.fail-on-revert = false
    function invariant_holds() public view {
        holds();
    }
}
