// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SeatClaim} from "./IMiningRegistry.sol";

/// @title Attestation inbox
/// @notice Commit, reveal and settle one work attestation at a time, without a transaction of the coordinator.
/// @dev Mints nothing itself: `finalize` is `IMiningRegistry.settle` of one task, made by a contract that saw every claim committed
/// before any was revealed. So it may also add a seat to a task that has settled.
///
/// commitment = keccak256(abi.encode(chainId, mining registry, taskId, gpuId, operator, resultHash, duration, salt)).
///
/// Commitments are taken until a quarter of the time from the batch's seed to its latest deadline has passed, reveals from then on:
/// nobody can commit to a result that was shown, and nobody can end the time for commitments early.
interface IAttestationInbox {
    /// @notice A device's operator committed to a result.
    event AttestationCommitted(bytes32 indexed taskId, bytes32 indexed gpuId, bytes32 commitment);
    /// @notice A committed claim was revealed; with those of other seats it can be finalized.
    event AttestationSubmitted(bytes32 indexed taskId, bytes32 indexed gpuId, SeatClaim claim);

    /// @notice Thrown when someone other than the device's operator commits.
    error NotDeviceOperator(address expected, address found);
    /// @notice Thrown when a device commits a second time.
    error AlreadyCommitted(bytes32 taskId, bytes32 gpuId);
    /// @notice Thrown when the time for commitments is over.
    error CommitmentsClosed(uint256 closedAt);
    /// @notice Thrown when a claim is revealed while commitments are still taken.
    error RevealTooEarly(uint256 opensAt);
    /// @notice Thrown when a reveal is not what was committed; `expected` is zero if nothing was.
    error CommitmentMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the task settled before commitments closed: a commitment proves nothing then. The coordinator may add seats.
    error SettledElsewhere(bytes32 taskId);
    /// @notice Thrown when a claim to be finalized was not revealed here, or leaves out its GPU or result.
    error ClaimNotSubmitted(bytes32 taskId, bytes32 gpuId);

    /// @notice Commits to a result of a task, by the operator of the device. One commitment a device and task.
    function commitAttestation(uint256 batchId, uint32 index, bytes32 gpuId, bytes32 commitment) external;

    /// @notice Reveals a committed claim. Anyone who knows its salt.
    function submitAttestation(uint256 batchId, uint32 index, SeatClaim calldata claim, bytes32 salt) external;

    /// @notice Settles a task with revealed claims, or adds their seats to it once it has settled. Anyone who knows the seat secret.
    /// @dev A claim left out can be brought in a further call.
    /// @return minted wei of AIT
    /// @param settlement one, packed as `IMiningRegistry.settle` takes it, every claim with its GPU and result
    function finalize(uint256 batchId, bytes calldata settlement, bytes32[] calldata proof)
        external
        returns (uint256 minted);

    /// @notice When commitments for the tasks of a batch close and reveals open, unix time.
    function opensAt(uint256 batchId) external view returns (uint256);

    /// @notice What a device committed to; zero if nothing.
    function commitmentOf(bytes32 taskId, bytes32 gpuId) external view returns (bytes32);
}
