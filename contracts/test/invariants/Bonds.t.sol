// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIToken} from "../../src/AIToken.sol";
import {CoordinatorBond} from "../../src/CoordinatorBond.sol";
import {OperatorBond} from "../../src/OperatorBond.sol";
import {IBond} from "../../src/interfaces/IBond.sol";
import {CoordinatorTerms, SeatLetter} from "../../src/interfaces/ICoordinatorBond.sol";
import {Device} from "../../src/interfaces/IDeviceRegistry.sol";
import {IMiningRegistry, MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Accusation, OperatorTerms} from "../../src/interfaces/IOperatorBond.sol";
import {Letters} from "../base/Letters.sol";
import {Packing} from "../base/Packing.sol";
import {Campaign, CampaignTest} from "./Campaign.sol";

/// @notice Puts up, asks back, claims and slashes at random, and keeps its own books.
contract BondsHandler is Letters, Campaign {
    uint256 public mintedSum;
    uint256 public burnedSum;
    uint256 public paidSum;
    uint256 public letters;
    uint256 public slashes;
    uint256 public canaries;
    uint256 public divergences;
    uint256 public wrongSeats;
    uint256 public withdrawals;
    uint256 public refused;
    bytes32 private constant SALT = keccak256("salt of the canary");
    mapping(IBond bond => uint256) public depositedSum;
    mapping(IBond bond => uint256) public withdrawnSum;
    uint256 public shown;
    mapping(uint256 batchId => bool) public isShown;
    mapping(bytes32 seat => uint256 times) public timesPaid;
    mapping(bytes32 device => uint256 times) public timesSlashed;
    mapping(bytes32 seat => uint256 times) public timesPunished;
    /// @notice What each account has in a bond, by these books.
    mapping(IBond bond => mapping(address account => uint256)) public booked;
    CoordinatorBond private _coordinators;
    OperatorBond private _operators;
    SeatLetter[] private _given;

    constructor(bool isStrict_) Campaign(isStrict_) {
        setUp();
        _coordinators = new CoordinatorBond(mining, governor);
        _operators = new OperatorBond(mining, governor);
    }

    function network() external view returns (AIToken, IMiningRegistry, CoordinatorBond, OperatorBond) {
        return (token, mining, _coordinators, _operators);
    }

    /// @dev Every task is a canary: its answer field opens to the right answer.
    function answerOf(uint256) internal pure override returns (bytes32) {
        return keccak256(abi.encode(RESULT, SALT));
    }

    /// @notice Everybody who may have a bond.
    function accounts() public view returns (address[] memory all) {
        all = new address[](6);
        all[5] = coordinator;
        for (uint256 i = 0; i < 5; i++) {
            all[i] = gpus[i].operator;
        }
    }

    function wait(uint256 time) external {
        pass(bound(time, 1, time % 3 == 0 ? 10 days : 1 hours));
    }

    function deposit(uint256 pick, bool isCoordinators, uint256 amount) external {
        _deposit(accounts()[pick % 6], isCoordinators, bound(amount, isStrict ? 1 : 0, 500 ether));
    }

    function _deposit(address account, bool isCoordinators, uint256 amount) private {
        IBond bond = _bond(isCoordinators);
        give(account, amount);
        mintedSum += amount;
        vm.prank(account);
        token.approve(address(bond), amount);
        vm.prank(account);
        bond.deposit(account, amount);
        must(amount != 0, "nothing is no deposit");
        depositedSum[bond] += amount;
        booked[bond][account] += amount;
        did(isCoordinators ? "CoordinatorBond.deposit" : "OperatorBond.deposit");
    }

    /// @dev Where a verb needs a bond, there mostly is one.
    function _fund(address account, bool isCoordinators, uint256 pick) private {
        if (pick % 4 != 0 && booked[_bond(isCoordinators)][account] == 0) _deposit(account, isCoordinators, 50 ether);
    }

    function unbond(uint256 pick, bool isCoordinators, uint256 amount) external {
        address account = accounts()[pick % 6];
        IBond bond = _bond(isCoordinators);
        _fund(account, isCoordinators, amount);
        (uint256 waiting,) = bond.unbondingOf(account);
        uint256 free = bond.bondOf(account) - waiting;
        if (free == 0 && isStrict) return;
        amount = chosen(amount, free == 0 ? 0 : bound(amount, 1, free));
        vm.prank(account);
        bond.unbond(amount);
        must(amount != 0 && amount <= free, "no more is asked back than there is");
        did(isCoordinators ? "CoordinatorBond.unbond" : "OperatorBond.unbond");
    }

    /// @notice Withdraws, mostly once what waits may go.
    function withdraw(uint256 pick, bool isCoordinators) external {
        address account = accounts()[pick % 6];
        IBond bond = _bond(isCoordinators);
        (uint256 waiting, uint256 withdrawableAt) = bond.unbondingOf(account);
        if (waiting == 0 && pick % 3 == 0) {
            this.unbond(pick, isCoordinators, type(uint256).max);
            (waiting, withdrawableAt) = bond.unbondingOf(account);
        }
        if (waiting != 0 && block.timestamp < withdrawableAt && pick % 5 == 0) pass(withdrawableAt - block.timestamp);
        vm.prank(account);
        try bond.withdraw() returns (uint256 amount) {
            must(amount == waiting, "what waited is withdrawn");
            must(block.timestamp >= withdrawableAt, "not before its time");
            withdrawnSum[bond] += amount;
            booked[bond][account] -= amount;
            withdrawals++;
            did(isCoordinators ? "CoordinatorBond.withdraw" : "OperatorBond.withdraw");
        } catch {
            must(waiting == 0 || block.timestamp < withdrawableAt, "what waited long enough is withdrawn");
            refused++;
            refuse();
        }
    }

    /// @notice A batch whose letters go out; some tell a lie about their seat.
    function giveLetters(uint256 lie) external {
        if (mining.batchCount() > 12 && lie % 4 != 0) return;
        (uint256 batchId, MiningTask memory task) = _queue();
        uint32[3] memory slots = mining.seatsOf(batchId, task, secretOf(0));
        for (uint8 seat = 0; seat < 3; seat++) {
            _given.push(letterOf(batchId, task, seat, registry.device(slots[seat]).gpuId));
        }
        if (lie % 3 == 0) _given.push(letterOf(batchId, task, 0, registry.device(slots[1]).gpuId));
    }

    /// @notice Shows the secret of a task, either way, where there is time left.
    function reveal(uint256 pick, bool both) external {
        uint256 count = mining.batchCount();
        if (count == 0) return;
        uint256 batchId = pick % 2 == 0 ? count : 1 + pick % count;
        MiningTask memory task = committed[batchId][0];
        bytes32[] memory proof = new bytes32[](0);
        bool isLate = block.timestamp > _coordinators.revealableUntil(batchId);
        if (both) {
            try _coordinators.revealEscalation(batchId, task, answerOf(0), escalationSecretOf(0), proof) {
                isShown[batchId] = true;
                did("CoordinatorBond.revealEscalation");
            } catch {
                must(isLate, "what is shown in time is taken");
            }
        } else {
            try _coordinators.reveal(batchId, task, secretOf(0), proof) {
                isShown[batchId] = true;
                did("CoordinatorBond.reveal");
            } catch {
                must(isLate, "what is shown in time is taken");
            }
        }
        if (!isLate) {
            shown++;
            return;
        }
        refused++;
        refuse();
    }

    /// @notice Claims the pay of a letter, mostly a newer one and once its batch is over.
    function claim(uint256 pick) external {
        if (_given.length == 0) return;
        SeatLetter memory letter = _given[pick % 4 == 0 ? pick % _given.length : _given.length - 1 - pick % 3];
        uint256 opensAt = uint256(mining.batch(letter.batchId).latestDeadline) + 1;
        if (block.timestamp < opensAt && pick % 3 != 0) pass(opensAt - block.timestamp);
        if (!isStrict && pick % 8 == 0) letter.seat ^= 1; // no longer what was signed
        _fund(coordinator, true, pick);
        address operator = registry.device(registry.slotOf(letter.gpuId)).operator;
        uint256 balance = token.balanceOf(operator);
        try _coordinators.claim(letter) returns (uint256 amount) {
            letters++;
            paidSum += amount;
            booked[_coordinators][coordinator] -= amount;
            must(amount == _coordinators.terms().letterPay, "a letter has the pay of the terms");
            must(token.balanceOf(operator) == balance + amount, "to the device's operator");
            must(block.timestamp >= opensAt, "no letter is paid while its task can settle");
            if (_coordinators.signerOf(letter) == coordinator) {
                must(!isShown[letter.batchId], "no letter of a task whose secret was shown is paid");
                must(++timesPaid[_seatOf(letter)] == 1, "a seat is paid once");
            } else {
                must(amount == 0, "what the coordinator did not sign costs it nothing");
            }
            did("CoordinatorBond.claim");
        } catch {
            refused++;
            refuse();
        }
    }

    /// @notice Shows two letters for one seat: of those that went out, or one more that the coordinator signs.
    function contradict(uint256 pick, uint256 other) external {
        if (_given.length == 0) return;
        SeatLetter memory letter = _given[pick % _given.length];
        SeatLetter memory second = _given[other % _given.length];
        if (other % 3 != 0) {
            bytes32 neighbour = gpus[other % 5].gpuId;
            second = letterOf(letter.batchId, committed[letter.batchId][0], letter.seat, neighbour);
        }
        _fund(coordinator, true, pick);
        bool isFault = second.batchId == letter.batchId && second.seat == letter.seat && second.gpuId != letter.gpuId;
        (uint256 penalty, bool mayBurn) = _penaltyOf(letter);
        try _coordinators.proveContradiction(letter, second) returns (uint256 burned) {
            must(isFault, "letters that agree burn nothing");
            _punished(letter, burned, penalty);
            did("CoordinatorBond.proveContradiction");
        } catch {
            must(!isFault || !mayBurn, "who signs two letters for one seat is punished");
            refused++;
            refuse();
        }
    }

    /// @notice Shows a letter for a seat that another device was drawn for, for a task that is not in the batch, or a right one.
    function proveWrongSeat(uint256 pick, uint8 seat, uint256 kind) external {
        (uint256 batchId, MiningTask memory task) = _liveTask(pick);
        seat %= 3;
        uint32[3] memory slots = mining.seatsOf(batchId, task, secretOf(0));
        bool isRight = kind % 4 == 0;
        MiningTask memory told = task;
        if (kind % 4 == 1) told = abi.decode(abi.encode(task), (MiningTask));
        if (kind % 4 == 1) told.workloadHash = "invented";
        uint8 drawn = isRight || kind % 4 == 1 ? seat : (seat + 1) % 3;
        SeatLetter memory letter = letterOf(batchId, told, seat, registry.device(slots[drawn]).gpuId);
        _fund(coordinator, true, pick);
        (uint256 penalty, bool mayBurn) = _penaltyOf(letter);
        try _coordinators.proveWrongSeat(letter, task, secretOf(0), new bytes32[](0)) returns (uint256 burned) {
            must(!isRight, "a right letter burns nothing");
            _punished(letter, burned, penalty);
            wrongSeats++;
            did("CoordinatorBond.proveWrongSeat");
        } catch {
            must(isRight || !mayBurn, "who gives a seat to another is punished");
            refused++;
            refuse();
        }
    }

    /// @notice Two results by one key for a task.
    function equivocate(uint256 pick, uint256 batchPick) external {
        uint256 count = mining.batchCount();
        if (count == 0) return;
        uint256 batchId = batchPick % 2 == 0 ? count : 1 + batchPick % count;
        MiningTask memory task = committed[batchId][0];
        uint32 slot = registry.slotOf(gpus[pick % 5].gpuId);
        Device memory device = registry.device(slot);
        SeatClaim memory first = claimOf(batchId, task, 0, slot, RESULT, 1500);
        SeatClaim memory second = claimOf(batchId, task, 0, slot, OTHER_RESULT, 1500);
        _fund(device.operator, false, pick);
        uint256 penalty = _operators.terms().fraudPenalty;
        bool isNew = device.registeredBlock > mining.batch(batchId).commitBlock;
        bool wasSlashed = timesSlashed[_deviceOf(batchId, device.gpuId)] != 0;
        try _operators.slashEquivocation(batchId, 0, WORKLOAD, first, second) returns (uint256 burned) {
            must(!isNew, "nobody answers for who had the device before");
            _slashed(batchId, device, burned, penalty);
            did("OperatorBond.slashEquivocation");
        } catch {
            must(isNew || wasSlashed, "who signs two results is slashed");
            refused++;
            refuse();
        }
    }

    /// @notice One seat misses the answer of a canary that the two others have; now and then that is not so.
    function missCanary(uint256 pick, uint8 wrong, uint256 lie) external {
        (uint256 batchId, MiningTask memory task) = _liveTask(pick);
        uint32[] memory slots = _seatsOf(batchId, task);
        wrong %= 3;
        Accusation memory accusation = _accusationOf(batchId, task, slots, wrong, 2);
        bool isTrue = lie % 8 != 0;
        if (!isTrue) accusation.witnesses[0] = accusation.accused;
        Device memory accused = registry.device(slots[wrong]);
        _fund(accused.operator, false, pick);
        uint256 penalty = _operators.terms().fraudPenalty;
        bool wasSlashed = timesSlashed[_deviceOf(batchId, accused.gpuId)] != 0;
        try _operators.slashCanary(accusation, RESULT, SALT) returns (uint256 burned) {
            must(isTrue, "two others have the answer that one missed");
            _slashed(batchId, accused, burned, penalty);
            canaries++;
            did("OperatorBond.slashCanary");
        } catch {
            must(!isTrue || wasSlashed, "who misses a canary's answer is slashed");
            refused++;
            refuse();
        }
    }

    /// @notice One seat of an escalated task differs from more than two thirds of it; now and then from fewer.
    function diverge(uint256 pick, uint8 wrong, uint256 lie) external {
        (uint256 batchId, MiningTask memory task) = _liveTask(pick);
        if (mining.escalation(mining.taskIdOf(batchId, 0)).level == 0) _escalate(batchId, task);
        uint32[] memory slots = _seatsOf(batchId, task);
        wrong = uint8(wrong % slots.length);
        uint256 required = slots.length * 2 / 3 + 1;
        bool isTrue = lie % 8 != 0 && slots.length > 3;
        Accusation memory accusation = _accusationOf(batchId, task, slots, wrong, isTrue ? required : 2);
        Device memory accused = registry.device(slots[wrong]);
        _fund(accused.operator, false, pick);
        uint256 penalty = _operators.terms().divergencePenalty;
        bool wasSlashed = timesSlashed[_deviceOf(batchId, accused.gpuId)] != 0;
        bool isLate = block.timestamp > task.deadline; // the escalation took the last seconds
        try _operators.slashDivergence(accusation) returns (uint256 burned) {
            must(isTrue, "fewer than two thirds take no bond");
            must(!isLate, "nobody is accused once the draw can no longer be recomputed");
            _slashed(batchId, accused, burned, penalty);
            divergences++;
            did("OperatorBond.slashDivergence");
        } catch {
            must(!isTrue || isLate || wasSlashed, "who differs from a super-majority is slashed");
            refused++;
            refuse();
        }
    }

    function slash(uint256 pick, uint256 amount) external {
        address account = accounts()[pick % 6];
        _fund(account, false, pick);
        amount = bound(amount, 1, 1000 ether);
        uint256 held = booked[_operators][account];
        vm.prank(governor);
        uint256 burned = _operators.slash(account, amount, "fuzz");
        must(burned == (amount < held ? amount : held), "a slash burns what it says, or what there is");
        _burned(_operators, account, burned);
        must(_operators.probationUntil(account) >= block.timestamp + _operators.terms().probation, "on probation");
        did("OperatorBond.slash");
    }

    // ---- what the vote sets

    function setOperatorTerms(uint256 least, uint256 fraud, uint256 divergence, uint256 delay, uint256 probation) external {
        OperatorTerms memory terms;
        terms.fraudPenalty = chosen(fraud, bound(fraud, 0, 200 ether));
        terms.divergencePenalty = chosen(divergence, bound(divergence, 0, terms.fraudPenalty));
        terms.leastBond = chosen(least, bound(least, 0, 100 ether));
        terms.unbondingDelay = chosen(delay, bound(delay, 7 days, 90 days));
        terms.probation = chosen(probation, bound(probation, 0, 90 days));
        vm.prank(governor);
        _operators.setTerms(terms);
        must(terms.divergencePenalty <= terms.fraudPenalty, "to differ is no worse than to forge");
        must(terms.unbondingDelay >= 7 days && terms.unbondingDelay <= 90 days, "a bond stays for a time, and not for ever");
        must(keccak256(abi.encode(_operators.terms())) == keccak256(abi.encode(terms)), "terms are kept whole");
        did("OperatorBond.setTerms");
    }

    function setCoordinatorTerms(uint256 pay, uint256 window, uint256 penalty) external {
        CoordinatorTerms memory terms;
        terms.letterPay = chosen(pay, bound(pay, 0, 0.1 ether));
        terms.claimWindow = chosen(window, bound(window, 1 days, 30 days));
        terms.faultPenalty = chosen(penalty, bound(penalty, 0, 5 ether));
        vm.prank(governor);
        _coordinators.setTerms(terms);
        must(terms.claimWindow >= 1 days && terms.claimWindow <= 30 days, "letters have their time");
        must(keccak256(abi.encode(_coordinators.terms())) == keccak256(abi.encode(terms)), "terms are kept whole");
        did("CoordinatorBond.setTerms");
    }

    function handOver(uint256 pick) external {
        address next = address(uint160(0x60 + pick % 3));
        handOver(address(_operators), governor, next, "OperatorBond.setGovernor", "OperatorBond.acceptGovernor");
        handOver(address(_coordinators), governor, next, "CoordinatorBond.setGovernor", "CoordinatorBond.acceptGovernor");
        governor = next;
    }

    // ---- books

    function _slashed(uint256 batchId, Device memory device, uint256 burned, uint256 penalty) private {
        uint256 held = booked[_operators][device.operator];
        must(burned == (penalty < held ? penalty : held), "the penalty burns, or what there is");
        must(++timesSlashed[_deviceOf(batchId, device.gpuId)] == 1, "a device is slashed once a task");
        must(
            _operators.probationUntil(device.operator) >= block.timestamp + _operators.terms().probation, "on probation"
        );
        _burned(_operators, device.operator, burned);
    }

    function _punished(SeatLetter memory letter, uint256 burned, uint256 penalty) private {
        uint256 held = booked[_coordinators][coordinator];
        must(burned == (penalty < held ? penalty : held) && burned != 0, "the penalty burns, or what there is");
        must(++timesPunished[_seatOf(letter)] == 1, "a seat is punished once");
        _burned(_coordinators, coordinator, burned);
    }

    function _burned(IBond bond, address account, uint256 burned) private {
        booked[bond][account] -= burned;
        burnedSum += burned;
        slashes++;
    }

    /// @dev `mayBurn` is false where a fault burns nothing: it burned before, or there is nothing to burn
    function _penaltyOf(SeatLetter memory letter) private view returns (uint256 penalty, bool mayBurn) {
        penalty = _coordinators.terms().faultPenalty;
        mayBurn = timesPunished[_seatOf(letter)] == 0 && penalty != 0 && booked[_coordinators][coordinator] != 0;
    }

    function _seatOf(SeatLetter memory letter) private pure returns (bytes32) {
        return keccak256(abi.encode(letter.batchId, letter.seat));
    }

    function _deviceOf(uint256 batchId, bytes32 gpuId) private pure returns (bytes32) {
        return keccak256(abi.encode(batchId, gpuId));
    }

    // ---- tasks

    /// @dev A task over devices that all are up.
    function _queue() private returns (uint256 batchId, MiningTask memory task) {
        for (uint256 i = 0; i < 5; i++) {
            if (registry.device(registry.slotOf(gpus[i].gpuId)).validUntil > block.timestamp + 2000) continue;
            pass(2);
            refreshOrRegister(gpus[i]);
        }
        MiningTask[] memory tasks = tasksOf(1);
        return (commitAndPin(tasks), tasks[0]);
    }

    /// @dev One of the last tasks that still can settle.
    function _liveTask(uint256 pick) private returns (uint256 batchId, MiningTask memory task) {
        uint256 count = mining.batchCount();
        for (uint256 i = pick % 3; i < count && i < 3; i++) {
            task = committed[count - i][0];
            if (task.deadline >= block.timestamp) return (count - i, task);
        }
        return _queue();
    }

    /// @dev Three results, no two of them the same.
    function _escalate(uint256 batchId, MiningTask memory task) private {
        TaskSettlement memory settlement;
        settlement.task = task;
        settlement.seatSecret = secretOf(0);
        settlement.claims = new SeatClaim[](3);
        uint32[3] memory slots = mining.seatsOf(batchId, task, secretOf(0));
        for (uint8 seat = 0; seat < 3; seat++) {
            settlement.claims[seat] = claimOf(batchId, task, seat, slots[seat], keccak256(abi.encode(seat)), 1500);
        }
        mining.escalate(batchId, Packing.pack(settlement), new bytes32[](0));
        pass(6);
        mining.pinEscalation(mining.taskIdOf(batchId, 0));
    }

    function _seatsOf(uint256 batchId, MiningTask memory task) private view returns (uint32[] memory slots) {
        if (mining.escalation(mining.taskIdOf(batchId, 0)).seedTime != 0) {
            return mining.escalatedSeatsOf(batchId, task, secretOf(0), escalationSecretOf(0));
        }
        uint32[3] memory first = mining.seatsOf(batchId, task, secretOf(0));
        slots = new uint32[](3);
        for (uint256 seat = 0; seat < 3; seat++) {
            slots[seat] = first[seat];
        }
    }

    /// @dev Seat `wrong` has another result than the first `count` of the others.
    function _accusationOf(uint256 batchId, MiningTask memory task, uint32[] memory slots, uint8 wrong, uint256 count)
        private
        view
        returns (Accusation memory accusation)
    {
        accusation.batchId = batchId;
        accusation.task = task;
        accusation.proof = new bytes32[](0);
        accusation.answerCommitment = answerOf(0);
        accusation.escalationSecret = escalationSecretOf(0);
        accusation.accused = claimOf(batchId, task, wrong, slots[wrong], OTHER_RESULT, 1500);
        accusation.witnesses = new SeatClaim[](count);
        uint256 next = 0;
        for (uint8 seat = 0; next < count; seat++) {
            if (seat != wrong) accusation.witnesses[next++] = claimOf(batchId, task, seat, slots[seat], RESULT, 1500);
        }
    }

    function _bond(bool isCoordinators) private view returns (IBond) {
        return isCoordinators ? IBond(_coordinators) : IBond(_operators);
    }
}

abstract contract BondCampaign is CampaignTest {
    BondsHandler internal handler;
    AIToken private token;
    IMiningRegistry private mining;
    CoordinatorBond private coordinators;
    OperatorBond private operators;

    function setUp() public {
        handler = new BondsHandler(isStrict());
        targetContract(address(handler));
        (token, mining, coordinators, operators) = handler.network();
    }

    function campaign() internal view override returns (Campaign) {
        return handler;
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](16);
        targets[0].selectors[0] = handler.wait.selector;
        targets[0].selectors[1] = handler.deposit.selector;
        targets[0].selectors[2] = handler.unbond.selector;
        targets[0].selectors[3] = handler.withdraw.selector;
        targets[0].selectors[4] = handler.giveLetters.selector;
        targets[0].selectors[5] = handler.claim.selector;
        targets[0].selectors[6] = handler.contradict.selector;
        targets[0].selectors[7] = handler.equivocate.selector;
        targets[0].selectors[8] = handler.slash.selector;
        targets[0].selectors[9] = handler.reveal.selector;
        targets[0].selectors[10] = handler.proveWrongSeat.selector;
        targets[0].selectors[11] = handler.missCanary.selector;
        targets[0].selectors[12] = handler.diverge.selector;
        targets[0].selectors[13] = handler.setOperatorTerms.selector;
        targets[0].selectors[14] = handler.setCoordinatorTerms.selector;
        targets[0].selectors[15] = handler.handOver.selector;
    }

    /// @dev All of them in one campaign: each would make its own calls otherwise.
    function holds() internal view {
        assertEq(bytes(handler.fault()), "", handler.fault());
        bondsAreWhatTheContractsHold();
        whatWentInIsThereOrWentOutOnce();
        whatIsSlashedIsBurned();
    }

    function bondsAreWhatTheContractsHold() private view {
        _checkSum(coordinators);
        _checkSum(operators);
    }

    function whatWentInIsThereOrWentOutOnce() private view {
        uint256 deposited = handler.depositedSum(coordinators) + handler.depositedSum(operators);
        uint256 gone = handler.withdrawnSum(coordinators) + handler.withdrawnSum(operators) + handler.burnedSum() + handler.paidSum();
        assertEq(coordinators.totalBonded() + operators.totalBonded(), deposited - gone, "whatWentInIsThereOrWentOutOnce: conserved");
    }

    function whatIsSlashedIsBurned() private view {
        assertEq(token.burnedByHolders(), handler.burnedSum(), "whatIsSlashedIsBurned: burned by holders");
        assertEq(token.totalSupply(), handler.mintedSum() - handler.burnedSum(), "whatIsSlashedIsBurned: supply");
        assertEq(mining.totalMinted(), handler.mintedSum(), "whatIsSlashedIsBurned: minted");
        assertEq(mining.totalBurned(), 0, "whatIsSlashedIsBurned: no redemption");
    }

    function _checkSum(IBond bond) private view {
        uint256 sum = 0;
        address[] memory accounts = handler.accounts();
        for (uint256 i = 0; i < accounts.length; i++) {
            uint256 amount = bond.bondOf(accounts[i]);
            (uint256 waiting,) = bond.unbondingOf(accounts[i]);
            assertEq(amount, handler.booked(bond, accounts[i]), "bondsAreWhatTheContractsHold: each has what is booked");
            assertLe(waiting, amount, "bondsAreWhatTheContractsHold: no more waits than there is");
            sum += amount;
        }
        assertEq(bond.totalBonded(), sum, "bondsAreWhatTheContractsHold: sum");
        assertEq(token.balanceOf(address(bond)), sum, "bondsAreWhatTheContractsHold: held");
    }
}

/// @notice Every call is one that its contract takes.
contract BondInvariants is BondCampaign {
    function isStrict() internal pure override returns (bool) {
        return true;
    }

    function invariant_holds() public view {
        holds();
    }

    /// @notice The handler's actions reach what the invariants are about.
    function test_handler_paysLettersSlashesAndWithdraws() public {
        for (uint256 i = 0; i < 6; i++) {
            handler.deposit(i, true, 10 ether);
            handler.deposit(i, false, 200 ether);
        }
        handler.giveLetters(0);
        handler.equivocate(0, 0);
        handler.contradict(0, 3);
        assertEq(handler.slashes(), 2, "slashed");
        handler.unbond(5, true, 1 ether);
        handler.wait(3600);
        handler.claim(0);
        handler.claim(3);
        assertEq(handler.letters(), 1, "the seat's other letter is not paid");
        assertEq(handler.refused(), 1, "but refused");
        handler.giveLetters(1);
        handler.reveal(1, true);
        handler.reveal(1, false);
        assertEq(handler.shown(), 2, "shown");
        handler.wait(3600);
        handler.claim(4);
        handler.reveal(1, true);
        assertEq(handler.letters(), 1, "a letter whose secret was shown is not paid");
        assertEq(handler.refused(), 3, "and showing it has its time");
        handler.wait(9 days);
        handler.withdraw(5, true);
        assertEq(handler.withdrawals(), 1, "withdrawn");
        holds();
    }

    function test_handler_accusesAndSetsTerms() public {
        handler.setOperatorTerms(0, 40 ether, 30 ether, 7 days, 1 days);
        handler.setCoordinatorTerms(0, 7 days, 2 ether);
        handler.missCanary(1, 0, 1);
        assertEq(handler.canaries(), 1, "a canary");
        assertEq(handler.burnedSum(), 40 ether, "its penalty");
        handler.missCanary(0, 0, 1);
        assertEq(handler.canaries(), 1, "once a task");
        handler.missCanary(0, 1, 8);
        assertEq(handler.canaries(), 1, "not with a witness that missed it too");
        handler.diverge(0, 4, 1);
        assertEq(handler.divergences(), 1, "four of five");
        handler.diverge(0, 1, 8);
        assertEq(handler.divergences(), 1, "not by two");
        for (uint256 kind = 0; kind < 4; kind++) {
            handler.proveWrongSeat(3, uint8(kind), kind);
        }
        assertEq(handler.wrongSeats(), 3, "three seats, but not a right letter");
        handler.proveWrongSeat(3, 0, 2);
        assertEq(handler.wrongSeats(), 3, "once a seat");
        assertEq(handler.refused(), 5, "refused");
        holds();
    }
}

/// @notice A part of the calls is refused.
contract LooseBondInvariants is BondCampaign {
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
