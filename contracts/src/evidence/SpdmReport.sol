// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a GPU's report says.
/// @param nonce The verifier's nonce, from the request.
/// @param signedLength Length of what the signature covers: all but its 96 bytes.
/// @param places Where the value of each measurement starts, by its index; zero where there is none.
/// @param driver Start of the driver's version in ASCII.
/// @param driverStop Its end.
/// @param vbios The five bytes of the VBIOS's version, as it is written.
/// @param firmwareId Start of the 48 bytes of FWID; zero where there is none.
/// @param chip Start of CHIP_INFO in ASCII; zero where there is none.
/// @param chipStop Its end.
/// @param mode 0 not stated, 1 single pass-through, 2 multi pass-through, 3 protected PCIe.
/// @param isDecoderOff The GPU says that its first video decoder is off.
struct SpdmFields {
    bytes32 nonce;
    uint256 signedLength;
    uint256[] places;
    uint256 driver;
    uint256 driverStop;
    bytes5 vbios;
    uint256 firmwareId;
    uint256 chip;
    uint256 chipStop;
    uint8 mode;
    bool isDecoderOff;
}

/// @title GET_MEASUREMENTS request and MEASUREMENTS response (SPDM 1.1, DSP0274 10.11) of a GPU, one after the other
/// @notice Nothing stands behind them and nothing in them is left over. Integers are little-endian.
library SpdmReport {
    uint256 internal constant SIGNATURE = 96;
    uint256 internal constant DIGEST = 48;
    uint8 internal constant PROTECTED_PCIE = 3;
    uint256 private constant MOST = 65_536;
    uint256 private constant REQUEST = 37;
    uint256 private constant RECORD = 45;
    uint256 private constant BLOCK = 55;
    uint256 private constant LEAST = RECORD + 32 + 2 + SIGNATURE;
    /// @dev Version 1.1, GET_MEASUREMENTS, signature requested, all blocks; slot 0 is at the end.
    bytes4 private constant REQUEST_HEAD = 0x11e001ff;
    /// @dev Version 1.1, MEASUREMENTS, no index, slot 0.
    bytes4 private constant RESPONSE_HEAD = 0x11600000;
    // Kinds of opaque fields.
    uint256 private constant DRIVER_VERSION = 3;
    uint256 private constant VBIOS_VERSION = 6;
    uint256 private constant DECODER_STATUS = 11;
    uint256 private constant FIRMWARE_ID = 20;
    uint256 private constant PROTECTED_PCIE_STATUS = 21;
    uint256 private constant DATA_VERSION = 34;
    uint256 private constant CHIP_INFO = 35;
    uint256 private constant FEATURE_FLAG = 36;
    uint256 private constant MOST_TEXT = 64;

    /// @notice Thrown when the evidence is shorter or longer than its lengths say, or than any may be.
    error SpdmLengthInvalid(uint256 expected, uint256 found);
    /// @notice Thrown when the request is not one for all measurements, signed, of version 1.1 and slot 0.
    error SpdmRequestUnexpected(bytes4 expected, bytes4 found);
    /// @notice Thrown when the response is not one with all measurements, of version 1.1 and slot 0.
    error SpdmResponseUnexpected(bytes4 expected, bytes4 found);
    /// @notice Thrown when a block is not a SHA-384 value of an index of its own.
    error MeasurementBlockInvalid(uint256 offset);
    /// @notice Thrown when an opaque field is longer than what is left, or is there twice.
    error OpaqueDataInvalid(uint256 offset);
    /// @notice Thrown when an opaque field is missing or its value is out of range.
    error OpaqueFieldInvalid(uint256 kind);
    /// @notice Thrown when PROTECTED_PCIE_STATUS and FEATURE_FLAG contradict each other.
    error ModeContradiction(uint8 mode);

    /// @dev Where the values of opaque fields start and stop, by kind below 64; starts are zero where there is none.
    struct Opaque {
        uint256[64] starts;
        uint256[64] stops;
    }

    /// @notice Reads what the signature covers, and requires its shape.
    function parse(bytes calldata report) internal pure returns (SpdmFields memory fields, Opaque memory opaque) {
        require(report.length >= LEAST, SpdmLengthInvalid(LEAST, report.length));
        require(report.length <= MOST, SpdmLengthInvalid(MOST, report.length));
        require(bytes4(report) == REQUEST_HEAD, SpdmRequestUnexpected(REQUEST_HEAD, bytes4(report)));
        require(report[REQUEST - 1] == 0, SpdmRequestUnexpected(0, bytes4(report[REQUEST - 1])));
        bytes4 head = bytes4(report[REQUEST:]);
        require(head == RESPONSE_HEAD, SpdmResponseUnexpected(RESPONSE_HEAD, head));
        fields.nonce = bytes32(report[4:]);
        unchecked {
            // Of lengths below 2^24 and 2^16: no sum overflows.
            uint256 record = integerAt(report, REQUEST + 5, 3);
            uint256 offset = RECORD + record + 32;
            require(offset + 2 + SIGNATURE <= report.length, SpdmLengthInvalid(offset + 2 + SIGNATURE, report.length));
            uint256 stop = offset + 2 + integerAt(report, offset, 2);
            require(stop + SIGNATURE == report.length, SpdmLengthInvalid(stop + SIGNATURE, report.length));
            uint256 blocks = uint8(report[REQUEST + 4]);
            require(record == blocks * BLOCK, SpdmLengthInvalid(blocks * BLOCK, record));
            fields.signedLength = stop;
            fields.places = readBlocks(report, blocks);
            readOpaque(report, offset + 2, stop, opaque);
        }
    }

    /// @notice Reads the device's own fields.
    function readFields(bytes calldata report, SpdmFields memory fields, Opaque memory opaque) internal pure {
        (fields.driver, fields.driverStop) = textAt(report, opaque, DRIVER_VERSION);
        require(fields.driver != 0, OpaqueFieldInvalid(DRIVER_VERSION));
        uint256 vbios = valueAt(opaque, VBIOS_VERSION, 8);
        require(vbios != 0, OpaqueFieldInvalid(VBIOS_VERSION));
        // Low bytes first: 00 9f 00 96 01 is 96.00.9f.00.01.
        fields.vbios = bytes5(abi.encodePacked(uint32(integerAt(report, vbios, 4)), report[vbios + 4]));
        (bool decoderSaid, bool isDecoderOn) = switchAt(report, opaque, DECODER_STATUS);
        fields.isDecoderOff = decoderSaid && !isDecoderOn;
        fields.firmwareId = valueAt(opaque, FIRMWARE_ID, DIGEST);
        (fields.chip, fields.chipStop) = textAt(report, opaque, CHIP_INFO);
        fields.mode = readMode(report, opaque);
    }

    /// @notice FEATURE_FLAG from version 1 of the opaque data on; before, only protected PCIe says what it is.
    function readMode(bytes calldata report, Opaque memory opaque) private pure returns (uint8 mode) {
        (bool said, bool isProtected) = switchAt(report, opaque, PROTECTED_PCIE_STATUS);
        uint256 version = valueAt(opaque, DATA_VERSION, 2);
        uint256 flag = valueAt(opaque, FEATURE_FLAG, 2);
        if (flag == 0 || version == 0 || integerAt(report, version, 2) < 1) return isProtected ? PROTECTED_PCIE : 0;
        uint256 number = integerAt(report, flag, 2);
        require(number <= 2, OpaqueFieldInvalid(FEATURE_FLAG));
        mode = uint8(number + 1);
        require(!said || isProtected == (mode == PROTECTED_PCIE), ModeContradiction(mode));
    }

    /// @notice index | 1 = DMTF | size of the rest | kind | size of the value | value (DSP0274, table 43).
    function readBlocks(bytes calldata report, uint256 count) private pure returns (uint256[] memory places) {
        places = new uint256[](256);
        unchecked {
            for (uint256 offset = RECORD; count > 0; count--) {
                uint256 head = uint56(bytes7(report[offset:]));
                uint256 index = head >> 48;
                // 51 and 48 as the sizes; the kind is whatever the device says.
                bool sound = index != 0 && index != 255 && head & 0xffffff00ffff == 0x013300003000 && places[index] == 0;
                require(sound, MeasurementBlockInvalid(offset));
                places[index] = offset + 7;
                offset += BLOCK;
            }
        }
    }

    /// @notice kind and length, 16 bits each, then the value; no kind twice, nothing left over.
    function readOpaque(bytes calldata report, uint256 offset, uint256 stop, Opaque memory opaque) private pure {
        uint256[256] memory seen;
        unchecked {
            while (offset != stop) {
                require(offset + 4 <= stop, OpaqueDataInvalid(offset));
                uint256 kind = integerAt(report, offset, 2);
                uint256 end = offset + 4 + integerAt(report, offset + 2, 2);
                uint256 bit = 1 << (kind & 0xff);
                require(end <= stop && seen[kind >> 8] & bit == 0, OpaqueDataInvalid(offset));
                seen[kind >> 8] |= bit;
                if (kind < 64) (opaque.starts[kind], opaque.stops[kind]) = (offset + 4, end);
                offset = end;
            }
        }
    }

    /// @notice Start of a value of a fixed length; zero when there is none.
    function valueAt(Opaque memory opaque, uint256 kind, uint256 length) private pure returns (uint256 start) {
        start = opaque.starts[kind];
        require(start == 0 || opaque.stops[kind] - start == length, OpaqueFieldInvalid(kind));
    }

    /// @notice 0xAA is on, 0x55 is off.
    function switchAt(bytes calldata report, Opaque memory opaque, uint256 kind) private pure returns (bool said, bool isOn) {
        uint256 place = valueAt(opaque, kind, 1);
        if (place == 0) return (false, false);
        isOn = report[place] == 0xaa;
        require(isOn || report[place] == 0x55, OpaqueFieldInvalid(kind));
        said = true;
    }

    /// @notice Printable ASCII with zeros at its end only; start zero when there is none.
    function textAt(bytes calldata report, Opaque memory opaque, uint256 kind)
        private
        pure
        returns (uint256 start, uint256 stop)
    {
        (start, stop) = (opaque.starts[kind], opaque.stops[kind]);
        if (start == 0) return (0, 0);
        while (stop > start && report[stop - 1] == 0) stop--;
        require(stop > start && stop - start <= MOST_TEXT, OpaqueFieldInvalid(kind));
        for (uint256 i = start; i < stop; i++) {
            require(report[i] > 0x20 && report[i] < 0x7f, OpaqueFieldInvalid(kind));
        }
    }

    function integerAt(bytes calldata report, uint256 offset, uint256 length) private pure returns (uint256 value) {
        for (uint256 i = length; i > 0; i--) value = (value << 8) | uint8(report[offset + i - 1]);
    }
}
