// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "../../../src/evidence/Der.sol";
import {X509} from "../../../src/evidence/X509.sol";
import {IntelCertificate} from "../../../src/evidence/dcap/IntelCertificate.sol";
import {IDcapCertificates, Pck} from "../../../src/interfaces/IDcapCertificates.sol";
import {IGoverned} from "../../../src/interfaces/IGoverned.sol";
import {EmulatedIntel} from "./EmulatedIntel.sol";

/// @notice Certificates and revocation lists, one fact changed and signed again.
contract DcapCertificatesTest is EmulatedIntel {
    bytes32 private _root;
    bytes32 private _authority;

    function setUp() external {
        deployEmulated("tdx-v4-pck-revoked");
        _evidence.pckList = resigned(load(string.concat(DEVICES, "tdx-v4")).pckList, AUTHORITY_KEY);
        _root = _certificates.submitRoot(_evidence.root);
        _certificates.submitRevocationList(_evidence.rootList, _root);
        _authority = _certificates.submitAuthority(_evidence.authority, _root);
        _certificates.submitRevocationList(_evidence.pckList, _authority);
    }

    function test_submitPck_keepsWhatTheSgxExtensionSays() external {
        bytes32 id = _certificates.submitPck(_evidence.pck, _authority);
        assertEq(_certificates.submitPck(_evidence.pck, _authority), id, "known ones are returned as they are");
        assertEq(_certificates.idOf(_evidence.pck, _authority), id, "id");
        Pck memory pck = _certificates.pckOf(id);
        (uint256 x, uint256 y) = vm.publicKeyP256(PCK_KEY);
        assertEq(pck.x, bytes32(x), "x");
        assertEq(pck.y, bytes32(y), "y");
        assertEq(bytes32(pck.fmspc), bytes32(bytes6(0x90c06f000000)), "FMSPC");
        assertEq(bytes32(pck.pceId), 0, "PCEID");
        assertEq(pck.pceSvn, 13, "PCESVN");
        assertEq(bytes32(pck.components), bytes32(bytes16(0x05050505050505050505050505050505)), "components");
        // The lists end on 2026-12-12, before every certificate.
        assertEq(pck.validUntil, 1_797_033_600, "valid until");
        assertTrue(_certificates.isTrusted(id), "trusted");
    }

    function test_submitPck_refusesAWrongParent() external {
        refusesPck(_evidence.pck, _root, IDcapCertificates.CertificateRoleMismatch.selector);
        refusesPck(_evidence.pck, bytes32(uint256(7)), IDcapCertificates.CertificateUnknown.selector);
        bytes32 signer = _certificates.submitAuthority(_evidence.signer, _root);
        refusesPck(_evidence.pck, signer, IDcapCertificates.CertificateRoleMismatch.selector);
        // Right name, another key.
        bytes memory other = certified(_evidence.pck, PCK_KEY, ROOT_KEY);
        refusesPck(other, _authority, IDcapCertificates.CertificateSignatureInvalid.selector);
    }

    function test_submitPck_refusesOtherNamesAndRoles() external {
        bytes memory other = replaced(_evidence.pck, "SGX PCK Certificate", "SGX PCK Sertificate");
        refusesPck(resigned(other, AUTHORITY_KEY), _authority, IDcapCertificates.CertificateNameMismatch.selector);
        other = replaced(_evidence.pck, "SGX PCK Platform CA", "SGX PCK Platform CB");
        refusesPck(resigned(other, AUTHORITY_KEY), _authority, IDcapCertificates.CertificateIssuerMismatch.selector);
        refusesPck(_evidence.authority, _authority, IDcapCertificates.CertificateNameMismatch.selector);
    }

    function test_submitPck_refusesAnotherAuthorityKeyIdentifier() external {
        bytes memory other = bytes.concat(_evidence.pck);
        uint256 place = find(other, hex"0603551d230418301680") + 11;
        other[place] ^= 0x01;
        refusesPck(resigned(other, AUTHORITY_KEY), _authority, IDcapCertificates.CertificateKeyIdentifierMismatch.selector);
    }

    function test_submitPck_refusesUnknownCriticalExtensions() external {
        // The SGX extension under another identifier, and keyUsage under one that nobody knows.
        bytes memory other = replaced(_evidence.pck, hex"06092a864886f84d010d0104", hex"06092a864886f84d010d0904");
        refusesPck(resigned(other, AUTHORITY_KEY), _authority, IntelCertificate.SgxExtensionMissing.selector);
        other = replaced(_evidence.pck, hex"0603551d0f0101ff", hex"0603551d7f0101ff");
        refusesPck(resigned(other, AUTHORITY_KEY), _authority, X509.CertificateExtensionUnknown.selector);
    }

    function test_submitPck_refusesAnotherOrderOfItems() external {
        bytes memory other = replaced(_evidence.pck, hex"060b2a864886f84d010d010202", hex"060b2a864886f84d010d010203");
        bytes memory error_ = abi.encodeWithSelector(IntelCertificate.SgxExtensionMalformed.selector, 2);
        (, bytes memory problem) = submitPck(resigned(other, AUTHORITY_KEY), _authority);
        assertEq(problem, error_, "order");
    }

    function test_submitPck_refusesTrailingBytes() external {
        refusesPck(bytes.concat(_evidence.pck, hex"00"), _authority, Der.DerTrailingBytes.selector);
    }

    function test_submitAuthority_refusesWhoMayNotSign() external {
        bytes memory other = replaced(_evidence.authority, hex"0603551d130101ff040830060101ff020100", hex"0603551d7e040b3009020100020100020100");
        (, bytes memory problem) = submitAuthority(resigned(other, ROOT_KEY));
        assertEq(bytes32(bytes4(problem)), bytes32(IDcapCertificates.CertificateAuthorityMismatch.selector), "no authority");
        other = replaced(_evidence.authority, "SGX PCK Platform CA", "SGX PCK Platfurm CA");
        (, problem) = submitAuthority(resigned(other, ROOT_KEY));
        assertEq(bytes32(bytes4(problem)), bytes32(IDcapCertificates.CertificateNameMismatch.selector), "name");
    }

    function test_submitRoot_refusesAKeyThatIsNotPinned() external {
        bytes memory other = certified(_evidence.root, 0x99, 0x99);
        (, bytes memory problem) = send(address(_certificates), abi.encodeCall(_certificates.submitRoot, (other)));
        assertEq(problem, abi.encodeWithSelector(IDcapCertificates.RootNotPinned.selector, fingerprintOf(other)), "not pinned");
        _certificates.pinRoot(fingerprintOf(other));
        assertTrue(_certificates.isTrusted(_certificates.submitRoot(other)), "pinned");
    }

    function test_unpinRoot_distrustsEverythingBelow() external {
        bytes32 id = _certificates.submitPck(_evidence.pck, _authority);
        _certificates.unpinRoot(fingerprintOf(_evidence.root));
        assertFalse(_certificates.isTrusted(id), "trusted");
        vm.expectRevert(abi.encodeWithSelector(IDcapCertificates.RootNoLongerPinned.selector, _root));
        _certificates.pckOf(id);
    }

    function test_pinRoot_belongsToTheGovernor() external {
        vm.startPrank(address(1));
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(this), address(1)));
        _certificates.pinRoot(new bytes(48));
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(this), address(1)));
        _certificates.unpinRoot(new bytes(48));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IDcapCertificates.FingerprintLengthInvalid.selector, 48, 47));
        _certificates.pinRoot(new bytes(47));
        vm.expectRevert(abi.encodeWithSelector(IDcapCertificates.RootNotPinned.selector, new bytes(48)));
        _certificates.unpinRoot(new bytes(48));
    }

    function test_submitRevocationList_revokesAPckThatIsHeld() external {
        bytes32 id = _certificates.submitPck(_evidence.pck, _authority);
        bytes memory list = later(resigned(load(string.concat(DEVICES, "tdx-v4-pck-revoked")).pckList, AUTHORITY_KEY));
        vm.prank(address(0xbeef));
        _certificates.submitRevocationList(resigned(list, AUTHORITY_KEY), _authority);
        vm.expectRevert(abi.encodeWithSelector(IDcapCertificates.CertificateRevoked.selector, id));
        _certificates.pckOf(id);
        // A later list that no longer names it changes nothing.
        list = resigned(later(later(_evidence.pckList)), AUTHORITY_KEY);
        _certificates.submitRevocationList(list, _authority);
        assertFalse(_certificates.isTrusted(id), "trusted again");
    }

    function test_submitRevocationList_isNeverReplacedByAnOlderOne() external {
        bytes memory newer = resigned(later(_evidence.pckList), AUTHORITY_KEY);
        _certificates.submitRevocationList(newer, _authority);
        (uint64 thisUpdate,) = _certificates.revocationListOf(_authority);
        vm.expectRevert(
            abi.encodeWithSelector(IDcapCertificates.RevocationListSuperseded.selector, _authority, thisUpdate, thisUpdate - 1)
        );
        _certificates.submitRevocationList(_evidence.pckList, _authority);
        // The one that is held is passed over.
        _certificates.submitRevocationList(newer, _authority);
    }

    function test_submitRevocationList_refusesAnotherIssuer() external {
        (, bytes memory problem) = submitList(_evidence.rootList, _authority);
        assertEq(bytes32(bytes4(problem)), bytes32(IDcapCertificates.RevocationListIssuerMismatch.selector), "name");
        (, problem) = submitList(resigned(later(_evidence.pckList), ROOT_KEY), _authority);
        assertEq(problem, abi.encodeWithSelector(IDcapCertificates.RevocationListSignatureInvalid.selector, _authority), "key");
        bytes32 id = _certificates.submitPck(_evidence.pck, _authority);
        (, problem) = submitList(_evidence.pckList, id);
        assertEq(problem, abi.encodeWithSelector(IDcapCertificates.CertificateRoleMismatch.selector, id, 2, 4), "role");
    }

    function test_pckOf_refusesOutsideEveryPeriodOfTheWay() external {
        bytes32 id = _certificates.submitPck(_evidence.pck, _authority);
        vm.warp(1_797_033_600);
        _certificates.pckOf(id);
        vm.warp(1_797_033_601);
        vm.expectRevert(
            abi.encodeWithSelector(IDcapCertificates.RevocationListStale.selector, _authority, 1_797_033_600, 1_797_033_601)
        );
        _certificates.pckOf(id);
        vm.warp(3_000_000_000);
        (, bytes memory problem) = send(address(_certificates), abi.encodeCall(_certificates.pckOf, (id)));
        assertEq(bytes32(bytes4(problem)), bytes32(IDcapCertificates.CertificateExpired.selector), "expired");
        vm.warp(1);
        (, problem) = send(address(_certificates), abi.encodeCall(_certificates.pckOf, (id)));
        assertEq(bytes32(bytes4(problem)), bytes32(IDcapCertificates.CertificateNotYetValid.selector), "not yet");
    }

    function test_submitPck_refusesWithoutARevocationListOfItsAuthority() external {
        deploy(fingerprintOf(_evidence.root));
        bytes32 root = _certificates.submitRoot(_evidence.root);
        (, bytes memory problem) =
            send(address(_certificates), abi.encodeCall(_certificates.submitAuthority, (_evidence.authority, root)));
        assertEq(problem, abi.encodeWithSelector(IDcapCertificates.RevocationListMissing.selector, root), "no root list");
        _certificates.submitRevocationList(_evidence.rootList, root);
        bytes32 authority = _certificates.submitAuthority(_evidence.authority, root);
        (, problem) = submitPck(_evidence.pck, authority);
        assertEq(problem, abi.encodeWithSelector(IDcapCertificates.RevocationListMissing.selector, authority), "no PCK list");
    }

    /// @dev A list whose thisUpdate is a second later.
    function later(bytes memory list) private pure returns (bytes memory changed) {
        changed = bytes.concat(list);
        // The last digit of the first UTCTime.
        uint256 place = find(changed, hex"170d") + 2 + 11;
        changed[place] = bytes1(uint8(changed[place]) + 1);
    }

    function refusesPck(bytes memory certificate, bytes32 parent, bytes4 selector) private {
        (, bytes memory problem) = submitPck(certificate, parent);
        assertEq(bytes32(bytes4(problem)), bytes32(selector), "PCK");
    }

    function submitPck(bytes memory certificate, bytes32 parent) private returns (bytes32, bytes memory) {
        return send(address(_certificates), abi.encodeCall(_certificates.submitPck, (certificate, parent)));
    }

    function submitAuthority(bytes memory certificate) private returns (bytes32, bytes memory) {
        return send(address(_certificates), abi.encodeCall(_certificates.submitAuthority, (certificate, _root)));
    }

    function submitList(bytes memory list, bytes32 issuer) private returns (bytes32, bytes memory) {
        return send(address(_certificates), abi.encodeCall(_certificates.submitRevocationList, (list, issuer)));
    }
}
