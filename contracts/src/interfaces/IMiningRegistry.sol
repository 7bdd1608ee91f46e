// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAIToken} from "./IAIToken.sol";
import {IAttestationInbox} from "./IAttestationInbox.sol";
import {ICreditMoves} from "./ICreditMoves.sol";
import {IDeviceRegistry} from "./IDeviceRegistry.sol";
import {IGoverned} from "./IGoverned.sol";
import {ISubsidyBudget} from "./ISubsidyBudget.sol";

/// @notice One queue entry: a leaf of the batch's Merkle tree, leaf = keccak256(abi.encodePacked(index, workloadType, determinismClass,
/// computeUnits, deadline, workloadHash, seatSecretHash, redeemer)): 107 bytes, so that no leaf is an inner node.
/// @dev Two more facts are fixed with the leaf but stay closed until they are needed: seatSecret = keccak256(abi.encode(answerCommitment,
/// escalationSecret)), the first a salted hash used by canaries and indistinguishable otherwise, the second the secret behind seats 3 to 6.
/// @param workloadHash content hash of what is run
/// @param index position in the batch
/// @param workloadType selects the duration bounds
/// @param determinismClass 1: exact integer arithmetic, equal on every device class
/// @param computeUnits benchmarked work in micro-CU, fixed here whatever the run takes
/// @param deadline unix time; the task settles up to and including it
/// @param redeemer whose credit pays for the task, the workload's or else prepaid one; zero for subsidised work
/// @param seatSecretHash keccak256(abi.encode(seatSecret))
struct MiningTask {
    bytes32 workloadHash;
    uint32 index;
    uint16 workloadType;
    uint8 determinismClass;
    uint64 computeUnits;
    uint64 deadline;
    address redeemer;
    bytes32 seatSecretHash;
}

/// @notice One device's signed statement about one task: WorkAttestation(taskId, workloadHash, resultHash, gpuId, duration).
/// @param seat 0, 1 or 2; 3 to 6 once the task has escalated
/// @param gpuId the device seated there; zero, which is left out, stands for the one that was drawn
/// @param resultHash what it computed; zero, which is left out, stands for the settlement's result
/// @param duration device time in milliseconds, below 2^40
/// @param r first half of the EIP-2098 signature of the enclave key
/// @param vs second half; a high s is refused
struct SeatClaim {
    uint8 seat;
    bytes32 gpuId;
    bytes32 resultHash;
    uint64 duration;
    bytes32 r;
    bytes32 vs;
}

/// @notice Everything needed to settle one task, but for the proof that it is in the batch. It travels packed, big-endian:
/// bits of the seats that claim (1 byte), of the claims that state a result other than the settlement's (1), of those that name their GPU
/// (1), flags (1), index (4), its terms: workloadType (2), determinismClass (1), computeUnits (8), deadline (8); then workloadHash,
/// seatSecret or, with flag 1, answerCommitment in its place, resultHash (32 each), escalationSecret (32, with flag 1 only), redeemer (20,
/// with flag 2 only), then the claims by seat: duration (5), r, vs, its resultHash and its gpuId where the bits say so (32 each). With flag
/// 4 the terms are left out and are those of the record before. A first byte whose highest bit is set is all there is before the
/// workloadHash: the task has the index after the last one and its terms, no flags, and its claims state neither results nor GPUs. Before
/// the first record index is -1 and the terms are zero.
/// @dev Secrets travel without their hashes: only the right ones lead to the leaf. A GPU that is named once in a call need not be read
/// from the device registry: whoever names it in a device's first claim and leaves it out of the others settles for least.
/// @param task the leaf
/// @param seatSecret the secret behind seats 0 to 2
/// @param answerCommitment what the seat secret is made of beside the escalation secret; left out with it
/// @param escalationSecret the secret behind seats 3 to 6; zero until the task has escalated
/// @param resultHash the agreed result
/// @param claims ascending by seat; a seat without a claim is silent
struct TaskSettlement {
    MiningTask task;
    bytes32 seatSecret;
    bytes32 answerCommitment;
    bytes32 escalationSecret;
    bytes32 resultHash;
    SeatClaim[] claims;
}

/// @notice A task whose seats could not agree and that was given more of them.
/// @param level seats it has now: 5 or 7
/// @param seedBlock block whose hash seeds seats 3 to 6
/// @param seedTime unix time at which that hash was pinned; zero before
/// @param seedBlockHash that hash; zero before
struct Escalation {
    uint8 level;
    uint40 seedBlock;
    uint40 seedTime;
    bytes32 seedBlockHash;
}

/// @notice A committed batch.
/// @param root Merkle root over its tasks
/// @param seedBlockHash hash of the seed block; zero until pinned
/// @param mintRate wei of AIT per micro-CU and paid seat, frozen at commitment
/// @param unsettledComputeUnits micro-CU not settled so far
/// @param taskCount number of leaves
/// @param rosterLength roster slots the seats are drawn from, frozen at commitment
/// @param commitBlock block of the commitment
/// @param seedBlock block whose hash seeds the draw
/// @param seedTime unix time at which the seed was pinned
/// @param latestDeadline no task may have a later deadline
/// @param unsettledSubsidisedUnits micro-CU of those not settled so far whose tasks have no redeemer
struct Batch {
    bytes32 root;
    bytes32 seedBlockHash;
    uint80 mintRate;
    uint64 unsettledComputeUnits;
    uint32 taskCount;
    uint32 rosterLength;
    uint64 commitBlock;
    uint64 seedBlock;
    uint64 seedTime;
    uint64 latestDeadline;
    uint64 unsettledSubsidisedUnits;
}

/// @notice Allowed duration of a task of CU compute units: [CU * minMillisPerCu, slackMillis + CU * maxMillisPerCu].
struct DurationBounds {
    uint64 minMillisPerCu;
    uint64 maxMillisPerCu;
    uint64 slackMillis;
}

/// @title Mining registry
/// @notice The only place where AIT is minted. Re-checks everything about a task itself and believes nobody about it.
/// @dev Order of checks: batch, order, proof and with it the secrets; then task by task: determinism class, deadline, draw; then per claim: device
/// registered, seat, device live, signature, duration; then agreement; then the device clocks; then mint. One failing check reverts
/// the call.
///
/// taskId = keccak256(abi.encode(chainId, this registry, batchId, index)).
/// Seed of seats 0 to 2 = keccak256(abi.encode(seatSecret, hash of the batch's seed block)), of seats 3 to 6 =
/// keccak256(abi.encode(escalationSecret, hash of the escalation's seed block)); draw k = uint256(keccak256(abi.encode(seed, taskId,
/// k))) % rosterLength for k = 0, 1, … until the seats are filled, at most 64 draws a seed. A slot is passed over only if, as of the
/// commitment block, it was revoked or retired, or valid for less than the task's deadline, or if its operator, host chip or GPU is
/// already seated. Further seats come in pairs: a pair that the roster does not give is left out, and the seats before it may agree still.
///
/// Agreement is 2 equal results of seats 0 to 2, or 3 of seats 0 to 4, or 4 of seats 0 to 6: silence counts against. Every seat that
/// claims the agreed result in time is paid.
///
/// Audit: a task is audited if the highest 16 bits of the seed of its seats 0 to 2 are below `auditShare`, as that is when the task
/// settles. It settles only if one of its further seats claims the agreed result too, so it has to escalate first. Exempt are the tasks of
/// a batch whose roster is shorter than five slots, and a task that escalated over a roster which gave it no further seat. A task that
/// has settled is not audited any more.
///
/// Device clock in milliseconds: start = max(seedTime, busyUntil); busyUntil' = start + max(duration, 3600 s * CU / (1.05 * CU per
/// hour of the class)). It must not be in the future: a claim that is too early waits, and if it would have to wait for longer than
/// the task's deadline its pay is put aside until then. Only agreeing claims move it.
///
/// Epoch: small tasks share one committee and one signature a seat. An epoch is a task like any other whose workloadHash is the
/// Merkle root over its small tasks' leaves keccak256(bytes.concat(keccak256(abi.encode(position, workloadHash, computeUnits)))), whose
/// resultHash is the root over leaves of the same form with their results, and whose compute units are the sum; pairs are hashed in
/// ascending order, an odd node is promoted. Its duration is bounded as the sum is, and it escalates when roots differ. Everything
/// above holds for it: to this contract there is no difference.
interface IMiningRegistry is IGoverned {
    /// @notice A batch was committed, before its seats could be known.
    event BatchCommitted(
        uint256 indexed batchId,
        bytes32 root,
        uint32 taskCount,
        uint64 computeUnits,
        uint64 subsidisedUnits,
        uint64 latestDeadline,
        uint64 seedBlock,
        uint32 rosterLength,
        uint256 mintRate
    );
    /// @notice The seed of a batch was stored; its seats are fixed.
    event SeedPinned(uint256 indexed batchId, bytes32 seedBlockHash, uint64 seedTime);
    /// @notice Tasks of a batch settled. `settled` has one entry a task, packed: number of seats (1 byte), index (4), wei of a paid seat
    /// (18), workload (32), agreed result (32), then 4 bytes a seat from seat 0: what became of it in 4 bits, its roster slot in 28. If
    /// 0x80 is added to the number of seats, index and wei are left out: the index is the one after that of the entry before, which paid
    /// as much. Before the first entry index is -1 and nothing was paid.
    /// @dev Codes: 0 paid, 1 silent (no claim), 2 its result was in the minority, 6 its pay waits for its clock (`SeatDeferred`), 7 paid
    /// by an earlier settlement.
    event TasksSettled(uint256 indexed batchId, bytes settled);
    /// @notice Seats of a settled task were paid after all. `seats` is the number of seats and then they themselves, as in
    /// `TasksSettled`; only those with a code of 0 are new.
    event SeatsAdded(bytes32 indexed taskId, uint256 minted, uint256 seats);
    /// @notice A seat earned `amount`, to be had by `release` from unix time `payableAt`.
    event SeatDeferred(bytes32 indexed taskId, uint8 seat, address operator, uint256 amount, uint256 payableAt);
    /// @notice The pay of a deferred seat was minted.
    event SeatReleased(bytes32 indexed taskId, uint8 seat, address indexed operator, uint256 amount);
    /// @notice A task's seats did not agree; seats 3 and up are drawn once the hash of `seedBlock` is pinned.
    event TaskEscalated(bytes32 indexed taskId, uint8 level, uint64 seedBlock);
    /// @notice The seed of a task's further seats was stored.
    event EscalationPinned(bytes32 indexed taskId, bytes32 seedBlockHash, uint64 seedTime);
    /// @notice A workload can be bought for `computeUnits` micro-CU.
    event WorkloadOpened(bytes32 indexed workloadId, uint64 computeUnits);
    /// @notice AIT was burned for credit on a workload.
    event Redeemed(address indexed account, bytes32 indexed workloadId, uint256 aitAmount, uint64 computeUnits);
    /// @notice The rates changed: wei of AIT per micro-CU.
    event RatesChanged(uint256 mintRate, uint256 redeemPrice);
    /// @notice The benchmark of a class changed: CU per hour.
    event ClassRateChanged(uint8 indexed class, uint32 cuPerHour);
    /// @notice Other tasks are audited from now on: so many of 65,536.
    event AuditShareChanged(uint16 share);
    /// @notice The duration bounds of a workload type on a class changed.
    event DurationBoundsChanged(uint16 indexed workloadType, uint8 indexed class, DurationBounds bounds);
    /// @notice Another account commits batches from now on.
    event CoordinatorChanged(address indexed previous, address indexed coordinator);

    /// @notice Another account may pause new work from now on.
    event GuardianChanged(address indexed previous, address indexed guardian);
    /// @notice New work was paused or resumed.
    event WorkPauseChanged(bool isPaused);

    /// @notice Thrown when a batch or a workload comes while new work is paused.
    error WorkPaused();
    /// @notice Thrown when anyone but the guardian pauses.
    error NotGuardian(address expected, address found);
    /// @notice Thrown when no batch has this id.
    error BatchUnknown(uint256 batchId);
    /// @notice Thrown when a batch can never settle because nobody pinned its seed in time.
    error BatchVoid(uint256 batchId);
    /// @notice Thrown when a batch is committed without tasks or compute units.
    error BatchEmpty();
    /// @notice Thrown when a batch has more tasks than can be numbered.
    error BatchTooLarge(uint256 taskCount, uint256 most);
    /// @notice Thrown when tasks of a batch carry more compute units than were committed: of redeemed tasks, or of subsidised ones.
    error BatchUnitsExceeded(uint256 batchId, uint64 remaining, uint64 required);
    /// @notice Thrown when a deadline is past, or so late that device validity could not be recomputed.
    error DeadlineOutOfBounds(uint64 deadline, uint256 least, uint256 most);
    /// @notice Thrown when a batch settles before its seed is pinned; call `pinSeed`.
    error SeedNotPinned(uint256 batchId);
    /// @notice Thrown when the seed block is not behind us yet.
    error SeedNotReady(uint64 seedBlock, uint256 current);
    /// @notice Thrown when the seed block's hash can no longer be read; the batch is void.
    error SeedTooOld(uint64 seedBlock, uint256 current);
    /// @notice Thrown when the task is not a leaf of the committed batch, or a secret is not the one it was committed with.
    error WorkloadNotInQueue(bytes32 workloadHash);
    /// @notice Thrown when tasks of one call are not in ascending order of their index.
    error TasksNotAscending();
    /// @notice Thrown when a task names a determinism class that does not exist.
    error DeterminismClassUnknown(uint8 determinismClass);
    /// @notice Thrown when a task is settled after its deadline.
    error TaskExpired(uint64 deadline, uint256 current);
    /// @notice Thrown when packed settlements cannot be read: where the bad one starts, or where they should end and do not.
    error SettlementMalformed(uint256 offset, uint256 length);
    /// @notice Thrown when a call about one task brings none, or more.
    error SettlementNotSingle(uint256 found);
    /// @notice Thrown when an escalated task comes without the secret behind its further seats.
    error EscalationSecretMissing(bytes32 taskId);
    /// @notice Thrown when a task escalates that has settled.
    error TaskAlreadySettled(bytes32 taskId);
    /// @notice Thrown when a task escalates whose claims agree; settle it.
    error TaskAgreed(bytes32 taskId);
    /// @notice Thrown when a task escalates while silent seats still have time; unix time.
    error EscalationTooEarly(uint256 escalatableAt);
    /// @notice Thrown when a task with seven seats escalates.
    error EscalationExhausted(bytes32 taskId);
    /// @notice Thrown when the seed of a task that has not escalated is pinned.
    error NotEscalated(bytes32 taskId);
    /// @notice Thrown when an escalated task is used, or escalates again, before its second seed is pinned; call `pinEscalation`.
    error EscalationNotPinned(bytes32 taskId);
    /// @notice Thrown when no pay waits for this seat.
    error NothingDeferred(bytes32 taskId, uint8 seat);
    /// @notice Thrown when deferred pay is released before its time.
    error DeferredUntil(uint256 payableAt);
    /// @notice Thrown when the roster does not give three independent seats, or when a task escalates and the roster cannot give two more.
    error RosterTooSmall(uint256 seated, uint256 required);
    /// @notice Thrown when a claim comes from a registered device that was not drawn for that seat.
    error SeatNotAssigned(uint8 seat, bytes32 expected, bytes32 found);
    /// @notice Thrown when a claim names a GPU that is not a registered device.
    error DeviceNotRegistered(bytes32 gpuId);
    /// @notice Thrown when the device's evidence has expired; refresh it.
    error DeviceExpired(bytes32 gpuId, uint40 validUntil);
    /// @notice Thrown when the device was revoked or retired.
    error DeviceIsRevoked(bytes32 gpuId);
    /// @notice Thrown when a claim is not signed by the device's enclave key; `found` is zero for a malformed signature.
    error WorkAttestationSignatureInvalid(address expected, address found);
    /// @notice Thrown when a duration is impossible for the workload type on the device's class. Milliseconds.
    error DurationOutOfBounds(uint64 duration, uint64 min, uint64 max);
    /// @notice Thrown when an audited task settles without a further seat that claims the result; call `escalate` and settle with more seats.
    error TaskIsAudited(bytes32 taskId);
    /// @notice Thrown when fewer than two seats claim the result.
    error ResultNotAgreed(bytes32 resultHash, uint256 matching, uint256 required);
    /// @notice Thrown when the device cannot have done this work yet; settle again at unix time `payableAt`.
    error ClaimTooEarly(bytes32 gpuId, uint256 payableAt);
    /// @notice Thrown when a workload has no quote.
    error WorkloadNotOpen(bytes32 workloadId);
    /// @notice Thrown when a workload is opened again at another quote.
    error WorkloadAlreadyOpen(bytes32 workloadId, uint64 expected, uint64 found);
    /// @notice Thrown when a workload is opened with a quote of zero.
    error QuoteMissing(bytes32 workloadId);
    /// @notice Thrown when two lists that belong together differ in length.
    error LengthMismatch(uint256 expected, uint256 found);
    /// @notice Thrown when too little AIT is redeemed to buy the least credit.
    error RedemptionTooSmall(uint256 amount, uint256 minimum);
    /// @notice Thrown when more AIT is redeemed than credit can hold.
    error RedemptionTooLarge(uint256 amount, uint256 maximum);
    /// @notice Thrown when a redeemed task settles without enough credit behind it.
    error CreditInsufficient(address account, bytes32 workloadId, uint64 required, uint64 found);
    /// @notice Thrown when anyone but `creditMoves` moves credit.
    error NotCreditMoves(address expected, address found);
    /// @notice Thrown when rates would let a redemption mint as much as it burned, counting credit sold and batches committed before.
    error RateOutOfBounds(uint256 mintRate, uint256 redeemPrice);
    /// @notice Thrown when rates change again while batches committed at older rates may still settle.
    error RatesChangedRecently(uint256 changeableAt);
    /// @notice Thrown when a class rate is outside its range.
    error ClassRateOutOfBounds(uint32 cuPerHour, uint32 least, uint32 most);
    /// @notice Thrown when duration bounds are empty or outside their range.
    error DurationBoundsInvalid(uint64 minMillisPerCu, uint64 maxMillisPerCu, uint64 slackMillis);
    /// @notice Thrown when a class is not one of the table.
    error ClassUnknown(uint8 class);
    /// @notice Thrown when a coordinator's function is called by anyone else.
    error NotCoordinator(address expected, address found);

    /// @notice Commits a batch of tasks. Coordinator only. Seats depend on the hash of a block that does not exist yet.
    /// @dev Freezes the mint rate and the roster length; seedBlock = block.number + 2; ids count from 1. Charges three seats of the
    /// subsidised units to the subsidy budget, which refuses what exceeds it.
    /// @param root Merkle root over the tasks (commutative keccak256 of pairs)
    /// @param taskCount number of leaves; indexes run from 0
    /// @param redeemedUnits sum over the tasks with a redeemer, micro-CU
    /// @param subsidisedUnits sum over those without
    /// @param latestDeadline latest deadline of a task; after now and less than `IDeviceRegistry.EXTENSION_INTERVAL` from now
    function commitBatch(
        bytes32 root,
        uint32 taskCount,
        uint56 redeemedUnits,
        uint56 subsidisedUnits,
        uint64 latestDeadline
    ) external returns (uint256 batchId);

    /// @notice Stores the hash of a batch's seed block, within 256 blocks after it; else the batch is void. Anyone.
    /// @dev Pinning again changes nothing.
    function pinSeed(uint256 batchId) external;

    /// @notice Settles tasks of one batch and mints to the operators of the agreeing seats. Anyone.
    /// @dev A task settled before is skipped, so repeating a call is harmless. From a witness (see `isWitness`) such a task is paid the
    /// agreeing seats that an earlier settlement left out, if all those paid before are among the claims again. Nobody else may add
    /// seats: results are public by then, and only a witness knows who committed to one before.
    /// @param settlements packed one behind the other as `TaskSettlement` says, ascending by index
    /// @param proof one Merkle proof for all of them, see `BatchTree`
    /// @return minted wei of AIT minted by this call
    function settle(uint256 batchId, bytes calldata settlements, bytes32[] calldata proof)
        external
        returns (uint256 minted);

    /// @notice Gives a task whose seats do not agree, or that is audited, two more of them: 5, then 7. Anyone who knows the secrets.
    /// @dev Seats 3 to 6 are drawn from the second secret and the hash of the block two blocks on. A third of the time from the seed to
    /// the deadline must have passed, two thirds for 7; unless every seat there is has claimed, and no result is agreed. An audited task
    /// escalates to 5 at any time, with claims or without: without them no further seat can read a result here. A roster that
    /// is shorter than the seats asked for is refused, and one that did not give the last pair, and a task whose last escalation is not
    /// pinned. The two seats of a subsidised task are charged to the subsidy budget.
    /// @param settlement one, packed: the claims so far; its result is the one most of them claim
    function escalate(uint256 batchId, bytes calldata settlement, bytes32[] calldata proof) external;

    /// @notice Stores the hash of an escalation's seed block, within 256 blocks after it. Anyone. Pinning again changes nothing.
    function pinEscalation(bytes32 taskId) external;

    /// @notice Mints the pay of a deferred seat to its operator, once its time has come. Anyone.
    function release(bytes32 taskId, uint8 seat) external returns (uint256 amount);

    /// @notice Publishes quotes that `redeem` accepts. Coordinator only. Opening again at the same quote changes nothing.
    function openWorkloads(bytes32[] calldata workloadIds, uint64[] calldata computeUnits) external;

    /// @notice Burns `aitAmount` of the caller for non-transferable credit on a workload.
    /// @dev Credit = aitAmount / redeemPrice micro-CU, rounded down; the whole amount is burned. Credit is spent when a task of the
    /// workload settles for the caller and is not spent otherwise. Prepaid credit, redeemed for keccak256(abi.encode(keccak256("AIT
    /// prepaid credit v1"), chainId, this registry, account)), is spent by tasks of any workload that settle for the account where its
    /// credit on the workload does not suffice.
    function redeem(uint256 aitAmount, bytes32 workloadId) external;

    /// @notice Sets wei of AIT minted per micro-CU and paid seat, and charged per micro-CU redeemed. Governor only.
    /// @dev Requires 7 * mintRate < redeemPrice, also against every price credit was ever sold at and against the rate of batches
    /// still alive; one change per `IDeviceRegistry.EXTENSION_INTERVAL`.
    function setRates(uint256 mintRate, uint256 redeemPrice) external;

    /// @notice Sets the benchmark of a class in CU per hour, from 1 to 1,000,000. Governor only.
    function setClassRate(uint8 class, uint32 cuPerHour) external;

    /// @notice Sets how many of 65,536 tasks are audited, from none to all but one. Governor only.
    /// @dev Holds at once, for tasks that are queued already too.
    function setAuditShare(uint16 share) external;

    /// @notice Sets the duration bounds of a workload type on a class. Governor only.
    function setDurationBounds(uint16 workloadType, uint8 class, DurationBounds calldata bounds) external;

    /// @notice Names the account that commits batches and opens workloads; zero stops both. Governor only.
    /// @dev Warning: the coordinator chooses which work is queued, subsidised work within its budget included.
    function setCoordinator(address coordinator) external;

    /// @notice Names the account that may pause new work; zero for none. Governor only.
    function setGuardian(address guardian) external;

    /// @notice Refuses further batches and workloads until the governor resumes. Guardian only.
    /// @dev What is committed settles, deferred pay is released and credit is redeemed all the same.
    function pauseWork() external;

    /// @notice Admits batches and workloads again. Governor only.
    function resumeWork() external;

    /// @notice True while further batches and workloads are refused.
    function isWorkPaused() external view returns (bool);

    /// @notice The account that may pause new work.
    function guardian() external view returns (address);

    /// @notice A batch, as committed and pinned.
    function batch(uint256 batchId) external view returns (Batch memory);

    /// @notice How many batches were committed; the latest has this id.
    function batchCount() external view returns (uint256);

    /// @notice True once a task has settled.
    function isSettled(uint256 batchId, uint32 index) external view returns (bool);

    /// @notice Bits of the seats of a task that were paid, those whose pay waits included.
    function paidSeatsOf(uint256 batchId, uint32 index) external view returns (uint256 seats);

    /// @notice The id of a task on this chain and registry.
    function taskIdOf(uint256 batchId, uint32 index) external view returns (bytes32);

    /// @notice A task's escalation; all zero if there is none.
    function escalation(bytes32 taskId) external view returns (Escalation memory);

    /// @notice Where single attestations are committed and revealed without the coordinator.
    function inbox() external view returns (IAttestationInbox);

    /// @notice True for accounts that see commitments before results: the coordinator and the inbox.
    function isWitness(address account) external view returns (bool);

    /// @notice What waits for a seat, and from when on `release` mints it; all zero if nothing does.
    function deferred(bytes32 taskId, uint8 seat)
        external
        view
        returns (address operator, uint256 amount, uint256 payableAt);

    /// @notice The roster slots drawn for all seats of an escalated task: 3, 5 or 7, no more than the roster gives.
    function escalatedSeatsOf(
        uint256 batchId,
        MiningTask calldata task,
        bytes32 seatSecret,
        bytes32 escalationSecret
    ) external view returns (uint32[] memory slots);

    /// @notice The roster slots drawn for a task's first three seats.
    function seatsOf(uint256 batchId, MiningTask calldata task, bytes32 seatSecret)
        external
        view
        returns (uint32[3] memory slots);

    /// @notice The EIP-712 digest an enclave key signs for a claim.
    function workAttestationDigest(
        bytes32 taskId,
        bytes32 workloadHash,
        bytes32 resultHash,
        bytes32 gpuId,
        uint64 duration
    ) external view returns (bytes32);

    /// @notice Unspent credit of an account on a workload, micro-CU.
    function creditOf(address account, bytes32 workloadId) external view returns (uint64);

    /// @notice Wei of AIT that settled redeemed work has added to what subsidised work may mint, in whole gwei.
    /// @dev 0.9 × (micro-CU spent × the lowest redeem price there ever was − the pay of every seat those tasks can have), each call of
    /// `settle` rounded down: never more than nine tenths of what was burned less what is minted.
    function subsidyEarned() external view returns (uint256);

    /// @notice Moves credit of an account from one workload to another, as much as there still is. `creditMoves` only.
    /// @return moved micro-CU
    function moveCredit(address account, bytes32 from, bytes32 to, uint64 units) external returns (uint64 moved);

    /// @notice Where holders move credit that was not spent to another workload.
    function creditMoves() external view returns (ICreditMoves);

    /// @notice What bounds the work that nobody redeems for.
    function subsidy() external view returns (ISubsidyBudget);

    /// @notice How many of 65,536 tasks are audited.
    function auditShare() external view returns (uint16);

    /// @notice What a workload costs in micro-CU; zero if it is not open.
    function quoteOf(bytes32 workloadId) external view returns (uint64);

    /// @notice Until when a GPU's paid work has used its time, unix milliseconds.
    function busyUntil(bytes32 gpuId) external view returns (uint64);

    /// @notice Benchmark of a class in CU per hour.
    function classRate(uint8 class) external view returns (uint32);

    /// @notice Duration bounds of a workload type on a class: the governed ones, else from the class rate: 1/20 and 20 times the
    /// nominal time, plus a minute.
    function durationBounds(uint16 workloadType, uint8 class) external view returns (DurationBounds memory);

    /// @notice Wei of AIT minted per micro-CU and paid seat.
    function mintRate() external view returns (uint256);

    /// @notice Wei of AIT burned per micro-CU of credit.
    function redeemPrice() external view returns (uint256);

    /// @notice The lowest redeem price there ever was; bounds `mintRate`.
    function lowestRedeemPrice() external view returns (uint256);

    /// @notice AIT minted by this registry so far, wei.
    function totalMinted() external view returns (uint256);

    /// @notice AIT burned by redemption so far, wei.
    function totalBurned() external view returns (uint256);

    /// @notice The token this registry mints.
    function token() external view returns (IAIToken);

    /// @notice The registry whose devices may mine.
    function devices() external view returns (IDeviceRegistry);

    /// @notice The account that commits batches and opens workloads.
    function coordinator() external view returns (address);
}
