// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISha384} from "../../src/interfaces/ISha384.sol";
import {SlowP384} from "../crypto/SlowP384.sol";
import {Test} from "./Test.sol";

/// @notice Signs with the keys of /vectors/evidence that are public on purpose.
abstract contract EmulatedKey is Test {
    // The x coordinate of P-384's base point, which is below the group's order.
    uint256 private constant GX1 = 0xaa87ca22be8b05378eb1c71ef320ad74;
    uint256 private constant GX0 = 0x6e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7;

    /// @notice r then s, 48 big-endian bytes each, by the key whose scalar a file holds.
    /// @dev ECDSA with the nonce 1: r = x(G), s = z + r d mod n. It gives the key away, which is public here.
    function signatureOf(ISha384 hash, bytes memory message, string memory scalarFile)
        internal
        view
        returns (bytes memory)
    {
        (bytes32 head, bytes16 tail) = hash.sha384(message);
        (uint256 z1, uint256 z0) = words(bytes.concat(head, tail));
        (uint256 d1, uint256 d0) = words(vm.parseBytes(string.concat("0x", trim(vm.readFile(scalarFile)))));
        (uint256 s1, uint256 s0) = SlowP384.mul(GX1, GX0, d1, d0, SlowP384.N_LOW);
        (s1, s0) = SlowP384.add(s1, s0, z1, z0, SlowP384.N_LOW);
        return abi.encodePacked(uint128(GX1), GX0, uint128(s1), s0);
    }

    function cut(bytes memory data, uint256 start, uint256 length) internal pure returns (bytes memory piece) {
        piece = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(piece, 0x20), add(add(data, 0x20), start), length)
        }
    }

    /// @notice Writes bytes over others.
    function put(bytes memory data, uint256 start, bytes memory piece) internal pure {
        require(start + piece.length <= data.length, NotTrue("room for the bytes"));
        assembly ("memory-safe") {
            mcopy(add(add(data, 0x20), start), add(piece, 0x20), mload(piece))
        }
    }

    /// @dev A big-endian number of 48 bytes as a high word of 16 bytes and a low one of 32.
    function words(bytes memory number) private pure returns (uint256 high, uint256 low) {
        require(number.length == 48, NotTrue("48 bytes"));
        high = uint128(bytes16(cut(number, 0, 16)));
        low = uint256(bytes32(cut(number, 16, 32)));
    }

    function trim(string memory text) private pure returns (string memory) {
        bytes memory data = bytes(text);
        uint256 length = data.length;
        while (length > 0 && uint8(data[length - 1]) <= 0x20) length--;
        return string(cut(data, 0, length));
    }
}
