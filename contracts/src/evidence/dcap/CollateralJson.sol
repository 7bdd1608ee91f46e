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
    /// @dev What Intel's library knows of a platform, of a quoting enclave and of a module: a bit for each number of a status.
    uint256 private constant PLATFORM_STATUSES = 0xfe;
    uint256 private constant ENCLAVE_STATUSES = 0xea;
    uint256 private constant MODULE_STATUSES = 0xa2;

    /// @notice Thrown when a status is none of the words that Intel's library knows in its place.
    error StatusUnknown(uint256 offset);
    /// @notice Thrown when a list is longer than 255 rows.
    error CollateralTooLong(uint256 offset);
    /// @notice Thrown when something follows the text.
    error JsonTrailingBytes(uint256 offset, uint256 end);

    /// @notice Reads TCB info.
    function readTcbInfo(bytes calldata json) internal pure returns (CollateralHead memory head, bytes memory record) {
        bool tdx = json.isNext(0, '{"id":"TDX"');
        uint256 place = json.expect(0, tdx ? '{"id":"TDX"' : '{"id":"SGX"');
        head.tee = tdx ? TDX : SGX;
        place = json.expect(place, ',"version":3');
        place = readDates(json, place, head);
        uint256 value;
        (value, place) = json.readHex(json.expect(place, ',"fmspc":'), 6);
        head.fmspc = bytes6(uint48(value));
        (value, place) = json.readHex(json.expect(place, ',"pceId":'), 2);
        head.pceId = bytes2(uint16(value));
        (, place) = json.readNumber(json.expect(place, ',"tcbType":'), type(uint8).max);
        place = readEvaluationNumber(json, place, head);
        record = hex"00";
        if (tdx) (record, place) = readModules(json, place);
        bytes memory levels;
        (levels, place) = readLevels(json, json.expect(place, ',"tcbLevels":['), tdx);
        record = bytes.concat(record, levels);
        finish(json, json.expect(place, "}"));
    }

    /// @notice Reads a QE identity.
    function readQeIdentity(bytes calldata json) internal pure returns (CollateralHead memory head, bytes memory record) {
        bool tdx = json.isNext(0, '{"id":"TD_QE"');
        uint256 place = json.expect(0, tdx ? '{"id":"TD_QE"' : '{"id":"QE"');
        head.tee = tdx ? TDX : SGX;
        place = json.expect(place, ',"version":2');
        place = readDates(json, place, head);
        place = readEvaluationNumber(json, place, head);
        bytes memory part;
        (part, place) = readMasked(json, place, ',"miscselect":', ',"miscselectMask":', 4);
        (record, place) = readMasked(json, place, ',"attributes":', ',"attributesMask":', 16);
        record = bytes.concat(record, part);
        uint256 value;
        (value, place) = json.readHex(json.expect(place, ',"mrsigner":'), 32);
        record = bytes.concat(bytes32(value), record);
        (value, place) = json.readNumber(json.expect(place, ',"isvprodid":'), type(uint16).max);
        (part, place) = readSvnLevels(json, place, ENCLAVE_STATUSES);
        record = bytes.concat(record, bytes2(uint16(value)), part);
        finish(json, json.expect(place, "}"));
    }

    /// @dev A value under its mask, then the mask, of 4 or 16 bytes each.
    function readMasked(bytes calldata json, uint256 place, string memory name, string memory maskName, uint256 length)
        private
        pure
        returns (bytes memory record, uint256 next)
    {
        uint256 value;
        uint256 mask;
        (value, place) = json.readHex(json.expect(place, name), length);
        (mask, next) = json.readHex(json.expect(place, maskName), length);
        value &= mask;
        record = length == 4
            ? abi.encodePacked(uint32(value), uint32(mask))
            : abi.encodePacked(uint128(value), uint128(mask));
    }

    function finish(bytes calldata json, uint256 place) private pure {
        require(place == json.length, JsonTrailingBytes(place, json.length));
    }

    function readDates(bytes calldata json, uint256 place, CollateralHead memory head) private pure returns (uint256) {
        (head.issueDate, place) = json.readTime(json.expect(place, ',"issueDate":'));
        (head.nextUpdate, place) = json.readTime(json.expect(place, ',"nextUpdate":'));
        return place;
    }

    function readEvaluationNumber(bytes calldata json, uint256 place, CollateralHead memory head)
        private
        pure
        returns (uint256 next)
    {
        uint256 value;
        (value, next) = json.readNumber(json.expect(place, ',"tcbEvaluationDataNumber":'), type(uint16).max);
        head.evaluationNumber = uint16(value);
    }

    /// @dev The module without a version, then those with an identity of their own, if any are there.
    function readModules(bytes calldata json, uint256 place) private pure returns (bytes memory record, uint256) {
        uint256 count = 1;
        (record, place) = readModule(json, json.expect(place, ',"tdxModule":{'));
        place = json.expect(place, "}");
        record = bytes.concat(bytes1(0), record, bytes1(0));
        if (json.isNext(place, ',"tdxModuleIdentities":[')) {
            place = json.expect(place, ',"tdxModuleIdentities":[');
            bool last = json.isNext(place, "]");
            while (!last) {
                uint256 id;
                bytes memory module;
                bytes memory levels;
                (id, place) = readModuleId(json, json.expect(place, '{"id":"TDX_'));
                (module, place) = readModule(json, json.expect(place, '",'));
                (levels, place) = readSvnLevels(json, place, MODULE_STATUSES);
                record = bytes.concat(record, bytes1(uint8(id)), module, levels);
                require(++count <= type(uint8).max, CollateralTooLong(place));
                (last, place) = nextRow(json, json.expect(place, "}"));
            }
            place = json.expect(place, "]");
        }
        return (bytes.concat(bytes1(uint8(count)), record), place);
    }

    /// @dev Two hexadecimal digits in upper case.
    function readModuleId(bytes calldata json, uint256 place) private pure returns (uint256 id, uint256) {
        for (uint256 i = 0; i < 2; i++) {
            require(place < json.length, JsonText.JsonHexInvalid(place, 1));
            uint256 letter = uint8(json[place]);
            bool decimal = letter >= 0x30 && letter <= 0x39;
            require(decimal || (letter >= 0x41 && letter <= 0x46), JsonText.JsonHexInvalid(place, 1));
            id = (id << 4) | (decimal ? letter - 0x30 : letter - 0x37);
            place++;
        }
        return (id, place);
    }

    function readModule(bytes calldata json, uint256 place) private pure returns (bytes memory record, uint256) {
        bytes32 head;
        bytes16 tail;
        uint256 attributes;
        uint256 mask;
        (head, tail, place) = json.readHex48(json.expect(place, '"mrsigner":'));
        (attributes, place) = json.readHex(json.expect(place, ',"attributes":'), 8);
        (mask, place) = json.readHex(json.expect(place, ',"attributesMask":'), 8);
        return (abi.encodePacked(head, tail, uint64(attributes), uint64(mask)), place);
    }

    /// @dev Rows of an enclave's or a module's own SVN.
    function readSvnLevels(bytes calldata json, uint256 place, uint256 known)
        private
        pure
        returns (bytes memory record, uint256)
    {
        place = json.expect(place, ',"tcbLevels":[');
        uint256 count = 0;
        bool last = json.isNext(place, "]");
        while (!last) {
            uint256 svn;
            uint8 status;
            (svn, place) = json.readNumber(json.expect(place, '{"tcb":{"isvsvn":'), type(uint16).max);
            (status, place) = readVerdict(json, json.expect(place, "}"), known);
            record = abi.encodePacked(record, uint16(svn), status);
            require(++count <= type(uint8).max, CollateralTooLong(place));
            (last, place) = nextRow(json, place);
        }
        return (bytes.concat(bytes1(uint8(count)), record), json.expect(place, "]"));
    }

    /// @dev Rows of a platform.
    function readLevels(bytes calldata json, uint256 place, bool tdx) private pure returns (bytes memory record, uint256) {
        uint256 count = 0;
        bool last = json.isNext(place, "]");
        while (!last) {
            bytes memory level;
            (level, place) = readLevel(json, place, tdx);
            record = bytes.concat(record, level);
            require(++count <= type(uint8).max, CollateralTooLong(place));
            (last, place) = nextRow(json, place);
        }
        return (bytes.concat(bytes1(uint8(count)), record), json.expect(place, "]"));
    }

    function readLevel(bytes calldata json, uint256 place, bool tdx) private pure returns (bytes memory level, uint256) {
        uint256 components;
        uint256 svn;
        (components, place) = readComponents(json, json.expect(place, '{"tcb":{"sgxtcbcomponents":['));
        level = abi.encodePacked(uint128(components));
        (svn, place) = json.readNumber(json.expect(place, ',"pcesvn":'), type(uint16).max);
        components = 0;
        if (tdx) (components, place) = readComponents(json, json.expect(place, ',"tdxtcbcomponents":['));
        level = abi.encodePacked(level, uint128(components), uint16(svn));
        uint8 status;
        (status, place) = readVerdict(json, json.expect(place, "}"), PLATFORM_STATUSES);
        return (abi.encodePacked(level, status), place);
    }

    /// @dev Sixteen SVNs, the first in the highest byte; what they are called decides nothing.
    function readComponents(bytes calldata json, uint256 place) private pure returns (uint256 packed, uint256) {
        for (uint256 i = 0; i < 16; i++) {
            uint256 svn;
            if (i != 0) place = json.expect(place, ",");
            (svn, place) = json.readNumber(json.expect(place, '{"svn":'), type(uint8).max);
            packed = (packed << 8) | svn;
            if (json.isNext(place, ',"category":')) (,, place) = json.readString(json.expect(place, ',"category":'));
            if (json.isNext(place, ',"type":')) (,, place) = json.readString(json.expect(place, ',"type":'));
            place = json.expect(place, "}");
        }
        return (packed, json.expect(place, "]"));
    }

    /// @dev The end of a row: date, status and advisories, of which the status decides.
    function readVerdict(bytes calldata json, uint256 place, uint256 known)
        private
        pure
        returns (uint8 status, uint256)
    {
        uint256 start;
        uint256 stop;
        (, place) = json.readTime(json.expect(place, ',"tcbDate":'));
        (start, stop, place) = json.readString(json.expect(place, ',"tcbStatus":'));
        status = TcbStatus.numberOf(json[start:stop]);
        require(known & (1 << status) != 0, StatusUnknown(start));
        if (json.isNext(place, ',"advisoryIDs":[')) {
            place = json.expect(place, ',"advisoryIDs":[');
            bool last = json.isNext(place, "]");
            while (!last) {
                (,, place) = json.readString(place);
                (last, place) = nextRow(json, place);
            }
            place = json.expect(place, "]");
        }
        return (status, json.expect(place, "}"));
    }

    /// @dev Whether a list ends here; else where its next row starts.
    function nextRow(bytes calldata json, uint256 place) private pure returns (bool last, uint256) {
        last = json.isNext(place, "]");
        return (last, last ? place : json.expect(place, ","));
    }
}
