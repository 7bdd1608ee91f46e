// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DcapQuote} from "../../../src/evidence/dcap/DcapQuote.sol";
import {Levels, TcbEvaluation} from "../../../src/evidence/dcap/TcbEvaluation.sol";
import {IDcapCertificates} from "../../../src/interfaces/IDcapCertificates.sol";
import {IDcapCollateral} from "../../../src/interfaces/IDcapCollateral.sol";
import {DcapReaders} from "./DcapReaders.sol";
import {EmulatedIntel} from "./EmulatedIntel.sol";

/// @notice Whatever is submitted: an answer with its reason, and never a false accept.
contract DcapFuzzTest is EmulatedIntel {
    uint8 private constant TDX = 0x81;
    uint256 private constant FIRST = 1_794_441_600;
    uint256 private constant LAST = 1_797_033_600;
    bytes4 private constant PANIC = 0x4e487b71;

    DcapReaders private _readers;
    bytes32 private _root;
    bytes32 private _authority;
    bytes32 private _signer;
    bytes32 private _pck;

    function setUp() external {
        deployEmulated("tdx-v4");
        _readers = new DcapReaders();
        (bytes32 pck,, bytes memory problem) = submit(_evidence);
        assertEq(problem, "", "submitted");
        _pck = pck;
        _root = _certificates.idOf(_evidence.root, 0);
        _authority = _certificates.idOf(_evidence.authority, _root);
        _signer = _certificates.idOf(_evidence.signer, _root);
    }

    function testFuzz_certificate_readsOrSaysWhyNot(bytes calldata noise, uint256 place, uint256 length) external view {
        answers(abi.encodeCall(_readers.certificate, (garbled(_evidence.pck, noise, place, length))));
        answers(abi.encodeCall(_readers.certificate, (noise)));
    }

    function testFuzz_list_readsOrSaysWhyNot(bytes calldata noise, uint256 place, uint256 length) external view {
        answers(abi.encodeCall(_readers.list, (garbled(_evidence.pckList, noise, place, length))));
        answers(abi.encodeCall(_readers.list, (noise)));
    }

    function testFuzz_tcbInfo_readsOrSaysWhyNot(bytes calldata noise, uint256 place, uint256 length) external view {
        answers(abi.encodeCall(_readers.tcbInfo, (garbled(_evidence.tcbInfo, noise, place, length))));
        answers(abi.encodeCall(_readers.tcbInfo, (noise)));
    }

    function testFuzz_qeIdentity_readsOrSaysWhyNot(bytes calldata noise, uint256 place, uint256 length) external view {
        answers(abi.encodeCall(_readers.qeIdentity, (garbled(_evidence.qeIdentity, noise, place, length))));
        answers(abi.encodeCall(_readers.qeIdentity, (noise)));
    }

    function testFuzz_quote_readsOrSaysWhyNot(bytes calldata noise, uint256 place, uint256 length) external view {
        answers(abi.encodeCall(_readers.quote, (garbled(_evidence.quote, noise, place, length))));
        answers(abi.encodeCall(_readers.quote, (noise)));
    }

    function testFuzz_verify_refusesEveryChangedByte(uint256 place, uint8 value) external view {
        bytes memory quote = bytes.concat(_evidence.quote);
        // Behind the type and length of the certificates lie the certificates, which nobody reads.
        place = bound(place, 0, 48 + 584 + 4 + 128 + 6 + 384 + 64 + 2 + 32 + 5);
        quote[place] ^= bytes1(uint8(bound(value, 1, 255)));
        (bool done, bytes memory answer) = address(_dcap).staticcall(abi.encodeCall(_dcap.verify, (quote, _pck, "")));
        assertFalse(done, "accepted");
        saysWhy(answer);
    }

    function testFuzz_verify_refusesUnderAnyOtherPck(bytes32 pck) external view {
        (, bytes memory problem) = judge(_evidence.quote, pck == _pck ? bytes32(0) : pck);
        assertTrue(problem.length >= 4, "accepted");
    }

    function testFuzz_verify_acceptsOnlyWhileEverythingIsInForce(uint256 time) external {
        time = bound(time, FIRST - 60 days, LAST + 60 days);
        vm.warp(time);
        (, bytes memory problem) = judge(_evidence.quote, _pck);
        // Certificates are older than the lists and end after them, and a list once taken in was in force already.
        assertTrue((problem.length == 0) == (time <= LAST), "in force");
    }

    function testFuzz_submitPck_refusesEveryChangedByte(uint256 place, uint8 value) external {
        bytes memory certificate = bytes.concat(_evidence.pck);
        certificate[bound(place, 0, certificate.length - 1)] ^= bytes1(uint8(bound(value, 1, 255)));
        (bytes32 id, bytes memory problem) =
            send(address(_certificates), abi.encodeCall(_certificates.submitPck, (certificate, _authority)));
        // Only its signature is changed: the certificate is known by what was signed.
        assertTrue(problem.length >= 4 || id == _pck, "accepted");
    }

    function testFuzz_submitPck_refusesAnyOtherParent(bytes32 parent) external {
        (, bytes memory problem) =
            send(address(_certificates), abi.encodeCall(_certificates.submitPck, (_evidence.pck, parent)));
        assertTrue(problem.length >= 4 || parent == _authority, "accepted");
    }

    function testFuzz_verify_refusesAnotherFamily(bytes6 fmspc) external {
        if (fmspc == 0x90c06f000000) return;
        bytes memory certificate = replaced(_evidence.pck, hex"040690c06f000000", bytes.concat(hex"0406", fmspc));
        bytes32 pck = _certificates.submitPck(resigned(certificate, AUTHORITY_KEY), _authority);
        (, bytes memory problem) = judge(_evidence.quote, pck);
        assertEq(problem, abi.encodeWithSelector(IDcapCollateral.TcbInfoUnknown.selector, TDX, fmspc), "family");
    }

    function testFuzz_verify_refusesUnderARevokedAncestor(uint256 which) external {
        // The serial numbers that the emulated vendor gives: the PCK authority and TCB signing.
        bytes1 serial = which % 2 == 0 ? bytes1(0x02) : bytes1(0x03);
        bytes memory list = load(string.concat(DEVICES, "tdx-v4-pck-revoked")).pckList;
        bytes memory entry = hex"3012020100170d3236313131323030303030305a";
        entry[4] = serial;
        list = entryIn(_evidence.rootList, entry);
        _certificates.submitRevocationList(resigned(list, ROOT_KEY), _root);
        (, bytes memory problem) = judge(_evidence.quote, _pck);
        bytes32 culprit = which % 2 == 0 ? _authority : _signer;
        assertEq(problem, abi.encodeWithSelector(IDcapCertificates.CertificateRevoked.selector, culprit), "revoked");
    }

    function testFuzz_submitTcbInfo_neverGoesBack(uint256 second, uint256 number) external {
        second = bound(second, 0, 9);
        number = bound(number, 10, 25);
        bytes memory text = replaced(_evidence.tcbInfo, "2026-11-12T00:00:00Z", bytes.concat("2026-11-12T00:00:0", bytes1(uint8(0x30 + second)), "Z"));
        text = replaced(text, 'Number":17', bytes.concat('Number":', bytes(vm.toString(number))));
        (bytes32 r, bytes32 s) = halves(signed(text, SIGNER_KEY));
        (, bytes memory problem) =
            send(address(_collateral), abi.encodeCall(_collateral.submitTcbInfo, (text, r, s, _signer)));
        assertTrue((problem.length == 0) == (number >= 17), "taken");
        (uint64 issueDate,, uint16 held) = _collateral.tcbInfoDates(TDX, 0x90c06f000000);
        assertTrue(held >= 17 && issueDate >= FIRST, "went back");
    }

    function testFuzz_enclave_reachesTheLevelThatTheSlowTwinDoes(
        bytes16 components,
        uint16 pceSvn,
        bytes16[4] calldata levels,
        uint16[4] calldata pceSvns
    ) external view {
        bytes memory record = hex"0004";
        uint8 expected = 0;
        for (uint8 i = 0; i < 4; i++) {
            // Components that differ in few bytes are the ones that matter.
            bytes16 level = i < 2 ? components ^ (levels[i] & levels[i + 1] & levels[i + 2]) : levels[i];
            record = abi.encodePacked(record, level, bytes16(0), pceSvns[i], i + 1);
            if (expected == 0 && pceSvn >= pceSvns[i] && isReachedSlowly(components, level)) expected = i + 1;
        }
        bytes memory input = abi.encodeCall(_readers.enclave, (record, Levels(components, pceSvn, 1)));
        (bool done, bytes memory answer) = address(_readers).staticcall(input);
        if (expected != 0) assertEq(abi.decode(answer, (uint8)), expected, "level");
        else assertEq(bytes32(bytes4(answer)), bytes32(TcbEvaluation.PlatformTcbNotSupported.selector), "none");
        assertTrue(done == (expected != 0), "level");
    }

    function isReachedSlowly(bytes16 found, bytes16 least) private pure returns (bool) {
        for (uint256 i = 0; i < 16; i++) {
            if (found[i] < least[i]) return false;
        }
        return true;
    }

    /// @dev A list without entries, with one: behind its two times, and a second later than before.
    function entryIn(bytes memory list, bytes memory entry) private pure returns (bytes memory changed) {
        uint256 place = find(list, hex"170d") + 30;
        changed = bytes.concat(slice(list, 0, place), hex"30", bytes1(uint8(entry.length)), entry, slice(list, place, list.length));
        changed[place - 19] = bytes1(uint8(changed[place - 19]) + 1);
        uint256 start = changed[1] == 0x82 ? 4 : 3;
        require(changed[start + 1] == 0x81, NotTrue("one byte of length"));
        uint256 stop = start + 3 + uint256(uint8(changed[start + 2])) + entry.length + 2;
        bytes memory body = sequence(slice(changed, start + 3, stop));
        return sequence(bytes.concat(body, slice(changed, stop, changed.length)));
    }

    /// @dev A piece with noise put over a part of it, cut off somewhere.
    function garbled(bytes memory piece, bytes calldata noise, uint256 place, uint256 length)
        private
        pure
        returns (bytes memory changed)
    {
        // Half of them whole.
        changed = slice(piece, 0, length % 2 == 0 ? piece.length : length % piece.length);
        if (changed.length == 0) return changed;
        place = place % changed.length;
        for (uint256 i = 0; i < noise.length && i < 4 && place + i < changed.length; i++) changed[place + i] = noise[i];
    }

    function answers(bytes memory input) private view {
        (bool done, bytes memory answer) = address(_readers).staticcall(input);
        if (!done) saysWhy(answer);
    }

    function saysWhy(bytes memory answer) private pure {
        assertTrue(answer.length >= 4 && bytes4(answer) != PANIC, "a reason");
    }
}
