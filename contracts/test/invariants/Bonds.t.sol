// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AIToken} from "../../src/AIToken.sol";
import {CoordinatorBond} from "../../src/CoordinatorBond.sol";
import {OperatorBond} from "../../src/OperatorBond.sol";
import {IBond} from "../../src/interfaces/IBond.sol";
import {RegistrationRequest} from "../../src/interfaces/IDeviceRegistry.sol";
import {SeatLetter} from "../../src/interfaces/ICoordinatorBond.sol";
import {IMiningRegistry, MiningTask, SeatClaim} from "../../src/interfaces/IMiningRegistry.sol";
import {Letters} from "../base/Letters.sol";
import {Test} from "../base/Test.sol";
import {Campaign} from "./Campaign.sol";

/// @notice Puts up, asks back, claims and slashes at random, and keeps its own books.
contract BondsHandler is Letters, Campaign {
    uint256 public mintedSum;
    uint256 public burnedSum;
    uint256 public paidSum;
    uint256 public letters;
    uint256 public slashes;
    uint256 public withdrawals;
    uint256 public refused;
    mapping(IBond bond => uint256) public depositedSum;
    mapping(IBond bond => uint256) public withdrawnSum;
    uint256 public shown;
    mapping(uint256 batchId => bool) public isShown;
    mapping(bytes32 seat => uint256 times) public timesPaid;
    mapping(bytes32 device => uint256 times) public timesSlashed;
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
        amount = bound(amount, isStrict ? 1 : 0, 500 ether);
        address account = accounts()[pick % 6];
        IBond bond = _bond(isCoordinators);
        give(account, amount);
        mintedSum += amount;
        vm.prank(account);
        token.approve(address(bond), amount);
        vm.prank(account);
        bond.deposit(account, amount);
        depositedSum[bond] += amount;
    }

    function unbond(uint256 pick, bool isCoordinators, uint256 amount) external {
        address account = accounts()[pick % 6];
        IBond bond = _bond(isCoordinators);
        (uint256 waiting,) = bond.unbondingOf(account);
        uint256 free = bond.bondOf(account) - waiting;
        if (free == 0 && isStrict) return;
        amount = chosen(amount, free == 0 ? 0 : bound(amount, 1, free));
        vm.prank(account);
        bond.unbond(amount);
        must(amount != 0 && amount <= free, "no more is asked back than there is");
    }

    function withdraw(uint256 pick, bool isCoordinators) external {
        address account = accounts()[pick % 6];
        IBond bond = _bond(isCoordinators);
        (uint256 waiting, uint256 withdrawableAt) = bond.unbondingOf(account);
        vm.prank(account);
        try bond.withdraw() returns (uint256 amount) {
            must(amount == waiting, "what waited is withdrawn");
            must(block.timestamp >= withdrawableAt, "not before its time");
            withdrawnSum[bond] += amount;
            withdrawals++;
        } catch {
            must(waiting == 0 || block.timestamp < withdrawableAt, "what waited long enough is withdrawn");
            refused++;
            refuse();
        }
    }

    /// @notice A batch whose letters go out; some tell a lie about their seat.
    function giveLetters(uint256 lie) external {
        if (mining.batchCount() > 12) return;
        _keepAlive();
        MiningTask[] memory tasks = tasksOf(1);
        uint256 batchId = commitAndPin(tasks);
        try mining.seatsOf(batchId, tasks[0], secretOf(0)) returns (uint32[3] memory slots) {
            for (uint8 seat = 0; seat < 3; seat++) {
                _given.push(letterOf(batchId, tasks[0], seat, registry.device(slots[seat]).gpuId));
            }
            if (lie % 3 == 0) _given.push(letterOf(batchId, tasks[0], 0, registry.device(slots[1]).gpuId));
        } catch {
            refused++;
        }
    }

    /// @notice Shows the secret of a task, either way, where there is time left.
    function reveal(uint256 pick, bool both) external {
        uint256 count = mining.batchCount();
        if (count == 0) return;
        uint256 batchId = 1 + pick % count;
        MiningTask memory task = committed[batchId][0];
        bytes32[] memory proof = new bytes32[](0);
        bool isLate = block.timestamp > _coordinators.revealableUntil(batchId);
        if (both) {
            try _coordinators.revealEscalation(batchId, task, answerOf(0), escalationSecretOf(0), proof) {
                isShown[batchId] = true;
            } catch {
                must(isLate, "what is shown in time is taken");
            }
        } else {
            try _coordinators.reveal(batchId, task, secretOf(0), proof) {
                isShown[batchId] = true;
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

    function claim(uint256 pick) external {
        if (_given.length == 0) return;
        SeatLetter memory letter = _given[pick % _given.length];
        if (!isStrict && pick % 8 == 0) letter.seat ^= 1; // no longer what was signed
        try _coordinators.claim(letter) returns (uint256 amount) {
            letters++;
            paidSum += amount;
            timesPaid[keccak256(abi.encode(letter.batchId, letter.seat))]++;
            must(!isShown[letter.batchId], "no letter of a task whose secret was shown is paid");
            must(timesPaid[keccak256(abi.encode(letter.batchId, letter.seat))] == 1, "a seat is paid once");
        } catch {
            refused++;
            refuse();
        }
    }

    function contradict(uint256 pick, uint256 other) external {
        if (_given.length == 0) return;
        SeatLetter memory letter = _given[pick % _given.length];
        try _coordinators.proveContradiction(letter, _given[other % _given.length]) returns (uint256 burned) {
            burnedSum += burned;
            slashes++;
        } catch {
            refused++;
            refuse();
        }
    }

    /// @notice Two results by one key for a task.
    function equivocate(uint256 pick, uint256 batchPick) external {
        uint256 count = mining.batchCount();
        if (count == 0) return;
        uint256 batchId = 1 + batchPick % count;
        MiningTask memory task = committed[batchId][0];
        uint32 slot = registry.slotOf(gpus[pick % 5].gpuId);
        SeatClaim memory first = claimOf(batchId, task, 0, slot, RESULT, 1500);
        SeatClaim memory second = claimOf(batchId, task, 0, slot, OTHER_RESULT, 1500);
        try _operators.slashEquivocation(batchId, 0, WORKLOAD, first, second) returns (uint256 burned) {
            burnedSum += burned;
            slashes++;
            must(++timesSlashed[keccak256(abi.encode(batchId, first.gpuId))] == 1, "a device is slashed once a task");
        } catch {
            refused++;
            refuse();
        }
    }

    function slash(uint256 pick, uint256 amount) external {
        vm.prank(governor);
        burnedSum += _operators.slash(accounts()[pick % 6], bound(amount, 1, 1000 ether), "fuzz");
        slashes++;
    }

    /// @dev Registers anew whatever has run out: letters need live devices.
    function _keepAlive() private {
        for (uint256 i = 0; i < 5; i++) {
            if (registry.device(registry.slotOf(gpus[i].gpuId)).validUntil > block.timestamp + 2000) continue;
            pass(1);
            RegistrationRequest memory request = requestOf(gpus[i]);
            vm.prank(gpus[i].operator);
            try registry.registerDevice(request) {} catch {}
        }
    }

    function _bond(bool isCoordinators) private view returns (IBond) {
        return isCoordinators ? IBond(_coordinators) : IBond(_operators);
    }
}

abstract contract BondCampaign is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    BondsHandler internal handler;
    AIToken private token;
    IMiningRegistry private mining;
    CoordinatorBond private coordinators;
    OperatorBond private operators;

    /// @notice True if no call of the handler's may revert.
    function isStrict() internal pure virtual returns (bool);

    function setUp() public {
        handler = new BondsHandler(isStrict());
        targetContract(address(handler));
        (token, mining, coordinators, operators) = handler.network();
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](10);
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
        assertEq(handler.paidSum(), handler.letters() * 0.01 ether, "whatWentInIsThereOrWentOutOnce: each letter its pay");
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

    /// forge-config: default.invariant.fail-on-revert = true
    /// forge-config: ci.invariant.fail-on-revert = true
    /// forge-config: long.invariant.fail-on-revert = true
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
