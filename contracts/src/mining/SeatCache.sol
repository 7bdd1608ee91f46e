// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeviceRegistry} from "../interfaces/IDeviceRegistry.sol";
import {RosterWords} from "../roster/RosterWords.sol";
import {DeviceClocks} from "./DeviceClocks.sol";
import {MemoryTable} from "./MemoryTable.sol";
import {Rates} from "./Rates.sol";

/// @title Seat cache
/// @notice What one call knows of devices, clocks and payees: each roster slot and each word of clocks is read once, each word of
/// clocks is written once and each operator is paid once, however many tasks the call settles.
/// @dev A seated device is a `MemoryTable` entry under its slot: gpuId, holder and validity as in `RosterEntry`; until when it could
/// serve as of the batch's commitment; the key that signs for it today, zero if it is not live; the entry of its clock's word, zero
/// until it has a seat, where in that word its clock starts, and the entry of its operator; and 32 times its class. What is asked of a
/// device for every seat is worked out once: beside its signature a seat costs little. `SeatClaims` reads these words.
library SeatCache {
    using MemoryTable for MemoryTable.Table;
    using MemoryTable for uint256;
    using RosterWords for uint256;

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
    /// @param commitBlock block of the batch's commitment, the same for all of a call
    function load(Cache memory cache, IDeviceRegistry devices, uint256 slot, uint256 commitBlock)
        internal
        view
        returns (uint256 seated)
    {
        seated = cache.seats.add(slot, 9);
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
            mstore(add(seated, 0x100), 0)
        }
        uint256 holder = holderOf(seated);
        uint256 validity = validityOf(seated);
        seated.setWord(3, holder.servesUntil(validity, commitBlock));
        bool isLive = holder.revokedBlockOf() == 0 && validity.validUntilOf() >= block.timestamp;
        seated.setWord(4, isLive ? uint160(validity.enclaveKeyOf()) : 0);
        uint256 class = holder.classOf();
        seated.setWord(8, class <= Rates.CLASSES ? class * 32 : 0);
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

    /// @notice Finds the clock and the payee of a device that has been given a seat, once.
    function prepare(Cache memory cache, uint256 seated, mapping(uint256 => uint256) storage clocks) internal view {
        if (seated.wordOf(5) != 0) return;
        uint256 holder = holderOf(seated);
        uint256 number = holder.gpuNumberOf();
        uint256 word = number / DeviceClocks.PER_WORD;
        uint256 entry = cache.clocks.find(word);
        if (entry == 0) {
            entry = cache.clocks.add(word, 1);
            entry.setWord(0, clocks[word]);
        }
        seated.setWord(5, entry);
        seated.setWord(6, DeviceClocks.shiftOf(number));
        seated.setWord(7, payeeOf(cache, holder.operatorOf()));
    }

    /// @notice The entry of what an operator is owed.
    function payeeOf(Cache memory cache, address operator) internal pure returns (uint256 entry) {
        entry = cache.payees.find(uint160(operator));
        if (entry != 0) return entry;
        entry = cache.payees.add(uint160(operator), 1);
        entry.setWord(0, 0);
    }
}
