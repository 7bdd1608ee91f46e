// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAIToken} from "./IAIToken.sol";
import {IGoverned} from "./IGoverned.sol";
import {IMiningRegistry} from "./IMiningRegistry.sol";

/// @title Bond
/// @notice AIT that accounts put up for their conduct: added to at any time, taken out after a delay, burned where a fault is proven.
/// @dev A bond is all its account put up and has neither withdrawn nor lost, what waits to be withdrawn included: asking for it back
/// protects nothing from a claim or a penalty that comes before it is out. The sum of all bonds is what this contract holds.
interface IBond is IGoverned {
    /// @notice AIT was added to an account's bond.
    event BondDeposited(address indexed account, address indexed from, uint256 amount);
    /// @notice An account asked for a part of its bond; `amount` is all that waits now, from now on.
    event UnbondingStarted(address indexed account, uint256 amount);
    /// @notice An account took out what had waited long enough.
    event BondWithdrawn(address indexed account, uint256 amount);
    /// @notice A part of an account's bond was burned.
    event BondBurned(address indexed account, uint256 amount);

    /// @notice Thrown when nothing is deposited or asked for.
    error AmountMissing();
    /// @notice Thrown when a bond does not hold what is asked of it; `found` is what it has for this.
    error BondTooSmall(address account, uint256 expected, uint256 found);
    /// @notice Thrown when an account withdraws that did not ask for anything before, or lost it; call `unbond`.
    error NothingUnbonding(address account);
    /// @notice Thrown when a withdrawal comes too early; unix time.
    error UnbondingUntil(uint256 withdrawableAt);
    /// @notice Thrown when a governed term is outside its range; `term` is its place among the terms, from 0.
    error TermOutOfBounds(uint8 term, uint256 least, uint256 most, uint256 found);
    /// @notice Thrown when the task is not a leaf of the committed batch, or the secret not the one it was committed with.
    error TaskNotInBatch(uint256 batchId, uint32 index);

    /// @notice Adds AIT of the caller to an account's bond. The caller approves this contract before.
    function deposit(address account, uint256 amount) external;

    /// @notice Asks for a part of the caller's bond. What already waits waits anew together with it.
    function unbond(uint256 amount) external;

    /// @notice Takes out what the caller asked for, once `unbondingDelay` has passed, as far as the bond still holds it.
    function withdraw() external returns (uint256 amount);

    /// @notice An account's bond, what waits to be withdrawn included; wei.
    function bondOf(address account) external view returns (uint256);

    /// @notice What of an account's bond waits to be withdrawn, and from when on `withdraw` gives it out; zeros if nothing does.
    function unbondingOf(address account) external view returns (uint256 amount, uint256 withdrawableAt);

    /// @notice The sum of all bonds, wei.
    function totalBonded() external view returns (uint256);

    /// @notice Seconds from `unbond` to `withdraw`.
    function unbondingDelay() external view returns (uint256);

    /// @notice The token that is put up.
    function token() external view returns (IAIToken);

    /// @notice The registry whose tasks this is about.
    function mining() external view returns (IMiningRegistry);
}
