// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Network} from "./base/Network.sol";
import {Opcodes} from "./base/Opcodes.sol";

/// @notice What the deployed contracts may weigh and which instructions they may use.
contract BytecodeTest is Network {
    /// @dev EIP-170.
    uint256 private constant SIZE_LIMIT = 24_576;

    function test_size_fitsEveryChain() public view {
        assertTrue(address(token).code.length < SIZE_LIMIT, "AIToken");
        assertTrue(address(registry).code.length < SIZE_LIMIT, "DeviceRegistry");
        assertTrue(address(mining).code.length < SIZE_LIMIT, "MiningRegistry");
    }

    function test_opcodes_areNotNewerThanCancun() public view {
        assertEq(Opcodes.firstUnknown(address(token).code), type(uint256).max, "AIToken");
        assertEq(Opcodes.firstUnknown(address(registry).code), type(uint256).max, "DeviceRegistry");
        assertEq(Opcodes.firstUnknown(address(mining).code), type(uint256).max, "MiningRegistry");
    }

    function test_scan_readsNearlyAllOfTheCode() public view {
        assertTrue(Opcodes.codeLength(address(token).code) * 10 > address(token).code.length * 9, "AIToken");
        assertTrue(Opcodes.codeLength(address(registry).code) * 10 > address(registry).code.length * 9, "DeviceRegistry");
        assertTrue(Opcodes.codeLength(address(mining).code) * 10 > address(mining).code.length * 9, "MiningRegistry");
    }

    function test_scan_seesANewInstructionAndSkipsPushedData() public pure {
        assertEq(Opcodes.firstUnknown(hex"5f1e"), 1, "CLZ is newer");
        assertEq(Opcodes.firstUnknown(hex"611e1e00"), type(uint256).max, "pushed data is no instruction");
        assertEq(Opcodes.firstUnknown(hex"fe1e"), type(uint256).max, "data after the code is not either");
    }
}
