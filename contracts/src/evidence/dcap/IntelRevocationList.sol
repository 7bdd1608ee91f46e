// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "../Der.sol";
import {X509} from "../X509.sol";
import {IntelCertificate} from "./IntelCertificate.sol";

/// @notice What a revocation list says, and where its parts lie.
/// @param signedStart Start of the to-be-signed bytes.
/// @param signedStop Their end.
/// @param r First number of the signature.
/// @param s Second number of the signature.
/// @param issuer keccak256 of the issuer's name, as encoded.
/// @param authorityKey keccak256 of the authority key identifier, zero without one.
/// @param thisUpdate First second in force.
/// @param nextUpdate Last second in force.
/// @param entriesStart Start of the entries' contents.
/// @param entriesStop Their end; the same as the start when there are none.
struct ListFields {
    uint256 signedStart;
    uint256 signedStop;
    uint256 r;
    uint256 s;
    bytes32 issuer;
    bytes32 authorityKey;
    uint64 thisUpdate;
    uint64 nextUpdate;
    uint256 entriesStart;
    uint256 entriesStop;
}

/// @title Intel's certificate revocation lists
/// @notice X.509 v2 (RFC 5280, 5), direct and complete lists only: a critical extension would change what absence from one means.
library IntelRevocationList {
    /// @notice Thrown when the version is not 2 (which is written as 1).
    error RevocationListVersionUnsupported(uint256 expected, uint256 found);
    /// @notice Thrown when a critical extension is not understood here.
    error RevocationListExtensionUnknown(bytes oid);
    /// @notice Thrown when nextUpdate is before thisUpdate.
    error RevocationListDatesInvalid(uint64 thisUpdate, uint64 nextUpdate);

    bytes32 private constant CRL_NUMBER = bytes32(hex"551d14") | bytes32(uint256(3));

    /// @notice Reads a list up to its entries, which `nextEntry` reads.
    function parse(bytes calldata der) internal pure returns (ListFields memory fields) {
        (uint256 offset, uint256 end) = Der.read(der, 0, der.length, Der.SEQUENCE);
        Der.finish(end, der.length);
        fields.signedStart = offset;
        uint256 start;
        (start, offset) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.signedStop = offset;
        parseSigned(der, fields, start);
        (fields.r, fields.s) = IntelCertificate.readSignature(der, IntelCertificate.readAlgorithm(der, offset, end), end);
    }

    /// @notice Reads one entry and returns where the next one starts.
    function nextEntry(bytes calldata der, uint256 offset, uint256 end) internal pure returns (uint256 serial, uint256 next) {
        (offset, next) = Der.read(der, offset, end, Der.SEQUENCE);
        (serial, offset) = Der.readWord(der, offset, next);
        (, offset) = Der.readTime(der, offset, next);
        if (offset != next) {
            (offset, end) = Der.read(der, offset, next, Der.SEQUENCE);
            Der.finish(end, next);
            readExtensions(der, offset, end);
        }
    }

    function parseSigned(bytes calldata der, ListFields memory fields, uint256 offset) private pure {
        uint256 end = fields.signedStop;
        uint256 start;
        uint256 stop;
        uint256 version;
        (version, offset) = Der.readInteger(der, offset, end);
        require(version == 1, RevocationListVersionUnsupported(1, version));
        offset = IntelCertificate.readAlgorithm(der, offset, end);
        (, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.issuer = keccak256(der[offset:stop]);
        (fields.thisUpdate, offset) = Der.readTime(der, stop, end);
        (fields.nextUpdate, offset) = Der.readTime(der, offset, end);
        require(
            fields.thisUpdate <= fields.nextUpdate, RevocationListDatesInvalid(fields.thisUpdate, fields.nextUpdate)
        );
        if (Der.isNext(der, offset, end, Der.SEQUENCE)) {
            (fields.entriesStart, fields.entriesStop) = Der.read(der, offset, end, Der.SEQUENCE);
            offset = fields.entriesStop;
        }
        (start, stop) = Der.read(der, offset, end, Der.CONTEXT_0);
        Der.finish(stop, end);
        (start, end) = Der.read(der, start, stop, Der.SEQUENCE);
        Der.finish(end, stop);
        fields.authorityKey = readExtensions(der, start, end);
    }

    function readExtensions(bytes calldata der, uint256 offset, uint256 end) private pure returns (bytes32 authorityKey) {
        while (offset != end) {
            bytes32 oid;
            bool critical;
            uint256 start;
            uint256 stop;
            (oid, critical, start, stop, offset) = X509.nextExtension(der, offset, end);
            if (oid == X509.AUTHORITY_KEY_IDENTIFIER) {
                authorityKey = IntelCertificate.readAuthorityKey(der, start, stop);
            } else {
                require(!critical || oid == CRL_NUMBER, RevocationListExtensionUnknown(X509.textOf(oid)));
            }
        }
    }
}
