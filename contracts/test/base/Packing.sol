// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MiningTask, SeatClaim, TaskSettlement} from "../../src/interfaces/IMiningRegistry.sol";

/// @notice Packs settlements as the registry takes them, field by field.
library Packing {
    function pack(TaskSettlement[] memory settlements) internal pure returns (bytes memory) {
        return _join(settlements, 0, settlements.length);
    }

    /// @dev In halves: memory is never given back, so joining one by one would copy the sum of all lengths.
    function _join(TaskSettlement[] memory settlements, uint256 from, uint256 to) private pure returns (bytes memory) {
        if (from == to) return "";
        if (from + 1 == to) {
            return from == 0 ? pack(settlements[0]) : packAfter(settlements[from - 1].task, settlements[from]);
        }
        uint256 middle = (from + to) / 2;
        return bytes.concat(_join(settlements, from, middle), _join(settlements, middle, to));
    }

    /// @notice A settlement that is the first of its call, with a whole head.
    function pack(TaskSettlement memory settlement) internal pure returns (bytes memory) {
        return bytes.concat(headOf(settlement, 0), termsOf(settlement.task), bodyOf(settlement));
    }

    /// @notice A settlement behind another, without what it has in common with that.
    function packAfter(MiningTask memory last, TaskSettlement memory settlement) internal pure returns (bytes memory) {
        MiningTask memory task = settlement.task;
        bytes memory head = headOf(settlement, 0);
        if (keccak256(termsOf(last)) != keccak256(termsOf(task))) {
            return bytes.concat(head, termsOf(task), bodyOf(settlement));
        }
        bool isPlain = head[1] == 0 && head[2] == 0 && head[3] == 0 && task.index == last.index + 1;
        return bytes.concat(
            isPlain ? abi.encodePacked(head[0] | 0x80) : headOf(settlement, 4), bodyOf(settlement)
        );
    }

    function headOf(TaskSettlement memory settlement, uint256 flags) internal pure returns (bytes memory) {
        flags += (settlement.escalationSecret == 0 ? 0 : 1) + (settlement.task.redeemer == address(0) ? 0 : 2);
        return abi.encodePacked(bits(settlement), uint8(flags), settlement.task.index);
    }

    function termsOf(MiningTask memory task) internal pure returns (bytes memory) {
        return abi.encodePacked(task.workloadType, task.determinismClass, task.computeUnits, task.deadline);
    }

    function bodyOf(TaskSettlement memory settlement) internal pure returns (bytes memory) {
        MiningTask memory task = settlement.task;
        bytes memory words = settlement.escalationSecret == 0
            ? abi.encodePacked(task.workloadHash, settlement.seatSecret, settlement.resultHash)
            : abi.encodePacked(
                task.workloadHash, settlement.answerCommitment, settlement.resultHash, settlement.escalationSecret
            );
        if (task.redeemer != address(0)) words = bytes.concat(words, bytes20(task.redeemer));
        return bytes.concat(words, claims(settlement.claims));
    }

    /// @notice Which seats claim, which state their own result, which name their GPU.
    function bits(TaskSettlement memory settlement) internal pure returns (bytes3) {
        uint256 seats = 0;
        uint256 own = 0;
        uint256 named = 0;
        for (uint256 i = 0; i < settlement.claims.length; i++) {
            SeatClaim memory claim = settlement.claims[i];
            seats |= 1 << claim.seat;
            if (claim.resultHash != 0) own |= 1 << claim.seat;
            if (claim.gpuId != 0) named |= 1 << claim.seat;
        }
        return bytes3(uint24(seats << 16 | own << 8 | named));
    }

    function claims(SeatClaim[] memory list) internal pure returns (bytes memory packed) {
        for (uint256 i = 0; i < list.length; i++) {
            SeatClaim memory claim = list[i];
            packed = abi.encodePacked(packed, uint40(claim.duration), claim.r, claim.vs);
            if (claim.resultHash != 0) packed = abi.encodePacked(packed, claim.resultHash);
            if (claim.gpuId != 0) packed = abi.encodePacked(packed, claim.gpuId);
        }
    }
}
