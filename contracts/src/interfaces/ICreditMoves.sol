// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IMiningRegistry} from "./IMiningRegistry.sol";

/// @notice A move that was asked for.
/// @param to workload the credit goes to
/// @param units micro-CU, at most
/// @param completableAt unix time; zero if there is none
struct CreditMove {
    bytes32 to;
    uint64 units;
    uint64 completableAt;
}

/// @title Credit moves
/// @notice Lets a holder take credit that no task has spent to another open workload, whatever the coordinator does.
/// @dev A move waits for as long as a task can live: whatever was committed before it was asked for has settled by then, or never will,
/// so no work under way can be left unpaid. A coordinator starts nothing on credit that is leaving (`stayingOf`). Credit stays credit:
/// nothing is minted back, and an account has as much of it after a move as before. Prepaid credit does not move: it pays for every workload.
interface ICreditMoves {
    /// @notice An account asked to move up to `units` of its credit; anyone completes it from unix time `completableAt`. Replaces what it asked
    /// for before from the same workload.
    event MoveRequested(
        address indexed account, bytes32 indexed from, bytes32 indexed to, uint64 units, uint64 completableAt
    );
    /// @notice An account keeps its credit where it is.
    event MoveCancelled(address indexed account, bytes32 indexed from);
    /// @notice `units` of an account's credit moved: what was asked for, or what was left of it.
    event CreditMoved(address indexed account, bytes32 indexed from, bytes32 indexed to, uint64 units);

    /// @notice Thrown when more credit is to move than there is, or none.
    error MoveOutOfBounds(uint64 units, uint64 held);
    /// @notice Thrown when credit is to move to a workload without a quote, or to where it is; ask the coordinator to open it.
    error MoveTargetInvalid(bytes32 workloadId);
    /// @notice Thrown when prepaid credit is to move.
    error PrepaidCreditStays(bytes32 creditId);
    /// @notice Thrown when no move was asked for.
    error MoveNotRequested(address account, bytes32 from);
    /// @notice Thrown when a move is completed before its time; unix time.
    error MoveTooEarly(uint256 completableAt);

    /// @notice Asks to move credit of the caller. The time starts anew when it is asked for again.
    /// @param units micro-CU; at most what the caller has there
    function requestMove(bytes32 from, bytes32 to, uint64 units) external;

    /// @notice Takes back what the caller asked for.
    function cancelMove(bytes32 from) external;

    /// @notice Moves what an account asked for, once its time has come. Anyone.
    /// @return units micro-CU that moved; fewer if tasks spent some meanwhile
    function completeMove(address account, bytes32 from) external returns (uint64 units);

    /// @notice What an account asked for; all zero if nothing.
    function moveOf(address account, bytes32 from) external view returns (CreditMove memory);

    /// @notice Credit of an account on a workload that is not leaving it, micro-CU.
    function stayingOf(address account, bytes32 workloadId) external view returns (uint64);

    /// @notice Seconds from a request to its completion: longer than any task lives.
    function delay() external view returns (uint256);

    /// @notice The registry whose credit moves.
    function mining() external view returns (IMiningRegistry);
}
