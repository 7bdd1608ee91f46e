// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GpuEvidence, INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";
import {GpuFixture} from "./GpuFixture.sol";

/// @notice Whatever is changed about a GPU's report and references, it is refused with a reason.
/// @dev FOUNDRY_PROFILE=long runs each a hundred thousand times. The key is known already, so that a run verifies one signature.
contract NvidiaFuzzTest is GpuFixture {
    bytes32 private _keyId;
    bytes private _report;

    function setUp() external {
        deployEmulatedGpu();
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
    function testFuzz_verify_refusesAnyOtherReference(bytes calldata values, bytes32[] calldata proof) external {
        vm.assume(keccak256(values) != keccak256(driverValues()));
        GpuEvidence memory evidence = genuine();
        evidence.driver.values = values;
        evidence.driver.proof = proof;
        (bool done, bytes memory answer) = verify(evidence);
        assertRefused(done, answer, INvidiaVerifier.ReferenceUnknown.selector, "values of no reference");
    }

    /// @notice Values of any content under the root are compared or refused, and never end without a reason.
    function testFuzz_verify_readsAnyAdmittedValues(bytes calldata values) external {
        GpuEvidence memory evidence = genuine();
        evidence.driver.values = values;
        setReferences(evidence);
        (bool done, bytes memory answer) = verify(evidence);
        assertTrue(done ? values.length == 0 : answer.length >= 4, "empty, or a reason");
    }

    // ---- helpers

    function genuine() private view returns (GpuEvidence memory) {
        return evidenceOf(_report, abi.encode(_keyId), 0);
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
