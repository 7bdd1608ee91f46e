// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IGoverned} from "./IGoverned.sol";
import {IMiningRegistry, MiningTask} from "./IMiningRegistry.sol";

/// @notice When silence suspends a device, and for how long.
/// @param absences how many suspend it, from 2 to 16
/// @param answerWindow seconds after a task's deadline in which a reported absence is answered, from 10 minutes to 7 days
/// @param cooldown seconds a first suspension lasts at least, from 12 hours to `longestCooldown`
/// @param longestCooldown seconds that no cooldown exceeds, up to 30 days
/// @param period seconds after a suspension has ended in which the next one lasts twice as long, from 1 to 90 days
struct AttendanceTerms {
    uint8 absences;
    uint32 answerWindow;
    uint32 cooldown;
    uint32 longestCooldown;
    uint32 period;
}

/// @notice What shows that a device was drawn for a seat.
/// @param batchId the batch
/// @param task the leaf
/// @param seatSecret the secret behind seats 0 to 2, public once the task has settled or its coordinator revealed it
/// @param answerCommitment what the seat secret is made of beside the escalation secret; for seats 3 to 6 only
/// @param escalationSecret the secret behind seats 3 to 6; for these only
/// @param seat the silent seat
/// @param proof siblings of the leaf
struct AbsenceReport {
    uint256 batchId;
    MiningTask task;
    bytes32 seatSecret;
    bytes32 answerCommitment;
    bytes32 escalationSecret;
    uint8 seat;
    bytes32[] proof;
}

/// @notice A reported absence of a device from a task.
/// @param batchId the task's batch
/// @param index the task's position there
/// @param seat the seat that the device was drawn for
/// @param deadline the task's deadline, unix time
/// @param reportedAt unix time; zero if it was not reported
/// @param reportedBlock block of the report
/// @param isAnswered true once an attestation of the device for this task was shown
struct Absence {
    uint64 batchId;
    uint32 index;
    uint8 seat;
    uint40 deadline;
    uint40 reportedAt;
    uint40 reportedBlock;
    bool isAnswered;
}

/// @notice What is known of a GPU's attendance.
/// @param aliveAt unix time of its last proof of life; zero if it gave none
/// @param provenBlock the block whose hash that proof was made with
/// @param resumableAt unix time from which a proof of life ends its suspension; zero while it is not suspended here
/// @param resumedAt unix time at which its last suspension ended; zero if none did
/// @param doublings how often the cooldown of its last suspension was doubled
/// @param absences reported since its last proof of life and not answered
struct Attendance {
    uint40 aliveAt;
    uint40 provenBlock;
    uint40 resumableAt;
    uint40 resumedAt;
    uint8 doublings;
    uint32 absences;
}

/// @title Attendance registry
/// @notice Suspends devices that are silent, and lets them come back. A draw passes over nobody: whoever is drawn and does not answer
/// leaves the seat empty, and as many empty seats in a row as the terms say take the device out of the draws.
/// @dev Nobody is slashed here and no reporter is paid.
///
/// An absence is a seat that the registry's own draw gave to the device and that was not paid by the task's deadline. It is reported
/// while the task can still settle: until then the draw comes out as it did for the settlement, see `IDeviceRegistry`. It counts once the
/// answer window after the deadline is over, and unless one of these shows that the device was not silent:
/// - the seat was paid after all;
/// - an attestation for this very task, over whatever result, signed by a key of the device (`answer`): who disagrees is not silent, and
///   neither is who was left out of a settlement;
/// - a sign of life since the report: a proof of life, fresh evidence, or other work that was paid.
/// So a device that hears of the reports against it, and is there, is never suspended, whoever kept its seats from it.
///
/// Proof of life: an EIP-712 signature of the device's enclave key, domain "AIT attendance" version "1" of this contract, over
/// ProofOfLife(bytes32 gpuId,uint64 blockNumber,bytes32 blockHash).
///
/// The cooldown is at least as long as any task lives, so that no draw made before a suspension is recomputed after its end.
interface IAttendanceRegistry is IGoverned {
    /// @notice The terms changed.
    event TermsChanged(AttendanceTerms terms);
    /// @notice A device was silent on a task, somebody says. The absence counts from `countsFrom` on unless it is answered.
    event AbsenceReported(
        bytes32 indexed gpuId, bytes32 indexed taskId, uint256 batchId, uint32 index, uint8 seat, uint64 countsFrom
    );
    /// @notice The device had an attestation for the task: the absence does not count.
    event AbsenceAnswered(bytes32 indexed gpuId, bytes32 indexed taskId, bytes32 resultHash);
    /// @notice A device was suspended for its absences; a proof of life ends it from `resumableAt` on.
    event SilentDeviceSuspended(bytes32 indexed gpuId, uint64 resumableAt);
    /// @notice A device proved that it is there; absences reported so far do not count any more.
    event LifeProven(bytes32 indexed gpuId, uint64 blockNumber);

    /// @notice Thrown when anyone but the account that created this contract attaches it.
    error NotCreator(address expected, address found);
    /// @notice Thrown when this contract is attached again.
    error AlreadyAttached(address mining);
    /// @notice Thrown when the device registry was built for another attendance registry.
    error AttachedElsewhere(address expected, address found);
    /// @notice Thrown when a term is outside its range; the terms are numbered in the order of their struct.
    error TermOutOfBounds(uint8 term, uint256 least, uint256 most, uint256 found);
    /// @notice Thrown when the task is not a leaf of the batch, or a secret is not the one it was committed with.
    error TaskNotInBatch(uint256 batchId, uint32 index);
    /// @notice Thrown when the secrets of a further seat do not belong to the task's seat secret.
    error EscalationSecretMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when an absence is reported after the task's deadline: its draw may come out differently by then.
    error ReportTooLate(uint256 deadline);
    /// @notice Thrown when the task has no such seat.
    error SeatUnknown(uint8 seat, uint256 seats);
    /// @notice Thrown when the seat was paid.
    error SeatPaid(bytes32 taskId, uint8 seat);
    /// @notice Thrown when a device is in no draw anyway: it was revoked, retired or suspended.
    error DeviceNotDrawn(bytes32 gpuId);
    /// @notice Thrown when the same absence is reported again.
    error AbsenceKnown(bytes32 taskId, bytes32 gpuId);
    /// @notice Thrown when nobody reported this absence.
    error AbsenceUnknown(bytes32 taskId, bytes32 gpuId);
    /// @notice Thrown when an absence was answered.
    error AbsenceIsAnswered(bytes32 taskId, bytes32 gpuId);
    /// @notice Thrown when an answer is not signed by a key of the device; `found` is the GPU that the signer's key belongs to, or zero.
    error AnswerSignatureInvalid(bytes32 expected, bytes32 found);
    /// @notice Thrown when a suspension names another number of absences than the terms ask for.
    error AbsencesMiscounted(uint256 expected, uint256 found);
    /// @notice Thrown when the tasks of a suspension are not in ascending order, each once.
    error TasksNotAscending();
    /// @notice Thrown when an absence does not count yet; unix time from which it does.
    error AnswerableUntil(bytes32 taskId, uint256 countsFrom);
    /// @notice Thrown when the device gave a sign of life after an absence was reported.
    error AliveSince(bytes32 gpuId, bytes32 taskId);
    /// @notice Thrown when a proof of life names none of the last `LIFE_BLOCKS` blocks.
    error LifeBlockUnknown(uint64 blockNumber, uint256 current);
    /// @notice Thrown when a proof of life is not newer than the last one.
    error LifeProofReused(uint64 lastBlockNumber, uint64 blockNumber);
    /// @notice Thrown when a proof of life is not signed by the enclave key of the device's registration.
    error LifeSignatureInvalid(address expected, address found);
    /// @notice Thrown when the evidence behind an enclave key has run out: register or refresh the device, then prove its life.
    error EvidenceLapsed(bytes32 gpuId, uint256 validUntil);
    /// @notice Thrown when a suspended device proves its life before its cooldown is over; unix time from which it counts.
    error SuspendedUntil(bytes32 gpuId, uint256 resumableAt);

    /// @notice Names the registry whose seats this is about. Once, by the account that created this contract.
    function attach(IMiningRegistry miningRegistry) external;

    /// @notice Reports that a device is silent on a task. Anyone who knows the seat's secret, until the task's deadline.
    /// @return gpuId the device that the draw gave the seat to
    function report(AbsenceReport calldata absence) external returns (bytes32 gpuId);

    /// @notice Reports several absences, or none if one of them is refused.
    function reportAll(AbsenceReport[] calldata absences) external;

    /// @notice Shows an attestation of a device for a task from which its absence was reported. Anyone.
    /// @dev Any result and any duration will do, and any key that ever was the device's.
    function answer(
        bytes32 taskId,
        bytes32 workloadHash,
        bytes32 gpuId,
        bytes32 resultHash,
        uint64 duration,
        bytes32 r,
        bytes32 vs
    ) external;

    /// @notice Suspends a device for as many absences as the terms say. Anyone.
    /// @dev It is in no draw from the next block on, and its work not yet settled is not paid. Registering or refreshing it again changes
    /// nothing about that.
    /// @param taskIds the tasks it was silent on, ascending
    function suspend(bytes32 gpuId, bytes32[] calldata taskIds) external;

    /// @notice Takes a proof of life of a device: absences reported before do not count any more, and a suspension whose cooldown is over
    /// ends. Anyone.
    /// @dev Ends no exclusion for any other reason.
    function proveLife(bytes32 gpuId, uint64 blockNumber, bytes32 r, bytes32 vs) external;

    /// @notice Sets the terms. Governor only.
    /// @dev Suspensions keep the cooldown they began with.
    function setTerms(AttendanceTerms calldata newTerms) external;

    /// @notice The terms.
    function terms() external view returns (AttendanceTerms memory);

    /// @notice A reported absence; all zero if there is none.
    function absence(bytes32 taskId, bytes32 gpuId) external view returns (Absence memory);

    /// @notice A GPU's attendance; all zero if it never mattered.
    function attendance(bytes32 gpuId) external view returns (Attendance memory);

    /// @notice The digest that a proof of life signs.
    function lifeDigest(bytes32 gpuId, uint64 blockNumber, bytes32 blockHash) external view returns (bytes32);

    /// @notice The registry whose seats this is about; zero until it is attached.
    function mining() external view returns (IMiningRegistry);

    /// @notice How many blocks back the block of a proof of life may lie.
    function LIFE_BLOCKS() external view returns (uint256);
}
