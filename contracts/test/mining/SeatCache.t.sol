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
            uint256 handle = cache.find(slots[i]);
            assertTrue((handle != 0) == isKnown[slots[i]], "found iff added");
            if (handle == 0) {
                Device memory device;
                device.gpuId = keccak256(abi.encode(slots[i]));
                handle = cache.add(slots[i], device);
                isKnown[slots[i]] = true;
                added++;
            }
            assertEq(SeatCache.seatAt(handle).slot, slots[i], "slot");
            assertEq(SeatCache.seatAt(handle).device.gpuId, keccak256(abi.encode(slots[i])), "device");
        }
        uint256 walked = 0;
        for (uint256 handle = cache.latestSeat; handle != 0; handle = SeatCache.seatAt(handle).previous) walked++;
        assertEq(walked, added, "every entry is walked once");
    }

    function testFuzz_credit_sumsPerOperator(uint8[] memory operators, uint64[] memory amounts) public {
        SeatCache.Cache memory cache = SeatCache.create(1);
        for (uint256 i = 0; i < operators.length && i < amounts.length; i++) {
            address operator = address(1 + uint160(operators[i]));
            owed[operator] += amounts[i];
            cache.credit(operator, amounts[i]);
        }
        for (uint256 handle = cache.latestPayee; handle != 0; handle = SeatCache.payeeAt(handle).previous) {
            SeatCache.Payee memory payee = SeatCache.payeeAt(handle);
            assertEq(payee.owed, owed[payee.operator], "owed");
            owed[payee.operator] = 0;
        }
        for (uint256 i = 0; i < operators.length; i++) {
            assertEq(owed[address(1 + uint160(operators[i]))], 0, "every payee is walked once");
        }
    }

    function test_create_boundsItsTables() public pure {
        assertEq(SeatCache.create(0).mask, 7, "least");
        assertEq(SeatCache.create(9).mask, 15, "power of two");
        assertEq(SeatCache.create(1e9).mask, 1023, "most");
    }
}
