// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Memory table
/// @notice A hash table in memory with chaining: what one call remembers, so that storage is read and written once.
/// @dev An entry is a memory address: key, next in its bucket, the entry added before it, then the caller's words, zeroed by the
/// caller. Zero is no entry. The number of buckets is fixed; more entries only lengthen the chains.
library MemoryTable {
    /// @param buckets memory address of the first bucket
    /// @param mask number of buckets - 1
    /// @param last the entry added last; with `previousOf` the way through all of them
    struct Table {
        uint256 buckets;
        uint256 mask;
        uint256 last;
    }

    uint256 private constant BUCKETS_LEAST = 8;
    uint256 private constant BUCKETS_MOST = 1024;
    /// @dev Bytes before the caller's words.
    uint256 private constant HEAD = 0x60;

    /// @notice A table for about `expected` entries; more are fine.
    function create(uint256 expected) internal pure returns (Table memory table) {
        uint256 count = BUCKETS_LEAST;
        while (count < expected && count < BUCKETS_MOST) count <<= 1;
        uint256[] memory zeroed = new uint256[](count);
        uint256 buckets;
        assembly ("memory-safe") {
            buckets := add(zeroed, 0x20)
        }
        table.buckets = buckets;
        table.mask = count - 1;
    }

    /// @notice The entry of a key, zero if there is none.
    function find(Table memory table, uint256 key) internal pure returns (uint256 entry) {
        assembly ("memory-safe") {
            entry := mload(add(mload(table), shl(5, and(key, mload(add(table, 0x20))))))
            for {} entry {} {
                if eq(mload(entry), key) { break }
                entry := mload(add(entry, 0x20))
            }
        }
    }

    /// @notice Adds an entry with room for `words` words of the caller. The key must not be there yet.
    function add(Table memory table, uint256 key, uint256 words) internal pure returns (uint256 entry) {
        assembly ("memory-safe") {
            entry := mload(0x40)
            mstore(0x40, add(entry, add(HEAD, shl(5, words))))
            let bucket := add(mload(table), shl(5, and(key, mload(add(table, 0x20)))))
            mstore(entry, key)
            mstore(add(entry, 0x20), mload(bucket))
            mstore(add(entry, 0x40), mload(add(table, 0x40)))
            mstore(bucket, entry)
            mstore(add(table, 0x40), entry)
        }
    }

    /// @notice The key of an entry.
    function keyOf(uint256 entry) internal pure returns (uint256 key) {
        assembly ("memory-safe") {
            key := mload(entry)
        }
    }

    /// @notice The entry added before this one, zero for the first.
    function previousOf(uint256 entry) internal pure returns (uint256 previous) {
        assembly ("memory-safe") {
            previous := mload(add(entry, 0x40))
        }
    }

    /// @notice The address of a word of the caller, counted from zero.
    function placeOf(uint256 entry, uint256 place) internal pure returns (uint256) {
        unchecked {
            return entry + HEAD + place * 32;
        }
    }

    /// @notice A word of the caller, counted from zero.
    function wordOf(uint256 entry, uint256 place) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(entry, HEAD), shl(5, place)))
        }
    }

    /// @notice Sets a word of the caller.
    function setWord(uint256 entry, uint256 place, uint256 word) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(entry, HEAD), shl(5, place)), word)
        }
    }
}
