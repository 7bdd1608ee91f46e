// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AIToken} from "./AIToken.sol";
import {AttestationInbox} from "./AttestationInbox.sol";
import {Governed} from "./governance/Governed.sol";
import {IAIToken} from "./interfaces/IAIToken.sol";
import {IAttestationInbox} from "./interfaces/IAttestationInbox.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {
    Batch,
    DurationBounds,
    Escalation,
    IMiningRegistry,
    MiningTask,
    SeatClaim,
    TaskSettlement
} from "./interfaces/IMiningRegistry.sol";
import {BatchTree} from "./mining/BatchTree.sol";
import {DeviceClocks} from "./mining/DeviceClocks.sol";
import {EnclaveSignature} from "./mining/EnclaveSignature.sol";
import {MemoryTable} from "./mining/MemoryTable.sol";
import {Rates} from "./mining/Rates.sol";
import {SeatCache} from "./mining/SeatCache.sol";
import {SeatClaims} from "./mining/SeatClaims.sol";
import {WorkTerms} from "./mining/WorkTerms.sol";
import {RosterWords} from "./roster/RosterWords.sol";

/// @title Mining registry
contract MiningRegistry is IMiningRegistry, Governed, EIP712 {
    using MemoryTable for MemoryTable.Table;
    using MemoryTable for uint256;
    using RosterWords for uint256;
    using SafeCast for uint256;
    using SeatCache for SeatCache.Cache;
    using SeatCache for uint256;

    /// @dev A batch as stored: four words. `marks` are those of its first 32 tasks, so that a small batch needs no further word.
    struct StoredBatch {
        bytes32 root;
        bytes32 seedBlockHash;
        uint80 mintRate;
        uint40 commitBlock;
        uint40 seedTime;
        uint40 latestDeadline;
        uint24 taskCount;
        uint32 rosterLength;
        uint128 unsettledComputeUnits;
        uint128 marks;
    }

    /// @dev `paid`: bits of the seats above 2 that were paid.
    struct StoredEscalation {
        bytes32 seedBlockHash;
        uint40 seedBlock;
        uint40 seedTime;
        uint8 level;
        uint8 paid;
    }

    struct StoredDeferral {
        address operator;
        uint96 payableAt;
        uint256 amount;
    }

    /// @dev `changeableAt`: from when on no batch committed at an earlier rate can settle.
    struct StoredRates {
        uint80 mintRate;
        uint96 redeemPrice;
        uint40 changeableAt;
    }

    /// @dev Working memory of one `settle` call. Written back to storage once, at its end.
    struct Settling {
        uint256 batchId;
        StoredBatch batch;
        uint256 remainingUnits;
        uint256 markWord;
        uint256 marks;
        uint256 classRates;
        uint256 termsUnits;
        uint256 termsType;
        WorkTerms.Terms[5] terms;
        EnclaveSignature.Statement statement;
        bytes32 domainSeparator;
        uint256 nowMillis;
        uint256 minted;
        uint256[7] ends;
        uint256[3] preimage;
        bool isChanged;
        SeatCache.Cache cache;
    }

    /// @dev One task of a `settle` call, worked out. `seats` holds cache entries; `slots` the roster slots for the event.
    struct Seating {
        bytes32 taskId;
        uint256 level;
        uint256[2] starts;
        uint256 matching;
        uint256 claimed;
        uint256[7] seats;
    }

    /// @notice EIP-712 type of the statement an enclave key signs.
    bytes32 public constant WORK_ATTESTATION_TYPEHASH = keccak256(
        "WorkAttestation(bytes32 taskId,bytes32 workloadHash,bytes32 resultHash,bytes32 gpuId,uint64 duration)"
    );
    /// @notice The one determinism class: exact integer arithmetic.
    uint8 public constant DETERMINISM_CLASS = 1;
    /// @notice Independent seats per task, before it escalates.
    uint256 public constant SEATS = 3;
    /// @notice Equal results of three seats that make an agreement.
    uint256 public constant QUORUM = 2;
    /// @notice Draws after which a roster is too small.
    uint256 public constant MOST_DRAWS = 64;
    /// @notice Blocks from commitment to the seed block.
    uint256 public constant SEED_DELAY = 2;
    /// @notice Blocks after the seed block in which its hash can be pinned.
    uint256 public constant SEED_WINDOW = 256;
    /// @notice Least credit a redemption buys, micro-CU.
    uint256 public constant LEAST_REDEEMED_UNITS = 1000;
    /// @notice Seats of a task that has escalated as far as it can.
    uint256 public constant MOST_SEATS = 7;
    /// @notice Most tasks of a batch.
    uint256 public constant MOST_TASKS = 1 << 20;
    uint32 private constant CLASS_RATE_MOST = 1_000_000;
    /// @dev A task's mark: a bit for each of seats 0 to 2 once it is paid, and one for a task that has escalated.
    uint256 private constant MARK_PAID = 7;
    uint256 private constant MARK_ESCALATED = 8;
    uint256 private constant MARKS_IN_BATCH = 32;
    uint256 private constant MARKS_PER_WORD = 64;
    uint256 private constant BIT_COUNTS = 0x32212110;
    uint256 private constant NO_TYPE = type(uint256).max;

    IAIToken private immutable _token;
    IDeviceRegistry private immutable _devices;
    /// @dev Tasks live shorter than this, so that at most one extension of a device falls into a task's life.
    uint256 private immutable _taskLifetime;

    /// @inheritdoc IMiningRegistry
    IAttestationInbox public immutable inbox;

    /// @inheritdoc IMiningRegistry
    address public coordinator;
    /// @inheritdoc IMiningRegistry
    bool public isWorkPaused;
    /// @inheritdoc IMiningRegistry
    address public guardian;
    /// @inheritdoc IMiningRegistry
    uint256 public batchCount;
    StoredRates private _rates = StoredRates({mintRate: 1e11, redeemPrice: 1e12, changeableAt: 0});
    /// @inheritdoc IMiningRegistry
    uint256 public lowestRedeemPrice = 1e12;
    /// @inheritdoc IMiningRegistry
    uint256 public totalBurned;
    /// @dev CU per hour of class c in the 32 bits from bit 32 * c.
    uint256 private _classRates = uint256(1000) << 32 | uint256(600) << 64 | uint256(400) << 96 | uint256(800) << 128;
    mapping(uint256 workloadType => uint256 packed) private _durationBounds;
    mapping(uint256 batchId => StoredBatch) private _batches;
    mapping(uint256 batchId => mapping(uint256 word => uint256 marks)) private _marks;
    mapping(uint256 word => uint256 clocks) private _clocks;
    mapping(bytes32 taskId => StoredEscalation) private _escalations;
    mapping(bytes32 taskId => mapping(uint256 seat => StoredDeferral)) private _deferrals;
    mapping(bytes32 workloadId => uint64 units) private _quotes;
    mapping(address account => mapping(bytes32 workloadId => uint64 units)) private _credits;

    modifier onlyCoordinator() {
        require(msg.sender == coordinator, NotCoordinator(coordinator, msg.sender));
        _;
    }

    /// @param deviceRegistry whose devices may mine
    /// @param initialGovernor who may change rates, bounds and the coordinator
    /// @param initialCoordinator who commits batches and opens workloads
    constructor(IDeviceRegistry deviceRegistry, address initialGovernor, address initialCoordinator)
        Governed(initialGovernor)
        EIP712("AIT", "1")
    {
        _devices = deviceRegistry;
        _taskLifetime = deviceRegistry.EXTENSION_INTERVAL();
        _token = new AIToken(address(this));
        inbox = new AttestationInbox(this);
        coordinator = initialCoordinator;
        emit CoordinatorChanged(address(0), initialCoordinator);
        emit RatesChanged(_rates.mintRate, _rates.redeemPrice);
        for (uint8 class = 1; class <= Rates.CLASSES; class++) {
            emit ClassRateChanged(class, classRate(class));
        }
    }

    /// @inheritdoc IMiningRegistry
    function commitBatch(bytes32 root, uint32 taskCount, uint64 computeUnits, uint64 latestDeadline)
        external
        onlyCoordinator
        returns (uint256 batchId)
    {
        require(!isWorkPaused, WorkPaused());
        require(root != 0 && taskCount != 0 && computeUnits != 0, BatchEmpty());
        require(taskCount <= MOST_TASKS, BatchTooLarge(taskCount, MOST_TASKS));
        require(
            latestDeadline > block.timestamp && latestDeadline < block.timestamp + _taskLifetime,
            DeadlineOutOfBounds(latestDeadline, block.timestamp + 1, block.timestamp + _taskLifetime - 1)
        );
        uint32 rosterLength = _devices.rosterLength();
        require(rosterLength >= SEATS, RosterTooSmall(rosterLength, SEATS));
        batchId = ++batchCount;
        uint80 rate = _rates.mintRate;
        _batches[batchId] = StoredBatch({
            root: root,
            seedBlockHash: 0,
            mintRate: rate,
            commitBlock: block.number.toUint40(),
            seedTime: 0,
            latestDeadline: uint40(latestDeadline),
            taskCount: uint24(taskCount),
            rosterLength: rosterLength,
            unsettledComputeUnits: computeUnits,
            marks: 0
        });
        emit BatchCommitted(
            batchId,
            root,
            taskCount,
            computeUnits,
            latestDeadline,
            uint64(block.number + SEED_DELAY),
            rosterLength,
            rate
        );
    }

    /// @inheritdoc IMiningRegistry
    function pinSeed(uint256 batchId) external {
        StoredBatch storage stored = _known(batchId);
        if (stored.seedBlockHash != 0) return;
        bytes32 seedBlockHash = _seedHash(stored.commitBlock + SEED_DELAY);
        stored.seedBlockHash = seedBlockHash;
        stored.seedTime = uint40(block.timestamp);
        emit SeedPinned(batchId, seedBlockHash, uint64(block.timestamp));
    }

    /// @inheritdoc IMiningRegistry
    function settle(uint256 batchId, TaskSettlement[] calldata settlements, bytes32[] calldata proof)
        external
        returns (uint256 minted)
    {
        Settling memory settling = _load(batchId, settlements.length);
        if (settlements.length == 0) return 0;
        uint256[] memory positions = new uint256[](settlements.length);
        bytes32[] memory leaves = new bytes32[](settlements.length);
        uint256 least = 0;
        for (uint256 i = 0; i < settlements.length; i++) {
            (positions[i], leaves[i]) = _leafOf(settling, settlements[i].task, least);
            least = positions[i] + 1;
        }
        _checkQueue(settling, settlements[0].task, positions, leaves, proof);
        for (uint256 i = 0; i < settlements.length; i++) {
            _settleTask(settling, settlements[i]);
        }
        minted = settling.minted;
        if (settling.isChanged) _store(settling);
    }

    /// @inheritdoc IMiningRegistry
    function escalate(uint256 batchId, TaskSettlement calldata settlement, bytes32[] calldata proof) external {
        Settling memory settling = _load(batchId, 1);
        MiningTask calldata task = settlement.task;
        uint256[] memory positions = new uint256[](1);
        bytes32[] memory leaves = new bytes32[](1);
        (positions[0], leaves[0]) = _leafOf(settling, task, 0);
        _checkQueue(settling, task, positions, leaves, proof);
        uint256 mark = _markOf(settling, task.index);
        bytes32 taskId = taskIdOf(batchId, task.index);
        require(mark & MARK_PAID == 0 && _escalations[taskId].paid == 0, TaskAlreadySettled(taskId));
        Seating memory seating = _seat(settling, settlement, mark);
        _checkClaims(settling, settlement, seating);
        require(!_isAgreed(seating), TaskAgreed(taskId));
        require(seating.level < MOST_SEATS, EscalationExhausted(taskId));
        // Thirds of the time between seed and deadline; nobody has to be waited for once every seat has claimed.
        uint256 seedTime = settling.batch.seedTime;
        uint256 from = seedTime + (task.deadline - seedTime) * (seating.level == SEATS ? 1 : 2) / 3;
        require(
            block.timestamp >= from || seating.claimed == (1 << seating.level) - 1, EscalationTooEarly(from)
        );
        StoredEscalation storage stored = _escalations[taskId];
        stored.level = uint8(seating.level + 2);
        if (mark & MARK_ESCALATED == 0) {
            stored.seedBlock = (block.number + SEED_DELAY).toUint40();
            settling.marks |= MARK_ESCALATED << _shiftOf(task.index);
            _storeMarks(settling);
        }
        emit TaskEscalated(taskId, stored.level, stored.seedBlock);
    }

    /// @inheritdoc IMiningRegistry
    function pinEscalation(bytes32 taskId) external {
        StoredEscalation storage stored = _escalations[taskId];
        require(stored.level != 0, NotEscalated(taskId));
        if (stored.seedBlockHash != 0) return;
        bytes32 seedBlockHash = _seedHash(stored.seedBlock);
        stored.seedBlockHash = seedBlockHash;
        stored.seedTime = uint40(block.timestamp);
        emit EscalationPinned(taskId, seedBlockHash, uint64(block.timestamp));
    }

    /// @inheritdoc IMiningRegistry
    function release(bytes32 taskId, uint8 seat) external returns (uint256 amount) {
        StoredDeferral memory stored = _deferrals[taskId][seat];
        amount = stored.amount;
        require(amount != 0, NothingDeferred(taskId, seat));
        require(block.timestamp >= stored.payableAt, DeferredUntil(stored.payableAt));
        delete _deferrals[taskId][seat];
        _token.mint(stored.operator, amount);
        emit SeatReleased(taskId, seat, stored.operator, amount);
    }

    /// @inheritdoc IMiningRegistry
    function openWorkloads(bytes32[] calldata workloadIds, uint64[] calldata computeUnits) external onlyCoordinator {
        require(!isWorkPaused, WorkPaused());
        require(
            workloadIds.length == computeUnits.length, LengthMismatch(workloadIds.length, computeUnits.length)
        );
        for (uint256 i = 0; i < workloadIds.length; i++) {
            bytes32 workloadId = workloadIds[i];
            uint64 units = computeUnits[i];
            require(units != 0, QuoteMissing(workloadId));
            uint64 quote = _quotes[workloadId];
            if (quote == units) continue;
            require(quote == 0, WorkloadAlreadyOpen(workloadId, quote, units));
            _quotes[workloadId] = units;
            emit WorkloadOpened(workloadId, units);
        }
    }

    /// @inheritdoc IMiningRegistry
    function redeem(uint256 aitAmount, bytes32 workloadId) external {
        require(_quotes[workloadId] != 0, WorkloadNotOpen(workloadId));
        uint256 price = _rates.redeemPrice;
        uint256 units = aitAmount / price;
        require(units >= LEAST_REDEEMED_UNITS, RedemptionTooSmall(aitAmount, LEAST_REDEEMED_UNITS * price));
        uint256 held = _credits[msg.sender][workloadId];
        uint256 most = type(uint64).max - held;
        require(units <= most, RedemptionTooLarge(aitAmount, most * price));
        _credits[msg.sender][workloadId] = uint64(held + units);
        totalBurned += aitAmount;
        _token.burn(msg.sender, aitAmount);
        emit Redeemed(msg.sender, workloadId, aitAmount, uint64(units));
    }

    /// @inheritdoc IMiningRegistry
    function setRates(uint256 newMintRate, uint256 newRedeemPrice) external onlyGovernor {
        StoredRates memory current = _rates;
        require(block.timestamp >= current.changeableAt, RatesChangedRecently(current.changeableAt));
        // Credit already sold must not be served at a rate it does not cover, nor batches alive be redeemed below theirs.
        require(
            newMintRate <= type(uint80).max && newRedeemPrice <= type(uint96).max
                && Rates.isWashLosing(newMintRate, newRedeemPrice)
                && Rates.isWashLosing(newMintRate, lowestRedeemPrice)
                && Rates.isWashLosing(current.mintRate, newRedeemPrice),
            RateOutOfBounds(newMintRate, newRedeemPrice)
        );
        if (newRedeemPrice < lowestRedeemPrice) lowestRedeemPrice = newRedeemPrice;
        _rates = StoredRates({
            mintRate: uint80(newMintRate),
            redeemPrice: uint96(newRedeemPrice),
            changeableAt: uint40(block.timestamp + _taskLifetime)
        });
        emit RatesChanged(newMintRate, newRedeemPrice);
    }

    /// @inheritdoc IMiningRegistry
    function setClassRate(uint8 class, uint32 cuPerHour) external onlyGovernor {
        require(class >= 1 && class <= Rates.CLASSES, ClassUnknown(class));
        require(
            cuPerHour >= 1 && cuPerHour <= CLASS_RATE_MOST, ClassRateOutOfBounds(cuPerHour, 1, CLASS_RATE_MOST)
        );
        uint256 shift = uint256(class) * 32;
        _classRates = _classRates & ~(uint256(type(uint32).max) << shift) | uint256(cuPerHour) << shift;
        emit ClassRateChanged(class, cuPerHour);
    }

    /// @inheritdoc IMiningRegistry
    function setDurationBounds(uint16 workloadType, uint8 class, DurationBounds calldata bounds)
        external
        onlyGovernor
    {
        require(class >= 1 && class <= Rates.CLASSES, ClassUnknown(class));
        require(
            Rates.isSane(bounds),
            DurationBoundsInvalid(bounds.minMillisPerCu, bounds.maxMillisPerCu, bounds.slackMillis)
        );
        _durationBounds[workloadType] = Rates.withBounds(_durationBounds[workloadType], class, bounds);
        emit DurationBoundsChanged(workloadType, class, bounds);
    }

    /// @inheritdoc IMiningRegistry
    function setCoordinator(address newCoordinator) external onlyGovernor {
        emit CoordinatorChanged(coordinator, newCoordinator);
        coordinator = newCoordinator;
    }

    /// @inheritdoc IMiningRegistry
    function setGuardian(address newGuardian) external onlyGovernor {
        emit GuardianChanged(guardian, newGuardian);
        guardian = newGuardian;
    }

    /// @inheritdoc IMiningRegistry
    function pauseWork() external {
        require(msg.sender == guardian, NotGuardian(guardian, msg.sender));
        isWorkPaused = true;
        emit WorkPauseChanged(true);
    }

    /// @inheritdoc IMiningRegistry
    function resumeWork() external onlyGovernor {
        isWorkPaused = false;
        emit WorkPauseChanged(false);
    }

    /// @inheritdoc IMiningRegistry
    function batch(uint256 batchId) external view returns (Batch memory) {
        StoredBatch storage stored = _known(batchId);
        return Batch({
            root: stored.root,
            seedBlockHash: stored.seedBlockHash,
            mintRate: stored.mintRate,
            unsettledComputeUnits: uint64(stored.unsettledComputeUnits),
            taskCount: stored.taskCount,
            rosterLength: stored.rosterLength,
            commitBlock: stored.commitBlock,
            seedBlock: uint64(stored.commitBlock + SEED_DELAY),
            seedTime: stored.seedTime,
            latestDeadline: stored.latestDeadline
        });
    }

    /// @inheritdoc IMiningRegistry
    function isSettled(uint256 batchId, uint32 index) external view returns (bool) {
        uint256 marks = index < MARKS_IN_BATCH ? _batches[batchId].marks : _marks[batchId][_wordOf(index)];
        uint256 mark = marks >> _shiftOf(index);
        return mark & MARK_PAID != 0 || mark & MARK_ESCALATED != 0 && _escalations[taskIdOf(batchId, index)].paid != 0;
    }

    /// @inheritdoc IMiningRegistry
    function isWitness(address account) public view returns (bool) {
        return account == coordinator || account == address(inbox);
    }

    /// @inheritdoc IMiningRegistry
    function escalation(bytes32 taskId) external view returns (Escalation memory) {
        StoredEscalation storage stored = _escalations[taskId];
        return Escalation({
            level: stored.level,
            seedBlock: stored.seedBlock,
            seedTime: stored.seedTime,
            seedBlockHash: stored.seedBlockHash
        });
    }

    /// @inheritdoc IMiningRegistry
    function deferred(bytes32 taskId, uint8 seat)
        external
        view
        returns (address operator, uint256 amount, uint256 payableAt)
    {
        StoredDeferral storage stored = _deferrals[taskId][seat];
        return (stored.operator, stored.amount, stored.payableAt);
    }

    /// @inheritdoc IMiningRegistry
    function seatsOf(uint256 batchId, MiningTask calldata task, bytes32 seatSecret)
        external
        view
        returns (uint32[3] memory slots)
    {
        Settling memory settling = _load(batchId, 1);
        Seating memory seating;
        seating.taskId = taskIdOf(batchId, task.index);
        _draw(settling, task, seating, keccak256(abi.encode(seatSecret, settling.batch.seedBlockHash)), 0, SEATS);
        for (uint256 i = 0; i < SEATS; i++) {
            slots[i] = uint32(seating.seats[i].keyOf());
        }
    }

    /// @inheritdoc IMiningRegistry
    function escalatedSeatsOf(
        uint256 batchId,
        MiningTask calldata task,
        bytes32 seatSecret,
        bytes32 escalationSecret
    ) external view returns (uint32[] memory slots) {
        Settling memory settling = _load(batchId, 1);
        Seating memory seating;
        seating.taskId = taskIdOf(batchId, task.index);
        _draw(settling, task, seating, keccak256(abi.encode(seatSecret, settling.batch.seedBlockHash)), 0, SEATS);
        StoredEscalation memory stored = _escalations[seating.taskId];
        require(stored.level != 0, NotEscalated(seating.taskId));
        require(stored.seedBlockHash != 0, EscalationNotPinned(seating.taskId));
        bytes32 seed = keccak256(abi.encode(escalationSecret, stored.seedBlockHash));
        _draw(settling, task, seating, seed, SEATS, stored.level);
        slots = new uint32[](stored.level);
        for (uint256 i = 0; i < slots.length; i++) {
            slots[i] = uint32(seating.seats[i].keyOf());
        }
    }

    /// @inheritdoc IMiningRegistry
    function creditOf(address account, bytes32 workloadId) external view returns (uint64) {
        return _credits[account][workloadId];
    }

    /// @inheritdoc IMiningRegistry
    function quoteOf(bytes32 workloadId) external view returns (uint64) {
        return _quotes[workloadId];
    }

    /// @inheritdoc IMiningRegistry
    function busyUntil(bytes32 gpuId) external view returns (uint64) {
        uint256 number = _devices.gpuNumberOf(gpuId);
        return uint64(DeviceClocks.at(_clocks[number / DeviceClocks.PER_WORD], DeviceClocks.shiftOf(number)));
    }

    /// @inheritdoc IMiningRegistry
    function mintRate() external view returns (uint256) {
        return _rates.mintRate;
    }

    /// @inheritdoc IMiningRegistry
    function redeemPrice() external view returns (uint256) {
        return _rates.redeemPrice;
    }

    /// @inheritdoc IMiningRegistry
    function totalMinted() external view returns (uint256) {
        return _token.totalSupply() + totalBurned;
    }

    /// @inheritdoc IMiningRegistry
    function token() external view returns (IAIToken) {
        return _token;
    }

    /// @inheritdoc IMiningRegistry
    function devices() external view returns (IDeviceRegistry) {
        return _devices;
    }

    /// @inheritdoc IMiningRegistry
    function taskIdOf(uint256 batchId, uint32 index) public view returns (bytes32 taskId) {
        assembly ("memory-safe") {
            // keccak256(abi.encode(chainId, this, batchId, index)) at the free memory pointer, which stays where it is.
            let free := mload(0x40)
            mstore(free, chainid())
            mstore(add(free, 0x20), address())
            mstore(add(free, 0x40), batchId)
            mstore(add(free, 0x60), index)
            taskId := keccak256(free, 0x80)
        }
    }

    /// @inheritdoc IMiningRegistry
    function workAttestationDigest(
        bytes32 taskId,
        bytes32 workloadHash,
        bytes32 resultHash,
        bytes32 gpuId,
        uint64 duration
    ) external view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(abi.encode(WORK_ATTESTATION_TYPEHASH, taskId, workloadHash, resultHash, gpuId, duration))
        );
    }

    /// @inheritdoc IMiningRegistry
    function classRate(uint8 class) public view returns (uint32) {
        require(class >= 1 && class <= Rates.CLASSES, ClassUnknown(class));
        return uint32(_rateOf(_classRates, class));
    }

    /// @inheritdoc IMiningRegistry
    function durationBounds(uint16 workloadType, uint8 class) external view returns (DurationBounds memory bounds) {
        uint32 rate = classRate(class);
        bounds = Rates.boundsIn(_durationBounds[workloadType], class);
        if (bounds.maxMillisPerCu == 0) bounds = Rates.defaultBounds(rate);
    }

    /// @dev A task's position and leaf; positions ascend.
    function _leafOf(Settling memory settling, MiningTask calldata task, uint256 least)
        private
        pure
        returns (uint256 index, bytes32 leaf)
    {
        index = task.index;
        require(index >= least, TasksNotAscending());
        require(index < settling.batch.taskCount, WorkloadNotInQueue(task.workloadHash));
        assembly ("memory-safe") {
            // keccak256(bytes.concat(keccak256(abi.encode(task)))): a task is ten words without an offset among them.
            let free := mload(0x40)
            calldatacopy(free, task, 0x140)
            mstore(0x00, keccak256(free, 0x140))
            leaf := keccak256(0x00, 0x20)
        }
    }

    /// @dev That the tasks at these positions are what the batch was committed with.
    function _checkQueue(
        Settling memory settling,
        MiningTask calldata first,
        uint256[] memory positions,
        bytes32[] memory leaves,
        bytes32[] calldata proof
    ) private pure {
        bytes32 root = BatchTree.rootOf(positions, leaves, settling.batch.taskCount, proof);
        require(root == settling.batch.root, WorkloadNotInQueue(first.workloadHash));
    }

    /// @dev The one path to the mint. Works on `settling` only: marks, clocks and balances are written by `_store`, after every task of
    /// the call has passed. Credit, escalations and deferred pay are the exceptions, written here and reverted with the rest.
    function _settleTask(Settling memory settling, TaskSettlement calldata settlement) private {
        MiningTask calldata task = settlement.task;
        uint256 mark = _markOf(settling, task.index);
        // A task can be settled with only later seats paid, so a mark says all of it only if it has not escalated.
        if (mark & MARK_PAID != 0 && !isWitness(msg.sender)) return;
        Seating memory seating = _seat(settling, settlement, mark);
        uint256 paid = mark & MARK_PAID;
        if (mark & MARK_ESCALATED != 0) paid |= uint256(_escalations[seating.taskId].paid) << SEATS;
        if (paid != 0 && !isWitness(msg.sender)) return;
        _checkClaims(settling, settlement, seating);
        require(_isAgreed(seating), ResultNotAgreed(settlement.resultHash, _count(seating.matching), QUORUM));
        // Who was paid before must be among those who agree: one task, one result.
        uint256 due = seating.matching & ~paid;
        if (paid & ~seating.matching != 0 || due == 0) return;

        settling.isChanged = true;
        settling.marks |= (due & MARK_PAID) << _shiftOf(task.index);
        if (due >> SEATS != 0) _escalations[seating.taskId].paid |= uint8(due >> SEATS);
        if (paid == 0) _spend(settling, task);
        (uint256 minted, uint256 seats) = _pay(settling, settlement, seating, due);
        if (paid == 0) {
            emit TaskSettled(seating.taskId, task.workloadHash, settlement.resultHash, minted, seats);
        } else {
            emit SeatsAdded(seating.taskId, minted, seats);
        }
    }

    /// @dev What a task uses up, once: compute units of its batch, credit of its redeemer.
    function _spend(Settling memory settling, MiningTask calldata task) private {
        uint64 units = task.computeUnits;
        require(
            units <= settling.remainingUnits,
            BatchUnitsExceeded(settling.batchId, uint64(settling.remainingUnits), units)
        );
        // Cannot underflow: compared above.
        unchecked {
            settling.remainingUnits -= units;
        }
        address redeemer = task.redeemer;
        if (redeemer == address(0)) return;
        uint64 held = _credits[redeemer][task.workloadHash];
        require(held >= units, CreditInsufficient(redeemer, task.workloadHash, units, held));
        _credits[redeemer][task.workloadHash] = held - units;
    }

    /// @dev Checks a task's own facts and draws its seats.
    function _seat(Settling memory settling, TaskSettlement calldata settlement, uint256 mark)
        private
        view
        returns (Seating memory seating)
    {
        MiningTask calldata task = settlement.task;
        require(task.determinismClass == DETERMINISM_CLASS, DeterminismClassUnknown(task.determinismClass));
        uint64 deadline = task.deadline;
        require(
            deadline <= settling.batch.latestDeadline,
            DeadlineOutOfBounds(deadline, block.timestamp, settling.batch.latestDeadline)
        );
        require(block.timestamp <= deadline, TaskExpired(deadline, block.timestamp));
        _checkSecret(settlement.seatSecret, task.seatSecretHash);
        bytes32 taskId = taskIdOf(settling.batchId, task.index);
        seating.taskId = taskId;
        seating.level = SEATS;
        seating.starts[0] = uint256(settling.batch.seedTime) * 1000;
        _draw(settling, task, seating, _hashPair(settlement.seatSecret, settling.batch.seedBlockHash), 0, SEATS);
        if (mark & MARK_ESCALATED == 0) return seating;

        StoredEscalation storage stored = _escalations[taskId];
        bytes32 seedBlockHash = stored.seedBlockHash;
        // Not pinned, or never: the first seats may still agree.
        if (seedBlockHash == 0) return seating;
        _checkSecret(settlement.escalationSecret, task.escalationSecretHash);
        seating.level = stored.level;
        seating.starts[1] = uint256(stored.seedTime) * 1000;
        _draw(settling, task, seating, _hashPair(settlement.escalationSecret, seedBlockHash), SEATS, seating.level);
    }

    function _checkSecret(bytes32 secret, bytes32 expected) private pure {
        bytes32 found;
        assembly ("memory-safe") {
            mstore(0x00, secret)
            found := keccak256(0x00, 0x20)
        }
        require(found == expected, SeatSecretMismatch(expected, found));
    }

    /// @dev Checks every claim, the losing ones too, and notes which seats claim and which agree with the settlement's result.
    function _checkClaims(Settling memory settling, TaskSettlement calldata settlement, Seating memory seating)
        private
        view
    {
        _turnTerms(settling, settlement.task);
        settling.statement.taskId = seating.taskId;
        settling.statement.workloadHash = settlement.task.workloadHash;
        uint256 bad;
        (seating.claimed, seating.matching, bad) = SeatClaims.check(
            settlement.claims,
            seating.seats,
            seating.level,
            settlement.resultHash,
            settling.statement,
            settling.domainSeparator,
            settling.terms
        );
        if (bad != 0) _refuseClaim(settling, settlement.claims, seating, bad - 1);
    }

    /// @dev What is wrong with a claim, in the order in which the interface says it is checked.
    function _refuseClaim(
        Settling memory settling,
        SeatClaim[] calldata claims,
        Seating memory seating,
        uint256 position
    ) private view {
        SeatClaim calldata claim = claims[position];
        require(position == 0 || claim.seat > claims[position - 1].seat, ClaimsNotAscending());
        if (claim.seat >= seating.level) _refuseSeat(claim, 0);
        uint256 seated = _seatedIn(seating, claim.seat);
        bytes32 gpuId = seated.gpuIdOf();
        if (claim.gpuId != 0 && claim.gpuId != gpuId) _refuseSeat(claim, gpuId);
        uint256 validity = seated.validityOf();
        require(seated.holderOf().revokedBlockOf() == 0, DeviceIsRevoked(gpuId));
        require(validity.validUntilOf() >= block.timestamp, DeviceExpired(gpuId, uint40(validity.validUntilOf())));
        address expected = validity.enclaveKeyOf();
        // The statement holds this claim's words: it was the last one checked.
        address signer = EnclaveSignature.recover(settling.domainSeparator, settling.statement, claim.r, claim.vs);
        require(signer == expected && signer != address(0), WorkAttestationSignatureInvalid(expected, signer));
        WorkTerms.Terms memory terms = settling.terms[seated.holderOf().classOf()];
        revert DurationOutOfBounds(claim.duration, uint64(terms.least), uint64(terms.most));
    }

    /// @dev The device in a seat that was drawn.
    function _seatedIn(Seating memory seating, uint256 seat) private pure returns (uint256 seated) {
        uint256[7] memory seats = seating.seats;
        assembly ("memory-safe") {
            seated := mload(add(seats, shl(5, seat)))
        }
    }

    /// @dev Makes the terms of each class those of a task; tasks alike share them.
    function _turnTerms(Settling memory settling, MiningTask calldata task) private view {
        uint256 units = task.computeUnits;
        uint256 workloadType = task.workloadType;
        if (settling.termsUnits == units && settling.termsType == workloadType) return;
        uint256 packed = _durationBounds[workloadType];
        (settling.termsUnits, settling.termsType) = (units, workloadType);
        for (uint256 class = 1; class <= Rates.CLASSES; class++) {
            uint256 rate = _rateOf(settling.classRates, class);
            WorkTerms.Terms memory terms = settling.terms[class];
            (terms.least, terms.most) = Rates.rangeOf(packed, class, rate, units);
            terms.clock = Rates.leastMillis(units, rate);
        }
    }

    /// @dev Says whether the claim's GPU is unknown or merely not the one drawn.
    function _refuseSeat(SeatClaim calldata claim, bytes32 drawn) private view {
        require(_devices.gpuNumberOf(claim.gpuId) != 0, DeviceNotRegistered(claim.gpuId));
        revert SeatNotAssigned(claim.seat, drawn, claim.gpuId);
    }

    /// @dev Pays the seats that are due, or puts their pay aside; says what became of each seat.
    function _pay(
        Settling memory settling,
        TaskSettlement calldata settlement,
        Seating memory seating,
        uint256 due
    ) private returns (uint256 minted, uint256 outcomes) {
        uint256 amount;
        // Units are below 2^64 and the rate below 2^80.
        unchecked {
            amount = uint256(settlement.task.computeUnits) * settling.batch.mintRate;
        }
        uint256 paid;
        uint256 late;
        (paid, late, outcomes) = SeatClaims.pay(
            settlement.claims,
            seating.seats,
            seating.level,
            seating.claimed | seating.matching << 8 | due << 16,
            seating.starts,
            settling.terms,
            settling.nowMillis,
            amount,
            settling.ends
        );
        unchecked {
            minted = paid * amount;
            settling.minted += minted;
        }
        for (uint256 seat = 0; late >> seat != 0; seat++) {
            if (late >> seat & 1 == 1) _defer(settling, settlement.task.deadline, seating, seat, amount);
        }
    }

    /// @dev Puts the pay of a seat aside until its clock admits it; waits instead if the deadline leaves time to.
    function _defer(
        Settling memory settling,
        uint256 deadline,
        Seating memory seating,
        uint256 seat,
        uint256 amount
    ) private {
        uint256 seated = _seatedIn(seating, seat);
        uint256 payableAt = (settling.ends[seat] + 999) / 1000;
        require(payableAt > deadline, ClaimTooEarly(seated.gpuIdOf(), payableAt));
        address operator = seated.holderOf().operatorOf();
        _deferrals[seating.taskId][seat] =
            StoredDeferral({operator: operator, payableAt: uint96(payableAt), amount: amount});
        emit SeatDeferred(seating.taskId, uint8(seat), operator, amount, payableAt);
    }

    /// @dev The mark of a task; keeps its word in memory.
    function _markOf(Settling memory settling, uint256 index) private returns (uint256) {
        uint256 word = _wordOf(index);
        if (word != settling.markWord) {
            _storeMarks(settling);
            settling.markWord = word;
            settling.marks = _marks[settling.batchId][word];
        }
        return settling.marks >> _shiftOf(index) & 15;
    }

    /// @dev Word 0 is in the batch itself and is written with its units.
    function _storeMarks(Settling memory settling) private {
        StoredBatch storage stored = _batches[settling.batchId];
        if (settling.markWord == 0) stored.marks = uint128(settling.marks);
        else _marks[settling.batchId][settling.markWord] = settling.marks;
    }

    function _store(Settling memory settling) private {
        _storeMarks(settling);
        _batches[settling.batchId].unsettledComputeUnits = uint128(settling.remainingUnits);
        SeatCache.Cache memory cache = settling.cache;
        for (uint256 entry = cache.clocks.last; entry != 0; entry = entry.previousOf()) {
            _clocks[entry.keyOf()] = entry.wordOf(0);
        }
        for (uint256 entry = cache.payees.last; entry != 0; entry = entry.previousOf()) {
            _token.mint(address(uint160(entry.keyOf())), entry.wordOf(0));
        }
    }

    function _load(uint256 batchId, uint256 tasks) private view returns (Settling memory settling) {
        settling.batch = _known(batchId);
        if (settling.batch.seedBlockHash == 0) {
            require(block.number <= settling.batch.commitBlock + SEED_DELAY + SEED_WINDOW, BatchVoid(batchId));
            revert SeedNotPinned(batchId);
        }
        settling.batchId = batchId;
        settling.remainingUnits = settling.batch.unsettledComputeUnits;
        settling.marks = settling.batch.marks;
        settling.classRates = _classRates;
        settling.termsType = NO_TYPE;
        settling.statement.typeHash = WORK_ATTESTATION_TYPEHASH;
        settling.domainSeparator = _domainSeparatorV4();
        settling.nowMillis = block.timestamp * 1000;
        uint256 expected = tasks * SEATS;
        uint256 roster = settling.batch.rosterLength;
        settling.cache = SeatCache.create(expected < roster ? expected : roster);
    }

    /// @dev Draws the seats from `from` up to `to`, as cache entries.
    function _draw(
        Settling memory settling,
        MiningTask calldata task,
        Seating memory seating,
        bytes32 seed,
        uint256 from,
        uint256 to
    ) private view {
        uint256 rosterLength = settling.batch.rosterLength;
        uint256 commitBlock = settling.batch.commitBlock;
        uint256 deadline = task.deadline;
        uint256[7] memory seats = seating.seats;
        uint256[3] memory preimage = settling.preimage;
        SeatCache.Cache memory cache = settling.cache;
        (preimage[0], preimage[1]) = (uint256(seed), uint256(seating.taskId));
        // Counts to 64 and to 7; a roster is never empty.
        unchecked {
            for (uint256 k = 0; k < MOST_DRAWS; k++) {
                uint256 slot;
                assembly ("memory-safe") {
                    mstore(add(preimage, 0x40), k)
                    slot := mod(keccak256(preimage, 0x60), rosterLength)
                }
                uint256 seated = cache.seats.find(slot);
                if (seated == 0) seated = cache.load(_devices, slot, commitBlock);
                bool isFree;
                assembly ("memory-safe") {
                    // Words of an entry as in `SeatCache`; in a holder, operator, host and GPU must all differ from those seated.
                    isFree := iszero(lt(mload(add(seated, 0xc0)), deadline))
                    let holder := mload(add(seated, 0x80))
                    for { let i := 0 } lt(i, from) { i := add(i, 1) } {
                        let difference := xor(holder, mload(add(mload(add(seats, shl(5, i))), 0x80)))
                        if iszero(shl(96, difference)) { isFree := 0 }
                        if iszero(and(shr(192, difference), 0xffffff)) { isFree := 0 }
                        if iszero(and(shr(168, difference), 0xffffff)) { isFree := 0 }
                    }
                    if isFree { mstore(add(seats, shl(5, from)), seated) }
                }
                if (!isFree) continue;
                cache.prepare(seated, _clocks);
                if (++from == to) return;
            }
        }
        revert RosterTooSmall(from, to);
    }

    function _known(uint256 batchId) private view returns (StoredBatch storage stored) {
        stored = _batches[batchId];
        require(stored.commitBlock != 0, BatchUnknown(batchId));
    }

    /// @dev The hash of a seed block, while it can be read.
    function _seedHash(uint256 seedBlock) private view returns (bytes32 seedBlockHash) {
        require(block.number > seedBlock, SeedNotReady(uint64(seedBlock), block.number));
        if (block.number - seedBlock <= SEED_WINDOW) seedBlockHash = blockhash(seedBlock);
        require(seedBlockHash != 0, SeedTooOld(uint64(seedBlock), block.number));
    }

    /// @dev Enough of the first three, five or seven seats agree.
    function _isAgreed(Seating memory seating) private pure returns (bool) {
        uint256 matching = seating.matching;
        return _count(matching & 0x07) >= QUORUM || _count(matching & 0x1f) >= QUORUM + 1
            || _count(matching) >= QUORUM + 2;
    }

    /// @dev How many of the lowest seven bits are set: from a table of three bits, twice, and the last.
    function _count(uint256 bits) private pure returns (uint256 count) {
        unchecked {
            return (BIT_COUNTS >> (bits & 7) * 4 & 3) + (BIT_COUNTS >> (bits >> 3 & 7) * 4 & 3) + (bits >> 6);
        }
    }

    /// @dev Which word holds a task's mark: 0 is in the batch, the others are in `_marks`.
    function _wordOf(uint256 index) private pure returns (uint256) {
        return (index + MARKS_IN_BATCH) / MARKS_PER_WORD;
    }

    /// @dev Where in its word a task's mark starts.
    function _shiftOf(uint256 index) private pure returns (uint256) {
        return index < MARKS_IN_BATCH ? index * 4 : (index + MARKS_IN_BATCH) % MARKS_PER_WORD * 4;
    }

    /// @dev keccak256(abi.encode(a, b)).
    function _hashPair(bytes32 a, bytes32 b) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            mstore(0x00, a)
            mstore(0x20, b)
            value := keccak256(0x00, 0x40)
        }
    }

    /// @dev CU per hour of a class; zero for one that is not in the table.
    function _rateOf(uint256 classRates, uint256 class) private pure returns (uint256) {
        return classRates >> (class * 32) & type(uint32).max;
    }
}
