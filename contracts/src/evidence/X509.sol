// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "./Der.sol";

/// @notice Where the two parts of something signed lie.
/// @param start Start of the to-be-signed bytes.
/// @param stop Their end.
/// @param signature Start of the signature: 512 bytes of RSASSA-PSS, or a DER pair of ECDSA.
/// @param signatureStop Its end.
struct SignedParts {
    uint256 start;
    uint256 stop;
    uint256 signature;
    uint256 signatureStop;
}

/// @notice Where the parts of a certificate lie and what its plain fields say.
/// @param signed The to-be-signed bytes and the signature.
/// @param keyInfo Start of the SubjectPublicKeyInfo.
/// @param keyInfoStop Its end.
/// @param key Start of the public key: 512 bytes of modulus, or 96 bytes of x and y.
/// @param extensionsStart Start of the extensions' contents.
/// @param extensionsStop Their end.
/// @param issuer keccak256 of the issuer's name, as encoded.
/// @param subject keccak256 of the subject's name, as encoded.
/// @param commonName The subject's common name, left-aligned, or keccak256 of one longer than 31 bytes.
/// @param serial Serial number.
/// @param notBefore First second of validity.
/// @param notAfter Last second of validity.
struct CertificateFields {
    SignedParts signed;
    uint256 keyInfo;
    uint256 keyInfoStop;
    uint256 key;
    uint256 extensionsStart;
    uint256 extensionsStop;
    bytes32 issuer;
    bytes32 subject;
    bytes32 commonName;
    uint256 serial;
    uint64 notBefore;
    uint64 notAfter;
}

/// @title Certificates, X.509 v3 (RFC 5280), in the shapes that the vendors of hardware issue
/// @notice Every byte is accounted for or refused. Reading proves nothing: signatures and issuers are the cache's to check.
library X509 {
    /// @notice Kinds of keys and of the signatures they make.
    uint8 internal constant RSA_4096 = 1;
    uint8 internal constant EC_P384 = 2;

    /// @notice Thrown when the certificate is not of version 3.
    error CertificateVersionUnsupported(uint256 expected, uint256 found);
    /// @notice Thrown when the algorithm is not the issuer's: RSASSA-PSS with SHA-384, MGF1 over SHA-384, salt 48 and trailer 1 of an
    /// RSA key, ECDSA with SHA-384 of a P-384 key, ECDSA with SHA-256 of a P-256 key.
    error CertificateAlgorithmUnsupported(bytes found);
    /// @notice Thrown when the algorithm outside the signed bytes is another than inside (RFC 5280, 4.1.1.2).
    error CertificateAlgorithmsDiffer();
    /// @notice Thrown when the public key is not RSA-4096 with exponent 65537, or not an uncompressed point on P-384 or P-256, as its
    /// role asks.
    error CertificateKeyUnsupported();
    /// @notice Thrown when the signature is neither 512 whole bytes nor a pair of numbers of the curve's size, as the issuer's key makes it.
    error CertificateSignatureMalformed();
    /// @notice Thrown when a name holds no common name, or two; for Intel's also one longer than 31 bytes, or text of another type.
    error CertificateNameMalformed(uint256 offset);
    /// @notice Thrown when notAfter is before notBefore.
    error CertificateValidityInvalid(uint64 notBefore, uint64 notAfter);
    /// @notice Thrown when an extension is there twice.
    error CertificateExtensionRepeated(bytes oid);
    /// @notice Thrown when a needed extension is missing.
    error CertificateExtensionMissing(string name);
    /// @notice Thrown when an extension's value is malformed or out of range.
    error CertificateExtensionInvalid(bytes oid);
    /// @notice Thrown when a critical extension is not one that is understood here (RFC 5280, 4.2).
    error CertificateExtensionUnknown(bytes oid);
    /// @notice Thrown when basicConstraints and keyUsage do not say that the subject may sign certificates.
    error CertificateNotAuthority();

    /// @dev AlgorithmIdentifier of RSASSA-PSS with the trailer spelled out, as in ARK and ASK, and left to its default, as in VCEK.
    bytes private constant PSS_TRAILER =
        hex"304606092a864886f70d01010a3039a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130a303020101";
    bytes private constant PSS_DEFAULT =
        hex"304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130";
    bytes private constant ECDSA_SHA384 = hex"300a06082a8648ce3d040303";
    /// @dev SubjectPublicKeyInfo of a 4096-bit RSA key up to the modulus, and behind it the exponent 65537.
    bytes private constant RSA_HEAD = hex"30820222300d06092a864886f70d01010105000382020f003082020a0282020100";
    bytes private constant RSA_TAIL = hex"0203010001";
    /// @dev SubjectPublicKeyInfo of an uncompressed P-384 point up to x.
    bytes private constant EC_HEAD = hex"3076301006072a8648ce3d020106052b8104002203620004";

    // Object identifiers, left-aligned, with their length in the last byte.
    bytes32 internal constant BASIC_CONSTRAINTS = bytes32(hex"551d13") | bytes32(uint256(3));
    bytes32 internal constant KEY_USAGE = bytes32(hex"551d0f") | bytes32(uint256(3));
    bytes32 internal constant SUBJECT_KEY_IDENTIFIER = bytes32(hex"551d0e") | bytes32(uint256(3));
    bytes32 internal constant AUTHORITY_KEY_IDENTIFIER = bytes32(hex"551d23") | bytes32(uint256(3));
    bytes32 internal constant DISTRIBUTION_POINTS = bytes32(hex"551d1f") | bytes32(uint256(3));
    bytes32 internal constant COMMON_NAME = bytes32(hex"550403") | bytes32(uint256(3));
    /// @dev First byte of the bits of keyUsage (RFC 5280, 4.2.1.3).
    uint8 internal constant DIGITAL_SIGNATURE = 0x80;
    uint8 private constant KEY_CERT_SIGN = 0x04;
    uint8 private constant CRL_SIGN = 0x02;

    /// @notice Reads a certificate.
    /// @param signer Kind of the issuer's key.
    /// @param subject Kind of the subject's key.
    function parse(bytes calldata der, uint8 signer, uint8 subject) internal pure returns (CertificateFields memory fields) {
        (uint256 offset, uint256 end) = Der.read(der, 0, der.length, Der.SEQUENCE);
        Der.finish(end, der.length);
        fields.signed.start = offset;
        uint256 start;
        (start, offset) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.signed.stop = offset;
        bytes32 algorithm = parseSigned(der, fields, start, signer, subject);
        (fields.signed.signature, fields.signed.signatureStop) = readSignature(der, offset, end, algorithm, signer);
    }

    /// @notice Reads what stands behind the signed bytes: the algorithm again, then the signature, then nothing.
    function readSignature(bytes calldata der, uint256 offset, uint256 end, bytes32 algorithm, uint8 signer)
        internal
        pure
        returns (uint256 start, uint256 stop)
    {
        (, start) = Der.read(der, offset, end, Der.SEQUENCE);
        require(keccak256(der[offset:start]) == algorithm, CertificateAlgorithmsDiffer());
        (start, stop) = Der.read(der, start, end, Der.BIT_STRING);
        Der.finish(stop, end);
        bool whole = stop > start && der[start] == 0 && (signer == EC_P384 || stop - start == 513);
        require(whole, CertificateSignatureMalformed());
        start++;
    }

    /// @notice Requires that an algorithm is the signer's, and returns keccak256 of its AlgorithmIdentifier.
    function readAlgorithm(bytes calldata der, uint256 offset, uint256 end, uint8 signer)
        internal
        pure
        returns (bytes32 algorithm, uint256 stop)
    {
        (, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        algorithm = keccak256(der[offset:stop]);
        bool supported = signer == EC_P384
            ? algorithm == keccak256(ECDSA_SHA384)
            : algorithm == keccak256(PSS_TRAILER) || algorithm == keccak256(PSS_DEFAULT);
        require(supported, CertificateAlgorithmUnsupported(der[offset:stop]));
    }

    /// @notice The numbers of an ECDSA signature as 48 big-endian bytes each.
    function pairOf(bytes calldata der, uint256 start, uint256 stop) internal pure returns (bytes memory pair) {
        uint256 end;
        (start, end) = Der.read(der, start, stop, Der.SEQUENCE);
        Der.finish(end, stop);
        pair = new bytes(96);
        start = putNumber(der, start, end, pair, 0);
        start = putNumber(der, start, end, pair, 48);
        Der.finish(start, end);
    }

    function putNumber(bytes calldata der, uint256 offset, uint256 end, bytes memory pair, uint256 place)
        private
        pure
        returns (uint256 stop)
    {
        (offset, stop) = Der.read(der, offset, end, Der.INTEGER);
        require(stop > offset, CertificateSignatureMalformed());
        bool padded = der[offset] == 0;
        // DER: not negative, no zero in front but before a high bit.
        bool minimal = padded ? stop - offset == 1 || uint8(der[offset + 1]) >= 0x80 : uint8(der[offset]) < 0x80;
        if (padded) offset++;
        require(minimal && stop - offset <= 48, CertificateSignatureMalformed());
        bytes calldata number = der[offset:stop];
        assembly ("memory-safe") {
            calldatacopy(add(add(pair, 0x20), sub(add(place, 48), number.length)), number.offset, number.length)
        }
    }

    /// @notice Reads no further than names and to-be-signed bytes need: what a look-up of a known certificate costs.
    function readIdentity(bytes calldata der)
        internal
        pure
        returns (uint256 signedStart, uint256 signedStop, bytes32 issuer)
    {
        (uint256 start, uint256 stop) = Der.read(der, 0, der.length, Der.SEQUENCE);
        Der.finish(stop, der.length);
        signedStart = start;
        (start, signedStop) = Der.read(der, start, stop, Der.SEQUENCE);
        (, start) = Der.read(der, start, signedStop, Der.CONTEXT_0);
        (, start) = Der.read(der, start, signedStop, Der.INTEGER);
        (, start) = Der.read(der, start, signedStop, Der.SEQUENCE);
        (, stop) = Der.read(der, start, signedStop, Der.SEQUENCE);
        issuer = keccak256(der[start:stop]);
    }

    /// @notice Requires that the subject may sign certificates; tells how many authorities may follow below it, and whether it may
    /// sign revocation lists.
    function readRights(bytes calldata der, CertificateFields memory fields)
        internal
        pure
        returns (uint256 pathLength, bool signsLists)
    {
        bool constrained;
        bool used;
        uint256 offset = fields.extensionsStart;
        while (offset != fields.extensionsStop) {
            bytes32 oid;
            bool critical;
            uint256 start;
            uint256 stop;
            (oid, critical, start, stop, offset) = nextExtension(der, offset, fields.extensionsStop);
            if (oid == BASIC_CONSTRAINTS) {
                require(!constrained, CertificateExtensionRepeated(textOf(oid)));
                constrained = true;
                pathLength = readConstraints(der, start, stop);
            } else if (oid == KEY_USAGE) {
                require(!used, CertificateExtensionRepeated(textOf(oid)));
                uint8 usage = readUsage(der, start, stop);
                used = usage & KEY_CERT_SIGN != 0;
                signsLists = usage & CRL_SIGN != 0;
                require(used, CertificateNotAuthority());
            } else {
                bool known = oid == SUBJECT_KEY_IDENTIFIER || oid == AUTHORITY_KEY_IDENTIFIER || oid == DISTRIBUTION_POINTS;
                require(known || !critical, CertificateExtensionUnknown(textOf(oid)));
            }
        }
        require(constrained && used, CertificateNotAuthority());
    }

    /// @notice The first eight bits of keyUsage; zero when the bits are malformed.
    function readUsage(bytes calldata der, uint256 start, uint256 stop) internal pure returns (uint8) {
        (uint256 bits, uint256 end) = Der.read(der, start, stop, Der.BIT_STRING);
        Der.finish(end, stop);
        // The first byte counts the unused bits of the last.
        return end - bits >= 2 && uint8(der[bits]) < 8 ? uint8(der[bits + 1]) : 0;
    }

    function readConstraints(bytes calldata der, uint256 start, uint256 stop) private pure returns (uint256 pathLength) {
        uint256 end;
        (start, end) = Der.read(der, start, stop, Der.SEQUENCE);
        Der.finish(end, stop);
        (uint256 value, uint256 next) = Der.read(der, start, end, Der.BOOLEAN);
        require(next - value == 1 && der[value] == 0xff, CertificateNotAuthority());
        pathLength = type(uint256).max;
        if (next != end) (pathLength, next) = Der.readInteger(der, next, end);
        Der.finish(next, end);
    }

    /// @notice Reads one extension: its identifier, whether it is critical, its value, and where the next one starts.
    function nextExtension(bytes calldata der, uint256 offset, uint256 end)
        internal
        pure
        returns (bytes32 oid, bool critical, uint256 start, uint256 stop, uint256 next)
    {
        (offset, next) = Der.read(der, offset, end, Der.SEQUENCE);
        (start, stop) = Der.read(der, offset, next, Der.OBJECT_IDENTIFIER);
        oid = identifierAt(der, start, stop);
        if (Der.isNext(der, stop, next, Der.BOOLEAN)) {
            (start, stop) = Der.read(der, stop, next, Der.BOOLEAN);
            // DER leaves out the default, FALSE.
            require(stop - start == 1 && der[start] == 0xff, CertificateExtensionInvalid(textOf(oid)));
            critical = true;
        }
        (start, stop) = Der.read(der, stop, next, Der.OCTET_STRING);
        Der.finish(stop, next);
    }

    /// @notice An object identifier as one word; one longer than 31 bytes is none that is known here.
    function identifierAt(bytes calldata der, uint256 start, uint256 stop) internal pure returns (bytes32) {
        uint256 length = stop - start;
        return length > 31 ? bytes32(type(uint256).max) : bytes32(der[start:stop]) | bytes32(length);
    }

    function textOf(bytes32 oid) internal pure returns (bytes memory text) {
        text = new bytes(uint8(oid[31]) & 0x1f);
        for (uint256 i = 0; i < text.length; i++) text[i] = oid[i];
    }

    /// @notice Reads the to-be-signed part up to its end.
    /// @return algorithm keccak256 of the AlgorithmIdentifier.
    function parseSigned(bytes calldata der, CertificateFields memory fields, uint256 offset, uint8 signer, uint8 subject)
        private
        pure
        returns (bytes32 algorithm)
    {
        uint256 end = fields.signed.stop;
        uint256 start;
        uint256 stop;
        uint256 value;
        (start, stop) = Der.read(der, offset, end, Der.CONTEXT_0);
        (value, offset) = Der.readInteger(der, start, stop);
        Der.finish(offset, stop);
        require(value == 2, CertificateVersionUnsupported(2, value));
        (fields.serial, offset) = Der.readInteger(der, offset, end);
        (algorithm, offset) = readAlgorithm(der, offset, end, signer);

        (, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.issuer = keccak256(der[offset:stop]);
        (start, offset) = Der.read(der, stop, end, Der.SEQUENCE);
        (fields.notBefore, start) = Der.readTime(der, start, offset);
        (fields.notAfter, start) = Der.readTime(der, start, offset);
        Der.finish(start, offset);
        require(fields.notBefore <= fields.notAfter, CertificateValidityInvalid(fields.notBefore, fields.notAfter));

        (start, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.subject = keccak256(der[offset:stop]);
        fields.commonName = readCommonName(der, start, stop);

        (, offset) = Der.read(der, stop, end, Der.SEQUENCE);
        (fields.keyInfo, fields.keyInfoStop) = (stop, offset);
        fields.key = stop
            + (subject == EC_P384 ? readKey(der[stop:offset], EC_HEAD, 96, "") : readKey(der[stop:offset], RSA_HEAD, 512, RSA_TAIL));

        (start, stop) = Der.read(der, offset, end, Der.CONTEXT_3);
        Der.finish(stop, end);
        (fields.extensionsStart, fields.extensionsStop) = Der.read(der, start, stop, Der.SEQUENCE);
        Der.finish(fields.extensionsStop, stop);
    }

    /// @notice Requires a SubjectPublicKeyInfo of one shape and returns where in it the key starts.
    function readKey(bytes calldata info, bytes memory head, uint256 length, bytes memory tail)
        private
        pure
        returns (uint256 key)
    {
        key = head.length;
        bool supported = info.length == key + length + tail.length && keccak256(info[:key]) == keccak256(head)
            && keccak256(info[key + length:]) == keccak256(tail);
        // A modulus of 4096 bits has its highest bit set.
        require(supported && (tail.length == 0 || uint8(info[key]) >= 0x80), CertificateKeyUnsupported());
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
            bytes32 oid = identifierAt(der, start, next);
            require(next < stop, CertificateNameMalformed(start));
            (start, next) = Der.read(der, next, stop, uint8(der[next]));
            Der.finish(next, stop);
            if (oid != COMMON_NAME) continue;
            require(name == 0 && next > start, CertificateNameMalformed(start));
            name = next - start < 32 ? bytes32(der[start:next]) : keccak256(der[start:next]);
        }
        require(name != 0, CertificateNameMalformed(begin));
    }
}
