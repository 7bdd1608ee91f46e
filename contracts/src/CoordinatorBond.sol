// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Bond} from "./bonds/Bond.sol";
import {QueuedTask} from "./bonds/QueuedTask.sol";
import {IBond} from "./interfaces/IBond.sol";
import {CoordinatorTerms, ICoordinatorBond, SeatLetter} from "./interfaces/ICoordinatorBond.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {Batch, IMiningRegistry, MiningTask} from "./interfaces/IMiningRegistry.sol";

/// @title Coordinator bond
contract CoordinatorBond is ICoordinatorBond, Bond {
    using QueuedTask for MiningTask;

    bytes32 private constant LETTER_TYPEHASH = keccak256(
        "SeatLetter(bytes32 taskId,uint256 batchId,bytes32 leaf,uint8 seat,bytes32 gpuId,uint64 issuedAt,uint64 commitDeadline)"
    );
    bytes32 private constant LETTERS_TYPEHASH = keccak256("SeatLetters(bytes32 root)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    uint256 private constant SEATS = 3;
    uint256 private constant MOST_SEATS = 7;
    /// @dev Seats of a task that escalated once: their secret is public only if it escalates again.
    uint256 private constant ESCALATED_SEATS = 5;
    uint256 private constant LETTER_PAY_MOST = 1_000 ether;
    uint256 private constant PENALTY_MOST = 1_000_000 ether;

    IDeviceRegistry private immutable _devices;
    CoordinatorTerms private _terms;
    /// @inheritdoc ICoordinatorBond
    mapping(address coordinator => mapping(bytes32 taskId => mapping(uint8 seat => bool))) public isPaid;
    /// @inheritdoc ICoordinatorBond
    mapping(bytes32 taskId => bool) public isRevealed;
    /// @inheritdoc ICoordinatorBond
    mapping(bytes32 taskId => bool) public isEscalationRevealed;
    mapping(address coordinator => mapping(bytes32 taskId => mapping(uint8 seat => bool))) private _isPunished;

    /// @param miningRegistry whose coordinator signs letters
    /// @param initialGovernor who may set the terms
    constructor(IMiningRegistry miningRegistry, address initialGovernor) Bond(miningRegistry, initialGovernor) {
        _devices = miningRegistry.devices();
        _setTerms(CoordinatorTerms({letterPay: 0.01 ether, claimWindow: 7 days, faultPenalty: 1 ether}));
    }

    /// @inheritdoc ICoordinatorBond
    function claim(SeatLetter calldata letter) external returns (uint256 amount) {
        Batch memory batch = mining.batch(letter.batchId);
        (uint32 index, uint8 seat) = (letter.index, letter.seat);
        require(index < batch.taskCount && seat < MOST_SEATS, SeatUnknown(letter.batchId, index, seat));
        require(block.timestamp > batch.latestDeadline, ClaimTooEarly(uint256(batch.latestDeadline) + 1));
        uint256 closesAt = batch.latestDeadline + _terms.claimWindow;
        require(block.timestamp <= closesAt, ClaimTooLate(closesAt));
        bytes32 taskId = mining.taskIdOf(letter.batchId, index);
        require(!mining.isSettled(letter.batchId, index), TaskSettled(taskId));
        require(!_wasRevealed(taskId, seat), SecretWasRevealed(taskId, seat));
        address coordinator = signerOf(letter);
        require(!isPaid[coordinator][taskId][seat], LetterAlreadyPaid(taskId, seat));
        isPaid[coordinator][taskId][seat] = true;
        address operator = _devices.device(_devices.slotOf(letter.gpuId)).operator;
        amount = _terms.letterPay;
        _take(coordinator, amount);
        emit LetterPaid(taskId, seat, letter.gpuId, coordinator, operator, amount);
        token.transfer(operator, amount);
    }

    /// @inheritdoc ICoordinatorBond
    function reveal(uint256 batchId, MiningTask calldata task, bytes32 seatSecret, bytes32[] calldata proof) external {
        bytes32 taskId = _requireRevealable(batchId, task, seatSecret, proof);
        isRevealed[taskId] = true;
        emit SecretRevealed(taskId, seatSecret);
    }

    /// @inheritdoc ICoordinatorBond
    function revealEscalation(
        uint256 batchId,
        MiningTask calldata task,
        bytes32 answerCommitment,
        bytes32 escalationSecret,
        bytes32[] calldata proof
    ) external {
        bytes32 seatSecret = keccak256(abi.encode(answerCommitment, escalationSecret));
        bytes32 taskId = _requireRevealable(batchId, task, seatSecret, proof);
        isEscalationRevealed[taskId] = true;
        emit EscalationSecretRevealed(taskId, answerCommitment, escalationSecret);
    }

    /// @inheritdoc ICoordinatorBond
    function proveContradiction(SeatLetter calldata letter, SeatLetter calldata other) external returns (uint256 burned) {
        require(
            letter.batchId == other.batchId && letter.index == other.index && letter.seat == other.seat
                && (letter.gpuId != other.gpuId || letter.leaf != other.leaf),
            LettersAgree()
        );
        (address coordinator, address found) = (signerOf(letter), signerOf(other));
        require(found == coordinator, SignersDiffer(coordinator, found));
        return _punish(coordinator, letter);
    }

    /// @inheritdoc ICoordinatorBond
    function proveWrongSeat(
        SeatLetter calldata letter,
        MiningTask calldata task,
        bytes32 seatSecret,
        bytes32[] calldata proof
    ) external returns (uint256 burned) {
        Batch memory batch = mining.batch(letter.batchId);
        require(
            task.index == letter.index && task.isQueued(batch, seatSecret, proof),
            TaskNotInBatch(letter.batchId, letter.index)
        );
        if (letter.leaf == task.leafOf()) {
            require(block.timestamp <= batch.latestDeadline, DrawForgotten(batch.latestDeadline));
            require(letter.seat < SEATS, SeatUnknown(letter.batchId, letter.index, letter.seat));
            (bytes32 drawn,) = _devices.identityOf(mining.seatsOf(letter.batchId, task, seatSecret)[letter.seat]);
            require(drawn != letter.gpuId, SeatIsRight(drawn));
        }
        return _punish(signerOf(letter), letter);
    }

    /// @inheritdoc ICoordinatorBond
    function setTerms(CoordinatorTerms calldata newTerms) external onlyGovernor {
        _setTerms(newTerms);
    }

    /// @inheritdoc ICoordinatorBond
    function terms() external view returns (CoordinatorTerms memory) {
        return _terms;
    }

    /// @inheritdoc ICoordinatorBond
    function revealableUntil(uint256 batchId) public view returns (uint256) {
        Batch memory batch = mining.batch(batchId);
        require(batch.seedTime != 0, IMiningRegistry.SeedNotPinned(batchId));
        return batch.seedTime + (batch.latestDeadline - batch.seedTime) * 3 / 4;
    }

    /// @inheritdoc ICoordinatorBond
    function signerOf(SeatLetter calldata letter) public view returns (address signer) {
        bytes32 separator = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256("AIT"), keccak256("1"), block.chainid, address(mining))
        );
        bytes32 digest = MessageHashUtils.toTypedDataHash(
            separator,
            keccak256(
                abi.encode(
                    LETTER_TYPEHASH,
                    mining.taskIdOf(letter.batchId, letter.index),
                    letter.batchId,
                    letter.leaf,
                    letter.seat,
                    letter.gpuId,
                    letter.issuedAt,
                    letter.commitDeadline
                )
            )
        );
        if (letter.siblings.length != 0) {
            bytes32 root = MerkleProof.processProofCalldata(letter.siblings, digest);
            digest = MessageHashUtils.toTypedDataHash(separator, keccak256(abi.encode(LETTERS_TYPEHASH, root)));
        }
        (signer,,) = ECDSA.tryRecover(digest, letter.r, letter.vs);
        require(signer != address(0), LetterSignatureInvalid());
    }

    /// @inheritdoc IBond
    function unbondingDelay() public view override(Bond, IBond) returns (uint256) {
        // No task lives as long as the interval of extensions: the registry sees to it.
        return _devices.EXTENSION_INTERVAL() + _terms.claimWindow;
    }

    /// @dev Whether the secret behind a seat was on chain while the task could still settle.
    function _wasRevealed(bytes32 taskId, uint8 seat) private view returns (bool) {
        uint256 level = mining.escalation(taskId).level;
        // Who knows the second secret and what it was hashed with knows the first.
        if (seat < SEATS) return isRevealed[taskId] || level != 0 || isEscalationRevealed[taskId];
        // Seats 5 and 6 exist only once the secret behind 3 to 6 was used.
        return seat >= ESCALATED_SEATS || level > ESCALATED_SEATS || isEscalationRevealed[taskId];
    }

    /// @dev That the secret is the task's, and that there is time left for others to settle with it.
    function _requireRevealable(uint256 batchId, MiningTask calldata task, bytes32 seatSecret, bytes32[] calldata proof)
        private
        view
        returns (bytes32 taskId)
    {
        uint256 closedAt = revealableUntil(batchId);
        require(block.timestamp <= closedAt, RevealTooLate(closedAt));
        require(task.isQueued(mining.batch(batchId), seatSecret, proof), TaskNotInBatch(batchId, task.index));
        return mining.taskIdOf(batchId, task.index);
    }

    function _punish(address coordinator, SeatLetter calldata letter) private returns (uint256 burned) {
        bytes32 taskId = mining.taskIdOf(letter.batchId, letter.index);
        require(!_isPunished[coordinator][taskId][letter.seat], AlreadyPunished(taskId, letter.seat));
        _isPunished[coordinator][taskId][letter.seat] = true;
        uint256 penalty = _terms.faultPenalty;
        burned = _burn(coordinator, penalty);
        // Without a bond nothing is punished, and can be once there is one.
        require(burned != 0, BondTooSmall(coordinator, penalty, 0));
        emit LetterFaulty(taskId, letter.seat, coordinator, burned);
    }

    function _setTerms(CoordinatorTerms memory newTerms) private {
        _requireTerm(0, newTerms.letterPay, 0, LETTER_PAY_MOST);
        _requireTerm(1, newTerms.claimWindow, 1 days, 30 days);
        _requireTerm(2, newTerms.faultPenalty, 0, PENALTY_MOST);
        _terms = newTerms;
        emit TermsChanged(newTerms);
    }
}
