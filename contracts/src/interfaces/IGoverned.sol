// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Governed
/// @notice One governor holds every setting of a contract; the seat changes hands in two steps.
/// @dev Warning: the governor decides the rates and who is trusted. A deployment that holds value gives the seat to a timelock.
interface IGoverned {
    /// @notice A successor was named; it governs nothing until it accepts.
    event GovernorProposed(address indexed governor, address indexed proposed);
    /// @notice The seat changed hands.
    event GovernorChanged(address indexed previous, address indexed governor);

    /// @notice Thrown when a governed function is called by anyone else.
    error NotGovernor(address expected, address found);
    /// @notice Thrown when someone other than the named successor accepts the seat.
    error NotProposedGovernor(address expected, address found);
    /// @notice Thrown when a role would be given to the zero address at construction.
    error RoleMissing();

    /// @notice The account that may change settings.
    function governor() external view returns (address);

    /// @notice The named successor, zero when there is none.
    function proposedGovernor() external view returns (address);

    /// @notice Names a successor. Naming the zero address withdraws the proposal.
    function setGovernor(address proposed) external;

    /// @notice The named successor takes the seat.
    function acceptGovernor() external;
}
