// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Bond} from "./bonds/Bond.sol";
import {QueuedTask} from "./bonds/QueuedTask.sol";
import {IBond} from "./interfaces/IBond.sol";
import {Device, IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {IMiningRegistry, MiningTask, SeatClaim} from "./interfaces/IMiningRegistry.sol";
import {Accusation, IOperatorBond, OperatorTerms} from "./interfaces/IOperatorBond.sol";

/// @title Operator bond
contract OperatorBond is IOperatorBond, Bond {
    using QueuedTask for MiningTask;

    uint8 private constant CANARY = 1;
    uint8 private constant EQUIVOCATION = 2;
    uint8 private constant DIVERGENCE = 3;
    uint8 private constant GOVERNOR = 4;
    uint256 private constant CANARY_WITNESSES = 2;
    uint256 private constant AMOUNT_MOST = 1_000_000 ether;

    IDeviceRegistry private immutable _devices;
    OperatorTerms private _terms;
    /// @inheritdoc IOperatorBond
    mapping(address operator => uint256) public probationUntil;
    /// @inheritdoc IOperatorBond
    mapping(bytes32 taskId => mapping(bytes32 gpuId => bool)) public isSlashed;

    /// @param miningRegistry whose devices' operators put up a bond
    /// @param initialGovernor who may set the terms and judge what no contract can see
    constructor(IMiningRegistry miningRegistry, address initialGovernor) Bond(miningRegistry, initialGovernor) {
        _devices = miningRegistry.devices();
        _setTerms(
            OperatorTerms({
                leastBond: 0,
                fraudPenalty: 100 ether,
                divergencePenalty: 10 ether,
                unbondingDelay: 21 days,
                probation: 7 days
            })
        );
    }

    /// @inheritdoc IOperatorBond
    function slashCanary(Accusation calldata accusation, bytes32 answer, bytes32 salt) external returns (uint256 burned) {
        bytes32 found = keccak256(abi.encode(answer, salt));
        require(found == accusation.answerCommitment, AnswerMismatch(accusation.answerCommitment, found));
        (bytes32 taskId, uint32[] memory slots) = _seats(accusation);
        _hear(accusation, taskId, slots, answer, CANARY_WITNESSES);
        return _slash(_operatorAt(slots, accusation.accused), taskId, accusation.accused.gpuId, CANARY, _terms.fraudPenalty);
    }

    /// @inheritdoc IOperatorBond
    function slashEquivocation(
        uint256 batchId,
        uint32 index,
        bytes32 workloadHash,
        SeatClaim calldata claim,
        SeatClaim calldata other
    ) external returns (uint256 burned) {
        require(claim.resultHash != other.resultHash, ResultIsRight(claim.resultHash));
        Device memory device = _devices.device(_devices.slotOf(claim.gpuId));
        require(device.registeredBlock <= mining.batch(batchId).commitBlock, RegisteredSince(claim.gpuId));
        bytes32 taskId = mining.taskIdOf(batchId, index);
        _requireSigned(claim, claim.gpuId, taskId, workloadHash);
        _requireSigned(other, claim.gpuId, taskId, workloadHash);
        return _slash(device.operator, taskId, claim.gpuId, EQUIVOCATION, _terms.fraudPenalty);
    }

    /// @inheritdoc IOperatorBond
    function slashDivergence(Accusation calldata accusation) external returns (uint256 burned) {
        (bytes32 taskId, uint32[] memory slots) = _seats(accusation);
        // Three seats are those every task has: no seat that nobody could foresee is among them.
        require(slots.length > 3, NotEscalated(taskId));
        // More than two thirds: 4 of 5, 5 of 7. More than the first three, so that one of the later seats is always among them.
        uint256 required = slots.length * 2 / 3 + 1;
        require(accusation.witnesses.length != 0, WitnessesTooFew(0, required));
        _hear(accusation, taskId, slots, accusation.witnesses[0].resultHash, required);
        return _slash(
            _operatorAt(slots, accusation.accused), taskId, accusation.accused.gpuId, DIVERGENCE, _terms.divergencePenalty
        );
    }

    /// @inheritdoc IOperatorBond
    function slash(address operator, uint256 amount, bytes32 reason) external onlyGovernor returns (uint256 burned) {
        require(amount != 0, AmountMissing());
        burned = _burn(operator, amount);
        _putOnProbation(operator);
        emit OperatorSlashed(operator, 0, 0, GOVERNOR, burned, reason);
    }

    /// @inheritdoc IOperatorBond
    function setTerms(OperatorTerms calldata newTerms) external onlyGovernor {
        _setTerms(newTerms);
    }

    /// @inheritdoc IOperatorBond
    function terms() external view returns (OperatorTerms memory) {
        return _terms;
    }

    /// @inheritdoc IOperatorBond
    function isInGoodStanding(address operator) external view returns (bool) {
        (uint256 unbonding,) = unbondingOf(operator);
        return block.timestamp >= probationUntil[operator] && bondOf(operator) - unbonding >= _terms.leastBond;
    }

    /// @inheritdoc IBond
    function unbondingDelay() public view override(Bond, IBond) returns (uint256) {
        return _terms.unbondingDelay;
    }

    /// @dev The task, once it is known to be the batch's and its secrets are open, and the slots of its seats.
    function _seats(Accusation calldata accusation) private view returns (bytes32 taskId, uint32[] memory slots) {
        MiningTask calldata task = accusation.task;
        uint256 batchId = accusation.batchId;
        bytes32 seatSecret = keccak256(abi.encode(accusation.answerCommitment, accusation.escalationSecret));
        require(
            task.isQueued(mining.batch(batchId), seatSecret, accusation.proof), TaskNotInBatch(batchId, task.index)
        );
        require(block.timestamp <= task.deadline, AccusationTooLate(task.deadline));
        taskId = mining.taskIdOf(batchId, task.index);
        if (mining.escalation(taskId).seedBlockHash != 0) {
            return (taskId, mining.escalatedSeatsOf(batchId, task, seatSecret, accusation.escalationSecret));
        }
        uint32[3] memory first = mining.seatsOf(batchId, task, seatSecret);
        slots = new uint32[](first.length);
        for (uint256 i = 0; i < first.length; i++) {
            slots[i] = first[i];
        }
    }

    /// @dev Checks the accused and every witness, and that they contradict each other.
    function _hear(
        Accusation calldata accusation,
        bytes32 taskId,
        uint32[] memory slots,
        bytes32 right,
        uint256 required
    ) private view {
        SeatClaim calldata accused = accusation.accused;
        require(accused.resultHash != right, ResultIsRight(right));
        uint256 count = accusation.witnesses.length;
        require(count >= required, WitnessesTooFew(count, required));
        _requireSeated(accused, slots, taskId, accusation.task.workloadHash);
        uint256 least = 0;
        for (uint256 i = 0; i < count; i++) {
            SeatClaim calldata witness = accusation.witnesses[i];
            require(witness.seat >= least && witness.seat != accused.seat, WitnessOutOfOrder(witness.seat));
            require(witness.resultHash == right, WitnessDisagrees(witness.seat, right, witness.resultHash));
            _requireSeated(witness, slots, taskId, accusation.task.workloadHash);
            least = uint256(witness.seat) + 1;
        }
    }

    function _requireSeated(SeatClaim calldata claim, uint32[] memory slots, bytes32 taskId, bytes32 workloadHash)
        private
        view
    {
        require(claim.seat < slots.length, SeatUnknown(claim.seat, slots.length));
        (bytes32 drawn,) = _devices.identityOf(slots[claim.seat]);
        require(drawn == claim.gpuId, SeatNotAssigned(claim.seat, drawn, claim.gpuId));
        _requireSigned(claim, drawn, taskId, workloadHash);
    }

    function _requireSigned(SeatClaim calldata claim, bytes32 gpuId, bytes32 taskId, bytes32 workloadHash) private view {
        bytes32 digest = mining.workAttestationDigest(taskId, workloadHash, claim.resultHash, gpuId, claim.duration);
        (address signer,,) = ECDSA.tryRecover(digest, claim.r, claim.vs);
        bytes32 found = signer == address(0) ? bytes32(0) : _devices.gpuOfKey(signer);
        require(found == gpuId && gpuId != 0, ClaimSignatureInvalid(gpuId, found));
    }

    function _operatorAt(uint32[] memory slots, SeatClaim calldata claim) private view returns (address) {
        return _devices.device(slots[claim.seat]).operator;
    }

    function _slash(address operator, bytes32 taskId, bytes32 gpuId, uint8 ground, uint256 penalty)
        private
        returns (uint256 burned)
    {
        require(!isSlashed[taskId][gpuId], AlreadySlashed(taskId, gpuId));
        isSlashed[taskId][gpuId] = true;
        burned = _burn(operator, penalty);
        _putOnProbation(operator);
        emit OperatorSlashed(operator, gpuId, taskId, ground, burned, 0);
    }

    function _putOnProbation(address operator) private {
        uint256 until = block.timestamp + _terms.probation;
        if (until > probationUntil[operator]) probationUntil[operator] = until;
    }

    function _setTerms(OperatorTerms memory newTerms) private {
        _requireTerm(0, newTerms.leastBond, 0, AMOUNT_MOST);
        _requireTerm(1, newTerms.fraudPenalty, 0, AMOUNT_MOST);
        _requireTerm(2, newTerms.divergencePenalty, 0, newTerms.fraudPenalty);
        _requireTerm(3, newTerms.unbondingDelay, 7 days, 90 days);
        _requireTerm(4, newTerms.probation, 0, 90 days);
        _terms = newTerms;
        emit TermsChanged(newTerms);
    }
}
