// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Governed} from "./governance/Governed.sol";
import {IAttendanceRegistry} from "./interfaces/IAttendanceRegistry.sol";
import {IChallengeRegistry} from "./interfaces/IChallengeRegistry.sol";
import {DcapFacts, IDcapVerifier} from "./interfaces/IDcapVerifier.sol";
import {Device, IDeviceRegistry, RegistrationRequest} from "./interfaces/IDeviceRegistry.sol";
import {GpuFacts, INvidiaVerifier} from "./interfaces/INvidiaVerifier.sol";
import {ISnpVerifier, SnpFacts} from "./interfaces/ISnpVerifier.sol";
import {RosterEntry, RosterWords} from "./roster/RosterWords.sol";

/// @title Device registry
contract DeviceRegistry is IDeviceRegistry, Governed {
    using SafeCast for uint256;

    /// @dev A roster slot as stored: the two words of a `RosterEntry`, then the key they are made of.
    struct Slot {
        address operator;
        uint8 class;
        uint24 gpuNumber;
        uint24 hostNumber;
        uint32 revokedBlock;
        uint8 profile;
        uint160 identity;
        uint32 validUntil;
        uint32 previousValidUntil;
        uint32 refreshedBlock;
        address enclaveKey;
    }

    /// @dev What outlives a slot: where a GPU was last registered (0 = never, else slot + 1), its number (from 1), whether it is
    /// excluded, and the challenge block of its last evidence; of its last registration, block, time of the last extension and until
    /// when a class challenge that it passed counts; and whether it is suspended for absence, and for that alone.
    struct Gpu {
        uint32 slotAndOne;
        uint24 number;
        bool revoked;
        uint64 lastBlockNumber;
        uint32 registeredBlock;
        uint40 extendedAt;
        uint32 provenUntil;
        uint8 absence;
    }

    /// @dev What a processor's evidence says, whoever made the processor. `gpuId` is the one without evidence of the GPU itself.
    struct HostFacts {
        bytes32 hostChip;
        bytes32 gpuId;
        bytes32 measurement;
        bytes32 reportData0;
        bytes32 reportData1;
        uint256 validUntil;
        uint8 profile;
    }

    /// @dev What a request amounts to.
    struct Appraisal {
        bytes32 gpuId;
        bytes32 hostChip;
        uint32 validUntil;
        uint8 profile;
    }

    /// @notice Domain of the binding inside REPORT_DATA.
    bytes32 public constant BINDING_DOMAIN = keccak256("AIT device binding v1");
    /// @notice Longest validity of one piece of evidence.
    uint256 public constant VALIDITY = 24 hours;
    /// @inheritdoc IDeviceRegistry
    uint64 public constant EXTENSION_INTERVAL = 12 hours;
    /// @notice How many blocks back a challenge block may lie.
    uint256 public constant CHALLENGE_BLOCKS = 128;
    uint8 private constant CLASSES = 4;
    uint8 private constant H100 = 1;
    uint8 private constant SEV_SNP = 1;
    uint8 private constant DCAP = 2;
    uint8 private constant ATTESTED_GPU = 1;
    uint8 private constant MEASURED_HOST = 2;
    uint8 private constant MEASURED_ENCLAVE = 3;
    /// @dev `DcapFacts.tee` of an SGX enclave.
    uint8 private constant SGX = 0;
    uint256 private constant HOST_LIMIT_MOST = 16;
    /// @dev How many slots a new registration looks at for a dead one to reuse.
    uint256 private constant SLOT_PROBES = 2;
    /// @dev CHIP_ID in ATTESTATION_REPORT (SEV-SNP ABI 1.58, table 23).
    uint256 private constant CHIP_ID_START = 0x1a0;
    uint256 private constant CHIP_ID_END = 0x1e0;
    /// @dev `refreshedBlock` of a device that has not proven its class: no draw counts its validity.
    uint32 private constant UNPROVEN = type(uint32).max;
    /// @dev The `revokedBlock` of an absent GPU's slot stands for its absence and nothing else, or for something else as well.
    uint8 private constant ABSENT = 1;
    uint8 private constant ABSENT_AND_REVOKED = 2;

    /// @notice The verifier of SEV-SNP evidence, fixed with its roots.
    ISnpVerifier public immutable snp;
    /// @notice The verifier of TDX and SGX quotes, fixed with its roots; zero where there is none.
    IDcapVerifier public immutable dcap;
    /// @notice The verifier of evidence of NVIDIA GPUs, fixed with its roots; zero where there is none.
    INvidiaVerifier public immutable nvidia;
    /// @inheritdoc IDeviceRegistry
    IChallengeRegistry public immutable challenges;
    /// @inheritdoc IDeviceRegistry
    IAttendanceRegistry public immutable attendance;

    // One word, written once by a registration.
    uint32 private _rosterLength;
    uint32 private _nextProbe;
    uint24 private _gpuCount;
    uint24 private _hostCount;
    uint8 private _hostLimit = 8;

    mapping(uint256 slot => Slot) private _roster;
    mapping(uint256 number => bytes32 hostChip) private _hostChips;
    mapping(bytes32 gpuId => Gpu) private _gpus;
    /// @inheritdoc IDeviceRegistry
    /// @dev A key is one GPU's for ever.
    mapping(address enclaveKey => bytes32 gpuId) public gpuOfKey;
    /// @dev A host's number, then its slots, each plus one; the first zero ends them. Up to seven of them share the number's word.
    mapping(bytes32 hostChip => uint32[1 + HOST_LIMIT_MOST] numberAndSlots) private _hosts;
    mapping(uint8 class => uint8 profiles) private _profiles;
    /// @inheritdoc IDeviceRegistry
    mapping(bytes32 measurementHash => bool) public isMeasurementAllowed;

    modifier onlyChallenges() {
        require(msg.sender == address(challenges), NotChallengeRegistry(address(challenges), msg.sender));
        _;
    }

    modifier onlyAttendance() {
        require(msg.sender == address(attendance), NotAttendanceRegistry(address(attendance), msg.sender));
        _;
    }

    /// @param snpVerifier verifier with the pinned roots
    /// @param dcapVerifier verifier with the pinned roots, or zero
    /// @param nvidiaVerifier verifier with the pinned roots, or zero
    /// @param initialGovernor who may revoke, admit measurements and profiles and set the host limit
    /// @param measurementHashes programs admitted from the start
    /// @param profiles for classes 1 to 4, a bit `p` for each trust profile `p` admitted from the start
    /// @param challengeRegistry where classes without evidence of the GPU prove themselves, or zero
    /// @param attendanceRegistry who suspends devices that are silent, or zero
    constructor(
        ISnpVerifier snpVerifier,
        IDcapVerifier dcapVerifier,
        INvidiaVerifier nvidiaVerifier,
        address initialGovernor,
        bytes32[] memory measurementHashes,
        uint8[CLASSES] memory profiles,
        IChallengeRegistry challengeRegistry,
        IAttendanceRegistry attendanceRegistry
    ) Governed(initialGovernor) {
        snp = snpVerifier;
        dcap = dcapVerifier;
        nvidia = nvidiaVerifier;
        challenges = challengeRegistry;
        attendance = attendanceRegistry;
        for (uint256 i = 0; i < measurementHashes.length; i++) {
            _allowMeasurement(measurementHashes[i], true);
        }
        for (uint8 class = 1; class <= CLASSES; class++) {
            for (uint8 profile = ATTESTED_GPU; profile <= MEASURED_ENCLAVE; profile++) {
                if (profiles[class - 1] & (1 << profile) != 0) _admitProfile(class, profile, true);
            }
        }
    }

    /// @inheritdoc IDeviceRegistry
    function registerDevice(RegistrationRequest calldata request) external returns (uint32 slot) {
        Appraisal memory found = _appraise(request);
        Gpu storage gpu = _gpus[found.gpuId];
        bool isOwnSlot;
        if (gpu.slotAndOne != 0) {
            slot = gpu.slotAndOne - 1;
            Slot storage last = _roster[slot];
            require(!_isLive(last), DeviceAlreadyRegistered(found.gpuId, last.validUntil));
            isOwnSlot = last.validUntil < block.timestamp;
        }
        if (!isOwnSlot) slot = _takeSlot();
        uint24 hostNumber = _joinHost(found.hostChip, slot);
        gpu.slotAndOne = slot + 1;
        if (gpu.number == 0) gpu.number = ++_gpuCount;
        uint32 blockNumber = block.number.toUint32();
        gpu.registeredBlock = blockNumber;
        gpu.extendedAt = uint40(block.timestamp);
        gpu.provenUntil = 0;
        // Another registration ends no suspension for absence.
        if (gpu.absence != 0) gpu.absence = ABSENT;
        bool isDemanded = _demandsProof(request.class, found.profile);
        _roster[slot] = Slot({
            operator: msg.sender,
            class: request.class,
            gpuNumber: gpu.number,
            hostNumber: hostNumber,
            revokedBlock: gpu.absence == 0 ? 0 : blockNumber,
            profile: found.profile,
            identity: RosterWords.identityOf(found.gpuId, request.enclaveKey),
            validUntil: found.validUntil,
            previousValidUntil: _roster[slot].validUntil,
            refreshedBlock: isDemanded ? UNPROVEN : blockNumber,
            enclaveKey: request.enclaveKey
        });
        emit DeviceRegistered(
            found.gpuId, msg.sender, found.hostChip, slot, request.class, request.enclaveKey, found.validUntil
        );
        if (isDemanded) emit ClassProofDemanded(found.gpuId);
        if (gpu.absence != 0) emit DeviceSuspendedForAbsence(found.gpuId);
    }

    /// @inheritdoc IDeviceRegistry
    function refreshDevice(RegistrationRequest calldata request) external {
        Appraisal memory found = _appraise(request);
        bytes32 gpuId = found.gpuId;
        uint32 index = slotOf(gpuId);
        Slot storage slot = _roster[index];
        Gpu storage gpu = _gpus[gpuId];
        require(slot.operator == msg.sender, NotOperator(slot.operator, msg.sender));
        require(slot.revokedBlock == 0 || gpu.absence == ABSENT, DeviceIsRevoked(gpuId));
        require(slot.class == request.class, ClassMismatch(slot.class, request.class));
        require(slot.profile == found.profile, ProfileMismatch(slot.profile, found.profile));

        bool isProven = true;
        if (_demandsProof(slot.class, slot.profile)) {
            found.validUntil = uint32(Math.min(found.validUntil, gpu.provenUntil));
            isProven = found.validUntil > slot.validUntil;
        }
        if (isProven && block.timestamp >= uint256(gpu.extendedAt) + EXTENSION_INTERVAL) {
            if (slot.validUntil < block.timestamp) _joinHost(found.hostChip, index);
            slot.previousValidUntil = slot.validUntil;
            // Never shortened: a draw that relied on the old validity must come out the same again.
            if (found.validUntil > slot.validUntil) slot.validUntil = found.validUntil;
            slot.refreshedBlock = block.number.toUint32();
            gpu.extendedAt = uint40(block.timestamp);
        }
        slot.identity = RosterWords.identityOf(gpuId, request.enclaveKey);
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
            _exclude(gpu, _roster[gpu.slotAndOne - 1]);
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
    function proveClass(bytes32 gpuId, uint32 provenUntil) external onlyChallenges {
        Slot storage slot = _roster[slotOf(gpuId)];
        _gpus[gpuId].provenUntil = provenUntil;
        if (slot.refreshedBlock == UNPROVEN) slot.refreshedBlock = block.number.toUint32();
        emit ClassProven(gpuId, provenUntil);
    }

    /// @inheritdoc IDeviceRegistry
    function suspendDevice(bytes32 gpuId) external onlyChallenges {
        _exclude(_gpus[gpuId], _roster[slotOf(gpuId)]);
        emit DeviceSuspended(gpuId);
    }

    /// @inheritdoc IDeviceRegistry
    function suspendAbsent(bytes32 gpuId) external onlyAttendance {
        Slot storage slot = _roster[slotOf(gpuId)];
        require(slot.revokedBlock == 0, DeviceIsRevoked(gpuId));
        slot.revokedBlock = block.number.toUint32();
        _gpus[gpuId].absence = ABSENT;
        emit DeviceSuspendedForAbsence(gpuId);
    }

    /// @inheritdoc IDeviceRegistry
    function resumeDevice(bytes32 gpuId) external onlyAttendance {
        Gpu storage gpu = _gpus[gpuId];
        uint8 absence = gpu.absence;
        require(absence != 0, DeviceNotAbsent(gpuId));
        gpu.absence = 0;
        if (absence != ABSENT) return;
        uint32 index = slotOf(gpuId);
        Slot storage slot = _roster[index];
        _joinHost(_hostChips[slot.hostNumber], index);
        slot.revokedBlock = 0;
        // No draw over an earlier block finds the device here: as of then it was suspended.
        slot.previousValidUntil = 0;
        if (slot.refreshedBlock != UNPROVEN) slot.refreshedBlock = block.number.toUint32();
        gpu.extendedAt = uint40(block.timestamp);
        emit DeviceResumed(gpuId);
    }

    /// @inheritdoc IDeviceRegistry
    function allowMeasurement(bytes32 measurementHash, bool allowed) external onlyGovernor {
        _allowMeasurement(measurementHash, allowed);
    }

    /// @inheritdoc IDeviceRegistry
    function admitProfile(uint8 class, uint8 profile, bool admitted) external onlyGovernor {
        _admitProfile(class, profile, admitted);
    }

    /// @inheritdoc IDeviceRegistry
    function setHostLimit(uint256 limit) external onlyGovernor {
        require(limit >= 1 && limit <= HOST_LIMIT_MOST, LimitOutOfBounds(limit, 1, HOST_LIMIT_MOST));
        _hostLimit = uint8(limit);
        emit HostLimitChanged(limit);
    }

    /// @inheritdoc IDeviceRegistry
    function hostLimit() external view returns (uint256) {
        return _hostLimit;
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
    function profileOf(uint32 slot) external view returns (uint8) {
        require(slot < _rosterLength, SlotUnknown(slot, _rosterLength));
        return _roster[slot].profile;
    }

    /// @inheritdoc IDeviceRegistry
    function rosterLength() external view returns (uint32) {
        return _rosterLength;
    }

    /// @inheritdoc IDeviceRegistry
    function isRevoked(bytes32 gpuId) external view returns (bool) {
        return _gpus[gpuId].revoked;
    }

    /// @inheritdoc IDeviceRegistry
    function isAbsent(bytes32 gpuId) external view returns (bool) {
        return _gpus[gpuId].absence != 0;
    }

    /// @inheritdoc IDeviceRegistry
    function rosterEntry(uint32 slot) external view returns (RosterEntry memory) {
        Slot storage found = _roster[slot];
        // Settlement asks this of every device it seats: straight from storage into the answer.
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(answer, sload(found.slot))
            mstore(add(answer, 0x20), sload(add(found.slot, 1)))
            return(answer, 0x40)
        }
    }

    /// @inheritdoc IDeviceRegistry
    function provenUntilOf(bytes32 gpuId) external view returns (uint40) {
        return _gpus[gpuId].provenUntil;
    }

    /// @inheritdoc IDeviceRegistry
    function identityOf(uint32 slot) external view returns (bytes32 gpuId, address enclaveKey) {
        require(slot < _rosterLength, SlotUnknown(slot, _rosterLength));
        enclaveKey = _roster[slot].enclaveKey;
        gpuId = gpuOfKey[enclaveKey];
    }

    /// @inheritdoc IDeviceRegistry
    function gpuNumberOf(bytes32 gpuId) external view returns (uint24) {
        return _gpus[gpuId].number;
    }

    /// @inheritdoc IDeviceRegistry
    function device(uint32 slot) public view returns (Device memory) {
        require(slot < _rosterLength, SlotUnknown(slot, _rosterLength));
        Slot storage found = _roster[slot];
        bytes32 gpuId = gpuOfKey[found.enclaveKey];
        Gpu storage gpu = _gpus[gpuId];
        return Device({
            gpuId: gpuId,
            hostChip: _hostChips[found.hostNumber],
            operator: found.operator,
            class: found.class,
            validUntil: found.validUntil,
            previousValidUntil: found.previousValidUntil,
            enclaveKey: found.enclaveKey,
            registeredBlock: gpu.slotAndOne == slot + 1 ? gpu.registeredBlock : 0,
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

    /// @inheritdoc IDeviceRegistry
    function isProfileAdmitted(uint8 class, uint8 profile) public view returns (bool) {
        // An enclave drives no GPU: it is a measured host of the lowest grade, and never admitted where those are not.
        uint8 needed = uint8(1 << profile) | (profile == MEASURED_ENCLAVE ? uint8(1 << MEASURED_HOST) : 0);
        return profile >= ATTESTED_GPU && profile <= MEASURED_ENCLAVE && _profiles[class] & needed == needed;
    }

    /// @dev Everything evidence must show, for a registration and a refresh alike. Marks evidence and enclave key as used.
    function _appraise(RegistrationRequest calldata request) private returns (Appraisal memory found) {
        require(request.class >= 1 && request.class <= CLASSES, ClassUnknown(request.class));
        require(request.enclaveKey != address(0), EnclaveKeyMissing());
        _challengeOf(request.blockNumber);

        HostFacts memory host = _verifyHost(request);
        found.hostChip = host.hostChip;
        found.gpuId = host.gpuId;
        found.profile = host.profile;
        uint256 end = host.validUntil;
        GpuFacts memory gpuFacts;
        bytes32 gpuEvidence;
        if (request.gpu.report.length != 0) {
            require(address(nvidia) != address(0), ProfileNotAdmitted(request.class, ATTESTED_GPU));
            gpuFacts = nvidia.verify(request.gpu);
            bool ofClass = request.class == H100 && gpuFacts.chip == "GH100";
            require(ofClass, ChipNotOfClass(request.class, gpuFacts.chip));
            gpuEvidence = sha256(request.gpu.report);
            found.gpuId = gpuFacts.gpuId;
            // Evidence of the GPU lifts a guest that drives it, and nothing that does not.
            if (found.profile == MEASURED_HOST) found.profile = ATTESTED_GPU;
            end = Math.min(end, gpuFacts.validUntil);
        }
        require(isProfileAdmitted(request.class, found.profile), ProfileNotAdmitted(request.class, found.profile));
        require(!_gpus[found.gpuId].revoked, DeviceIsRevoked(found.gpuId));
        require(isMeasurementAllowed[host.measurement], MeasurementNotAllowed(host.measurement));
        bytes32 binding = _bindingOf(msg.sender, request.enclaveKey, found.gpuId, request.class, request.blockNumber);
        require(host.reportData0 == binding, ReportDataMismatch(binding, host.reportData0));
        require(host.reportData1 == gpuEvidence, ReportDataMismatch(gpuEvidence, host.reportData1));
        require(gpuEvidence == 0 || gpuFacts.nonce == binding, GpuNonceMismatch(binding, gpuFacts.nonce));
        require(end >= block.timestamp, EvidenceExpired(end, block.timestamp));
        _useEvidence(request, found.gpuId);
        found.validUntil = uint32(Math.min(end, block.timestamp + VALIDITY));
    }

    /// @dev The processor's evidence, by the verifier of its platform.
    function _verifyHost(RegistrationRequest calldata request) private returns (HostFacts memory host) {
        host.profile = MEASURED_HOST;
        if (request.platform == SEV_SNP) {
            SnpFacts memory facts = snp.verify(request.report, request.endorsement, request.hints);
            host.hostChip = facts.chipId;
            host.gpuId = keccak256(abi.encodePacked(request.report[CHIP_ID_START:CHIP_ID_END], request.gpuUuid));
            host.measurement = facts.measurement;
            (host.reportData0, host.reportData1) = (facts.reportData0, facts.reportData1);
            host.validUntil = facts.validUntil;
        } else {
            require(request.platform == DCAP && address(dcap) != address(0), PlatformNotAccepted(request.platform));
            uint256 length = request.endorsement.length;
            require(length == 32, IdentifierLengthInvalid(32, length));
            DcapFacts memory facts = dcap.verify(request.report, bytes32(request.endorsement), request.hints);
            host.hostChip = facts.chipId;
            host.gpuId = keccak256(abi.encodePacked(facts.chipId, request.gpuUuid));
            host.measurement = facts.measurement;
            (host.reportData0, host.reportData1) = (facts.reportData0, facts.reportData1);
            host.validUntil = facts.validUntil;
            if (facts.tee == SGX) host.profile = MEASURED_ENCLAVE;
        }
    }

    /// @dev Evidence is bound to its GPU and its challenge block: rising blocks make it serve once, whatever its unsigned bytes say.
    function _useEvidence(RegistrationRequest calldata request, bytes32 gpuId) private {
        Gpu storage gpu = _gpus[gpuId];
        require(request.blockNumber > gpu.lastBlockNumber, EvidenceReused(gpu.lastBlockNumber, request.blockNumber));
        gpu.lastBlockNumber = request.blockNumber;
        bytes32 known = gpuOfKey[request.enclaveKey];
        if (known != gpuId) {
            require(known == 0, EnclaveKeyInUse(request.enclaveKey));
            gpuOfKey[request.enclaveKey] = gpuId;
        }
    }

    /// @dev A slot nobody can be seated in any more: one whose validity has run out, else a new one. Looking at a few slots per
    /// registration, in turn, keeps the cost fixed and the roster from filling up with the dead.
    function _takeSlot() private returns (uint32) {
        uint256 length = _rosterLength;
        uint256 probe = _nextProbe;
        for (uint256 i = 0; i < SLOT_PROBES && i < length; i++) {
            uint256 candidate = probe % length;
            probe = candidate + 1;
            Slot storage slot = _roster[candidate];
            if (slot.validUntil < block.timestamp) {
                _nextProbe = uint32(probe);
                Gpu storage former = _gpus[gpuOfKey[slot.enclaveKey]];
                if (former.slotAndOne == candidate + 1) former.slotAndOne = 0;
                return uint32(candidate);
            }
        }
        _nextProbe = uint32(probe);
        _rosterLength = (length + 1).toUint32();
        return uint32(length);
    }

    /// @dev Counts the slot among the live GPUs of its host, in place of a dead one where there is one. Numbers a new host.
    function _joinHost(bytes32 hostChip, uint32 slot) private returns (uint24 number) {
        uint32[1 + HOST_LIMIT_MOST] storage host = _hosts[hostChip];
        number = uint24(host[0]);
        if (number == 0) {
            number = ++_hostCount;
            _hostChips[number] = hostChip;
            host[0] = number;
        }
        uint256 place = 0;
        uint256 live = 0;
        for (uint256 i = 1; i <= HOST_LIMIT_MOST; i++) {
            uint32 other = host[i];
            if (other == slot + 1) {
                place = i;
            } else if (other != 0 && _roster[other - 1].hostNumber == number && _isLive(_roster[other - 1])) {
                live++;
            } else if (place == 0) {
                place = i;
            }
            if (other == 0) break;
        }
        // As many places as the limit can ever be: with fewer live ones than that, one is free.
        require(live < _hostLimit, HostFull(hostChip, _hostLimit));
        host[place] = slot + 1;
    }

    /// @dev Takes a slot out of the draws for another reason than absence.
    function _exclude(Gpu storage gpu, Slot storage slot) private {
        if (gpu.absence != 0) gpu.absence = ABSENT_AND_REVOKED;
        if (slot.revokedBlock == 0) slot.revokedBlock = block.number.toUint32();
    }

    function _admitProfile(uint8 class, uint8 profile, bool admitted) private {
        require(class >= 1 && class <= CLASSES, ClassUnknown(class));
        require(profile >= ATTESTED_GPU && profile <= MEASURED_ENCLAVE, ProfileUnknown(profile));
        uint8 bit = uint8(1 << profile);
        _profiles[class] = admitted ? _profiles[class] | bit : _profiles[class] & ~bit;
        emit ProfileAdmitted(class, profile, admitted);
    }

    function _allowMeasurement(bytes32 measurementHash, bool allowed) private {
        isMeasurementAllowed[measurementHash] = allowed;
        emit MeasurementAllowed(measurementHash, allowed);
    }

    /// @dev Whether a device of this class and profile is in no draw before it has passed a class challenge.
    function _demandsProof(uint8 class, uint8 profile) private view returns (bool) {
        return profile != ATTESTED_GPU && address(challenges) != address(0) && challenges.isDemanded(class);
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
