// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Der} from "../../src/evidence/Der.sol";
import {RevocationList} from "../../src/evidence/RevocationList.sol";
import {X509} from "../../src/evidence/X509.sol";
import {ICertificateCache, RootPin} from "../../src/interfaces/ICertificateCache.sol";
import {SnpFixture} from "./SnpFixture.sol";

contract RevocationListTest is SnpFixture {
    uint256 private constant REVOKED = 0x020001;
    uint8 private constant NVIDIA = 4;
    string private _json;
    bytes32 private _ark;
    bytes32 private _gpuRoot;
    bytes32 private _mute;

    function setUp() external {
        _json = vm.readFile("test/evidence/revocation.json");
        RootPin[] memory pins = new RootPin[](3);
        pins[0] = RootPin(GENOA, part("fingerprints", "ark"));
        pins[1] = RootPin(TURIN, part("fingerprints", "mute"));
        pins[2] = RootPin(NVIDIA, part("fingerprints", "gpuRoot"));
        deploy(pins);
        _ark = _cache.submitRoot(part("certificates", "ark"));
        _mute = _cache.submitRoot(part("certificates", "mute"));
        _gpuRoot = _cache.submitGpuCertificate(part("certificates", "gpuRoot"), 0, "");
    }

    function test_submitRevocationList_cutsOffACertificateThatIsHeld() external {
        bytes32 old = _cache.submitIntermediate(part("certificates", "askRevoked"), _ark);
        bytes32 current = _cache.submitIntermediate(part("certificates", "askCurrent"), _ark);
        vm.prank(address(0xa1)); // anyone
        _cache.submitRevocationList(list("ofAsk"), _ark, "");
        vm.snapshotGasLastCall("evidence", "CertificateCache submitRevocationList of one, RSA");
        assertTrue(_cache.isRevoked(_ark, REVOKED), "the serial number");
        assertFalse(_cache.isTrusted(old), "the revoked one");
        assertTrue(_cache.isTrusted(current), "the current one");
    }

    function test_submitRevocationList_refusesACertificateBroughtLater() external {
        _cache.submitRevocationList(list("ofAsk"), _ark, "");
        bytes memory input = abi.encodeCall(_cache.submitIntermediate, (part("certificates", "askRevoked"), _ark));
        (bool done, bytes memory answer) = address(_cache).call(input);
        bytes memory expected = abi.encodeWithSelector(
            ICertificateCache.CertificateRevoked.selector, _cache.idOf(part("certificates", "askRevoked"), _ark)
        );
        assertRefused(done, answer, expected, "a revoked ASK");
        _cache.submitIntermediate(part("certificates", "askCurrent"), _ark);
    }

    function test_submitRevocationList_cutsOffAnAuthorityOfGpus() external {
        bytes32 identity = _cache.submitGpuCertificate(part("certificates", "identity"), _gpuRoot, "");
        assertTrue(_cache.isTrusted(identity), "before");
        _cache.submitRevocationList(list("ofGpu"), _gpuRoot, "");
        vm.snapshotGasLastCall("evidence", "CertificateCache submitRevocationList of one, P-384");
        assertFalse(_cache.isTrusted(identity), "after");
    }

    function test_submitRevocationList_readsLongListsOnceAndAnswersAtOnce() external {
        _cache.submitRevocationList(list("ofMany"), _ark, "");
        uint256 all = vm.snapshotGasLastCall("evidence", "CertificateCache submitRevocationList of 300, RSA");
        assertLe(all, 16_777_216, "one transaction");
        for (uint256 i = 0; i < 300; i++) assertTrue(_cache.isRevoked(_ark, 0x030000 + i), "an entry");
        assertFalse(_cache.isRevoked(_ark, 0x030000 + 300), "one more");
        bytes32 current = _cache.submitIntermediate(part("certificates", "askCurrent"), _ark);
        uint256 before = gasleft();
        _cache.isTrusted(current);
        uint256 spent = before - gasleft();
        assertLe(spent, 20_000, "whatever the list's length");
    }

    function test_submitRevocationList_saysWhatIsNew() external {
        vm.expectEmit();
        emit ICertificateCache.CertificateRevokedBy(_ark, REVOKED);
        vm.expectEmit();
        emit ICertificateCache.RevocationListVerified(_ark, 1_729_658_184, 1_796_259_600, 1);
        _cache.submitRevocationList(list("ofAsk"), _ark, "");
        vm.expectEmit();
        emit ICertificateCache.RevocationListVerified(_ark, 1_729_658_184, 1_796_259_600, 0);
        _cache.submitRevocationList(list("ofAsk"), _ark, "");
    }

    function test_submitRevocationList_takesNothingBack() external {
        _cache.submitRevocationList(list("ofAsk"), _ark, "");
        _cache.submitRevocationList(list("ofNobody"), _ark, "");
        assertTrue(_cache.isRevoked(_ark, REVOKED), "revoked once");
    }

    function test_submitRevocationList_acceptsGenuineVariants() external {
        _cache.submitRevocationList(list("withReason"), _ark, "");
        assertTrue(_cache.isRevoked(_ark, 0x020005), "with a reason");
        // What was revoked stays so, however old the list is.
        _cache.submitRevocationList(list("pastItsNextUpdate"), _ark, "");
        assertTrue(_cache.isRevoked(_ark, REVOKED), "past its next update");
        _cache.submitRevocationList(list("withCriticalNumber"), _ark, "");
    }

    function test_submitRevocationList_refusesEachDeparture() external {
        refuses("signedByAnother", _ark, ICertificateCache.CertificateSignatureInvalid.selector);
        refuses("issuedByAnother", _ark, ICertificateCache.CertificateIssuerMismatch.selector);
        refuses("ofVersion1", _ark, RevocationList.RevocationListVersionUnsupported.selector);
        refuses("notYetValid", _ark, ICertificateCache.RevocationListNotYetValid.selector);
        refuses("delta", _ark, RevocationList.RevocationListExtensionUnknown.selector);
        refuses("partial", _ark, RevocationList.RevocationListExtensionUnknown.selector);
        refuses("indirect", _ark, RevocationList.RevocationListExtensionUnknown.selector);
        refuses("withNegativeSerial", _ark, Der.DerIntegerInvalid.selector);
        refuses("ofPkcs1", _ark, X509.CertificateAlgorithmUnsupported.selector);
        refuses("byMute", _mute, ICertificateCache.CertificateNotListSigner.selector);
        refuses("ofGpuSignedByAnother", _gpuRoot, ICertificateCache.CertificateSignatureInvalid.selector);
        refuses("ofGpuByRsa", _gpuRoot, X509.CertificateAlgorithmUnsupported.selector);
        refuses("ofGpu", _ark, X509.CertificateAlgorithmUnsupported.selector);
        refuses("ofAsk", bytes32(uint256(1)), ICertificateCache.CertificateUnknown.selector);
        assertFalse(_cache.isRevoked(_ark, REVOKED), "nothing was revoked");
    }

    function test_submitRevocationList_refusesListsOfWhoIsNotTrusted() external {
        bytes memory fingerprint_ = part("fingerprints", "ark");
        _cache.unpinRoot(fingerprint_);
        refuses("ofAsk", _ark, ICertificateCache.RootNoLongerPinned.selector);
    }

    function test_submitRevocationList_refusesListsOfALeaf() external {
        deployEmulated();
        bytes32 ask = _cache.submitIntermediate(certificate("ask"), _cache.submitRoot(certificate("ark")));
        bytes32 leaf = _cache.submitVcek(certificate("vcek"), ask);
        refuses("ofAsk", leaf, ICertificateCache.CertificateRoleMismatch.selector);
    }

    /// @notice Whatever byte is changed, nothing is revoked and the refusal says why.
    function testFuzz_submitRevocationList_refusesAnyFlippedByte(uint256 seed, uint8 change) external {
        vm.assume(change != 0);
        bytes memory der = list("ofGpu");
        der[bound(seed, 0, der.length - 1)] ^= bytes1(change);
        refusesList(der, _gpuRoot, "a flipped byte");
        assertFalse(_cache.isRevoked(_gpuRoot, REVOKED), "nothing was revoked");
    }

    function testFuzz_submitRevocationList_refusesNoise(bytes calldata noise) external {
        refusesList(noise, _ark, "noise");
        refusesList(noise, _gpuRoot, "noise");
    }

    function refusesList(bytes memory der, bytes32 issuer, string memory what) private {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitRevocationList, (der, issuer, "")));
        assertFalse(done, what);
        assertTrue(answer.length >= 4, "a reason");
    }

    function refuses(string memory label, bytes32 issuer, bytes4 selector) private {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitRevocationList, (list(label), issuer, "")));
        assertRefused(done, answer, selector, label);
    }

    function list(string memory label) private view returns (bytes memory) {
        return part("lists", label);
    }

    function part(string memory group, string memory label) private view returns (bytes memory) {
        return vm.parseJsonBytes(_json, string.concat(".", group, ".", label));
    }
}
