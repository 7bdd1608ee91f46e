// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Device} from "../../src/interfaces/IDeviceRegistry.sol";
import {SeatCache} from "../../src/mining/SeatCache.sol";
import {Test} from "../base/Test.sol";

contract SeatCacheTest is Test {
    using SeatCache for SeatCache.Cache;

    mapping(address => uint256) private owed;
    mapping(uint256 => bool) private isKnown;

    function testFuzz_find_answersAsAMappingDoes(uint32[] memory slots, uint8 expected) public {
        SeatCache.Cache memory cache = SeatCache.create(expected);
        uint256 added = 0;
        for (uint256 i = 0; i < slots.length; i++) {
            uint256 place = cache.find(slots[i]);
            assertTrue((place != 0) == isKnown[slots[i]], "found iff added");
            if (place == 0) {
                Device memory device;
                device.gpuId = keccak256(abi.encode(slots[i]));
                place = cache.add(slots[i], device);
                isKnown[slots[i]] = true;
                added++;
            }
            assertEq(cache.seats[place].slot, slots[i], "slot");
            assertEq(cache.seats[place].device.gpuId, keccak256(abi.encode(slots[i])), "device");
        }
        assertEq(cache.seatCount, added, "every entry is listed once");
        for (uint256 place = 1; place <= added; place++) {
            assertEq(cache.find(cache.seats[place].slot), place, "and where it is found");
        }
    }

    function testFuzz_credit_sumsPerOperator(uint8[] memory operators, uint64[] memory amounts) public {
        SeatCache.Cache memory cache = SeatCache.create(1);
        for (uint256 i = 0; i < operators.length && i < amounts.length; i++) {
            address operator = address(1 + uint160(operators[i]));
            owed[operator] += amounts[i];
            cache.credit(operator, amounts[i]);
        }
        for (uint256 place = 1; place <= cache.payeeCount; place++) {
            SeatCache.Payee memory payee = cache.payees[place];
            assertEq(payee.owed, owed[payee.operator], "owed");
            owed[payee.operator] = 0;
        }
        for (uint256 i = 0; i < operators.length; i++) {
            assertEq(owed[address(1 + uint160(operators[i]))], 0, "every payee is listed once");
        }
    }

    function test_create_boundsItsTables() public pure {
        assertEq(SeatCache.create(0).mask, 7, "least");
        assertEq(SeatCache.create(9).mask, 15, "power of two");
        assertEq(SeatCache.create(1e9).mask, 1023, "most");
    }
}
