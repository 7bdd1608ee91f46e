// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRsaPss} from "../interfaces/IRsaPss.sol";
import {ISha384} from "../interfaces/ISha384.sol";

/// @title RSASSA-PSS verification over the MODEXP precompile
/// @notice EMSA-PSS-VERIFY of RFC 8017, 9.1.2, with the parameters fixed: emBits 4095, hash and salt of 48 bytes.
contract RsaPss is IRsaPss {
    uint256 private constant LENGTH = 512;
    uint256 private constant HASH = 48;
    /// @notice Length of the masked data block: 414 zeros, a one, the salt.
    uint256 private constant BLOCK = LENGTH - HASH - 1;
    uint256 private constant SALT_AT = BLOCK - HASH;

    ISha384 public immutable hash;

    constructor(ISha384 sha384) {
        hash = sha384;
    }

    /// @inheritdoc IRsaPss
    function verify(bytes calldata message, bytes calldata signature, bytes calldata modulus)
        external
        view
        returns (bool)
    {
        if (signature.length != LENGTH || modulus.length != LENGTH) return false;
        if (uint8(modulus[0]) < 0x80 || !isBelow(signature, modulus)) return false;
        bytes memory encoded = power(signature, modulus);
        // The encoded message is one bit shorter than the modulus and ends in the trailer of RSASSA-PSS.
        if (uint8(encoded[0]) >= 0x80 || encoded[LENGTH - 1] != 0xbc) return false;
        (bytes32 seedHead, bytes16 seedTail) = digestAt(encoded, BLOCK);
        bytes memory data = unmask(encoded, seedHead, seedTail);
        if (!isPadded(data)) return false;
        (bytes32 head, bytes16 tail) = hash.sha384(message);
        (bytes32 saltHead, bytes16 saltTail) = digestAt(data, SALT_AT);
        (head, tail) = hash.sha384(abi.encodePacked(bytes8(0), head, tail, saltHead, saltTail));
        return head == seedHead && tail == seedTail;
    }

    /// @notice Whether the signature is below the modulus.
    function isBelow(bytes calldata signature, bytes calldata modulus) private pure returns (bool) {
        for (uint256 i = 0; i < LENGTH; i += 32) {
            bytes32 s = bytes32(signature[i:i + 32]);
            bytes32 n = bytes32(modulus[i:i + 32]);
            if (s != n) return s < n;
        }
        return false;
    }

    /// @notice signature^65537 modulo the modulus.
    function power(bytes calldata signature, bytes calldata modulus) private view returns (bytes memory encoded) {
        bytes memory input =
            abi.encodePacked(LENGTH, uint256(3), LENGTH, signature, bytes3(0x010001), modulus);
        encoded = new bytes(LENGTH);
        bool done;
        assembly ("memory-safe") {
            done := staticcall(gas(), 0x05, add(input, 0x20), mload(input), add(encoded, 0x20), LENGTH)
            done := and(done, eq(returndatasize(), LENGTH))
        }
        require(done, ModexpFailed());
    }

    /// @notice The data block: the first 463 bytes under the mask that MGF1 draws from the seed.
    function unmask(bytes memory encoded, bytes32 seedHead, bytes16 seedTail) private view returns (bytes memory data) {
        data = new bytes(480);
        for (uint256 counter = 0; counter < 10; counter++) {
            (bytes32 head, bytes16 tail) = hash.sha384(abi.encodePacked(seedHead, seedTail, uint32(counter)));
            assembly ("memory-safe") {
                // Ten digests of 48 bytes fill the 480 bytes exactly: the half word behind a tail is put back.
                let from := add(add(encoded, 0x20), mul(counter, 48))
                let to := add(add(data, 0x20), mul(counter, 48))
                mstore(to, xor(mload(from), head))
                to := add(to, 0x20)
                mstore(to, or(and(xor(mload(add(from, 0x20)), tail), shl(128, not(0))), shr(128, shl(128, mload(to)))))
            }
        }
        // The bit by which the encoded message is shorter than its bytes.
        data[0] &= 0x7f;
    }

    /// @notice Whether the data block starts with 414 zeros and a one.
    function isPadded(bytes memory data) private pure returns (bool) {
        uint256 bits;
        assembly ("memory-safe") {
            let at := add(data, 0x20)
            for { let i := 0 } lt(i, 384) { i := add(i, 32) } { bits := or(bits, mload(add(at, i))) }
            // Bytes 384 to 414: thirty zeros and the one.
            bits := or(bits, xor(shr(8, mload(add(at, 384))), 1))
        }
        return bits == 0;
    }

    function digestAt(bytes memory data, uint256 offset) private pure returns (bytes32 head, bytes16 tail) {
        assembly ("memory-safe") {
            let at := add(add(data, 0x20), offset)
            head := mload(at)
            tail := and(mload(add(at, 0x20)), shl(128, not(0)))
        }
    }
}
