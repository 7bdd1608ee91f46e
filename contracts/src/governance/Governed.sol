// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGoverned} from "../interfaces/IGoverned.sol";

/// @title Governed
/// @notice The governor's seat of both registries.
abstract contract Governed is IGoverned {
    /// @inheritdoc IGoverned
    address public governor;
    /// @inheritdoc IGoverned
    address public proposedGovernor;

    modifier onlyGovernor() {
        _requireGovernor();
        _;
    }

    constructor(address initialGovernor) {
        require(initialGovernor != address(0), RoleMissing());
        governor = initialGovernor;
        emit GovernorChanged(address(0), initialGovernor);
    }

    /// @inheritdoc IGoverned
    function setGovernor(address proposed) external onlyGovernor {
        proposedGovernor = proposed;
        emit GovernorProposed(governor, proposed);
    }

    /// @inheritdoc IGoverned
    function acceptGovernor() external {
        require(msg.sender == proposedGovernor, NotProposedGovernor(proposedGovernor, msg.sender));
        address previous = governor;
        governor = msg.sender;
        proposedGovernor = address(0);
        emit GovernorChanged(previous, msg.sender);
    }

    /// @dev Once in the bytecode, however many functions are the governor's.
    function _requireGovernor() private view {
        require(msg.sender == governor, NotGovernor(governor, msg.sender));
    }
}
