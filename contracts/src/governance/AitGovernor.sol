// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {VotingToken} from "./VotingToken.sol";

/// @title AIT governor
/// @notice Votes of deposited AIT decide what the timelock does. The quorum is the greater of an absolute floor and 4 % of all AIT there
/// was when the proposal was made, deposited or not: a handful of deposits decides nothing.
contract AitGovernor is Governor, GovernorSettings, GovernorCountingSimple, GovernorVotes, GovernorTimelockControl {
    /// @notice Percent of the AIT supply at the proposal that must vote for or abstain.
    uint256 public constant QUORUM_PERCENT = 4;
    /// @notice Least quorum, wei of AIT.
    uint256 public immutable quorumFloor;
    /// @dev AIT supply as of the proposals whose votes are counted at a block.
    mapping(uint256 snapshot => uint256 supply) private _supplyAt;

    /// @param votes deposited AIT
    /// @param timelock executes what was decided; this contract must be its proposer
    /// @param delay blocks from proposal to vote
    /// @param period blocks of the vote
    /// @param threshold votes a proposer needs
    /// @param floor least quorum, wei of AIT
    constructor(
        VotingToken votes,
        TimelockController timelock,
        uint48 delay,
        uint32 period,
        uint256 threshold,
        uint256 floor
    )
        Governor("AIT Governor")
        GovernorSettings(delay, period, threshold)
        GovernorVotes(votes)
        GovernorTimelockControl(timelock)
    {
        quorumFloor = floor;
    }

    /// @notice Votes needed by the proposals whose votes are counted at `snapshot`.
    function quorum(uint256 snapshot) public view override returns (uint256) {
        return Math.max(quorumFloor, _supplyAt[snapshot] * QUORUM_PERCENT / 100);
    }

    /// @inheritdoc Governor
    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @inheritdoc Governor
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc Governor
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256 proposalId) {
        proposalId = super._propose(targets, values, calldatas, description, proposer);
        uint256 snapshot = proposalSnapshot(proposalId);
        uint256 supply = IERC20(address(VotingToken(address(token())).underlying())).totalSupply();
        // Two proposals of one block: the greater supply serves both.
        _supplyAt[snapshot] = Math.max(_supplyAt[snapshot], supply);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
