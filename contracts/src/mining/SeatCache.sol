// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Device} from "../interfaces/IDeviceRegistry.sol";

/// @title Seat cache
/// @notice The devices one call has met, in memory: each is read from the roster once, its clock is written once, and each operator
/// is paid once, however many tasks the call settles.
/// @dev Two lists of entries, each found through a hash table with chaining. Places in a list count from 1, zero is none.
/// Entries are read as `cache.seats[place]`, never through a function: one that returns a memory struct first allocates an empty one.
library SeatCache {
    /// @param slot roster slot
    /// @param device the roster's record of it
    /// @param clock busyUntil in milliseconds, as of the claims applied so far
    /// @param isClockRead true once `clock` holds the stored value
    /// @param isClockMoved true once `clock` differs from the stored value
    /// @param chain place of the next entry in the same bucket
    struct Seated {
        uint256 slot;
        Device device;
        uint256 clock;
        bool isClockRead;
        bool isClockMoved;
        uint256 chain;
    }

    /// @param operator account to be paid
    /// @param owed wei it earned in this call
    /// @param chain place of the next entry in the same bucket
    struct Payee {
        address operator;
        uint256 owed;
        uint256 chain;
    }

    /// @param mask number of buckets - 1
    /// @param seats entries from 1 to `seatCount`; what lies beyond is not allocated
    /// @param payees entries from 1 to `payeeCount`; what lies beyond is not allocated
    struct Cache {
        uint256 mask;
        uint256[] seatBuckets;
        uint256[] payeeBuckets;
        Seated[] seats;
        Payee[] payees;
        uint256 seatCount;
        uint256 payeeCount;
    }

    uint256 private constant BUCKETS_LEAST = 8;
    uint256 private constant BUCKETS_MOST = 1024;

    /// @notice A cache for about `expected` devices; more are fine.
    function create(uint256 expected) internal pure returns (Cache memory cache) {
        uint256 buckets = BUCKETS_LEAST;
        while (buckets < expected && buckets < BUCKETS_MOST) buckets <<= 1;
        cache.mask = buckets - 1;
        cache.seatBuckets = new uint256[](buckets);
        cache.payeeBuckets = new uint256[](buckets);
        (uint256[] memory seats, uint256[] memory payees) = (new uint256[](buckets), new uint256[](buckets));
        _setLists(cache, seats, payees);
    }

    /// @notice The place of a slot, zero if it was not met.
    function find(Cache memory cache, uint256 slot) internal pure returns (uint256 place) {
        place = cache.seatBuckets[slot & cache.mask];
        while (place != 0) {
            Seated memory entry = cache.seats[place];
            if (entry.slot == slot) return place;
            place = entry.chain;
        }
    }

    /// @notice Remembers a device.
    function add(Cache memory cache, uint256 slot, Device memory device) internal pure returns (uint256 place) {
        place = ++cache.seatCount;
        if (place == cache.seats.length) _growSeats(cache);
        uint256 bucket = slot & cache.mask;
        cache.seats[place] = Seated({
            slot: slot,
            device: device,
            clock: 0,
            isClockRead: false,
            isClockMoved: false,
            chain: cache.seatBuckets[bucket]
        });
        cache.seatBuckets[bucket] = place;
    }

    /// @notice Adds to what an operator is owed.
    function credit(Cache memory cache, address operator, uint256 amount) internal pure {
        uint256 bucket = uint160(operator) & cache.mask;
        uint256 first = cache.payeeBuckets[bucket];
        uint256 place = first;
        while (place != 0) {
            Payee memory payee = cache.payees[place];
            if (payee.operator == operator) {
                payee.owed += amount;
                return;
            }
            place = payee.chain;
        }
        place = ++cache.payeeCount;
        if (place == cache.payees.length) _growPayees(cache);
        cache.payees[place] = Payee({operator: operator, owed: amount, chain: first});
        cache.payeeBuckets[bucket] = place;
    }

    /// @dev A memory array of structs is an array of their addresses: made as numbers, it holds no empty structs. An entry beyond the
    /// count is never read.
    function _setLists(Cache memory cache, uint256[] memory seats, uint256[] memory payees) private pure {
        Seated[] memory seatList;
        Payee[] memory payeeList;
        assembly ("memory-safe") {
            seatList := seats
            payeeList := payees
        }
        cache.seats = seatList;
        cache.payees = payeeList;
    }

    function _growSeats(Cache memory cache) private pure {
        Seated[] memory full = cache.seats;
        uint256[] memory numbers = new uint256[](2 * full.length);
        Seated[] memory larger;
        assembly ("memory-safe") {
            larger := numbers
        }
        for (uint256 i = 1; i < full.length; i++) {
            larger[i] = full[i];
        }
        cache.seats = larger;
    }

    function _growPayees(Cache memory cache) private pure {
        Payee[] memory full = cache.payees;
        uint256[] memory numbers = new uint256[](2 * full.length);
        Payee[] memory larger;
        assembly ("memory-safe") {
            larger := numbers
        }
        for (uint256 i = 1; i < full.length; i++) {
            larger[i] = full[i];
        }
        cache.payees = larger;
    }
}
