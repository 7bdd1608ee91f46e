// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TcbStatus} from "./TcbStatus.sol";

/// @notice What of the levels is the same for launch and now.
/// @param components The PCK's component SVNs.
/// @param pceSvn The PCK's PCESVN.
/// @param qeStatus The status of the quoting enclave.
struct Levels {
    bytes16 components;
    uint16 pceSvn;
    uint8 qeStatus;
}

/// @title Patch levels, as Intel's quote verification library evaluates them
/// @notice Of TCB info a record holds: number of modules (1), the modules, number of platform levels (1), the platform levels.
/// A module: version (1) | MRSIGNER (48) | attributes (8) | mask (8) | number of levels (1) | levels of ISVSVN (2) | status (1); the first
/// is the one without a version. A platform level: SGX components (16) | TDX components (16) | PCESVN (2) | status (1).
/// Of a QE identity: MRSIGNER (32) | attributes under mask (16) | mask (16) | MISCSELECT under mask (4) | mask (4) | ISVPRODID (2) |
/// number of levels (1) | levels of ISVSVN (2) | status (1). Levels go down; the first that is reached counts.
library TcbEvaluation {
    /// @notice Thrown when the TCB info names no TDX module of a version.
    error ModuleUnknown(uint8 version);
    /// @notice Thrown when MRSIGNERSEAM or SEAMATTRIBUTES are not those of the module.
    error ModuleMismatch(uint8 version);
    /// @notice Thrown when the module is below every level that Intel lists.
    error ModuleTcbNotSupported(uint8 version, uint8 svn);
    /// @notice Thrown when the platform is below every level that Intel lists.
    error PlatformTcbNotSupported();
    /// @notice Thrown when MRSIGNER of the quoting enclave is another.
    error QeSignerMismatch(bytes32 expected, bytes32 found);
    /// @notice Thrown when ISVPRODID of the quoting enclave is another.
    error QeProductMismatch(uint16 expected, uint16 found);
    /// @notice Thrown when MISCSELECT of the quoting enclave is another, under Intel's mask.
    error QeMiscSelectMismatch(bytes4 expected, bytes4 found);
    /// @notice Thrown when ATTRIBUTES of the quoting enclave are others, under Intel's mask.
    error QeAttributesMismatch(bytes16 expected, bytes16 found);
    /// @notice Thrown when the quoting enclave is below every level that Intel lists.
    error QeTcbNotSupported(uint16 isvSvn);

    uint256 private constant MODULE_LENGTH = 66;
    uint256 private constant SVN_LEVEL_LENGTH = 3;
    uint256 private constant LEVEL_LENGTH = 35;
    uint256 private constant QE_LEVELS = 74;
    uint256 private constant LANES = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    uint256 private constant CARRIES = 0x0100010001000100010001000100010001000100010001000100010001000100;

    /// @notice The status of a quoting enclave, whose identity must be Intel's.
    /// @param record The record of the QE identity.
    /// @param report The enclave's report, 384 bytes.
    function quotingEnclave(bytes memory record, bytes calldata report) internal pure returns (uint8 status) {
        bytes32 signer = wordAt(record, 0);
        require(bytes32(report[128:160]) == signer, QeSignerMismatch(signer, bytes32(report[128:160])));
        uint256 tail = uint256(wordAt(record, 42));
        uint16 product = uint16(tail);
        uint16 found = uint16(uint8(report[256])) | (uint16(uint8(report[257])) << 8);
        require(found == product, QeProductMismatch(product, found));
        bytes4 misc = bytes4(uint32(tail >> 48));
        bytes4 foundMisc = bytes4(report[16:20]) & bytes4(uint32(tail >> 16));
        require(foundMisc == misc, QeMiscSelectMismatch(misc, foundMisc));
        bytes16 attributes = bytes16(wordAt(record, 32));
        bytes16 foundAttributes = bytes16(report[48:64]) & bytes16(wordAt(record, 48));
        require(foundAttributes == attributes, QeAttributesMismatch(attributes, foundAttributes));
        uint16 isvSvn = uint16(uint8(report[258])) | (uint16(uint8(report[259])) << 8);
        status = svnLevel(record, QE_LEVELS, isvSvn);
        require(status != 0, QeTcbNotSupported(isvSvn));
    }

    /// @notice The status of platform and quoting enclave of an enclave's quote.
    function enclave(bytes memory record, Levels memory levels) internal pure returns (uint8 status) {
        status = platform(record, 1, uint256(bytes32(levels.components)), levels.pceSvn, 0);
        status = TcbStatus.converge(status, levels.qeStatus);
    }

    /// @notice The status of platform, quoting enclave and TDX module at the levels that TEE_TCB_SVN gives.
    /// @param body The TD report.
    function trustDomain(bytes memory record, bytes calldata body, bytes16 teeTcbSvn, Levels memory levels)
        internal
        pure
        returns (uint8 status)
    {
        uint8 version = uint8(teeTcbSvn[1]);
        (uint8 moduleStatus, uint256 offset) = module(record, body, version, uint8(teeTcbSvn[0]));
        // Levels 0 and 1 describe the module and are skipped where it has an identity of its own.
        uint256 skipped = version == 0 ? 0 : uint256(0xffff) << 112;
        uint256 reached = uint256(bytes32(levels.components)) | uint128(teeTcbSvn);
        status = platform(record, offset, reached, levels.pceSvn, skipped);
        status = TcbStatus.converge(status, levels.qeStatus);
        if (version != 0) status = TcbStatus.converge(status, moduleStatus);
    }

    /// @dev The status of the module of a version, and where the platform's levels start in the record.
    function module(bytes memory record, bytes calldata body, uint8 version, uint8 svn)
        private
        pure
        returns (uint8 status, uint256 offset)
    {
        uint256 found = 0;
        uint256 count = uint256(uint8(record[0]));
        offset = 1;
        for (uint256 i = 0; i < count; i++) {
            // The last of a version counts; version 0 is the first module alone.
            if (i == 0 ? version == 0 : uint8(record[offset]) == version && version != 0) found = offset;
            offset += MODULE_LENGTH + SVN_LEVEL_LENGTH * uint8(record[offset + MODULE_LENGTH - 1]);
        }
        require(found != 0, ModuleUnknown(version));
        bytes8 attributes = bytes8(wordAt(record, found + 49)) & bytes8(wordAt(record, found + 57));
        bool same = bytes32(body[64:96]) == wordAt(record, found + 1)
            && bytes16(body[96:112]) == bytes16(wordAt(record, found + 33)) && bytes8(body[112:120]) == 0 && attributes == 0;
        require(same, ModuleMismatch(version));
        if (version != 0) {
            status = svnLevel(record, found + MODULE_LENGTH - 1, svn);
            require(status != 0, ModuleTcbNotSupported(version, svn));
        }
    }

    /// @dev The status of the first level that is reached in every component.
    /// @param reached The components of SGX in the high half, those of TDX in the low one.
    /// @param skipped The components that need not be reached.
    function platform(bytes memory record, uint256 offset, uint256 reached, uint16 pceSvn, uint256 skipped)
        private
        pure
        returns (uint8)
    {
        uint256 count = uint8(record[offset]);
        offset += 1;
        for (uint256 i = 0; i < count; i++) {
            uint256 tail = uint256(wordAt(record, offset + 3));
            uint256 least = uint256(wordAt(record, offset)) & ~skipped;
            if (pceSvn >= uint16(tail >> 8) && isReached(reached, least)) return uint8(tail);
            offset += LEVEL_LENGTH;
        }
        revert PlatformTcbNotSupported();
    }

    /// @dev The status of the first level that an SVN reaches, zero when it reaches none.
    function svnLevel(bytes memory record, uint256 offset, uint256 svn) private pure returns (uint8) {
        uint256 count = uint8(record[offset]);
        offset += 1;
        for (uint256 i = 0; i < count; i++) {
            uint256 level = uint256(wordAt(record, offset)) >> 232;
            if (svn >= level >> 8) return uint8(level);
            offset += SVN_LEVEL_LENGTH;
        }
        return 0;
    }

    /// @dev Whether each of 32 bytes is at least another: sixteen lanes of 16 bits at a time, a bit set above each byte, which the
    /// subtraction takes away where it borrows.
    function isReached(uint256 reached, uint256 least) private pure returns (bool) {
        unchecked {
            uint256 even = ((reached & LANES) | CARRIES) - (least & LANES);
            uint256 odd = (((reached >> 8) & LANES) | CARRIES) - ((least >> 8) & LANES);
            return even & odd & CARRIES == CARRIES;
        }
    }

    function wordAt(bytes memory record, uint256 offset) private pure returns (bytes32 word) {
        // A record is as CollateralJson laid it out; at its end a word may reach past it into bytes that no caller uses.
        assembly ("memory-safe") {
            word := mload(add(add(record, 0x20), offset))
        }
    }
}
