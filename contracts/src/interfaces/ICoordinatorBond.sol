// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IBond} from "./IBond.sol";
import {MiningTask} from "./IMiningRegistry.sol";

/// @notice A seat letter, as the coordinator signs it: EIP-712 SeatLetter(bytes32 taskId,uint256 batchId,bytes32 leaf,uint8 seat,bytes32
/// gpuId,uint64 issuedAt,uint64 commitDeadline) in the domain of the mining registry. Letters given out together share one signature: that
/// of SeatLetters(bytes32 root) over the Merkle root of their digests, pairs hashed in ascending order.
/// @param batchId the batch on chain
/// @param index position of the task in it
/// @param leaf the task's leaf
/// @param seat 0 to 6
/// @param gpuId the device that is asked
/// @param issuedAt unix time
/// @param commitDeadline unix time by which a commitment must arrive
/// @param siblings from the letter's digest up to the root; empty if the signature is the letter's own
/// @param r first half of the EIP-2098 signature
/// @param vs second half
struct SeatLetter {
    uint256 batchId;
    uint32 index;
    bytes32 leaf;
    uint8 seat;
    bytes32 gpuId;
    uint64 issuedAt;
    uint64 commitDeadline;
    bytes32[] siblings;
    bytes32 r;
    bytes32 vs;
}

/// @notice What the governor sets.
/// @param letterPay wei paid per letter, 0 to 1,000 AIT
/// @param claimWindow seconds after a batch's latest deadline in which its letters are paid, 1 to 30 days
/// @param faultPenalty wei burned for a letter that contradicts another or the draw, 0 to 1,000,000 AIT
struct CoordinatorTerms {
    uint256 letterPay;
    uint256 claimWindow;
    uint256 faultPenalty;
}

/// @title Coordinator bond
/// @notice A coordinator that gives out letters and never reveals the secret behind their seats mints nothing and pays the letters from here.
/// @dev A letter is charged to the bond of whoever signed it, so a coordinator that was replaced still answers for its letters, and an
/// account without a bond has nothing to pay with. It pays the operator of its device, whoever brings it, once a seat.
///
/// Nothing is paid if the task settled, or if the secret was on chain while the task could still settle: by an escalation, by `reveal`, or by
/// `revealEscalation` for what an escalation drew. So a task that fails because its miners are silent or disagree costs the coordinator a
/// transaction and the silent earn nothing.
///
/// A withdrawal waits for as long as a task can live and the claim window together: every letter of a batch committed before it was asked
/// for has had its time by then. What already waits to be withdrawn is no cover for batches committed later.
///
/// Faults are proven by the letters themselves: two for one seat that differ in device or task; one for a task that is not in the batch; one
/// for a device other than the one drawn, until the latest deadline, while the draw can be recomputed. Each is punished once a seat.
interface ICoordinatorBond is IBond {
    /// @notice A letter was paid.
    event LetterPaid(
        bytes32 indexed taskId, uint8 indexed seat, bytes32 indexed gpuId, address coordinator, address operator, uint256 amount
    );
    /// @notice A task's seat secret is public, in time.
    event SecretRevealed(bytes32 indexed taskId, bytes32 seatSecret);
    /// @notice Both secrets of a task are public, in time: the hash of the two values is the first.
    event EscalationSecretRevealed(bytes32 indexed taskId, bytes32 answerCommitment, bytes32 escalationSecret);
    /// @notice A coordinator was punished for a letter.
    event LetterFaulty(bytes32 indexed taskId, uint8 indexed seat, address indexed coordinator, uint256 burned);
    /// @notice The terms changed.
    event TermsChanged(CoordinatorTerms terms);

    /// @notice Thrown when a letter is for a task or seat that cannot be.
    error SeatUnknown(uint256 batchId, uint32 index, uint8 seat);
    /// @notice Thrown when a letter comes before the batch's latest deadline has passed; unix time.
    error ClaimTooEarly(uint256 opensAt);
    /// @notice Thrown when a letter comes after the claim window; unix time.
    error ClaimTooLate(uint256 closedAt);
    /// @notice Thrown when the letter's task settled.
    error TaskSettled(bytes32 taskId);
    /// @notice Thrown when the secret behind the letter's seat was public in time: nobody withheld anything.
    error SecretWasRevealed(bytes32 taskId, uint8 seat);
    /// @notice Thrown when a seat's letter was paid before.
    error LetterAlreadyPaid(bytes32 taskId, uint8 seat);
    /// @notice Thrown when a letter's signature is malformed.
    error LetterSignatureInvalid();
    /// @notice Thrown when a secret is revealed too late for others to settle with it; unix time.
    error RevealTooLate(uint256 closedAt);
    /// @notice Thrown when two letters say the same, or are for different seats.
    error LettersAgree();
    /// @notice Thrown when two letters are not of the same signer.
    error SignersDiffer(address expected, address found);
    /// @notice Thrown when a letter is for the device that was drawn.
    error SeatIsRight(bytes32 gpuId);
    /// @notice Thrown when a draw can no longer be recomputed; unix time.
    error DrawForgotten(uint256 until);
    /// @notice Thrown when a seat's letter was punished before.
    error AlreadyPunished(bytes32 taskId, uint8 seat);

    /// @notice Pays a letter of a task that neither settled nor was revealed. Anyone; the pay goes to the operator of the letter's device.
    function claim(SeatLetter calldata letter) external returns (uint256 amount);

    /// @notice Makes a task's seat secret public, until three quarters of the time from the seed to the batch's latest deadline. Anyone who
    /// knows it. Revealing again changes nothing.
    function reveal(uint256 batchId, MiningTask calldata task, bytes32 seatSecret, bytes32[] calldata proof) external;

    /// @notice Makes the secret behind seats 3 to 6 public, and with it the one behind seats 0 to 2, in the same time. Anyone who knows it.
    /// @dev Warning: whoever sees it knows the seats of an escalation as soon as its block is there, as after the last escalation.
    /// @param answerCommitment what the seat secret is made of beside the escalation secret; it shows no answer
    /// @param escalationSecret the secret behind seats 3 to 6
    function revealEscalation(
        uint256 batchId,
        MiningTask calldata task,
        bytes32 answerCommitment,
        bytes32 escalationSecret,
        bytes32[] calldata proof
    ) external;

    /// @notice Punishes two letters of one signer for one seat that differ in device or task. Anyone.
    function proveContradiction(SeatLetter calldata letter, SeatLetter calldata other) external returns (uint256 burned);

    /// @notice Punishes a letter for another task than the batch has at its index, or for a device that was not drawn. Anyone.
    function proveWrongSeat(
        SeatLetter calldata letter,
        MiningTask calldata task,
        bytes32 seatSecret,
        bytes32[] calldata proof
    ) external returns (uint256 burned);

    /// @notice Sets the terms. Governor only.
    function setTerms(CoordinatorTerms calldata terms) external;

    /// @notice The terms.
    function terms() external view returns (CoordinatorTerms memory);

    /// @notice Who signed a letter.
    function signerOf(SeatLetter calldata letter) external view returns (address);

    /// @notice True once a coordinator's letter for a seat was paid.
    function isPaid(address coordinator, bytes32 taskId, uint8 seat) external view returns (bool);

    /// @notice True once a task's seat secret was revealed here.
    function isRevealed(bytes32 taskId) external view returns (bool);

    /// @notice True once the secret behind a task's seats 3 to 6 was revealed here.
    function isEscalationRevealed(bytes32 taskId) external view returns (bool);

    /// @notice Until when a batch's secrets may be revealed here, unix time.
    function revealableUntil(uint256 batchId) external view returns (uint256);
}
