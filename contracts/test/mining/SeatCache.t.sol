// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MemoryTable} from "../../src/mining/MemoryTable.sol";
import {SeatCache} from "../../src/mining/SeatCache.sol";
import {Test} from "../base/Test.sol";

contract SeatCacheTest is Test {
    using MemoryTable for MemoryTable.Table;
    using MemoryTable for uint256;
    using SeatCache for SeatCache.Cache;

    mapping(uint256 => uint256) private known;
    mapping(address => uint256) private owed;

    function testFuzz_table_answersAsAMappingDoes(uint32[] memory keys, uint8 expected) public {
        MemoryTable.Table memory table = MemoryTable.create(expected);
        uint256 added = 0;
        for (uint256 i = 0; i < keys.length; i++) {
            uint256 key = keys[i] % 64;
            uint256 entry = table.find(key);
            assertTrue((entry != 0) == (known[key] != 0), "found iff added");
            if (entry == 0) {
                entry = table.add(key, 2);
                known[key] = i + 1;
                entry.setWord(0, i + 1);
                entry.setWord(1, key * 3);
                added++;
            }
            assertEq(entry.keyOf(), key, "key");
            assertEq(entry.wordOf(0), known[key], "first word");
            assertEq(entry.wordOf(1), key * 3, "second word");
        }
        for (uint256 entry = table.last; entry != 0; entry = entry.previousOf()) {
            assertEq(entry.wordOf(0), known[entry.keyOf()], "listed");
            added--;
        }
        assertEq(added, 0, "every entry is listed once");
    }

    function testFuzz_payeeOf_isOneEntryAnOperator(address[] memory operators, uint8 expected) public {
        SeatCache.Cache memory cache = SeatCache.create(expected);
        uint256 count = 0;
        for (uint256 i = 0; i < operators.length; i++) {
            address operator = address(uint160(operators[i]) % 8);
            if (owed[operator] == 0) count++;
            uint256 entry = cache.payeeOf(operator);
            entry.setWord(0, entry.wordOf(0) + i + 1);
            owed[operator] += i + 1;
        }
        for (uint256 entry = cache.payees.last; entry != 0; entry = entry.previousOf()) {
            assertEq(entry.wordOf(0), owed[address(uint160(entry.keyOf()))], "owed");
            count--;
        }
        assertEq(count, 0, "every operator is listed once");
    }
}
