// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {AitGovernor} from "../../src/governance/AitGovernor.sol";
import {VotingToken} from "../../src/governance/VotingToken.sol";
import {IAIToken} from "../../src/interfaces/IAIToken.sol";
import {IGoverned} from "../../src/interfaces/IGoverned.sol";
import {DurationBounds, IMiningRegistry, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";
import {Network} from "../base/Network.sol";

/// @notice From deposited AIT to a changed rate, and who may do what once the deployer has let go.
contract AitGovernorTest is Network {
    uint256 private constant DELAY = 2 days;
    uint256 private constant FLOOR = 0.02 ether;
    address private deployer = address(0xde);
    address private guardian = address(0x6d);
    VotingToken private votes;
    TimelockController private timelock;
    AitGovernor private senate;

    function setUp() public override {
        super.setUp();
        vm.startPrank(deployer);
        timelock = new TimelockController(DELAY, new address[](0), new address[](1), deployer);
        votes = new VotingToken(token);
        senate = new AitGovernor(votes, timelock, 10, 100, 1, FLOOR);
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(senate));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(senate));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), deployer);
        vm.stopPrank();
        vm.startPrank(governor);
        mining.setGuardian(guardian);
        mining.setGovernor(address(timelock));
        registry.setGovernor(address(timelock));
        vm.stopPrank();
        vm.startPrank(address(timelock));
        mining.acceptGovernor();
        registry.acceptGovernor();
        vm.stopPrank();
    }

    /// @notice Deposit, propose, vote, queue, wait, execute: the mint rate is another one.
    function test_vote_changesARateThroughTheTimelock() public {
        _deposit(anyone, 0.05 ether);
        uint256 proposalId = _propose(abi.encodeCall(mining.setRates, (9e10, 1e12)));
        vm.roll(block.number + 11);
        vm.prank(anyone);
        senate.castVote(proposalId, 1);
        vm.roll(block.number + 101);
        _queue(abi.encodeCall(mining.setRates, (9e10, 1e12)));
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute(abi.encodeCall(mining.setRates, (9e10, 1e12)));
        vm.warp(block.timestamp + DELAY);
        _execute(abi.encodeCall(mining.setRates, (9e10, 1e12)));
        assertEq(mining.mintRate(), 9e10, "mintRate");
    }

    /// @notice Every bound is checked where the setting is: a vote cannot make wash redemption pay.
    function test_vote_cannotPassABound() public {
        _deposit(anyone, 0.05 ether);
        bytes memory call = abi.encodeCall(mining.setRates, (2e11, 1e12));
        uint256 proposalId = _propose(call);
        vm.roll(block.number + 11);
        vm.prank(anyone);
        senate.castVote(proposalId, 1);
        vm.roll(block.number + 101);
        _queue(call);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.RateOutOfBounds.selector, uint256(2e11), uint256(1e12)));
        _execute(call);
    }

    /// @notice How many tasks are audited is the vote's to say and nobody else's, not even the governor's without its timelock.
    function test_vote_setsTheAuditShareThroughTheTimelock() public {
        address[6] memory others = [deployer, governor, coordinator, guardian, anyone, address(senate)];
        for (uint256 i = 0; i < others.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(timelock), others[i]));
            vm.prank(others[i]);
            mining.setAuditShare(1000);
        }
        assertEq(mining.auditShare(), 0, "as deployed");
        _deposit(anyone, 0.05 ether);
        bytes memory call = abi.encodeCall(mining.setAuditShare, (type(uint16).max));
        uint256 proposalId = _propose(call);
        vm.roll(block.number + 11);
        vm.prank(anyone);
        senate.castVote(proposalId, 1);
        vm.roll(block.number + 101);
        _queue(call);
        vm.warp(block.timestamp + DELAY - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute(call);
        assertEq(mining.auditShare(), 0, "until the delay has passed");
        vm.warp(block.timestamp + 1);
        vm.prank(coordinator);
        _execute(call);
        assertEq(mining.auditShare(), type(uint16).max, "auditShare");
        assertEq(mining.classRate(1), 1000, "and nothing beside it");
    }

    function test_vote_failsBelowTheFloor() public {
        _deposit(anyone, FLOOR - 1);
        assertTrue(_isDefeated(), "a quorum of one depositor");
    }

    /// @notice 4 % of all AIT, not of what is deposited.
    function test_quorum_isAShareOfTheWholeSupplyAtTheProposal() public {
        for (uint256 i = 0; i < 8; i++) {
            (uint256 batchId, TaskSettlement[] memory settlements) = ripe(10);
            pass(60);
            settle(batchId, settlements);
        }
        uint256 supply = token.totalSupply();
        assertTrue(supply * 4 / 100 > FLOOR, "the share is what counts");
        _deposit(anyone, supply * 4 / 100 - 1);
        supply = token.totalSupply();
        uint256 proposalId = _propose(abi.encodeCall(mining.setRates, (9e10, 1e12)));
        assertEq(senate.quorum(senate.proposalSnapshot(proposalId)), supply * 4 / 100, "quorum");
        vm.roll(block.number + 11);
        vm.prank(anyone);
        senate.castVote(proposalId, 1);
        vm.roll(block.number + 101);
        assertTrue(senate.state(proposalId) == IGovernor.ProposalState.Defeated, "one wei too little");
    }

    /// @notice A deposit made after the proposal votes on nothing, and what is deposited comes back whole.
    function test_votes_countFromBeforeTheVoteAndAreWithdrawn() public {
        _deposit(address(0x1000), 0.05 ether);
        uint256 proposalId = _proposeAs(address(0x1000), abi.encodeCall(mining.setRates, (9e10, 1e12)));
        vm.roll(block.number + 11);
        _deposit(anyone, 0.05 ether);
        vm.prank(anyone);
        senate.castVote(proposalId, 0);
        vm.prank(address(0x1000));
        senate.castVote(proposalId, 1);
        vm.prank(anyone);
        votes.withdrawTo(anyone, 0.05 ether);
        assertEq(token.balanceOf(anyone) >= 0.05 ether ? 1 : 0, 1, "withdrawn");
        vm.roll(block.number + 101);
        assertTrue(senate.state(proposalId) == IGovernor.ProposalState.Succeeded, "the late votes are none");
    }

    // ---- the guardian

    function test_pauseWork_stopsNewWorkOnly() public {
        (uint256 batchId, TaskSettlement[] memory settlements) = ripe(1);
        bytes32[] memory workloads = new bytes32[](1);
        uint64[] memory quotes = new uint64[](1);
        (workloads[0], quotes[0]) = (WORKLOAD, UNITS);
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
        earn(anyone, 0.02 ether);
        vm.prank(guardian);
        mining.pauseWork();

        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.WorkPaused.selector));
        vm.prank(coordinator);
        mining.commitBatch("root", 1, 0, 1, uint64(block.timestamp + 600));
        vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.WorkPaused.selector));
        vm.prank(coordinator);
        mining.openWorkloads(workloads, quotes);
        assertTrue(settle(batchId, settlements) > 0, "what is committed settles");
        vm.prank(anyone);
        mining.redeem(0.02 ether, WORKLOAD);
        vm.prank(address(timelock));
        mining.resumeWork();
        commit(tasksOf(1));
    }

    // ---- the role matrix

    /// @notice After the hand-over nobody but the vote changes anything: not the deployer, not the first governor, coordinator or guardian.
    function test_roles_areHeldByTheTimelockAlone() public {
        address[5] memory others = [deployer, governor, coordinator, guardian, anyone];
        bytes[10] memory calls = [
            abi.encodeCall(mining.setRates, (9e10, 1e12)),
            abi.encodeCall(mining.setClassRate, (1, 999)),
            abi.encodeCall(mining.setCoordinator, (anyone)),
            abi.encodeCall(mining.setGuardian, (anyone)),
            abi.encodeCall(mining.resumeWork, ()),
            abi.encodeCall(mining.setGovernor, (anyone)),
            abi.encodeCall(mining.setAuditShare, (1000)),
            abi.encodeCall(mining.setDurationBounds, (1, 1, DurationBounds(0, 1000, 0))),
            abi.encodeCall(registry.allowMeasurement, ("program", true)),
            abi.encodeCall(registry.setHostLimit, (16))
        ];
        for (uint256 i = 0; i < others.length; i++) {
            for (uint256 j = 0; j < calls.length; j++) {
                vm.prank(others[i]);
                (bool ok, bytes memory answer) = (j < 8 ? address(mining) : address(registry)).call(calls[j]);
                assertFalse(ok, "refused");
                assertTrue(bytes4(answer) == IGoverned.NotGovernor.selector, "for want of the governor's seat");
            }
            vm.prank(others[i]);
            (bool minted,) = address(token).call(abi.encodeCall(IAIToken.mint, (others[i], 1)));
            assertFalse(minted, "nobody mints");
            assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), others[i]), "admin");
            assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), others[i]), "proposer");
            assertFalse(timelock.hasRole(timelock.CANCELLER_ROLE(), others[i]), "canceller");
            if (others[i] == guardian) continue;
            vm.expectRevert(abi.encodeWithSelector(IMiningRegistry.NotGuardian.selector, guardian, others[i]));
            vm.prank(others[i]);
            mining.pauseWork();
        }
        assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(senate)), "the vote proposes");
        assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)), "anyone executes what was decided");
        bytes32 admin = timelock.DEFAULT_ADMIN_ROLE();
        assertTrue(timelock.hasRole(admin, address(timelock)), "its own admin, so by vote only");
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        vm.prank(deployer);
        timelock.grantRole(admin, deployer);
    }

    // ---- helpers

    function _deposit(address holder, uint256 amount) private {
        earn(holder, amount);
        vm.startPrank(holder);
        token.approve(address(votes), amount);
        votes.depositFor(holder, amount);
        votes.delegate(holder);
        vm.stopPrank();
        vm.roll(block.number + 1);
    }

    function _isDefeated() private returns (bool) {
        uint256 proposalId = _propose(abi.encodeCall(mining.setRates, (9e10, 1e12)));
        vm.roll(block.number + 11);
        vm.prank(anyone);
        senate.castVote(proposalId, 1);
        vm.roll(block.number + 101);
        return senate.state(proposalId) == IGovernor.ProposalState.Defeated;
    }

    function _propose(bytes memory call) private returns (uint256) {
        return _proposeAs(anyone, call);
    }

    function _proposeAs(address proposer, bytes memory call) private returns (uint256) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _operation(call);
        vm.prank(proposer);
        return senate.propose(targets, values, calls, "a change");
    }

    function _queue(bytes memory call) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _operation(call);
        senate.queue(targets, values, calls, keccak256("a change"));
    }

    function _execute(bytes memory call) private {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _operation(call);
        senate.execute(targets, values, calls, keccak256("a change"));
    }

    function _operation(bytes memory call)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        (targets, values, calls) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calls[0]) = (address(mining), call);
    }
}
