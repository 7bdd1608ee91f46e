// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RsaPss} from "../../src/crypto/RsaPss.sol";
import {IRsaPss} from "../../src/interfaces/IRsaPss.sol";
import {Sha384} from "../../src/crypto/Sha384.sol";
import {Test} from "../base/Test.sol";

/// @notice Published vectors, where the environment says where they lie.
contract NistVectorsTest is Test {
    Sha384 private _hash;
    RsaPss private _rsa;

    function setUp() external {
        _hash = new Sha384();
        _rsa = new RsaPss(_hash);
    }

    /// @notice NIST's SHAVS files of SHA-384 over bytes, in the folder that AIT_SHAVS names.
    function test_sha384_agreesWithShavs() external {
        string memory folder = vm.envOr("AIT_SHAVS", string(""));
        vm.skip(bytes(folder).length == 0, "AIT_SHAVS does not name the folder of NIST's SHA384ShortMsg.rsp and SHA384LongMsg.rsp");
        assertEq(judge(string.concat(folder, "/SHA384ShortMsg.rsp")), 129, "short messages");
        assertEq(judge(string.concat(folder, "/SHA384LongMsg.rsp")), 128, "long messages");
    }

    /// @notice Project Wycheproof's rsa_pss_4096_sha384_mgf1_48_test.json, where AIT_WYCHEPROOF_PSS names it.
    function test_verify_agreesWithWycheproof() external {
        string memory path = vm.envOr("AIT_WYCHEPROOF_PSS", string(""));
        vm.skip(bytes(path).length == 0, "AIT_WYCHEPROOF_PSS does not name Wycheproof's rsa_pss_4096_sha384_mgf1_48_test.json");
        string memory json = vm.readFile(path);
        uint256 judged;
        for (uint256 i = 0; vm.keyExistsJson(json, item(".testGroups", i)); i++) {
            string memory group = item(".testGroups", i);
            assertEq(vm.parseJsonUint(json, string.concat(group, ".sLen")), 48, "salt");
            assertEq(hexAt(json, string.concat(group, ".publicKey.publicExponent")), hex"010001", "exponent");
            bytes memory modulus = hexAt(json, string.concat(group, ".publicKey.modulus"));
            assertEq(modulus.length, 513, "4096 bits behind a zero");
            for (uint256 k = 0; vm.keyExistsJson(json, string.concat(group, item(".tests", k))); k++) {
                string memory test = string.concat(group, item(".tests", k));
                bool found = _rsa.verify(
                    hexAt(json, string.concat(test, ".msg")), hexAt(json, string.concat(test, ".sig")), part(modulus, 1, 512)
                );
                bytes32 result = keccak256(bytes(vm.parseJsonString(json, string.concat(test, ".result"))));
                assertTrue(found == (result == keccak256("valid")), test);
                judged++;
            }
        }
        assertTrue(judged > 0, "the file holds tests");
    }

    /// @notice For want of gas for MODEXP there is no verdict, and the error says so.
    function test_verify_saysThatModexpFailed() external {
        bytes memory modulus = new bytes(512);
        modulus[0] = 0x80;
        vm.mockCallRevert(address(5), "", "");
        vm.expectRevert(IRsaPss.ModexpFailed.selector);
        _rsa.verify("", new bytes(512), modulus);
    }

    /// @notice Judges the messages of a file of lines `Len = bits`, `Msg = hex`, `MD = hex`.
    function judge(string memory path) private view returns (uint256 judged) {
        uint256 length;
        bytes memory message;
        // Messages are read line by line: two empty lines end a file.
        for (uint256 empty = 0; empty < 4;) {
            string memory line = vm.readLine(path);
            empty = bytes(line).length < 2 ? empty + 1 : 0;
            if (starts(line, "Len = ")) length = vm.parseUint(rest(line, 6));
            if (starts(line, "Msg = ")) message = vm.parseBytes(string.concat("0x", rest(line, 6)));
            if (!starts(line, "MD = ")) continue;
            (bytes32 head, bytes16 tail) = _hash.sha384(part(message, 0, length / 8));
            assertEq(abi.encodePacked(head, tail), vm.parseBytes(string.concat("0x", rest(line, 5))), path);
            judged++;
        }
        vm.closeFile(path);
    }

    function starts(string memory line, string memory prefix) private pure returns (bool) {
        uint256 length = bytes(prefix).length;
        return bytes(line).length >= length && keccak256(part(bytes(line), 0, length)) == keccak256(bytes(prefix));
    }

    /// @notice What follows a prefix, without a carriage return.
    function rest(string memory line, uint256 start) private pure returns (string memory) {
        uint256 end = bytes(line).length;
        if (bytes(line)[end - 1] == "\r") end--;
        return string(part(bytes(line), start, end - start));
    }

    function item(string memory array, uint256 index) private pure returns (string memory) {
        return string.concat(array, "[", vm.toString(index), "]");
    }

    function hexAt(string memory json, string memory key) private pure returns (bytes memory) {
        return vm.parseBytes(string.concat("0x", vm.parseJsonString(json, key)));
    }

    function part(bytes memory all, uint256 offset, uint256 length) private pure returns (bytes memory piece) {
        piece = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(piece, 0x20), add(add(all, 0x20), offset), length)
        }
    }
}
