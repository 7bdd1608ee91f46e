// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "./Der.sol";
import {CertificateFields, X509} from "./X509.sol";

/// @title What AMD's certificates say: names of ARK and ASK, extensions of VCEK
library AmdCertificate {
    /// @notice Products of AMD that have a root key; the numbers are part of the interface of every verifier.
    uint8 internal constant MILAN = 1;
    uint8 internal constant GENOA = 2;
    uint8 internal constant TURIN = 3;

    /// @notice Thrown when the product a VCEK certificate names is not its issuer's.
    error CertificateProductMismatch(uint8 expected, bytes found);
    /// @notice Thrown when structVersion is not the product's.
    error CertificateStructureMismatch(uint256 expected, uint256 found);

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

    /// @notice The name of a product in AMD's certificates.
    function nameOf(uint8 product) internal pure returns (bytes memory) {
        if (product == MILAN) return "Milan";
        if (product == GENOA) return "Genoa";
        return "Turin";
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
            (oid, critical, start, stop, offset) = X509.nextExtension(der, offset, fields.extensionsStop);
            uint256 item = itemOf(oid);
            if (item == 0) {
                require(!critical, X509.CertificateExtensionUnknown(X509.textOf(oid)));
                continue;
            }
            require(items.seen & (1 << item) == 0, X509.CertificateExtensionRepeated(X509.textOf(oid)));
            items.seen |= 1 << item;
            readItem(der[start:stop], oid, item, product, items);
        }
        require(items.seen & (1 << STRUCTURE) != 0, X509.CertificateExtensionMissing("structVersion"));
        require(items.seen & (1 << PRODUCT) != 0, X509.CertificateExtensionMissing("productName"));
        require(items.seen & (1 << HARDWARE) != 0, X509.CertificateExtensionMissing("HWID"));
        return (packLevels(items.levels, items.seen, product), items.chipId);
    }

    function readItem(bytes calldata value, bytes32 oid, uint256 item, uint8 product, Items memory items) private pure {
        if (item == HARDWARE) {
            // Raw bytes, not DER, even where they look like it: 64, on Turin 8, to which a report appends zeros.
            require(value.length == (product == TURIN ? 8 : 64), X509.CertificateExtensionInvalid(X509.textOf(oid)));
            items.chipId =
                product == TURIN ? keccak256(abi.encodePacked(value, bytes32(0), bytes24(0))) : keccak256(value);
        } else if (item == PRODUCT) {
            (uint256 start, uint256 stop) = Der.read(value, 0, value.length, Der.IA5_STRING);
            Der.finish(stop, value.length);
            requireProduct(value[start:stop], product);
        } else {
            (uint256 number, uint256 stop) = Der.readInteger(value, 0, value.length);
            Der.finish(stop, value.length);
            require(number <= type(uint8).max, X509.CertificateExtensionInvalid(X509.textOf(oid)));
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
            require(seen & (1 << level) != 0, X509.CertificateExtensionMissing("security patch level"));
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
}
