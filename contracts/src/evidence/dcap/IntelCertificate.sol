// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Der} from "../Der.sol";
import {X509} from "../X509.sol";

/// @notice What a certificate says, and where its parts lie.
/// @param signedStart Start of the to-be-signed bytes.
/// @param signedStop Their end.
/// @param r First number of the signature.
/// @param s Second number of the signature.
/// @param keyStart Start of the SubjectPublicKeyInfo.
/// @param keyStop Its end.
/// @param x Abscissa of the P-256 key.
/// @param y Its ordinate.
/// @param serial Serial number.
/// @param issuer keccak256 of the issuer's name, as encoded.
/// @param subject keccak256 of the subject's name, as encoded.
/// @param commonName The subject's common name, left-aligned.
/// @param subjectKey keccak256 of the subject key identifier, zero without one.
/// @param authorityKey keccak256 of the authority key identifier, zero without one.
/// @param notBefore First second of validity.
/// @param notAfter Last second of validity.
/// @param isAuthority What basicConstraints says; false without it.
/// @param pathLength How many authorities may follow below.
/// @param usage First byte of keyUsage's bits, zero without it.
/// @param sgxStart Start of the contents of Intel's SGX extension.
/// @param sgxStop Their end; zero without the extension.
struct IntelFields {
    uint256 signedStart;
    uint256 signedStop;
    uint256 r;
    uint256 s;
    uint256 keyStart;
    uint256 keyStop;
    bytes32 x;
    bytes32 y;
    uint256 serial;
    bytes32 issuer;
    bytes32 subject;
    bytes32 commonName;
    bytes32 subjectKey;
    bytes32 authorityKey;
    uint64 notBefore;
    uint64 notAfter;
    bool isAuthority;
    uint256 pathLength;
    uint8 usage;
    uint256 sgxStart;
    uint256 sgxStop;
}

/// @notice What Intel's SGX extension says of a processor.
struct SgxFields {
    bytes16 ppid;
    bytes16 components;
    uint16 pceSvn;
    bytes2 pceId;
    bytes6 fmspc;
}

/// @title Intel's certificates for SGX and TDX (P-256)
/// @notice X.509 v3 (RFC 5280) in the shapes that Intel's provisioning service issues; every byte is accounted for or refused.
library IntelCertificate {
    /// @notice Bits of the first byte of keyUsage.
    uint8 internal constant KEY_CERT_SIGN = 0x04;
    uint8 internal constant CRL_SIGN = 0x02;

    /// @notice Thrown when a PCK certificate has no SGX extension.
    error SgxExtensionMissing();
    /// @notice Thrown when the SGX extension does not hold the items it must, each of its size, in Intel's order.
    error SgxExtensionMalformed(uint256 item);

    bytes private constant ECDSA_SHA256 = hex"300a06082a8648ce3d040302";
    /// @dev SubjectPublicKeyInfo of an uncompressed P-256 point up to x.
    bytes private constant KEY_HEAD = hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004";
    uint256 private constant KEY_HEAD_LENGTH = 27;
    uint8 private constant UTF8_STRING = 0x0c;
    uint8 private constant PRINTABLE_STRING = 0x13;
    uint8 private constant ENUMERATED = 0x0a;
    uint8 private constant CONTEXT_0_PRIMITIVE = 0x80;

    /// @dev 1.2.840.113741.1.13.1, under which lie 1 PPID, 2 TCB (1 to 16 components, 17 PCESVN, 18 CPUSVN), 3 PCEID, 4 FMSPC.
    bytes32 private constant SGX = bytes32(hex"2a864886f84d010d01") | bytes32(uint256(9));
    bytes9 private constant SGX_ARC = 0x2a864886f84d010d01;

    /// @notice Reads a certificate.
    function parse(bytes calldata der) internal pure returns (IntelFields memory fields) {
        (uint256 offset, uint256 end) = Der.read(der, 0, der.length, Der.SEQUENCE);
        Der.finish(end, der.length);
        fields.signedStart = offset;
        uint256 start;
        (start, offset) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.signedStop = offset;
        parseSigned(der, fields, start);
        (fields.r, fields.s) = readSignature(der, readAlgorithm(der, offset, end), end);
    }

    /// @notice Where the to-be-signed bytes lie: what an identifier costs.
    function signedPartOf(bytes calldata der) internal pure returns (uint256 start, uint256 stop) {
        uint256 end;
        (start, end) = Der.read(der, 0, der.length, Der.SEQUENCE);
        Der.finish(end, der.length);
        (, stop) = Der.read(der, start, end, Der.SEQUENCE);
    }

    /// @notice Reads the SGX extension of a PCK certificate.
    function readSgx(bytes calldata der, IntelFields memory fields) internal pure returns (SgxFields memory sgx) {
        require(fields.sgxStop != 0, SgxExtensionMissing());
        (uint256 place, uint256 end) = Der.read(der, fields.sgxStart, fields.sgxStop, Der.SEQUENCE);
        Der.finish(end, fields.sgxStop);
        uint256 start;
        uint256 stop;
        (start, stop, place) = nextItem(der, place, end, 1, 0, Der.OCTET_STRING);
        require(stop - start == 16, SgxExtensionMalformed(1));
        sgx.ppid = bytes16(der[start:stop]);
        (start, stop, place) = nextItem(der, place, end, 2, 0, Der.SEQUENCE);
        (sgx.components, sgx.pceSvn) = readLevels(der, start, stop);
        (start, stop, place) = nextItem(der, place, end, 3, 0, Der.OCTET_STRING);
        require(stop - start == 2, SgxExtensionMalformed(3));
        sgx.pceId = bytes2(der[start:stop]);
        (start, stop, place) = nextItem(der, place, end, 4, 0, Der.OCTET_STRING);
        require(stop - start == 6, SgxExtensionMalformed(4));
        sgx.fmspc = bytes6(der[start:stop]);
        // What follows (SGX type; on multi-package platforms the instance and its configuration) decides nothing here.
        if (place != end) (,, place) = nextItem(der, place, end, 5, 0, ENUMERATED);
        if (place != end) (,, place) = nextItem(der, place, end, 6, 0, Der.OCTET_STRING);
        if (place != end) (,, place) = nextItem(der, place, end, 7, 0, Der.SEQUENCE);
        Der.finish(place, end);
    }

    function readLevels(bytes calldata der, uint256 place, uint256 end)
        private
        pure
        returns (bytes16 components, uint16 pceSvn)
    {
        uint256 packed;
        uint256 start;
        uint256 stop;
        for (uint256 item = 1; item <= 16; item++) {
            (start, stop, place) = nextItem(der, place, end, 2, item, Der.INTEGER);
            packed = (packed << 8) | numberIn(der, start, stop, item, type(uint8).max);
        }
        components = bytes16(uint128(packed));
        (start, stop, place) = nextItem(der, place, end, 2, 17, Der.INTEGER);
        pceSvn = uint16(numberIn(der, start, stop, 17, type(uint16).max));
        (start, stop, place) = nextItem(der, place, end, 2, 18, Der.OCTET_STRING);
        Der.finish(place, end);
    }

    /// @dev A non-negative INTEGER whose contents are at hand.
    function numberIn(bytes calldata der, uint256 start, uint256 stop, uint256 item, uint256 most)
        private
        pure
        returns (uint256 value)
    {
        unchecked {
            uint256 length = stop - start;
            require(length != 0 && length <= 3 && uint8(der[start]) < 0x80, SgxExtensionMalformed(item));
            bool padded = length > 1 && der[start] == 0 && uint8(der[start + 1]) < 0x80;
            value = uint256(bytes32(der[start:stop])) >> (8 * (32 - length));
            require(!padded && value <= most, SgxExtensionMalformed(item));
        }
    }

    /// @notice Reads a pair of identifier and value: item `arc`, or item `arc`.`sub`, of the SGX extension.
    function nextItem(bytes calldata der, uint256 offset, uint256 end, uint256 arc, uint256 sub, uint8 tag)
        private
        pure
        returns (uint256 start, uint256 stop, uint256 next)
    {
        (offset, next) = Der.read(der, offset, end, Der.SEQUENCE);
        (start, stop) = Der.read(der, offset, next, Der.OBJECT_IDENTIFIER);
        bool known = stop - start == (sub == 0 ? 10 : 11) && bytes9(der[start:start + 9]) == SGX_ARC
            && uint8(der[start + 9]) == arc && (sub == 0 || uint8(der[start + 10]) == sub);
        require(known, SgxExtensionMalformed(sub == 0 ? arc : sub));
        (start, stop) = Der.read(der, stop, next, tag);
        Der.finish(stop, next);
    }

    /// @notice Requires the algorithm to be ECDSA with SHA-256 and returns where it ends.
    function readAlgorithm(bytes calldata der, uint256 offset, uint256 end) internal pure returns (uint256 stop) {
        (, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        bool supported = keccak256(der[offset:stop]) == keccak256(ECDSA_SHA256);
        require(supported, X509.CertificateAlgorithmUnsupported(der[offset:stop]));
    }

    /// @notice Reads the BIT STRING that ends a certificate or a list: r and s.
    function readSignature(bytes calldata der, uint256 offset, uint256 end) internal pure returns (uint256 r, uint256 s) {
        uint256 stop;
        (offset, stop) = Der.read(der, offset, end, Der.BIT_STRING);
        Der.finish(stop, end);
        require(stop != offset && der[offset] == 0, X509.CertificateSignatureMalformed());
        (offset, stop) = Der.read(der, offset + 1, end, Der.SEQUENCE);
        Der.finish(stop, end);
        (r, offset) = Der.readWord(der, offset, stop);
        (s, offset) = Der.readWord(der, offset, stop);
        Der.finish(offset, stop);
    }

    /// @notice Reads the key identifier of an authorityKeyIdentifier extension; zero without one.
    function readAuthorityKey(bytes calldata der, uint256 start, uint256 stop) internal pure returns (bytes32 key) {
        uint256 end;
        (start, end) = Der.read(der, start, stop, Der.SEQUENCE);
        Der.finish(end, stop);
        if (!Der.isNext(der, start, end, CONTEXT_0_PRIMITIVE)) return 0;
        (start, stop) = Der.read(der, start, end, CONTEXT_0_PRIMITIVE);
        return keccak256(der[start:stop]);
    }

    function parseSigned(bytes calldata der, IntelFields memory fields, uint256 offset) private pure {
        uint256 end = fields.signedStop;
        uint256 start;
        uint256 stop;
        uint256 value;
        (start, stop) = Der.read(der, offset, end, Der.CONTEXT_0);
        (value, offset) = Der.readInteger(der, start, stop);
        Der.finish(offset, stop);
        require(value == 2, X509.CertificateVersionUnsupported(2, value));
        (fields.serial, offset) = Der.readWord(der, offset, end);
        offset = readAlgorithm(der, offset, end);

        (, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.issuer = keccak256(der[offset:stop]);
        (start, offset) = Der.read(der, stop, end, Der.SEQUENCE);
        (fields.notBefore, start) = Der.readTime(der, start, offset);
        (fields.notAfter, start) = Der.readTime(der, start, offset);
        Der.finish(start, offset);
        require(fields.notBefore <= fields.notAfter, X509.CertificateValidityInvalid(fields.notBefore, fields.notAfter));

        (start, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.subject = keccak256(der[offset:stop]);
        fields.commonName = readCommonName(der, start, stop);

        (, offset) = Der.read(der, stop, end, Der.SEQUENCE);
        (fields.keyStart, fields.keyStop) = (stop, offset);
        (fields.x, fields.y) = readKey(der[stop:offset]);

        (start, stop) = Der.read(der, offset, end, Der.CONTEXT_3);
        Der.finish(stop, end);
        (start, end) = Der.read(der, start, stop, Der.SEQUENCE);
        Der.finish(end, stop);
        readExtensions(der, fields, start, end);
    }

    function readKey(bytes calldata info) private pure returns (bytes32 x, bytes32 y) {
        bool supported = info.length == KEY_HEAD_LENGTH + 64 && keccak256(info[:KEY_HEAD_LENGTH]) == keccak256(KEY_HEAD);
        require(supported, X509.CertificateKeyUnsupported());
        x = bytes32(info[KEY_HEAD_LENGTH:KEY_HEAD_LENGTH + 32]);
        y = bytes32(info[KEY_HEAD_LENGTH + 32:]);
        require(P256.isValidPublicKey(x, y), X509.CertificateKeyUnsupported());
    }

    function readExtensions(bytes calldata der, IntelFields memory fields, uint256 offset, uint256 end) private pure {
        uint256 seen;
        while (offset != end) {
            bytes32 oid;
            bool critical;
            uint256 start;
            uint256 stop;
            (oid, critical, start, stop, offset) = X509.nextExtension(der, offset, end);
            uint256 bit = readExtension(der, fields, oid, start, stop);
            require(bit != 0 || !critical, X509.CertificateExtensionUnknown(X509.textOf(oid)));
            require(seen & bit == 0, X509.CertificateExtensionRepeated(X509.textOf(oid)));
            seen |= bit;
        }
    }

    /// @notice Reads an extension that is known here.
    /// @return bit One bit per extension, zero for an unknown one.
    function readExtension(bytes calldata der, IntelFields memory fields, bytes32 oid, uint256 start, uint256 stop)
        private
        pure
        returns (uint256 bit)
    {
        if (oid == SGX) {
            (fields.sgxStart, fields.sgxStop) = (start, stop);
            return 1;
        }
        if (oid == X509.BASIC_CONSTRAINTS) {
            (fields.isAuthority, fields.pathLength) = readConstraints(der, start, stop);
            return 2;
        }
        if (oid == X509.KEY_USAGE) {
            uint256 end;
            (start, end) = Der.read(der, start, stop, Der.BIT_STRING);
            Der.finish(end, stop);
            // The first byte counts the unused bits of the last.
            require(end - start >= 2 && uint8(der[start]) < 8, X509.CertificateExtensionInvalid(X509.textOf(oid)));
            fields.usage = uint8(der[start + 1]);
            return 4;
        }
        if (oid == X509.SUBJECT_KEY_IDENTIFIER) {
            uint256 end;
            (start, end) = Der.read(der, start, stop, Der.OCTET_STRING);
            Der.finish(end, stop);
            fields.subjectKey = keccak256(der[start:end]);
            return 8;
        }
        if (oid == X509.AUTHORITY_KEY_IDENTIFIER) {
            fields.authorityKey = readAuthorityKey(der, start, stop);
            return 16;
        }
        return oid == X509.DISTRIBUTION_POINTS ? 32 : 0;
    }

    function readConstraints(bytes calldata der, uint256 start, uint256 stop)
        private
        pure
        returns (bool isAuthority, uint256 pathLength)
    {
        uint256 end;
        (start, end) = Der.read(der, start, stop, Der.SEQUENCE);
        Der.finish(end, stop);
        if (start == end) return (false, 0);
        uint256 next;
        (start, next) = Der.read(der, start, end, Der.BOOLEAN);
        require(next - start == 1 && der[start] == 0xff, X509.CertificateExtensionInvalid(X509.textOf(X509.BASIC_CONSTRAINTS)));
        isAuthority = true;
        pathLength = type(uint256).max;
        if (next != end) (pathLength, next) = Der.readInteger(der, next, end);
        Der.finish(next, end);
    }

    /// @notice The one common name among a name's attributes.
    function readCommonName(bytes calldata der, uint256 offset, uint256 end) private pure returns (bytes32 name) {
        uint256 begin = offset;
        while (offset != end) {
            (uint256 start, uint256 stop) = Der.read(der, offset, end, Der.SET);
            offset = stop;
            uint256 next;
            (start, next) = Der.read(der, start, stop, Der.SEQUENCE);
            Der.finish(next, stop);
            (start, next) = Der.read(der, start, stop, Der.OBJECT_IDENTIFIER);
            bytes32 oid = X509.identifierAt(der, start, next);
            require(next < stop, X509.CertificateNameMalformed(start));
            uint8 tag = uint8(der[next]);
            require(tag == UTF8_STRING || tag == PRINTABLE_STRING || tag == Der.IA5_STRING, X509.CertificateNameMalformed(next));
            (start, next) = Der.read(der, next, stop, tag);
            Der.finish(next, stop);
            if (oid != X509.COMMON_NAME) continue;
            require(name == 0 && next > start && next - start < 32, X509.CertificateNameMalformed(start));
            name = bytes32(der[start:next]);
        }
        require(name != 0, X509.CertificateNameMalformed(begin));
    }
}
