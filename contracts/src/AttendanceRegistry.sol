// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {QueuedTask} from "./bonds/QueuedTask.sol";
import {Governed} from "./governance/Governed.sol";
import {
    Absence,
    AbsenceReport,
    Attendance,
    AttendanceTerms,
    IAttendanceRegistry
} from "./interfaces/IAttendanceRegistry.sol";
import {Device, IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {IMiningRegistry, MiningTask} from "./interfaces/IMiningRegistry.sol";

/// @title Attendance registry
contract AttendanceRegistry is IAttendanceRegistry, Governed, EIP712 {
    using QueuedTask for MiningTask;
    using SafeCast for uint256;

    bytes32 private constant LIFE_TYPEHASH =
        keccak256("ProofOfLife(bytes32 gpuId,uint64 blockNumber,bytes32 blockHash)");
    /// @inheritdoc IAttendanceRegistry
    uint256 public constant LIFE_BLOCKS = 128;
    uint256 private constant SEATS = 3;
    /// @dev No task lives longer: `IDeviceRegistry.EXTENSION_INTERVAL`.
    uint256 private constant LEAST_COOLDOWN = 12 hours;
    uint256 private constant MOST_COOLDOWN = 30 days;
    /// @dev Of the shortest cooldown, this often doubled is more than the longest.
    uint256 private constant MOST_DOUBLINGS = 6;

    /// @inheritdoc IAttendanceRegistry
    IMiningRegistry public mining;
    IDeviceRegistry private _devices;
    address private immutable _creator;
    AttendanceTerms private _terms;
    mapping(bytes32 taskId => mapping(bytes32 gpuId => Absence)) private _absences;
    mapping(bytes32 gpuId => Attendance) private _attendance;

    /// @param initialGovernor who may set the terms
    constructor(address initialGovernor) Governed(initialGovernor) EIP712("AIT attendance", "1") {
        _creator = msg.sender;
        _setTerms(
            AttendanceTerms({
                absences: 3,
                answerWindow: 1 hours,
                cooldown: 12 hours,
                longestCooldown: 7 days,
                period: 14 days
            })
        );
    }

    /// @inheritdoc IAttendanceRegistry
    function attach(IMiningRegistry miningRegistry) external {
        require(msg.sender == _creator, NotCreator(_creator, msg.sender));
        require(address(mining) == address(0), AlreadyAttached(address(mining)));
        IDeviceRegistry deviceRegistry = miningRegistry.devices();
        address named = address(deviceRegistry.attendance());
        require(named == address(this), AttachedElsewhere(address(this), named));
        uint256 lifetime = deviceRegistry.EXTENSION_INTERVAL();
        require(lifetime <= LEAST_COOLDOWN, TermOutOfBounds(2, lifetime, MOST_COOLDOWN, LEAST_COOLDOWN));
        mining = miningRegistry;
        _devices = deviceRegistry;
    }

    /// @inheritdoc IAttendanceRegistry
    function reportAll(AbsenceReport[] calldata found) external {
        for (uint256 i = 0; i < found.length; i++) {
            report(found[i]);
        }
    }

    /// @inheritdoc IAttendanceRegistry
    function report(AbsenceReport calldata found) public returns (bytes32 gpuId) {
        (uint256 batchId, uint32 index, uint8 seat) = (found.batchId, found.task.index, found.seat);
        uint256 deadline = found.task.deadline;
        require(
            found.task.isQueued(mining.batch(batchId), found.seatSecret, found.proof), TaskNotInBatch(batchId, index)
        );
        require(block.timestamp <= deadline, ReportTooLate(deadline));
        bytes32 taskId = mining.taskIdOf(batchId, index);
        uint32 slot = _slotOf(found);
        require(!_isPaid(batchId, index, seat), SeatPaid(taskId, seat));
        Device memory device = _devices.device(slot);
        gpuId = device.gpuId;
        require(device.revokedBlock == 0, DeviceNotDrawn(gpuId));
        require(_absences[taskId][gpuId].reportedAt == 0, AbsenceKnown(taskId, gpuId));
        _absences[taskId][gpuId] = Absence({
            batchId: batchId.toUint64(),
            index: index,
            seat: seat,
            deadline: deadline.toUint40(),
            reportedAt: uint40(block.timestamp),
            reportedBlock: uint40(block.number),
            isAnswered: false
        });
        _attendance[gpuId].absences++;
        emit AbsenceReported(gpuId, taskId, batchId, index, seat, uint64(deadline + _terms.answerWindow));
    }

    /// @inheritdoc IAttendanceRegistry
    function answer(
        bytes32 taskId,
        bytes32 workloadHash,
        bytes32 gpuId,
        bytes32 resultHash,
        uint64 duration,
        bytes32 r,
        bytes32 vs
    ) external {
        Absence storage found = _open(taskId, gpuId);
        bytes32 digest = mining.workAttestationDigest(taskId, workloadHash, resultHash, gpuId, duration);
        (address signer,,) = ECDSA.tryRecover(digest, r, vs);
        bytes32 signing = signer == address(0) ? bytes32(0) : _devices.gpuOfKey(signer);
        require(signing == gpuId, AnswerSignatureInvalid(gpuId, signing));
        found.isAnswered = true;
        Attendance storage known = _attendance[gpuId];
        // What was reported before the last proof of life is not counted any more.
        if (found.reportedAt > known.aliveAt) known.absences--;
        emit AbsenceAnswered(gpuId, taskId, resultHash);
    }

    /// @inheritdoc IAttendanceRegistry
    function suspend(bytes32 gpuId, bytes32[] calldata taskIds) external {
        AttendanceTerms memory current = _terms;
        require(taskIds.length == current.absences, AbsencesMiscounted(current.absences, taskIds.length));
        Attendance storage known = _attendance[gpuId];
        uint256 aliveAt = known.aliveAt;
        uint256 busyUntil = mining.busyUntil(gpuId);
        uint256 refreshedBlock = _devices.device(_devices.slotOf(gpuId)).refreshedBlock;
        bytes32 least = 0;
        for (uint256 i = 0; i < taskIds.length; i++) {
            bytes32 taskId = taskIds[i];
            require(taskId > least, TasksNotAscending());
            least = taskId;
            Absence memory found = _open(taskId, gpuId);
            uint256 countsFrom = uint256(found.deadline) + current.answerWindow;
            require(block.timestamp >= countsFrom, AnswerableUntil(taskId, countsFrom));
            require(!_isPaid(found.batchId, found.index, found.seat), SeatPaid(taskId, found.seat));
            require(
                aliveAt < found.reportedAt && refreshedBlock < found.reportedBlock
                    && busyUntil <= uint256(found.reportedAt) * 1000,
                AliveSince(gpuId, taskId)
            );
        }
        uint256 doublings = 0;
        if (known.resumedAt != 0 && block.timestamp <= uint256(known.resumedAt) + current.period) {
            doublings = Math.min(uint256(known.doublings) + 1, MOST_DOUBLINGS);
        }
        uint256 cooldown = Math.min(uint256(current.cooldown) << doublings, current.longestCooldown);
        known.doublings = uint8(doublings);
        known.resumableAt = (block.timestamp + cooldown).toUint40();
        emit SilentDeviceSuspended(gpuId, known.resumableAt);
        _devices.suspendAbsent(gpuId);
    }

    /// @inheritdoc IAttendanceRegistry
    function proveLife(bytes32 gpuId, uint64 blockNumber, bytes32 r, bytes32 vs) external {
        Device memory device = _devices.device(_devices.slotOf(gpuId));
        require(device.validUntil >= block.timestamp, EvidenceLapsed(gpuId, device.validUntil));
        Attendance storage known = _attendance[gpuId];
        bool isRecent = blockNumber < block.number && block.number - blockNumber <= LIFE_BLOCKS;
        bytes32 blockHash = isRecent ? blockhash(blockNumber) : bytes32(0);
        require(blockHash != 0, LifeBlockUnknown(blockNumber, block.number));
        require(blockNumber > known.provenBlock, LifeProofReused(known.provenBlock, blockNumber));
        (address signer,,) = ECDSA.tryRecover(lifeDigest(gpuId, blockNumber, blockHash), r, vs);
        require(signer == device.enclaveKey, LifeSignatureInvalid(device.enclaveKey, signer));
        uint256 resumableAt = known.resumableAt;
        require(block.timestamp >= resumableAt, SuspendedUntil(gpuId, resumableAt));
        known.aliveAt = uint40(block.timestamp);
        known.provenBlock = uint40(blockNumber);
        known.absences = 0;
        emit LifeProven(gpuId, blockNumber);
        if (resumableAt == 0) return;
        known.resumableAt = 0;
        known.resumedAt = uint40(block.timestamp);
        _devices.resumeDevice(gpuId);
    }

    /// @inheritdoc IAttendanceRegistry
    function setTerms(AttendanceTerms calldata newTerms) external onlyGovernor {
        _setTerms(newTerms);
    }

    /// @inheritdoc IAttendanceRegistry
    function terms() external view returns (AttendanceTerms memory) {
        return _terms;
    }

    /// @inheritdoc IAttendanceRegistry
    function absence(bytes32 taskId, bytes32 gpuId) external view returns (Absence memory) {
        return _absences[taskId][gpuId];
    }

    /// @inheritdoc IAttendanceRegistry
    function attendance(bytes32 gpuId) external view returns (Attendance memory) {
        return _attendance[gpuId];
    }

    /// @inheritdoc IAttendanceRegistry
    function lifeDigest(bytes32 gpuId, uint64 blockNumber, bytes32 blockHash) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(LIFE_TYPEHASH, gpuId, blockNumber, blockHash)));
    }

    /// @dev The roster slot that the registry's own draw gave the seat to.
    function _slotOf(AbsenceReport calldata found) private view returns (uint32) {
        if (found.seat < SEATS) return mining.seatsOf(found.batchId, found.task, found.seatSecret)[found.seat];
        bytes32 secret = keccak256(abi.encode(found.answerCommitment, found.escalationSecret));
        require(secret == found.seatSecret, EscalationSecretMismatch(found.seatSecret, secret));
        uint32[] memory slots =
            mining.escalatedSeatsOf(found.batchId, found.task, found.seatSecret, found.escalationSecret);
        require(found.seat < slots.length, SeatUnknown(found.seat, slots.length));
        return slots[found.seat];
    }

    function _isPaid(uint256 batchId, uint32 index, uint8 seat) private view returns (bool) {
        return mining.paidSeatsOf(batchId, index) >> seat & 1 == 1;
    }

    function _open(bytes32 taskId, bytes32 gpuId) private view returns (Absence storage found) {
        found = _absences[taskId][gpuId];
        require(found.reportedAt != 0, AbsenceUnknown(taskId, gpuId));
        require(!found.isAnswered, AbsenceIsAnswered(taskId, gpuId));
    }

    function _setTerms(AttendanceTerms memory newTerms) private {
        _requireTerm(0, newTerms.absences, 2, 16);
        _requireTerm(1, newTerms.answerWindow, 10 minutes, 7 days);
        _requireTerm(2, newTerms.cooldown, LEAST_COOLDOWN, newTerms.longestCooldown);
        _requireTerm(3, newTerms.longestCooldown, LEAST_COOLDOWN, MOST_COOLDOWN);
        _requireTerm(4, newTerms.period, 1 days, 90 days);
        _terms = newTerms;
        emit TermsChanged(newTerms);
    }

    function _requireTerm(uint8 term, uint256 found, uint256 least, uint256 most) private pure {
        require(found >= least && found <= most, TermOutOfBounds(term, least, most, found));
    }
}
