// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "../governance/Governed.sol";
import {GpuKey, ICertificateCache, RootPin, Vcek} from "../interfaces/ICertificateCache.sol";
import {IP384Verifier} from "../interfaces/IP384Verifier.sol";
import {IRsaPss} from "../interfaces/IRsaPss.sol";
import {ISha384} from "../interfaces/ISha384.sol";
import {AmdCertificate} from "./AmdCertificate.sol";
import {DataContract} from "./DataContract.sol";
import {NvidiaCertificate} from "./NvidiaCertificate.sol";
import {RevocationList, RevocationListFields} from "./RevocationList.sol";
import {CertificateFields, SignedParts, X509} from "./X509.sol";

/// @title Certificates of AMD and NVIDIA, each verified once under its parent
/// @dev An entry is one slot; what is read with it lies in a data contract:
/// parent (32) | link (32) | subject (32) | modulus (512) or x, y (96) | signs lists (1) |
/// gpu id (32) | common name (32) for authorities, the last two of GPUs' only,
/// parent (32) | link (32) | chip id (32) | tcb (8) | x, y (96) for VCEK certificates,
/// parent (32) | link (32) | gpu id (32) | chip (5) | x, y (96) | firmware id (48 or 0) for attestation keys of GPUs.
/// The link is what may cut a certificate off: keccak256 of a root's fingerprint, else of issuer key and serial number.
contract CertificateCache is Governed, ICertificateCache {
    using DataContract for address;

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
    uint8 private constant VCEK = 3;
    uint8 private constant PROVISIONER = 4;
    uint8 private constant DEVICE = 5;
    uint8 private constant GPU_KEY = 6;
    uint256 private constant BODY = 96;
    uint256 private constant MODULUS = 512;
    uint256 private constant POINT = 96;

    /// @notice The verifier of the signatures that AMD's authorities make.
    IRsaPss public immutable rsa;
    /// @notice The verifier of the signatures that NVIDIA's authorities make.
    IP384Verifier public immutable p384;
    /// @notice The hash of root fingerprints and of what P-384 keys sign.
    ISha384 public immutable hash;

    mapping(bytes32 id => Entry entry) private _entries;
    mapping(bytes32 link => uint8 product) private _pins;
    mapping(bytes32 link => bool revoked) private _revoked;
    mapping(bytes32 subject => bytes32 id) private _intermediates;

    constructor(
        address initialGovernor,
        IRsaPss rsaPss,
        IP384Verifier p384Verifier,
        ISha384 sha384,
        RootPin[] memory pins
    ) Governed(initialGovernor) {
        rsa = rsaPss;
        p384 = p384Verifier;
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
    function submitRevocationList(bytes calldata list, bytes32 issuer, bytes calldata hints) external {
        _requireTrusted(issuer);
        bytes memory key = _authority(issuer);
        RevocationListFields memory fields = RevocationList.parse(list, _kindOf(_entries[issuer].product));
        _requireIssuer(issuer, fields.issuer);
        require(_entries[issuer].data.read(BODY + key.length, 1)[0] != 0, CertificateNotListSigner(issuer));
        _requireSigned(list, fields.signed, key, issuer, hints);
        require(fields.thisUpdate <= block.timestamp, RevocationListNotYetValid(fields.thisUpdate, block.timestamp));
        uint256 revoked;
        uint256 offset = fields.entries;
        while (offset != fields.entriesStop) {
            uint256 serial;
            (serial, offset) = RevocationList.nextEntry(list, offset, fields.entriesStop);
            bytes32 link = _linkOf(key, serial);
            if (_revoked[link]) continue;
            _revoked[link] = true;
            revoked++;
            emit CertificateRevokedBy(issuer, serial);
        }
        emit RevocationListVerified(issuer, fields.thisUpdate, fields.nextUpdate, revoked);
    }

    /// @inheritdoc ICertificateCache
    function submitRoot(bytes calldata ark) external returns (bytes32 id) {
        id = idOf(ark, 0);
        if (_entries[id].role != 0) return id;
        _submitRoot(id, ark, X509.RSA_4096, ark[:0]);
    }

    /// @inheritdoc ICertificateCache
    function submitIntermediate(bytes calldata ask, bytes32 root) external returns (bytes32 id) {
        id = idOf(ask, root);
        if (_entries[id].role != 0) return id;
        CertificateFields memory fields = X509.parse(ask, X509.RSA_4096, X509.RSA_4096);
        bytes32 link = _requireIssued(id, ask, fields, root, ROOT, X509.RSA_4096, ask[:0]);
        uint8 product = _entries[root].product;
        _requireName(fields.commonName, "SEV-", product);
        _storeAuthority(id, ask, fields, INTERMEDIATE, product, root, link);
        bytes32 known = _intermediates[fields.subject];
        bool better = _entries[known].notBefore < fields.notBefore || !isTrusted(known);
        if (better && isTrusted(id)) _intermediates[fields.subject] = id;
    }

    /// @inheritdoc ICertificateCache
    function submitVcek(bytes calldata vcek, bytes32 intermediate) external returns (bytes32 id) {
        id = idOf(vcek, intermediate);
        if (_entries[id].role != 0) return id;
        CertificateFields memory fields = X509.parse(vcek, X509.RSA_4096, X509.EC_P384);
        bytes32 link = _requireIssued(id, vcek, fields, intermediate, INTERMEDIATE, X509.RSA_4096, vcek[:0]);
        require(fields.commonName == "SEV-VCEK", CertificateNameMismatch("SEV-VCEK", fields.commonName));
        uint8 product = _entries[intermediate].product;
        (bytes8 tcb, bytes32 chipId) = AmdCertificate.readVcek(vcek, fields, product);
        bytes memory body = abi.encodePacked(chipId, tcb, vcek[fields.key:fields.key + POINT]);
        _store(id, fields, VCEK, product, abi.encodePacked(intermediate, link, body));
        emit VcekVerified(id, intermediate, chipId, tcb, fields.notAfter);
    }

    /// @inheritdoc ICertificateCache
    function submitGpuCertificate(bytes calldata certificate, bytes32 parent, bytes calldata hints)
        external
        returns (bytes32 id)
    {
        id = idOf(certificate, parent);
        if (_entries[id].role != 0) return id;
        if (parent == 0) {
            _submitRoot(id, certificate, X509.EC_P384, hints);
            return id;
        }
        uint8 above = _entries[parent].role;
        CertificateFields memory fields = X509.parse(certificate, X509.EC_P384, X509.EC_P384);
        uint8 expected = above == GPU_KEY ? DEVICE : above;
        bytes32 link = _requireIssued(id, certificate, fields, parent, expected, X509.EC_P384, hints);
        if (above == DEVICE) _storeGpuKey(id, certificate, fields, parent, link);
        else _storeAuthority(id, certificate, fields, _roleBelow(above), NvidiaCertificate.NVIDIA, parent, link);
    }

    /// @inheritdoc ICertificateCache
    function intermediateFor(bytes calldata vcek) external view returns (bytes32 intermediate) {
        (,, bytes32 issuer) = X509.readIdentity(vcek);
        intermediate = _intermediates[issuer];
        require(intermediate != 0, IntermediateUnknown(issuer));
    }

    /// @inheritdoc ICertificateCache
    function idOf(bytes calldata certificate, bytes32 parent) public pure returns (bytes32) {
        (uint256 start, uint256 stop,) = X509.readIdentity(certificate);
        return keccak256(abi.encode(parent, keccak256(certificate[start:stop])));
    }

    /// @inheritdoc ICertificateCache
    function vcekOf(bytes32 id) external view returns (Vcek memory vcek) {
        vcek.validUntil = _requireTrusted(id);
        bytes memory data = _dataOf(id, VCEK);
        vcek.product = _entries[id].product;
        vcek.chipId = _wordAt(data, 64);
        vcek.tcb = bytes8(_wordAt(data, BODY));
        vcek.publicKey = _slice(data, BODY + 8, POINT);
    }

    /// @inheritdoc ICertificateCache
    function gpuKeyOf(bytes32 id) external view returns (GpuKey memory key) {
        key.validUntil = _requireTrusted(id);
        bytes memory data = _dataOf(id, GPU_KEY);
        key.gpuId = _wordAt(data, 64);
        key.chip = bytes5(_wordAt(data, BODY));
        key.publicKey = _slice(data, BODY + 5, POINT);
        key.firmwareId = _slice(data, BODY + 5 + POINT, data.length - BODY - 5 - POINT);
    }

    /// @inheritdoc ICertificateCache
    function isTrusted(bytes32 id) public view returns (bool) {
        (bytes4 problem,,) = _judge(id);
        return problem == 0;
    }

    function _pin(uint8 product, bytes memory fingerprint) private {
        require(product >= AmdCertificate.MILAN && product <= NvidiaCertificate.NVIDIA, ProductUnknown(product));
        require(fingerprint.length == 48, FingerprintLengthInvalid(48, fingerprint.length));
        _pins[keccak256(fingerprint)] = product;
        emit RootPinned(product, fingerprint);
    }

    function _submitRoot(bytes32 id, bytes calldata der, uint8 kind, bytes calldata hints) private {
        CertificateFields memory fields = X509.parse(der, kind, kind);
        (bytes32 head, bytes16 tail) = hash.sha384(der[fields.keyInfo:fields.keyInfoStop]);
        bytes memory fingerprint = abi.encodePacked(head, tail);
        uint8 product = _pins[keccak256(fingerprint)];
        require(product != 0, RootNotPinned(fingerprint));
        require(_kindOf(product) == kind, CertificateVendorMismatch(id, product));
        if (kind == X509.RSA_4096) _requireName(fields.commonName, "ARK-", product);
        require(fields.issuer == fields.subject, CertificateIssuerMismatch(fields.subject, fields.issuer));
        // A root signs itself: this proves nothing about the pinned key, but that these bytes are its owner's.
        bytes memory key = der[fields.key:fields.key + _lengthOf(kind)];
        _requireSigned(der, fields.signed, key, 0, hints);
        _storeAuthority(id, der, fields, ROOT, product, 0, keccak256(fingerprint));
    }

    /// @dev Requires that the subject may sign certificates, as many levels down as its role's path goes on, and stores it.
    function _storeAuthority(
        bytes32 id,
        bytes calldata der,
        CertificateFields memory fields,
        uint8 role,
        uint8 product,
        bytes32 parent,
        bytes32 link
    ) private {
        (uint256 length, bool signsLists) = X509.readRights(der, fields);
        uint8 kind = _kindOf(product);
        // Authorities below: of AMD's paths one under the root, of a GPU's three.
        uint256 below = role == ROOT ? 1 : 0;
        if (kind == X509.EC_P384) below = role == ROOT ? 3 : role == INTERMEDIATE ? 2 : role == PROVISIONER ? 1 : 0;
        require(length >= below, CertificatePathTooLong(below, length));
        bytes memory body = abi.encodePacked(fields.subject, der[fields.key:fields.key + _lengthOf(kind)], signsLists);
        if (kind == X509.EC_P384) {
            body = abi.encodePacked(body, keccak256(der[fields.keyInfo:fields.keyInfoStop]), fields.commonName);
        }
        _store(id, fields, role, product, abi.encodePacked(parent, link, body));
        if (role == ROOT) emit RootVerified(id, product, fields.notAfter);
        else emit IntermediateVerified(id, parent, fields.serial, fields.notAfter);
    }

    function _storeGpuKey(
        bytes32 id,
        bytes calldata der,
        CertificateFields memory fields,
        bytes32 device,
        bytes32 link
    ) private {
        bytes memory above = _entries[device].data.read(BODY + POINT + 1, 64);
        bytes32 gpuId = _wordAt(above, 0);
        bytes5 chip = NvidiaCertificate.chipOf(fields.commonName, _wordAt(above, 32));
        bytes memory firmwareId = NvidiaCertificate.readAttestationKey(der, fields);
        bytes memory body = abi.encodePacked(gpuId, chip, der[fields.key:fields.key + POINT], firmwareId);
        _store(id, fields, GPU_KEY, NvidiaCertificate.NVIDIA, abi.encodePacked(device, link, body));
        emit GpuKeyVerified(id, device, gpuId, fields.notAfter);
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
        uint8 role,
        uint8 kind,
        bytes calldata hints
    ) private view returns (bytes32 link) {
        _requireTrusted(parent);
        Entry memory entry = _entries[parent];
        require(entry.role == role, CertificateRoleMismatch(parent, role, entry.role));
        require(_kindOf(entry.product) == kind, CertificateVendorMismatch(parent, entry.product));
        bytes memory key = _authority(parent);
        _requireIssuer(parent, fields.issuer);
        _requireSigned(der, fields.signed, key, parent, hints);
        link = _linkOf(key, fields.serial);
        require(!_revoked[link], CertificateRevoked(id));
    }

    function _requireIssuer(bytes32 parent, bytes32 issuer) private view {
        bytes32 subject = bytes32(_entries[parent].data.read(64, 32));
        require(issuer == subject, CertificateIssuerMismatch(subject, issuer));
    }

    /// @dev The kind of the key decides the scheme.
    function _requireSigned(
        bytes calldata der,
        SignedParts memory signed,
        bytes memory key,
        bytes32 parent,
        bytes calldata hints
    ) private view {
        bytes calldata message = der[signed.start:signed.stop];
        bool genuine;
        if (key.length == MODULUS) {
            genuine = rsa.verify(message, der[signed.signature:signed.signatureStop], key);
        } else {
            bytes memory pair = X509.pairOf(der, signed.signature, signed.signatureStop);
            (bytes32 head, bytes16 tail) = hash.sha384(message);
            genuine = p384.verifyWithHints(abi.encodePacked(head, tail), pair, key, hints);
        }
        require(genuine, CertificateSignatureInvalid(parent));
    }

    /// @dev The common name is a prefix and the product's name.
    function _requireName(bytes32 found, bytes4 prefix, uint8 product) private pure {
        bytes32 expected = bytes32(abi.encodePacked(prefix, AmdCertificate.nameOf(product)));
        require(found == expected, CertificateNameMismatch(expected, found));
    }

    /// @dev The key of an authority.
    function _authority(bytes32 id) private view returns (bytes memory key) {
        uint8 role = _entries[id].role;
        require(role != 0, CertificateUnknown(id));
        require(role != VCEK, CertificateRoleMismatch(id, INTERMEDIATE, role));
        require(role != GPU_KEY, CertificateRoleMismatch(id, DEVICE, role));
        return _entries[id].data.read(BODY, _lengthOf(_kindOf(_entries[id].product)));
    }

    function _dataOf(bytes32 id, uint8 role) private view returns (bytes memory) {
        uint8 found = _entries[id].role;
        require(found == role, CertificateRoleMismatch(id, role, found));
        return _entries[id].data.read();
    }

    /// @dev The kind of the keys of a product's authorities.
    function _kindOf(uint8 product) private pure returns (uint8) {
        return product == NvidiaCertificate.NVIDIA ? X509.EC_P384 : X509.RSA_4096;
    }

    function _lengthOf(uint8 kind) private pure returns (uint256) {
        return kind == X509.EC_P384 ? POINT : MODULUS;
    }

    function _roleBelow(uint8 role) private pure returns (uint8) {
        return role == ROOT ? INTERMEDIATE : role == INTERMEDIATE ? PROVISIONER : DEVICE;
    }

    function _linkOf(bytes memory key, uint256 serial) private pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(key), serial));
    }

    function _wordAt(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }

    function _slice(bytes memory data, uint256 offset, uint256 length) private pure returns (bytes memory slice) {
        slice = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(slice, 0x20), add(add(data, 0x20), offset), length)
        }
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
