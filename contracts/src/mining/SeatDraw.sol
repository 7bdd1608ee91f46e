// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MemoryTable} from "./MemoryTable.sol";
import {FRAME_DRAW, FRAME_SEATS} from "./SeatFrame.sol";

/// @title Seat draw
/// @notice Draws over the roster, as `IMiningRegistry` says.
library SeatDraw {
    /// @notice Draws after which a roster is too small.
    uint256 internal constant MOST_DRAWS = 64;
    /// @notice No slot.
    uint256 internal constant NONE = type(uint256).max;

    /// @notice Draws until the seats are filled, draws run out, or a device comes up that the table does not have.
    /// @dev The frame's seats below `from` are filled.
    /// @param table devices as entries of `SeatCache`
    /// @param deadline until when a device must serve
    /// @param k the next draw
    /// @return reached the draw at which it ended
    /// @return filled seats there are now
    /// @return missing the slot to be loaded before this goes on
    function draw(
        MemoryTable.Table memory table,
        uint256 rosterLength,
        uint256 deadline,
        uint256 k,
        uint256 from,
        uint256 to
    ) internal pure returns (uint256 reached, uint256 filled, uint256 missing) {
        assembly ("memory-safe") {
            let buckets := mload(table)
            let mask := shl(5, mload(add(table, 0x20)))
            // From here on addresses of seats.
            from := add(FRAME_SEATS, shl(5, from))
            to := add(FRAME_SEATS, shl(5, to))
            // Lanes of the two seats filled last; an empty one is like nobody.
            let last := 0x7fffffff7fffffff7fffffff
            let before := last
            missing := not(0)
            if gt(from, FRAME_SEATS) {
                last := mload(add(mload(sub(from, 0x20)), 0x180))
                if gt(from, add(FRAME_SEATS, 0x20)) {
                    before := mload(add(mload(sub(from, 0x40)), 0x180))
                }
            }
            for {} lt(k, 64) { k := add(k, 1) } {
                mstore(add(FRAME_DRAW, 0x40), k)
                let slot := mod(keccak256(FRAME_DRAW, 0x60), rosterLength)
                let seated := mload(add(buckets, and(shl(5, slot), mask)))
                if or(iszero(seated), xor(mload(seated), slot)) {
                    for {} seated { seated := mload(add(seated, 0x20)) } { if eq(mload(seated), slot) { break } }
                    if iszero(seated) {
                        missing := slot
                        break
                    }
                }
                // Words of an entry as in `SeatCache`. A lane that is equal is zero under xor, and only then taking one from each lane
                // borrows into its topmost bit.
                let lanes := mload(add(seated, 0x180))
                let equal := or(sub(xor(lanes, last), 0x10000000100000001), sub(xor(lanes, before), 0x10000000100000001))
                if or(lt(mload(add(seated, 0xc0)), deadline), and(equal, 0x800000008000000080000000)) { continue }
                // Seats before the last two: only a task that escalated has them.
                if gt(from, add(FRAME_SEATS, 0x40)) {
                    let taken := FRAME_SEATS
                    for {} lt(taken, from) { taken := add(taken, 0x20) } {
                        equal := sub(xor(lanes, mload(add(mload(taken), 0x180))), 0x10000000100000001)
                        if and(equal, 0x800000008000000080000000) { break }
                    }
                    if lt(taken, from) { continue }
                }
                mstore(from, seated)
                before := last
                last := lanes
                from := add(from, 0x20)
                if eq(from, to) { break }
            }
            filled := shr(5, sub(from, FRAME_SEATS))
            reached := k
        }
    }
}
