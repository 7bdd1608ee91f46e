// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "./Der.sol";
import {CertificateFields, X509} from "./X509.sol";

/// @title What NVIDIA's certificates of a GPU say: the chip in the names, the firmware in the attestation key's extensions
library NvidiaCertificate {
    /// @notice The vendor among the numbers of root pins; 1 to 3 are AMD's products.
    uint8 internal constant NVIDIA = 4;

    /// @notice Thrown when the two lowest names are not those of a GPU: `GH100 A01 GSP FMC LF` under `GH100 A01 GSP BROM`.
    error CertificateNotOfGpu(bytes32 attestationKey, bytes32 device);
    /// @notice Thrown when an attestation key's certificate is an authority's, or allows more or less than signing.
    error CertificateNotAttestationKey();

    // Object identifiers, left-aligned, with their length in the last byte (TCG DICE Attestation Architecture, 6.1).
    bytes32 private constant COMPOSITE_DEVICE_ID = bytes32(hex"678105050401") | bytes32(uint256(6));
    bytes32 private constant TCB_INFO = bytes32(hex"67810505040101") | bytes32(uint256(7));
    bytes9 private constant SHA384_IDENTIFIER = 0x608648016503040202;
    uint8 private constant FIRMWARE_IDS = 0xa6;
    uint256 private constant DIGEST = 48;

    /// @notice The chip that a GPU's two lowest certificates name, `GH100`. A switch hangs on the same authorities: names decide.
    function chipOf(bytes32 attestationKey, bytes32 device) internal pure returns (bytes5 chip) {
        chip = bytes5(attestationKey);
        bool known = chip == "GH100" || (bytes2(chip) == "GB" && (chip[2] == "1" || chip[2] == "2") && chip[3] >= "0" && chip[3] <= "9");
        uint256 length = 6;
        while (length < 31 && attestationKey[length] != " ") length++;
        // The chip and its stepping, each with the space behind it, are the same in both names.
        uint256 rest = 8 * (length + 1);
        bool named = attestationKey[5] == " " && attestationKey << rest == "GSP FMC LF" && device << rest == "GSP BROM"
            && (attestationKey ^ device) >> (256 - rest) == 0;
        require(known && named, CertificateNotOfGpu(attestationKey, device));
    }

    /// @notice Reads the extensions of an attestation key's certificate: it signs, and nothing else.
    /// @return firmwareId SHA-384 of the firmware that holds the key; no bytes where the certificate does not say it.
    function readAttestationKey(bytes calldata der, CertificateFields memory fields)
        internal
        pure
        returns (bytes memory firmwareId)
    {
        uint256 seen;
        uint256 offset = fields.extensionsStart;
        while (offset != fields.extensionsStop) {
            bytes32 oid;
            bool critical;
            uint256 start;
            uint256 stop;
            (oid, critical, start, stop, offset) = X509.nextExtension(der, offset, fields.extensionsStop);
            uint256 item = oid == X509.KEY_USAGE ? 1 : oid == X509.BASIC_CONSTRAINTS ? 2 : oid == COMPOSITE_DEVICE_ID ? 4 : oid == TCB_INFO ? 8 : 0;
            require(seen & item == 0, X509.CertificateExtensionRepeated(X509.textOf(oid)));
            seen |= item;
            if (item == 1) {
                // One byte of bits, and of them the first alone.
                bool signs = stop - start == 4 && X509.readUsage(der, start, stop) == X509.DIGITAL_SIGNATURE;
                require(signs, CertificateNotAttestationKey());
            } else if (item == 2) {
                // An authority says so; the default is an empty sequence.
                require(stop - start == 2 && der[start] == 0x30 && der[start + 1] == 0, CertificateNotAttestationKey());
            } else {
                bool known = oid == X509.SUBJECT_KEY_IDENTIFIER || oid == X509.AUTHORITY_KEY_IDENTIFIER
                    || oid == X509.DISTRIBUTION_POINTS;
                require(known || !critical, X509.CertificateExtensionUnknown(X509.textOf(oid)));
                if (item == 4) firmwareId = readCompositeDeviceId(der[start:stop]);
                // Hopper's extension decides where both are there.
                else if (item == 8 && seen & 4 == 0) firmwareId = readTcbInfo(der[start:stop]);
            }
        }
        require(seen & 1 != 0, CertificateNotAttestationKey());
    }

    /// @notice SEQUENCE { INTEGER 1, SubjectPublicKeyInfo, digest }, of Hopper.
    function readCompositeDeviceId(bytes calldata value) private pure returns (bytes memory firmwareId) {
        (uint256 offset, uint256 end) = Der.read(value, 0, value.length, Der.SEQUENCE);
        Der.finish(end, value.length);
        uint256 version;
        (version, offset) = Der.readInteger(value, offset, end);
        require(version == 1, X509.CertificateExtensionInvalid(X509.textOf(COMPOSITE_DEVICE_ID)));
        (, offset) = Der.read(value, offset, end, Der.SEQUENCE);
        (firmwareId, offset) = readDigest(value, offset, end);
        Der.finish(offset, end);
    }

    /// @notice DiceTcbInfo, of Blackwell: of the digests under [6] the first.
    function readTcbInfo(bytes calldata value) private pure returns (bytes memory firmwareId) {
        (uint256 offset, uint256 end) = Der.read(value, 0, value.length, Der.SEQUENCE);
        Der.finish(end, value.length);
        while (offset != end) {
            uint8 tag = uint8(value[offset]);
            uint256 start;
            (start, offset) = Der.read(value, offset, end, tag);
            if (tag != FIRMWARE_IDS) continue;
            require(firmwareId.length == 0, X509.CertificateExtensionRepeated(X509.textOf(TCB_INFO)));
            (firmwareId, start) = readDigest(value, start, offset);
            while (start != offset) (, start) = readDigest(value, start, offset);
        }
        require(firmwareId.length != 0, X509.CertificateExtensionInvalid(X509.textOf(TCB_INFO)));
    }

    /// @notice SEQUENCE { OBJECT IDENTIFIER sha384, OCTET STRING of 48 bytes }.
    function readDigest(bytes calldata value, uint256 offset, uint256 end)
        private
        pure
        returns (bytes memory digest, uint256 next)
    {
        uint256 start;
        uint256 stop;
        (offset, next) = Der.read(value, offset, end, Der.SEQUENCE);
        (start, stop) = Der.read(value, offset, next, Der.OBJECT_IDENTIFIER);
        bool supported = stop - start == 9 && bytes9(value[start:stop]) == SHA384_IDENTIFIER;
        (start, stop) = Der.read(value, stop, next, Der.OCTET_STRING);
        Der.finish(stop, next);
        require(supported && stop - start == DIGEST, X509.CertificateExtensionInvalid(X509.textOf(COMPOSITE_DEVICE_ID)));
        digest = value[start:stop];
    }
}
