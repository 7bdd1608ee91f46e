// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "./Der.sol";

/// @notice Where the parts of a certificate lie and what its plain fields say.
/// @param signedStart Start of the to-be-signed bytes.
/// @param signedStop Their end.
/// @param signature Start of the 512 signature bytes.
/// @param key Start of the public key: 512 bytes of modulus, or 96 bytes of x and y.
/// @param extensionsStart Start of the extensions' contents.
/// @param extensionsStop Their end.
/// @param issuer keccak256 of the issuer's name, as encoded.
/// @param subject keccak256 of the subject's name, as encoded.
/// @param commonName The subject's common name, left-aligned.
/// @param serial Serial number.
/// @param notBefore First second of validity.
/// @param notAfter Last second of validity.
struct CertificateFields {
    uint256 signedStart;
    uint256 signedStop;
    uint256 signature;
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

/// @title AMD's certificates: ARK and ASK (RSA-4096) and VCEK (P-384)
/// @notice X.509 v3 (RFC 5280) in the shapes that AMD's key service issues; every byte is accounted for or refused.
library AmdCertificate {
    /// @notice Products of AMD that have a root key; the numbers are part of the interface of every verifier.
    uint8 internal constant MILAN = 1;
    uint8 internal constant GENOA = 2;
    uint8 internal constant TURIN = 3;

    /// @notice Thrown when the certificate is not of version 3.
    error CertificateVersionUnsupported(uint256 expected, uint256 found);
    /// @notice Thrown when the algorithm is not RSASSA-PSS with SHA-384, MGF1 over SHA-384, salt 48 and trailer 1.
    error CertificateAlgorithmUnsupported(bytes found);
    /// @notice Thrown when the algorithm outside the signed bytes is another than inside (RFC 5280, 4.1.1.2).
    error CertificateAlgorithmsDiffer();
    /// @notice Thrown when the public key is not RSA-4096 with exponent 65537, or not an uncompressed P-384 point, as its role asks.
    error CertificateKeyUnsupported();
    /// @notice Thrown when the signature is not 512 whole bytes.
    error CertificateSignatureMalformed();
    /// @notice Thrown when a name holds no common name, or two, or one longer than 31 bytes.
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
    /// @notice Thrown when the product a VCEK certificate names is not its issuer's.
    error CertificateProductMismatch(uint8 expected, bytes found);
    /// @notice Thrown when structVersion is not the product's.
    error CertificateStructureMismatch(uint256 expected, uint256 found);

    /// @dev AlgorithmIdentifier with the trailer spelled out, as in ARK and ASK, and left to its default, as in VCEK.
    bytes private constant PSS_TRAILER =
        hex"304606092a864886f70d01010a3039a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130a303020101";
    bytes private constant PSS_DEFAULT =
        hex"304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130";
    /// @dev SubjectPublicKeyInfo of a 4096-bit RSA key up to the modulus, and behind it the exponent 65537.
    bytes private constant RSA_HEAD = hex"30820222300d06092a864886f70d01010105000382020f003082020a0282020100";
    bytes private constant RSA_TAIL = hex"0203010001";
    /// @dev SubjectPublicKeyInfo of an uncompressed P-384 point up to x.
    bytes private constant EC_HEAD = hex"3076301006072a8648ce3d020106052b8104002203620004";

    // Object identifiers, left-aligned, with their length in the last byte.
    bytes32 private constant BASIC_CONSTRAINTS = bytes32(hex"551d13") | bytes32(uint256(3));
    bytes32 private constant KEY_USAGE = bytes32(hex"551d0f") | bytes32(uint256(3));
    bytes32 private constant SUBJECT_KEY_IDENTIFIER = bytes32(hex"551d0e") | bytes32(uint256(3));
    bytes32 private constant AUTHORITY_KEY_IDENTIFIER = bytes32(hex"551d23") | bytes32(uint256(3));
    bytes32 private constant DISTRIBUTION_POINTS = bytes32(hex"551d1f") | bytes32(uint256(3));
    bytes32 private constant COMMON_NAME = bytes32(hex"550403") | bytes32(uint256(3));
    /// @dev 1.3.6.1.4.1.3704.1, under which lie 1 structVersion, 2 productName, 3.x the levels, 4 HWID.
    bytes8 private constant AMD_ARC = 0x2b060104019c7801;
    uint256 private constant STRUCTURE = 16;
    uint256 private constant PRODUCT = 17;
    uint256 private constant HARDWARE = 18;

    /// @dev What AMD's extensions said so far: a bit per item, the levels by their number under 3, the chip.
    struct Items {
        uint256 seen;
        uint8[10] levels;
        bytes32 chipId;
    }

    /// @notice Reads a certificate of an RSA key (ARK, ASK).
    function readAuthority(bytes calldata der) internal pure returns (CertificateFields memory fields) {
        fields = parse(der, RSA_HEAD, 512, RSA_TAIL);
    }

    /// @notice Reads a certificate of a P-384 key (VCEK).
    function readEndorsement(bytes calldata der) internal pure returns (CertificateFields memory fields) {
        fields = parse(der, EC_HEAD, 96, "");
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

    /// @notice The SubjectPublicKeyInfo of an authority's certificate.
    function keyInfoOf(bytes calldata der, CertificateFields memory fields) internal pure returns (bytes calldata info) {
        info = der[fields.key - RSA_HEAD.length:fields.key + 512 + RSA_TAIL.length];
    }

    /// @notice The name of a product in AMD's certificates.
    function nameOf(uint8 product) internal pure returns (bytes memory) {
        if (product == MILAN) return "Milan";
        if (product == GENOA) return "Genoa";
        return "Turin";
    }

    /// @notice Requires that the subject may sign certificates, and tells how many authorities may follow below it.
    function readPathLength(bytes calldata der, CertificateFields memory fields) internal pure returns (uint256 pathLength) {
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
                (uint256 bits, uint256 end) = Der.read(der, start, stop, Der.BIT_STRING);
                Der.finish(end, stop);
                // Bit 5 is keyCertSign; the first byte counts the unused bits of the last.
                used = end - bits >= 2 && uint8(der[bits]) < 8 && uint8(der[bits + 1]) & 0x04 != 0;
                require(used, CertificateNotAuthority());
            } else {
                bool known = oid == SUBJECT_KEY_IDENTIFIER || oid == AUTHORITY_KEY_IDENTIFIER || oid == DISTRIBUTION_POINTS;
                require(known || !critical, CertificateExtensionUnknown(textOf(oid)));
            }
        }
        require(constrained && used, CertificateNotAuthority());
    }

    /// @notice Reads AMD's extensions of a VCEK certificate of a product.
    /// @return tcb The levels in the order of TCB_VERSION's bytes.
    /// @return chipId keccak256 of the 64 CHIP_ID bytes that a report of this chip carries.
    function readVcek(bytes calldata der, CertificateFields memory fields, uint8 product)
        internal
        pure
        returns (bytes8 tcb, bytes32 chipId)
    {
        Items memory items;
        uint256 offset = fields.extensionsStart;
        while (offset != fields.extensionsStop) {
            bytes32 oid;
            bool critical;
            uint256 start;
            uint256 stop;
            (oid, critical, start, stop, offset) = nextExtension(der, offset, fields.extensionsStop);
            uint256 item = itemOf(oid);
            if (item == 0) {
                require(!critical, CertificateExtensionUnknown(textOf(oid)));
                continue;
            }
            require(items.seen & (1 << item) == 0, CertificateExtensionRepeated(textOf(oid)));
            items.seen |= 1 << item;
            readItem(der[start:stop], oid, item, product, items);
        }
        require(items.seen & (1 << STRUCTURE) != 0, CertificateExtensionMissing("structVersion"));
        require(items.seen & (1 << PRODUCT) != 0, CertificateExtensionMissing("productName"));
        require(items.seen & (1 << HARDWARE) != 0, CertificateExtensionMissing("HWID"));
        return (packLevels(items.levels, items.seen, product), items.chipId);
    }

    function readItem(bytes calldata value, bytes32 oid, uint256 item, uint8 product, Items memory items) private pure {
        if (item == HARDWARE) {
            // Raw bytes, not DER, even where they look like it: 64, on Turin 8, to which a report appends zeros.
            require(value.length == (product == TURIN ? 8 : 64), CertificateExtensionInvalid(textOf(oid)));
            items.chipId =
                product == TURIN ? keccak256(abi.encodePacked(value, bytes32(0), bytes24(0))) : keccak256(value);
        } else if (item == PRODUCT) {
            (uint256 start, uint256 stop) = Der.read(value, 0, value.length, Der.IA5_STRING);
            Der.finish(stop, value.length);
            requireProduct(value[start:stop], product);
        } else {
            (uint256 number, uint256 stop) = Der.readInteger(value, 0, value.length);
            Der.finish(stop, value.length);
            require(number <= type(uint8).max, CertificateExtensionInvalid(textOf(oid)));
            if (item == STRUCTURE) {
                uint256 expected = product == TURIN ? 1 : 0;
                require(number == expected, CertificateStructureMismatch(expected, number));
            } else {
                items.levels[item] = uint8(number);
            }
        }
    }

    /// @notice The levels in the order of TCB_VERSION's bytes, which is the product's.
    function packLevels(uint8[10] memory levels, uint256 seen, uint8 product) private pure returns (bytes8) {
        // Turin: FMC, boot loader, TEE, SNP, three reserved, microcode. Before: boot loader, TEE, four reserved, SNP, microcode.
        bytes8 order = product == TURIN ? bytes8(0x0901020305060708) : bytes8(0x0102040506070308);
        uint64 packed;
        for (uint256 i = 0; i < 8; i++) {
            uint256 level = uint8(order[i]);
            require(seen & (1 << level) != 0, CertificateExtensionMissing("security patch level"));
            packed = (packed << 8) | levels[level];
        }
        return bytes8(packed);
    }

    /// @notice Requires a product name, or the name with a stepping behind a dash.
    function requireProduct(bytes calldata found, uint8 product) private pure {
        bytes memory name = nameOf(product);
        bool same = found.length >= name.length && keccak256(found[:name.length]) == keccak256(name);
        require(same && (found.length == name.length || found[name.length] == "-"), CertificateProductMismatch(product, found));
    }

    /// @notice Which of AMD's extensions an identifier is: 1 to 9 a level, else STRUCTURE, PRODUCT, HARDWARE, or 0.
    function itemOf(bytes32 oid) private pure returns (uint256) {
        if (bytes8(oid) != AMD_ARC) return 0;
        uint256 length = uint8(oid[31]);
        uint256 arc = uint8(oid[8]);
        if (length == 9) return arc == 1 ? STRUCTURE : arc == 2 ? PRODUCT : arc == 4 ? HARDWARE : 0;
        uint256 level = uint8(oid[9]);
        return length == 10 && arc == 3 && level <= 9 ? level : 0;
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
        private
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
    function identifierAt(bytes calldata der, uint256 start, uint256 stop) private pure returns (bytes32) {
        uint256 length = stop - start;
        return length > 31 ? bytes32(type(uint256).max) : bytes32(der[start:stop]) | bytes32(length);
    }

    function textOf(bytes32 oid) private pure returns (bytes memory text) {
        text = new bytes(uint8(oid[31]) & 0x1f);
        for (uint256 i = 0; i < text.length; i++) text[i] = oid[i];
    }

    function parse(bytes calldata der, bytes memory keyHead, uint256 keyLength, bytes memory keyTail)
        private
        pure
        returns (CertificateFields memory fields)
    {
        (uint256 offset, uint256 end) = Der.read(der, 0, der.length, Der.SEQUENCE);
        Der.finish(end, der.length);
        fields.signedStart = offset;
        uint256 start;
        (start, offset) = Der.read(der, offset, end, Der.SEQUENCE);
        fields.signedStop = offset;
        bytes32 algorithm = parseSigned(der, fields, start, keyHead, keyLength, keyTail);
        (, start) = Der.read(der, offset, end, Der.SEQUENCE);
        require(keccak256(der[offset:start]) == algorithm, CertificateAlgorithmsDiffer());
        (offset, start) = Der.read(der, start, end, Der.BIT_STRING);
        Der.finish(start, end);
        require(start - offset == 513 && der[offset] == 0, CertificateSignatureMalformed());
        fields.signature = offset + 1;
    }

    /// @notice Reads the to-be-signed part up to its end.
    /// @return algorithm keccak256 of the AlgorithmIdentifier.
    function parseSigned(
        bytes calldata der,
        CertificateFields memory fields,
        uint256 offset,
        bytes memory keyHead,
        uint256 keyLength,
        bytes memory keyTail
    ) private pure returns (bytes32 algorithm) {
        uint256 end = fields.signedStop;
        uint256 start;
        uint256 stop;
        uint256 value;
        (start, stop) = Der.read(der, offset, end, Der.CONTEXT_0);
        (value, offset) = Der.readInteger(der, start, stop);
        Der.finish(offset, stop);
        require(value == 2, CertificateVersionUnsupported(2, value));
        (fields.serial, offset) = Der.readInteger(der, offset, end);

        (, stop) = Der.read(der, offset, end, Der.SEQUENCE);
        algorithm = keccak256(der[offset:stop]);
        bool supported = algorithm == keccak256(PSS_TRAILER) || algorithm == keccak256(PSS_DEFAULT);
        require(supported, CertificateAlgorithmUnsupported(der[offset:stop]));
        offset = stop;

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
        fields.key = readKey(der[stop:offset], keyHead, keyLength, keyTail) + stop;

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
            require(name == 0 && next > start && next - start < 32, CertificateNameMalformed(start));
            name = bytes32(der[start:next]);
        }
        require(name != 0, CertificateNameMalformed(begin));
    }
}
