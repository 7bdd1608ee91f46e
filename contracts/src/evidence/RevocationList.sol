// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "./Der.sol";
import {SignedParts, X509} from "./X509.sol";

/// @notice Where the parts of a revocation list lie and what its plain fields say.
/// @param signed The to-be-signed bytes and the signature.
/// @param entries Start of the revoked certificates' contents; equal to `entriesStop` when there are none.
/// @param entriesStop Their end.
/// @param issuer keccak256 of the issuer's name, as encoded.
/// @param thisUpdate When the list was made.
/// @param nextUpdate When the next one is due.
struct RevocationListFields {
    SignedParts signed;
    uint256 entries;
    uint256 entriesStop;
    bytes32 issuer;
    uint64 thisUpdate;
    uint64 nextUpdate;
}

/// @title Certificate revocation lists, X.509 v2 (RFC 5280, 5): complete ones of the issuer of what they revoke
library RevocationList {
    /// @notice Thrown when the list is not of version 2.
    error RevocationListVersionUnsupported(uint256 expected, uint256 found);
    /// @notice Thrown when a critical extension changes what the list means: a delta, an indirect or a partial list.
    error RevocationListExtensionUnknown(bytes oid);

    bytes32 private constant LIST_NUMBER = bytes32(hex"551d14") | bytes32(uint256(3));

    /// @notice Reads a list up to its end; its entries are for `nextEntry`.
    /// @param signer Kind of the issuer's key.
    function parse(bytes calldata der, uint8 signer) internal pure returns (RevocationListFields memory fields) {
        (uint256 offset, uint256 end) = Der.read(der, 0, der.length, Der.SEQUENCE);
        Der.finish(end, der.length);
        fields.signed.start = offset;
        uint256 start;
        (start, offset) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.signed.stop = offset;
        bytes32 algorithm = parseSigned(der, fields, start, signer);
        (fields.signed.signature, fields.signed.signatureStop) = X509.readSignature(der, offset, end, algorithm, signer);
    }

    /// @notice Reads one entry: the serial number it revokes, and where the next one starts.
    function nextEntry(bytes calldata der, uint256 offset, uint256 end)
        internal
        pure
        returns (uint256 serial, uint256 next)
    {
        (offset, next) = Der.read(der, offset, end, Der.SEQUENCE);
        (serial, offset) = Der.readInteger(der, offset, next);
        (, offset) = Der.readTime(der, offset, next);
        if (offset != next) {
            uint256 stop;
            (offset, stop) = Der.read(der, offset, next, Der.SEQUENCE);
            Der.finish(stop, next);
            requireNoneCritical(der, offset, stop);
        }
    }

    function parseSigned(bytes calldata der, RevocationListFields memory fields, uint256 offset, uint8 signer)
        private
        pure
        returns (bytes32 algorithm)
    {
        uint256 end = fields.signed.stop;
        uint256 stop;
        uint256 version;
        (version, offset) = Der.readInteger(der, offset, end);
        require(version == 1, RevocationListVersionUnsupported(1, version));
        (algorithm, offset) = X509.readAlgorithm(der, offset, end, signer);
        (, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.issuer = keccak256(der[offset:stop]);
        (fields.thisUpdate, offset) = Der.readTime(der, stop, end);
        (fields.nextUpdate, offset) = Der.readTime(der, offset, end);
        if (Der.isNext(der, offset, end, Der.SEQUENCE)) {
            (fields.entries, offset) = Der.read(der, offset, end, Der.SEQUENCE);
            fields.entriesStop = offset;
        }
        (offset, stop) = Der.read(der, offset, end, Der.CONTEXT_0);
        Der.finish(stop, end);
        (offset, end) = Der.read(der, offset, stop, Der.SEQUENCE);
        Der.finish(end, stop);
        requireNoneCritical(der, offset, end);
    }

    /// @notice The number of the list and the identifier of the issuer's key may be critical: nothing hangs on them here.
    function requireNoneCritical(bytes calldata der, uint256 offset, uint256 end) private pure {
        while (offset != end) {
            bytes32 oid;
            bool critical;
            (oid, critical,,, offset) = X509.nextExtension(der, offset, end);
            bool known = oid == LIST_NUMBER || oid == X509.AUTHORITY_KEY_IDENTIFIER;
            require(known || !critical, RevocationListExtensionUnknown(X509.textOf(oid)));
        }
    }
}
