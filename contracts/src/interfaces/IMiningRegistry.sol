// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAIToken} from "./IAIToken.sol";
import {IDeviceRegistry} from "./IDeviceRegistry.sol";

/// @notice One queue entry: a leaf of the batch's Merkle tree, leaf = keccak256(bytes.concat(keccak256(abi.encode(task)))).
/// @param workloadHash content hash of what is run
/// @param index position in the batch
/// @param workloadType selects the duration bounds
/// @param determinismClass 1: exact integer arithmetic, equal on every device class
/// @param computeUnits benchmarked work in micro-CU, fixed here whatever the run takes
/// @param deadline unix time; the task settles up to and including it
/// @param redeemer whose credit pays for the task; zero for subsidised work
/// @param answerCommitment salted hash used by canaries, indistinguishable otherwise
/// @param seatSecretHash keccak256(abi.encode(seatSecret))
/// @param escalationSecretHash keccak256 of the secret behind escalation seats
struct MiningTask {
    bytes32 workloadHash;
    uint32 index;
    uint16 workloadType;
    uint8 determinismClass;
    uint64 computeUnits;
    uint64 deadline;
    address redeemer;
    bytes32 answerCommitment;
    bytes32 seatSecretHash;
    bytes32 escalationSecretHash;
}

/// @notice One device's signed statement about one task: WorkAttestation(taskId, workloadHash, resultHash, gpuId, duration).
/// @param seat 0, 1 or 2
/// @param gpuId the device seated there
/// @param resultHash what it computed
/// @param duration device time in milliseconds
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

/// @notice Everything needed to settle one task.
/// @param task the leaf
/// @param proof its Merkle proof
/// @param seatSecret the secret behind the seats
/// @param resultHash the agreed result
/// @param claims ascending by seat; a seat without a claim is silent
struct TaskSettlement {
    MiningTask task;
    bytes32[] proof;
    bytes32 seatSecret;
    bytes32 resultHash;
    SeatClaim[] claims;
}

/// @notice A committed batch.
/// @param root Merkle root over its tasks
/// @param seedBlockHash hash of the seed block; zero until pinned
/// @param mintRate wei of AIT per micro-CU and paid seat, frozen at commitment
/// @param computeUnits micro-CU of all its tasks
/// @param unsettledComputeUnits micro-CU not settled so far
/// @param taskCount number of leaves
/// @param rosterLength roster slots the seats are drawn from, frozen at commitment
/// @param commitBlock block of the commitment
/// @param seedBlock block whose hash seeds the draw
/// @param seedTime unix time at which the seed was pinned
/// @param latestDeadline no task may have a later deadline
struct Batch {
    bytes32 root;
    bytes32 seedBlockHash;
    uint96 mintRate;
    uint64 computeUnits;
    uint64 unsettledComputeUnits;
    uint32 taskCount;
    uint32 rosterLength;
    uint64 commitBlock;
    uint64 seedBlock;
    uint64 seedTime;
    uint64 latestDeadline;
}

/// @notice Allowed duration of a task of CU compute units: [CU * minMillisPerCu, slackMillis + CU * maxMillisPerCu].
struct DurationBounds {
    uint64 minMillisPerCu;
    uint64 maxMillisPerCu;
    uint64 slackMillis;
}

/// @title Mining registry
/// @notice The only place where AIT is minted. Re-checks everything about a task itself and believes nobody about it.
/// @dev Order of checks inside a task: batch, proof, determinism class, deadline, secret, draw; then per claim: device registered,
/// seat, device live, signature, duration; then agreement; then the device clocks; then mint. One failing check reverts the call.
///
/// taskId = keccak256(abi.encode(chainId, this registry, batchId, index)).
/// Seed of a task = keccak256(abi.encode(seatSecret, seedBlockHash)); draw k = uint256(keccak256(abi.encode(seed, taskId, k))) %
/// rosterLength for k = 0, 1, … until three seats are filled, at most 64 draws. A slot is passed over only if, as of the commitment
/// block, it was revoked or retired, or valid for less than the task's deadline, or if its operator, host chip or GPU is already seated.
///
/// Device clock in milliseconds: start = max(seedTime, busyUntil); busyUntil' = start + max(duration, 3600 s * CU / (1.05 * CU per
/// hour of the class)), which must not be in the future. Only paid claims move it.
interface IMiningRegistry {
    /// @notice A batch was committed, before its seats could be known.
    event BatchCommitted(
        uint256 indexed batchId,
        bytes32 root,
        uint32 taskCount,
        uint64 computeUnits,
        uint64 latestDeadline,
        uint64 seedBlock,
        uint32 rosterLength,
        uint256 mintRate
    );
    /// @notice The seed of a batch was stored; its seats are fixed.
    event SeedPinned(uint256 indexed batchId, bytes32 seedBlockHash, uint64 seedTime);
    /// @notice A task settled.
    event TaskSettled(
        bytes32 indexed taskId,
        uint256 indexed batchId,
        bytes32 indexed workloadHash,
        uint32 index,
        bytes32 resultHash,
        uint64 computeUnits,
        uint8 seatsPaid,
        uint256 minted
    );
    /// @notice A seat earned `amount`; minted to its operator in the same transaction.
    event SeatPaid(
        bytes32 indexed taskId, bytes32 indexed gpuId, address indexed operator, uint64 duration, uint256 amount
    );
    /// @notice A seat earned nothing. Reason 1: silent (no claim settled). 2: its result was in the minority.
    event SeatUnpaid(bytes32 indexed taskId, bytes32 indexed gpuId, uint8 reason);
    /// @notice A workload can be bought for `computeUnits` micro-CU.
    event WorkloadOpened(bytes32 indexed workloadId, uint64 computeUnits);
    /// @notice AIT was burned for credit on a workload.
    event Redeemed(address indexed account, bytes32 indexed workloadId, uint256 aitAmount, uint64 computeUnits);
    /// @notice The rates changed: wei of AIT per micro-CU.
    event RatesChanged(uint256 mintRate, uint256 redeemPrice);
    /// @notice The benchmark of a class changed: CU per hour.
    event ClassRateChanged(uint8 indexed class, uint32 cuPerHour);
    /// @notice The duration bounds of a workload type on a class changed.
    event DurationBoundsChanged(uint16 indexed workloadType, uint8 indexed class, DurationBounds bounds);
    /// @notice Another account commits batches from now on.
    event CoordinatorChanged(address indexed previous, address indexed coordinator);

    /// @notice Thrown when no batch has this id.
    error BatchUnknown(uint256 batchId);
    /// @notice Thrown when a batch can never settle because nobody pinned its seed in time.
    error BatchVoid(uint256 batchId);
    /// @notice Thrown when a batch is committed without tasks or compute units.
    error BatchEmpty();
    /// @notice Thrown when tasks of a batch carry more compute units than were committed.
    error BatchUnitsExceeded(uint256 batchId, uint64 remaining, uint64 required);
    /// @notice Thrown when a deadline is past, or so late that device validity could not be recomputed.
    error DeadlineOutOfBounds(uint64 deadline, uint256 least, uint256 most);
    /// @notice Thrown when a batch settles before its seed is pinned; call `pinSeed`.
    error SeedNotPinned(uint256 batchId);
    /// @notice Thrown when the seed block is not behind us yet.
    error SeedNotReady(uint64 seedBlock, uint256 current);
    /// @notice Thrown when the seed block's hash can no longer be read; the batch is void.
    error SeedTooOld(uint64 seedBlock, uint256 current);
    /// @notice Thrown when the task is not a leaf of the committed batch.
    error WorkloadNotInQueue(bytes32 workloadHash);
    /// @notice Thrown when a task names a determinism class that does not exist.
    error DeterminismClassUnknown(uint8 determinismClass);
    /// @notice Thrown when a task is settled after its deadline.
    error TaskExpired(uint64 deadline, uint256 current);
    /// @notice Thrown when the secret does not hash to the task's commitment.
    error SeatSecretMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when the roster does not give three independent seats.
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
    /// @notice Thrown when fewer than two seats claim the result.
    error ResultNotAgreed(bytes32 resultHash, uint256 matching, uint256 required);
    /// @notice Thrown when the device cannot have done this work yet; settle again at unix time `payableAt`.
    error ClaimTooEarly(bytes32 gpuId, uint256 payableAt);
    /// @notice Thrown when claims repeat a seat or are out of order.
    error ClaimsNotAscending();
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
    /// @dev Freezes the mint rate and the roster length; seedBlock = block.number + 2; ids count from 1.
    /// @param root Merkle root over the tasks (commutative keccak256 of pairs)
    /// @param taskCount number of leaves; indexes run from 0
    /// @param computeUnits sum over the tasks, micro-CU
    /// @param latestDeadline latest deadline of a task; after now and less than `IDeviceRegistry.EXTENSION_INTERVAL` from now
    function commitBatch(bytes32 root, uint32 taskCount, uint64 computeUnits, uint64 latestDeadline)
        external
        returns (uint256 batchId);

    /// @notice Stores the hash of a batch's seed block, within 256 blocks after it; else the batch is void. Anyone.
    /// @dev Pinning again changes nothing.
    function pinSeed(uint256 batchId) external;

    /// @notice Settles tasks of one batch and mints to the operators of the agreeing seats. Anyone.
    /// @dev A task settled before is skipped, so repeating a call is harmless. A repeated call can therefore not add a seat that an
    /// earlier settlement left out.
    /// @return minted wei of AIT minted by this call
    function settle(uint256 batchId, TaskSettlement[] calldata settlements) external returns (uint256 minted);

    /// @notice Publishes quotes that `redeem` accepts. Coordinator only. Opening again at the same quote changes nothing.
    function openWorkloads(bytes32[] calldata workloadIds, uint64[] calldata computeUnits) external;

    /// @notice Burns `aitAmount` of the caller for non-transferable credit on a workload.
    /// @dev Credit = aitAmount / redeemPrice micro-CU, rounded down; the whole amount is burned. Credit is spent when a task of the
    /// workload settles for the caller and is not spent otherwise.
    function redeem(uint256 aitAmount, bytes32 workloadId) external;

    /// @notice Sets wei of AIT minted per micro-CU and paid seat, and charged per micro-CU redeemed. Governor only.
    /// @dev Requires 7 * mintRate < redeemPrice, also against every price credit was ever sold at and against the rate of batches
    /// still alive; one change per `IDeviceRegistry.EXTENSION_INTERVAL`.
    function setRates(uint256 mintRate, uint256 redeemPrice) external;

    /// @notice Sets the benchmark of a class in CU per hour, from 1 to 1,000,000. Governor only.
    function setClassRate(uint8 class, uint32 cuPerHour) external;

    /// @notice Sets the duration bounds of a workload type on a class. Governor only.
    function setDurationBounds(uint16 workloadType, uint8 class, DurationBounds calldata bounds) external;

    /// @notice Names the account that commits batches and opens workloads; zero stops both. Governor only.
    /// @dev Warning: the coordinator chooses which work is queued, subsidised work included.
    function setCoordinator(address coordinator) external;

    /// @notice A batch, as committed and pinned.
    function batch(uint256 batchId) external view returns (Batch memory);

    /// @notice How many batches were committed; the latest has this id.
    function batchCount() external view returns (uint256);

    /// @notice True once a task has settled.
    function isSettled(uint256 batchId, uint32 index) external view returns (bool);

    /// @notice The id of a task on this chain and registry.
    function taskIdOf(uint256 batchId, uint32 index) external view returns (bytes32);

    /// @notice The roster slots drawn for a task's three seats.
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
