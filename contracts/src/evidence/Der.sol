// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CalendarTime} from "./CalendarTime.sol";

/// @title Distinguished Encoding Rules (X.690), as far as the vendors' certificates use them
/// @notice A cursor is an offset into the data and an end that no read passes. Lengths are definite, minimal and below 64 KiB.
library Der {
    uint8 internal constant BOOLEAN = 0x01;
    uint8 internal constant INTEGER = 0x02;
    uint8 internal constant BIT_STRING = 0x03;
    uint8 internal constant OCTET_STRING = 0x04;
    uint8 internal constant OBJECT_IDENTIFIER = 0x06;
    uint8 internal constant IA5_STRING = 0x16;
    uint8 internal constant UTC_TIME = 0x17;
    uint8 internal constant GENERALIZED_TIME = 0x18;
    uint8 internal constant SEQUENCE = 0x30;
    uint8 internal constant SET = 0x31;
    uint8 internal constant CONTEXT_0 = 0xa0;
    uint8 internal constant CONTEXT_3 = 0xa3;

    /// @notice Thrown when the data end before the element does.
    error DerTruncated(uint256 offset, uint256 end);
    /// @notice Thrown when an element has another tag.
    error DerTagUnexpected(uint256 offset, uint8 expected, uint8 found);
    /// @notice Thrown when a length is indefinite, not minimal, or not below 64 KiB.
    error DerLengthInvalid(uint256 offset);
    /// @notice Thrown when something follows the last element.
    error DerTrailingBytes(uint256 offset, uint256 end);
    /// @notice Thrown when an INTEGER is empty, negative, not minimal, or longer than its use allows.
    error DerIntegerInvalid(uint256 offset);
    /// @notice Thrown when a time is not a calendar time in UTC down to the second.
    error DerTimeInvalid(uint256 offset);

    /// @notice Reads an element of a tag.
    /// @return start Where its contents start.
    /// @return stop Where they stop, and the next element starts.
    function read(bytes calldata data, uint256 offset, uint256 end, uint8 tag)
        internal
        pure
        returns (uint256 start, uint256 stop)
    {
        unchecked {
            require(end <= data.length && offset < end && end - offset >= 2, DerTruncated(offset, end));
            uint8 found = uint8(data[offset]);
            require(found == tag, DerTagUnexpected(offset, tag, found));
            uint256 length = uint8(data[offset + 1]);
            start = offset + 2;
            if (length >= 0x80) {
                if (length == 0x81) {
                    require(end - offset >= 3, DerTruncated(offset, end));
                    length = uint8(data[offset + 2]);
                    require(length >= 0x80, DerLengthInvalid(offset));
                    start = offset + 3;
                } else {
                    require(length == 0x82, DerLengthInvalid(offset));
                    require(end - offset >= 4, DerTruncated(offset, end));
                    length = (uint256(uint8(data[offset + 2])) << 8) | uint8(data[offset + 3]);
                    require(length >= 0x100, DerLengthInvalid(offset));
                    start = offset + 4;
                }
            }
            stop = start + length;
            require(stop <= end, DerTruncated(offset, end));
        }
    }

    /// @notice Whether the next element has a tag; false at the end.
    function isNext(bytes calldata data, uint256 offset, uint256 end, uint8 tag) internal pure returns (bool) {
        return offset < end && end <= data.length && uint8(data[offset]) == tag;
    }

    /// @notice Requires that a cursor is at its end.
    function finish(uint256 offset, uint256 end) internal pure {
        require(offset == end, DerTrailingBytes(offset, end));
    }

    /// @notice Reads a non-negative INTEGER of at most 20 bytes.
    function readInteger(bytes calldata data, uint256 offset, uint256 end)
        internal
        pure
        returns (uint256 value, uint256 stop)
    {
        return readNumber(data, offset, end, 20);
    }

    /// @notice Reads a non-negative INTEGER below 2^256: a serial number that spends a byte on its sign, half a signature.
    function readWord(bytes calldata data, uint256 offset, uint256 end)
        internal
        pure
        returns (uint256 value, uint256 stop)
    {
        return readNumber(data, offset, end, 33);
    }

    function readNumber(bytes calldata data, uint256 offset, uint256 end, uint256 most)
        private
        pure
        returns (uint256 value, uint256 stop)
    {
        uint256 start;
        (start, stop) = read(data, offset, end, INTEGER);
        unchecked {
            uint256 length = stop - start;
            require(length != 0 && length <= most, DerIntegerInvalid(offset));
            uint256 top = uint8(data[start]);
            require(top < 0x80, DerIntegerInvalid(offset));
            require(top != 0 || length == 1 || uint8(data[start + 1]) >= 0x80, DerIntegerInvalid(offset));
            if (length == 33) {
                require(top == 0, DerIntegerInvalid(offset));
                (start, length) = (start + 1, 32);
            }
            value = uint256(bytes32(data[start:stop])) >> (8 * (32 - length));
        }
    }

    /// @notice Reads UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5) as seconds since 1970.
    function readTime(bytes calldata data, uint256 offset, uint256 end)
        internal
        pure
        returns (uint64 time, uint256 stop)
    {
        bool short = isNext(data, offset, end, UTC_TIME);
        uint256 place;
        (place, stop) = read(data, offset, end, short ? UTC_TIME : GENERALIZED_TIME);
        unchecked {
            require(stop - place == (short ? 13 : 15) && data[stop - 1] == "Z", DerTimeInvalid(offset));
            uint256 year;
            if (short) {
                year = pair(data, place, offset);
                year += year < 50 ? 2000 : 1900;
            } else {
                year = 100 * pair(data, place, offset) + pair(data, place + 2, offset);
                place += 2;
            }
            time = dateAt(data, place, offset, year) + clockAt(data, place + 6, offset);
        }
    }

    function dateAt(bytes calldata data, uint256 place, uint256 offset, uint256 year) private pure returns (uint64 time) {
        bool real;
        (real, time) = CalendarTime.dateOf(year, pair(data, place + 2, offset), pair(data, place + 4, offset));
        require(real, DerTimeInvalid(offset));
    }

    function clockAt(bytes calldata data, uint256 place, uint256 offset) private pure returns (uint64 time) {
        (uint256 minute, uint256 second) = (pair(data, place + 2, offset), pair(data, place + 4, offset));
        bool real;
        (real, time) = CalendarTime.clockOf(pair(data, place, offset), minute, second);
        require(real, DerTimeInvalid(offset));
    }

    /// @notice Two decimal digits.
    function pair(bytes calldata data, uint256 place, uint256 offset) private pure returns (uint256) {
        unchecked {
            uint256 tens = uint256(uint8(data[place])) - 0x30;
            uint256 ones = uint256(uint8(data[place + 1])) - 0x30;
            require(tens < 10 && ones < 10, DerTimeInvalid(offset));
            return 10 * tens + ones;
        }
    }
}
