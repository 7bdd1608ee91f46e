// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CollateralJson} from "../../../src/evidence/dcap/CollateralJson.sol";
import {JsonText} from "../../../src/evidence/dcap/JsonText.sol";
import {IDcapCertificates} from "../../../src/interfaces/IDcapCertificates.sol";
import {IDcapCollateral} from "../../../src/interfaces/IDcapCollateral.sol";
import {IGoverned} from "../../../src/interfaces/IGoverned.sol";
import {EmulatedIntel} from "./EmulatedIntel.sol";

/// @notice TCB info and QE identities, changed and signed again.
/// forge-config: default.isolate = true
contract DcapCollateralTest is EmulatedIntel {
    uint8 private constant TDX = 0x81;
    bytes6 private constant FMSPC = 0x90c06f000000;
    bytes32 private _root;
    bytes32 private _signer;

    function setUp() external {
        deployEmulated("tdx-v4");
        _root = _certificates.submitRoot(_evidence.root);
        _certificates.submitRevocationList(_evidence.rootList, _root);
        _signer = _certificates.submitAuthority(_evidence.signer, _root);
    }

    function test_submitTcbInfo_keepsWhatAnyoneSubmits() external {
        vm.prank(address(0xbeef));
        publish(_evidence.tcbInfo);
        (uint64 issueDate, uint64 nextUpdate, uint16 number) = _collateral.tcbInfoDates(TDX, FMSPC);
        assertEq(issueDate, 1_794_441_600, "issue date");
        assertEq(nextUpdate, 1_797_033_600, "next update");
        assertEq(number, 17, "number");
        (bytes2 pceId, uint16 found, uint64 validUntil, bytes memory record) = _collateral.tcbInfoOf(TDX, FMSPC);
        assertEq(bytes32(pceId), 0, "PCEID");
        assertEq(found, 17, "number");
        assertEq(validUntil, 1_797_033_600, "valid until");
        // Two modules, of which the second has one level, and one level of the platform.
        assertEq(record.length, 1 + 66 + 69 + 1 + 35, "record");
        assertEq(uint8(record[0]), 2, "modules");
        assertEq(uint8(record[67]), 1, "version of the second");
    }

    function test_submitTcbInfo_refusesBytesThatIntelDidNotSign() external {
        (bytes32 r, bytes32 s) = halves(_evidence.tcbInfoSignature);
        bytes memory text = replaced(_evidence.tcbInfo, '"pcesvn":13', '"pcesvn":12');
        bytes memory error_ = abi.encodeWithSelector(IDcapCollateral.CollateralSignatureInvalid.selector, _signer);
        assertEq(submitSigned(text, r, s, _signer), error_, "changed");
        error_ = abi.encodeWithSelector(IDcapCertificates.CertificateRoleMismatch.selector, _root, 3, 1);
        assertEq(submitSigned(_evidence.tcbInfo, r, s, _root), error_, "no signer");
    }

    function test_submitTcbInfo_neverGoesBack() external {
        publish(replaced(_evidence.tcbInfo, "2026-11-12T00:00:00Z", "2026-11-12T00:00:01Z"));
        bytes memory error_ = abi.encodeWithSelector(
            IDcapCollateral.CollateralSuperseded.selector, 1_794_441_601, 1_794_441_600, 17, 17
        );
        assertEq(problemOf(_evidence.tcbInfo), error_, "older");
        bytes memory text = replaced(_evidence.tcbInfo, "2026-11-12T00:00:00Z", "2026-11-12T00:00:02Z");
        text = replaced(text, 'Number":17', 'Number":16');
        error_ = abi.encodeWithSelector(
            IDcapCollateral.CollateralSuperseded.selector, 1_794_441_601, 1_794_441_602, 17, 16
        );
        assertEq(problemOf(text), error_, "lower number");
        publish(replaced(text, 'Number":16', 'Number":18'));
    }

    function test_submitTcbInfo_passesOverWhatIsHeld() external {
        publish(_evidence.tcbInfo);
        vm.recordLogs();
        publish(_evidence.tcbInfo);
        assertEq(vm.getRecordedLogs().length, 0, "events");
    }

    function test_setLeastEvaluationNumber_holdsForWhatIsHeldToo() external {
        publish(_evidence.tcbInfo);
        _collateral.setLeastEvaluationNumber(18);
        bytes memory error_ = abi.encodeWithSelector(IDcapCollateral.CollateralRolledBack.selector, 18, 17);
        vm.expectRevert(error_);
        _collateral.tcbInfoOf(TDX, FMSPC);
        assertEq(problemOf(_evidence.tcbInfo), error_, "submitted");
        vm.prank(address(1));
        vm.expectRevert(abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(this), address(1)));
        _collateral.setLeastEvaluationNumber(0);
    }

    function test_tcbInfoOf_refusesAfterItsSignerIsCutOff() external {
        publish(_evidence.tcbInfo);
        _certificates.unpinRoot(fingerprintOf(_evidence.root));
        vm.expectRevert(abi.encodeWithSelector(IDcapCertificates.RootNoLongerPinned.selector, _root));
        _collateral.tcbInfoOf(TDX, FMSPC);
    }

    function test_tcbInfoOf_namesTheDateWhenItIsPast() external {
        publish(_evidence.tcbInfo);
        vm.warp(1_797_033_601);
        bytes memory error_ =
            abi.encodeWithSelector(IDcapCollateral.CollateralExpired.selector, TDX, FMSPC, 1_797_033_600, 1_797_033_601);
        vm.expectRevert(error_);
        _collateral.tcbInfoOf(TDX, FMSPC);
    }

    function test_submitTcbInfo_refusesBeforeItsTime() external {
        bytes memory text = replaced(_evidence.tcbInfo, "2026-11-12T00:00:00Z", "2026-11-22T12:00:01Z");
        assertEq(
            problemOf(text), abi.encodeWithSelector(IDcapCollateral.CollateralNotYetValid.selector, NOW + 1, NOW), "early"
        );
    }

    function test_tcbInfoOf_refusesAnotherFamily() external {
        publish(_evidence.tcbInfo);
        vm.expectRevert(abi.encodeWithSelector(IDcapCollateral.TcbInfoUnknown.selector, TDX, bytes6(0x90c06f000001)));
        _collateral.tcbInfoOf(TDX, 0x90c06f000001);
        vm.expectRevert(abi.encodeWithSelector(IDcapCollateral.TcbInfoUnknown.selector, 0, FMSPC));
        _collateral.tcbInfoOf(0, FMSPC);
        vm.expectRevert(abi.encodeWithSelector(IDcapCollateral.QeIdentityUnknown.selector, TDX));
        _collateral.qeIdentityOf(TDX);
    }

    function test_submitTcbInfo_refusesAnotherShape() external {
        bytes memory text = _evidence.tcbInfo;
        refuses(bytes.concat(text, " "), CollateralJson.JsonTrailingBytes.selector);
        refuses(slice(text, 0, text.length - 1), JsonText.JsonUnexpected.selector);
        refuses(replaced(text, '"version":3', '"version":2'), JsonText.JsonUnexpected.selector);
        refuses(replaced(text, '"fmspc":"90C06F000000"', '"fmspc":"90C06F00000g"'), JsonText.JsonHexInvalid.selector);
        refuses(replaced(text, '"fmspc":"90C06F000000"', '"fmspc": "90C06F00000"'), JsonText.JsonHexInvalid.selector);
        refuses(replaced(text, "2026-11-12T00:00:00Z", "2026-02-30T00:00:00Z"), JsonText.JsonTimeInvalid.selector);
        refuses(replaced(text, '"svn":5}', '"svn":05'), JsonText.JsonNumberInvalid.selector);
        refuses(substituted(text, '"UpToDate"', '"Splendid"'), CollateralJson.StatusUnknown.selector);
        // What levels come to is nothing that is published, and a module is never in want of configuration.
        refuses(substituted(text, '"UpToDate"', '"TDRelaunchAdvised"'), CollateralJson.StatusUnknown.selector);
        refuses(
            substituted(text, '"UpToDate"}]}],', '"ConfigurationNeeded"}]}],'), CollateralJson.StatusUnknown.selector
        );
        refuses(substituted(text, '"UpToDate"', '"UpTo\\u0044ate"'), JsonText.JsonStringInvalid.selector);
        refuses(substituted(text, '"svn":0}', '"svn":256}'), JsonText.JsonNumberInvalid.selector);
        refuses(substituted(text, '"pcesvn":13', '"pcesvn":65536'), JsonText.JsonNumberInvalid.selector);
        refuses(substituted(text, '"pcesvn":13', '"pcesvn":-1'), JsonText.JsonNumberInvalid.selector);
        refuses(substituted(text, '{"svn":0}]', '{"svn":0},{"svn":0}]'), JsonText.JsonUnexpected.selector);
        refuses(substituted(text, ',"tcbDate"', ',"tcbDatum"'), JsonText.JsonUnexpected.selector);
        refuses(replaced(text, "TDX_01", "TDX_0a"), JsonText.JsonHexInvalid.selector);
    }

    function test_submitTcbInfo_readsWhatIntelMayAdd() external {
        bytes memory text = substituted(_evidence.tcbInfo, '"UpToDate"', '"UpToDate","advisoryIDs":["INTEL-SA-00001","INTEL-SA-00002"]');
        text = substituted(text, '{"svn":0}', '{"svn":0,"category":"OS/VMM","type":"TDX Module"}');
        publish(text);
    }

    function test_submitTcbInfo_costs() external {
        publish(_evidence.tcbInfo);
        vm.snapshotGasLastCall("dcap", "DcapCollateral submitTcbInfo, TDX, one level");
        (bytes32 r, bytes32 s) = halves(_evidence.qeIdentitySignature);
        _collateral.submitQeIdentity(_evidence.qeIdentity, r, s, _signer);
        vm.snapshotGasLastCall("dcap", "DcapCollateral submitQeIdentity");
    }

    function test_submitQeIdentity_refusesAnotherShape() external {
        bytes memory text = _evidence.qeIdentity;
        bytes[] memory others = new bytes[](4);
        others[0] = replaced(text, '"version":2', '"version":3');
        others[1] = replaced(text, "TD_QE", "TD_QF");
        others[2] = bytes.concat(text, "}");
        others[3] = replaced(text, '"isvprodid":2', '"isvprodix":2');
        for (uint256 i = 0; i < others.length; i++) {
            (bytes32 r, bytes32 s) = halves(signed(others[i], SIGNER_KEY));
            bytes memory input = abi.encodeCall(_collateral.submitQeIdentity, (others[i], r, s, _signer));
            (, bytes memory problem) = send(address(_collateral), input);
            bytes4 expected = i == 2 ? CollateralJson.JsonTrailingBytes.selector : JsonText.JsonUnexpected.selector;
            assertEq(bytes32(bytes4(problem)), bytes32(expected), vm.toString(i));
        }
    }

    function refuses(bytes memory text, bytes4 selector) private {
        assertEq(bytes32(bytes4(problemOf(text))), bytes32(selector), string(text));
    }

    function problemOf(bytes memory text) private returns (bytes memory) {
        (bytes32 r, bytes32 s) = halves(signed(text, SIGNER_KEY));
        return submitSigned(text, r, s, _signer);
    }

    function submitSigned(bytes memory text, bytes32 r, bytes32 s, bytes32 signer) private returns (bytes memory problem) {
        (, problem) = send(address(_collateral), abi.encodeCall(_collateral.submitTcbInfo, (text, r, s, signer)));
    }

    function publish(bytes memory text) private {
        (bytes32 r, bytes32 s) = halves(signed(text, SIGNER_KEY));
        _collateral.submitTcbInfo(text, r, s, _signer);
    }
}
