// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "./Test.sol";

/// @notice Judges the tests of an ECDSA file of Project Wycheproof, of signatures in DER or as r then s.
abstract contract Wycheproof is Test {
    /// @notice Whether the contract under test verifies a signature of r then s; empty for one whose encoding is refused.
    function verdict(bytes memory message, bytes memory signature, bytes memory key) internal view virtual returns (bool);

    /// @notice Fails at the first verdict that is not the file's. A result of "acceptable" may go either way: there is none for ECDSA.
    /// @param size Bytes of a coordinate.
    function agree(string memory path, uint256 size) internal view returns (uint256 judged) {
        string memory json = vm.readFile(path);
        for (uint256 i = 0; vm.keyExistsJson(json, item(".testGroups", i, "")); i++) {
            string memory group = item(".testGroups", i, "");
            // Older files call the key "key".
            string memory name = string.concat(group, ".publicKey.uncompressed");
            if (!vm.keyExistsJson(json, name)) name = string.concat(group, ".key.uncompressed");
            bytes memory key = bytesAt(json, name);
            key = part(key, key.length - 2 * size, 2 * size);
            bytes32 kind = keccak256(bytes(vm.parseJsonString(json, string.concat(group, ".type"))));
            assertTrue(kind == keccak256("EcdsaP1363Verify") || kind == keccak256("EcdsaVerify"), "the group's type");
            for (uint256 k = 0; vm.keyExistsJson(json, string.concat(group, item(".tests", k, ""))); k++) {
                string memory test = string.concat(group, item(".tests", k, ""));
                bytes memory signature = bytesAt(json, string.concat(test, ".sig"));
                if (kind == keccak256("EcdsaVerify")) signature = decoded(signature, size);
                bool found = verdict(bytesAt(json, string.concat(test, ".msg")), signature, key);
                bytes32 result = keccak256(bytes(vm.parseJsonString(json, string.concat(test, ".result"))));
                assertTrue(found == (result == keccak256("valid")), test);
                judged++;
            }
        }
    }

    function test_decoded_readsStrictDerOnly() external pure {
        bytes memory one = abi.encodePacked(bytes32(0), bytes15(0), hex"01");
        assertEq(decoded(hex"3006020101020101", 48), abi.encodePacked(one, one), "one and one");
        assertEq(decoded(hex"300702020080020101", 48).length, 96, "a leading zero before a high bit");
        assertEq(decoded(hex"30070202007f020101", 48), "", "a leading zero without need");
        assertEq(decoded(hex"3006020180020101", 48), "", "negative");
        assertEq(decoded(hex"300602010102010100", 48), "", "a byte behind");
        assertEq(decoded(hex"3007020101020101", 48), "", "a length too long");
        assertEq(decoded(hex"308106020101020101", 48), "", "a length in two bytes without need");
        assertEq(decoded(hex"3003020101", 48), "", "one number");
        assertEq(decoded("", 48), "", "nothing");
    }

    /// @notice r and s of a DER signature; empty unless the encoding is strict.
    function decoded(bytes memory der, uint256 size) private pure returns (bytes memory) {
        if (der.length < 8 || der[0] != 0x30) return "";
        // Two numbers of a byte more than a coordinate: lengths have one byte.
        if (uint8(der[1]) != der.length - 2 || der.length > 2 * size + 8) return "";
        (bytes memory r, uint256 next) = numberAt(der, 2, size);
        if (r.length == 0) return "";
        (bytes memory s, uint256 end) = numberAt(der, next, size);
        return s.length == 0 || end != der.length ? bytes("") : abi.encodePacked(r, s);
    }

    function numberAt(bytes memory der, uint256 place, uint256 size) private pure returns (bytes memory number, uint256 next) {
        if (place + 3 > der.length || der[place] != 0x02) return ("", 0);
        uint256 length = uint8(der[place + 1]);
        uint256 start = place + 2;
        next = start + length;
        if (length == 0 || length > size + 1 || next > der.length || uint8(der[start]) >= 0x80) return ("", 0);
        if (der[start] == 0 && length > 1) {
            if (uint8(der[start + 1]) < 0x80) return ("", 0);
            start++;
        }
        if (next - start > size) return ("", 0);
        number = new bytes(size);
        for (uint256 i = start; i < next; i++) number[size + i - next] = der[i];
    }

    function item(string memory array, uint256 index, string memory rest) internal pure returns (string memory) {
        return string.concat(array, "[", vm.toString(index), "]", rest);
    }

    /// @notice The bytes that the hex text at a key stands for; the cheat codes ask for a 0x that Wycheproof leaves out.
    function bytesAt(string memory json, string memory key) private pure returns (bytes memory) {
        string memory document = string.concat('{"hex":"0x', vm.parseJsonString(json, key), '"}');
        return vm.parseJsonBytes(document, ".hex");
    }

    function part(bytes memory all, uint256 offset, uint256 length) internal pure returns (bytes memory piece) {
        piece = new bytes(length);
        for (uint256 i = 0; i < length; i++) piece[i] = all[offset + i];
    }
}
