// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../base/Test.sol";
import {Sha384} from "../../src/crypto/Sha384.sol";
import {SlowSha384} from "./SlowSha384.sol";

contract Sha384Test is Test {
    Sha384 private _fast;
    SlowSha384 private _slow;

    function setUp() external {
        _fast = new Sha384();
        _slow = new SlowSha384();
    }

    // The digests below are those of the openssl command: printf MESSAGE | openssl dgst -sha384.

    function test_sha384_ofNothing() external view {
        isDigest("", hex"38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b");
    }

    function test_sha384_ofOneBlock() external view {
        isDigest("abc", hex"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
    }

    function test_sha384_ofTwoBlocks() external view {
        isDigest(
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            hex"09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039"
        );
    }

    function test_sha384_ofAThousandLetters() external view {
        bytes memory message = new bytes(1000);
        for (uint256 i = 0; i < message.length; i++) message[i] = "a";
        isDigest(message, hex"f54480689c6b0b11d0303285d9a81b21a93bca6ba5a1b4472765dca4da45ee328082d469c650cd3b61b16d3266ab8ced");
    }

    function test_sha384_equalsTheSlowTwinAroundBlockBoundaries() external view {
        for (uint256 boundary = 112; boundary <= 256; boundary += boundary == 112 ? 16 : 112) {
            for (uint256 length = boundary - 2; length <= boundary + 2; length++) isTwin(filled(length, length));
        }
    }

    function testFuzz_sha384_equalsTheSlowTwin(bytes calldata message) external view {
        isTwin(message);
    }

    function testFuzz_sha384_ignoresWhatFollowsTheMessage(bytes32 message, bytes32 junk) external view {
        // Calldata behind the argument is not part of the message, however the argument is laid out.
        (bool done, bytes memory digest) =
            address(_fast).staticcall(abi.encodePacked(Sha384.sha384.selector, uint256(32), uint256(5), message, junk));
        assertTrue(done, "call");
        (bytes32 head, bytes16 tail) = _slow.sha384(abi.encodePacked(bytes5(message)));
        assertEq(digest, abi.encode(head, tail), "digest");
    }

    function test_sha384_staysWithinItsGas() external {
        _fast.sha384(filled(672, 1));
        assertLe(vm.snapshotGasLastCall("crypto", "Sha384 672 bytes"), 140_000, "gas of 672 bytes");
        _fast.sha384(filled(52, 1));
        vm.snapshotGasLastCall("crypto", "Sha384 52 bytes");
    }

    function isDigest(bytes memory message, bytes memory digest) private view {
        (bytes32 head, bytes16 tail) = _fast.sha384(message);
        assertEq(abi.encodePacked(head, tail), digest, "fast");
        (head, tail) = _slow.sha384(message);
        assertEq(abi.encodePacked(head, tail), digest, "slow");
    }

    function isTwin(bytes memory message) private view {
        (bytes32 head, bytes16 tail) = _fast.sha384(message);
        (bytes32 slowHead, bytes16 slowTail) = _slow.sha384(message);
        assertEq(abi.encodePacked(head, tail), abi.encodePacked(slowHead, slowTail), "digest");
    }

    function filled(uint256 length, uint256 seed) private pure returns (bytes memory message) {
        message = new bytes(length);
        for (uint256 i = 0; i < length; i++) message[i] = bytes1(uint8(uint256(keccak256(abi.encode(seed, i)))));
    }
}
