// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Device} from "../interfaces/IDeviceRegistry.sol";

/// @title Seat cache
/// @notice The devices one call has met, in memory: each is read from the roster once, its clock is written once, and each operator
/// is paid once, however many tasks the call settles.
/// @dev Two hash tables with chaining. A handle is the memory address of an entry, zero for none: Solidity has no memory references
/// inside structs of their own type.
library SeatCache {
    /// @param slot roster slot
    /// @param device the roster's record of it
    /// @param clock busyUntil in milliseconds, as of the claims applied so far
    /// @param isClockRead true once `clock` holds the stored value
    /// @param isClockMoved true once `clock` differs from the stored value
    /// @param chain next entry in the same bucket
    /// @param previous entry met before this one
    struct Seated {
        uint256 slot;
        Device device;
        uint256 clock;
        bool isClockRead;
        bool isClockMoved;
        uint256 chain;
        uint256 previous;
    }

    /// @param operator account to be paid
    /// @param owed wei it earned in this call
    /// @param chain next entry in the same bucket
    /// @param previous entry met before this one
    struct Payee {
        address operator;
        uint256 owed;
        uint256 chain;
        uint256 previous;
    }

    /// @param mask number of buckets - 1
    struct Cache {
        uint256 mask;
        uint256[] seatBuckets;
        uint256[] payeeBuckets;
        uint256 latestSeat;
        uint256 latestPayee;
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
    }

    /// @notice The entry of a slot, zero if it was not met.
    function find(Cache memory cache, uint256 slot) internal pure returns (uint256 handle) {
        handle = cache.seatBuckets[slot & cache.mask];
        while (handle != 0) {
            Seated memory entry = seatAt(handle);
            if (entry.slot == slot) return handle;
            handle = entry.chain;
        }
    }

    /// @notice Remembers a device.
    function add(Cache memory cache, uint256 slot, Device memory device) internal pure returns (uint256 handle) {
        Seated memory entry = Seated({
            slot: slot,
            device: device,
            clock: 0,
            isClockRead: false,
            isClockMoved: false,
            chain: cache.seatBuckets[slot & cache.mask],
            previous: cache.latestSeat
        });
        assembly ("memory-safe") {
            handle := entry
        }
        cache.seatBuckets[slot & cache.mask] = handle;
        cache.latestSeat = handle;
    }

    /// @notice Adds to what an operator is owed.
    function credit(Cache memory cache, address operator, uint256 amount) internal pure {
        uint256 bucket = uint160(operator) & cache.mask;
        uint256 handle = cache.payeeBuckets[bucket];
        while (handle != 0) {
            Payee memory payee = payeeAt(handle);
            if (payee.operator == operator) {
                payee.owed += amount;
                return;
            }
            handle = payee.chain;
        }
        Payee memory added = Payee({
            operator: operator,
            owed: amount,
            chain: cache.payeeBuckets[bucket],
            previous: cache.latestPayee
        });
        assembly ("memory-safe") {
            handle := added
        }
        cache.payeeBuckets[bucket] = handle;
        cache.latestPayee = handle;
    }

    /// @notice The entry behind a handle of `find` or `add`.
    function seatAt(uint256 handle) internal pure returns (Seated memory entry) {
        assembly ("memory-safe") {
            entry := handle
        }
    }

    /// @notice The payee behind a handle the cache holds.
    function payeeAt(uint256 handle) internal pure returns (Payee memory payee) {
        assembly ("memory-safe") {
            payee := handle
        }
    }
}
