// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CalendarTime} from "../CalendarTime.sol";

/// @title JSON whose shape is known
/// @notice A cursor is an offset into the text. Every byte is either expected, word for word, or read as one value; white space, escapes
/// and another order of names are refused.
library JsonText {
    /// @notice Thrown when the text does not go on as its shape says.
    error JsonUnexpected(uint256 offset, string expected);
    /// @notice Thrown when a number is not plain decimal, has leading zeros, or is above the most its field takes.
    error JsonNumberInvalid(uint256 offset, uint256 most);
    /// @notice Thrown when a value is not a quoted string of the hexadecimal digits its field takes.
    error JsonHexInvalid(uint256 offset, uint256 bytesExpected);
    /// @notice Thrown when a value is not a quoted time, `YYYY-MM-DDThh:mm:ssZ`.
    error JsonTimeInvalid(uint256 offset);
    /// @notice Thrown when a string does not end, or holds a quote, a backslash or anything but printable ASCII.
    error JsonStringInvalid(uint256 offset);

    /// @notice Whether the text goes on with a word of at most 32 bytes.
    function isNext(bytes calldata json, uint256 offset, string memory word) internal pure returns (bool same) {
        uint256 length = bytes(word).length;
        if (offset + length > json.length) return false;
        assembly ("memory-safe") {
            let shift := shl(3, sub(32, length))
            same := eq(shr(shift, calldataload(add(json.offset, offset))), shr(shift, mload(add(word, 0x20))))
        }
    }

    /// @notice Passes over a word of at most 32 bytes.
    function expect(bytes calldata json, uint256 offset, string memory word) internal pure returns (uint256) {
        require(isNext(json, offset, word), JsonUnexpected(offset, word));
        return offset + bytes(word).length;
    }

    /// @notice Reads a decimal number.
    function readNumber(bytes calldata json, uint256 offset, uint256 most)
        internal
        pure
        returns (uint256 value, uint256 next)
    {
        next = offset;
        unchecked {
            // At most 20 digits: no value read can pass 2^256.
            while (next < json.length && next - offset < 20) {
                uint256 digit = uint256(uint8(json[next])) - 0x30;
                if (digit > 9) break;
                value = 10 * value + digit;
                next++;
            }
            bool plain = next != offset && (json[offset] != "0" || next == offset + 1);
            require(plain && value <= most, JsonNumberInvalid(offset, most));
        }
    }

    /// @notice Reads a quoted string of hexadecimal digits, of either case: at most 32 bytes, as a number.
    function readHex(bytes calldata json, uint256 offset, uint256 length)
        internal
        pure
        returns (uint256 value, uint256 next)
    {
        next = offset + 2 * length + 2;
        bool quoted = next <= json.length && json[offset] == '"' && json[next - 1] == '"';
        require(quoted, JsonHexInvalid(offset, length));
        value = readDigits(json, offset + 1, length, offset);
    }

    /// @notice Reads a quoted string of 96 hexadecimal digits: 48 bytes as the first 32 and the last 16.
    function readHex48(bytes calldata json, uint256 offset)
        internal
        pure
        returns (bytes32 head, bytes16 tail, uint256 next)
    {
        next = offset + 98;
        bool quoted = next <= json.length && json[offset] == '"' && json[next - 1] == '"';
        require(quoted, JsonHexInvalid(offset, 48));
        head = bytes32(readDigits(json, offset + 1, 32, offset));
        tail = bytes16(uint128(readDigits(json, offset + 65, 16, offset)));
    }

    /// @notice Reads a quoted time in UTC as seconds since 1970.
    function readTime(bytes calldata json, uint256 offset) internal pure returns (uint64 time, uint256 next) {
        next = offset + 22;
        require(next <= json.length, JsonTimeInvalid(offset));
        bytes calldata text = json[offset:next];
        bool shaped = text[0] == '"' && text[5] == "-" && text[8] == "-" && text[11] == "T" && text[14] == ":"
            && text[17] == ":" && text[20] == "Z" && text[21] == '"';
        require(shaped, JsonTimeInvalid(offset));
        time = dateAt(text, offset) + clockAt(text, offset);
    }

    /// @notice Passes over a quoted string and returns where its contents lie.
    function readString(bytes calldata json, uint256 offset)
        internal
        pure
        returns (uint256 start, uint256 stop, uint256 next)
    {
        bool opened = offset < json.length && json[offset] == '"';
        require(opened, JsonStringInvalid(offset));
        start = offset + 1;
        stop = start;
        unchecked {
            while (true) {
                require(stop < json.length, JsonStringInvalid(offset));
                uint8 letter = uint8(json[stop]);
                if (letter == 0x22) return (start, stop, stop + 1);
                require(letter >= 0x20 && letter < 0x7f && letter != 0x5c, JsonStringInvalid(offset));
                stop++;
            }
        }
    }

    function readDigits(bytes calldata json, uint256 place, uint256 length, uint256 offset)
        private
        pure
        returns (uint256 value)
    {
        unchecked {
            for (uint256 i = 0; i < 2 * length; i++) {
                uint256 letter = uint8(json[place + i]);
                uint256 digit = letter - 0x30;
                if (digit > 9) {
                    // Lower case by one bit, then a to f.
                    digit = (letter | 0x20) - 0x61;
                    require(digit < 6, JsonHexInvalid(offset, length));
                    digit += 10;
                }
                value = (value << 4) | digit;
            }
        }
    }

    function dateAt(bytes calldata text, uint256 offset) private pure returns (uint64 time) {
        uint256 year = 100 * pair(text, 1, offset) + pair(text, 3, offset);
        bool real;
        (real, time) = CalendarTime.dateOf(year, pair(text, 6, offset), pair(text, 9, offset));
        require(real, JsonTimeInvalid(offset));
    }

    function clockAt(bytes calldata text, uint256 offset) private pure returns (uint64 time) {
        (uint256 minute, uint256 second) = (pair(text, 15, offset), pair(text, 18, offset));
        bool real;
        (real, time) = CalendarTime.clockOf(pair(text, 12, offset), minute, second);
        require(real, JsonTimeInvalid(offset));
    }

    function pair(bytes calldata text, uint256 place, uint256 offset) private pure returns (uint256) {
        unchecked {
            uint256 tens = uint256(uint8(text[place])) - 0x30;
            uint256 ones = uint256(uint8(text[place + 1])) - 0x30;
            require(tens < 10 && ones < 10, JsonTimeInvalid(offset));
            return 10 * tens + ones;
        }
    }
}
