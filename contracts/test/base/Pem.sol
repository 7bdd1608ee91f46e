// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Certificates of a PEM file (RFC 7468), for tests that read genuine ones.
library Pem {
    /// @notice Thrown when a character is none of base64.
    error NotBase64(uint256 offset);

    function certificates(bytes memory file) internal pure returns (bytes[] memory found) {
        found = new bytes[](16);
        uint256 count;
        uint256 offset;
        while (true) {
            uint256 start = after_(file, "-----BEGIN CERTIFICATE-----", offset);
            if (start == 0) break;
            offset = after_(file, "-----END CERTIFICATE-----", start);
            found[count++] = decode(file, start, offset - 25);
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }

    /// @dev Where a text that is found from an offset on ends; zero when it is not.
    function after_(bytes memory file, bytes memory text, uint256 offset) private pure returns (uint256) {
        bytes32 expected = keccak256(text);
        for (; offset + text.length <= file.length; offset++) {
            if (file[offset] != "-") continue;
            bytes32 hash;
            assembly ("memory-safe") {
                hash := keccak256(add(add(file, 0x20), offset), mload(text))
            }
            if (hash == expected) return offset + text.length;
        }
        return 0;
    }

    function decode(bytes memory file, uint256 start, uint256 stop) private pure returns (bytes memory data) {
        data = new bytes(stop - start);
        uint256 length;
        uint256 bits;
        uint256 count;
        for (; start < stop; start++) {
            bytes1 c = file[start];
            if (c <= 0x20 || c == "=") continue;
            bits = (bits << 6) | valueOf(c, start);
            count += 6;
            if (count >= 8) {
                count -= 8;
                data[length++] = bytes1(uint8(bits >> count));
            }
        }
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }

    function valueOf(bytes1 c, uint256 offset) private pure returns (uint256) {
        if (c >= "A" && c <= "Z") return uint8(c) - 65;
        if (c >= "a" && c <= "z") return uint8(c) - 71;
        if (c >= "0" && c <= "9") return uint8(c) + 4;
        require(c == "+" || c == "/", NotBase64(offset));
        return c == "+" ? 62 : 63;
    }
}
