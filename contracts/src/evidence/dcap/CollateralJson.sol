// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {JsonText} from "./JsonText.sol";
import {TcbStatus} from "./TcbStatus.sol";

/// @notice What TCB info or a QE identity says of itself.
/// @param tee 0 SGX, 0x81 TDX.
/// @param issueDate When it was issued.
/// @param nextUpdate When the next one is due.
/// @param evaluationNumber Intel's tcbEvaluationDataNumber.
/// @param fmspc The processor family; zero for a QE identity.
/// @param pceId The provisioning certification enclave; zero for a QE identity.
struct CollateralHead {
    uint8 tee;
    uint64 issueDate;
    uint64 nextUpdate;
    uint16 evaluationNumber;
    bytes6 fmspc;
    bytes2 pceId;
}

/// @title Intel's TCB info (version 3) and QE identity (version 2), in the order in which Intel writes them
/// @notice What a quote is judged by is packed into a record, laid out as `TcbEvaluation` describes.
library CollateralJson {
    using JsonText for bytes;

    uint8 internal constant SGX = 0;
    uint8 internal constant TDX = 0x81;

    /// @notice Thrown when a status is none of Intel's words.
    error StatusUnknown(uint256 offset);
    /// @notice Thrown when a list is longer than 255 rows.
    error CollateralTooLong(uint256 offset);
    /// @notice Thrown when something follows the text.
    error JsonTrailingBytes(uint256 offset, uint256 end);

    /// @notice Reads TCB info.
    function readTcbInfo(bytes calldata json) internal pure returns (CollateralHead memory head, bytes memory record) {
        bool tdx = json.isNext(0, '{"id":"TDX"');
        uint256 at = json.expect(0, tdx ? '{"id":"TDX"' : '{"id":"SGX"');
        head.tee = tdx ? TDX : SGX;
        at = json.expect(at, ',"version":3');
        at = readDates(json, at, head);
        uint256 value;
        (value, at) = json.readHex(json.expect(at, ',"fmspc":'), 6);
        head.fmspc = bytes6(uint48(value));
        (value, at) = json.readHex(json.expect(at, ',"pceId":'), 2);
        head.pceId = bytes2(uint16(value));
        (, at) = json.readNumber(json.expect(at, ',"tcbType":'), type(uint8).max);
        at = readEvaluationNumber(json, at, head);
        record = hex"00";
        if (tdx) (record, at) = readModules(json, at);
        bytes memory levels;
        (levels, at) = readLevels(json, json.expect(at, ',"tcbLevels":['), tdx);
        record = bytes.concat(record, levels);
        finish(json, json.expect(at, "}"));
    }

    /// @notice Reads a QE identity.
    function readQeIdentity(bytes calldata json) internal pure returns (CollateralHead memory head, bytes memory record) {
        bool tdx = json.isNext(0, '{"id":"TD_QE"');
        uint256 at = json.expect(0, tdx ? '{"id":"TD_QE"' : '{"id":"QE"');
        head.tee = tdx ? TDX : SGX;
        at = json.expect(at, ',"version":2');
        at = readDates(json, at, head);
        at = readEvaluationNumber(json, at, head);
        bytes memory part;
        (part, at) = readMasked(json, at, ',"miscselect":', ',"miscselectMask":', 4);
        (record, at) = readMasked(json, at, ',"attributes":', ',"attributesMask":', 16);
        record = bytes.concat(record, part);
        uint256 value;
        (value, at) = json.readHex(json.expect(at, ',"mrsigner":'), 32);
        record = bytes.concat(bytes32(value), record);
        (value, at) = json.readNumber(json.expect(at, ',"isvprodid":'), type(uint16).max);
        (part, at) = readSvnLevels(json, at);
        record = bytes.concat(record, bytes2(uint16(value)), part);
        finish(json, json.expect(at, "}"));
    }

    /// @dev A value under its mask, then the mask, of 4 or 16 bytes each.
    function readMasked(bytes calldata json, uint256 at, string memory name, string memory maskName, uint256 length)
        private
        pure
        returns (bytes memory record, uint256 next)
    {
        uint256 value;
        uint256 mask;
        (value, at) = json.readHex(json.expect(at, name), length);
        (mask, next) = json.readHex(json.expect(at, maskName), length);
        value &= mask;
        record = length == 4
            ? abi.encodePacked(uint32(value), uint32(mask))
            : abi.encodePacked(uint128(value), uint128(mask));
    }

    function finish(bytes calldata json, uint256 at) private pure {
        require(at == json.length, JsonTrailingBytes(at, json.length));
    }

    function readDates(bytes calldata json, uint256 at, CollateralHead memory head) private pure returns (uint256) {
        (head.issueDate, at) = json.readTime(json.expect(at, ',"issueDate":'));
        (head.nextUpdate, at) = json.readTime(json.expect(at, ',"nextUpdate":'));
        return at;
    }

    function readEvaluationNumber(bytes calldata json, uint256 at, CollateralHead memory head)
        private
        pure
        returns (uint256 next)
    {
        uint256 value;
        (value, next) = json.readNumber(json.expect(at, ',"tcbEvaluationDataNumber":'), type(uint16).max);
        head.evaluationNumber = uint16(value);
    }

    /// @dev The module without a version, then those with an identity of their own, if any are there.
    function readModules(bytes calldata json, uint256 at) private pure returns (bytes memory record, uint256) {
        uint256 count = 1;
        (record, at) = readModule(json, json.expect(at, ',"tdxModule":{'));
        at = json.expect(at, "}");
        record = bytes.concat(bytes1(0), record, bytes1(0));
        if (json.isNext(at, ',"tdxModuleIdentities":[')) {
            at = json.expect(at, ',"tdxModuleIdentities":[');
            bool last = json.isNext(at, "]");
            while (!last) {
                uint256 id;
                bytes memory module;
                bytes memory levels;
                (id, at) = readModuleId(json, json.expect(at, '{"id":"TDX_'));
                (module, at) = readModule(json, json.expect(at, '",'));
                (levels, at) = readSvnLevels(json, at);
                record = bytes.concat(record, bytes1(uint8(id)), module, levels);
                require(++count <= type(uint8).max, CollateralTooLong(at));
                (last, at) = nextRow(json, json.expect(at, "}"));
            }
            at = json.expect(at, "]");
        }
        return (bytes.concat(bytes1(uint8(count)), record), at);
    }

    /// @dev Two hexadecimal digits in upper case.
    function readModuleId(bytes calldata json, uint256 at) private pure returns (uint256 id, uint256) {
        for (uint256 i = 0; i < 2; i++) {
            require(at < json.length, JsonText.JsonHexInvalid(at, 1));
            uint256 letter = uint8(json[at]);
            bool decimal = letter >= 0x30 && letter <= 0x39;
            require(decimal || (letter >= 0x41 && letter <= 0x46), JsonText.JsonHexInvalid(at, 1));
            id = (id << 4) | (decimal ? letter - 0x30 : letter - 0x37);
            at++;
        }
        return (id, at);
    }

    function readModule(bytes calldata json, uint256 at) private pure returns (bytes memory record, uint256) {
        bytes32 head;
        bytes16 tail;
        uint256 attributes;
        uint256 mask;
        (head, tail, at) = json.readHex48(json.expect(at, '"mrsigner":'));
        (attributes, at) = json.readHex(json.expect(at, ',"attributes":'), 8);
        (mask, at) = json.readHex(json.expect(at, ',"attributesMask":'), 8);
        return (abi.encodePacked(head, tail, uint64(attributes), uint64(mask)), at);
    }

    /// @dev Rows of an enclave's or a module's own SVN.
    function readSvnLevels(bytes calldata json, uint256 at) private pure returns (bytes memory record, uint256) {
        at = json.expect(at, ',"tcbLevels":[');
        uint256 count = 0;
        bool last = json.isNext(at, "]");
        while (!last) {
            uint256 svn;
            uint8 status;
            (svn, at) = json.readNumber(json.expect(at, '{"tcb":{"isvsvn":'), type(uint16).max);
            (status, at) = readVerdict(json, json.expect(at, "}"));
            record = abi.encodePacked(record, uint16(svn), status);
            require(++count <= type(uint8).max, CollateralTooLong(at));
            (last, at) = nextRow(json, at);
        }
        return (bytes.concat(bytes1(uint8(count)), record), json.expect(at, "]"));
    }

    /// @dev Rows of a platform.
    function readLevels(bytes calldata json, uint256 at, bool tdx) private pure returns (bytes memory record, uint256) {
        uint256 count = 0;
        bool last = json.isNext(at, "]");
        while (!last) {
            bytes memory level;
            (level, at) = readLevel(json, at, tdx);
            record = bytes.concat(record, level);
            require(++count <= type(uint8).max, CollateralTooLong(at));
            (last, at) = nextRow(json, at);
        }
        return (bytes.concat(bytes1(uint8(count)), record), json.expect(at, "]"));
    }

    function readLevel(bytes calldata json, uint256 at, bool tdx) private pure returns (bytes memory level, uint256) {
        uint256 components;
        uint256 svn;
        (components, at) = readComponents(json, json.expect(at, '{"tcb":{"sgxtcbcomponents":['));
        level = abi.encodePacked(uint128(components));
        (svn, at) = json.readNumber(json.expect(at, ',"pcesvn":'), type(uint16).max);
        components = 0;
        if (tdx) (components, at) = readComponents(json, json.expect(at, ',"tdxtcbcomponents":['));
        level = abi.encodePacked(level, uint128(components), uint16(svn));
        uint8 status;
        (status, at) = readVerdict(json, json.expect(at, "}"));
        return (abi.encodePacked(level, status), at);
    }

    /// @dev Sixteen SVNs, the first in the highest byte; what they are called decides nothing.
    function readComponents(bytes calldata json, uint256 at) private pure returns (uint256 packed, uint256) {
        for (uint256 i = 0; i < 16; i++) {
            uint256 svn;
            if (i != 0) at = json.expect(at, ",");
            (svn, at) = json.readNumber(json.expect(at, '{"svn":'), type(uint8).max);
            packed = (packed << 8) | svn;
            if (json.isNext(at, ',"category":')) (,, at) = json.readString(json.expect(at, ',"category":'));
            if (json.isNext(at, ',"type":')) (,, at) = json.readString(json.expect(at, ',"type":'));
            at = json.expect(at, "}");
        }
        return (packed, json.expect(at, "]"));
    }

    /// @dev The end of a row: date, status and advisories, of which the status decides.
    function readVerdict(bytes calldata json, uint256 at) private pure returns (uint8 status, uint256) {
        uint256 start;
        uint256 stop;
        (, at) = json.readTime(json.expect(at, ',"tcbDate":'));
        (start, stop, at) = json.readString(json.expect(at, ',"tcbStatus":'));
        status = TcbStatus.numberOf(json[start:stop]);
        require(status != 0, StatusUnknown(start));
        if (json.isNext(at, ',"advisoryIDs":[')) {
            at = json.expect(at, ',"advisoryIDs":[');
            bool last = json.isNext(at, "]");
            while (!last) {
                (,, at) = json.readString(at);
                (last, at) = nextRow(json, at);
            }
            at = json.expect(at, "]");
        }
        return (status, json.expect(at, "}"));
    }

    /// @dev Whether a list ends here; else where its next row starts.
    function nextRow(bytes calldata json, uint256 at) private pure returns (bool last, uint256) {
        last = json.isNext(at, "]");
        return (last, last ? at : json.expect(at, ","));
    }
}
