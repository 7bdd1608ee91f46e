// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISha384} from "../../src/interfaces/ISha384.sol";
import {SlowP384} from "../crypto/SlowP384.sol";
import {Test} from "./Test.sol";

/// @notice The emulated Genoa chip of /vectors/evidence, whose key is public on purpose: signs reports for any binding.
abstract contract EmulatedChip is Test {
    string internal constant CHIP = "../vectors/evidence/genoa-v3/";
    // The x coordinate of P-384's base point, which is below the group's order.
    uint256 private constant GX1 = 0xaa87ca22be8b05378eb1c71ef320ad74;
    uint256 private constant GX0 = 0x6e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7;

    function chipFile(string memory name) internal view returns (bytes memory) {
        return vm.readFileBinary(string.concat(CHIP, name));
    }

    /// @notice The chip's report with other REPORT_DATA and POLICY, signed again.
    function reportOf(ISha384 hash, bytes32 data0, bytes32 data1, uint64 policyBits)
        internal
        view
        returns (bytes memory report)
    {
        report = chipFile("report.bin");
        for (uint256 i = 0; i < 32; i++) {
            report[0x50 + i] = data0[i];
            report[0x70 + i] = data1[i];
        }
        for (uint256 i = 0; i < 8; i++) {
            report[0x08 + i] |= bytes1(uint8(policyBits >> (8 * i)));
        }
        signReport(hash, report);
    }

    /// @dev ECDSA with the nonce 1: r = x(G), s = z + r d mod n. It gives the key away, which is public here.
    function signReport(ISha384 hash, bytes memory report) internal view {
        (bytes32 head, bytes16 tail) = hash.sha384(cut(report, 0, 672));
        (uint256 z1, uint256 z0) = words(bytes.concat(head, tail));
        (uint256 d1, uint256 d0) = words(vm.parseBytes(string.concat("0x", trim(vm.readFile(string.concat(CHIP, "vcek-scalar.hex"))))));
        (uint256 s1, uint256 s0) = SlowP384.mul(GX1, GX0, d1, d0, SlowP384.N_LOW);
        (s1, s0) = SlowP384.add(s1, s0, z1, z0, SlowP384.N_LOW);
        putLittleEndian(report, 0x2a0, GX1, GX0);
        putLittleEndian(report, 0x2e8, s1, s0);
    }

    function cut(bytes memory data, uint256 start, uint256 length) internal pure returns (bytes memory piece) {
        piece = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            piece[i] = data[start + i];
        }
    }

    /// @dev A big-endian number of 48 bytes as a high word of 16 bytes and a low one of 32.
    function words(bytes memory number) private pure returns (uint256 high, uint256 low) {
        require(number.length == 48, NotTrue("48 bytes"));
        high = uint128(bytes16(cut(number, 0, 16)));
        low = uint256(bytes32(cut(number, 16, 32)));
    }

    function putLittleEndian(bytes memory report, uint256 start, uint256 high, uint256 low) private pure {
        for (uint256 i = 0; i < 72; i++) {
            uint256 word = i < 32 ? low >> (8 * i) : i < 48 ? high >> (8 * (i - 32)) : 0;
            report[start + i] = bytes1(uint8(word));
        }
    }

    function trim(string memory text) private pure returns (string memory) {
        bytes memory data = bytes(text);
        uint256 length = data.length;
        while (length > 0 && uint8(data[length - 1]) <= 0x20) length--;
        return string(cut(data, 0, length));
    }
}
