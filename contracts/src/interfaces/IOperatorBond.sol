// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IBond} from "./IBond.sol";
import {MiningTask, SeatClaim} from "./IMiningRegistry.sol";

/// @notice What the governor sets.
/// @param leastBond wei an operator must have bonded, and not asked back, to be in good standing; 0 to 1,000,000 AIT
/// @param fraudPenalty wei burned for a failed canary and for two results of one task, 0 to 1,000,000 AIT
/// @param divergencePenalty wei burned for a result that a super-majority of an escalated task contradicts, 0 to `fraudPenalty`
/// @param unbondingDelay seconds from `unbond` to `withdraw`, 7 to 90 days: longer than any task lives and than a decision of the governor takes
/// @param probation seconds for which an operator that was slashed is not in good standing, 0 to 90 days
struct OperatorTerms {
    uint256 leastBond;
    uint256 fraudPenalty;
    uint256 divergencePenalty;
    uint256 unbondingDelay;
    uint256 probation;
}

/// @notice What shows that a seat of a task gave a wrong result.
/// @param batchId the task's batch
/// @param task the task
/// @param proof that it is in the batch
/// @param answerCommitment what the seat secret is made of beside the escalation secret
/// @param escalationSecret the secret behind seats 3 to 6
/// @param accused the wrong result with its device's signature
/// @param witnesses other seats of the same task with the right one, ascending by seat
struct Accusation {
    uint256 batchId;
    MiningTask task;
    bytes32[] proof;
    bytes32 answerCommitment;
    bytes32 escalationSecret;
    SeatClaim accused;
    SeatClaim[] witnesses;
}

/// @title Operator bond
/// @notice AIT that operators put up for their devices, burned on proof of fraud and for nothing else.
/// @dev There are four grounds, each of which this contract checks itself or leaves to the governor behind its timelock:
/// 1 canary: the task was committed with the salted hash of its answer, before anyone knew who would sit; the accused signed another result,
///   and two other seats signed the answer. answerCommitment = keccak256(abi.encode(answer, salt)).
/// 2 equivocation: keys of one GPU signed two results of one task. The engine is exact, so a measured program never does.
/// 3 divergence: a task escalated, which gave it audit seats that nobody could foresee, and more than two thirds of its seats, at least
///   one of these among them, signed another result than the accused: 4 of 5, or 5 of 7.
/// 4 governor: evidence that is forged in a way no contract can see.
///
/// The wrong minority of an ordinary task loses its pay and no more: a majority of three is too easily bought to take a bond. What is slashed
/// is burned, so an accuser gains nothing by it. Every claim is checked as settlement checks it: the seats are drawn anew, and the signature
/// is by a key that is or was its GPU's, so a new key does not wash off what the old one signed. A draw can be recomputed while its task
/// lives; an accusation that needs it must come before the task's deadline.
interface IOperatorBond is IBond {
    /// @notice An operator lost `burned` of its bond and is on probation. `gpuId` and `taskId` are zero where the governor decided.
    event OperatorSlashed(
        address indexed operator, bytes32 indexed gpuId, bytes32 indexed taskId, uint8 ground, uint256 burned, bytes32 reason
    );
    /// @notice The terms changed.
    event TermsChanged(OperatorTerms terms);

    /// @notice Thrown when a result and its salt are not the answer that a task was committed with.
    error AnswerMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when an accusation comes after the task's deadline: the draw can no longer be recomputed.
    error AccusationTooLate(uint256 deadline);
    /// @notice Thrown when the accused signed the right result.
    error ResultIsRight(bytes32 resultHash);
    /// @notice Thrown when too few other seats are witnesses.
    error WitnessesTooFew(uint256 found, uint256 required);
    /// @notice Thrown when witnesses are not in ascending order of their seat, or one is the accused.
    error WitnessOutOfOrder(uint8 seat);
    /// @notice Thrown when a witness signed another result than the first, or than the canary's answer.
    error WitnessDisagrees(uint8 seat, bytes32 expected, bytes32 found);
    /// @notice Thrown when a claim is for a seat that the task does not have.
    error SeatUnknown(uint8 seat, uint256 seats);
    /// @notice Thrown when a claim is of another device than the one drawn for its seat.
    error SeatNotAssigned(uint8 seat, bytes32 expected, bytes32 found);
    /// @notice Thrown when a claim is signed by no key of its GPU; `found` is the GPU of the key that signed, zero for none.
    error ClaimSignatureInvalid(bytes32 expected, bytes32 found);
    /// @notice Thrown when a task that has not escalated, or whose further seats are not drawn, is said to have diverged.
    error NotEscalated(bytes32 taskId);
    /// @notice Thrown when the device was registered anew after the task's batch was committed: its operator may be another.
    error RegisteredSince(bytes32 gpuId);
    /// @notice Thrown when a device was slashed for the task before.
    error AlreadySlashed(bytes32 taskId, bytes32 gpuId);

    /// @notice Slashes a device that gave a wrong answer to a canary. Anyone.
    /// @param answer the result the task was committed with
    /// @param salt what it was hashed with
    function slashCanary(Accusation calldata accusation, bytes32 answer, bytes32 salt) external returns (uint256 burned);

    /// @notice Slashes a device whose keys signed two results of one task. Anyone.
    /// @param batchId the task's batch
    /// @param index its position there
    /// @param workloadHash what both claims say was run
    function slashEquivocation(
        uint256 batchId,
        uint32 index,
        bytes32 workloadHash,
        SeatClaim calldata claim,
        SeatClaim calldata other
    ) external returns (uint256 burned);

    /// @notice Slashes a device that a super-majority of an escalated task contradicts. Anyone.
    function slashDivergence(Accusation calldata accusation) external returns (uint256 burned);

    /// @notice Slashes an operator for forged evidence. Governor only.
    /// @dev Warning: the governor's word is all the proof there is. Behind a timelock the operator has its delay to object, not to leave:
    /// the unbonding delay is the longer one.
    function slash(address operator, uint256 amount, bytes32 reason) external returns (uint256 burned);

    /// @notice Sets the terms. Governor only.
    function setTerms(OperatorTerms calldata terms) external;

    /// @notice The terms.
    function terms() external view returns (OperatorTerms memory);

    /// @notice Until when an operator is on probation, unix time; zero if it never was slashed.
    function probationUntil(address operator) external view returns (uint256);

    /// @notice True if an operator is not on probation and has the least bond, not counting what it asked back.
    function isInGoodStanding(address operator) external view returns (bool);

    /// @notice True once a device was slashed for a task.
    function isSlashed(bytes32 taskId, bytes32 gpuId) external view returns (bool);
}
