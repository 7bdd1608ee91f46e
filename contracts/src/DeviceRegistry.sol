// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Governed} from "./governance/Governed.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "./interfaces/IDeviceRegistry.sol";
import {ISnpVerifier, SnpFacts} from "./interfaces/ISnpVerifier.sol";

/// @title Device registry
contract DeviceRegistry is IDeviceRegistry, Governed {
    using SafeCast for uint256;

    /// @dev A roster slot as stored: four words are read to settle, the fifth only to refresh.
    struct Slot {
        bytes32 gpuId;
        bytes32 hostChip;
        address operator;
        uint8 class;
        uint40 validUntil;
        uint40 previousValidUntil;
        address enclaveKey;
        uint32 registeredBlock;
        uint32 refreshedBlock;
        uint32 revokedBlock;
        uint40 extendedAt;
    }

    /// @dev What outlives a slot: where a GPU was last registered (0 = never, else slot + 1), and whether it is excluded.
    struct Gpu {
        uint32 slotAndOne;
        bool revoked;
    }

    /// @notice Domain of the binding inside REPORT_DATA.
    bytes32 public constant BINDING_DOMAIN = keccak256("AIT device binding v1");
    /// @notice Longest validity of one piece of evidence.
    uint256 public constant VALIDITY = 24 hours;
    /// @inheritdoc IDeviceRegistry
    uint64 public constant EXTENSION_INTERVAL = 1 hours;
    /// @notice How many blocks back a challenge block may lie.
    uint256 public constant CHALLENGE_BLOCKS = 128;
    uint8 private constant CLASSES = 4;
    uint256 private constant HOST_LIMIT_MOST = 16;
    /// @dev How many slots a new registration looks at for a dead one to reuse.
    uint256 private constant SLOT_PROBES = 2;
    /// @dev CHIP_ID in ATTESTATION_REPORT (SEV-SNP ABI 1.58, table 23).
    uint256 private constant CHIP_ID_START = 0x1a0;
    uint256 private constant CHIP_ID_END = 0x1e0;

    /// @notice The verifier of SEV-SNP evidence, fixed with its roots.
    ISnpVerifier public immutable snp;

    /// @inheritdoc IDeviceRegistry
    uint256 public hostLimit = 8;
    uint256 private _nextProbe;
    Slot[] private _roster;
    mapping(bytes32 gpuId => Gpu) private _gpus;
    mapping(address enclaveKey => bytes32 gpuId) private _gpuOfKey;
    mapping(bytes32 hostChip => uint32[] slots) private _hosts;
    mapping(bytes32 reportId => bool) private _usedReports;
    /// @inheritdoc IDeviceRegistry
    mapping(bytes32 measurementHash => bool) public isMeasurementAllowed;

    /// @param snpVerifier verifier with the pinned roots
    /// @param initialGovernor who may revoke, admit measurements and set the host limit
    /// @param measurementHashes programs admitted from the start
    constructor(ISnpVerifier snpVerifier, address initialGovernor, bytes32[] memory measurementHashes)
        Governed(initialGovernor)
    {
        snp = snpVerifier;
        for (uint256 i = 0; i < measurementHashes.length; i++) {
            _allowMeasurement(measurementHashes[i], true);
        }
    }

    /// @inheritdoc IDeviceRegistry
    function registerDevice(RegistrationRequest calldata request) external returns (uint32 slot) {
        (bytes32 gpuId, bytes32 hostChip, uint40 validUntil) = _appraise(request);
        Gpu storage gpu = _gpus[gpuId];
        bool isOwnSlot;
        if (gpu.slotAndOne != 0) {
            slot = gpu.slotAndOne - 1;
            Slot storage last = _roster[slot];
            require(!_isLive(last), DeviceAlreadyRegistered(gpuId, last.validUntil));
            isOwnSlot = last.validUntil < block.timestamp;
        }
        if (!isOwnSlot) slot = _takeSlot();
        _joinHost(hostChip, slot);
        gpu.slotAndOne = slot + 1;

        uint32 blockNumber = block.number.toUint32();
        _roster[slot] = Slot({
            gpuId: gpuId,
            hostChip: hostChip,
            operator: msg.sender,
            class: request.class,
            validUntil: validUntil,
            previousValidUntil: _roster[slot].validUntil,
            enclaveKey: request.enclaveKey,
            registeredBlock: blockNumber,
            refreshedBlock: blockNumber,
            revokedBlock: 0,
            extendedAt: uint40(block.timestamp)
        });
        emit DeviceRegistered(gpuId, msg.sender, hostChip, slot, request.class, request.enclaveKey, validUntil);
    }

    /// @inheritdoc IDeviceRegistry
    function refreshDevice(RegistrationRequest calldata request) external {
        (bytes32 gpuId, bytes32 hostChip, uint40 validUntil) = _appraise(request);
        uint32 index = slotOf(gpuId);
        Slot storage slot = _roster[index];
        require(slot.operator == msg.sender, NotOperator(slot.operator, msg.sender));
        require(slot.revokedBlock == 0, DeviceIsRevoked(gpuId));
        require(slot.class == request.class, ClassMismatch(slot.class, request.class));

        if (block.timestamp >= uint256(slot.extendedAt) + EXTENSION_INTERVAL) {
            if (slot.validUntil < block.timestamp) _joinHost(hostChip, index);
            slot.previousValidUntil = slot.validUntil;
            // Never shortened: a draw that relied on the old validity must come out the same again.
            if (validUntil > slot.validUntil) slot.validUntil = validUntil;
            slot.refreshedBlock = block.number.toUint32();
            slot.extendedAt = uint40(block.timestamp);
        }
        slot.enclaveKey = request.enclaveKey;
        emit DeviceRefreshed(gpuId, request.enclaveKey, slot.validUntil);
    }

    /// @inheritdoc IDeviceRegistry
    function retireDevice(bytes32 gpuId) external {
        Slot storage slot = _roster[slotOf(gpuId)];
        require(slot.operator == msg.sender, NotOperator(slot.operator, msg.sender));
        require(slot.revokedBlock == 0, DeviceIsRevoked(gpuId));
        slot.revokedBlock = block.number.toUint32();
        emit DeviceRetired(gpuId);
    }

    /// @inheritdoc IDeviceRegistry
    function revokeDevice(bytes32 gpuId, bytes32 reason) external onlyGovernor {
        Gpu storage gpu = _gpus[gpuId];
        require(!gpu.revoked, DeviceIsRevoked(gpuId));
        gpu.revoked = true;
        if (gpu.slotAndOne != 0) {
            Slot storage slot = _roster[gpu.slotAndOne - 1];
            if (slot.revokedBlock == 0) slot.revokedBlock = block.number.toUint32();
        }
        emit DeviceRevoked(gpuId, reason);
    }

    /// @inheritdoc IDeviceRegistry
    function reinstateDevice(bytes32 gpuId) external onlyGovernor {
        require(_gpus[gpuId].revoked, DeviceNotRevoked(gpuId));
        _gpus[gpuId].revoked = false;
        emit DeviceReinstated(gpuId);
    }

    /// @inheritdoc IDeviceRegistry
    function allowMeasurement(bytes32 measurementHash, bool allowed) external onlyGovernor {
        _allowMeasurement(measurementHash, allowed);
    }

    /// @inheritdoc IDeviceRegistry
    function setHostLimit(uint256 limit) external onlyGovernor {
        require(limit >= 1 && limit <= HOST_LIMIT_MOST, LimitOutOfBounds(limit, 1, HOST_LIMIT_MOST));
        hostLimit = limit;
        emit HostLimitChanged(limit);
    }

    /// @inheritdoc IDeviceRegistry
    function devicesAt(uint32[] calldata slots) external view returns (Device[] memory found) {
        found = new Device[](slots.length);
        for (uint256 i = 0; i < slots.length; i++) {
            found[i] = device(slots[i]);
        }
    }

    /// @inheritdoc IDeviceRegistry
    function bindingOf(address operator, address enclaveKey, bytes32 gpuId, uint8 class, uint64 blockNumber)
        external
        view
        returns (bytes32)
    {
        return _bindingOf(operator, enclaveKey, gpuId, class, blockNumber);
    }

    /// @inheritdoc IDeviceRegistry
    function rosterLength() external view returns (uint32) {
        return uint32(_roster.length);
    }

    /// @inheritdoc IDeviceRegistry
    function isRevoked(bytes32 gpuId) external view returns (bool) {
        return _gpus[gpuId].revoked;
    }

    /// @inheritdoc IDeviceRegistry
    function device(uint32 slot) public view returns (Device memory) {
        require(slot < _roster.length, SlotUnknown(slot, uint32(_roster.length)));
        Slot storage found = _roster[slot];
        return Device({
            gpuId: found.gpuId,
            hostChip: found.hostChip,
            operator: found.operator,
            class: found.class,
            validUntil: found.validUntil,
            previousValidUntil: found.previousValidUntil,
            enclaveKey: found.enclaveKey,
            registeredBlock: found.registeredBlock,
            refreshedBlock: found.refreshedBlock,
            revokedBlock: found.revokedBlock
        });
    }

    /// @inheritdoc IDeviceRegistry
    function slotOf(bytes32 gpuId) public view returns (uint32) {
        uint32 slotAndOne = _gpus[gpuId].slotAndOne;
        require(slotAndOne != 0, DeviceNotRegistered(gpuId));
        return slotAndOne - 1;
    }

    /// @dev Everything evidence must show, for a registration and a refresh alike. Marks report and enclave key as used.
    function _appraise(RegistrationRequest calldata request)
        private
        returns (bytes32 gpuId, bytes32 hostChip, uint40 validUntil)
    {
        require(request.class >= 1 && request.class <= CLASSES, ClassUnknown(request.class));
        require(request.enclaveKey != address(0), EnclaveKeyMissing());
        _challengeOf(request.blockNumber);

        SnpFacts memory facts = snp.verify(request.report, request.vcek);
        hostChip = facts.chipId;
        gpuId = keccak256(abi.encodePacked(request.report[CHIP_ID_START:CHIP_ID_END], request.gpuUuid));
        require(!_gpus[gpuId].revoked, DeviceIsRevoked(gpuId));
        require(isMeasurementAllowed[facts.measurement], MeasurementNotAllowed(facts.measurement));
        bytes32 binding = _bindingOf(msg.sender, request.enclaveKey, gpuId, request.class, request.blockNumber);
        require(facts.reportData0 == binding, ReportDataMismatch(binding, facts.reportData0));
        require(facts.reportData1 == 0, ReportDataMismatch(0, facts.reportData1));
        require(facts.validUntil >= block.timestamp, EvidenceExpired(facts.validUntil, block.timestamp));

        require(!_usedReports[facts.reportId], EvidenceReused(facts.reportId));
        _usedReports[facts.reportId] = true;
        bytes32 gpuOfKey = _gpuOfKey[request.enclaveKey];
        if (gpuOfKey != gpuId) {
            require(gpuOfKey == 0, EnclaveKeyInUse(request.enclaveKey));
            _gpuOfKey[request.enclaveKey] = gpuId;
        }
        validUntil = uint40(Math.min(facts.validUntil, block.timestamp + VALIDITY));
    }

    /// @dev A slot nobody can be seated in any more: one whose validity has run out, else a new one. Looking at a few slots per
    /// registration, in turn, keeps the cost fixed and the roster from filling up with the dead.
    function _takeSlot() private returns (uint32) {
        uint256 length = _roster.length;
        uint256 probe = _nextProbe;
        for (uint256 i = 0; i < SLOT_PROBES && i < length; i++) {
            uint256 candidate = probe % length;
            probe = candidate + 1;
            Slot storage slot = _roster[candidate];
            if (slot.validUntil < block.timestamp) {
                _nextProbe = probe;
                Gpu storage former = _gpus[slot.gpuId];
                if (former.slotAndOne == candidate + 1) former.slotAndOne = 0;
                return uint32(candidate);
            }
        }
        _nextProbe = probe;
        _roster.push();
        return length.toUint32();
    }

    /// @dev Counts the slot among the live GPUs of its host, in place of a dead one where there is one.
    function _joinHost(bytes32 hostChip, uint32 slot) private {
        uint32[] storage slots = _hosts[hostChip];
        uint256 length = slots.length;
        uint256 place = length;
        uint256 live = 0;
        for (uint256 i = 0; i < length; i++) {
            uint32 other = slots[i];
            if (other == slot) {
                place = i;
            } else if (_roster[other].hostChip == hostChip && _isLive(_roster[other])) {
                live++;
            } else if (place == length) {
                place = i;
            }
        }
        require(live < hostLimit, HostFull(hostChip, hostLimit));
        if (place == length) slots.push(slot);
        else slots[place] = slot;
    }

    function _allowMeasurement(bytes32 measurementHash, bool allowed) private {
        isMeasurementAllowed[measurementHash] = allowed;
        emit MeasurementAllowed(measurementHash, allowed);
    }

    function _isLive(Slot storage slot) private view returns (bool) {
        return slot.revokedBlock == 0 && slot.validUntil >= block.timestamp;
    }

    function _bindingOf(address operator, address enclaveKey, bytes32 gpuId, uint8 class, uint64 blockNumber)
        private
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                BINDING_DOMAIN,
                block.chainid,
                address(this),
                operator,
                enclaveKey,
                gpuId,
                class,
                uint256(blockNumber),
                _challengeOf(blockNumber)
            )
        );
    }

    function _challengeOf(uint64 blockNumber) private view returns (bytes32 challenge) {
        bool isRecent = blockNumber < block.number && block.number - blockNumber <= CHALLENGE_BLOCKS;
        challenge = isRecent ? blockhash(blockNumber) : bytes32(0);
        require(challenge != 0, ChallengeBlockUnknown(blockNumber, block.number));
    }
}
