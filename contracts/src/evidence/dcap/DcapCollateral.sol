// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "../../governance/Governed.sol";
import {IDcapCertificates} from "../../interfaces/IDcapCertificates.sol";
import {IDcapCollateral} from "../../interfaces/IDcapCollateral.sol";
import {IP256Verifier} from "../../interfaces/IP256Verifier.sol";
import {DataContract} from "../DataContract.sol";
import {CollateralHead, CollateralJson} from "./CollateralJson.sol";

/// @title Intel's TCB info and QE identities, verified once
/// @dev An entry is one slot. Its data contract holds the signer's identifier (32), PCEID (2, zero for a QE identity) and the record.
contract DcapCollateral is Governed, IDcapCollateral {
    using DataContract for address;

    /// @dev One slot; times in Unix seconds.
    struct Entry {
        address data;
        uint40 issueDate;
        uint40 nextUpdate;
        uint16 evaluationNumber;
    }

    uint256 private constant HEAD = 34;

    /// @notice Where signers are looked up.
    IDcapCertificates public immutable certificates;
    /// @notice The verifier of every signature.
    IP256Verifier public immutable p256;

    /// @inheritdoc IDcapCollateral
    uint16 public leastEvaluationNumber;
    mapping(uint8 tee => mapping(bytes6 fmspc => Entry)) private _tcbInfos;
    mapping(uint8 tee => Entry) private _qeIdentities;

    constructor(
        address initialGovernor,
        IDcapCertificates dcapCertificates,
        IP256Verifier p256Verifier,
        uint16 initialLeastEvaluationNumber
    ) Governed(initialGovernor) {
        certificates = dcapCertificates;
        p256 = p256Verifier;
        leastEvaluationNumber = initialLeastEvaluationNumber;
        emit LeastEvaluationNumberChanged(initialLeastEvaluationNumber);
    }

    /// @inheritdoc IDcapCollateral
    function setLeastEvaluationNumber(uint16 evaluationNumber) external onlyGovernor {
        leastEvaluationNumber = evaluationNumber;
        emit LeastEvaluationNumberChanged(evaluationNumber);
    }

    /// @inheritdoc IDcapCollateral
    function submitTcbInfo(bytes calldata json, bytes32 r, bytes32 s, bytes32 signer) external {
        _requireSigned(json, r, s, signer);
        (CollateralHead memory head, bytes memory record) = CollateralJson.readTcbInfo(json);
        if (!_replace(_tcbInfos[head.tee][head.fmspc], head, signer, record)) return;
        emit TcbInfoVerified(head.tee, head.fmspc, head.evaluationNumber, head.issueDate, head.nextUpdate);
    }

    /// @inheritdoc IDcapCollateral
    function submitQeIdentity(bytes calldata json, bytes32 r, bytes32 s, bytes32 signer) external {
        _requireSigned(json, r, s, signer);
        (CollateralHead memory head, bytes memory record) = CollateralJson.readQeIdentity(json);
        if (!_replace(_qeIdentities[head.tee], head, signer, record)) return;
        emit QeIdentityVerified(head.tee, head.evaluationNumber, head.issueDate, head.nextUpdate);
    }

    /// @inheritdoc IDcapCollateral
    function tcbInfoOf(uint8 tee, bytes6 fmspc)
        external
        view
        returns (bytes2 pceId, uint16 evaluationNumber, uint64 validUntil, bytes memory record)
    {
        Entry memory entry = _tcbInfos[tee][fmspc];
        require(entry.data != address(0), TcbInfoUnknown(tee, fmspc));
        (validUntil, pceId, record) = _read(entry, tee, fmspc);
        evaluationNumber = entry.evaluationNumber;
    }

    /// @inheritdoc IDcapCollateral
    function qeIdentityOf(uint8 tee)
        external
        view
        returns (uint16 evaluationNumber, uint64 validUntil, bytes memory record)
    {
        Entry memory entry = _qeIdentities[tee];
        require(entry.data != address(0), QeIdentityUnknown(tee));
        (validUntil,, record) = _read(entry, tee, 0);
        evaluationNumber = entry.evaluationNumber;
    }

    /// @inheritdoc IDcapCollateral
    function tcbInfoDates(uint8 tee, bytes6 fmspc) external view returns (uint64, uint64, uint16) {
        Entry memory entry = _tcbInfos[tee][fmspc];
        return (entry.issueDate, entry.nextUpdate, entry.evaluationNumber);
    }

    /// @inheritdoc IDcapCollateral
    function qeIdentityDates(uint8 tee) external view returns (uint64, uint64, uint16) {
        Entry memory entry = _qeIdentities[tee];
        return (entry.issueDate, entry.nextUpdate, entry.evaluationNumber);
    }

    function _requireSigned(bytes calldata json, bytes32 r, bytes32 s, bytes32 signer) private view {
        (bytes32 x, bytes32 y,) = certificates.signerOf(signer);
        require(p256.verify(sha256(json), r, s, x, y), CollateralSignatureInvalid(signer));
    }

    /// @dev Puts collateral in the place of what is held; false when it is held already, under a signer that is still trusted.
    function _replace(Entry storage entry, CollateralHead memory head, bytes32 signer, bytes memory record)
        private
        returns (bool)
    {
        uint256 time = block.timestamp;
        require(time >= head.issueDate, CollateralNotYetValid(head.issueDate, time));
        require(time <= head.nextUpdate, CollateralExpired(head.tee, head.fmspc, head.nextUpdate, time));
        uint16 least = leastEvaluationNumber;
        require(head.evaluationNumber >= least, CollateralRolledBack(least, head.evaluationNumber));
        Entry memory held = entry;
        bool later = head.issueDate >= held.issueDate && head.evaluationNumber >= held.evaluationNumber;
        require(
            later, CollateralSuperseded(held.issueDate, head.issueDate, held.evaluationNumber, head.evaluationNumber)
        );
        bytes memory data = abi.encodePacked(signer, head.pceId, record);
        bool same = held.data != address(0) && held.nextUpdate == head.nextUpdate
            && keccak256(held.data.read()) == keccak256(data);
        if (same) return false;
        entry.data = DataContract.write(data);
        entry.issueDate = uint40(head.issueDate);
        entry.nextUpdate = uint40(head.nextUpdate);
        entry.evaluationNumber = head.evaluationNumber;
        return true;
    }

    function _read(Entry memory entry, uint8 tee, bytes6 fmspc)
        private
        view
        returns (uint64 validUntil, bytes2 pceId, bytes memory record)
    {
        uint256 time = block.timestamp;
        require(time <= entry.nextUpdate, CollateralExpired(tee, fmspc, entry.nextUpdate, time));
        uint16 least = leastEvaluationNumber;
        require(entry.evaluationNumber >= least, CollateralRolledBack(least, entry.evaluationNumber));
        bytes memory data = entry.data.read();
        bytes32 signer;
        assembly ("memory-safe") {
            // The record starts inside the data: its length takes the place of the last bytes of the head.
            let length := sub(mload(data), HEAD)
            signer := mload(add(data, 0x20))
            pceId := and(mload(add(data, 0x40)), shl(240, 0xffff))
            record := add(data, HEAD)
            mstore(record, length)
        }
        (,, validUntil) = certificates.signerOf(signer);
        if (entry.nextUpdate < validUntil) validUntil = entry.nextUpdate;
    }
}
