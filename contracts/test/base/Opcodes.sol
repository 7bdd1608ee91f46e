// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Which instructions a contract's code holds.
library Opcodes {
    /// @dev Position of the first byte that executes as no Cancun instruction. Constants may follow the code, behind INVALID:
    /// the scan ends there, which holds for code the compiler lays out as code, INVALID, data.
    function firstUnknown(bytes memory code) internal pure returns (uint256) {
        for (uint256 i = 0; i < code.length; i++) {
            uint8 opcode = uint8(code[i]);
            if (opcode == 0xfe) return type(uint256).max;
            if (!_isCancun(opcode)) return i;
            if (opcode >= 0x60 && opcode <= 0x7f) i += opcode - 0x5f;
        }
        return type(uint256).max;
    }

    /// @dev Where the scan stops.
    function codeLength(bytes memory code) internal pure returns (uint256 i) {
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
