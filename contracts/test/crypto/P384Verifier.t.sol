// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../base/Test.sol";
import {ISha384} from "../../src/interfaces/ISha384.sol";
import {IP384Verifier} from "../../src/interfaces/IP384Verifier.sol";

contract P384VerifierTest is Test {
    IP384Verifier private _verifier;
    string private _json;
    bytes private _digest;
    bytes private _signature;
    bytes private _publicKey;

    function setUp() external {
        _verifier = IP384Verifier(vm.deployCode("P384Verifier.sol:P384Verifier"));
        _json = vm.readFile("../vectors/p384/signatures.json");
        _digest = vm.parseJsonBytes(_json, ".digests[0]");
        _signature = vm.parseJsonBytes(_json, ".signatures[0]");
        _publicKey = vm.parseJsonBytes(_json, ".publicKeys[0]");
    }

    function test_verify_judgesEveryVector() external view {
        bytes[] memory digests = vm.parseJsonBytesArray(_json, ".digests");
        bytes[] memory signatures = vm.parseJsonBytesArray(_json, ".signatures");
        bytes[] memory keys = vm.parseJsonBytesArray(_json, ".publicKeys");
        bool[] memory valid = vm.parseJsonBoolArray(_json, ".valid");
        string[] memory names = vm.parseJsonStringArray(_json, ".names");
        assertEq(digests.length, vm.parseJsonUint(_json, ".count"), "number of vectors");
        for (uint256 i = 0; i < digests.length; i++) {
            assertTrue(_verifier.verify(digests[i], signatures[i], keys[i]) == valid[i], names[i]);
        }
    }

    function test_verify_refusesOtherLengths() external view {
        assertTrue(_verifier.verify(_digest, _signature, _publicKey), "as it is");
        assertFalse(_verifier.verify(abi.encodePacked(_digest, bytes1(0)), _signature, _publicKey), "digest of 49");
        assertFalse(_verifier.verify(_digest, abi.encodePacked(_signature, bytes1(0)), _publicKey), "signature of 97");
        assertFalse(_verifier.verify(_digest, _signature, abi.encodePacked(_publicKey, bytes1(0))), "key of 97");
        assertFalse(_verifier.verify("", _signature, _publicKey), "no digest");
        assertFalse(_verifier.verify(_digest, "", _publicKey), "no signature");
        assertFalse(_verifier.verify(_digest, _signature, ""), "no key");
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_verify_refusesAFlippedBit(uint256 seed) external view {
        bytes memory all = abi.encodePacked(_digest, _signature, _publicKey);
        uint256 bit = bound(seed, 0, 8 * all.length - 1);
        all[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        assertFalse(_verifier.verify(part(all, 0, 48), part(all, 48, 96), part(all, 144, 96)), "flipped");
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_verify_refusesNoise(bytes32[8] calldata noise) external view {
        bytes memory all = abi.encodePacked(noise, noise);
        assertFalse(_verifier.verify(part(all, 0, 48), part(all, 48, 96), _publicKey), "noise under a genuine key");
        assertFalse(_verifier.verify(part(all, 0, 48), part(all, 48, 96), part(all, 150, 96)), "noise under noise");
    }

    /// @notice Project Wycheproof's ecdsa_secp384r1_sha384_test.json or its p1363 twin, where AIT_WYCHEPROOF names one.
    function test_verify_agreesWithWycheproof() external {
        string memory path = vm.envOr("AIT_WYCHEPROOF", string(""));
        vm.skip(bytes(path).length == 0, "AIT_WYCHEPROOF does not name Wycheproof's ecdsa_secp384r1_sha384_test.json");
        string memory json = vm.readFile(path);
        ISha384 hash = ISha384(vm.deployCode("Sha384.sol:Sha384"));
        uint256 judged;
        for (uint256 i = 0; vm.keyExistsJson(json, item(".testGroups", i, "")); i++) {
            string memory group = item(".testGroups", i, "");
            // Older files call the key "key".
            string memory key = string.concat(group, ".publicKey.uncompressed");
            if (!vm.keyExistsJson(json, key)) key = string.concat(group, ".key.uncompressed");
            bytes memory point = bytesAt(json, key);
            bytes32 kind = keccak256(bytes(vm.parseJsonString(json, string.concat(group, ".type"))));
            bool plain = kind == keccak256("EcdsaP1363Verify");
            assertTrue(plain || kind == keccak256("EcdsaVerify"), "the group's type");
            point = part(point, point.length - 96, 96);
            for (uint256 k = 0; vm.keyExistsJson(json, string.concat(group, item(".tests", k, ""))); k++) {
                agrees(json, string.concat(group, item(".tests", k, "")), point, plain, hash);
                judged++;
            }
        }
        assertTrue(judged > 0, "the file holds tests");
    }

    function agrees(string memory json, string memory test, bytes memory key, bool plain, ISha384 hash) private view {
        bytes memory signature = bytesAt(json, string.concat(test, ".sig"));
        if (!plain) signature = decoded(signature);
        bytes32 result = keccak256(bytes(vm.parseJsonString(json, string.concat(test, ".result"))));
        (bytes32 head, bytes16 tail) = hash.sha384(bytesAt(json, string.concat(test, ".msg")));
        bool found = _verifier.verify(abi.encodePacked(head, tail), signature, key);
        assertTrue(found == (result != keccak256("invalid")), test);
    }

    function test_decoded_readsStrictDerOnly() external pure {
        bytes memory one = abi.encodePacked(bytes32(0), bytes15(0), hex"01");
        assertEq(decoded(hex"3006020101020101"), abi.encodePacked(one, one), "one and one");
        assertEq(decoded(hex"300702020080020101").length, 96, "a leading zero before a high bit");
        assertEq(decoded(hex"30070202007f020101"), "", "a leading zero without need");
        assertEq(decoded(hex"3006020180020101"), "", "negative");
        assertEq(decoded(hex"300602010102010100"), "", "a byte behind");
        assertEq(decoded(hex"3007020101020101"), "", "a length too long");
        assertEq(decoded(hex"308106020101020101"), "", "a length in two bytes without need");
        assertEq(decoded(hex"3003020101"), "", "one number");
        assertEq(decoded(""), "", "nothing");
    }

    /// @notice r and s of a DER signature, 48 bytes each; empty unless the encoding is strict.
    function decoded(bytes memory der) private pure returns (bytes memory) {
        if (der.length < 8 || der[0] != 0x30) return "";
        // Two numbers of at most 49 bytes fill no more than 102: lengths have one byte.
        if (uint8(der[1]) != der.length - 2 || der.length > 104) return "";
        (bytes memory r, uint256 next) = numberAt(der, 2);
        if (r.length == 0) return "";
        (bytes memory s, uint256 end) = numberAt(der, next);
        return s.length == 0 || end != der.length ? bytes("") : abi.encodePacked(r, s);
    }

    function numberAt(bytes memory der, uint256 place) private pure returns (bytes memory number, uint256 next) {
        if (place + 3 > der.length || der[place] != 0x02) return ("", 0);
        uint256 length = uint8(der[place + 1]);
        uint256 start = place + 2;
        next = start + length;
        if (length == 0 || length > 49 || next > der.length || uint8(der[start]) >= 0x80) return ("", 0);
        if (der[start] == 0 && length > 1) {
            if (uint8(der[start + 1]) < 0x80) return ("", 0);
            start++;
        }
        if (next - start > 48) return ("", 0);
        number = new bytes(48);
        for (uint256 i = start; i < next; i++) number[48 + i - next] = der[i];
    }

    function item(string memory array, uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(array, "[", vm.toString(index), "]", rest);
    }

    /// @notice The bytes that the hex text at a key stands for; the cheat codes ask for a 0x that Wycheproof leaves out.
    function bytesAt(string memory json, string memory key) private pure returns (bytes memory) {
        string memory document = string.concat('{"hex":"0x', vm.parseJsonString(json, key), '"}');
        return vm.parseJsonBytes(document, ".hex");
    }

    function test_verify_staysWithinItsGas() external {
        _verifier.verify(_digest, _signature, _publicKey);
        assertLe(vm.snapshotGasLastCall("crypto", "P384Verifier"), 1_780_000, "gas of one verification");
    }

    function part(bytes memory all, uint256 offset, uint256 length) private pure returns (bytes memory piece) {
        piece = new bytes(length);
        for (uint256 i = 0; i < length; i++) piece[i] = all[offset + i];
    }
}
