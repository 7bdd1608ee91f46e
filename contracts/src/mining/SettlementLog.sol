// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMiningRegistry} from "../interfaces/IMiningRegistry.sol";
import {FRAME_AGREED, FRAME_AMOUNT, FRAME_LEVEL, FRAME_WORKLOAD} from "./SeatFrame.sol";

/// @title Settlement log
/// @notice Gathers what a call settled into the data of one `IMiningRegistry.TasksSettled`.
library SettlementLog {
    /// @dev Bytes an entry takes at most: number of seats, index, pay, workload, result, seven seats.
    uint256 private constant MOST = 115;

    /// @notice Room for the entries of a call.
    /// @return log where the event's data starts
    /// @return logged where its entries end
    function create(uint256 tasks) internal pure returns (uint256 log, uint256 logged) {
        assembly ("memory-safe") {
            log := mload(0x40)
            logged := add(log, 0x40)
            // A word more: entries are written in whole words.
            mstore(0x40, add(logged, and(add(mul(tasks, MOST), 0x5f), not(0x1f))))
            // Until the event is written, index and pay that the next entry need not state.
            mstore(log, 0)
        }
    }

    /// @notice Adds the task at hand, which the `SeatFrame` holds.
    /// @param outcomes its number of seats and what became of each, as in the event
    /// @return end where the entries end now
    function add(uint256 log, uint256 logged, uint256 index, uint256 outcomes) internal pure returns (uint256 end) {
        assembly ("memory-safe") {
            let level := mload(FRAME_LEVEL)
            let facts := or(shl(144, index), mload(FRAME_AMOUNT))
            switch eq(facts, mload(log))
            case 1 {
                mstore8(logged, or(level, 0x80))
                logged := add(logged, 1)
            }
            default {
                mstore(logged, or(shl(248, level), shl(72, facts)))
                logged := add(logged, 23)
            }
            mstore(log, add(facts, shl(144, 1)))
            mstore(logged, mload(FRAME_WORKLOAD))
            mstore(add(logged, 0x20), mload(FRAME_AGREED))
            let size := shl(2, level)
            mstore(add(logged, 0x40), shl(sub(256, shl(3, size)), outcomes))
            end := add(logged, add(0x40, size))
        }
    }

    /// @notice Emits the event, unless there is no entry.
    function write(uint256 log, uint256 logged, uint256 batchId) internal {
        bytes32 topic = IMiningRegistry.TasksSettled.selector;
        assembly ("memory-safe") {
            let length := sub(logged, add(log, 0x40))
            if length {
                mstore(log, 0x20)
                mstore(add(log, 0x20), length)
                // The ABI pads with zeros to whole words.
                mstore(logged, 0)
                log2(log, add(0x40, and(add(length, 0x1f), not(0x1f))), topic, batchId)
            }
        }
    }
}
