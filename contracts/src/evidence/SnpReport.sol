// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AmdCertificate} from "./AmdCertificate.sol";

/// @title ATTESTATION_REPORT of AMD SEV-SNP (AMD document 56860), versions 2 to 5
/// @notice Offsets of the 1184 bytes and the checks of their shape. All integers are little-endian.
library SnpReport {
    uint256 internal constant LENGTH = 0x4a0;
    /// @notice The signature covers the bytes before it.
    uint256 internal constant SIGNED_LENGTH = 0x2a0;
    uint256 internal constant POLICY = 0x008;
    uint256 internal constant VMPL = 0x030;
    uint256 internal constant SIGNATURE_ALGORITHM = 0x034;
    uint256 internal constant CURRENT_TCB = 0x038;
    uint256 internal constant PLATFORM_INFO = 0x040;
    uint256 internal constant KEY_INFO = 0x048;
    uint256 internal constant REPORT_DATA = 0x050;
    uint256 internal constant MEASUREMENT = 0x090;
    uint256 internal constant REPORTED_TCB = 0x180;
    uint256 internal constant FAMILY = 0x188;
    uint256 internal constant MODEL = 0x189;
    uint256 internal constant CHIP_ID = 0x1a0;
    uint256 internal constant COMMITTED_TCB = 0x1e0;
    uint256 internal constant SIGNATURE_R = 0x2a0;
    uint256 internal constant SIGNATURE_S = 0x2e8;
    uint256 private constant SCALAR_LENGTH = 72;
    uint256 private constant SIGNATURE_END = 0x330;

    /// @notice Thrown when the report is not 1184 bytes long.
    error ReportLengthInvalid(uint256 expected, uint256 found);
    /// @notice Thrown when VERSION is not 2, 3, 4 or 5.
    error ReportVersionUnsupported(uint256 least, uint256 most, uint256 found);
    /// @notice Thrown when a byte that must be zero is not.
    error ReportReservedNotZero(uint256 offset);
    /// @notice Thrown when SIGNATURE_ALGO is not ECDSA P-384 with SHA-384.
    error ReportAlgorithmUnsupported(uint256 expected, uint256 found);
    /// @notice Thrown when r or s does not fit in 48 bytes.
    error ReportSignatureMalformed(uint256 offset);

    /// @notice Requires the shape of a report: length, version, what must be zero, the algorithm, the width of r and s.
    function requireShape(bytes calldata report) internal pure {
        require(report.length == LENGTH, ReportLengthInvalid(LENGTH, report.length));
        uint256 version = integerAt(report, 0, 4);
        require(version >= 2 && version <= 5, ReportVersionUnsupported(2, 5, version));
        uint256 algorithm = integerAt(report, SIGNATURE_ALGORITHM, 4);
        require(algorithm == 1, ReportAlgorithmUnsupported(1, algorithm));
        // POLICY has no meaning above bit 25, KEY_INFO none above bit 4.
        require(integerAt(report, POLICY, 8) >> 26 == 0, ReportReservedNotZero(POLICY));
        require(integerAt(report, KEY_INFO, 4) >> 5 == 0, ReportReservedNotZero(KEY_INFO));
        requireZero(report, 0x04c, 0x050);
        // CPUID came with version 3, the mitigation vectors with version 5.
        requireZero(report, version < 3 ? FAMILY : 0x18b, CHIP_ID);
        requireZero(report, 0x1eb, 0x1ec);
        requireZero(report, 0x1ef, 0x1f0);
        requireZero(report, version < 5 ? 0x1f8 : 0x208, SIGNATURE_R);
        requireZero(report, SIGNATURE_END, LENGTH);
        require(isZero(report, SIGNATURE_R + 48, SIGNATURE_S), ReportSignatureMalformed(SIGNATURE_R));
        require(isZero(report, SIGNATURE_S + 48, SIGNATURE_END), ReportSignatureMalformed(SIGNATURE_S));
    }

    /// @notice The product that CPUID family and model stand for; zero for a processor of none.
    function productOf(uint8 family, uint8 model) internal pure returns (uint8) {
        if (family == 0x19) {
            if (model <= 0x0f) return AmdCertificate.MILAN;
            // 0xA0 to 0xAF are Bergamo and Siena, which belong to Genoa.
            if (model <= 0x1f || (model >= 0xa0 && model <= 0xaf)) return AmdCertificate.GENOA;
        }
        if (family == 0x1a && model <= 0x11) return AmdCertificate.TURIN;
        return 0;
    }

    /// @notice r then s as 48 big-endian bytes each.
    function signatureOf(bytes calldata report) internal pure returns (bytes memory signature) {
        (uint128 r1, uint256 r0) = scalarAt(report, SIGNATURE_R);
        (uint128 s1, uint256 s0) = scalarAt(report, SIGNATURE_S);
        return abi.encodePacked(r1, r0, s1, s0);
    }

    /// @notice A little-endian number of 48 bytes.
    function scalarAt(bytes calldata report, uint256 offset) private pure returns (uint128 high, uint256 low) {
        low = reverse(uint256(bytes32(report[offset:offset + 32])));
        high = uint128(reverse(uint256(bytes32(report[offset + 32:offset + 48]))));
    }

    /// @notice The bytes of a word in reverse order: halves of ever larger groups change places.
    function reverse(uint256 value) private pure returns (uint256) {
        uint256 mask = type(uint256).max / 0x101;
        value = ((value >> 8) & mask) | ((value & mask) << 8);
        mask = type(uint256).max / 0x10001;
        value = ((value >> 16) & mask) | ((value & mask) << 16);
        mask = type(uint256).max / 0x100000001;
        value = ((value >> 32) & mask) | ((value & mask) << 32);
        mask = type(uint256).max / 0x10000000000000001;
        value = ((value >> 64) & mask) | ((value & mask) << 64);
        return (value >> 128) | (value << 128);
    }

    /// @notice A little-endian integer of at most eight bytes.
    function integerAt(bytes calldata report, uint256 offset, uint256 length) internal pure returns (uint256 value) {
        value = uint64(bytes8(report[offset:offset + length]));
        value = ((value >> 8) & 0x00ff00ff00ff00ff) | ((value & 0x00ff00ff00ff00ff) << 8);
        value = ((value >> 16) & 0x0000ffff0000ffff) | ((value & 0x0000ffff0000ffff) << 16);
        return (value >> 32) | ((value & 0xffffffff) << 32);
    }

    /// @notice Whether the bytes from start to end, end excluded and inside the report, are zero.
    function isZero(bytes calldata report, uint256 start, uint256 end) internal pure returns (bool) {
        uint256 bits;
        assembly ("memory-safe") {
            start := add(report.offset, start)
            end := add(report.offset, end)
            for {} iszero(lt(sub(end, start), 32)) { start := add(start, 32) } { bits := or(bits, calldataload(start)) }
            if sub(end, start) { bits := or(bits, shr(shl(3, sub(32, sub(end, start))), calldataload(start))) }
        }
        return bits == 0;
    }

    function requireZero(bytes calldata report, uint256 start, uint256 end) private pure {
        require(isZero(report, start, end), ReportReservedNotZero(start));
    }
}
