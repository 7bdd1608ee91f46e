// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {AIToken} from "./AIToken.sol";
import {AttestationInbox} from "./AttestationInbox.sol";
import {CreditMoves} from "./CreditMoves.sol";
import {Governed} from "./governance/Governed.sol";
import {IAIToken} from "./interfaces/IAIToken.sol";
import {IAttestationInbox} from "./interfaces/IAttestationInbox.sol";
import {ICreditMoves} from "./interfaces/ICreditMoves.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {
    Batch,
    DurationBounds,
    Escalation,
    IMiningRegistry,
    MiningTask,
    SeatClaim
} from "./interfaces/IMiningRegistry.sol";
import {BootstrapTerms, ISubsidyBudget} from "./interfaces/ISubsidyBudget.sol";
import {BatchTree} from "./mining/BatchTree.sol";
import {DeviceClocks} from "./mining/DeviceClocks.sol";
import {MemoryTable} from "./mining/MemoryTable.sol";
import {PrepaidCredit} from "./mining/PrepaidCredit.sol";
import {Rates} from "./mining/Rates.sol";
import {SeatCache} from "./mining/SeatCache.sol";
import {SeatClaims} from "./mining/SeatClaims.sol";
import {SeatDraw} from "./mining/SeatDraw.sol";
import {
    FRAME_AMOUNT,
    FRAME_BITS,
    FRAME_DIGEST,
    FRAME_DRAW,
    FRAME_ENDS,
    FRAME_LEVEL,
    FRAME_SEATS,
    FRAME_STARTS,
    FRAME_TASK,
    FRAME_TERMS,
    FRAME_TERMS_SIZE,
    SeatFrame
} from "./mining/SeatFrame.sol";
import {SettlementLog} from "./mining/SettlementLog.sol";
import {SettlementReader} from "./mining/SettlementReader.sol";
import {RosterWords} from "./roster/RosterWords.sol";
import {SubsidyBudget} from "./SubsidyBudget.sol";

/// @title Mining registry
contract MiningRegistry is IMiningRegistry, Governed, EIP712 {
    using MemoryTable for MemoryTable.Table;
    using MemoryTable for uint256;
    using RosterWords for uint256;
    using SeatCache for SeatCache.Cache;
    using SeatCache for uint256;
    using SettlementReader for uint256;

    /// @dev A batch as stored: four words. `marks` are those of its first 36 tasks, so that a small batch needs no further word.
    struct StoredBatch {
        bytes32 root;
        bytes32 seedBlockHash;
        uint80 mintRate;
        uint40 commitBlock;
        uint40 seedTime;
        uint40 latestDeadline;
        uint24 taskCount;
        uint32 rosterLength;
        uint56 unsettledRedeemed;
        uint56 unsettledSubsidised;
        uint144 marks;
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

    /// @dev Working memory of one `settle` call. Written back to storage once, at its end. `log` is where the data of the
    /// call's event starts and `logged` where it ends so far; `terms` is the part of a task's head the frame's terms are for; a task
    /// whose first seed is below `auditedBelow` is audited.
    struct Settling {
        uint256 markWord;
        uint256 marks;
        uint256 latestDeadline;
        bytes32 seedBlockHash;
        uint256 rosterLength;
        uint256 commitBlock;
        uint256 mintRate;
        uint256 redeemed;
        uint256 subsidised;
        uint256 redeemedSeats;
        uint256 terms;
        uint256 minted;
        uint256 log;
        uint256 logged;
        bool isChanged;
        uint256 batchId;
        uint256 classRates;
        uint256 auditedBelow;
        SeatCache.Cache cache;
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
    uint256 public constant MOST_DRAWS = SeatDraw.MOST_DRAWS;
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
    uint256 private constant MARK = 15;
    uint256 private constant MARK_BITS = 4;
    uint256 private constant MARKS_IN_BATCH = 36;
    uint256 private constant MARKS_PER_WORD = 64;
    /// @dev The batch's word has its units where the first marks of a word would be.
    uint256 private constant MARKS_BEFORE = MARKS_PER_WORD - MARKS_IN_BATCH;
    uint256 private constant MARKS_SHIFT = MARKS_BEFORE * MARK_BITS;
    /// @dev Where in the word of the class rates the earned subsidy is, in gwei: settlement has that word at hand.
    uint256 private constant EARNED_SHIFT = 160;
    uint256 private constant BIT_COUNTS = 0x32212110;
    uint256 private constant NO_TERMS = type(uint256).max;
    /// @dev Bit m is set if the seats in m are enough of the first three, five or seven: 2, 3 or 4.
    uint256 private constant AGREED = 0xfffefee8fee8e8e8fee8e8e8fee8e8e8;
    /// @dev Seats a roster must have room for before its tasks can be audited.
    uint256 private constant AUDITED_SEATS = SEATS + 2;
    /// @dev Where the audit share, the lowest 16 bits of the word of the class rates, is the highest 16 of a word.
    uint256 private constant AUDIT_SHIFT = 240;

    IAIToken private immutable _token;
    IDeviceRegistry private immutable _devices;
    /// @dev Tasks live shorter than this, so that at most one extension of a device falls into a task's life.
    uint256 private immutable _taskLifetime;

    /// @inheritdoc IMiningRegistry
    IAttestationInbox public immutable inbox;
    /// @inheritdoc IMiningRegistry
    ISubsidyBudget public immutable subsidy;
    /// @inheritdoc IMiningRegistry
    ICreditMoves public immutable creditMoves;

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
    /// @dev CU per hour of class c in the 32 bits from bit 32 * c; above those of class 4 what redeemed work has earned for subsidised work;
    /// where a class 0 would be, in 16 bits, the audit share.
    uint256 private _classRates = uint256(1000) << 32 | uint256(600) << 64 | uint256(400) << 96 | uint256(800) << 128;
    mapping(uint256 workloadType => uint256 packed) private _durationBounds;
    mapping(uint256 batchId => StoredBatch) private _batches;
    mapping(uint256 batchId => mapping(uint256 word => uint256 marks)) private _marks;
    mapping(uint256 word => uint256 clocks) private _clocks;
    mapping(bytes32 taskId => StoredEscalation) private _escalations;
    mapping(bytes32 taskId => mapping(uint256 seat => StoredDeferral)) private _deferrals;
    mapping(bytes32 workloadId => uint64 units) private _quotes;
    mapping(address account => mapping(bytes32 workloadId => uint64 units)) private _credits;

    modifier onlyNewWork() {
        _requireNewWork();
        _;
    }

    /// @param deviceRegistry whose devices may mine
    /// @param initialGovernor who may change rates, bounds and the coordinator
    /// @param initialCoordinator who commits batches and opens workloads
    /// @param bootstrap what may be minted for work that nobody redeems for, before redeemed work has earned anything
    /// @param initialAuditShare how many of 65,536 tasks are audited
    constructor(
        IDeviceRegistry deviceRegistry,
        address initialGovernor,
        address initialCoordinator,
        BootstrapTerms memory bootstrap,
        uint16 initialAuditShare
    ) Governed(initialGovernor) EIP712("AIT", "1") {
        _devices = deviceRegistry;
        _taskLifetime = deviceRegistry.EXTENSION_INTERVAL();
        _token = new AIToken(address(this));
        inbox = new AttestationInbox(this);
        subsidy = new SubsidyBudget(this, bootstrap);
        creditMoves = new CreditMoves(this, _taskLifetime);
        coordinator = initialCoordinator;
        emit CoordinatorChanged(address(0), initialCoordinator);
        emit RatesChanged(_rates.mintRate, _rates.redeemPrice);
        for (uint8 class = 1; class <= Rates.CLASSES; class++) {
            emit ClassRateChanged(class, classRate(class));
        }
        _classRates |= initialAuditShare;
        emit AuditShareChanged(initialAuditShare);
    }

    /// @inheritdoc IMiningRegistry
    function commitBatch(
        bytes32 root,
        uint32 taskCount,
        uint56 redeemedUnits,
        uint56 subsidisedUnits,
        uint64 latestDeadline
    ) external onlyNewWork returns (uint256 batchId) {
        uint64 computeUnits;
        // Two of 56 bits.
        unchecked {
            computeUnits = uint64(redeemedUnits) + subsidisedUnits;
        }
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
            commitBlock: uint40(block.number),
            seedTime: 0,
            latestDeadline: uint40(latestDeadline),
            taskCount: uint24(taskCount),
            rosterLength: rosterLength,
            unsettledRedeemed: redeemedUnits,
            unsettledSubsidised: subsidisedUnits,
            marks: 0
        });
        _charge(batchId, SEATS, subsidisedUnits, rate);
        emit BatchCommitted(
            batchId,
            root,
            taskCount,
            computeUnits,
            subsidisedUnits,
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
    function settle(uint256 batchId, bytes calldata settlements, bytes32[] calldata proof)
        external
        returns (uint256 minted)
    {
        StoredBatch memory stored = _pinned(batchId);
        // About as many claims as records of three would have at least.
        Settling memory settling = _load(batchId, stored, settlements.length / SettlementReader.LEAST);
        uint256[] memory heads = _queued(stored, settlements, proof);
        (settling.log, settling.logged) = SettlementLog.create(heads.length);
        uint256 count = heads.length;
        // A sum of pointers and counts cannot overflow.
        unchecked {
            for (uint256 i = 0; i < count; i++) {
                _settleTask(settling, heads[i]);
            }
        }
        minted = settling.minted;
        if (settling.isChanged) _store(settling);
    }

    /// @inheritdoc IMiningRegistry
    function escalate(uint256 batchId, bytes calldata settlement, bytes32[] calldata proof) external {
        StoredBatch memory batch_ = _pinned(batchId);
        Settling memory settling = _load(batchId, batch_, SEATS);
        uint256[] memory heads = _queued(batch_, settlement, proof);
        require(heads.length == 1, SettlementNotSingle(heads.length));
        uint256 head = heads[0];
        uint256 record = head.recordOf();
        uint256 index = head.indexOf();
        uint256 shift = _turnMarks(settling, index);
        uint256 mark = settling.marks >> shift & MARK;
        bytes32 taskId = taskIdOf(batchId, uint32(index));
        require(mark & MARK_PAID == 0 && _escalations[taskId].paid == 0, TaskAlreadySettled(taskId));
        _seat(settling, record, head, mark);
        uint256 matching = _matching(settling, record, head);
        bool isAudited = _isAudited(settling);
        if (isAudited && matching < 1 << SEATS) matching = 0;
        require(!_isAgreed(matching), TaskAgreed(taskId));
        uint256 level = SeatFrame.read(FRAME_LEVEL);
        require(level < MOST_SEATS, EscalationExhausted(taskId));
        StoredEscalation storage stored = _escalations[taskId];
        require(settling.rosterLength >= level + 2, RosterTooSmall(settling.rosterLength, level + 2));
        if (mark & MARK_ESCALATED != 0) {
            // Or the same two seats would be charged again.
            require(stored.seedBlockHash != 0, EscalationNotPinned(taskId));
            // Further seats that the roster did not give at the last level it will not give at the next one either.
            require(level == stored.level, RosterTooSmall(level, stored.level));
        }
        // Thirds of the time between seed and deadline; nobody has to be waited for once every seat has claimed, nor for the first
        // seats of an audited task.
        uint256 seedTime = batch_.seedTime;
        uint256 from = seedTime + (head.deadlineOf() - seedTime) * (level == SEATS ? 1 : 2) / 3;
        require(
            block.timestamp >= from || head.seatsOf() == (1 << level) - 1 || isAudited && level == SEATS,
            EscalationTooEarly(from)
        );
        if (record.redeemerOf(head) == address(0)) _charge(batchId, 2, head.computeUnitsOf(), settling.mintRate);
        stored.level = uint8(level + 2);
        if (mark & MARK_ESCALATED == 0) {
            stored.seedBlock = uint40(block.number + SEED_DELAY);
            settling.marks |= MARK_ESCALATED << shift;
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
    function openWorkloads(bytes32[] calldata workloadIds, uint64[] calldata computeUnits) external onlyNewWork {
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
        _requireClass(class);
        require(
            cuPerHour >= 1 && cuPerHour <= CLASS_RATE_MOST, ClassRateOutOfBounds(cuPerHour, 1, CLASS_RATE_MOST)
        );
        uint256 shift = uint256(class) * 32;
        _classRates = _classRates & ~(uint256(type(uint32).max) << shift) | uint256(cuPerHour) << shift;
        emit ClassRateChanged(class, cuPerHour);
    }

    /// @inheritdoc IMiningRegistry
    function setAuditShare(uint16 share) external onlyGovernor {
        _classRates = _classRates >> 16 << 16 | share;
        emit AuditShareChanged(share);
    }

    /// @inheritdoc IMiningRegistry
    function setDurationBounds(uint16 workloadType, uint8 class, DurationBounds calldata bounds)
        external
        onlyGovernor
    {
        _requireClass(class);
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
        uint64 unsettled;
        // Each is below 2^56.
        unchecked {
            unsettled = uint64(stored.unsettledRedeemed) + stored.unsettledSubsidised;
        }
        return Batch({
            root: stored.root,
            seedBlockHash: stored.seedBlockHash,
            mintRate: stored.mintRate,
            unsettledComputeUnits: unsettled,
            taskCount: stored.taskCount,
            rosterLength: stored.rosterLength,
            commitBlock: stored.commitBlock,
            seedBlock: uint64(stored.commitBlock + SEED_DELAY),
            seedTime: stored.seedTime,
            latestDeadline: stored.latestDeadline,
            unsettledSubsidisedUnits: stored.unsettledSubsidised
        });
    }

    /// @inheritdoc IMiningRegistry
    function isSettled(uint256 batchId, uint32 index) external view returns (bool) {
        return paidSeatsOf(batchId, index) != 0;
    }

    /// @inheritdoc IMiningRegistry
    function paidSeatsOf(uint256 batchId, uint32 index) public view returns (uint256 seats) {
        uint256 place = index + MARKS_BEFORE;
        uint256 marks = index < MARKS_IN_BATCH
            ? uint256(_batches[batchId].marks) << MARKS_SHIFT
            : _marks[batchId][place / MARKS_PER_WORD];
        uint256 mark = marks >> place % MARKS_PER_WORD * MARK_BITS;
        seats = mark & MARK_PAID;
        if (mark & MARK_ESCALATED != 0) seats |= uint256(_escalations[taskIdOf(batchId, index)].paid) << SEATS;
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
        _drawnFor(batchId, task, seatSecret);
        uint256 place;
        assembly ("memory-safe") {
            place := slots
        }
        _writeSlots(place, SEATS);
    }

    /// @inheritdoc IMiningRegistry
    function escalatedSeatsOf(
        uint256 batchId,
        MiningTask calldata task,
        bytes32 seatSecret,
        bytes32 escalationSecret
    ) external view returns (uint32[] memory slots) {
        (Settling memory settling, bytes32 taskId) = _drawnFor(batchId, task, seatSecret);
        StoredEscalation memory stored = _escalations[taskId];
        require(stored.level != 0, NotEscalated(taskId));
        require(stored.seedBlockHash != 0, EscalationNotPinned(taskId));
        slots = new uint32[](
            _drawFurther(settling, task.deadline, escalationSecret, stored.seedBlockHash, stored.level)
        );
        uint256 place;
        assembly ("memory-safe") {
            place := add(slots, 0x20)
        }
        _writeSlots(place, slots.length);
    }

    /// @inheritdoc IMiningRegistry
    function creditOf(address account, bytes32 workloadId) external view returns (uint64) {
        return _credits[account][workloadId];
    }

    /// @inheritdoc IMiningRegistry
    function moveCredit(address account, bytes32 from, bytes32 to, uint64 units) external returns (uint64 moved) {
        require(msg.sender == address(creditMoves), NotCreditMoves(address(creditMoves), msg.sender));
        uint64 held = _credits[account][from];
        moved = units < held ? units : held;
        _credits[account][from] = held - moved;
        _credits[account][to] += moved;
    }

    /// @inheritdoc IMiningRegistry
    function subsidyEarned() external view returns (uint256) {
        return (_classRates >> EARNED_SHIFT) * 1 gwei;
    }

    /// @inheritdoc IMiningRegistry
    function auditShare() external view returns (uint16) {
        return uint16(_classRates);
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
        return _token.totalSupply() + totalBurned + _token.burnedByHolders();
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
        _requireClass(class);
        return uint32(_rateOf(_classRates, class));
    }

    /// @inheritdoc IMiningRegistry
    function durationBounds(uint16 workloadType, uint8 class) external view returns (DurationBounds memory bounds) {
        uint32 rate = classRate(class);
        bounds = Rates.boundsIn(_durationBounds[workloadType], class);
        if (bounds.maxMillisPerCu == 0) bounds = Rates.defaultBounds(rate);
    }

    /// @dev The heads of a call's records, once their tasks are known to be what the batch was committed with.
    function _queued(StoredBatch memory stored, bytes calldata settlements, bytes32[] calldata proof)
        private
        pure
        returns (uint256[] memory heads)
    {
        uint256[] memory positions;
        bytes32[] memory leaves;
        (heads, positions, leaves) = SettlementReader.read(settlements, stored.taskCount);
        if (heads.length == 0) return heads;
        bytes32 root = BatchTree.rootOf(positions, leaves, stored.taskCount, proof);
        require(
            root == stored.root,
            WorkloadNotInQueue(bytes32(heads[0].recordOf().wordAt(SettlementReader.WORKLOAD)))
        );
    }

    /// @dev The one path to the mint. Works on `settling` only: marks, clocks and balances are written by `_store`, after every task of
    /// the call has passed. Credit, escalations and deferred pay are the exceptions, written here and reverted with the rest.
    function _settleTask(Settling memory settling, uint256 head) private {
        uint256 record = head.recordOf();
        uint256 shift = _turnMarks(settling, head.indexOf());
        uint256 mark = settling.marks >> shift & MARK;
        uint256 paid = 0;
        if (mark != 0) {
            paid = _paid(settling, head, mark);
            if (paid != 0 && !isWitness(msg.sender)) return;
        }
        _seat(settling, record, head, mark);
        uint256 matching = _matching(settling, record, head);
        if (!_isAgreed(matching)) {
            revert ResultNotAgreed(bytes32(record.wordAt(SettlementReader.RESULT)), _count(matching), QUORUM);
        }
        // What settled before an audit was asked of it stays settled.
        if (_isAudited(settling)) {
            require(matching >> SEATS != 0 || paid != 0, TaskIsAudited(bytes32(SeatFrame.read(FRAME_TASK))));
        }
        uint256 due = matching & ~paid;
        if (mark != 0) {
            // Who was paid before must be among those who agree: one task, one result.
            if (paid & ~matching != 0 || due == 0) return;
            if (due >> SEATS != 0) _escalations[bytes32(SeatFrame.read(FRAME_TASK))].paid |= uint8(due >> SEATS);
        }
        settling.isChanged = true;
        settling.marks |= (due & MARK_PAID) << shift;
        SeatFrame.write(FRAME_BITS, head.seatsOf() | matching << 8 | due << 16);
        if (paid == 0) {
            _spend(settling, record, head);
            uint256 outcomes = _pay(settling, head);
            settling.logged = SettlementLog.add(settling.log, settling.logged, head.indexOf(), outcomes);
        } else {
            uint256 before = settling.minted;
            uint256 outcomes = _pay(settling, head);
            emit SeatsAdded(bytes32(SeatFrame.read(FRAME_TASK)), settling.minted - before, outcomes);
        }
    }

    /// @dev Pays the seats of the task at hand that are due, or puts their pay aside; says what became of each seat.
    function _pay(Settling memory settling, uint256 head) private returns (uint256 outcomes) {
        uint256 amount = SeatFrame.read(FRAME_AMOUNT);
        // A call mints what its tasks' units earn.
        unchecked {
            uint256 paid;
            uint256 late;
            (paid, late, outcomes) = SeatClaims.pay();
            settling.minted += paid * amount;
            if (late != 0) _defer(head.deadlineOf(), late, amount);
        }
    }

    /// @dev Bits of the seats of a task that were paid. A task can be settled with only later seats paid, so a mark says all of it only
    /// if it has not escalated.
    function _paid(Settling memory settling, uint256 head, uint256 mark) private view returns (uint256 paid) {
        paid = mark & MARK_PAID;
        if (mark & MARK_ESCALATED != 0) {
            paid |= uint256(_escalations[taskIdOf(settling.batchId, uint32(head.indexOf()))].paid) << SEATS;
        }
    }

    /// @dev What a task uses up, once: its batch's compute units of its kind, credit of its redeemer.
    function _spend(Settling memory settling, uint256 record, uint256 head) private {
        address redeemer = record.redeemerOf(head);
        if (redeemer != address(0)) {
            _spendCredit(settling, record, head, redeemer);
            return;
        }
        uint256 units = head.computeUnitsOf();
        uint256 remaining = settling.subsidised;
        if (units > remaining) _refuseUnits(settling, remaining, units);
        // Compared above.
        unchecked {
            settling.subsidised = remaining - units;
        }
    }

    function _spendCredit(Settling memory settling, uint256 record, uint256 head, address redeemer) private {
        uint64 units = head.computeUnitsOf();
        uint256 remaining = settling.redeemed;
        if (units > remaining) _refuseUnits(settling, remaining, units);
        // Compared above. Units are below 2^56 and a call has no more of them than its batch.
        unchecked {
            settling.redeemed = remaining - units;
            // Every seat the task can be paid, now or later: it escalates no more.
            bool isEscalated = settling.marks >> _turnMarks(settling, head.indexOf()) & MARK_ESCALATED != 0;
            settling.redeemedSeats += units * (isEscalated ? MOST_SEATS : SEATS);
        }
        bytes32 workloadHash = bytes32(record.wordAt(SettlementReader.WORKLOAD));
        bytes32 creditId = workloadHash;
        uint64 held = _credits[redeemer][creditId];
        if (held < units) {
            creditId = PrepaidCredit.idOf(address(this), redeemer);
            uint64 prepaid = _credits[redeemer][creditId];
            require(prepaid >= units, CreditInsufficient(redeemer, workloadHash, units, held));
            held = prepaid;
        }
        _credits[redeemer][creditId] = held - units;
    }

    function _refuseUnits(Settling memory settling, uint256 remaining, uint256 units) private pure {
        revert BatchUnitsExceeded(settling.batchId, uint64(remaining), uint64(units));
    }

    /// @dev Checks a task's own facts, makes it the one at hand and draws its seats.
    function _seat(Settling memory settling, uint256 record, uint256 head, uint256 mark) private view {
        uint256 deadline = head.deadlineOf();
        uint256 latest = settling.latestDeadline;
        bool isOpen;
        assembly ("memory-safe") {
            isOpen := iszero(or(gt(deadline, latest), gt(timestamp(), deadline)))
        }
        if (!isOpen || head.determinismClassOf() != DETERMINISM_CLASS) _refuseTask(head, latest);
        bytes32 taskId = SeatFrame.turn(
            head.indexOf(), record.wordAt(SettlementReader.WORKLOAD), record.wordAt(SettlementReader.RESULT)
        );
        _drawFirst(settling, deadline, record.seatSecretOf(head));
        if (mark & MARK_ESCALATED == 0) return;

        StoredEscalation storage stored = _escalations[taskId];
        bytes32 seedBlockHash = stored.seedBlockHash;
        // Not pinned, or never: the first seats may still agree.
        if (seedBlockHash == 0) return;
        require(head.hasEscalationSecret(), EscalationSecretMissing(taskId));
        SeatFrame.write(FRAME_STARTS + 32, uint256(stored.seedTime) * 1000);
        bytes32 secret = bytes32(record.wordAt(SettlementReader.ESCALATION));
        uint256 firstSeed = SeatFrame.read(FRAME_DRAW);
        uint256 level = _drawFurther(settling, deadline, secret, seedBlockHash, stored.level);
        SeatFrame.write(FRAME_LEVEL, level);
        // Where the roster gave no further seat there is nobody to audit with: no share is above this.
        SeatFrame.write(FRAME_DRAW, level == SEATS ? type(uint256).max : firstSeed);
    }

    /// @dev What is wrong with a task.
    function _refuseTask(uint256 head, uint256 latest) private view {
        uint8 determinismClass = uint8(head.determinismClassOf());
        require(determinismClass == DETERMINISM_CLASS, DeterminismClassUnknown(determinismClass));
        uint64 deadline = head.deadlineOf();
        require(deadline <= latest, DeadlineOutOfBounds(deadline, block.timestamp, latest));
        revert TaskExpired(deadline, block.timestamp);
    }

    /// @dev Checks every claim of the task at hand, the losing ones too. Bits of the seats that agree with the settlement's result.
    function _matching(Settling memory settling, uint256 record, uint256 head) private view returns (uint256 matching) {
        if (settling.terms != head.termsOf()) _turnTerms(settling, head);
        uint256 claimed = head.seatsOf();
        if (claimed >> SeatFrame.read(FRAME_LEVEL) != 0) _refuseBeyond(record, head);
        uint256 bad;
        uint256 seat;
        (matching, bad, seat) = SeatClaims.check(
            _devices, record.claimsOf(head), claimed | head.ownResultsOf() << 16 | head.namedOf() << 32
        );
        if (bad != 0) _refuseClaim(bad, head, seat);
    }

    /// @dev Names the first claim for a seat that the task does not have.
    function _refuseBeyond(uint256 record, uint256 head) private view {
        uint256 next = record.claimsOf(head);
        SeatClaim memory claim;
        for (uint256 seat = 0;; seat++) {
            if (head.seatsOf() >> seat & 1 == 0) continue;
            (claim, next) = SettlementReader.claimAt(next, head, seat);
            if (seat >= SeatFrame.read(FRAME_LEVEL)) _refuseSeat(claim, 0);
        }
    }

    /// @dev What is wrong with a claim, in the order in which the interface says it is checked.
    function _refuseClaim(uint256 bad, uint256 head, uint256 seat) private view {
        (SeatClaim memory claim,) = SettlementReader.claimAt(bad, head, seat);
        uint256 seated = SeatFrame.seatedIn(seat);
        (bytes32 gpuId, address expected) = _devices.identityOf(uint32(seated.keyOf()));
        if (claim.gpuId != 0 && claim.gpuId != gpuId) _refuseSeat(claim, gpuId);
        uint256 validity = seated.validityOf();
        require(seated.holderOf().revokedBlockOf() == 0, DeviceIsRevoked(gpuId));
        require(validity.validUntilOf() >= block.timestamp, DeviceExpired(gpuId, uint40(validity.validUntilOf())));
        // The frame holds this claim's digest: it was the last one checked. Zero stands for a malformed signature or a high s.
        (address signer,,) = ECDSA.tryRecover(bytes32(SeatFrame.read(FRAME_DIGEST)), claim.r, claim.vs);
        require(signer == expected && signer != address(0), WorkAttestationSignatureInvalid(expected, signer));
        uint256 terms = FRAME_TERMS + seated.holderOf().classOf() * FRAME_TERMS_SIZE;
        uint256 least = SeatFrame.read(terms);
        revert DurationOutOfBounds(claim.duration, uint64(least), uint64(least + SeatFrame.read(terms + 32)));
    }

    /// @dev Makes the terms of each class, and the pay of a seat, those of a task; tasks alike share them.
    function _turnTerms(Settling memory settling, uint256 head) private view {
        settling.terms = head.termsOf();
        uint256 units = head.computeUnitsOf();
        uint256 packed = _durationBounds[head.workloadTypeOf()];
        // Units are below 2^64 and the rate below 2^80.
        unchecked {
            SeatFrame.write(FRAME_AMOUNT, units * settling.mintRate);
        }
        uint256 terms = FRAME_TERMS;
        for (uint256 class = 1; class <= Rates.CLASSES; class++) {
            terms += FRAME_TERMS_SIZE;
            uint256 rate = _rateOf(settling.classRates, class);
            (uint256 least, uint256 most) = Rates.rangeOf(packed, class, rate, units);
            SeatFrame.write(terms, least);
            SeatFrame.write(terms + 32, most - least);
            SeatFrame.write(terms + 64, Rates.leastMillis(units, rate));
        }
    }

    /// @dev Says whether the claim's GPU is unknown or merely not the one drawn.
    function _refuseSeat(SeatClaim memory claim, bytes32 drawn) private view {
        require(claim.gpuId == 0 || _devices.gpuNumberOf(claim.gpuId) != 0, DeviceNotRegistered(claim.gpuId));
        revert SeatNotAssigned(claim.seat, drawn, claim.gpuId);
    }

    /// @dev Puts the pay of seats aside until their clocks admit it; waits instead if the deadline leaves time to.
    function _defer(uint256 deadline, uint256 late, uint256 amount) private {
        bytes32 taskId = bytes32(SeatFrame.read(FRAME_TASK));
        for (uint256 seat = 0; late >> seat != 0; seat++) {
            if (late >> seat & 1 == 0) continue;
            uint256 seated = SeatFrame.seatedIn(seat);
            uint256 payableAt = (SeatFrame.read(FRAME_ENDS + 32 * seat) + 999) / 1000;
            require(payableAt > deadline, ClaimTooEarly(seated.gpuIdOf(), payableAt));
            address operator = seated.holderOf().operatorOf();
            _deferrals[taskId][seat] =
                StoredDeferral({operator: operator, payableAt: uint96(payableAt), amount: amount});
            emit SeatDeferred(taskId, uint8(seat), operator, amount, payableAt);
        }
    }

    /// @dev Keeps the word that has a task's mark in memory; returns where in it the mark starts.
    function _turnMarks(Settling memory settling, uint256 index) private returns (uint256 shift) {
        // A task's index is below 2^20.
        unchecked {
            index += MARKS_BEFORE;
            uint256 word = index / MARKS_PER_WORD;
            if (word != settling.markWord) {
                _storeMarks(settling);
                settling.markWord = word;
                settling.marks = _marks[settling.batchId][word];
            }
            return index % MARKS_PER_WORD * MARK_BITS;
        }
    }

    /// @dev Word 0 is in the batch itself, behind its units.
    function _storeMarks(Settling memory settling) private {
        StoredBatch storage stored = _batches[settling.batchId];
        if (settling.markWord == 0) stored.marks = uint144(settling.marks >> MARKS_SHIFT);
        else _marks[settling.batchId][settling.markWord] = settling.marks;
    }

    function _store(Settling memory settling) private {
        _storeMarks(settling);
        StoredBatch storage stored = _batches[settling.batchId];
        if (settling.redeemedSeats != 0) {
            // Nine tenths of what was burned for the credit, at the lowest price it was ever sold at, less all that may be minted. Not
            // negative: seven seats mint less than is burned. Units are below 2^56, prices below 2^96.
            unchecked {
                uint256 spent = stored.unsettledRedeemed - settling.redeemed;
                uint256 earned = (spent * lowestRedeemPrice - settling.redeemedSeats * settling.mintRate) * 9 / 10 / 1 gwei;
                earned += settling.classRates >> EARNED_SHIFT;
                if (earned > type(uint96).max) earned = type(uint96).max;
                _classRates = uint160(settling.classRates) | earned << EARNED_SHIFT;
            }
            stored.unsettledRedeemed = uint56(settling.redeemed);
        }
        stored.unsettledSubsidised = uint56(settling.subsidised);
        SeatCache.Cache memory cache = settling.cache;
        for (uint256 entry = cache.clocks.last; entry != 0; entry = entry.previousOf()) {
            _clocks[entry.keyOf()] = entry.wordOf(0);
        }
        for (uint256 entry = cache.payees.last; entry != 0; entry = entry.previousOf()) {
            uint256 owed = entry.wordOf(0);
            if (owed != 0) _token.mint(address(uint160(entry.keyOf())), owed);
        }
        SettlementLog.write(settling.log, settling.logged, settling.batchId);
    }

    /// @dev Charges the pay of seats of work that nobody redeemed for.
    function _charge(uint256 batchId, uint256 seats, uint256 units, uint256 rate) private {
        // Units are below 2^64 and the rate below 2^80.
        unchecked {
            if (units != 0) subsidy.charge(batchId, seats * units * rate);
        }
    }

    /// @dev A batch whose seats are fixed.
    function _pinned(uint256 batchId) private view returns (StoredBatch memory stored) {
        stored = _known(batchId);
        if (stored.seedBlockHash != 0) return stored;
        require(block.number <= stored.commitBlock + SEED_DELAY + SEED_WINDOW, BatchVoid(batchId));
        revert SeedNotPinned(batchId);
    }

    /// @param expected about how many devices are seated
    function _load(uint256 batchId, StoredBatch memory stored, uint256 expected)
        private
        view
        returns (Settling memory settling)
    {
        settling.batchId = batchId;
        settling.latestDeadline = stored.latestDeadline;
        settling.seedBlockHash = stored.seedBlockHash;
        settling.rosterLength = stored.rosterLength;
        settling.commitBlock = stored.commitBlock;
        settling.mintRate = stored.mintRate;
        settling.redeemed = stored.unsettledRedeemed;
        settling.subsidised = stored.unsettledSubsidised;
        settling.marks = uint256(stored.marks) << MARKS_SHIFT;
        uint256 classRates = _classRates;
        settling.classRates = classRates;
        if (stored.rosterLength >= AUDITED_SEATS) settling.auditedBelow = classRates << AUDIT_SHIFT;
        settling.terms = NO_TERMS;
        SeatFrame.create(WORK_ATTESTATION_TYPEHASH, _domainSeparatorV4(), batchId, stored.seedTime);
        settling.cache = SeatCache.create(expected < stored.rosterLength ? expected : stored.rosterLength);
    }

    /// @dev Draws the first seats of a task for those who ask.
    function _drawnFor(uint256 batchId, MiningTask calldata task, bytes32 seatSecret)
        private
        view
        returns (Settling memory settling, bytes32 taskId)
    {
        settling = _load(batchId, _pinned(batchId), SEATS);
        taskId = SeatFrame.turn(task.index, uint256(task.workloadHash), 0);
        _drawFirst(settling, task.deadline, seatSecret);
    }

    /// @dev Writes the roster slots of the first seats of the task at hand, a word each.
    function _writeSlots(uint256 place, uint256 count) private pure {
        assembly ("memory-safe") {
            let end := add(FRAME_SEATS, shl(5, count))
            for { let seat := FRAME_SEATS } lt(seat, end) { seat := add(seat, 0x20) } {
                // The key of a seat's device, see `SeatCache`.
                mstore(place, mload(mload(seat)))
                place := add(place, 0x20)
            }
        }
    }

    /// @dev Draws the seats from `from` up to `to` of the task at hand, as many as the roster gives.
    function _draw(Settling memory settling, uint256 deadline, bytes32 seed, uint256 from, uint256 to)
        private
        view
        returns (uint256 filled)
    {
        SeatFrame.write(FRAME_DRAW, uint256(seed));
        filled = from;
        uint256 k = 0;
        while (true) {
            uint256 missing;
            (k, filled, missing) =
                SeatDraw.draw(settling.cache.seats, settling.rosterLength, deadline, k, filled, to);
            if (filled == to || missing == SeatDraw.NONE) return filled;
            settling.cache.load(_devices, _clocks, missing, settling.commitBlock);
        }
    }

    /// @dev Draws the first seats of the task at hand; without all of them there is no task.
    function _drawFirst(Settling memory settling, uint256 deadline, bytes32 seatSecret) private view {
        uint256 filled = _draw(settling, deadline, _hashPair(seatSecret, settling.seedBlockHash), 0, SEATS);
        require(filled == SEATS, RosterTooSmall(filled, SEATS));
    }

    /// @dev Draws the further seats of an escalated task by pairs: how many it has now, 3, 5 or 7.
    function _drawFurther(Settling memory settling, uint256 deadline, bytes32 secret, bytes32 seedBlockHash, uint256 level)
        private
        view
        returns (uint256)
    {
        // There are the first three.
        unchecked {
            return _draw(settling, deadline, _hashPair(secret, seedBlockHash), SEATS, level) - 1 | 1;
        }
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
    function _isAgreed(uint256 matching) private pure returns (bool) {
        return AGREED >> matching & 1 == 1;
    }

    /// @dev The task at hand is one that three seats do not settle: the frame's draw has the seed of its first seats.
    function _isAudited(Settling memory settling) private pure returns (bool) {
        return SeatFrame.read(FRAME_DRAW) < settling.auditedBelow;
    }

    /// @dev How many of the lowest seven bits are set: from a table of three bits, twice, and the last.
    function _count(uint256 bits) private pure returns (uint256 count) {
        unchecked {
            return (BIT_COUNTS >> (bits & 7) * 4 & 3) + (BIT_COUNTS >> (bits >> 3 & 7) * 4 & 3) + (bits >> 6);
        }
    }

    /// @dev keccak256(abi.encode(a, b)).
    function _hashPair(bytes32 a, bytes32 b) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            mstore(0x00, a)
            mstore(0x20, b)
            value := keccak256(0x00, 0x40)
        }
    }

    /// @dev Work comes from the coordinator, unless it is paused.
    function _requireNewWork() private view {
        require(msg.sender == coordinator, NotCoordinator(coordinator, msg.sender));
        require(!isWorkPaused, WorkPaused());
    }

    function _requireClass(uint8 class) private pure {
        require(class >= 1 && class <= Rates.CLASSES, ClassUnknown(class));
    }

    /// @dev CU per hour of a class; zero for one that is not in the table.
    function _rateOf(uint256 classRates, uint256 class) private pure returns (uint256) {
        return classRates >> (class * 32) & type(uint32).max;
    }
}
