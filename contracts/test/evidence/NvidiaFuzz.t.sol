// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GpuReference} from "../../src/evidence/GpuReference.sol";
import {SpdmFields, SpdmReport} from "../../src/evidence/SpdmReport.sol";
import {GpuEvidence, INvidiaVerifier, Reference} from "../../src/interfaces/INvidiaVerifier.sol";
import {GpuFixture} from "./GpuFixture.sol";

/// @notice A driver's reference held against a report, without the signature that protects it.
contract References {
    function check(Reference calldata reference_, bytes32 root, bytes calldata report) external pure returns (uint256) {
        (SpdmFields memory fields, SpdmReport.Opaque memory opaque) = SpdmReport.parse(report);
        SpdmReport.readFields(report, fields, opaque);
        bytes32 version = keccak256(report[fields.driver:fields.driverStop]);
        GpuReference.requireAdmitted(reference_, 1, root, "GH100", version);
        return GpuReference.compare(reference_.values, 1, report, fields);
    }
}

/// @notice Whatever is changed about a GPU's report and references, it is refused with a reason.
/// @dev FOUNDRY_PROFILE=long runs each a hundred thousand times. The key is known already, so that a run verifies one signature.
contract NvidiaFuzzTest is GpuFixture {
    References private _references;
    bytes32 private _keyId;
    bytes private _report;

    function setUp() external {
        deployEmulatedGpu();
        _references = new References();
        _report = gpuFile("h100", "evidence.bin");
        _keyId = _cache.submitGpuCertificate(gpuCertificate("h100", 0), submitDevice(_cache, "h100"), "");
        _nvidia.verify(genuine());
    }

    function testFuzz_verify_refusesAnyFlippedByte(uint256 seed, uint8 change) external {
        vm.assume(change != 0);
        GpuEvidence memory evidence = genuine();
        evidence.report[bound(seed, 0, _report.length - 1)] ^= bytes1(change);
        refusesWithReason(evidence, "a flipped byte");
    }

    function testFuzz_verify_refusesNoise(bytes calldata noise, bytes32 nonce) external {
        GpuEvidence memory evidence = genuine();
        evidence.report = bytes.concat(hex"11e001ff", nonce, hex"0011600000", noise);
        refusesWithReason(evidence, "noise");
    }

    /// @notice Values of any content never pass for a reference that the governor admitted.
    function testFuzz_references_refuseValuesThatWereNotAdmitted(bytes calldata values, bytes32[] calldata proof) external view {
        vm.assume(keccak256(values) != keccak256(driverValues()));
        (bool done, bytes memory answer) = check(Reference({values: values, proof: proof}), referenceRoot());
        assertRefused(done, answer, INvidiaVerifier.ReferenceUnknown.selector, "values of no reference");
    }

    /// @notice Values of any content under the root are compared or refused, and never end without a reason.
    function testFuzz_references_readAnyAdmittedValues(bytes calldata values) external view {
        assertTrue(answers(values) ? values.length == 0 : true, "only no values at all hold of any report");
    }

    /// @notice A reference whose digest differs from the report's in any byte is refused by the name of the measurement.
    function testFuzz_references_refuseAnyOtherDigest(uint256 entry, uint256 place, uint8 change) external view {
        vm.assume(change != 0);
        bytes memory values = driverValues();
        entry = bound(entry, 0, 20) * (2 + 48);
        values[entry + 2 + bound(place, 0, 47)] ^= bytes1(change);
        (bool done, bytes memory answer) = checkAdmitted(values);
        uint8 index = uint8(values[entry]);
        // This GPU's decoder is off: what it measures is not compared.
        if (index == 35) assertTrue(done, "the decoder");
        else assertRefused(done, answer, abi.encodeWithSelector(INvidiaVerifier.MeasurementDiffers.selector, 1, index), "a flipped byte");
    }

    /// @notice Values with any byte flipped, headers too, are compared or refused with a reason.
    function testFuzz_references_readFlippedValues(uint256 seed, uint8 change) external view {
        bytes memory values = driverValues();
        values[bound(seed, 0, values.length - 1)] ^= bytes1(change);
        answers(values);
    }

    function test_references_holdOfTheReport() external view {
        (bool done, bytes memory answer) = check(evidenceOf("", "", 0).driver, referenceRoot());
        assertTrue(done, "as they were admitted");
        assertEq(abi.decode(answer, (uint256)), 1 << 7 | ((1 << 20) - 1) << 21, "a bit a measurement");
    }

    // ---- helpers

    function genuine() private view returns (GpuEvidence memory) {
        return evidenceOf(_report, abi.encode(_keyId), 0);
    }

    /// @dev Whether values under the root hold of the genuine report; a reason if not.
    function answers(bytes memory values) private view returns (bool done) {
        bytes memory answer;
        (done, answer) = checkAdmitted(values);
        assertTrue(done || answer.length >= 4, "a reason");
        assertTrue(done || bytes4(answer) != bytes4(keccak256("Panic(uint256)")), "no panic");
    }

    function checkAdmitted(bytes memory values) private view returns (bool done, bytes memory answer) {
        bytes32 leaf = leafOf(1, "GH100", DRIVER_VERSION, values);
        return check(Reference({values: values, proof: siblings(vbiosLeaf())}), parentOf(leaf, vbiosLeaf()));
    }

    function check(Reference memory reference_, bytes32 root) private view returns (bool done, bytes memory answer) {
        return address(_references).staticcall(abi.encodeCall(References.check, (reference_, root, _report)));
    }

    function verify(GpuEvidence memory evidence) private returns (bool done, bytes memory answer) {
        return address(_nvidia).call(abi.encodeCall(_nvidia.verify, (evidence)));
    }

    function refusesWithReason(GpuEvidence memory evidence, string memory what) private {
        (bool done, bytes memory answer) = verify(evidence);
        assertFalse(done, what);
        assertTrue(answer.length >= 4, "a reason");
    }
}
