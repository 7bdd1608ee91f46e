// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMiningRegistry, SeatClaim} from "../interfaces/IMiningRegistry.sol";

/// @title Settlement reader
/// @notice Reads packed settlements where they lie in calldata; their layout is that of `TaskSettlement`'s packed form, see
/// `IMiningRegistry.settle`. A record is known by the calldata pointer of its words, which is the end of its head: what the record says
/// or takes over from the one before it, laid out as a whole head is, in the first 27 bytes of a word, and the pointer in the other five.
library SettlementReader {
    /// @notice Bytes of a record's words, and where each starts.
    uint256 internal constant FIXED = 96;
    uint256 internal constant WORKLOAD = 0;
    uint256 internal constant SECRET = 32;
    uint256 internal constant RESULT = 64;
    /// @notice Where the escalation secret starts, if the record opens the seat secret; the answer commitment takes its place then.
    uint256 internal constant ESCALATION = 96;
    /// @notice Bytes of a claim without the words that are usually left out, and where its signature starts.
    uint256 internal constant CLAIM = 69;
    uint256 internal constant SIGNATURE = 5;
    /// @notice Bytes that a record takes at least: of its head only the first is left.
    uint256 internal constant LEAST = 97;
    uint256 private constant REDEEMER = 20;
    uint256 private constant HAS_SECRET = 1;
    uint256 private constant HAS_REDEEMER = 2;
    uint256 private constant HAS_LAST_TERMS = 4;
    /// @dev Bytes of a head, and of one that takes over its terms: workload type, determinism class, compute units and deadline.
    uint256 private constant HEAD = 27;
    uint256 private constant HEAD_WITHOUT_TERMS = 8;
    /// @dev Bits of the terms in a head, of what is before them, and of the pointer.
    uint256 private constant TERMS = 0xffffffffffffffffffffffffffffffffffffff0000000000;
    uint256 private constant BEFORE_TERMS = 0xffffffffffffffff << 192;
    uint256 private constant POINTER = 0xffffffffff;

    /// @notice Finds the records and makes the leaves of their tasks.
    /// @param taskCount tasks of the batch
    /// @return heads of the records
    /// @return positions indexes of the tasks, ascending
    /// @return leaves of the batch's tree
    function read(bytes calldata settlements, uint256 taskCount)
        internal
        pure
        returns (uint256[] memory heads, uint256[] memory positions, bytes32[] memory leaves)
    {
        uint256 cursor;
        uint256 least = 0;
        assembly ("memory-safe") {
            cursor := settlements.offset
            let end := add(cursor, settlements.length)
            // Three lists, each with room for its length, the records there can be and one that is cut off.
            heads := div(settlements.length, LEAST)
            if gt(heads, taskCount) { heads := taskCount }
            leaves := shl(5, add(heads, 2))
            heads := mload(0x40)
            positions := add(heads, leaves)
            leaves := add(positions, leaves)
            let to := 0x20
            // Index and terms, workload, hash of the secret, redeemer.
            let preimage := add(leaves, sub(positions, heads))
            mstore(0x40, preimage)
            let head := 0
            for {} lt(cursor, end) {} {
                let first := calldataload(cursor)
                // Of the bits and flags behind the first byte there are none in a short head.
                let others := 0
                switch slt(first, 0)
                case 1 {
                    if iszero(lt(least, taskCount)) { break }
                    head := or(or(and(first, shl(248, 0x7f)), shl(192, least)), and(head, TERMS))
                    cursor := add(cursor, 1)
                }
                default {
                    others := and(shr(224, first), 0xffffff)
                    // Ascending, in the batch, three flags, and nothing about claims that are not there.
                    if or(
                        and(others, not(or(mul(shr(248, first), 0x10100), 7))),
                        or(
                            lt(and(shr(192, first), 0xffffffff), least),
                            iszero(lt(and(shr(192, first), 0xffffffff), taskCount))
                        )
                    ) { break }
                    least := and(shr(192, first), 0xffffffff)
                    switch and(others, HAS_LAST_TERMS)
                    case 0 {
                        head := and(first, not(POINTER))
                        cursor := add(cursor, HEAD)
                    }
                    default {
                        head := or(and(first, BEFORE_TERMS), and(head, TERMS))
                        cursor := add(cursor, HEAD_WITHOUT_TERMS)
                    }
                }
                mstore(add(heads, to), or(head, cursor))
                mstore(add(positions, to), least)
                least := add(least, 1)
                mstore(preimage, shl(32, head))
                mstore(add(preimage, 23), calldataload(cursor))
                mstore(0x00, calldataload(add(cursor, SECRET)))
                mstore(add(preimage, 87), 0)
                cursor := add(cursor, FIXED)
                if others {
                    if and(others, HAS_SECRET) {
                        mstore(0x20, calldataload(cursor))
                        mstore(0x00, keccak256(0x00, 0x40))
                        cursor := add(cursor, 0x20)
                    }
                    if and(others, HAS_REDEEMER) {
                        calldatacopy(add(preimage, 87), cursor, REDEEMER)
                        cursor := add(cursor, REDEEMER)
                    }
                    others := or(and(shr(8, others), 0x7f), shl(7, shr(16, others)))
                    cursor := add(cursor, shl(5, mod(and(mul(others, 0x200040008001), 0x111111111111111), 15)))
                }
                // Bits of fourteen are counted by one multiplication and one remainder.
                cursor := add(cursor, mul(mod(and(mul(shr(248, head), 0x200040008001), 0x111111111111111), 15), CLAIM))
                // A secret proves itself: only its own hash leads to the leaf.
                mstore(add(preimage, 55), keccak256(0x00, 0x20))
                mstore(add(leaves, to), keccak256(preimage, 107))
                to := add(to, 0x20)
            }
            let count := sub(shr(5, to), 1)
            mstore(heads, count)
            mstore(positions, count)
            mstore(leaves, count)
        }
        _refuse(settlements, cursor, least, taskCount);
    }

    /// @dev What is wrong where reading ended; nothing at the end.
    function _refuse(bytes calldata settlements, uint256 cursor, uint256 least, uint256 taskCount) private pure {
        uint256 offset;
        assembly ("memory-safe") {
            offset := sub(cursor, settlements.offset)
        }
        if (offset == settlements.length) return;
        if (offset < settlements.length) {
            uint256 head = wordAt(cursor, 0);
            bool isShort = head >> 255 != 0;
            uint256 index = isShort ? least : indexOf(head);
            uint256 size = isShort ? 1 : head >> 224 & HAS_LAST_TERMS != 0 ? HEAD_WITHOUT_TERMS : HEAD;
            require(index >= least, IMiningRegistry.TasksNotAscending());
            require(index < taskCount, IMiningRegistry.WorkloadNotInQueue(bytes32(wordAt(cursor, size))));
        }
        revert IMiningRegistry.SettlementMalformed(offset, settlements.length);
    }

    /// @notice The pointer of a record.
    function recordOf(uint256 head) internal pure returns (uint256) {
        return head & POINTER;
    }

    /// @notice 32 bytes of a record, counted from its words.
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
