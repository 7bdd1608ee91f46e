// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DcapQuote} from "../../../src/evidence/dcap/DcapQuote.sol";
import {DcapVerifier} from "../../../src/evidence/dcap/DcapVerifier.sol";
import {TcbEvaluation} from "../../../src/evidence/dcap/TcbEvaluation.sol";
import {IDcapCertificates} from "../../../src/interfaces/IDcapCertificates.sol";
import {IDcapCollateral} from "../../../src/interfaces/IDcapCollateral.sol";
import {DcapFacts} from "../../../src/interfaces/IDcapVerifier.sol";
import {IGoverned} from "../../../src/interfaces/IGoverned.sol";
import {EmulatedIntel} from "./EmulatedIntel.sol";

/// @notice Quotes of a trust domain, one fact changed and everything signed again.
/// forge-config: default.isolate = true
contract DcapVerifierTest is EmulatedIntel {
    uint256 private constant BODY = 48;
    uint256 private constant AUTHENTICATION_STOP = 48 + 584 + 4 + 128 + 6 + 384 + 64 + 2 + 32;
    bytes32 private _pck;

    function setUp() external {
        deployEmulated("tdx-v4");
        (bytes32 pck, uint256 stage, bytes memory problem) = submit(_evidence);
        assertEq(problem, "", "submitted");
        assertEq(stage, 3, "submitted");
        _pck = pck;
    }

    function test_verify_saysWhatTheQuoteSays() external view {
        bytes memory quote = _evidence.quote;
        DcapFacts memory facts = _dcap.verify(quote, _pck, "");
        assertEq(facts.tee, 0x81, "tee");
        assertEq(facts.status, 1, "status");
        assertEq(facts.evaluationNumber, 17, "evaluation number");
        assertEq(facts.pck, _pck, "pck");
        assertEq(facts.chipId, keccak256(abi.encodePacked(_certificates.pckOf(_pck).ppid)), "chip");
        assertEq(facts.measurement, keccak256(slice(quote, BODY + 136, BODY + 520)), "measurement");
        assertEq(facts.reportData0, bytes32(slice(quote, BODY + 520, BODY + 552)), "report data");
        assertEq(facts.reportData1, bytes32(slice(quote, BODY + 552, BODY + 584)), "report data");
        assertEq(facts.reportId, keccak256(slice(quote, 0, BODY + 584)), "report");
        // The collateral ends on 2026-12-12, before every certificate.
        assertEq(facts.validUntil, 1_797_033_600, "valid until");
    }

    function test_verify_takesAQuoteWithoutItsCertificates() external {
        bytes memory quote = cut();
        DcapFacts memory facts = _dcap.verify(quote, _pck, "");
        uint256 gas = vm.snapshotGasLastCall("dcap", "DcapVerifier verify, TDX, collateral cached");
        vm.snapshotValue("dcap", "DcapVerifier verify, TDX, collateral cached, calldata bytes", quote.length + 132);
        assertLe(gas, 250_000, "gas");
        assertEq(facts.reportId, _dcap.verify(_evidence.quote, _pck, "").reportId, "one report");
    }

    function test_verify_refusesAQuoteCutElsewhere() external view {
        bytes memory quote = _evidence.quote;
        for (uint256 length = 0; length < AUTHENTICATION_STOP + 300; length += 37) {
            if (length == AUTHENTICATION_STOP) continue;
            (, bytes memory problem) = judge(slice(quote, 0, length), _pck);
            assertEq(bytes32(bytes4(problem)), bytes32(DcapQuote.QuoteTruncated.selector), "cut");
        }
    }

    function test_verify_ignoresWhatFollowsTheQuote() external view {
        _dcap.verify(bytes.concat(_evidence.quote, hex"ff00ff"), _pck, "");
    }

    function test_verify_refusesAnUnknownPck() external view {
        refuses(_evidence.quote, bytes32(uint256(1)), abi.encodeWithSelector(IDcapCertificates.CertificateUnknown.selector, 1));
    }

    function test_verify_refusesACertificateThatIsNoPck() external {
        bytes32 root = _certificates.submitRoot(_evidence.root);
        bytes memory error_ = abi.encodeWithSelector(IDcapCertificates.CertificateRoleMismatch.selector, root, 4, 1);
        refuses(_evidence.quote, root, error_);
    }

    function test_verify_refusesDebug() external view {
        bytes memory quote = changed(BODY + 120, hex"01");
        refuses(quote, _pck, abi.encodeWithSelector(DcapVerifier.DebugEnabled.selector, 0x10000001));
    }

    function test_verify_refusesVirtualizationExceptions() external view {
        bytes memory quote = changed(BODY + 120, hex"0000000000000000");
        refuses(quote, _pck, abi.encodeWithSelector(DcapVerifier.SeptVeEnabled.selector, 0));
    }

    function test_verify_refusesAnotherModule() external view {
        refuses(changed(BODY + 64, hex"01"), _pck, abi.encodeWithSelector(TcbEvaluation.ModuleMismatch.selector, 1));
        refuses(changed(BODY + 112, hex"01"), _pck, abi.encodeWithSelector(TcbEvaluation.ModuleMismatch.selector, 1));
        refuses(changed(BODY + 1, hex"02"), _pck, abi.encodeWithSelector(TcbEvaluation.ModuleUnknown.selector, 2));
    }

    function test_verify_refusesLevelsBelowEveryOne() external view {
        bytes memory error_ = abi.encodeWithSelector(TcbEvaluation.PlatformTcbNotSupported.selector);
        refuses(changed(BODY + 2, hex"00"), _pck, error_);
        error_ = abi.encodeWithSelector(TcbEvaluation.ModuleTcbNotSupported.selector, 1, 1);
        refuses(changed(BODY, hex"01"), _pck, error_);
    }

    function test_verify_comparesEveryComponentByItself() external {
        bytes memory error_ = abi.encodeWithSelector(TcbEvaluation.PlatformTcbNotSupported.selector);
        bytes memory text = _evidence.tcbInfo;
        uint256 place = find(text, '{"svn":5}');
        for (uint256 i = 0; i < 16; i++) {
            uint256 state = vm.snapshotState();
            bytes memory raised = bytes.concat(text);
            put(raised, place + 10 * i, '{"svn":6}');
            publish(raised);
            refuses(_evidence.quote, _pck, error_);
            vm.revertToState(state);
        }
    }

    function test_acceptStatus_decidesWhichLevelsAreGoodEnough() external {
        publish(substituted(_evidence.tcbInfo, '"UpToDate"', '"OutOfDate"'));
        refuses(_evidence.quote, _pck, abi.encodeWithSelector(DcapVerifier.TcbStatusNotAccepted.selector, 5));
        _dcap.acceptStatus(5, true);
        assertEq(_dcap.verify(_evidence.quote, _pck, "").status, 5, "status");
        _dcap.acceptStatus(5, false);
        refuses(_evidence.quote, _pck, abi.encodeWithSelector(DcapVerifier.TcbStatusNotAccepted.selector, 5));
    }

    function test_acceptStatus_neverAcceptsRevoked() external {
        vm.expectRevert(abi.encodeWithSelector(DcapVerifier.StatusUnknown.selector, 7));
        _dcap.acceptStatus(7, true);
        vm.expectRevert(abi.encodeWithSelector(DcapVerifier.StatusUnknown.selector, 0));
        _dcap.acceptStatus(0, true);
        vm.expectRevert(abi.encodeWithSelector(DcapVerifier.StatusUnknown.selector, 10));
        _dcap.acceptStatus(10, true);
    }

    function test_acceptStatus_belongsToTheGovernor() external {
        vm.prank(address(1));
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(this), address(1)));
        _dcap.acceptStatus(2, true);
    }

    function test_verify_refusesAfterTheCollateral() external {
        vm.warp(1_797_033_600);
        _dcap.verify(_evidence.quote, _pck, "");
        vm.warp(1_797_033_601);
        (, bytes memory problem) = judge(_evidence.quote, _pck);
        assertEq(bytes32(bytes4(problem)), bytes32(IDcapCertificates.RevocationListStale.selector), "stale");
    }

    function test_verify_refusesWithoutCollateral() external {
        deploy(fingerprintOf(_evidence.root));
        bytes32 root = _certificates.submitRoot(_evidence.root);
        _certificates.submitRevocationList(_evidence.rootList, root);
        bytes32 authority = _certificates.submitAuthority(_evidence.authority, root);
        _certificates.submitRevocationList(_evidence.pckList, authority);
        bytes32 pck = _certificates.submitPck(_evidence.pck, authority);
        bytes memory error_ =
            abi.encodeWithSelector(IDcapCollateral.TcbInfoUnknown.selector, 0x81, bytes6(0x90c06f000000));
        refuses(_evidence.quote, pck, error_);
    }

    /// @notice Publishes other TCB info, a second later.
    function publish(bytes memory text) private {
        text = replaced(text, "2026-11-12T00:00:00Z", "2026-11-12T00:00:01Z");
        (bytes32 r, bytes32 s) = halves(signed(text, SIGNER_KEY));
        bytes32 root = _certificates.idOf(_evidence.root, 0);
        _collateral.submitTcbInfo(text, r, s, _certificates.idOf(_evidence.signer, root));
    }

    function changed(uint256 offset, bytes memory part) private view returns (bytes memory quote) {
        quote = bytes.concat(_evidence.quote);
        put(quote, offset, part);
        quote = quoted(quote);
    }

    function cut() private view returns (bytes memory) {
        return slice(_evidence.quote, 0, AUTHENTICATION_STOP);
    }

    function refuses(bytes memory quote, bytes32 pck, bytes memory error_) private view {
        (, bytes memory problem) = judge(quote, pck);
        assertEq(problem, error_, "refused");
    }
}
