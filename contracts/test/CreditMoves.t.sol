// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CreditMove, ICreditMoves} from "../src/interfaces/ICreditMoves.sol";
import {IMiningRegistry, MiningTask, TaskSettlement} from "../src/interfaces/IMiningRegistry.sol";
import {Network} from "./base/Network.sol";

/// @notice Credit that no task has spent goes to another workload, whatever the coordinator does.
contract CreditMovesTest is Network {
    event MoveRequested(
        address indexed account, bytes32 indexed from, bytes32 indexed to, uint64 units, uint64 completableAt
    );
    event MoveCancelled(address indexed account, bytes32 indexed from);
    event CreditMoved(address indexed account, bytes32 indexed from, bytes32 indexed to, uint64 units);

    bytes32 private constant OTHER = keccak256("another workload");
    uint64 private constant DELAY = 12 hours;
    ICreditMoves private moves;
    bytes32 private prepaid;

    function setUp() public override {
        super.setUp();
        moves = mining.creditMoves();
        prepaid = keccak256(abi.encode(keccak256("AIT prepaid credit v1"), block.chainid, address(mining), anyone));
        earn(anyone, 0.4 ether);
        _open(WORKLOAD);
        _open(OTHER);
        _open(prepaid);
        vm.prank(anyone);
        mining.redeem(0.1 ether, WORKLOAD);
    }

    function test_delay_isLongerThanAnyTaskLives() public view {
        assertEq(moves.delay(), registry.EXTENSION_INTERVAL(), "delay");
        assertEq(address(moves.mining()), address(mining), "mining");
    }

    function test_completeMove_takesCreditToAnotherWorkload() public {
        uint64 at = uint64(block.timestamp) + DELAY;
        vm.expectEmit();
        emit MoveRequested(anyone, WORKLOAD, OTHER, 60_000, at);
        _request(OTHER, 60_000);
        CreditMove memory move = moves.moveOf(anyone, WORKLOAD);
        assertEq(move.to, OTHER, "to");
        assertEq(move.units, 60_000, "units");
        assertEq(move.completableAt, at, "completableAt");
        assertEq(moves.stayingOf(anyone, WORKLOAD), 40_000, "staying");
        vm.warp(at);
        vm.expectEmit();
        emit CreditMoved(anyone, WORKLOAD, OTHER, 60_000);
        vm.prank(address(0x5742));
        assertEq(moves.completeMove(anyone, WORKLOAD), 60_000, "moved");
        assertEq(mining.creditOf(anyone, WORKLOAD), 40_000, "left");
        assertEq(mining.creditOf(anyone, OTHER), 60_000, "arrived");
        assertEq(moves.stayingOf(anyone, WORKLOAD), 40_000, "all of the rest stays");
    }

    function test_completeMove_revertsBeforeItsTime() public {
        _request(OTHER, 1);
        uint256 at = block.timestamp + DELAY;
        vm.warp(at - 1);
        vm.expectRevert(abi.encodeWithSelector(ICreditMoves.MoveTooEarly.selector, at));
        moves.completeMove(anyone, WORKLOAD);
    }

    function test_completeMove_revertsIfNothingWasAskedForOrItWasDone() public {
        vm.expectRevert(abi.encodeWithSelector(ICreditMoves.MoveNotRequested.selector, anyone, WORKLOAD));
        moves.completeMove(anyone, WORKLOAD);
        _request(OTHER, 1);
        pass(DELAY);
        moves.completeMove(anyone, WORKLOAD);
        vm.expectRevert(abi.encodeWithSelector(ICreditMoves.MoveNotRequested.selector, anyone, WORKLOAD));
        moves.completeMove(anyone, WORKLOAD);
    }

    function test_requestMove_startsTheTimeAnew() public {
        _request(OTHER, 100_000);
        pass(DELAY - 1);
        _request(prepaid, 5);
        pass(1);
        vm.expectPartialRevert(ICreditMoves.MoveTooEarly.selector);
        moves.completeMove(anyone, WORKLOAD);
        pass(DELAY);
        moves.completeMove(anyone, WORKLOAD);
        assertEq(mining.creditOf(anyone, prepaid), 5, "the newer one counts");
        assertEq(mining.creditOf(anyone, OTHER), 0, "the older one does not");
    }

    function test_cancelMove_keepsCreditWhereItIs() public {
        _request(OTHER, 100_000);
        vm.expectEmit();
        emit MoveCancelled(anyone, WORKLOAD);
        vm.prank(anyone);
        moves.cancelMove(WORKLOAD);
        assertEq(moves.stayingOf(anyone, WORKLOAD), 100_000, "staying");
        pass(DELAY);
        vm.expectPartialRevert(ICreditMoves.MoveNotRequested.selector);
        moves.completeMove(anyone, WORKLOAD);
        vm.expectRevert(abi.encodeWithSelector(ICreditMoves.MoveNotRequested.selector, anyone, WORKLOAD));
        vm.prank(anyone);
        moves.cancelMove(WORKLOAD);
    }

    /// @notice A task that was committed before the request is paid, and takes its credit before the move can.
    function test_completeMove_leavesWhatATaskSpentMeanwhile() public {
        MiningTask[] memory tasks = tasksOf(1);
        tasks[0].redeemer = anyone;
        uint256 batchId = commit(tasks);
        _request(OTHER, 100_000);
        pass(6);
        mining.pinSeed(batchId);
        pass(20);
        TaskSettlement[] memory settlements = only(settlementOf(batchId, tasks, 0));
        settle(batchId, settlements);
        assertEq(moves.stayingOf(anyone, WORKLOAD), 0, "no less than nothing stays");
        pass(DELAY);
        assertEq(moves.completeMove(anyone, WORKLOAD), 100_000 - UNITS, "moved");
        assertEq(mining.creditOf(anyone, WORKLOAD), 0, "left");
    }

    function testFuzz_requestMove_revertsIfOutOfBounds(uint64 units) public {
        vm.assume(units == 0 || units > 100_000);
        vm.expectRevert(abi.encodeWithSelector(ICreditMoves.MoveOutOfBounds.selector, units, uint64(100_000)));
        _request(OTHER, units);
    }

    function test_requestMove_revertsIfTheTargetIsNotOpenOrTheSame() public {
        bytes32 closed = keccak256("never opened");
        vm.expectRevert(abi.encodeWithSelector(ICreditMoves.MoveTargetInvalid.selector, closed));
        _request(closed, 1);
        vm.expectRevert(abi.encodeWithSelector(ICreditMoves.MoveTargetInvalid.selector, WORKLOAD));
        _request(WORKLOAD, 1);
    }

    function test_requestMove_revertsForPrepaidCredit() public {
        vm.startPrank(anyone);
        mining.redeem(0.01 ether, prepaid);
        vm.expectRevert(abi.encodeWithSelector(ICreditMoves.PrepaidCreditStays.selector, prepaid));
        moves.requestMove(prepaid, OTHER, 1);
        vm.stopPrank();
    }

    function testFuzz_moveCredit_revertsIfNotCreditMoves(address caller) public {
        vm.assume(caller != address(moves));
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.NotCreditMoves.selector, address(moves), caller));
        vm.prank(caller);
        mining.moveCredit(anyone, WORKLOAD, OTHER, 1);
    }

    function testFuzz_completeMove_conservesCredit(uint64 first, uint64 second) public {
        first = uint64(bound(first, 1, 100_000));
        _request(OTHER, first);
        pass(DELAY);
        moves.completeMove(anyone, WORKLOAD);
        second = uint64(bound(second, 1, first));
        vm.prank(anyone);
        moves.requestMove(OTHER, prepaid, second);
        pass(DELAY);
        moves.completeMove(anyone, OTHER);
        uint256 sum = uint256(mining.creditOf(anyone, WORKLOAD)) + mining.creditOf(anyone, OTHER) + mining.creditOf(anyone, prepaid);
        assertEq(sum, 100_000, "as much credit as before");
        assertEq(mining.creditOf(anyone, prepaid), second, "prepaid");
    }

    function _request(bytes32 to, uint64 units) private {
        vm.prank(anyone);
        moves.requestMove(WORKLOAD, to, units);
    }

    function _open(bytes32 workload) private {
        bytes32[] memory workloads = new bytes32[](1);
        uint64[] memory quotes = new uint64[](1);
        (workloads[0], quotes[0]) = (workload, UNITS);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
    }
}
