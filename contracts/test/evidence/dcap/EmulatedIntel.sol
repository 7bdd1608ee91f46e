// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISha384} from "../../../src/interfaces/ISha384.sol";
import {DcapFixture, Evidence} from "./DcapFixture.sol";

/// @notice The emulated evidence of /vectors/evidence with every key replaced by one that is known here, so that a test may change any
/// fact and sign again: certificates, lists, collateral and quotes.
abstract contract EmulatedIntel is DcapFixture {
    uint256 internal constant ROOT_KEY = 0x1001;
    uint256 internal constant AUTHORITY_KEY = 0x1002;
    uint256 internal constant SIGNER_KEY = 0x1003;
    uint256 internal constant PCK_KEY = 0x1004;
    uint256 internal constant ATTESTATION_KEY = 0x1005;
    // 2026-11-22 12:00 UTC; the collateral is of 2026-11-12 to 2026-12-12.
    uint256 internal constant NOW = 1_795_348_800;
    string internal constant DEVICES = "../vectors/evidence/devices/";
    bytes private constant KEY_HEAD = hex"3059301306072a8648ce3d020106082a8648ce3d03010703420004";

    Evidence internal _evidence;

    /// @notice Deploys under the replaced root and prepares the evidence of a folder.
    function deployEmulated(string memory folder) internal {
        vm.warp(NOW);
        Evidence memory evidence = load(string.concat(DEVICES, folder));
        evidence.root = certified(evidence.root, ROOT_KEY, ROOT_KEY);
        evidence.authority = certified(evidence.authority, AUTHORITY_KEY, ROOT_KEY);
        evidence.signer = certified(evidence.signer, SIGNER_KEY, ROOT_KEY);
        evidence.pck = certified(evidence.pck, PCK_KEY, AUTHORITY_KEY);
        evidence.rootList = resigned(evidence.rootList, ROOT_KEY);
        evidence.pckList = resigned(evidence.pckList, AUTHORITY_KEY);
        evidence.tcbInfoSignature = signed(evidence.tcbInfo, SIGNER_KEY);
        evidence.qeIdentitySignature = signed(evidence.qeIdentity, SIGNER_KEY);
        evidence.quote = quoted(evidence.quote);
        _evidence = evidence;
        vm.warp(NOW);
        deploy(fingerprintOf(evidence.root));
    }

    /// @notice SHA-384 of a certificate's SubjectPublicKeyInfo.
    function fingerprintOf(bytes memory certificate) internal returns (bytes memory) {
        if (address(_hash) == address(0)) _hash = ISha384(vm.deployCode("Sha384.sol:Sha384"));
        uint256 start = find(certificate, KEY_HEAD);
        (bytes32 head, bytes16 tail) = _hash.sha384(slice(certificate, start, start + KEY_HEAD.length + 64));
        return abi.encodePacked(head, tail);
    }

    /// @notice A certificate with another key, signed by an issuer.
    function certified(bytes memory certificate, uint256 key, uint256 issuer) internal pure returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        bytes memory changed = bytes.concat(certificate);
        put(changed, find(certificate, KEY_HEAD) + KEY_HEAD.length, abi.encode(x, y));
        return resigned(changed, issuer);
    }

    /// @notice A certificate or a list, signed by an issuer.
    function resigned(bytes memory der, uint256 issuer) internal pure returns (bytes memory) {
        uint256 start = uint8(der[1]) == 0x82 ? 4 : uint8(der[1]) == 0x81 ? 3 : 2;
        bytes memory body = slice(der, start, start + elementLength(der, start));
        (bytes32 r, bytes32 s) = vm.signP256(issuer, sha256(body));
        bytes memory pair = sequence(bytes.concat(integer(r), integer(s)));
        bytes memory bits = bytes.concat(hex"03", bytes1(uint8(pair.length + 1)), hex"00", pair);
        return sequence(bytes.concat(body, hex"300a06082a8648ce3d040302", bits));
    }

    /// @notice r and s over a text.
    function signed(bytes memory text, uint256 key) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(key, sha256(text));
        return abi.encodePacked(r, s);
    }

    /// @notice A quote of version 3 or 4 with this attestation key, vouched for by this PCK.
    function quoted(bytes memory quote) internal pure returns (bytes memory changed) {
        changed = bytes.concat(quote);
        uint256 body = quote[4] == 0 ? 384 : 584;
        uint256 signature = 48 + body + 4;
        uint256 report = signature + 128 + (quote[0] == 0x03 ? 0 : 6);
        (uint256 x, uint256 y) = vm.publicKeyP256(ATTESTATION_KEY);
        put(changed, signature + 64, abi.encode(x, y));
        uint256 length = uint8(quote[report + 448]) + 256 * uint256(uint8(quote[report + 449]));
        bytes memory authentication = slice(quote, report + 450, report + 450 + length);
        put(changed, report + 320, abi.encode(sha256(bytes.concat(abi.encode(x, y), authentication)), bytes32(0)));
        put(changed, report + 384, signed(slice(changed, report, report + 384), PCK_KEY));
        put(changed, signature, signed(slice(changed, 0, 48 + body), ATTESTATION_KEY));
    }

    /// @notice Bytes with the first occurrence of a text replaced by one as long.
    function replaced(bytes memory data, bytes memory from, bytes memory to) internal pure returns (bytes memory changed) {
        require(from.length == to.length, NotTrue("as long as before"));
        changed = bytes.concat(data);
        put(changed, find(data, from), to);
    }

    /// @notice Bytes with the last occurrence of a text replaced by one of any length.
    function substituted(bytes memory data, bytes memory from, bytes memory to) internal pure returns (bytes memory changed) {
        for (uint256 i = data.length - from.length;; i--) {
            if (data[i] != from[0] || keccak256(slice(data, i, i + from.length)) != keccak256(from)) continue;
            return bytes.concat(slice(data, 0, i), to, slice(data, i + from.length, data.length));
        }
    }

    function find(bytes memory data, bytes memory text) internal pure returns (uint256) {
        for (uint256 i = 0; i + text.length <= data.length; i++) {
            if (data[i] == text[0] && keccak256(slice(data, i, i + text.length)) == keccak256(text)) return i;
        }
        revert NotTrue("found");
    }

    function slice(bytes memory data, uint256 start, uint256 end) internal pure returns (bytes memory part) {
        part = new bytes(end - start);
        assembly ("memory-safe") {
            mcopy(add(part, 0x20), add(add(data, 0x20), start), sub(end, start))
        }
    }

    function put(bytes memory data, uint256 offset, bytes memory part) internal pure {
        require(offset + part.length <= data.length, NotTrue("inside"));
        assembly ("memory-safe") {
            mcopy(add(add(data, 0x20), offset), add(part, 0x20), mload(part))
        }
    }

    function elementLength(bytes memory der, uint256 start) private pure returns (uint256) {
        uint256 first = uint8(der[start + 1]);
        if (first < 0x80) return 2 + first;
        if (first == 0x81) return 3 + uint8(der[start + 2]);
        return 4 + 256 * uint256(uint8(der[start + 2])) + uint8(der[start + 3]);
    }

    function sequence(bytes memory contents) internal pure returns (bytes memory) {
        uint256 length = contents.length;
        if (length < 0x80) return bytes.concat(hex"30", bytes1(uint8(length)), contents);
        if (length < 0x100) return bytes.concat(hex"3081", bytes1(uint8(length)), contents);
        return bytes.concat(hex"3082", bytes2(uint16(length)), contents);
    }

    function integer(bytes32 value) private pure returns (bytes memory) {
        uint256 start = 0;
        while (start < 31 && value[start] == 0) start++;
        bytes memory digits = slice(bytes.concat(value), start, 32);
        if (uint8(digits[0]) >= 0x80) digits = bytes.concat(hex"00", digits);
        return bytes.concat(hex"02", bytes1(uint8(digits.length)), digits);
    }
}
