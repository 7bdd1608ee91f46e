// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AIToken} from "./AIToken.sol";
import {Governed} from "./governance/Governed.sol";
import {IAIToken} from "./interfaces/IAIToken.sol";
import {Device, IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {
    Batch,
    DurationBounds,
    IMiningRegistry,
    MiningTask,
    SeatClaim,
    TaskSettlement
} from "./interfaces/IMiningRegistry.sol";
import {Rates} from "./mining/Rates.sol";
import {SeatCache} from "./mining/SeatCache.sol";

/// @title Mining registry
contract MiningRegistry is IMiningRegistry, Governed, EIP712 {
    using SafeCast for uint256;
    using SeatCache for SeatCache.Cache;

    /// @dev A batch as stored: four words.
    struct StoredBatch {
        bytes32 root;
        bytes32 seedBlockHash;
        uint96 mintRate;
        uint64 computeUnits;
        uint32 taskCount;
        uint32 rosterLength;
        uint64 unsettledComputeUnits;
        uint40 commitBlock;
        uint40 seedTime;
        uint40 latestDeadline;
    }

    /// @dev `changeableAt`: from when on no batch committed at an earlier rate can settle.
    struct StoredRates {
        uint96 mintRate;
        uint96 redeemPrice;
        uint40 changeableAt;
    }

    /// @dev Working memory of one `settle` call. Written back to storage once, at its end.
    struct Settling {
        uint256 batchId;
        bytes32 root;
        bytes32 seedBlockHash;
        uint256 mintRate;
        uint256 rosterLength;
        uint256 commitBlock;
        uint256 taskCount;
        uint256 latestDeadline;
        uint256 seedMillis;
        uint256 remainingUnits;
        uint256 settledWord;
        uint256 settledBits;
        uint256 classRates;
        bytes32 domainSeparator;
        uint256 minted;
        bool isChanged;
        SeatCache.Cache cache;
    }

    /// @notice EIP-712 type of the statement an enclave key signs.
    bytes32 public constant WORK_ATTESTATION_TYPEHASH = keccak256(
        "WorkAttestation(bytes32 taskId,bytes32 workloadHash,bytes32 resultHash,bytes32 gpuId,uint64 duration)"
    );
    /// @notice The one determinism class: exact integer arithmetic.
    uint8 public constant DETERMINISM_CLASS = 1;
    /// @notice Independent seats per task.
    uint256 public constant SEATS = 3;
    /// @notice Equal results that make an agreement.
    uint256 public constant QUORUM = 2;
    /// @notice Draws after which a roster is too small.
    uint256 public constant MOST_DRAWS = 64;
    /// @notice Blocks from commitment to the seed block.
    uint256 public constant SEED_DELAY = 2;
    /// @notice Blocks after the seed block in which its hash can be pinned.
    uint256 public constant SEED_WINDOW = 256;
    /// @notice Least credit a redemption buys, micro-CU.
    uint256 public constant LEAST_REDEEMED_UNITS = 1000;
    uint32 private constant CLASS_RATE_MOST = 1_000_000;
    uint8 private constant REASON_SILENT = 1;
    uint8 private constant REASON_MINORITY = 2;

    IAIToken private immutable _token;
    IDeviceRegistry private immutable _devices;
    /// @dev Tasks live shorter than this, so that at most one extension of a device falls into a task's life.
    uint256 private immutable _taskLifetime;

    /// @inheritdoc IMiningRegistry
    address public coordinator;
    /// @inheritdoc IMiningRegistry
    uint256 public batchCount;
    StoredRates private _rates = StoredRates({mintRate: 1e11, redeemPrice: 1e12, changeableAt: 0});
    /// @inheritdoc IMiningRegistry
    uint256 public lowestRedeemPrice = 1e12;
    /// @inheritdoc IMiningRegistry
    uint256 public totalBurned;
    /// @dev CU per hour of class c in the 32 bits from bit 32 * c.
    uint256 private _classRates = uint256(1000) << 32 | uint256(600) << 64 | uint256(400) << 96 | uint256(800) << 128;
    mapping(uint16 workloadType => mapping(uint8 class => DurationBounds)) private _durationBounds;
    mapping(uint256 batchId => StoredBatch) private _batches;
    mapping(uint256 batchId => mapping(uint256 word => uint256 bits)) private _settled;
    mapping(bytes32 gpuId => uint64 millis) private _busyUntil;
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
        require(taskCount != 0 && computeUnits != 0, BatchEmpty());
        require(
            latestDeadline > block.timestamp && latestDeadline < block.timestamp + _taskLifetime,
            DeadlineOutOfBounds(latestDeadline, block.timestamp + 1, block.timestamp + _taskLifetime - 1)
        );
        uint32 rosterLength = _devices.rosterLength();
        require(rosterLength >= SEATS, RosterTooSmall(rosterLength, SEATS));
        batchId = ++batchCount;
        uint96 rate = _rates.mintRate;
        _batches[batchId] = StoredBatch({
            root: root,
            seedBlockHash: 0,
            mintRate: rate,
            computeUnits: computeUnits,
            taskCount: taskCount,
            rosterLength: rosterLength,
            unsettledComputeUnits: computeUnits,
            commitBlock: block.number.toUint40(),
            seedTime: 0,
            latestDeadline: uint40(latestDeadline)
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
        uint256 seedBlock = stored.commitBlock + SEED_DELAY;
        require(block.number > seedBlock, SeedNotReady(uint64(seedBlock), block.number));
        bytes32 seedBlockHash = block.number - seedBlock <= SEED_WINDOW ? blockhash(seedBlock) : bytes32(0);
        require(seedBlockHash != 0, SeedTooOld(uint64(seedBlock), block.number));
        stored.seedBlockHash = seedBlockHash;
        stored.seedTime = uint40(block.timestamp);
        emit SeedPinned(batchId, seedBlockHash, uint64(block.timestamp));
    }

    /// @inheritdoc IMiningRegistry
    function settle(uint256 batchId, TaskSettlement[] calldata settlements) external returns (uint256 minted) {
        Settling memory settling = _load(batchId, settlements.length);
        for (uint256 i = 0; i < settlements.length; i++) {
            _settleTask(settling, settlements[i]);
        }
        minted = settling.minted;
        _store(settling);
    }

    /// @inheritdoc IMiningRegistry
    function openWorkloads(bytes32[] calldata workloadIds, uint64[] calldata computeUnits) external onlyCoordinator {
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
            newMintRate <= type(uint96).max && newRedeemPrice <= type(uint96).max
                && Rates.isWashLosing(newMintRate, newRedeemPrice)
                && Rates.isWashLosing(newMintRate, lowestRedeemPrice)
                && Rates.isWashLosing(current.mintRate, newRedeemPrice),
            RateOutOfBounds(newMintRate, newRedeemPrice)
        );
        if (newRedeemPrice < lowestRedeemPrice) lowestRedeemPrice = newRedeemPrice;
        _rates = StoredRates({
            mintRate: uint96(newMintRate),
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
        _durationBounds[workloadType][class] = bounds;
        emit DurationBoundsChanged(workloadType, class, bounds);
    }

    /// @inheritdoc IMiningRegistry
    function setCoordinator(address newCoordinator) external onlyGovernor {
        emit CoordinatorChanged(coordinator, newCoordinator);
        coordinator = newCoordinator;
    }

    /// @inheritdoc IMiningRegistry
    function batch(uint256 batchId) external view returns (Batch memory) {
        StoredBatch storage stored = _known(batchId);
        return Batch({
            root: stored.root,
            seedBlockHash: stored.seedBlockHash,
            mintRate: stored.mintRate,
            computeUnits: stored.computeUnits,
            unsettledComputeUnits: stored.unsettledComputeUnits,
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
        return _settled[batchId][index >> 8] >> (index & 0xff) & 1 == 1;
    }

    /// @inheritdoc IMiningRegistry
    function seatsOf(uint256 batchId, MiningTask calldata task, bytes32 seatSecret)
        external
        view
        returns (uint32[3] memory slots)
    {
        Settling memory settling = _load(batchId, 1);
        uint256[3] memory seats = _draw(settling, taskIdOf(batchId, task.index), task, seatSecret);
        for (uint256 i = 0; i < SEATS; i++) {
            slots[i] = uint32(settling.cache.seats[seats[i]].slot);
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
        return _busyUntil[gpuId];
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
    function taskIdOf(uint256 batchId, uint32 index) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), batchId, index));
    }

    /// @inheritdoc IMiningRegistry
    function workAttestationDigest(
        bytes32 taskId,
        bytes32 workloadHash,
        bytes32 resultHash,
        bytes32 gpuId,
        uint64 duration
    ) external view returns (bytes32) {
        return _digest(_domainSeparatorV4(), taskId, workloadHash, resultHash, gpuId, duration);
    }

    /// @inheritdoc IMiningRegistry
    function classRate(uint8 class) public view returns (uint32) {
        require(class >= 1 && class <= Rates.CLASSES, ClassUnknown(class));
        return uint32(_rateOf(_classRates, class));
    }

    /// @inheritdoc IMiningRegistry
    function durationBounds(uint16 workloadType, uint8 class) external view returns (DurationBounds memory bounds) {
        uint32 rate = classRate(class);
        bounds = _durationBounds[workloadType][class];
        if (bounds.maxMillisPerCu == 0) bounds = Rates.defaultBounds(rate);
    }

    /// @dev The one path to the mint. Works on `settling` only: storage of the task, its devices and its operators is written by
    /// `_store`, after every task of the call has passed. Credit is the exception, written here and reverted with the rest.
    function _settleTask(Settling memory settling, TaskSettlement calldata settlement) private {
        MiningTask calldata task = settlement.task;
        _turnToWord(settling, task.index >> 8);
        uint256 bit = 1 << (task.index & 0xff);
        if (settling.settledBits & bit != 0) return;

        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(task))));
        require(
            task.index < settling.taskCount && MerkleProof.verifyCalldata(settlement.proof, settling.root, leaf),
            WorkloadNotInQueue(task.workloadHash)
        );
        require(task.determinismClass == DETERMINISM_CLASS, DeterminismClassUnknown(task.determinismClass));
        require(
            task.deadline <= settling.latestDeadline,
            DeadlineOutOfBounds(task.deadline, block.timestamp, settling.latestDeadline)
        );
        require(block.timestamp <= task.deadline, TaskExpired(task.deadline, block.timestamp));
        bytes32 secretHash = keccak256(abi.encode(settlement.seatSecret));
        require(secretHash == task.seatSecretHash, SeatSecretMismatch(task.seatSecretHash, secretHash));

        bytes32 taskId = taskIdOf(settling.batchId, task.index);
        uint256[3] memory seats = _draw(settling, taskId, task, settlement.seatSecret);
        uint256 paid = _checkClaims(settling, taskId, settlement, seats);

        settling.settledBits |= bit;
        settling.isChanged = true;
        require(
            task.computeUnits <= settling.remainingUnits,
            BatchUnitsExceeded(settling.batchId, uint64(settling.remainingUnits), task.computeUnits)
        );
        // Cannot underflow: compared one line above.
        unchecked {
            settling.remainingUnits -= task.computeUnits;
        }
        if (task.redeemer != address(0)) _spendCredit(task);
        uint256 minted = _pay(settling, taskId, settlement, seats);
        settling.minted += minted;
        emit TaskSettled(
            taskId,
            settling.batchId,
            task.workloadHash,
            task.index,
            settlement.resultHash,
            task.computeUnits,
            uint8(paid),
            minted
        );
    }

    /// @dev Checks every claim, the losing ones too, and returns how many agree with the settlement's result.
    function _checkClaims(
        Settling memory settling,
        bytes32 taskId,
        TaskSettlement calldata settlement,
        uint256[3] memory seats
    ) private view returns (uint256 matching) {
        SeatClaim[] calldata claims = settlement.claims;
        uint256 nextSeat = 0;
        for (uint256 i = 0; i < claims.length; i++) {
            SeatClaim calldata claim = claims[i];
            uint256 seat = claim.seat;
            require(seat >= nextSeat, ClaimsNotAscending());
            nextSeat = seat + 1;
            if (seat >= SEATS) _refuseSeat(claim, 0);
            _checkClaim(settling, taskId, settlement.task, claim, settling.cache.seats[seats[seat]].device);
            if (claim.resultHash == settlement.resultHash) matching++;
        }
        require(matching >= QUORUM, ResultNotAgreed(settlement.resultHash, matching, QUORUM));
    }

    function _checkClaim(
        Settling memory settling,
        bytes32 taskId,
        MiningTask calldata task,
        SeatClaim calldata claim,
        Device memory device
    ) private view {
        bytes32 gpuId = claim.gpuId;
        if (gpuId != device.gpuId) _refuseSeat(claim, device.gpuId);
        require(device.revokedBlock == 0, DeviceIsRevoked(gpuId));
        require(device.validUntil >= block.timestamp, DeviceExpired(gpuId, device.validUntil));

        uint64 duration = claim.duration;
        bytes32 digest =
            _digest(settling.domainSeparator, taskId, task.workloadHash, claim.resultHash, gpuId, duration);
        (address signer,,) = ECDSA.tryRecover(digest, claim.r, claim.vs);
        require(
            signer == device.enclaveKey && signer != address(0),
            WorkAttestationSignatureInvalid(device.enclaveKey, signer)
        );
        (uint64 least, uint64 most) =
            _durationRange(settling.classRates, task.workloadType, device.class, task.computeUnits);
        require(duration >= least && duration <= most, DurationOutOfBounds(duration, least, most));
    }

    /// @dev Says whether the claim's GPU is unknown or merely not the one drawn.
    function _refuseSeat(SeatClaim calldata claim, bytes32 drawn) private view {
        require(_isRegistered(claim.gpuId), DeviceNotRegistered(claim.gpuId));
        revert SeatNotAssigned(claim.seat, drawn, claim.gpuId);
    }

    /// @dev Moves the clocks of the agreeing seats and credits their operators; tells the others why they earn nothing.
    function _pay(
        Settling memory settling,
        bytes32 taskId,
        TaskSettlement calldata settlement,
        uint256[3] memory seats
    ) private returns (uint256 minted) {
        SeatClaim[] calldata claims = settlement.claims;
        uint256 units = settlement.task.computeUnits;
        uint256 amount = units * settling.mintRate;
        uint256 next = 0;
        for (uint256 seat = 0; seat < SEATS; seat++) {
            SeatCache.Seated memory seated = settling.cache.seats[seats[seat]];
            if (next == claims.length || claims[next].seat != seat) {
                emit SeatUnpaid(taskId, seated.device.gpuId, REASON_SILENT);
                continue;
            }
            SeatClaim calldata claim = claims[next++];
            if (claim.resultHash != settlement.resultHash) {
                emit SeatUnpaid(taskId, seated.device.gpuId, REASON_MINORITY);
                continue;
            }
            _advanceClock(settling, seated, claim.duration, units);
            settling.cache.credit(seated.device.operator, amount);
            minted += amount;
            emit SeatPaid(taskId, claim.gpuId, seated.device.operator, claim.duration, amount);
        }
    }

    function _advanceClock(
        Settling memory settling,
        SeatCache.Seated memory seated,
        uint256 duration,
        uint256 units
    ) private view {
        if (!seated.isClockRead) {
            seated.clock = _busyUntil[seated.device.gpuId];
            seated.isClockRead = true;
        }
        uint256 start = seated.clock > settling.seedMillis ? seated.clock : settling.seedMillis;
        uint256 least = Rates.leastMillis(units, _rateOf(settling.classRates, seated.device.class));
        uint256 end = start + (duration > least ? duration : least);
        require(end <= block.timestamp * 1000, ClaimTooEarly(seated.device.gpuId, (end + 999) / 1000));
        seated.clock = end;
        seated.isClockMoved = true;
    }

    function _spendCredit(MiningTask calldata task) private {
        uint64 held = _credits[task.redeemer][task.workloadHash];
        require(
            held >= task.computeUnits, CreditInsufficient(task.redeemer, task.workloadHash, task.computeUnits, held)
        );
        _credits[task.redeemer][task.workloadHash] = held - task.computeUnits;
    }

    /// @dev Keeps the bitmap word of the current task in memory.
    function _turnToWord(Settling memory settling, uint256 word) private {
        if (word == settling.settledWord) return;
        _settled[settling.batchId][settling.settledWord] = settling.settledBits;
        settling.settledWord = word;
        settling.settledBits = _settled[settling.batchId][word];
    }

    function _store(Settling memory settling) private {
        if (!settling.isChanged) return;
        _settled[settling.batchId][settling.settledWord] = settling.settledBits;
        _batches[settling.batchId].unsettledComputeUnits = uint64(settling.remainingUnits);
        SeatCache.Cache memory cache = settling.cache;
        for (uint256 i = 1; i <= cache.seatCount; i++) {
            SeatCache.Seated memory seated = cache.seats[i];
            if (seated.isClockMoved) _busyUntil[seated.device.gpuId] = uint64(seated.clock);
        }
        for (uint256 i = 1; i <= cache.payeeCount; i++) {
            SeatCache.Payee memory payee = cache.payees[i];
            _token.mint(payee.operator, payee.owed);
        }
    }

    function _load(uint256 batchId, uint256 tasks) private view returns (Settling memory settling) {
        StoredBatch storage stored = _known(batchId);
        bytes32 seedBlockHash = stored.seedBlockHash;
        uint256 commitBlock = stored.commitBlock;
        if (seedBlockHash == 0) {
            require(block.number <= commitBlock + SEED_DELAY + SEED_WINDOW, BatchVoid(batchId));
            revert SeedNotPinned(batchId);
        }
        settling.batchId = batchId;
        settling.root = stored.root;
        settling.seedBlockHash = seedBlockHash;
        settling.mintRate = stored.mintRate;
        settling.rosterLength = stored.rosterLength;
        settling.commitBlock = commitBlock;
        settling.taskCount = stored.taskCount;
        settling.latestDeadline = stored.latestDeadline;
        settling.seedMillis = uint256(stored.seedTime) * 1000;
        settling.remainingUnits = stored.unsettledComputeUnits;
        settling.settledBits = _settled[batchId][0];
        settling.classRates = _classRates;
        settling.domainSeparator = _domainSeparatorV4();
        uint256 expected = tasks * SEATS;
        settling.cache =
            SeatCache.create(expected < settling.rosterLength ? expected : settling.rosterLength);
    }

    /// @dev The seats of a task, as places in the cache.
    function _draw(Settling memory settling, bytes32 taskId, MiningTask calldata task, bytes32 seatSecret)
        private
        view
        returns (uint256[3] memory seats)
    {
        SeatCache.Cache memory cache = settling.cache;
        bytes32 seed = keccak256(abi.encode(seatSecret, settling.seedBlockHash));
        uint256 deadline = task.deadline;
        uint256 seated = 0;
        for (uint256 k = 0; k < MOST_DRAWS; k++) {
            uint256 slot = uint256(_hash(seed, taskId, k)) % settling.rosterLength;
            uint256 place = cache.find(slot);
            if (place == 0) place = cache.add(slot, _devices.device(uint32(slot)));
            Device memory device = cache.seats[place].device;
            if (!_couldServe(device, settling.commitBlock, deadline)) continue;
            if (_isTaken(cache, device, seats, seated)) continue;
            seats[seated++] = place;
            if (seated == SEATS) return seats;
        }
        revert RosterTooSmall(seated, SEATS);
    }

    /// @dev What `durationBounds` gives, applied to `units`.
    function _durationRange(uint256 classRates, uint16 workloadType, uint8 class, uint256 units)
        private
        view
        returns (uint64 least, uint64 most)
    {
        DurationBounds storage bounds = _durationBounds[workloadType][class];
        uint256 maxMillisPerCu = bounds.maxMillisPerCu;
        if (maxMillisPerCu == 0) return Rates.defaultRange(_rateOf(classRates, class), units);
        return Rates.durationRange(bounds.minMillisPerCu, maxMillisPerCu, bounds.slackMillis, units);
    }

    function _isRegistered(bytes32 gpuId) private view returns (bool) {
        try _devices.slotOf(gpuId) returns (uint32) {
            return true;
        } catch {
            return false;
        }
    }

    function _known(uint256 batchId) private view returns (StoredBatch storage stored) {
        stored = _batches[batchId];
        require(stored.commitBlock != 0, BatchUnknown(batchId));
    }

    /// @dev As of the commitment block: not revoked or retired, and valid up to the deadline.
    function _couldServe(Device memory device, uint256 commitBlock, uint256 deadline) private pure returns (bool) {
        if (device.revokedBlock != 0 && device.revokedBlock <= commitBlock) return false;
        uint256 validUntil = device.refreshedBlock <= commitBlock ? device.validUntil : device.previousValidUntil;
        return validUntil >= deadline;
    }

    function _isTaken(SeatCache.Cache memory cache, Device memory device, uint256[3] memory seats, uint256 seated)
        private
        pure
        returns (bool)
    {
        for (uint256 i = 0; i < seated; i++) {
            Device memory other = cache.seats[seats[i]].device;
            if (
                device.operator == other.operator || device.hostChip == other.hostChip || device.gpuId == other.gpuId
            ) return true;
        }
        return false;
    }

    function _digest(
        bytes32 domainSeparator,
        bytes32 taskId,
        bytes32 workloadHash,
        bytes32 resultHash,
        bytes32 gpuId,
        uint64 duration
    ) private pure returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(
            domainSeparator,
            keccak256(abi.encode(WORK_ATTESTATION_TYPEHASH, taskId, workloadHash, resultHash, gpuId, duration))
        );
    }

    /// @dev keccak256(abi.encode(seed, taskId, k)) at the free memory pointer, which stays where it is: draws are many.
    function _hash(bytes32 seed, bytes32 taskId, uint256 k) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, seed)
            mstore(add(free, 0x20), taskId)
            mstore(add(free, 0x40), k)
            value := keccak256(free, 0x60)
        }
    }

    /// @dev CU per hour of a class; zero for one that is not in the table.
    function _rateOf(uint256 classRates, uint8 class) private pure returns (uint256) {
        return classRates >> (uint256(class) * 32) & type(uint32).max;
    }
}
