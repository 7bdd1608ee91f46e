// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {DeviceClocks} from "./DeviceClocks.sol";
import {MemoryTable} from "./MemoryTable.sol";

/// @title Seat cache
/// @notice What one call knows of devices, clocks and payees: each roster slot and each word of clocks is read once, each word of
/// clocks is written once and each operator is paid once, however many tasks the call settles.
/// @dev A seated device is a `MemoryTable` entry under its slot: gpuId, holder and validity as in `RosterEntry`, then the entry of
/// its clock's word, zero until the clock is asked for.
library SeatCache {
    using MemoryTable for MemoryTable.Table;
    using MemoryTable for uint256;

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

    /// @notice The device in a slot, read from the roster when it is met for the first time.
    function seatedAt(Cache memory cache, IDeviceRegistry devices, uint256 slot) internal view returns (uint256 seated) {
        seated = cache.seats.find(slot);
        if (seated != 0) return seated;
        seated = cache.seats.add(slot, 4);
        uint256 selector = uint32(IDeviceRegistry.rosterEntry.selector);
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x20, slot)
            if iszero(staticcall(gas(), devices, 0x1c, 0x24, add(seated, 0x60), 0x60)) {
                let free := mload(0x40)
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            if lt(returndatasize(), 0x60) { revert(0, 0) }
            mstore(add(seated, 0xc0), 0)
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

    /// @notice The entry of the word that holds a device's clock.
    function clockWordOf(
        Cache memory cache,
        uint256 seated,
        uint256 gpuNumber,
        mapping(uint256 => uint256) storage clocks
    ) internal view returns (uint256 entry) {
        entry = seated.wordOf(3);
        if (entry != 0) return entry;
        uint256 word = gpuNumber / DeviceClocks.PER_WORD;
        entry = cache.clocks.find(word);
        if (entry == 0) {
            entry = cache.clocks.add(word, 1);
            entry.setWord(0, clocks[word]);
        }
        seated.setWord(3, entry);
    }

    /// @notice Adds to what an operator is owed.
    function credit(Cache memory cache, address operator, uint256 amount) internal pure {
        uint256 entry = cache.payees.find(uint160(operator));
        if (entry == 0) {
            entry = cache.payees.add(uint160(operator), 1);
            entry.setWord(0, amount);
        } else {
            entry.setWord(0, entry.wordOf(0) + amount);
        }
    }
}
