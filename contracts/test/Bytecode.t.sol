// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Network} from "./base/Network.sol";

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
        assertEq(_firstUnknown(address(token).code), type(uint256).max, "AIToken");
        assertEq(_firstUnknown(address(registry).code), type(uint256).max, "DeviceRegistry");
        assertEq(_firstUnknown(address(mining).code), type(uint256).max, "MiningRegistry");
    }

    function test_scan_readsNearlyAllOfTheCode() public view {
        assertTrue(_codeLength(address(token).code) * 10 > address(token).code.length * 9, "AIToken");
        assertTrue(_codeLength(address(registry).code) * 10 > address(registry).code.length * 9, "DeviceRegistry");
        assertTrue(_codeLength(address(mining).code) * 10 > address(mining).code.length * 9, "MiningRegistry");
    }

    function test_scan_seesANewInstructionAndSkipsPushedData() public pure {
        assertEq(_firstUnknown(hex"5f1e"), 1, "CLZ is newer");
        assertEq(_firstUnknown(hex"611e1e00"), type(uint256).max, "pushed data is no instruction");
        assertEq(_firstUnknown(hex"fe1e"), type(uint256).max, "data after the code is not either");
    }

    /// @dev Position of the first byte that executes as no Cancun instruction. Constants may follow the code, behind INVALID:
    /// the scan ends there, which holds for code the compiler lays out as code, INVALID, data.
    function _firstUnknown(bytes memory code) private pure returns (uint256) {
        for (uint256 i = 0; i < code.length; i++) {
            uint8 opcode = uint8(code[i]);
            if (opcode == 0xfe) return type(uint256).max;
            if (!_isCancun(opcode)) return i;
            if (opcode >= 0x60 && opcode <= 0x7f) i += opcode - 0x5f;
        }
        return type(uint256).max;
    }

    /// @dev Where the scan stops.
    function _codeLength(bytes memory code) private pure returns (uint256 i) {
        for (; i < code.length && uint8(code[i]) != 0xfe; i++) {
            uint8 opcode = uint8(code[i]);
            if (opcode >= 0x60 && opcode <= 0x7f) i += opcode - 0x5f;
        }
    }

    function _isCancun(uint8 opcode) private pure returns (bool) {
        return opcode <= 0x0b || (opcode >= 0x10 && opcode <= 0x1d) || opcode == 0x20
            || (opcode >= 0x30 && opcode <= 0x4a) || (opcode >= 0x50 && opcode <= 0x9f)
            || (opcode >= 0xa0 && opcode <= 0xa4) || (opcode >= 0xf0 && opcode <= 0xf5) || opcode == 0xfa
            || opcode == 0xfd || opcode == 0xff;
    }
}
