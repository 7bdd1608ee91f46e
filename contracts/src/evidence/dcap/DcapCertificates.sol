// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governed} from "../../governance/Governed.sol";
import {IDcapCertificates, Pck} from "../../interfaces/IDcapCertificates.sol";
import {IP256Verifier} from "../../interfaces/IP256Verifier.sol";
import {ISha384} from "../../interfaces/ISha384.sol";
import {DataContract} from "../DataContract.sol";
import {IntelCertificate, IntelFields, SgxFields} from "./IntelCertificate.sol";
import {IntelRevocationList, ListFields} from "./IntelRevocationList.sol";

/// @title Intel's certificates and revocation lists for SGX and TDX, each verified once under its parent
/// @dev An entry is one slot; what is read with it lies in a data contract:
/// parent (32) | parent's key (32) | link (32) | x (32) | y (32), and behind it
/// subject (32) | subject key identifier (32) | first byte of keyUsage (1) for authorities,
/// PPID (16) | components (16) | FMSPC (6) | PCEID (2) | PCESVN (2) for PCK certificates.
/// A key is keccak256 of x and y. The link is what may cut a certificate off: keccak256 of a root's fingerprint, else of the parent's
/// key and the serial number.
contract DcapCertificates is Governed, IDcapCertificates {
    using DataContract for address;

    /// @dev One slot; times in Unix seconds.
    struct Entry {
        address data;
        uint40 notBefore;
        uint40 notAfter;
        uint8 role;
    }

    /// @dev When the revocation list of a key was issued, and until when it is in force.
    struct List {
        uint64 thisUpdate;
        uint64 nextUpdate;
    }

    uint8 private constant ROOT = 1;
    uint8 private constant AUTHORITY = 2;
    uint8 private constant SIGNER = 3;
    uint8 private constant LEAF = 4;
    uint256 private constant KEY = 96;
    uint256 private constant BODY = 160;
    bytes32 private constant PLATFORM_NAME = "Intel SGX PCK Platform CA";
    bytes32 private constant PROCESSOR_NAME = "Intel SGX PCK Processor CA";
    bytes32 private constant SIGNER_NAME = "Intel SGX TCB Signing";
    bytes32 private constant LEAF_NAME = "Intel SGX PCK Certificate";

    /// @notice The verifier of every signature.
    IP256Verifier public immutable p256;
    /// @notice The hash of root fingerprints.
    ISha384 public immutable hash;

    mapping(bytes32 id => Entry entry) private _entries;
    mapping(bytes32 link => bool pinned) private _pins;
    mapping(bytes32 link => bool revoked) private _revoked;
    mapping(bytes32 key => List list) private _lists;

    constructor(address initialGovernor, IP256Verifier p256Verifier, ISha384 sha384, bytes[] memory pins)
        Governed(initialGovernor)
    {
        p256 = p256Verifier;
        hash = sha384;
        for (uint256 i = 0; i < pins.length; i++) _pin(pins[i]);
    }

    /// @inheritdoc IDcapCertificates
    function pinRoot(bytes calldata fingerprint) external onlyGovernor {
        _pin(fingerprint);
    }

    /// @inheritdoc IDcapCertificates
    function unpinRoot(bytes calldata fingerprint) external onlyGovernor {
        require(_pins[keccak256(fingerprint)], RootNotPinned(fingerprint));
        delete _pins[keccak256(fingerprint)];
        emit RootUnpinned(fingerprint);
    }

    /// @inheritdoc IDcapCertificates
    function submitRoot(bytes calldata certificate) external returns (bytes32 id) {
        id = idOf(certificate, 0);
        if (_entries[id].role != 0) return id;
        IntelFields memory fields = IntelCertificate.parse(certificate);
        (bytes32 head, bytes16 tail) = hash.sha384(certificate[fields.keyStart:fields.keyStop]);
        bytes memory fingerprint = abi.encodePacked(head, tail);
        require(_pins[keccak256(fingerprint)], RootNotPinned(fingerprint));
        _requireAuthority(fields);
        require(fields.pathLength >= 1, CertificatePathTooLong(1, fields.pathLength));
        require(fields.issuer == fields.subject, CertificateIssuerMismatch(fields.subject, fields.issuer));
        _requireKeyIdentifier(fields, fields.subjectKey);
        // A root signs itself: this proves nothing about the pinned key, but that these bytes are its owner's.
        _requireSigned(certificate, fields, fields.x, fields.y, 0);
        _store(id, 0, fields, ROOT, _authorityData(0, 0, keccak256(fingerprint), fields));
        _requireTrusted(id);
    }

    /// @inheritdoc IDcapCertificates
    function submitAuthority(bytes calldata certificate, bytes32 root) external returns (bytes32 id) {
        id = idOf(certificate, root);
        if (_entries[id].role != 0) return id;
        IntelFields memory fields = IntelCertificate.parse(certificate);
        bytes32 name = fields.commonName;
        bool isAuthority = name == PLATFORM_NAME || name == PROCESSOR_NAME;
        require(isAuthority || name == SIGNER_NAME, CertificateNameMismatch(name));
        (bytes32 key, bytes32 link) = _requireIssued(certificate, fields, root, ROOT);
        if (isAuthority) _requireAuthority(fields);
        _store(id, root, fields, isAuthority ? AUTHORITY : SIGNER, _authorityData(root, key, link, fields));
        _requireTrusted(id);
    }

    /// @inheritdoc IDcapCertificates
    function submitPck(bytes calldata certificate, bytes32 authority) external returns (bytes32 id) {
        id = idOf(certificate, authority);
        if (_entries[id].role != 0) return id;
        IntelFields memory fields = IntelCertificate.parse(certificate);
        require(fields.commonName == LEAF_NAME, CertificateNameMismatch(fields.commonName));
        require(!fields.isAuthority, CertificateAuthorityMismatch(false));
        SgxFields memory sgx = IntelCertificate.readSgx(certificate, fields);
        (bytes32 key, bytes32 link) = _requireIssued(certificate, fields, authority, AUTHORITY);
        bytes memory body = abi.encodePacked(sgx.ppid, sgx.components, sgx.fmspc, sgx.pceId, sgx.pceSvn);
        _store(id, authority, fields, LEAF, abi.encodePacked(authority, key, link, fields.x, fields.y, body));
        _requireTrusted(id);
    }

    /// @inheritdoc IDcapCertificates
    function submitRevocationList(bytes calldata list, bytes32 issuer) external {
        ListFields memory fields = IntelRevocationList.parse(list);
        _requireTrusted(issuer);
        uint8 role = _entries[issuer].role;
        require(role == ROOT || role == AUTHORITY, CertificateRoleMismatch(issuer, AUTHORITY, role));
        bytes memory data = _entries[issuer].data.read();
        (bytes32 x, bytes32 y) = (_word(data, KEY), _word(data, KEY + 32));
        bytes32 key = keccak256(abi.encode(x, y));
        bytes32 subject = _word(data, BODY);
        require(fields.issuer == subject, RevocationListIssuerMismatch(subject, fields.issuer));
        subject = _word(data, BODY + 32);
        bool same = fields.authorityKey == subject || fields.authorityKey == 0 || subject == 0;
        require(same, RevocationListIssuerMismatch(subject, fields.authorityKey));
        require(uint8(data[BODY + 64]) & IntelCertificate.CRL_SIGN != 0, RevocationListNotAllowed(issuer));
        bytes32 digest = sha256(list[fields.signedStart:fields.signedStop]);
        bool valid = p256.verify(digest, bytes32(fields.r), bytes32(fields.s), x, y);
        require(valid, RevocationListSignatureInvalid(issuer));
        _keep(list, fields, issuer, key);
    }

    /// @inheritdoc IDcapCertificates
    function isPinned(bytes calldata fingerprint) external view returns (bool) {
        return _pins[keccak256(fingerprint)];
    }

    /// @inheritdoc IDcapCertificates
    function pckOf(bytes32 id) external view returns (Pck memory pck) {
        bytes memory data;
        (pck.validUntil, data) = _requireRole(id, LEAF);
        pck.x = _word(data, KEY);
        pck.y = _word(data, KEY + 32);
        pck.ppid = bytes16(_word(data, BODY));
        pck.components = bytes16(_word(data, BODY + 16));
        uint256 tail = uint256(_word(data, BODY + 10));
        pck.fmspc = bytes6(uint48(tail >> 32));
        pck.pceId = bytes2(uint16(tail >> 16));
        pck.pceSvn = uint16(tail);
    }

    /// @inheritdoc IDcapCertificates
    function signerOf(bytes32 id) external view returns (bytes32 x, bytes32 y, uint64 validUntil) {
        bytes memory data;
        (validUntil, data) = _requireRole(id, SIGNER);
        (x, y) = (_word(data, KEY), _word(data, KEY + 32));
    }

    /// @inheritdoc IDcapCertificates
    function isTrusted(bytes32 id) external view returns (bool) {
        (bytes memory problem,,) = _judge(id);
        return problem.length == 0;
    }

    /// @inheritdoc IDcapCertificates
    function isRevoked(bytes32 issuer, uint256 serial) external view returns (bool) {
        return _revoked[_linkOf(_keyOf(issuer), serial)];
    }

    /// @inheritdoc IDcapCertificates
    function revocationListOf(bytes32 issuer) external view returns (uint64 thisUpdate, uint64 nextUpdate) {
        List memory list = _lists[_keyOf(issuer)];
        return (list.thisUpdate, list.nextUpdate);
    }

    /// @inheritdoc IDcapCertificates
    function idOf(bytes calldata certificate, bytes32 parent) public pure returns (bytes32) {
        (uint256 start, uint256 stop) = IntelCertificate.signedPartOf(certificate);
        return keccak256(abi.encode(parent, keccak256(certificate[start:stop])));
    }

    function _pin(bytes memory fingerprint) private {
        require(fingerprint.length == 48, FingerprintLengthInvalid(48, fingerprint.length));
        _pins[keccak256(fingerprint)] = true;
        emit RootPinned(fingerprint);
    }

    function _store(bytes32 id, bytes32 parent, IntelFields memory fields, uint8 role, bytes memory data) private {
        _entries[id] = Entry(DataContract.write(data), uint40(fields.notBefore), uint40(fields.notAfter), role);
        emit CertificateVerified(id, parent, role, fields.notAfter);
    }

    /// @dev Keeps a list whose signature holds.
    function _keep(bytes calldata list, ListFields memory fields, bytes32 issuer, bytes32 key) private {
        uint256 time = block.timestamp;
        require(time >= fields.thisUpdate, RevocationListNotYetValid(issuer, fields.thisUpdate, time));
        require(time <= fields.nextUpdate, RevocationListStale(issuer, fields.nextUpdate, time));
        uint64 held = _lists[key].thisUpdate;
        require(fields.thisUpdate >= held, RevocationListSuperseded(issuer, held, fields.thisUpdate));
        if (fields.thisUpdate == held && fields.nextUpdate == _lists[key].nextUpdate) return;
        _lists[key] = List(fields.thisUpdate, fields.nextUpdate);
        uint256 offset = fields.entriesStart;
        while (offset != fields.entriesStop) {
            uint256 serial;
            (serial, offset) = IntelRevocationList.nextEntry(list, offset, fields.entriesStop);
            bytes32 link = _linkOf(key, serial);
            if (_revoked[link]) continue;
            _revoked[link] = true;
            emit SerialRevoked(issuer, serial);
        }
        emit RevocationListVerified(issuer, fields.thisUpdate, fields.nextUpdate);
    }

    /// @dev Requires that a certificate was issued by a trusted parent of a role, and returns the parent's key and the link to it.
    function _requireIssued(bytes calldata der, IntelFields memory fields, bytes32 parent, uint8 role)
        private
        view
        returns (bytes32 key, bytes32 link)
    {
        (, bytes memory data) = _requireRole(parent, role);
        require(fields.issuer == _word(data, BODY), CertificateIssuerMismatch(_word(data, BODY), fields.issuer));
        _requireKeyIdentifier(fields, _word(data, BODY + 32));
        (bytes32 x, bytes32 y) = (_word(data, KEY), _word(data, KEY + 32));
        _requireSigned(der, fields, x, y, parent);
        key = keccak256(abi.encode(x, y));
        link = _linkOf(key, fields.serial);
    }

    function _requireSigned(bytes calldata der, IntelFields memory fields, bytes32 x, bytes32 y, bytes32 parent) private view {
        bytes32 digest = sha256(der[fields.signedStart:fields.signedStop]);
        bool valid = p256.verify(digest, bytes32(fields.r), bytes32(fields.s), x, y);
        require(valid, CertificateSignatureInvalid(parent));
    }

    function _requireKeyIdentifier(IntelFields memory fields, bytes32 subjectKey) private pure {
        bool same = fields.authorityKey == subjectKey || fields.authorityKey == 0 || subjectKey == 0;
        require(same, CertificateKeyIdentifierMismatch(subjectKey, fields.authorityKey));
    }

    function _requireAuthority(IntelFields memory fields) private pure {
        bool isAuthority = fields.isAuthority && fields.usage & IntelCertificate.KEY_CERT_SIGN != 0;
        require(isAuthority, CertificateAuthorityMismatch(true));
    }

    function _authorityData(bytes32 parent, bytes32 key, bytes32 link, IntelFields memory fields)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            parent, key, link, fields.x, fields.y, fields.subject, fields.subjectKey, fields.usage
        );
    }

    /// @dev The key of a root or an authority.
    function _keyOf(bytes32 id) private view returns (bytes32) {
        uint8 role = _entries[id].role;
        require(role != 0, CertificateUnknown(id));
        require(role == ROOT || role == AUTHORITY, CertificateRoleMismatch(id, AUTHORITY, role));
        return keccak256(_entries[id].data.read(KEY, 64));
    }

    function _linkOf(bytes32 key, uint256 serial) private pure returns (bytes32) {
        return keccak256(abi.encode(key, serial));
    }

    function _word(bytes memory data, uint256 offset) private pure returns (bytes32 word) {
        // Every offset lies inside what _store wrote.
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }

    function _requireRole(bytes32 id, uint8 role) private view returns (uint64 validUntil, bytes memory data) {
        (validUntil, data) = _requireTrusted(id);
        uint8 found = _entries[id].role;
        require(found == role, CertificateRoleMismatch(id, role, found));
    }

    function _requireTrusted(bytes32 id) private view returns (uint64 validUntil, bytes memory data) {
        bytes memory problem;
        (problem, validUntil, data) = _judge(id);
        if (problem.length == 0) return (validUntil, data);
        assembly ("memory-safe") {
            revert(add(problem, 0x20), mload(problem))
        }
    }

    /// @dev Walks from a certificate to its root; at most three steps, because a parent's role is below its child's.
    /// @return problem The error to revert with; no bytes when the certificate is trusted.
    /// @return validUntil When the first certificate or list of the path ends.
    /// @return data What is held of the certificate.
    function _judge(bytes32 id) private view returns (bytes memory problem, uint64 validUntil, bytes memory data) {
        uint256 time = block.timestamp;
        validUntil = type(uint64).max;
        while (true) {
            Entry memory entry = _entries[id];
            if (entry.role == 0) return (abi.encodeWithSelector(CertificateUnknown.selector, id), 0, data);
            if (time < entry.notBefore) {
                return (abi.encodeWithSelector(CertificateNotYetValid.selector, id, entry.notBefore, time), 0, data);
            }
            if (time > entry.notAfter) {
                return (abi.encodeWithSelector(CertificateExpired.selector, id, entry.notAfter, time), 0, data);
            }
            if (entry.notAfter < validUntil) validUntil = entry.notAfter;
            bytes memory held = entry.data.read();
            if (data.length == 0) data = held;
            bytes32 link = _word(held, 64);
            if (entry.role == ROOT) {
                if (!_pins[link]) problem = abi.encodeWithSelector(RootNoLongerPinned.selector, id);
                return (problem, validUntil, data);
            }
            bytes32 parent = _word(held, 0);
            uint64 nextUpdate = _lists[_word(held, 32)].nextUpdate;
            if (nextUpdate == 0) return (abi.encodeWithSelector(RevocationListMissing.selector, parent), 0, data);
            if (time > nextUpdate) {
                return (abi.encodeWithSelector(RevocationListStale.selector, parent, nextUpdate, time), 0, data);
            }
            if (nextUpdate < validUntil) validUntil = nextUpdate;
            if (_revoked[link]) return (abi.encodeWithSelector(CertificateRevoked.selector, id), 0, data);
            id = parent;
        }
    }
}
