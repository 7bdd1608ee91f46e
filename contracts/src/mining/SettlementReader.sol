// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMiningRegistry, SeatClaim} from "../interfaces/IMiningRegistry.sol";

/// @title Settlement reader
/// @notice Reads packed settlements where they lie in calldata; their layout is that of `TaskSettlement`'s packed form, see
/// `IMiningRegistry.settle`. A record is known by its calldata pointer.
library SettlementReader {
    /// @notice Bytes of a record's fixed part, and where its words start.
    uint256 internal constant FIXED = 123;
    uint256 internal constant WORKLOAD = 27;
    uint256 internal constant SECRET = 59;
    uint256 internal constant RESULT = 91;
    /// @notice Where the escalation secret starts, if the record opens the seat secret; the answer commitment takes its place then.
    uint256 internal constant ESCALATION = 123;
    /// @notice Bytes of a claim without the words that are usually left out, and where its signature starts.
    uint256 internal constant CLAIM = 69;
    uint256 internal constant SIGNATURE = 5;
    /// @dev Where what the leaf hashes starts.
    uint256 private constant INDEX = 4;
    uint256 private constant REDEEMER = 20;
    uint256 private constant HAS_SECRET = 1;
    uint256 private constant HAS_REDEEMER = 2;

    /// @notice Finds the records and makes the leaves of their tasks.
    /// @param taskCount tasks of the batch
    /// @return records calldata pointers
    /// @return positions indexes of the tasks, ascending
    /// @return leaves of the batch's tree
    function read(bytes calldata settlements, uint256 taskCount)
        internal
        pure
        returns (uint256[] memory records, uint256[] memory positions, bytes32[] memory leaves)
    {
        uint256 cursor;
        uint256 least = 0;
        bool isRead;
        assembly ("memory-safe") {
            cursor := settlements.offset
            let end := add(cursor, settlements.length)
            // Three lists, each with room for its length, the records there can be and one that is cut off.
            records := mload(0x40)
            positions := add(records, shl(5, add(div(settlements.length, FIXED), 2)))
            leaves := add(positions, sub(positions, records))
            let to := 0x20
            let preimage := add(leaves, sub(positions, records))
            mstore(0x40, preimage)
            for {} lt(cursor, end) {} {
                let head := calldataload(cursor)
                let index := and(shr(192, head), 0xffffffff)
                let seats := shr(248, head)
                let others := and(shr(232, head), 0xffff)
                let flags := byte(3, head)
                // Ascending, in the batch, seven seats, two flags, and nothing about claims that are not there.
                if or(
                    or(lt(index, least), iszero(lt(index, taskCount))),
                    or(or(shr(2, flags), shr(7, seats)), and(others, not(mul(seats, 0x101))))
                ) { break }
                least := add(index, 1)
                mstore(add(records, to), cursor)
                mstore(add(positions, to), index)
                calldatacopy(preimage, add(cursor, INDEX), 55)
                mstore(0x00, calldataload(add(cursor, SECRET)))
                mstore(add(preimage, 87), 0)
                cursor := add(cursor, FIXED)
                if or(flags, others) {
                    if and(flags, HAS_SECRET) {
                        mstore(0x20, calldataload(cursor))
                        mstore(0x00, keccak256(0x00, 0x40))
                        cursor := add(cursor, 0x20)
                    }
                    if and(flags, HAS_REDEEMER) {
                        calldatacopy(add(preimage, 87), cursor, REDEEMER)
                        cursor := add(cursor, REDEEMER)
                    }
                    others := or(and(others, 0x7f), shl(7, shr(8, others)))
                    cursor := add(cursor, shl(5, mod(and(mul(others, 0x200040008001), 0x111111111111111), 15)))
                }
                // Bits of fourteen are counted by one multiplication and one remainder.
                cursor := add(cursor, mul(mod(and(mul(seats, 0x200040008001), 0x111111111111111), 15), CLAIM))
                // A secret proves itself: only its own hash leads to the leaf.
                mstore(add(preimage, 55), keccak256(0x00, 0x20))
                mstore(add(leaves, to), keccak256(preimage, 107))
                to := add(to, 0x20)
            }
            isRead := eq(cursor, end)
            let count := sub(shr(5, to), 1)
            mstore(records, count)
            mstore(positions, count)
            mstore(leaves, count)
        }
        if (!isRead) _refuse(settlements, cursor, least, taskCount);
    }

    /// @dev What is wrong where reading ended.
    function _refuse(bytes calldata settlements, uint256 cursor, uint256 least, uint256 taskCount) private pure {
        uint256 offset;
        assembly ("memory-safe") {
            offset := sub(cursor, settlements.offset)
        }
        if (offset < settlements.length) {
            uint256 index = indexOf(wordAt(cursor, 0));
            require(index >= least, IMiningRegistry.TasksNotAscending());
            require(index < taskCount, IMiningRegistry.WorkloadNotInQueue(bytes32(wordAt(cursor, WORKLOAD))));
        }
        revert IMiningRegistry.SettlementMalformed(offset, settlements.length);
    }

    /// @notice 32 bytes of a record.
    function wordAt(uint256 record, uint256 offset) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(record, offset))
        }
    }

    /// @notice Index of the task.
    function indexOf(uint256 head) internal pure returns (uint256) {
        return head >> 192 & type(uint32).max;
    }

    /// @notice Workload type of the task.
    function workloadTypeOf(uint256 head) internal pure returns (uint256) {
        return head >> 176 & type(uint16).max;
    }

    /// @notice Determinism class of the task.
    function determinismClassOf(uint256 head) internal pure returns (uint256) {
        return head >> 168 & type(uint8).max;
    }

    /// @notice Compute units of the task, micro-CU.
    function computeUnitsOf(uint256 head) internal pure returns (uint64) {
        return uint64(head >> 104);
    }

    /// @notice What the terms of a task depend on: workload type, determinism class and compute units.
    function termsOf(uint256 head) internal pure returns (uint256) {
        return head >> 104 & type(uint88).max;
    }

    /// @notice Deadline of the task.
    function deadlineOf(uint256 head) internal pure returns (uint64) {
        return uint64(head >> 40);
    }

    /// @notice Bits of the seats that claim.
    function seatsOf(uint256 head) internal pure returns (uint256) {
        return head >> 248;
    }

    /// @notice Bits of the claims that state a result of their own.
    function ownResultsOf(uint256 head) internal pure returns (uint256) {
        return head >> 240 & 0x7f;
    }

    /// @notice Bits of the claims that name their GPU.
    function namedOf(uint256 head) internal pure returns (uint256) {
        return head >> 232 & 0x7f;
    }

    /// @notice The secret behind seats 0 to 2.
    function seatSecretOf(uint256 record, uint256 head) internal pure returns (bytes32 secret) {
        secret = bytes32(wordAt(record, SECRET));
        if (hasEscalationSecret(head)) secret = keccak256(abi.encode(secret, wordAt(record, ESCALATION)));
    }

    /// @notice True if the record brings the escalation secret and the answer commitment, which are the seat secret.
    function hasEscalationSecret(uint256 head) internal pure returns (bool) {
        return head >> 224 & HAS_SECRET != 0;
    }

    /// @notice Whose credit pays; zero for nobody's.
    function redeemerOf(uint256 record, uint256 head) internal pure returns (address) {
        return head >> 224 & HAS_REDEEMER == 0
            ? address(0)
            : address(uint160(wordAt(record, FIXED + (head >> 224 & HAS_SECRET) * 32) >> 96));
    }

    /// @notice Where the claims start.
    function claimsOf(uint256 record, uint256 head) internal pure returns (uint256) {
        unchecked {
            return record + FIXED + (head >> 224 & HAS_SECRET) * 32 + (head >> 225 & 1) * REDEEMER;
        }
    }

    /// @notice A claim as a struct; zero stands where it leaves a word out.
    /// @param cursor where it starts
    /// @return claim the claim
    /// @return next where the one after it starts
    function claimAt(uint256 cursor, uint256 head, uint256 seat) internal pure returns (SeatClaim memory claim, uint256 next) {
        claim.seat = uint8(seat);
        claim.duration = uint40(wordAt(cursor, 0) >> 216);
        claim.r = bytes32(wordAt(cursor, SIGNATURE));
        claim.vs = bytes32(wordAt(cursor, SIGNATURE + 32));
        next = cursor + CLAIM;
        if (ownResultsOf(head) >> seat & 1 == 1) {
            claim.resultHash = bytes32(wordAt(next, 0));
            next += 32;
        }
        if (namedOf(head) >> seat & 1 == 1) {
            claim.gpuId = bytes32(wordAt(next, 0));
            next += 32;
        }
    }
}
