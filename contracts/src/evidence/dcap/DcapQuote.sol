// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where the parts of a quote lie.
/// @param version 3, 4 or 5.
/// @param tee 0 SGX, 0x81 TDX.
/// @param body Start of the report of the enclave or the trust domain.
/// @param signedStop Its end, and that of what the attestation key signed.
/// @param signature Start of r, s (64 bytes) and, behind them, of the attestation key's x, y (64 bytes).
/// @param qeReport Start of the quoting enclave's report (384 bytes) and, behind it, of its signature (64 bytes).
/// @param authentication Start of the authentication data.
/// @param authenticationStop Their end.
struct QuoteParts {
    uint256 version;
    uint8 tee;
    uint256 body;
    uint256 signedStop;
    uint256 signature;
    uint256 qeReport;
    uint256 authentication;
    uint256 authenticationStop;
}

/// @title Quotes of Intel DCAP, versions 3 to 5, signed with ECDSA over P-256
/// @notice Header (48 bytes), body, and the signature data, whose last part, the platform's certificates, may be cut off.
library DcapQuote {
    uint256 internal constant TD_REPORT = 584;
    uint256 internal constant TD_REPORT_15 = 648;
    uint256 private constant TD_REPORT_15_EXTENDED = 885;
    uint256 private constant ENCLAVE_REPORT = 384;
    uint256 private constant HEADER = 48;
    uint256 private constant MOST = 65_536;
    bytes16 private constant INTEL = 0x939a7233f79c4ca9940a0db3957f0607;

    /// @notice Thrown when a part of the quote is not there as its length says.
    error QuoteTruncated(uint256 offset, uint256 expected, uint256 found);
    /// @notice Thrown when the quote is longer than any quote.
    error QuoteTooLong(uint256 most, uint256 found);
    /// @notice Thrown when the version is not 3, 4 or 5.
    error QuoteVersionUnsupported(uint256 found);
    /// @notice Thrown when the attestation key is not of ECDSA over P-256.
    error QuoteKeyTypeUnsupported(uint256 expected, uint256 found);
    /// @notice Thrown when the quote is of neither SGX nor TDX, or of TDX in version 3.
    error QuoteTeeUnsupported(uint256 found);
    /// @notice Thrown when the quoting enclave is another vendor's.
    error QuoteVendorUnsupported(bytes16 expected, bytes16 found);
    /// @notice Thrown when type and size of a version 5 body are not those of its environment.
    error QuoteBodyUnsupported(uint256 bodyType, uint256 size);
    /// @notice Thrown when the certification data are of another type or length.
    error QuoteCertificationInvalid(uint256 offset, uint256 certificationType, uint256 length);

    /// @notice Finds the parts of a quote; every length must be the one of its format.
    function parse(bytes calldata quote) internal pure returns (QuoteParts memory parts) {
        require(quote.length <= MOST, QuoteTooLong(MOST, quote.length));
        require(quote.length >= HEADER, QuoteTruncated(0, HEADER, quote.length));
        uint256 version = numberAt(quote, 0, 2);
        require(version >= 3 && version <= 5, QuoteVersionUnsupported(version));
        uint256 keyType = numberAt(quote, 2, 2);
        require(keyType == 2, QuoteKeyTypeUnsupported(2, keyType));
        uint256 tee = numberAt(quote, 4, 4);
        require(tee == 0 || (tee == 0x81 && version != 3), QuoteTeeUnsupported(tee));
        bytes16 vendor = bytes16(quote[12:28]);
        require(vendor == INTEL, QuoteVendorUnsupported(INTEL, vendor));
        parts.version = version;
        parts.tee = uint8(tee);
        parts.body = HEADER;
        uint256 size = tee == 0 ? ENCLAVE_REPORT : TD_REPORT;
        if (version == 5) {
            require(quote.length >= HEADER + 6, QuoteTruncated(HEADER, 6, quote.length - HEADER));
            size = sizeOf(numberAt(quote, HEADER, 2), numberAt(quote, HEADER + 2, 4), tee);
            parts.body = HEADER + 6;
        }
        parts.signedStop = parts.body + size;
        parseSignature(quote, parts);
    }

    /// @notice A little-endian integer.
    function numberAt(bytes calldata quote, uint256 offset, uint256 length) internal pure returns (uint256 value) {
        for (uint256 i = length; i > 0; i--) value = (value << 8) | uint8(quote[offset + i - 1]);
    }

    function sizeOf(uint256 bodyType, uint256 size, uint256 tee) private pure returns (uint256) {
        uint256 expected = bodyType == 1
            ? ENCLAVE_REPORT
            : bodyType == 2 ? TD_REPORT : bodyType == 3 ? TD_REPORT_15 : bodyType == 4 ? TD_REPORT_15_EXTENDED : 0;
        bool known = expected != 0 && expected == size && (bodyType == 1) == (tee == 0);
        require(known, QuoteBodyUnsupported(bodyType, size));
        return size;
    }

    function parseSignature(bytes calldata quote, QuoteParts memory parts) private pure {
        uint256 place = parts.signedStop;
        requireThere(quote, place, 4);
        uint256 stop = place + 4 + numberAt(quote, place, 4);
        parts.signature = place + 4;
        place += 132;
        if (parts.version > 3) {
            requireThere(quote, place, 6);
            uint256 outer = numberAt(quote, place, 2);
            uint256 length = numberAt(quote, place + 2, 4);
            require(outer == 6 && place + 6 + length == stop, QuoteCertificationInvalid(place, outer, length));
            place += 6;
        }
        parts.qeReport = place;
        place += ENCLAVE_REPORT + 64;
        requireThere(quote, place, 2);
        parts.authentication = place + 2;
        place += 2 + numberAt(quote, place, 2);
        parts.authenticationStop = place;
        requireThere(quote, place, 0);
        require(place + 6 <= stop, QuoteCertificationInvalid(place, 0, stop));
        if (place == quote.length) return;
        requireThere(quote, place, 6);
        uint256 inner = numberAt(quote, place, 2);
        uint256 rest = numberAt(quote, place + 2, 4);
        bool whole = inner == 5 && place + 6 + rest == stop;
        require(whole, QuoteCertificationInvalid(place, inner, rest));
        requireThere(quote, stop, 0);
    }

    function requireThere(bytes calldata quote, uint256 offset, uint256 length) private pure {
        uint256 end = offset + length;
        require(end <= quote.length, QuoteTruncated(offset, end, quote.length));
    }
}
