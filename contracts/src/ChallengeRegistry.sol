// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Governed} from "./governance/Governed.sol";
import {Challenge, ChallengeTerms, ClassStatement, IChallengeRegistry} from "./interfaces/IChallengeRegistry.sol";
import {Device, IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";

/// @title Challenge registry
contract ChallengeRegistry is IChallengeRegistry, Governed, EIP712 {
    using SafeCast for uint256;

    bytes32 private constant STATEMENT_TYPEHASH = keccak256(
        "ClassStatement(uint256 challengeId,bytes32 gpuId,bytes32 witness,bytes32 nonce,bytes32 answer,bool isCorrect,uint32 duration)"
    );
    /// @inheritdoc IChallengeRegistry
    uint256 public constant PROOF_VALIDITY = 24 hours;
    /// @inheritdoc IChallengeRegistry
    uint256 public constant ANSWER_WINDOW = 30 minutes;
    /// @inheritdoc IChallengeRegistry
    uint256 public constant LIFE = 1 hours;
    /// @inheritdoc IChallengeRegistry
    uint256 public constant COOLDOWN = 1 hours;
    /// @notice Blocks from the opening to the block whose hash draws the witnesses.
    uint256 public constant SEED_DELAY = 2;
    /// @notice Blocks after which a hash cannot be read any more.
    uint256 public constant SEED_WINDOW = 256;
    /// @notice Slots that are drawn before a roster counts as too small.
    uint256 public constant MOST_DRAWS = 64;
    uint8 private constant CLASSES = 4;
    uint8 private constant ATTESTED_GPU = 1;
    uint8 private constant WITNESSES = 3;
    /// @dev Statements that agree, and so the fewest witnesses.
    uint8 private constant AGREEING = 2;
    uint8 private constant PASSED = 1;
    uint8 private constant FAILED = 2;
    uint8 private constant VOID = 3;
    // What the engine takes, docs/challenge.md; three runs one after the other fit the answer window twice.
    uint256 private constant MOST_COUNTED = 1 << 20;
    uint256 private constant MOST_WIDE = 1 << 14;
    uint256 private constant MOST_BYTES = 1 << 40;
    uint256 private constant LONGEST_DEADLINE = 5 minutes * 1000;

    /// @inheritdoc IChallengeRegistry
    IDeviceRegistry public devices;
    /// @inheritdoc IChallengeRegistry
    uint256 public challengeCount;
    /// @inheritdoc IChallengeRegistry
    mapping(bytes32 gpuId => uint256 challengeId) public challengeOf;
    address private immutable _creator;
    mapping(uint8 class => ChallengeTerms) private _terms;
    mapping(uint256 challengeId => Challenge) private _challenges;
    /// @dev No challenge of this host is opened before.
    mapping(bytes32 hostChip => uint256 time) private _closedUntil;

    /// @param initialGovernor who may set terms
    /// @param terms of classes 1 to 4 from the start
    constructor(address initialGovernor, ChallengeTerms[4] memory terms)
        Governed(initialGovernor)
        EIP712("AIT class challenges", "1")
    {
        _creator = msg.sender;
        for (uint8 class = 1; class <= CLASSES; class++) {
            _setTerms(class, terms[class - 1]);
        }
    }

    /// @inheritdoc IChallengeRegistry
    function attach(IDeviceRegistry deviceRegistry) external {
        require(msg.sender == _creator, NotCreator(_creator, msg.sender));
        require(address(devices) == address(0), AlreadyAttached(address(devices)));
        address named = address(deviceRegistry.challenges());
        require(named == address(this), AttachedElsewhere(address(this), named));
        devices = deviceRegistry;
    }

    /// @inheritdoc IChallengeRegistry
    function setTerms(uint8 class, ChallengeTerms calldata terms) external onlyGovernor {
        require(class >= 1 && class <= CLASSES, ClassUnknown(class));
        _setTerms(class, terms);
    }

    /// @inheritdoc IChallengeRegistry
    function open(bytes32 gpuId) external returns (uint256 challengeId) {
        uint32 slot = devices.slotOf(gpuId);
        Device memory device = devices.device(slot);
        require(msg.sender == device.operator || msg.sender == governor, NotChallenger(device.operator, msg.sender));
        require(
            isDemanded(device.class) && devices.profileOf(slot) != ATTESTED_GPU, ChallengeNotDemanded(gpuId)
        );
        require(_isLive(device, block.timestamp), DeviceNotLive(gpuId));
        _requirePossible(gpuId, device.hostChip);

        challengeId = ++challengeCount;
        challengeOf[gpuId] = challengeId;
        Challenge storage opened = _challenges[challengeId];
        opened.gpuId = gpuId;
        opened.slot = slot;
        opened.class = device.class;
        opened.openedAt = uint40(block.timestamp);
        opened.openedBlock = block.number.toUint32();
        opened.rosterLength = devices.rosterLength();
        opened.terms = _terms[device.class];
        emit ChallengeOpened(challengeId, gpuId, device.class);
    }

    /// @inheritdoc IChallengeRegistry
    function draw(uint256 challengeId) external {
        Challenge storage found = _openChallenge(challengeId);
        require(found.seed == 0, WitnessesAlreadyDrawn(challengeId));
        uint256 seedBlock = found.openedBlock + SEED_DELAY;
        require(block.number > seedBlock, SeedNotReady(seedBlock, block.number));
        bytes32 seed = block.number - seedBlock <= SEED_WINDOW ? blockhash(seedBlock) : bytes32(0);
        require(seed != 0, SeedTooOld(seedBlock, block.number));
        (uint32[3] memory witnesses, uint8 count) = _drawn(challengeId, found, seed);
        found.seed = seed;
        found.witnesses = witnesses;
        found.witnessCount = count;
        emit WitnessesDrawn(challengeId, witnesses, count);
        if (count < AGREEING) _decide(challengeId, found, VOID);
    }

    /// @inheritdoc IChallengeRegistry
    function submit(uint256 challengeId, ClassStatement[] calldata statements) external {
        Challenge storage found = _openChallenge(challengeId);
        require(found.seed != 0, WitnessesNotDrawn(challengeId));
        for (uint256 i = 0; i < statements.length && found.verdict == 0; i++) {
            ClassStatement calldata statement = statements[i];
            uint8 witness = statement.witness;
            require(witness < found.witnessCount, WitnessUnknown(witness, found.witnessCount));
            uint8 bit = uint8(1 << witness);
            require((found.passes | found.failures) & bit == 0, StatementRepeated(witness));
            _requireSigned(challengeId, found, statement);
            // The deadline is kept here: a witness says what it saw, not whether that is enough.
            bool passes = statement.isCorrect && statement.duration <= found.terms.deadline;
            if (passes) found.passes |= bit;
            else found.failures |= bit;
            emit StatementTaken(
                challengeId, witness, statement.nonce, statement.answer, statement.isCorrect, statement.duration
            );
            if (_count(passes ? found.passes : found.failures) >= AGREEING) {
                _decide(challengeId, found, passes ? PASSED : FAILED);
            }
        }
    }

    /// @inheritdoc IChallengeRegistry
    function challenge(uint256 challengeId) external view returns (Challenge memory) {
        _requireKnown(challengeId);
        return _challenges[challengeId];
    }

    /// @inheritdoc IChallengeRegistry
    function termsOf(uint8 class) external view returns (ChallengeTerms memory) {
        return _terms[class];
    }

    /// @inheritdoc IChallengeRegistry
    function isDemanded(uint8 class) public view returns (bool) {
        return _terms[class].tiles != 0;
    }

    /// @inheritdoc IChallengeRegistry
    function statementDigest(
        uint256 challengeId,
        bytes32 gpuId,
        bytes32 witnessGpuId,
        bytes32 nonce,
        bytes32 answer,
        bool isCorrect,
        uint32 duration
    ) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    STATEMENT_TYPEHASH, challengeId, gpuId, witnessGpuId, nonce, answer, isCorrect, duration
                )
            )
        );
    }

    /// @dev One after the other, each slot that the seed names, until there are three who may witness.
    function _drawn(uint256 challengeId, Challenge storage found, bytes32 seed)
        private
        view
        returns (uint32[3] memory witnesses, uint8 count)
    {
        Device[4] memory seated;
        seated[WITNESSES] = devices.device(found.slot);
        for (uint256 k = 0; k < MOST_DRAWS && count < WITNESSES; k++) {
            uint32 slot = uint32(uint256(keccak256(abi.encode(seed, challengeId, k))) % found.rosterLength);
            Device memory candidate = devices.device(slot);
            if (!_mayWitness(candidate, found) || !_isDistinct(candidate, seated)) continue;
            seated[count] = candidate;
            witnesses[count++] = slot;
        }
    }

    /// @dev Registered at the opening, proven or attested, and there for as long as the challenge is.
    function _mayWitness(Device memory candidate, Challenge storage found) private view returns (bool) {
        return candidate.registeredBlock != 0 && candidate.registeredBlock <= found.openedBlock
            && candidate.refreshedBlock <= block.number && _isLive(candidate, found.openedAt + LIFE);
    }

    function _isDistinct(Device memory candidate, Device[4] memory seated) private pure returns (bool) {
        for (uint256 i = 0; i < seated.length; i++) {
            if (candidate.operator == seated[i].operator || candidate.hostChip == seated[i].hostChip) return false;
        }
        return true;
    }

    /// @dev Closes a challenge and lets the device registry know. A device that changed hands meanwhile is not the one that was challenged.
    function _decide(uint256 challengeId, Challenge storage found, uint8 verdict) private {
        found.verdict = verdict;
        emit ChallengeDecided(challengeId, found.gpuId, verdict);
        if (verdict == VOID) return;
        Device memory device = devices.device(found.slot);
        bool isSame = device.gpuId == found.gpuId && device.registeredBlock != 0
            && device.registeredBlock <= found.openedBlock && _isLive(device, block.timestamp);
        require(isSame, DeviceNotLive(found.gpuId));
        if (verdict == PASSED) {
            devices.proveClass(found.gpuId, (block.timestamp + PROOF_VALIDITY).toUint32());
        } else {
            _closedUntil[device.hostChip] = block.timestamp + COOLDOWN;
            devices.suspendDevice(found.gpuId);
        }
    }

    function _setTerms(uint8 class, ChallengeTerms memory terms) private {
        if (terms.tiles != 0) {
            _requireBounded(terms.tiles, 1, MOST_COUNTED);
            _requireBounded(terms.width, 256, MOST_WIDE);
            _requireBounded(terms.rows, 16, MOST_WIDE);
            _requireBounded(terms.steps, 1, MOST_COUNTED);
            _requireBounded(terms.deadline, 1, LONGEST_DEADLINE);
            uint256 memoryBytes = uint256(terms.tiles) * terms.width * terms.width;
            require(memoryBytes <= MOST_BYTES, MemoryOutOfBounds(memoryBytes, MOST_BYTES));
        }
        _terms[class] = terms;
        emit TermsChanged(class, terms);
    }

    function _openChallenge(uint256 challengeId) private view returns (Challenge storage found) {
        _requireKnown(challengeId);
        found = _challenges[challengeId];
        require(found.verdict == 0, ChallengeOver(challengeId, found.verdict));
        uint256 lapsedAt = found.openedAt + LIFE;
        require(block.timestamp < lapsedAt, ChallengeLapsed(challengeId, lapsedAt));
    }

    function _requireKnown(uint256 challengeId) private view {
        require(challengeId != 0 && challengeId <= challengeCount, ChallengeUnknown(challengeId));
    }

    /// @dev Not beside one that is open, and not right after one of the same host failed: a lucky draw of witnesses is not for the asking.
    function _requirePossible(bytes32 gpuId, bytes32 hostChip) private view {
        uint256 possibleAt = _closedUntil[hostChip];
        uint256 last = challengeOf[gpuId];
        if (last != 0 && _challenges[last].verdict == 0) {
            uint256 lapsedAt = _challenges[last].openedAt + LIFE;
            if (lapsedAt > possibleAt) possibleAt = lapsedAt;
        }
        require(block.timestamp >= possibleAt, ChallengeTooEarly(gpuId, possibleAt));
    }

    function _requireSigned(uint256 challengeId, Challenge storage found, ClassStatement calldata statement)
        private
        view
    {
        Device memory device = devices.device(found.witnesses[statement.witness]);
        require(
            device.registeredBlock != 0 && device.registeredBlock <= found.openedBlock
                && _isLive(device, block.timestamp),
            DeviceNotLive(device.gpuId)
        );
        bytes32 digest = statementDigest(
            challengeId,
            found.gpuId,
            device.gpuId,
            statement.nonce,
            statement.answer,
            statement.isCorrect,
            statement.duration
        );
        (address signer,,) = ECDSA.tryRecover(digest, statement.r, statement.vs);
        require(signer == device.enclaveKey, StatementSignatureInvalid(device.enclaveKey, signer));
    }

    function _requireBounded(uint256 found, uint256 granule, uint256 most) private pure {
        require(found >= granule && found <= most && found % granule == 0, TermOutOfBounds(found, granule, most));
    }

    function _isLive(Device memory device, uint256 time) private pure returns (bool) {
        return device.revokedBlock == 0 && device.validUntil >= time;
    }

    function _count(uint8 bits) private pure returns (uint256) {
        return (bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1);
    }
}
