// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAttestationInbox} from "./interfaces/IAttestationInbox.sol";
import {IDeviceRegistry} from "./interfaces/IDeviceRegistry.sol";
import {Batch, IMiningRegistry, SeatClaim} from "./interfaces/IMiningRegistry.sol";
import {SettlementReader} from "./mining/SettlementReader.sol";

/// @title Attestation inbox
contract AttestationInbox is IAttestationInbox {
    /// @notice The part of a batch's time in which commitments are taken: one in so many.
    uint256 public constant COMMIT_SHARE = 4;

    /// @notice The registry that settles.
    IMiningRegistry public immutable mining;

    /// @inheritdoc IAttestationInbox
    mapping(bytes32 taskId => mapping(bytes32 gpuId => bytes32)) public commitmentOf;
    mapping(bytes32 taskId => mapping(bytes32 gpuId => bytes32 claimHash)) private _submitted;
    /// @dev Tasks that had not settled once commitments were closed: every commitment to them came before any result was public.
    mapping(bytes32 taskId => bool) private _isOpen;

    /// @param miningRegistry the registry that settles
    constructor(IMiningRegistry miningRegistry) {
        mining = miningRegistry;
    }

    /// @inheritdoc IAttestationInbox
    function commitAttestation(uint256 batchId, uint32 index, bytes32 gpuId, bytes32 commitment) external {
        IDeviceRegistry devices = mining.devices();
        address operator = devices.device(devices.slotOf(gpuId)).operator;
        require(msg.sender == operator, NotDeviceOperator(operator, msg.sender));
        uint256 closedAt = opensAt(batchId);
        require(block.timestamp < closedAt, CommitmentsClosed(closedAt));
        bytes32 taskId = mining.taskIdOf(batchId, index);
        require(commitmentOf[taskId][gpuId] == 0, AlreadyCommitted(taskId, gpuId));
        commitmentOf[taskId][gpuId] = commitment;
        emit AttestationCommitted(taskId, gpuId, commitment);
    }

    /// @inheritdoc IAttestationInbox
    function submitAttestation(uint256 batchId, uint32 index, SeatClaim calldata claim, bytes32 salt) external {
        uint256 openedAt = opensAt(batchId);
        require(block.timestamp >= openedAt, RevealTooEarly(openedAt));
        bytes32 taskId = mining.taskIdOf(batchId, index);
        IDeviceRegistry devices = mining.devices();
        address operator = devices.device(devices.slotOf(claim.gpuId)).operator;
        bytes32 found = keccak256(
            abi.encode(
                block.chainid, address(mining), taskId, claim.gpuId, operator, claim.resultHash, claim.duration, salt
            )
        );
        bytes32 expected = commitmentOf[taskId][claim.gpuId];
        require(found == expected, CommitmentMismatch(expected, found));
        if (!_isOpen[taskId]) {
            require(!mining.isSettled(batchId, index), SettledElsewhere(taskId));
            _isOpen[taskId] = true;
        }
        _submitted[taskId][claim.gpuId] = keccak256(abi.encode(claim));
        emit AttestationSubmitted(taskId, claim.gpuId, claim);
    }

    /// @inheritdoc IAttestationInbox
    function finalize(uint256 batchId, bytes calldata settlement, bytes32[] calldata proof)
        external
        returns (uint256 minted)
    {
        (uint256[] memory heads,,) = SettlementReader.read(settlement, type(uint256).max);
        require(heads.length == 1, IMiningRegistry.SettlementNotSingle(heads.length));
        uint256 head = heads[0];
        bytes32 taskId = mining.taskIdOf(batchId, uint32(SettlementReader.indexOf(head)));
        uint256 next = SettlementReader.claimsOf(SettlementReader.recordOf(head), head);
        for (uint256 seat = 0; SettlementReader.seatsOf(head) >> seat != 0; seat++) {
            if (SettlementReader.seatsOf(head) >> seat & 1 == 0) continue;
            SeatClaim memory claim;
            (claim, next) = SettlementReader.claimAt(next, head, seat);
            require(
                _submitted[taskId][claim.gpuId] == keccak256(abi.encode(claim)), ClaimNotSubmitted(taskId, claim.gpuId)
            );
        }
        return mining.settle(batchId, settlement, proof);
    }

    /// @inheritdoc IAttestationInbox
    function opensAt(uint256 batchId) public view returns (uint256) {
        Batch memory batch = mining.batch(batchId);
        require(batch.seedTime != 0, IMiningRegistry.SeedNotPinned(batchId));
        return batch.seedTime + (batch.latestDeadline - batch.seedTime) / COMMIT_SHARE;
    }
}
