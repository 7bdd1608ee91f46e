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
        _json = vm.readFile("test/crypto/p384.json");
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

    /// @notice Project Wycheproof's ecdsa_secp384r1_sha384_p1363_test.json, where AIT_WYCHEPROOF names it.
    function test_verify_agreesWithWycheproof() external {
        string memory path = vm.envOr("AIT_WYCHEPROOF", string(""));
        vm.skip(bytes(path).length == 0, "AIT_WYCHEPROOF does not name ecdsa_secp384r1_sha384_p1363_test.json");
        string memory json = vm.readFile(path);
        ISha384 hash = ISha384(vm.deployCode("Sha384.sol:Sha384"));
        uint256 judged;
        for (uint256 group = 0; vm.keyExistsJson(json, item(".testGroups", group, "")); group++) {
            bytes memory point = vm.parseJsonBytes(prefixed(json, item(".testGroups", group, ".publicKey.uncompressed")), ".hex");
            for (uint256 i = 0; ; i++) {
                string memory test = string.concat(item(".testGroups", group, ""), item(".tests", i, ""));
                if (!vm.keyExistsJson(json, test)) break;
                bytes memory message = vm.parseJsonBytes(prefixed(json, string.concat(test, ".msg")), ".hex");
                bytes memory signature = vm.parseJsonBytes(prefixed(json, string.concat(test, ".sig")), ".hex");
                bool valid = keccak256(bytes(vm.parseJsonString(json, string.concat(test, ".result")))) != keccak256("invalid");
                (bytes32 head, bytes16 tail) = hash.sha384(message);
                bool found = _verifier.verify(abi.encodePacked(head, tail), signature, part(point, point.length - 96, 96));
                assertTrue(found == valid, test);
                judged++;
            }
        }
        assertTrue(judged > 0, "the file holds tests");
    }

    function item(string memory array, uint256 index, string memory rest) private pure returns (string memory) {
        return string.concat(array, "[", vm.toString(index), "]", rest);
    }

    /// @notice A one-key document whose value is the hex text at a key, with the 0x that the cheat codes ask for.
    function prefixed(string memory json, string memory key) private pure returns (string memory) {
        return string.concat('{"hex":"0x', vm.parseJsonString(json, key), '"}');
    }

    function test_verify_staysWithinItsGas() external {
        _verifier.verify(_digest, _signature, _publicKey);
        assertLe(vm.snapshotGasLastCall("crypto", "P384Verifier"), 2_200_000, "gas of one verification");
    }

    function part(bytes memory all, uint256 offset, uint256 length) private pure returns (bytes memory piece) {
        piece = new bytes(length);
        for (uint256 i = 0; i < length; i++) piece[i] = all[offset + i];
    }
}
