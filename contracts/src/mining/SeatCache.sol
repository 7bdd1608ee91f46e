// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {RosterWords} from "../roster/RosterWords.sol";
import {DeviceClocks} from "./DeviceClocks.sol";
import {MemoryTable} from "./MemoryTable.sol";
import {FRAME_TERMS, FRAME_TERMS_SIZE} from "./SeatFrame.sol";

/// @title Seat cache
/// @notice What one call knows of devices, clocks and payees: each roster slot and each word of clocks is read once, each word of
/// clocks is written once and each operator is paid once, however many tasks the call settles.
/// @dev A seated device is a `MemoryTable` entry under its slot, which lies at 0x00. Its words: 0x60 gpuId, zero while it is not known,
/// 0x80 holder and 0xa0 validity as in `RosterEntry`; 0xc0 until when it could serve as of the batch's commitment; 0xe0 the key that
/// signs for it today, `KEY_UNKNOWN` until a signature showed it, none if it is not live; if it could serve, 0x100 the address of its clock's
/// word, 0x120 where in that word its clock starts, and 0x140 the address of what its operator is owed; 0x160 where a `SeatFrame` has the
/// terms of its class; if it could serve, 0x180 its operator, host and GPU in three lanes of 32 bits. What is asked of a device for every
/// seat is worked out once: beside its signature a seat costs little. `SeatDraw` and `SeatClaims` read these words.
library SeatCache {
    using MemoryTable for MemoryTable.Table;
    using MemoryTable for uint256;
    using RosterWords for uint256;

    uint256 private constant CLASSES_AND_ONE = 5;
    /// @dev No signer is this: an address has 20 bytes.
    uint256 internal constant KEY_UNKNOWN = 1 << 160;

    /// @param seats devices by roster slot
    /// @param clocks words of `DeviceClocks` by number
    /// @param payees wei owed by operator
    struct Cache {
        MemoryTable.Table seats;
        MemoryTable.Table clocks;
        MemoryTable.Table payees;
    }

    /// @notice A cache for about `expected` devices; more are fine.
    function create(uint256 expected) internal pure returns (Cache memory cache) {
        cache.seats = MemoryTable.create(expected);
        cache.clocks = MemoryTable.create(expected);
        cache.payees = MemoryTable.create(expected / 4);
    }

    /// @notice Reads the device in a slot that the cache does not have yet.
    /// @param clocks where the clocks are stored
    /// @param commitBlock block of the batch's commitment, the same for all of a call
    function load(
        Cache memory cache,
        IDeviceRegistry devices,
        mapping(uint256 => uint256) storage clocks,
        uint256 slot,
        uint256 commitBlock
    ) internal view returns (uint256 seated) {
        seated = cache.seats.add(slot, 10);
        uint256 selector = uint32(IDeviceRegistry.rosterEntry.selector);
        uint256 holder;
        uint256 serves;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x20, slot)
            if iszero(staticcall(gas(), devices, 0x1c, 0x24, add(seated, 0x80), 0x40)) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            if lt(returndatasize(), 0x40) { revert(0, 0) }
            mstore(add(seated, 0x60), 0)
            // The words are those that `RosterWords` reads.
            holder := mload(add(seated, 0x80))
            let validity := mload(add(seated, 0xa0))
            let revoked := and(shr(216, holder), 0xffffffff)
            let validUntil := and(shr(160, validity), 0xffffffff)
            serves := validUntil
            if gt(shr(224, validity), commitBlock) { serves := and(shr(192, validity), 0xffffffff) }
            if revoked { if iszero(gt(revoked, commitBlock)) { serves := 0 } }
            mstore(add(seated, 0xc0), serves)
            // No signer is all ones: what is revoked or out of time signs nothing.
            mstore(add(seated, 0xe0), or(KEY_UNKNOWN, sub(0, or(iszero(iszero(revoked)), lt(validUntil, timestamp())))))
            let class := and(shr(160, holder), 0xff)
            mstore(add(seated, 0x160), add(FRAME_TERMS, mul(mul(class, lt(class, CLASSES_AND_ONE)), FRAME_TERMS_SIZE)))
        }
        // One that cannot serve is never seated.
        if (serves == 0) return seated;
        uint256 gpuNumber = holder.gpuNumberOf();
        uint256 clock = cache.clocks.find(gpuNumber / DeviceClocks.PER_WORD);
        if (clock == 0) {
            clock = cache.clocks.add(gpuNumber / DeviceClocks.PER_WORD, 1);
            clock.setWord(0, clocks[gpuNumber / DeviceClocks.PER_WORD]);
        }
        uint256 payee = payeeOf(cache, holder.operatorOf()).placeOf(0);
        uint256 shift = DeviceClocks.shiftOf(gpuNumber);
        assembly ("memory-safe") {
            mstore(add(seated, 0x100), add(clock, 0x60))
            mstore(add(seated, 0x120), shift)
            mstore(add(seated, 0x140), payee)
            // Memory is addressed, hosts and GPUs are numbered with less than 31 bits.
            mstore(add(seated, 0x180), or(or(shl(64, payee), shl(32, and(shr(192, holder), 0xffffff))), gpuNumber))
        }
    }

    /// @notice The GPU of a seated device.
    function gpuIdOf(uint256 seated) internal pure returns (bytes32) {
        return bytes32(seated.wordOf(0));
    }

    /// @notice The holder word of a seated device.
    function holderOf(uint256 seated) internal pure returns (uint256) {
        return seated.wordOf(1);
    }

    /// @notice The validity word of a seated device.
    function validityOf(uint256 seated) internal pure returns (uint256) {
        return seated.wordOf(2);
    }

    /// @notice The entry of what an operator is owed.
    function payeeOf(Cache memory cache, address operator) internal pure returns (uint256 entry) {
        entry = cache.payees.find(uint160(operator));
        if (entry != 0) return entry;
        entry = cache.payees.add(uint160(operator), 1);
        entry.setWord(0, 0);
    }
}
