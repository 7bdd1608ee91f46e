// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMiningRegistry} from "./IMiningRegistry.sol";

/// @notice What the bootstrap of a network releases: the schedule that is published at deployment.
/// @param upfront wei of AIT released at once
/// @param decaying wei of AIT released after that: half of it in the first half-life, half of the rest in the next, and so on
/// @param halfLife seconds
struct BootstrapTerms {
    uint128 upfront;
    uint128 decaying;
    uint32 halfLife;
}

/// @title Subsidy budget
/// @notice Bounds what is minted for work that nobody redeemed AIT for.
/// @dev available = released bootstrap + earned − charged. Earned is at most 0.9 × (AIT burned for the credit that settled work spent − AIT
/// minted for that work), counted by the mining registry. Each batch is charged at its commitment for three seats of its subsidised
/// tasks, each escalation of one for two more. A charge is never given back: a task that does not settle, or settles with fewer seats,
/// has used up the budget all the same, so that discarding a draw costs. Hence what was minted for subsidised work is at most what was charged.
interface ISubsidyBudget {
    /// @notice Work nobody redeemed for was committed. `charged` is the sum of all charges, this one included; wei of AIT.
    event SubsidyCharged(uint256 indexed batchId, uint256 amount, uint256 charged);
    /// @notice From now on `decaying` more wei of AIT are released with this half-life; `released` were before.
    event BootstrapChanged(uint256 released, uint256 decaying, uint256 halfLife);

    /// @notice Thrown when subsidised work would cost more than there is; wei of AIT. Commit redeemed work, or wait.
    error SubsidyExhausted(uint256 available, uint256 required);
    /// @notice Thrown when anyone but the mining registry charges.
    error NotMiningRegistry(address expected, address found);
    /// @notice Thrown when a bootstrap would release more than it may; wei of AIT.
    error BootstrapOutOfBounds(uint256 found, uint256 most);
    /// @notice Thrown when a half-life is outside its range; seconds.
    error HalfLifeOutOfBounds(uint256 found, uint256 least, uint256 most);

    /// @notice Charges the pay of subsidised seats. The mining registry only.
    /// @param amount wei of AIT
    function charge(uint256 batchId, uint256 amount) external;

    /// @notice Changes how what is left of the bootstrap is released. The mining registry's governor only.
    /// @dev What was released stays released. `decaying` is at most what was still to come: the bootstrap can be cut short, slowed or
    /// hastened, and is never more in total than was published at deployment.
    /// @param decaying wei of AIT from now on
    /// @param halfLife seconds, from a day to four years
    function setBootstrap(uint256 decaying, uint256 halfLife) external;

    /// @notice Wei of AIT that subsidised work may still be charged.
    function available() external view returns (uint256);

    /// @notice Wei of AIT charged so far.
    function charged() external view returns (uint256);

    /// @notice Wei of AIT the bootstrap has released so far.
    function released() external view returns (uint256);

    /// @notice Wei of AIT the bootstrap has still to release.
    function unreleased() external view returns (uint256);

    /// @notice Seconds in which the bootstrap releases half of what is left.
    function halfLife() external view returns (uint256);

    /// @notice The registry whose subsidised work this bounds.
    function mining() external view returns (IMiningRegistry);
}
