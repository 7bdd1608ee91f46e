// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AmdCertificate} from "../../src/evidence/AmdCertificate.sol";
import {Der} from "../../src/evidence/Der.sol";
import {ICertificateCache, Vcek} from "../../src/interfaces/ICertificateCache.sol";
import {IGoverned} from "../../src/interfaces/IGoverned.sol";
import {X509} from "../../src/evidence/X509.sol";
import {SnpFixture} from "./SnpFixture.sol";

contract CertificateCacheTest is SnpFixture {
    bytes32 private _root;
    bytes32 private _ask;
    bytes32 private _turinAsk;

    function setUp() external {
        deployEmulated();
        _root = _cache.submitRoot(certificate("ark"));
        _ask = _cache.submitIntermediate(certificate("ask"), _root);
        _turinAsk = _cache.submitIntermediate(certificate("askTurin"), _cache.submitRoot(certificate("arkTurin")));
    }

    // What is accepted, and what it says.

    function test_submitVcek_readsTheKeyTheChipAndTheLevels() external {
        Vcek memory vcek = _cache.vcekOf(_cache.submitVcek(certificate("vcek"), _ask));
        bytes memory genuine = report("genuine");
        assertEq(vcek.product, MILAN, "product");
        assertEq(vcek.validUntil, 1_956_528_000, "valid until 2032-01-01");
        assertEq(bytes32(vcek.tcb), bytes32(bytes8(0x04000000000018db)), "levels");
        assertEq(vcek.chipId, keccak256(slice(genuine, 0x1a0, 64)), "chip");
        assertEq(vcek.publicKey.length, 96, "key");
    }

    function test_submitVcek_readsTurinsOrderOfLevels() external {
        Vcek memory vcek = _cache.vcekOf(_cache.submitVcek(certificate("vcekTurin"), _turinAsk));
        assertEq(vcek.product, TURIN, "product");
        assertEq(bytes32(vcek.tcb), bytes32(bytes8(0x0102030400000051)), "levels");
        assertEq(vcek.chipId, keccak256(slice(report("turin"), 0x1a0, 64)), "chip");
    }

    function test_submitVcek_acceptsGenuineVariants() external {
        string[4] memory labels =
            ["vcekReissued", "vcekInGeneralizedTime", "vcekWithUnknownExtension", "vcekWithHwidLikeDer"];
        for (uint256 i = 0; i < labels.length; i++) {
            assertTrue(_cache.isTrusted(_cache.submitVcek(certificate(labels[i]), _ask)), labels[i]);
        }
    }

    function test_submit_returnsKnownCertificatesWithoutVerifyingAgain() external {
        bytes32 id = _cache.submitVcek(certificate("vcek"), _ask);
        vm.snapshotGasLastCall("evidence", "CertificateCache submitVcek, new");
        assertEq(_cache.submitVcek(certificate("vcek"), _ask), id, "VCEK");
        vm.snapshotGasLastCall("evidence", "CertificateCache submitVcek, known");
        assertEq(_cache.submitIntermediate(certificate("ask"), _root), _ask, "ASK");
        assertEq(_cache.submitRoot(certificate("ark")), _root, "ARK");
        assertEq(_cache.idOf(certificate("vcek"), _ask), id, "identifier");
        _cache.vcekOf(id);
        vm.snapshotGasLastCall("evidence", "CertificateCache vcekOf");
    }

    // What is refused: one fact each.

    function test_submitRoot_refusesEachDeparture() external {
        refusesRoot("arkOfStrayKey", ICertificateCache.RootNotPinned.selector);
        refusesRoot("arkSignedByAnother", ICertificateCache.CertificateSignatureInvalid.selector);
        refusesRoot("arkNamedGenoa", ICertificateCache.CertificateNameMismatch.selector);
        refusesRoot("arkIssuedByAnother", ICertificateCache.CertificateIssuerMismatch.selector);
        refusesRoot("arkWithPathOfZero", ICertificateCache.CertificatePathTooLong.selector);
        refusesRoot("vcek", X509.CertificateKeyUnsupported.selector);
    }

    function test_submitIntermediate_refusesEachDeparture() external {
        refusesAsk("askSignedByAnother", ICertificateCache.CertificateSignatureInvalid.selector);
        refusesAsk("askNamedGenoa", ICertificateCache.CertificateNameMismatch.selector);
        refusesAsk("askNamedTwice", X509.CertificateNameMalformed.selector);
        refusesAsk("askIssuedByAnother", ICertificateCache.CertificateIssuerMismatch.selector);
        refusesAsk("askWithoutConstraints", X509.CertificateNotAuthority.selector);
        refusesAsk("askWithoutSigning", X509.CertificateNotAuthority.selector);
        refusesAsk("askNoAuthority", Der.DerTruncated.selector);
        refusesAsk("askWithConstraintsTwice", X509.CertificateExtensionRepeated.selector);
        refusesAsk("askWithUnknownCritical", X509.CertificateExtensionUnknown.selector);
        refusesAsk("askOfP384", X509.CertificateKeyUnsupported.selector);
        refusesAsk("askTurin", ICertificateCache.CertificateIssuerMismatch.selector);
    }

    function test_submitIntermediate_refusesAParentThatIsNoRoot() external {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitIntermediate, (certificate("ask"), bytes32(uint256(1)))));
        bytes memory expected = abi.encodeWithSelector(ICertificateCache.CertificateUnknown.selector, bytes32(uint256(1)));
        assertRefused(done, answer, expected, "unknown");
        (done, answer) = address(_cache).call(abi.encodeCall(_cache.submitIntermediate, (certificate("ask"), _ask)));
        expected = abi.encodeWithSelector(ICertificateCache.CertificateRoleMismatch.selector, _ask, 1, 2);
        assertRefused(done, answer, expected, "an intermediate");
    }

    function test_submitVcek_refusesAParentThatIsNoIntermediate() external {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitVcek, (certificate("vcek"), _root)));
        bytes memory expected = abi.encodeWithSelector(ICertificateCache.CertificateRoleMismatch.selector, _root, 2, 1);
        assertRefused(done, answer, expected, "a root");
        bytes32 leaf = _cache.submitVcek(certificate("vcek"), _ask);
        (done, answer) = address(_cache).call(abi.encodeCall(_cache.submitVcek, (certificate("vcekReissued"), leaf)));
        expected = abi.encodeWithSelector(ICertificateCache.CertificateRoleMismatch.selector, leaf, 2, 3);
        assertRefused(done, answer, expected, "a leaf");
    }

    function test_submitVcek_refusesEachDepartureInSignatureAndNames() external {
        refusesVcek("vcekSignedByAnother", ICertificateCache.CertificateSignatureInvalid.selector);
        refusesVcek("vcekWithSaltOf32", ICertificateCache.CertificateSignatureInvalid.selector);
        refusesVcek("vcekIssuedByAnother", ICertificateCache.CertificateIssuerMismatch.selector);
        refusesVcek("vcekTurin", ICertificateCache.CertificateIssuerMismatch.selector);
        refusesVcek("vlek", ICertificateCache.CertificateNameMismatch.selector);
        refusesVcek("ask", X509.CertificateKeyUnsupported.selector);
        refusesVcek("vcekOfRsa", X509.CertificateKeyUnsupported.selector);
        refusesVcek("vcekOfP256", X509.CertificateKeyUnsupported.selector);
        refusesVcek("vcekWithPkcs1", X509.CertificateAlgorithmUnsupported.selector);
        refusesVcek("vcekClaimingSaltOf32", X509.CertificateAlgorithmUnsupported.selector);
        refusesVcek("vcekWithAnotherAlgorithmOutside", X509.CertificateAlgorithmsDiffer.selector);
        refusesVcek("vcekOfVersion2", X509.CertificateVersionUnsupported.selector);
        refusesVcek("vcekWithNegativeSerial", Der.DerIntegerInvalid.selector);
        refusesVcek("vcekWithLongSerial", Der.DerIntegerInvalid.selector);
        refusesVcek("vcekWithPaddedSerial", Der.DerIntegerInvalid.selector);
    }

    function test_submitVcek_refusesEachDepartureInTimes() external {
        refusesVcek("vcekEndsBeforeItStarts", X509.CertificateValidityInvalid.selector);
        refusesVcek("vcekWithMonth13", Der.DerTimeInvalid.selector);
        refusesVcek("vcekOnFebruary29", Der.DerTimeInvalid.selector);
        refusesVcek("vcekWithoutSeconds", Der.DerTimeInvalid.selector);
    }

    function test_submitVcek_refusesEachDepartureInExtensions() external {
        refusesVcek("vcekOfStructure1", AmdCertificate.CertificateStructureMismatch.selector);
        refusesVcek("vcekOfGenoaProduct", AmdCertificate.CertificateProductMismatch.selector);
        refusesVcek("vcekOfMilan2Product", AmdCertificate.CertificateProductMismatch.selector);
        refusesVcek("vcekWithoutStructure", X509.CertificateExtensionMissing.selector);
        refusesVcek("vcekWithoutProduct", X509.CertificateExtensionMissing.selector);
        refusesVcek("vcekWithoutSnpLevel", X509.CertificateExtensionMissing.selector);
        refusesVcek("vcekWithoutHwid", X509.CertificateExtensionMissing.selector);
        refusesVcek("vcekWithLevelTwice", X509.CertificateExtensionRepeated.selector);
        refusesVcek("vcekWithLevel256", X509.CertificateExtensionInvalid.selector);
        refusesVcek("vcekWithTrailingLevelByte", Der.DerTrailingBytes.selector);
        refusesVcek("vcekWithHwidOf8", X509.CertificateExtensionInvalid.selector);
        refusesVcek("vcekWithUnknownCritical", X509.CertificateExtensionUnknown.selector);
        refusesVcekUnder("vcekTurinWithoutFmc", _turinAsk, X509.CertificateExtensionMissing.selector);
        refusesVcekUnder("vcekTurinWithHwidOf64", _turinAsk, X509.CertificateExtensionInvalid.selector);
    }

    function test_submitVcek_refusesTrailingBytes() external {
        (bool done, bytes memory answer) = address(_cache).call(
            abi.encodeCall(_cache.submitVcek, (abi.encodePacked(certificate("vcek"), bytes1(0)), _ask))
        );
        assertRefused(done, answer, Der.DerTrailingBytes.selector, "a byte behind the certificate");
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 100000
    function testFuzz_submitVcek_refusesOrIgnoresAnyFlippedByte(uint256 seed, uint8 change) external {
        bytes memory der = certificate("vcek");
        uint256 place = bound(seed, 0, der.length - 1);
        vm.assume(change != 0);
        der[place] ^= bytes1(change);
        (bool done,) = address(_cache).call(abi.encodeCall(_cache.submitVcek, (der, _ask)));
        assertFalse(done, "a flipped byte");
    }

    function testFuzz_submitVcek_refusesNoise(bytes calldata noise) external {
        (bool done,) = address(_cache).call(abi.encodeCall(_cache.submitVcek, (noise, _ask)));
        assertFalse(done, "noise");
    }

    // Time.

    function test_vcekOf_refusesOutsideTheLeafsTimes() external {
        bytes32 id = _cache.submitVcek(certificate("vcek"), _ask);
        vm.warp(1_956_528_000);
        assertTrue(_cache.isTrusted(id), "the last second");
        vm.warp(1_956_528_001);
        vm.expectRevert(
            abi.encodeWithSelector(ICertificateCache.CertificateExpired.selector, id, 1_956_528_000, 1_956_528_001)
        );
        _cache.vcekOf(id);
        vm.warp(1_735_689_600);
        assertTrue(_cache.isTrusted(id), "the first second");
        vm.warp(1_735_689_599);
        vm.expectRevert(
            abi.encodeWithSelector(ICertificateCache.CertificateNotYetValid.selector, id, 1_735_689_600, 1_735_689_599)
        );
        _cache.vcekOf(id);
    }

    function test_vcekOf_refusesTimesThatNeverHold() external {
        bytes32 expired = _cache.submitVcek(certificate("vcekExpired"), _ask);
        bytes32 early = _cache.submitVcek(certificate("vcekNotYetValid"), _ask);
        assertFalse(_cache.isTrusted(expired), "expired");
        assertFalse(_cache.isTrusted(early), "not yet valid");
    }

    function test_vcekOf_endsWithItsIntermediate() external {
        vm.warp(1_755_000_000); // August 2025
        bytes32 ask = _cache.submitIntermediate(certificate("askExpired"), _root);
        bytes32 id = _cache.submitVcek(certificate("vcek"), ask);
        assertEq(_cache.vcekOf(id).validUntil, 1_761_157_460, "2025-10-22 18:24:20");
        vm.warp(1_761_157_461);
        vm.expectRevert(
            abi.encodeWithSelector(ICertificateCache.CertificateExpired.selector, ask, 1_761_157_460, 1_761_157_461)
        );
        _cache.vcekOf(id);
    }

    // Revocation and roots.

    function test_revoke_cutsOffTheCertificateAndItsLeaves() external {
        bytes32 id = _cache.submitVcek(certificate("vcek"), _ask);
        assertFalse(_cache.isRevoked(_root, 0x010001), "before");
        _cache.revoke(_root, 0x010001);
        assertTrue(_cache.isRevoked(_root, 0x010001), "after");
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.CertificateRevoked.selector, _ask));
        _cache.vcekOf(id);
        refusesVcek("vcekReissued", ICertificateCache.CertificateRevoked.selector);
    }

    function test_revoke_reachesCertificatesNotYetSeen() external {
        _cache.revoke(_root, 0x010002);
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitIntermediate, (certificate("askIssuedLater"), _root)));
        assertRefused(done, answer, ICertificateCache.CertificateRevoked.selector, "revoked before it was submitted");
        assertTrue(_cache.isTrusted(_ask), "another serial");
    }

    function test_revoke_ofSerialZeroCutsOffEveryChipOfTheIntermediate() external {
        bytes32 id = _cache.submitVcek(certificate("vcek"), _ask);
        _cache.revoke(_ask, 0);
        assertFalse(_cache.isTrusted(id), "leaf");
        assertTrue(_cache.isTrusted(_ask), "intermediate");
    }

    function test_unpinRoot_cutsOffEverythingBelow() external {
        bytes32 id = _cache.submitVcek(certificate("vcek"), _ask);
        _cache.unpinRoot(fingerprint("ark"));
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.RootNoLongerPinned.selector, _root));
        _cache.vcekOf(id);
        assertTrue(_cache.isTrusted(_turinAsk), "another root");
        _cache.pinRoot(MILAN, fingerprint("ark"));
        assertTrue(_cache.isTrusted(id), "pinned again");
        // A key pinned for another product does not vouch for this one.
        _cache.pinRoot(GENOA, fingerprint("ark"));
        assertFalse(_cache.isTrusted(id), "pinned for another product");
    }

    function test_pinRoot_refusesOtherProductsAndLengths() external {
        bytes memory stray = fingerprint("stray");
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.ProductUnknown.selector, 5));
        _cache.pinRoot(5, stray);
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.ProductUnknown.selector, 0));
        _cache.pinRoot(0, stray);
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.FingerprintLengthInvalid.selector, 48, 32));
        _cache.pinRoot(MILAN, abi.encode(1));
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.RootNotPinned.selector, stray));
        _cache.unpinRoot(stray);
        _cache.pinRoot(MILAN, stray);
        assertEq(_cache.pinOf(stray), MILAN, "pinned");
        assertTrue(_cache.isTrusted(_cache.submitRoot(certificate("arkOfStrayKey"))), "its certificate");
    }

    function test_governedFunctions_refuseOthers() external {
        bytes memory pin = fingerprint("ark");
        bytes[3] memory calls = [
            abi.encodeCall(_cache.pinRoot, (MILAN, pin)),
            abi.encodeCall(_cache.unpinRoot, (pin)),
            abi.encodeCall(_cache.revoke, (_root, 1))
        ];
        bytes memory expected =
            abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(this), address(0xbad));
        for (uint256 i = 0; i < calls.length; i++) {
            vm.prank(address(0xbad));
            (bool done, bytes memory answer) = address(_cache).call(calls[i]);
            assertRefused(done, answer, expected, "governed");
        }
    }

    function test_revoke_refusesIssuersThatHoldNoAuthority() external {
        bytes32 id = _cache.submitVcek(certificate("vcek"), _ask);
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.CertificateRoleMismatch.selector, id, 2, 3));
        _cache.revoke(id, 0);
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.CertificateUnknown.selector, bytes32(0)));
        _cache.revoke(0, 0);
    }

    // Which intermediate a name leads to.

    function test_intermediateFor_prefersTheOneIssuedLastAmongTrusted() external {
        bytes memory vcek = certificate("vcek");
        assertEq(_cache.intermediateFor(vcek), _ask, "the only one");
        bytes32 later = _cache.submitIntermediate(certificate("askIssuedLater"), _root);
        assertEq(_cache.intermediateFor(vcek), later, "the one issued last");
        _cache.revoke(_root, 0x010002);
        _cache.submitIntermediate(certificate("askExpired"), _root);
        assertEq(_cache.intermediateFor(vcek), later, "an expired one does not displace");
        vm.expectRevert();
        _cache.intermediateFor(hex"3000");
    }

    function test_intermediateFor_refusesUnknownNames() external view {
        bytes memory vcek = certificate("vcekIssuedByAnother");
        (bool done, bytes memory answer) =
            address(_cache).staticcall(abi.encodeCall(_cache.intermediateFor, (vcek)));
        assertRefused(done, answer, ICertificateCache.IntermediateUnknown.selector, "SEV-Genoa");
    }

    function refusesRoot(string memory label, bytes4 selector) private {
        (bool done, bytes memory answer) = address(_cache).call(abi.encodeCall(_cache.submitRoot, (certificate(label))));
        assertRefused(done, answer, selector, label);
    }

    function refusesAsk(string memory label, bytes4 selector) private {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitIntermediate, (certificate(label), _root)));
        assertRefused(done, answer, selector, label);
    }

    function refusesVcek(string memory label, bytes4 selector) private {
        refusesVcekUnder(label, _ask, selector);
    }

    function refusesVcekUnder(string memory label, bytes32 ask, bytes4 selector) private {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitVcek, (certificate(label), ask)));
        assertRefused(done, answer, selector, label);
    }

    function slice(bytes memory data, uint256 offset, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; i++) part[i] = data[offset + i];
    }
}
