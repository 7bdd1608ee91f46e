// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIToken} from "../../src/AIToken.sol";
import {DeviceRegistry} from "../../src/DeviceRegistry.sol";
import {IAttestationInbox} from "../../src/interfaces/IAttestationInbox.sol";
import {ICreditMoves} from "../../src/interfaces/ICreditMoves.sol";
import {
    DurationBounds,
    IMiningRegistry,
    MiningTask,
    SeatClaim,
    TaskSettlement
} from "../../src/interfaces/IMiningRegistry.sol";
import {BootstrapTerms, ISubsidyBudget} from "../../src/interfaces/ISubsidyBudget.sol";
import {Network} from "../base/Network.sol";
import {Packing} from "../base/Packing.sol";
import {Campaign, CampaignTest} from "./Campaign.sol";

/// @notice Drives a network at random: every verb either succeeds or is one that must fail, and then its failing is checked.
contract NetworkHandler is Network, Campaign {
    struct Open {
        uint256 batchId;
        MiningTask[] tasks;
    }

    /// @dev A claim committed to the inbox.
    struct Pledge {
        uint256 batchId;
        MiningTask task;
        SeatClaim claim;
        bool isShown;
    }

    /// @dev A seat whose pay waits for its device's clock, `end` in milliseconds.
    struct Waiting {
        bytes32 taskId;
        uint8 seat;
        address operator;
        uint256 amount;
        uint256 end;
        bool isRedeemed;
        bool isReleased;
    }

    /// @dev What a settlement may change, as it was before.
    struct Before {
        uint256[] balances;
        uint64[] clocks;
        bool hasDead;
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
    uint256 public cancelled;
    uint256 public pledged;
    uint256 public shown;
    /// @dev Settlements, and seats added, that came through the inbox.
    uint256 public finalized;
    uint256 public deferrals;
    uint256 public released;
    uint256 public bounded;
    /// @dev Tasks that settled with a further seat among those who agree: because an audit asked for it, or at five or seven seats.
    uint256 public audited;
    uint256 public settledAtFive;
    uint256 public settledAtSeven;
    uint256 public served;
    /// @dev The most that may be minted for the redeemed work that was served.
    uint256 public redeemedMost;
    uint256 private constant DEVICES = 7;
    address private constant GUARDIAN = address(0x6a);
    bytes32 private constant OTHER_WORKLOAD = keccak256("another workload");
    mapping(bytes32 taskId => uint256 times) public timesSettled;
    /// @dev Bits of the seats that were paid or whose pay waits.
    mapping(bytes32 taskId => uint256 seats) public seatsDone;
    mapping(bytes32 gpuId => uint64 millis) private _lastBusy;
    mapping(bytes32 gpuId => uint256 millis) private _waitsUntil;
    bytes32 private constant SALT = keccak256("salt");
    IAttestationInbox private _inbox;
    Open[] private _open;
    Pledge[] private _pledges;
    Waiting[] private _waiting;

    constructor(bool isStrict_) Campaign(isStrict_) {
        setUp();
        for (uint256 i = 5; i < DEVICES; i++) {
            enroll(gpuOf(address(uint160(0x1000 + i)), keccak256(abi.encode("chip", i)), bytes16(uint128(i + 1)), 1));
        }
        _inbox = mining.inbox();
        vm.prank(governor);
        mining.setGuardian(GUARDIAN);
    }

    function network() external view returns (AIToken, IMiningRegistry, DeviceRegistry) {
        return (token, mining, registry);
    }

    function balanceSum() external view returns (uint256 sum) {
        for (uint256 i = 0; i < DEVICES; i++) {
            sum += token.balanceOf(gpus[i].operator);
        }
        sum += token.balanceOf(anyone);
    }

    function credit() external view returns (uint256) {
        return uint256(mining.creditOf(anyone, WORKLOAD)) + mining.creditOf(anyone, OTHER_WORKLOAD);
    }

    /// @dev Little enough that the budget runs out.
    function bootstrap() internal pure override returns (BootstrapTerms memory) {
        return BootstrapTerms({upfront: 1 ether, decaying: 3 ether, halfLife: 10 days});
    }

    // ---- actions

    function wait(uint256 time) external {
        pass(bound(time, 1, time % 4 == 0 ? 12 hours : 60));
    }

    function commitAndPinBatch(uint256 count, uint256 units, bool isRedeemed) external {
        _commitAndPin(count, units, isRedeemed, 1800);
    }

    /// @notice A batch that may end before the clocks of its devices do: what is due then waits.
    function commitShortBatch(uint256 count, uint256 units, bool isRedeemed, uint256 life) external {
        _commitAndPin(count, units, isRedeemed, bound(life, 20, 240));
    }

    function _commitAndPin(uint256 count, uint256 units, bool isRedeemed, uint256 life) private {
        count = bound(count, 1, 3);
        MiningTask[] memory tasks = tasksOf(count);
        for (uint256 i = 0; i < count; i++) {
            tasks[i].deadline = uint64(block.timestamp + life);
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
        did("MiningRegistry.commitBatch");
        if (!isRedeemed) did("SubsidyBudget.charge");
        pass(6);
        mining.pinSeed(batchId);
        did("MiningRegistry.pinSeed");
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
        // Mostly there is a task that two of three settled just now.
        if (pick % 4 != 0 && _commitSmall(taskPick, 1800)) {
            pass(30);
            settleTask(_open.length - 1, 0, 0xfff038, 2000);
            (pick, taskPick) = (_open.length - 1, 0);
        }
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
        Before memory before = _before(settlement);
        vm.prank(coordinator);
        try mining.settle(batchId, Packing.pack(settlement), proof) returns (uint256 minted) {
            _book(batchId, settlement, minted, before);
            did("MiningRegistry.settle");
            if (minted == 0) return;
            added++;
            did("outcome: a seat added");
        } catch {
            refused++;
            refuse();
        }
    }

    /// @notice Escalates a task with claims of which no two agree, and pins the seed of its further seats.
    function escalateTask(uint256 pick, uint256 taskPick, uint256 mask) public {
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

    /// @notice Five or seven seats of a small task: whose first results differ, or which is audited. Settled by those that the mask picks.
    function settleFurther(bool isSeven, bool isAudit, uint256 mask) external {
        if (!_commitSmall(mask, 1800)) return;
        uint256 last = _open.length - 1;
        if (isAudit) _setAuditShare(type(uint16).max);
        escalateTask(last, 0, type(uint256).max);
        if (isSeven) escalateTask(last, 0, type(uint256).max);
        pass(60);
        settleTask(last, 0, mask, 2000);
        if (isAudit) _setAuditShare(mask % 2 == 0 ? 0 : uint16(bound(mask, 0, type(uint16).max / 4)));
    }

    function _escalate(uint256 batchId, TaskSettlement memory settlement) private {
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            settlement.claims[c].resultHash = keccak256(abi.encode("each its own", c));
            resign(batchId, settlement, c);
        }
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        bytes32 taskId = mining.taskIdOf(batchId, settlement.task.index);
        uint256 level = mining.escalation(taskId).level;
        try mining.escalate(batchId, Packing.pack(settlement), proof) {
            escalated++;
            must(timesSettled[taskId] == 0, "what settled does not escalate");
            must(mining.escalation(taskId).level == (level == 0 ? 5 : 7), "by two seats, up to seven");
            did("MiningRegistry.escalate");
        } catch {
            refused++;
            refuse();
            return;
        }
        if (mining.escalation(taskId).seedTime != 0) return;
        pass(6);
        mining.pinEscalation(taskId);
        did("MiningRegistry.pinEscalation");
    }

    function pauseOrResume(uint256 pick) external {
        bool isPause = pick % 4 == 0;
        vm.prank(isPause ? GUARDIAN : governor);
        if (isPause) mining.pauseWork();
        else mining.resumeWork();
        did(isPause ? "MiningRegistry.pauseWork" : "MiningRegistry.resumeWork");
    }

    function setClassRate(uint256 class, uint256 rate) external {
        uint8 named = uint8(chosen(class, bound(class, 1, 4)));
        uint32 cuPerHour = uint32(chosen(rate, bound(rate, 200, 2000)));
        vm.prank(governor);
        mining.setClassRate(named, cuPerHour);
        did("MiningRegistry.setClassRate");
        must(named >= 1 && named <= 4 && cuPerHour >= 1 && cuPerHour <= 1_000_000, "rates are within their range");
    }

    function setAuditShare(uint256 share) external {
        _setAuditShare(uint16(bound(share, 0, type(uint16).max / 4)));
    }

    function _setAuditShare(uint16 share) private {
        vm.prank(governor);
        mining.setAuditShare(share);
        must(mining.auditShare() == share, "the share is kept");
        did("MiningRegistry.setAuditShare");
    }

    /// @notice The governor names who may pause, and hands over to another who accepts.
    function handOver(uint256 pick) external {
        address next = address(uint160(0x60 + pick % 3));
        handOver(address(mining), governor, next, "MiningRegistry.setGovernor", "MiningRegistry.acceptGovernor");
        handOver(address(registry), governor, next, "DeviceRegistry.setGovernor", "DeviceRegistry.acceptGovernor");
        governor = next;
        vm.prank(governor);
        mining.setGuardian(GUARDIAN);
        did("MiningRegistry.setGuardian");
    }

    /// @notice An operator gives AIT to another account of the books, or burns it for nothing.
    function giveOrBurn(uint256 pick, uint256 amount, bool isBurn) external {
        address holder = gpus[pick % DEVICES].operator;
        uint256 balance = token.balanceOf(holder);
        amount = chosen(amount, bound(amount, 0, balance));
        address other = gpus[(pick % DEVICES + 1) % DEVICES].operator;
        if (isBurn) {
            vm.prank(holder);
            token.burn(amount);
            did("AIToken.burn");
        } else if (amount % 2 == 0) {
            vm.prank(holder);
            token.transfer(other, amount);
            did("AIToken.transfer");
        } else {
            vm.prank(holder);
            token.approve(other, amount);
            vm.prank(other);
            token.transferFrom(holder, other, amount);
            did("AIToken.approve");
            did("AIToken.transferFrom");
        }
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
        Gpu memory gpu = gpus[pick % DEVICES];
        if (isRetired) {
            vm.prank(gpu.operator);
            try registry.retireDevice(gpu.gpuId) {
                did("DeviceRegistry.retireDevice");
            } catch {
                refuse();
            }
            return;
        }
        bool isRevoked = registry.isRevoked(gpu.gpuId);
        vm.prank(governor);
        // A loose handler reinstates what nobody revoked, too.
        if (isRevoked || !isStrict && pick % 4 == 0) {
            registry.reinstateDevice(gpu.gpuId);
            did("DeviceRegistry.reinstateDevice");
        } else {
            registry.revokeDevice(gpu.gpuId, "fuzz");
            did("DeviceRegistry.revokeDevice");
        }
    }

    /// @notice Refreshes, or registers again, whichever the device's state admits.
    function renew(uint256 pick, bool isNewKey) external {
        Gpu storage gpu = gpus[pick % DEVICES];
        if (isNewKey) gpu.key = uint256(keccak256(abi.encode(gpu.key))) >> 1;
        if (!_refreshOrRegister(gpu)) refuse();
    }

    function redeem(uint256 amount) external {
        if (!_openWorkload()) return;
        address payer = gpus[amount % DEVICES].operator;
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
        did("MiningRegistry.redeem");
    }

    /// @notice Work that somebody redeemed for, bought first where there is no credit, done and settled.
    function serve(uint256 units, uint256 mask) external {
        if (mining.creditOf(anyone, WORKLOAD) < 1000) _buy(WORKLOAD);
        uint256 held = mining.creditOf(anyone, WORKLOAD);
        if (held < 1000 || mining.isWorkPaused()) return;
        for (uint256 g = 0; g < DEVICES; g++) {
            _renew(g);
        }
        _commitAndPin(1, bound(units, 1000, held), true, 1800);
        pass(30);
        settleTask(_open.length - 1, 0, mask % 4 == 0 ? mask : type(uint256).max, uint64(bound(units, 1000, 4000)));
    }

    /// @notice Asks for a move of credit, there or back, or completes one.
    function moveCredit(uint256 units, bool isBack) external {
        if (!_openWorkload()) return;
        ICreditMoves moves = mining.creditMoves();
        (bytes32 from, bytes32 to) = isBack ? (OTHER_WORKLOAD, WORKLOAD) : (WORKLOAD, OTHER_WORKLOAD);
        uint64 asked = moves.moveOf(anyone, from).completableAt;
        if (asked > block.timestamp && units % 4 == 0) pass(asked - block.timestamp);
        if (asked != 0 && asked <= block.timestamp) {
            moved += moves.completeMove(anyone, from);
            did("CreditMoves.completeMove");
            did("MiningRegistry.moveCredit");
            return;
        }
        uint64 held = mining.creditOf(anyone, from);
        if ((held == 0 || asked != 0) && isStrict) return;
        units = chosen(units, held == 0 ? 0 : bound(units, 1, held));
        vm.prank(anyone);
        moves.requestMove(from, to, uint64(units));
        must(uint64(units) != 0 && uint64(units) <= held, "no more credit moves than there is");
        did("CreditMoves.requestMove");
    }

    function setRates(uint256 mintRate, uint256 redeemPrice) external {
        vm.prank(governor);
        try mining.setRates(
            chosen(mintRate, bound(mintRate, 0, 2e11)), chosen(redeemPrice, bound(redeemPrice, 5e11, 2e12))
        ) {
            did("MiningRegistry.setRates");
        } catch {
            refuse();
        }
    }

    // ---- a miner without the coordinator

    /// @notice Operators of chosen seats of a newer task commit to what their devices signed.
    function commitToInbox(uint256 pick, uint256 taskPick, uint256 mask, uint64 duration) public {
        // Mostly there is a task whose commitments are still taken.
        bool isLate = _open.length == 0 || block.timestamp >= _inbox.opensAt(_open[_open.length - 1].batchId);
        if (isLate && pick % 4 != 0) _commitSmall(mask, 1800);
        if (_open.length == 0) return;
        Open storage open = _open[_newer(_open.length, pick, 3)];
        uint256 i = taskPick % open.tasks.length;
        try this.settlementFor(open.batchId, open.tasks, i, mask, uint64(bound(duration, 200, 40_000))) returns (
            TaskSettlement memory settlement, bool
        ) {
            for (uint256 c = 0; c < settlement.claims.length; c++) {
                _pledge(open.batchId, open.tasks[i], settlement.claims[c], pick % 16 == 0);
            }
        } catch {
            refused++;
            refuse();
        }
    }

    function _pledge(uint256 batchId, MiningTask memory task, SeatClaim memory claim, bool isByAnother) private {
        bytes32 taskId = mining.taskIdOf(batchId, task.index);
        address operator = gpus[_indexOf(claim.gpuId)].operator;
        bool isKnown = _inbox.commitmentOf(taskId, claim.gpuId) != 0;
        bool isClosed = block.timestamp >= _inbox.opensAt(batchId);
        bytes32 commitment = keccak256(
            abi.encode(block.chainid, mining, taskId, claim.gpuId, operator, claim.resultHash, claim.duration, SALT)
        );
        vm.prank(isByAnother ? anyone : operator);
        try _inbox.commitAttestation(batchId, task.index, claim.gpuId, commitment) {
            must(!isByAnother, "only its operator commits for a device");
            must(!isKnown, "a device commits once to a task");
            must(!isClosed, "nobody commits once results may be shown");
            _pledges.push(Pledge({batchId: batchId, task: task, claim: claim, isShown: false}));
            pledged++;
            did("AttestationInbox.commitAttestation");
        } catch {
            refused++;
            must(isByAnother || isKnown || isClosed || !_hasSlot(claim.gpuId), "a commitment in time is taken");
            refuse();
        }
    }

    /// @notice Shows every claim committed to a task, mostly once that is allowed.
    function revealInInbox(uint256 pick) public {
        bool hasHidden = _pledges.length != 0 && !_pledges[_pledges.length - 1].isShown;
        if (!hasHidden && pick % 4 != 0) this.commitToInbox(1, 0, pick, uint64(bound(pick, 2000, 40_000)));
        if (_pledges.length == 0) return;
        Pledge storage picked = _pledges[_newer(_pledges.length, pick / 4, hasHidden ? 1 : 9)];
        bytes32 taskId = mining.taskIdOf(picked.batchId, picked.task.index);
        uint256 opensAt = _inbox.opensAt(picked.batchId);
        if (block.timestamp < opensAt && pick % 4 != 0) pass(opensAt - block.timestamp);
        for (uint256 p = 0; p < _pledges.length; p++) {
            if (_isOf(_pledges[p], taskId)) _reveal(_pledges[p], opensAt);
        }
    }

    function _reveal(Pledge storage pledge, uint256 opensAt) private {
        bool isSettled = mining.isSettled(pledge.batchId, pledge.task.index);
        try _inbox.submitAttestation(pledge.batchId, pledge.task.index, pledge.claim, SALT) {
            must(block.timestamp >= opensAt, "nothing is shown while commitments are taken");
            if (!pledge.isShown) shown++;
            pledge.isShown = true;
            did("AttestationInbox.submitAttestation");
        } catch {
            refused++;
            must(
                block.timestamp < opensAt || isSettled || !_hasSlot(pledge.claim.gpuId),
                "what was committed is shown once that is allowed"
            );
            refuse();
        }
    }

    /// @notice Settles a task, or adds its seats, with what was shown of it and now and then what was not.
    function finalizeInbox(uint256 pick) external {
        bool hasShown = _pledges.length != 0 && _pledges[_pledges.length - 1].isShown;
        if (!hasShown && pick % 4 != 0) this.revealInInbox(1 + pick / 4 * 4);
        if (_pledges.length == 0) return;
        Pledge storage picked = _pledges[_newer(_pledges.length, pick / 4, pick % 4 == 0 ? 9 : 1)];
        bytes32 taskId = mining.taskIdOf(picked.batchId, picked.task.index);
        TaskSettlement memory settlement;
        settlement.task = picked.task;
        settlement.seatSecret = secretOf(picked.task.index);
        settlement.resultHash = RESULT;
        if (mining.escalation(taskId).seedTime != 0) {
            (settlement.answerCommitment, settlement.escalationSecret) =
                (answerOf(picked.task.index), escalationSecretOf(picked.task.index));
        }
        bool isShown;
        (settlement.claims, isShown) = _pledgedTo(taskId, pick % 8 == 0);
        _finalize(picked.batchId, settlement, isShown);
        _checkClocks();
    }

    /// @dev The claims of a task, in the order of their seats.
    function _pledgedTo(bytes32 taskId, bool withHidden) private view returns (SeatClaim[] memory claims, bool isShown) {
        claims = new SeatClaim[](DEVICES);
        uint256 length = 0;
        isShown = true;
        for (uint8 seat = 0; seat < DEVICES; seat++) {
            for (uint256 p = 0; p < _pledges.length; p++) {
                Pledge storage pledge = _pledges[p];
                if (pledge.claim.seat != seat || !_isOf(pledge, taskId) || !pledge.isShown && !withHidden) continue;
                claims[length++] = pledge.claim;
                isShown = isShown && pledge.isShown;
                break;
            }
        }
        assembly ("memory-safe") {
            mstore(claims, length)
        }
    }

    function _finalize(uint256 batchId, TaskSettlement memory settlement, bool isShown) private {
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        bool isFirst = !mining.isSettled(batchId, settlement.task.index);
        bool isGood = _mayBeSettled(batchId, settlement);
        Before memory before = _before(settlement);
        vm.prank(anyone);
        try _inbox.finalize(batchId, Packing.pack(settlement), proof) returns (uint256 minted) {
            must(isShown, "what was not shown is not finalized");
            must(isGood || minted == 0 && !isFirst, "only good settlements are finalized");
            _book(batchId, settlement, minted, before);
            if (isFirst || minted != 0) finalized++;
            did("AttestationInbox.finalize");
        } catch {
            refused++;
            refuse();
        }
    }

    function _indexOf(bytes32 gpuId) private view returns (uint256 g) {
        while (gpus[g].gpuId != gpuId) g++;
    }

    /// @dev False once a device's slot is another's.
    function _hasSlot(bytes32 gpuId) private view returns (bool) {
        try registry.slotOf(gpuId) returns (uint32) {
            return true;
        } catch {
            return false;
        }
    }

    function _isOf(Pledge storage pledge, bytes32 taskId) private view returns (bool) {
        return mining.taskIdOf(pledge.batchId, pledge.task.index) == taskId;
    }

    function _newer(uint256 length, uint256 pick, uint256 most) private pure returns (uint256) {
        return length - 1 - pick % (length < most ? length : most);
    }

    /// @notice Asks for pay that waits, mostly once it is due; now and then a second time.
    function release(uint256 pick) external {
        if (deferrals == released && pick % 4 != 0) _settleShort(pick);
        if (_waiting.length == 0) return;
        uint256 w = pick % _waiting.length;
        for (uint256 i = 0; i < _waiting.length && pick % 8 != 0 && _waiting[w].isReleased; i++) {
            w = (w + 1) % _waiting.length;
        }
        Waiting storage waiting = _waiting[w];
        uint256 payableAt = (waiting.end + 999) / 1000;
        if (block.timestamp < payableAt && pick % 4 != 0) pass(payableAt - block.timestamp);
        uint256 balance = token.balanceOf(waiting.operator);
        vm.prank(anyone);
        try mining.release(waiting.taskId, waiting.seat) returns (uint256 amount) {
            must(!waiting.isReleased, "pay that waited is released once");
            must(block.timestamp * 1000 >= waiting.end, "not before the device's clock admits it");
            must(amount == waiting.amount, "what waited is released");
            must(token.balanceOf(waiting.operator) == balance + waiting.amount, "to the seat's operator");
            waiting.isReleased = true;
            _bookPay(waiting.amount, waiting.isRedeemed);
            released++;
            did("MiningRegistry.release");
        } catch {
            refused++;
            must(waiting.isReleased || block.timestamp < payableAt, "what is due is released");
            refuse();
        }
    }

    /// @dev Settles a task at once whose devices state more time than it has left.
    function _settleShort(uint256 units) private {
        if (!_commitSmall(units, 30)) return;
        settleTask(_open.length - 1, 0, type(uint256).max, 40_000);
    }

    /// @dev One small task for devices that are up. False if the coordinator may not commit.
    function _commitSmall(uint256 units, uint256 life) private returns (bool) {
        for (uint256 g = 0; g < DEVICES; g++) {
            _renew(g);
        }
        uint256 count = _open.length;
        _commitAndPin(1, bound(units, 1000, 20_000), false, life);
        return _open.length > count;
    }

    /// @dev Renews a device whose evidence is about to lapse.
    function _renew(uint256 g) private {
        Gpu memory gpu = gpus[g];
        if (_hasSlot(gpu.gpuId) && registry.device(registry.slotOf(gpu.gpuId)).validUntil > block.timestamp + 2000) return;
        _refreshOrRegister(gpu);
    }

    /// @dev False if the device's state admits neither.
    function _refreshOrRegister(Gpu memory gpu) private returns (bool isRenewed) {
        bool isAnew;
        (isRenewed, isAnew) = refreshOrRegister(gpu);
        if (isAnew) renewals++;
        if (isRenewed) did(isAnew ? "DeviceRegistry.registerDevice" : "DeviceRegistry.refreshDevice");
    }

    // ---- what the vote sets

    function setDurationBounds(uint256 class, uint256 least, uint256 most, uint256 slack) external {
        uint8 named = uint8(chosen(class, bound(class, 1, 4)));
        DurationBounds memory bounds;
        bounds.minMillisPerCu = uint64(bound(least, 0, 20_000));
        bounds.maxMillisPerCu = uint64(chosen(most, bound(most, 20_000, (1 << 22) - 1)));
        bounds.slackMillis = uint64(bound(slack, 0, (1 << 21) - 1));
        vm.prank(governor);
        mining.setDurationBounds(1, named, bounds);
        must(bounds.maxMillisPerCu != 0 && bounds.minMillisPerCu <= bounds.maxMillisPerCu, "bounds admit some duration");
        must(
            keccak256(abi.encode(mining.durationBounds(1, named))) == keccak256(abi.encode(bounds)), "bounds are kept whole"
        );
        bounded++;
        did("MiningRegistry.setDurationBounds");
    }

    /// @notice Cuts a little of the bootstrap off, and changes how fast the rest comes.
    function setBootstrap(uint256 decaying, uint256 halfLife) external {
        ISubsidyBudget budget = mining.subsidy();
        uint256 left = budget.unreleased();
        uint256 before = budget.released();
        decaying = chosen(decaying, bound(decaying, left - left / 8, left));
        halfLife = chosen(halfLife, bound(halfLife, 1 days, 30 days));
        vm.prank(governor);
        budget.setBootstrap(decaying, halfLife);
        must(decaying <= left, "a bootstrap never grows");
        must(budget.released() == before, "what was released stays released");
        did("SubsidyBudget.setBootstrap");
    }

    function setCoordinator(uint256 pick) external {
        address next = address(uint160(0xc0 + pick % 3));
        vm.prank(governor);
        mining.setCoordinator(next);
        must(next == coordinator || !mining.isWitness(coordinator), "who was the coordinator is nobody now");
        coordinator = next;
        did("MiningRegistry.setCoordinator");
    }

    function cancelMove(bool isBack) external {
        ICreditMoves moves = mining.creditMoves();
        bytes32 from = isBack ? OTHER_WORKLOAD : WORKLOAD;
        if (moves.moveOf(anyone, from).completableAt == 0) _ask(moves, from, isBack ? WORKLOAD : OTHER_WORKLOAD);
        bool isAsked = moves.moveOf(anyone, from).completableAt != 0;
        if (!isAsked && isStrict) return;
        vm.prank(anyone);
        moves.cancelMove(from);
        must(isAsked, "only what was asked for is cancelled");
        cancelled++;
        did("CreditMoves.cancelMove");
    }

    /// @dev Asks for a move of all the credit there is, bought first where there is none.
    function _ask(ICreditMoves moves, bytes32 from, bytes32 to) private {
        if (mining.creditOf(anyone, from) == 0) _buy(from);
        uint64 held = mining.creditOf(anyone, from);
        if (held == 0) return;
        vm.prank(anyone);
        moves.requestMove(from, to, held);
        did("CreditMoves.requestMove");
    }

    /// @dev Credit for a small task from whoever has the AIT; where nobody has, somebody earns it first.
    function _buy(bytes32 workloadId) private {
        if (!_openWorkload()) return;
        uint256 amount = 1500 * mining.redeemPrice();
        uint256 g = _richest();
        if (token.balanceOf(gpus[g].operator) < amount && _commitSmall(20_000, 1800)) {
            pass(30);
            settleTask(_open.length - 1, 0, type(uint256).max, 2000);
            g = _richest();
        }
        if (token.balanceOf(gpus[g].operator) < amount) return;
        vm.prank(gpus[g].operator);
        token.transfer(anyone, amount);
        vm.prank(anyone);
        mining.redeem(amount, workloadId);
        burnedSum += amount;
        creditSum += 1500;
        did("MiningRegistry.redeem");
    }

    function _richest() private view returns (uint256 richest) {
        for (uint256 g = 1; g < DEVICES; g++) {
            if (token.balanceOf(gpus[g].operator) > token.balanceOf(gpus[richest].operator)) richest = g;
        }
    }

    // ---- books

    function _settle(uint256 batchId, TaskSettlement memory settlement, bool isGood) private {
        MiningTask memory task = settlement.task;
        bool wasSettled = mining.isSettled(batchId, task.index);
        Before memory before = _before(settlement);
        bytes32[] memory proof = proofFor(batchId, only(settlement));
        try mining.settle(batchId, Packing.pack(settlement), proof) returns (uint256 minted) {
            if (wasSettled) {
                must(minted == 0, "a task mints once");
                return;
            }
            must(isGood, "only good settlements settle");
            _book(batchId, settlement, minted, before);
            did("MiningRegistry.settle");
        } catch {
            refused++;
            must(!wasSettled, "settling again is harmless");
            refuse();
        }
        _checkClocks();
    }

    /// @dev Books what the registry took, whoever brought it, by the handler's own reckoning of what is due.
    function _book(uint256 batchId, TaskSettlement memory settlement, uint256 minted, Before memory before) private {
        MiningTask memory task = settlement.task;
        bytes32 taskId = mining.taskIdOf(batchId, task.index);
        bool isRedeemed = task.redeemer != address(0);
        if (timesSettled[taskId] == 0) {
            settledTasks++;
            timesSettled[taskId] = 1;
            if (isRedeemed) {
                must(creditSum >= task.computeUnits, "no work is served that nobody bought");
                creditSum -= task.computeUnits;
                spentSum += task.computeUnits * mining.lowestRedeemPrice();
                // Of the seven seats that the price has to bear.
                redeemedMost += task.computeUnits * mining.lowestRedeemPrice() * (mining.escalation(taskId).level == 0 ? 3 : 7) / 7;
                served++;
                did("outcome: redeemed work served");
            }
            _countFurther(batchId, settlement);
        }
        uint256 amount = task.computeUnits * mining.batch(batchId).mintRate;
        (uint256 due, uint256 paid) = _takeSeats(batchId, settlement, before, amount);
        must(due == 0 || !before.hasDead, "a revoked or expired device never settles");
        must(minted == paid * amount, "each due seat is paid once, and nothing else");
        seatsDone[taskId] |= due;
        must(due & ~mining.paidSeatsOf(batchId, task.index) == 0, "the registry knows which seats are done");
        _bookPay(paid * amount, isRedeemed);
    }

    /// @dev What a task settled with, if that were more than its first seats.
    function _countFurther(uint256 batchId, TaskSettlement memory settlement) private {
        uint256 matching = _matchingOf(settlement);
        if (matching >> 3 == 0) return;
        if (_isLot(batchId, settlement)) {
            audited++;
            did("outcome: an audited task settled");
        }
        if (mining.escalation(mining.taskIdOf(batchId, settlement.task.index)).level == 5) {
            settledAtFive++;
            did("outcome: settled at five seats");
        } else {
            settledAtSeven++;
            did("outcome: settled at seven seats");
        }
    }

    function _bookPay(uint256 amount, bool isRedeemed) private {
        settledSum += amount;
        if (isRedeemed) redeemedSum += amount;
        else subsidisedSum += amount;
    }

    /// @dev What a settlement owes each device, and that this and nothing else happened to its operator and its clock.
    function _takeSeats(uint256 batchId, TaskSettlement memory settlement, Before memory before, uint256 amount)
        private
        returns (uint256 due, uint256 paid)
    {
        due = _dueSeats(settlement, seatsDone[mining.taskIdOf(batchId, settlement.task.index)]);
        for (uint256 g = 0; g < gpus.length; g++) {
            uint256 c = _claimOf(settlement, gpus[g].gpuId);
            uint256 earned = 0;
            if (c == settlement.claims.length || due >> settlement.claims[c].seat & 1 == 0) {
                must(mining.busyUntil(gpus[g].gpuId) == before.clocks[g], "only due seats take time");
            } else if (_takeTime(batchId, settlement, c, g, before.clocks[g])) {
                earned = amount;
                paid++;
            } else {
                _await(batchId, settlement, c, g, amount);
            }
            must(token.balanceOf(gpus[g].operator) == before.balances[g] + earned, "only due seats are paid");
        }
    }

    /// @dev Seats that agree and were not paid before; none if one that was paid is not among those who agree.
    function _dueSeats(TaskSettlement memory settlement, uint256 done) private pure returns (uint256) {
        uint256 matching = _matchingOf(settlement);
        return done & ~matching != 0 ? 0 : matching & ~done;
    }

    /// @dev Bits of the seats whose results are the settlement's.
    function _matchingOf(TaskSettlement memory settlement) private pure returns (uint256 matching) {
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            if (settlement.claims[c].resultHash == settlement.resultHash) matching |= 1 << settlement.claims[c].seat;
        }
    }

    /// @dev A due seat takes of its device's clock, from where that stood or the seats were drawn, the time it states and no less than that
    /// in which its class does the work at 1.05 of its rate. Clocks run only forward and nothing is paid before they say so: no window holds
    /// more pay than that.
    /// @return isPaid false if the clock is not there yet
    function _takeTime(uint256 batchId, TaskSettlement memory settlement, uint256 c, uint256 g, uint256 clock)
        private
        returns (bool isPaid)
    {
        uint256 seedTime = uint256(
            settlement.claims[c].seat < 3
                ? mining.batch(batchId).seedTime
                : mining.escalation(mining.taskIdOf(batchId, settlement.task.index)).seedTime
        ) * 1000;
        uint256 start = clock > seedTime ? clock : seedTime;
        uint256 end = mining.busyUntil(gpus[g].gpuId);
        must(end >= start + settlement.claims[c].duration, "a due seat takes the time it states");
        uint256 rate = mining.classRate(gpus[g].class);
        must(uint256(settlement.task.computeUnits) * 3_600_000 * 100 <= (end - start) * rate * 105 * 1e6, "1.05 of the rate");
        return end <= block.timestamp * 1000;
    }

    function _await(uint256 batchId, TaskSettlement memory settlement, uint256 c, uint256 g, uint256 amount) private {
        uint256 end = mining.busyUntil(gpus[g].gpuId);
        must(end > uint256(settlement.task.deadline) * 1000, "pay waits only where the claim cannot");
        _waitsUntil[gpus[g].gpuId] = end;
        // At a rate of zero there is nothing to wait for.
        if (amount == 0) return;
        deferrals++;
        _waiting.push(
            Waiting({
                taskId: mining.taskIdOf(batchId, settlement.task.index),
                seat: settlement.claims[c].seat,
                operator: gpus[g].operator,
                amount: amount,
                end: end,
                isRedeemed: settlement.task.redeemer != address(0),
                isReleased: false
            })
        );
    }

    /// @dev Where the claim of a device is; behind the last if there is none.
    function _claimOf(TaskSettlement memory settlement, bytes32 gpuId) private pure returns (uint256 c) {
        while (c < settlement.claims.length && settlement.claims[c].gpuId != gpuId) c++;
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
        did("MiningRegistry.openWorkloads");
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
            settlement.claims = _allSeats(batchId, tasks[i]);
        }
        settlement.claims = _chosen(settlement.claims, mask);
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            SeatClaim memory claim = settlement.claims[c];
            claim.duration = uint64(bound(duration, 0, 70_000));
            if ((mask >> (12 + c)) % 8 == 0) claim.resultHash = OTHER_RESULT;
            resign(batchId, settlement, c);
        }
        isGood = _mayBeSettled(batchId, settlement);
    }

    /// @dev The claims of every seat of an escalated task.
    function _allSeats(uint256 batchId, MiningTask memory task) private view returns (SeatClaim[] memory claims) {
        uint32[] memory slots =
            mining.escalatedSeatsOf(batchId, task, secretOf(task.index), escalationSecretOf(task.index));
        claims = new SeatClaim[](slots.length);
        for (uint8 seat = 0; seat < slots.length; seat++) {
            claims[seat] = claimOf(batchId, task, seat, slots[seat], RESULT, 1500);
        }
    }

    /// @dev In time, agreed by two of the first three seats, three of five or four of seven, each duration within its bounds, enough credit
    /// for a first settlement, and no audit that is still owed.
    function _mayBeSettled(uint256 batchId, TaskSettlement memory settlement) private view returns (bool) {
        MiningTask memory task = settlement.task;
        for (uint256 c = 0; c < settlement.claims.length; c++) {
            if (!_isInBounds(task, settlement.claims[c])) return false;
        }
        uint256 matching = _matchingOf(settlement);
        bool isAgreed = _count(matching & 7) >= 2 || _count(matching & 31) >= 3 || _count(matching) >= 4;
        if (!isAgreed || block.timestamp > task.deadline) return false;
        // What settled before an audit was asked of it stays settled, and has been paid for.
        if (mining.isSettled(batchId, task.index)) return true;
        if (task.redeemer != address(0) && mining.creditOf(anyone, WORKLOAD) < task.computeUnits) return false;
        return matching >> 3 != 0 || !_isAudited(batchId, task, settlement);
    }

    function _count(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits >>= 1) {
            count += bits & 1;
        }
    }

    function _isInBounds(MiningTask memory task, SeatClaim memory claim) private view returns (bool) {
        DurationBounds memory bounds = mining.durationBounds(task.workloadType, gpus[_indexOf(claim.gpuId)].class);
        uint256 units = task.computeUnits;
        return claim.duration >= bounds.minMillisPerCu * units / 1e6
            && claim.duration <= bounds.slackMillis + bounds.maxMillisPerCu * units / 1e6;
    }

    /// @dev An audited task needs a seat beyond the first three, if its roster has one.
    function _isAudited(uint256 batchId, MiningTask memory task, TaskSettlement memory settlement) private view returns (bool) {
        if (!_isLot(batchId, settlement)) return false;
        if (mining.escalation(mining.taskIdOf(batchId, task.index)).seedTime == 0) return true;
        return mining.escalatedSeatsOf(batchId, task, settlement.seatSecret, escalationSecretOf(task.index)).length > 3;
    }

    /// @dev The task's seed is below the share, over a roster that has room for further seats.
    function _isLot(uint256 batchId, TaskSettlement memory settlement) private view returns (bool) {
        bytes32 seed = keccak256(abi.encode(settlement.seatSecret, mining.batch(batchId).seedBlockHash));
        return mining.batch(batchId).rosterLength >= 5 && uint16(bytes2(seed)) < mining.auditShare();
    }

    /// @dev The claims that the mask picks: mostly all of them.
    function _chosen(SeatClaim[] memory claims, uint256 mask) private pure returns (SeatClaim[] memory chosen) {
        uint256 left = (mask % 4 == 0 ? mask >> 4 : type(uint256).max) & (1 << claims.length) - 1;
        chosen = new SeatClaim[](_count(left));
        uint256 next = 0;
        for (uint256 i = 0; i < claims.length; i++) {
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

    function _before(TaskSettlement memory settlement) private view returns (Before memory) {
        return Before({balances: _balances(), clocks: _clocks(), hasDead: _hasDeadClaim(settlement)});
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

    function _checkClocks() private {
        for (uint256 g = 0; g < gpus.length; g++) {
            uint64 busy = mining.busyUntil(gpus[g].gpuId);
            must(busy >= _lastBusy[gpus[g].gpuId], "a clock never runs backwards");
            must(
                busy <= block.timestamp * 1000 || busy <= _waitsUntil[gpus[g].gpuId], "a clock is ahead only where pay waits"
            );
            _lastBusy[gpus[g].gpuId] = busy;
        }
    }
}

abstract contract MiningCampaign is CampaignTest {
    NetworkHandler internal handler;
    AIToken private token;
    IMiningRegistry private mining;
    DeviceRegistry private registry;

    function setUp() public {
        handler = new NetworkHandler(isStrict());
        targetContract(address(handler));
        (token, mining, registry) = handler.network();
    }

    function campaign() internal view override returns (Campaign) {
        return handler;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](27);
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
        targets[0].selectors[15] = handler.commitShortBatch.selector;
        targets[0].selectors[16] = handler.commitToInbox.selector;
        targets[0].selectors[17] = handler.revealInInbox.selector;
        targets[0].selectors[18] = handler.finalizeInbox.selector;
        targets[0].selectors[19] = handler.release.selector;
        targets[0].selectors[20] = handler.setDurationBounds.selector;
        targets[0].selectors[21] = handler.cancelMove.selector;
        targets[0].selectors[22] = handler.setBootstrap.selector;
        targets[0].selectors[23] = handler.setCoordinator.selector;
        targets[0].selectors[24] = handler.settleFurther.selector;
        targets[0].selectors[25] = handler.serve.selector;
        targets[0].selectors[26] = handler.handOver.selector;
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
        assertLe(handler.redeemedSum(), handler.redeemedMost(), "washRedemptionLoses: what was minted for what was burned");
    }

    function rosterStaysSmall() private view {
        assertLe(registry.rosterLength(), 7 + handler.renewals(), "rosterStaysSmall");
    }
}

/// @notice Every call is one that the contracts take.
contract MiningInvariants is MiningCampaign {
    function isStrict() internal pure override returns (bool) {
        return true;
    }

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
        redeemAll();
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
        redeemAll();
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
        handler.settleTask(0, 1, 0xfff038, 2000);
        assertEq(handler.settledTasks(), 1, "settled by two");
        handler.wait(60);
        handler.addSeats(0, 1);
        assertEq(handler.added(), 1, "the third is paid after all");
        handler.addSeats(0, 1);
        assertEq(handler.added(), 1, "once");
        handler.settleTask(0, 0, type(uint256).max, 2000);
        assertEq(handler.settledTasks(), 2, "an escalated task settles by its first seats");
        handler.pauseOrResume(0);
        handler.commitAndPinBatch(1, 80_000, false);
        handler.setClassRate(1, 500);
        handler.pauseOrResume(1);
        handler.commitAndPinBatch(1, 80_000, false);
        holds();
    }

    function test_handler_finalizesThroughTheInbox() public {
        handler.commitAndPinBatch(1, 80_000, false);
        handler.commitToInbox(1, 0, type(uint256).max, 2000);
        assertEq(handler.pledged(), 3, "three commit");
        handler.finalizeInbox(8);
        assertEq(handler.finalized(), 0, "nothing was shown");
        handler.revealInInbox(4);
        assertEq(handler.shown(), 0, "nothing is shown early");
        handler.revealInInbox(1);
        assertEq(handler.shown(), 3, "shown");
        // Two of three claims, of seats 0 and 1.
        handler.settleTask(0, 0, 0xfff038, 2000);
        assertEq(handler.settledTasks(), 1, "settled by two");
        handler.finalizeInbox(1);
        assertEq(handler.finalized(), 1, "the third is added");
        assertEq(mintedSeats(80_000), 3, "three seats");
        handler.finalizeInbox(1);
        assertEq(handler.finalized(), 1, "once");
        handler.commitShortBatch(1, 80_000, false, 240);
        handler.commitToInbox(2, 0, type(uint256).max, 2000);
        handler.revealInInbox(1);
        handler.finalizeInbox(1);
        assertEq(handler.finalized(), 2, "settled through the inbox");
        assertEq(mintedSeats(80_000), 6, "in the books like any other");
        holds();
    }

    function test_handler_releasesWhatWaited() public {
        handler.commitShortBatch(1, 80_000, false, 30);
        handler.settleTask(0, 0, type(uint256).max, 40_000);
        assertEq(handler.settledTasks(), 1, "settled");
        assertEq(handler.deferrals(), 3, "beyond its deadline");
        assertEq(mintedSeats(80_000), 0, "nothing is minted yet");
        holds();
        handler.release(4);
        assertEq(handler.released(), 0, "too early");
        handler.release(1);
        handler.release(1);
        handler.release(1);
        assertEq(handler.released(), 3, "released");
        assertEq(mintedSeats(80_000), 3, "minted");
        handler.release(8);
        assertEq(handler.released(), 3, "once");
        handler.release(1);
        assertEq(handler.released(), 4, "of a task of its own");
        holds();
    }

    function test_handler_setsWhatTheVoteSets() public {
        handler.commitAndPinBatch(2, 200_000, false);
        for (uint256 class = 1; class <= 4; class++) {
            handler.setDurationBounds(class, 20_000, 20_000, 0);
        }
        handler.wait(30);
        handler.settleTask(0, 0, type(uint256).max, 3999);
        assertEq(handler.settledTasks(), 0, "out of the new bounds");
        handler.settleTask(0, 0, type(uint256).max, 4000);
        assertEq(handler.settledTasks(), 1, "within them");
        handler.setBootstrap(0.9 ether, 20 days);
        handler.setCoordinator(1);
        handler.commitAndPinBatch(1, 80_000, false);
        redeemAll();
        handler.moveCredit(500, false);
        handler.cancelMove(false);
        assertEq(handler.cancelled(), 1, "cancelled");
        holds();
    }

    function test_handler_servesAndSettlesAtFiveAndSevenSeats() public {
        handler.serve(2000, 1);
        assertEq(handler.served(), 1, "bought, done and settled");
        handler.settleFurther(false, false, type(uint256).max);
        assertEq(handler.settledAtFive(), 1, "at five");
        handler.settleFurther(true, false, type(uint256).max);
        assertEq(handler.settledAtSeven(), 1, "at seven");
        handler.settleFurther(false, true, type(uint256).max);
        assertEq(handler.audited(), 1, "audited");
        assertEq(handler.settledAtFive(), 2, "at five again");
        holds();
    }

    function redeemAll() private {
        for (uint256 g = 0; g < 7; g++) {
            handler.redeem(g);
        }
    }

    function mintedSeats(uint256 units) private view returns (uint256) {
        return handler.settledSum() / (units * 1e11);
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
