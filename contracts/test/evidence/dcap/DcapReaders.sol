// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollateralJson} from "../../../src/evidence/dcap/CollateralJson.sol";
import {DcapQuote} from "../../../src/evidence/dcap/DcapQuote.sol";
import {IntelCertificate, IntelFields} from "../../../src/evidence/dcap/IntelCertificate.sol";
import {IntelRevocationList, ListFields} from "../../../src/evidence/dcap/IntelRevocationList.sol";
import {Levels, TcbEvaluation} from "../../../src/evidence/dcap/TcbEvaluation.sol";

/// @notice The readers behind calls of their own, so that a test sees what they revert with.
contract DcapReaders {
    function certificate(bytes calldata der) external pure returns (IntelFields memory fields) {
        fields = IntelCertificate.parse(der);
        if (fields.sgxStop != 0) IntelCertificate.readSgx(der, fields);
    }

    function list(bytes calldata der) external pure returns (uint256 count) {
        ListFields memory fields = IntelRevocationList.parse(der);
        uint256 offset = fields.entriesStart;
        while (offset != fields.entriesStop) {
            (, offset) = IntelRevocationList.nextEntry(der, offset, fields.entriesStop);
            count++;
        }
    }

    function tcbInfo(bytes calldata json) external pure returns (bytes memory record) {
        (, record) = CollateralJson.readTcbInfo(json);
    }

    function qeIdentity(bytes calldata json) external pure returns (bytes memory record) {
        (, record) = CollateralJson.readQeIdentity(json);
    }

    function quote(bytes calldata data) external pure {
        DcapQuote.parse(data);
    }

    function enclave(bytes calldata record, Levels calldata levels) external pure returns (uint8) {
        return TcbEvaluation.enclave(record, levels);
    }

    function trustDomain(bytes calldata record, bytes calldata body, Levels calldata levels) external pure returns (uint8) {
        return TcbEvaluation.trustDomain(record, body, bytes16(body[:16]), levels);
    }
}
