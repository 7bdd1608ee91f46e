// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Wycheproof} from "../base/Wycheproof.sol";
import {ISha384} from "../../src/interfaces/ISha384.sol";
import {IP384Verifier} from "../../src/interfaces/IP384Verifier.sol";

contract P384VerifierTest is Wycheproof {
    IP384Verifier private _verifier;
    ISha384 private _hash;
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
    /// forge-config: long.fuzz.runs = 100000
    function testFuzz_verify_refusesAFlippedBit(uint256 seed) external view {
        bytes memory all = abi.encodePacked(_digest, _signature, _publicKey);
        uint256 bit = bound(seed, 0, 8 * all.length - 1);
        all[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        assertFalse(_verifier.verify(part(all, 0, 48), part(all, 48, 96), part(all, 144, 96)), "flipped");
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 100000
    function testFuzz_verify_refusesNoise(bytes32[8] calldata noise) external view {
        bytes memory all = abi.encodePacked(noise, noise);
        assertFalse(_verifier.verify(part(all, 0, 48), part(all, 48, 96), _publicKey), "noise under a genuine key");
        assertFalse(_verifier.verify(part(all, 0, 48), part(all, 48, 96), part(all, 150, 96)), "noise under noise");
    }

    /// @notice Project Wycheproof's ecdsa_secp384r1_sha384_test.json or its p1363 twin, where AIT_WYCHEPROOF names one.
    function test_verify_agreesWithWycheproof() external {
        string memory path = vm.envOr("AIT_WYCHEPROOF", string(""));
        vm.skip(bytes(path).length == 0, "AIT_WYCHEPROOF does not name Wycheproof's ecdsa_secp384r1_sha384_test.json");
        _hash = ISha384(vm.deployCode("Sha384.sol:Sha384"));
        assertTrue(agree(path, 48) > 0, "the file holds tests");
    }

    function verdict(bytes memory message, bytes memory signature, bytes memory key) internal view override returns (bool) {
        (bytes32 head, bytes16 tail) = _hash.sha384(message);
        return _verifier.verify(abi.encodePacked(head, tail), signature, key);
    }

    function test_verify_staysWithinItsGas() external {
        _verifier.verify(_digest, _signature, _publicKey);
        assertLe(vm.snapshotGasLastCall("crypto", "P384Verifier"), 1_780_000, "gas of one verification");
    }
}
