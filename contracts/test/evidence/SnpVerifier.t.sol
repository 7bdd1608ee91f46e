// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SnpReport} from "../../src/evidence/SnpReport.sol";
import {SnpVerifier} from "../../src/evidence/SnpVerifier.sol";
import {ICertificateCache} from "../../src/interfaces/ICertificateCache.sol";
import {IGoverned} from "../../src/interfaces/IGoverned.sol";
import {SnpFacts} from "../../src/interfaces/ISnpVerifier.sol";
import {SnpFixture} from "./SnpFixture.sol";

contract SnpVerifierTest is SnpFixture {
    bytes private _vcek;
    bytes32 private _root;
    bytes32 private _ask;
    bytes32 private _id;
    bytes32 private _turin;

    function setUp() external {
        deployEmulated();
        _vcek = certificate("vcek");
        _root = _cache.submitRoot(certificate("ark"));
        _ask = _cache.submitIntermediate(certificate("ask"), _root);
        _id = _cache.idOf(_vcek, _ask);
        bytes32 turinAsk = _cache.submitIntermediate(certificate("askTurin"), _cache.submitRoot(certificate("arkTurin")));
        _turin = _cache.submitVcek(certificate("vcekTurin"), turinAsk);
    }

    function test_verify_tellsWhatTheReportSays() external {
        bytes memory genuine = report("genuine");
        SnpFacts memory facts = _snp.verifyUnder(genuine, _vcek, _ask, "");
        assertEq(facts.chipId, keccak256(part(genuine, 0x1a0, 64)), "chip");
        assertEq(facts.measurement, keccak256(part(genuine, 0x90, 48)), "measurement");
        assertEq(facts.reportData0, bytes32(part(genuine, 0x50, 32)), "first half of report data");
        assertEq(facts.reportData1, bytes32(part(genuine, 0x70, 32)), "second half of report data");
        assertEq(facts.reportId, keccak256(part(genuine, 0, 0x2a0)), "report id");
        assertEq(facts.vcek, _id, "certificate");
        assertEq(bytes32(facts.reportedTcb), bytes32(bytes8(0x04000000000018db)), "levels");
        assertEq(facts.guestPolicy, 0x30000, "policy");
        assertEq(facts.platformInfo, 0x25, "platform");
        assertEq(facts.validUntil, 1_956_528_000, "valid until 2032-01-01");
        assertEq(facts.vmpl, 0, "VMPL");
        assertEq(facts.product, MILAN, "product");
    }

    function test_verify_findsTheIssuerByName() external {
        assertEq(_snp.verify(report("genuine"), _vcek, "").vcek, _id, "certificate");
    }

    function test_verify_staysWithinItsGas() external {
        bytes memory genuine = report("genuine");
        bytes memory input = abi.encodeCall(_snp.verify, (genuine, _vcek, ""));
        (bool done,) = address(_snp).call(input);
        uint256 first = vm.snapshotGasLastCall("evidence", "SnpVerifier verify, certificate new");
        assertTrue(done, "first");
        vm.snapshotValue("evidence", "SnpVerifier verify, certificate new, transaction", first + intrinsic(input));
        assertLe(first, 6_000_000, "gas with a new certificate");
        (done,) = address(_snp).call(input);
        uint256 second = vm.snapshotGasLastCall("evidence", "SnpVerifier verify, certificate known");
        vm.snapshotValue("evidence", "SnpVerifier verify, certificate known, transaction", second + intrinsic(input));
        assertTrue(done, "second");
        input = abi.encodeCall(_snp.verify, (genuine, abi.encode(_id), ""));
        (done,) = address(_snp).call(input);
        uint256 cached = vm.snapshotGasLastCall("evidence", "SnpVerifier verify, certificate named");
        vm.snapshotValue("evidence", "SnpVerifier verify, certificate named, transaction", cached + intrinsic(input));
        assertTrue(done, "cached");
    }

    function test_verify_acceptsEveryVersion() external {
        string[3] memory labels = ["genuineOfVersion2", "genuineOfVersion4", "genuineOfVersion5"];
        for (uint256 i = 0; i < labels.length; i++) {
            assertEq(_snp.verifyUnder(report(labels[i]), _vcek, _ask, "").vcek, _id, labels[i]);
        }
    }

    function test_verify_acceptsAHwidThatLooksLikeDer() external {
        bytes32 id = _cache.idOf(certificate("vcekWithHwidLikeDer"), _ask);
        assertEq(_snp.verify(report("genuineWithHwidLikeDer"), certificate("vcekWithHwidLikeDer"), "").vcek, id, "DER-like");
    }

    function test_verify_acceptsTurin() external {
        SnpFacts memory facts = _snp.verify(report("turin"), abi.encode(_turin), "");
        assertEq(facts.product, TURIN, "product");
        assertEq(bytes32(facts.reportedTcb), bytes32(bytes8(0x0102030400000051)), "levels");
    }

    function test_verify_acceptsAHighSAndKeepsTheReportId() external {
        bytes memory genuine = report("genuine");
        bytes32 reportId = _snp.verify(genuine, _vcek, "").reportId;
        negateS(genuine);
        assertEq(_snp.verify(genuine, _vcek, "").reportId, reportId, "report id");
    }

    // Shape: before any certificate is looked at, so a changed byte is answered by its own error.

    function test_verify_refusesOtherLengths() external {
        bytes memory genuine = report("genuine");
        bytes memory longer = abi.encodePacked(genuine, bytes1(0));
        refuses(longer, abi.encodeWithSelector(SnpReport.ReportLengthInvalid.selector, 1184, 1185), "longer");
        bytes memory shorter = part(genuine, 0, 1183);
        refuses(shorter, abi.encodeWithSelector(SnpReport.ReportLengthInvalid.selector, 1184, 1183), "shorter");
    }

    function test_verify_refusesOtherVersions() external {
        bytes4 selector = SnpReport.ReportVersionUnsupported.selector;
        refuses(changed(0, 1), abi.encodeWithSelector(selector, 2, 5, 1), "version 1");
        refuses(changed(0, 6), abi.encodeWithSelector(selector, 2, 5, 6), "version 6");
        refuses(changed(3, 1), abi.encodeWithSelector(selector, 2, 5, 0x01000003), "high byte of the version");
    }

    function test_verify_refusesOtherAlgorithms() external {
        bytes memory expected = abi.encodeWithSelector(SnpReport.ReportAlgorithmUnsupported.selector, 1, 2);
        refuses(changed(0x34, 2), expected, "algorithm 2");
    }

    function test_verify_refusesReservedBitsOfPolicyAndKeyInfo() external {
        for (uint256 i = 0; i < 2; i++) {
            bytes memory report_ = report("genuine");
            // POLICY bit 26, KEY_INFO bit 5.
            if (i == 0) report_[0x0b] |= 0x04;
            else report_[0x48] |= 0x20;
            (bool done, bytes memory answer) = address(_snp).call(abi.encodeCall(_snp.verify, (report_, _vcek, "")));
            assertRefused(done, answer, SnpReport.ReportReservedNotZero.selector, "a bit without a meaning");
        }
    }

    function test_verify_refusesReservedBytes() external {
        uint16[2][13] memory reserved = [
            [uint16(0x4c), 0x4c], [uint16(0x4f), 0x4c], [uint16(0x18b), 0x18b], [uint16(0x19f), 0x18b],
            [uint16(0x1eb), 0x1eb], [uint16(0x1ef), 0x1ef], [uint16(0x1f8), 0x1f8], [uint16(0x200), 0x1f8],
            [uint16(0x208), 0x1f8], [uint16(0x29f), 0x1f8], [uint16(0x330), 0x330], [uint16(0x3ff), 0x330],
            [uint16(0x49f), 0x330]
        ];
        for (uint256 i = 0; i < reserved.length; i++) {
            bytes memory expected =
                abi.encodeWithSelector(SnpReport.ReportReservedNotZero.selector, uint256(reserved[i][1]));
            refuses(changed(reserved[i][0], 1), expected, vm.toString(uint256(reserved[i][0])));
        }
        // A processor in a version that has no field for one.
        bytes memory old = report("genuineOfVersion2");
        old[0x188] = 0x19;
        refuses(old, abi.encodeWithSelector(SnpReport.ReportReservedNotZero.selector, 0x188), "CPUID in version 2");
    }

    function test_verify_refusesWideSignatures() external {
        bytes4 selector = SnpReport.ReportSignatureMalformed.selector;
        refuses(changed(0x2d0, 1), abi.encodeWithSelector(selector, 0x2a0), "byte 48 of r");
        refuses(changed(0x2e7, 1), abi.encodeWithSelector(selector, 0x2a0), "byte 71 of r");
        refuses(changed(0x318, 1), abi.encodeWithSelector(selector, 0x2e8), "byte 48 of s");
        refuses(changed(0x32f, 1), abi.encodeWithSelector(selector, 0x2e8), "byte 71 of s");
    }

    function test_verify_refusesGuestPolicies() external {
        bytes4 selector = SnpVerifier.PolicyReservedBitClear.selector;
        refuses(changed(0x0a, 0x01), abi.encodeWithSelector(selector, 0x10000), "bit 17 clear");
        refuses(changed(0x0a, 0x0b), abi.encodeWithSelector(SnpVerifier.DebugEnabled.selector, 0xb0000), "debug");
        selector = SnpVerifier.MigrationAgentEnabled.selector;
        refuses(changed(0x0a, 0x07), abi.encodeWithSelector(selector, 0x70000), "migration agent");
    }

    function test_verify_refusesOtherSigningKeys() external {
        refuses(changed(0x48, 4), abi.encodeWithSelector(SnpVerifier.VlekNotAccepted.selector), "VLEK");
        bytes4 selector = SnpVerifier.SigningKeyUnsupported.selector;
        refuses(changed(0x48, 7 << 2), abi.encodeWithSelector(selector, 0, 7), "no key");
        refuses(changed(0x48, 2 << 2), abi.encodeWithSelector(selector, 0, 2), "key 2");
    }

    function test_verify_refusesMaskedChips() external {
        refuses(changed(0x48, 2), abi.encodeWithSelector(SnpVerifier.ChipIdMasked.selector, 2), "masked key");
        bytes memory masked = report("genuine");
        for (uint256 i = 0; i < 64; i++) masked[0x1a0 + i] = 0;
        refuses(masked, abi.encodeWithSelector(SnpVerifier.ChipIdMasked.selector, 0), "zero chip");
    }

    function test_verify_refusesOtherPrivilegeLevels() external {
        bytes memory report_ = report("genuine");
        for (uint256 i = 0; i < 4; i++) report_[0x30 + i] = 0xff;
        refuses(report_, abi.encodeWithSelector(SnpVerifier.HypervisorReport.selector), "hypervisor");
        report_ = report("genuineAtVmpl1");
        refuses(report_, abi.encodeWithSelector(SnpVerifier.VmplTooHigh.selector, 0, 1), "VMPL 1");
        _snp.setHighestVmpl(1);
        assertEq(_snp.verify(report_, _vcek, "").vmpl, 1, "VMPL 1 where it is accepted");
        // However high the bound, the hypervisor stays out.
        _snp.setHighestVmpl(type(uint32).max);
        for (uint256 i = 0; i < 4; i++) report_[0x30 + i] = 0xff;
        refuses(report_, abi.encodeWithSelector(SnpVerifier.HypervisorReport.selector), "hypervisor under any bound");
    }

    // Genuinely signed, and yet not to be believed.

    function test_verify_refusesOtherSignatures() external {
        bytes memory expected = abi.encodeWithSelector(SnpVerifier.ReportSignatureInvalid.selector);
        refuses(report("signedByAnotherChip"), expected, "another chip's key");
        refuses(changed(0x50, 0xff), expected, "another report data");
        refuses(changed(0x90, 0xff), expected, "another measurement");
        refuses(changed(0x2a0, 0xff), expected, "another r");
        refuses(changed(0x2e8, 0xff), expected, "another s");
    }

    function test_verify_refusesLevelsThatAreNotTheCertificates() external {
        bytes8 tcb = 0x04000000000018db;
        bytes4 selector = SnpVerifier.TcbMismatch.selector;
        refuses(report("lowerReportedTcb"), abi.encodeWithSelector(selector, tcb, bytes8(0x04000000000017db)), "lower");
        refuses(report("higherReportedTcb"), abi.encodeWithSelector(selector, tcb, bytes8(0x04000000000019db)), "higher");
        refuses(report("reservedTcbByte"), abi.encodeWithSelector(selector, tcb, bytes8(0x04000001000018db)), "reserved");
    }

    function test_verify_refusesTurinsLevelsInAnotherOrder() external {
        bytes memory answer = failure(report("turinInMilanOrder"), _turin);
        bytes8 tcb = 0x0102030400000051;
        bytes memory expected = abi.encodeWithSelector(SnpVerifier.TcbMismatch.selector, tcb, bytes8(0x0203000000000451));
        assertEq(answer, expected, "Milan's order");
    }

    function test_verify_refusesAnotherChip() external {
        bytes memory foreign = report("anotherChipId");
        bytes memory expected = abi.encodeWithSelector(
            SnpVerifier.ChipIdMismatch.selector,
            keccak256(part(report("genuine"), 0x1a0, 64)),
            keccak256(part(foreign, 0x1a0, 64))
        );
        refuses(foreign, expected, "another chip");
    }

    function test_verify_refusesATurinChipThatIsNotFollowedByZeros() external {
        bytes memory answer = failure(report("turinWithLongChipId"), _turin);
        assertEq(bytes32(bytes4(answer)), bytes32(SnpVerifier.ChipIdMismatch.selector), "a ninth byte");
    }

    function test_verify_refusesProcessorsOfAnotherProduct() external {
        bytes4 selector = SnpVerifier.CpuidMismatch.selector;
        refuses(report("cpuidOfGenoa"), abi.encodeWithSelector(selector, MILAN, GENOA, 0x19, 0x11), "Genoa");
        refuses(report("cpuidOfNoProduct"), abi.encodeWithSelector(selector, MILAN, 0, 0x17, 0x01), "no product");
    }

    function test_verify_refusesCommittedAboveCurrent() external {
        bytes memory expected = abi.encodeWithSelector(
            SnpVerifier.TcbInconsistent.selector, bytes8(0x04000000000018db), bytes8(0x04000000000019db)
        );
        refuses(report("committedAboveCurrent"), expected, "committed");
    }

    function test_verify_refusesLevelsBelowTheFloor() external {
        _snp.setTcbFloor(MILAN, 0x04000000000018db);
        assertEq(_snp.verify(report("genuine"), _vcek, "").vcek, _id, "at the floor");
        _snp.setTcbFloor(MILAN, 0x04000000000019db);
        bytes4 selector = SnpVerifier.TcbBelowFloor.selector;
        refuses(report("genuine"), abi.encodeWithSelector(selector, 6, 25, 24), "SNP");
        // Component by component: a higher microcode makes up for nothing.
        _snp.setTcbFloor(MILAN, 0x0500000000000000);
        refuses(report("genuine"), abi.encodeWithSelector(selector, 0, 5, 4), "boot loader");
        // Another product's floor is not this one's.
        _snp.setTcbFloor(MILAN, 0);
        _snp.setTcbFloor(GENOA, 0xffffffffffffffff);
        assertEq(_snp.verify(report("genuine"), _vcek, "").vcek, _id, "Genoa's floor");
    }

    function test_verify_refusesProductsThatAreNotAccepted() external {
        _snp.refuseProduct(MILAN);
        (bool accepted,) = _snp.tcbFloorOf(MILAN);
        assertFalse(accepted, "Milan");
        refuses(report("genuine"), abi.encodeWithSelector(SnpVerifier.ProductNotAccepted.selector, MILAN), "Milan");
        assertEq(_snp.verify(report("turin"), abi.encode(_turin), "").product, TURIN, "Turin");
    }

    function test_verify_refusesUntrustedCertificates() external {
        bytes memory genuine = report("genuine");
        bytes memory answer = failure(genuine, _id);
        assertEq(answer, abi.encodeWithSelector(ICertificateCache.CertificateUnknown.selector, _id), "not submitted");
        answer = failure(genuine, _ask);
        assertEq(answer, abi.encodeWithSelector(ICertificateCache.CertificateRoleMismatch.selector, _ask, 3, 2), "an ASK");
        _snp.verify(genuine, _vcek, "");
        _cache.revoke(_root, 0x010001);
        refuses(genuine, abi.encodeWithSelector(ICertificateCache.CertificateRevoked.selector, _ask), "revoked ASK");
        vm.warp(1_956_528_001);
        bytes memory expected =
            abi.encodeWithSelector(ICertificateCache.CertificateExpired.selector, _id, 1_956_528_000, 1_956_528_001);
        refuses(genuine, expected, "expired VCEK");
    }

    /// forge-config: default.fuzz.runs = 64
    /// forge-config: long.fuzz.runs = 100000
    function testFuzz_verify_refusesAnyFlippedBit(uint256 seed) external {
        bytes memory report_ = report("genuine");
        _cache.submitVcek(_vcek, _ask);
        uint256 bit = bound(seed, 0, 8 * report_.length - 1);
        report_[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        assertTrue(failure(report_, _id).length >= 4, "an error of ours");
    }

    function test_governedFunctions_refuseOthers() external {
        bytes[3] memory calls = [
            abi.encodeCall(_snp.setTcbFloor, (MILAN, 0)),
            abi.encodeCall(_snp.refuseProduct, (MILAN)),
            abi.encodeCall(_snp.setHighestVmpl, (1))
        ];
        bytes memory expected =
            abi.encodeWithSelector(IGoverned.NotGovernor.selector, address(this), address(0xbad));
        for (uint256 i = 0; i < calls.length; i++) {
            vm.prank(address(0xbad));
            (bool done, bytes memory answer) = address(_snp).call(calls[i]);
            assertRefused(done, answer, expected, "governed");
        }
        vm.expectRevert(abi.encodeWithSelector(ICertificateCache.ProductUnknown.selector, 4));
        _snp.setTcbFloor(4, 0);
    }

    function refuses(bytes memory report_, bytes memory expected, string memory what) private {
        (bool done, bytes memory answer) =
            address(_snp).call(abi.encodeCall(_snp.verify, (report_, _vcek, "")));
        assertRefused(done, answer, expected, what);
    }

    function failure(bytes memory report_, bytes32 id) private returns (bytes memory answer) {
        bool done;
        (done, answer) = address(_snp).call(abi.encodeCall(_snp.verify, (report_, abi.encode(id), "")));
        assertFalse(done, "accepted");
    }

    function changed(uint256 place, uint8 value) private view returns (bytes memory report_) {
        report_ = report("genuine");
        report_[place] = bytes1(value);
    }

    /// @notice Replaces s by n - s: as good a signature of the same report.
    function negateS(bytes memory report_) private pure {
        bytes memory n = hex"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";
        uint256 borrow;
        for (uint256 i = 0; i < 48; i++) {
            uint256 minuend = uint8(n[47 - i]);
            uint256 subtrahend = uint256(uint8(report_[0x2e8 + i])) + borrow;
            borrow = minuend < subtrahend ? 1 : 0;
            report_[0x2e8 + i] = bytes1(uint8(minuend + 256 * borrow - subtrahend));
        }
    }

    /// @notice What a transaction of this calldata costs before it executes: 21000, 4 a zero byte, 16 another (EIP-2028).
    function intrinsic(bytes memory input) private pure returns (uint256 gas_) {
        gas_ = 21_000;
        for (uint256 i = 0; i < input.length; i++) gas_ += input[i] == 0 ? 4 : 16;
    }

    function part(bytes memory data, uint256 offset, uint256 length) private pure returns (bytes memory piece) {
        piece = new bytes(length);
        for (uint256 i = 0; i < length; i++) piece[i] = data[offset + i];
    }
}
