// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "../governance/Governed.sol";
import {ICertificateCache, Vcek} from "../interfaces/ICertificateCache.sol";
import {IRsaPss} from "../interfaces/IRsaPss.sol";
import {ISha384} from "../interfaces/ISha384.sol";
import {AmdCertificate, CertificateFields} from "./AmdCertificate.sol";
import {DataContract} from "./DataContract.sol";

/// @title Certificates of AMD, each verified once under its parent
/// @dev An entry is one slot; what is read with it lies in a data contract:
/// parent (32) | link (32) | subject (32) | modulus (512) for roots and intermediates,
/// parent (32) | link (32) | chip id (32) | tcb (8) | x, y (96) for VCEK certificates.
/// The link is what may cut a certificate off: keccak256 of a root's fingerprint, else of issuer key and serial number.
contract CertificateCache is Governed, ICertificateCache {
    using DataContract for address;

    /// @notice A root key to pin at construction.
    struct RootPin {
        uint8 product;
        bytes fingerprint;
    }

    /// @dev One slot; times in Unix seconds.
    struct Entry {
        address data;
        uint40 notBefore;
        uint40 notAfter;
        uint8 role;
        uint8 product;
    }

    uint8 private constant ROOT = 1;
    uint8 private constant INTERMEDIATE = 2;
    uint8 private constant LEAF = 3;
    uint256 private constant BODY = 96;

    /// @notice The verifier of every certificate's signature.
    IRsaPss public immutable rsa;
    /// @notice The hash of root fingerprints.
    ISha384 public immutable hash;

    mapping(bytes32 id => Entry entry) private _entries;
    mapping(bytes32 link => uint8 product) private _pins;
    mapping(bytes32 link => bool revoked) private _revoked;
    mapping(bytes32 subject => bytes32 id) private _intermediates;

    constructor(address initialGovernor, IRsaPss rsaPss, ISha384 sha384, RootPin[] memory pins) Governed(initialGovernor) {
        rsa = rsaPss;
        hash = sha384;
        for (uint256 i = 0; i < pins.length; i++) _pin(pins[i].product, pins[i].fingerprint);
    }

    /// @inheritdoc ICertificateCache
    function pinRoot(uint8 product, bytes calldata fingerprint) external onlyGovernor {
        _pin(product, fingerprint);
    }

    /// @inheritdoc ICertificateCache
    function unpinRoot(bytes calldata fingerprint) external onlyGovernor {
        uint8 product = _pins[keccak256(fingerprint)];
        require(product != 0, RootNotPinned(fingerprint));
        delete _pins[keccak256(fingerprint)];
        emit RootUnpinned(product, fingerprint);
    }

    /// @inheritdoc ICertificateCache
    function pinOf(bytes calldata fingerprint) external view returns (uint8) {
        return _pins[keccak256(fingerprint)];
    }

    /// @inheritdoc ICertificateCache
    function revoke(bytes32 issuer, uint256 serial) external onlyGovernor {
        _revoked[_linkOf(_authority(issuer), serial)] = true;
        emit CertificateRevokedBy(issuer, serial);
    }

    /// @inheritdoc ICertificateCache
    function isRevoked(bytes32 issuer, uint256 serial) external view returns (bool) {
        return _revoked[_linkOf(_authority(issuer), serial)];
    }

    /// @inheritdoc ICertificateCache
    function submitRoot(bytes calldata ark) external returns (bytes32 id) {
        id = idOf(ark, 0);
        if (_entries[id].role != 0) return id;
        CertificateFields memory fields = AmdCertificate.readAuthority(ark);
        (bytes32 head, bytes16 tail) = hash.sha384(AmdCertificate.keyInfoOf(ark, fields));
        bytes memory fingerprint = abi.encodePacked(head, tail);
        uint8 product = _pins[keccak256(fingerprint)];
        require(product != 0, RootNotPinned(fingerprint));
        _requireName(fields.commonName, "ARK-", product);
        require(fields.issuer == fields.subject, CertificateIssuerMismatch(fields.subject, fields.issuer));
        uint256 length = AmdCertificate.readPathLength(ark, fields);
        require(length >= 1, CertificatePathTooLong(1, length));
        // A root signs itself: this proves nothing about the pinned key, but that these bytes are its owner's.
        bytes calldata modulus = ark[fields.key:fields.key + 512];
        _requireSigned(ark, fields, modulus, 0);
        _store(id, fields, ROOT, product, abi.encodePacked(bytes32(0), keccak256(fingerprint), fields.subject, modulus));
        emit RootVerified(id, product, fields.notAfter);
    }

    /// @inheritdoc ICertificateCache
    function submitIntermediate(bytes calldata ask, bytes32 root) external returns (bytes32 id) {
        id = idOf(ask, root);
        if (_entries[id].role != 0) return id;
        CertificateFields memory fields = AmdCertificate.readAuthority(ask);
        uint8 product = _entries[root].product;
        bytes32 link = _requireIssued(id, ask, fields, root, ROOT);
        _requireName(fields.commonName, "SEV-", product);
        AmdCertificate.readPathLength(ask, fields);
        bytes memory body = abi.encodePacked(fields.subject, ask[fields.key:fields.key + 512]);
        _store(id, fields, INTERMEDIATE, product, abi.encodePacked(root, link, body));
        bytes32 known = _intermediates[fields.subject];
        bool better = _entries[known].notBefore < fields.notBefore || !isTrusted(known);
        if (better && isTrusted(id)) _intermediates[fields.subject] = id;
        emit IntermediateVerified(id, root, fields.serial, fields.notAfter);
    }

    /// @inheritdoc ICertificateCache
    function submitVcek(bytes calldata vcek, bytes32 intermediate) external returns (bytes32 id) {
        id = idOf(vcek, intermediate);
        if (_entries[id].role != 0) return id;
        CertificateFields memory fields = AmdCertificate.readEndorsement(vcek);
        uint8 product = _entries[intermediate].product;
        bytes32 link = _requireIssued(id, vcek, fields, intermediate, INTERMEDIATE);
        require(fields.commonName == "SEV-VCEK", CertificateNameMismatch("SEV-VCEK", fields.commonName));
        (bytes8 tcb, bytes32 chipId) = AmdCertificate.readVcek(vcek, fields, product);
        bytes memory body = abi.encodePacked(chipId, tcb, vcek[fields.key:fields.key + 96]);
        _store(id, fields, LEAF, product, abi.encodePacked(intermediate, link, body));
        emit VcekVerified(id, intermediate, chipId, tcb, fields.notAfter);
    }

    /// @inheritdoc ICertificateCache
    function intermediateFor(bytes calldata vcek) external view returns (bytes32 intermediate) {
        (,, bytes32 issuer) = AmdCertificate.readIdentity(vcek);
        intermediate = _intermediates[issuer];
        require(intermediate != 0, IntermediateUnknown(issuer));
    }

    /// @inheritdoc ICertificateCache
    function idOf(bytes calldata certificate, bytes32 parent) public pure returns (bytes32) {
        (uint256 start, uint256 stop,) = AmdCertificate.readIdentity(certificate);
        return keccak256(abi.encode(parent, keccak256(certificate[start:stop])));
    }

    /// @inheritdoc ICertificateCache
    function vcekOf(bytes32 id) external view returns (Vcek memory vcek) {
        uint8 role = _entries[id].role;
        vcek.validUntil = _requireTrusted(id);
        require(role == LEAF, CertificateRoleMismatch(id, LEAF, role));
        vcek.product = _entries[id].product;
        bytes memory data = _entries[id].data.read();
        bytes32 chipId;
        bytes8 tcb;
        assembly ("memory-safe") {
            chipId := mload(add(data, 0x60))
            tcb := and(mload(add(data, 0x80)), shl(192, not(0)))
        }
        vcek.chipId = chipId;
        vcek.tcb = tcb;
        vcek.publicKey = _entries[id].data.read(BODY + 8, 96);
    }

    /// @inheritdoc ICertificateCache
    function isTrusted(bytes32 id) public view returns (bool) {
        (bytes4 problem,,) = _judge(id);
        return problem == 0;
    }

    function _pin(uint8 product, bytes memory fingerprint) private {
        require(product >= AmdCertificate.MILAN && product <= AmdCertificate.TURIN, ProductUnknown(product));
        require(fingerprint.length == 48, FingerprintLengthInvalid(48, fingerprint.length));
        _pins[keccak256(fingerprint)] = product;
        emit RootPinned(product, fingerprint);
    }

    function _store(bytes32 id, CertificateFields memory fields, uint8 role, uint8 product, bytes memory data) private {
        _entries[id] =
            Entry(DataContract.write(data), uint40(fields.notBefore), uint40(fields.notAfter), role, product);
    }

    /// @dev Requires that a certificate was issued by a trusted parent of a role, and returns its link.
    function _requireIssued(
        bytes32 id,
        bytes calldata der,
        CertificateFields memory fields,
        bytes32 parent,
        uint8 role
    ) private view returns (bytes32 link) {
        _requireTrusted(parent);
        uint8 found = _entries[parent].role;
        require(found == role, CertificateRoleMismatch(parent, role, found));
        bytes memory modulus = _authority(parent);
        bytes32 subject = bytes32(_entries[parent].data.read(64, 32));
        require(fields.issuer == subject, CertificateIssuerMismatch(subject, fields.issuer));
        _requireSigned(der, fields, modulus, parent);
        link = _linkOf(modulus, fields.serial);
        require(!_revoked[link], CertificateRevoked(id));
    }

    function _requireSigned(bytes calldata der, CertificateFields memory fields, bytes memory modulus, bytes32 parent)
        private
        view
    {
        bytes calldata message = der[fields.signedStart:fields.signedStop];
        bytes calldata signature = der[fields.signature:fields.signature + 512];
        require(rsa.verify(message, signature, modulus), CertificateSignatureInvalid(parent));
    }

    /// @dev The common name is a prefix and the product's name.
    function _requireName(bytes32 found, bytes4 prefix, uint8 product) private pure {
        bytes32 expected = bytes32(abi.encodePacked(prefix, AmdCertificate.nameOf(product)));
        require(found == expected, CertificateNameMismatch(expected, found));
    }

    /// @dev The modulus of a root or an intermediate.
    function _authority(bytes32 id) private view returns (bytes memory modulus) {
        uint8 role = _entries[id].role;
        require(role != 0, CertificateUnknown(id));
        require(role != LEAF, CertificateRoleMismatch(id, INTERMEDIATE, role));
        return _entries[id].data.read(BODY, 512);
    }

    function _linkOf(bytes memory modulus, uint256 serial) private pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(modulus), serial));
    }

    function _requireTrusted(bytes32 id) private view returns (uint64 validUntil) {
        bytes4 problem;
        bytes32 culprit;
        (problem, culprit, validUntil) = _judge(id);
        if (problem == 0) return validUntil;
        Entry memory entry = _entries[culprit];
        require(problem != CertificateUnknown.selector, CertificateUnknown(culprit));
        require(problem != CertificateNotYetValid.selector, CertificateNotYetValid(culprit, entry.notBefore, block.timestamp));
        require(problem != CertificateExpired.selector, CertificateExpired(culprit, entry.notAfter, block.timestamp));
        require(problem != RootNoLongerPinned.selector, RootNoLongerPinned(culprit));
        revert CertificateRevoked(culprit);
    }

    /// @dev Walks from a certificate to its root; at most three steps, because a parent's role is below its child's.
    function _judge(bytes32 id) private view returns (bytes4 problem, bytes32 culprit, uint64 validUntil) {
        validUntil = type(uint64).max;
        while (true) {
            Entry memory entry = _entries[id];
            if (entry.role == 0) return (CertificateUnknown.selector, id, 0);
            if (block.timestamp < entry.notBefore) return (CertificateNotYetValid.selector, id, 0);
            if (block.timestamp > entry.notAfter) return (CertificateExpired.selector, id, 0);
            if (entry.notAfter < validUntil) validUntil = entry.notAfter;
            bytes memory links = entry.data.read(0, 64);
            bytes32 parent;
            bytes32 link;
            assembly ("memory-safe") {
                parent := mload(add(links, 0x20))
                link := mload(add(links, 0x40))
            }
            if (entry.role == ROOT) return (_pins[link] == entry.product ? bytes4(0) : RootNoLongerPinned.selector, id, validUntil);
            if (_revoked[link]) return (CertificateRevoked.selector, id, 0);
            id = parent;
        }
    }
}
