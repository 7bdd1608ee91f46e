// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NvidiaCertificate} from "../../src/evidence/NvidiaCertificate.sol";
import {SpdmReport} from "../../src/evidence/SpdmReport.sol";
import {ICertificateCache} from "../../src/interfaces/ICertificateCache.sol";
import {GpuEvidence, GpuFacts, INvidiaVerifier} from "../../src/interfaces/INvidiaVerifier.sol";
import {Pem} from "../base/Pem.sol";
import {GpuFixture} from "./GpuFixture.sol";

/// @notice Reports of real GPUs under NVIDIA's root key. What their measurements should be is taken from the reports themselves: each
/// driver and VBIOS is admitted as it was found, so that everything but the values' origin is genuine.
contract RealGpuEvidenceTest is GpuFixture {
    // SHA-384 of the SubjectPublicKeyInfo of NVIDIA's device identity CA: the pin of production.
    bytes private constant NVIDIA_ROOT =
        hex"e108f61de3fce5261151f8a0eb562a920639ef1b0fcebba785ee52f54420e4248be3400366d45c2880bdf13044325393";
    uint8 private constant EVERY_MODE = 0x0f;
    string private _folder;

    function setUp() external {
        string memory vectors = vm.envOr("AIT_VECTORS", string(""));
        _folder = string.concat(vectors, "/nvidia-gpu/");
        vm.skip(
            bytes(vectors).length == 0 || !vm.exists(_folder),
            "AIT_VECTORS does not name a folder of real hardware evidence"
        );
        deployGpu(NVIDIA_ROOT, 0, EVERY_MODE);
    }

    function test_verify_acceptsEveryRealGpu() external {
        accepts("h100-545.00-fullrim", "GH100", "545.00", hex"96005e0001", 0);
        accepts("h100-550.90.07", "GH100", "550.90.07", hex"96009f0001", 0);
        accepts("h100-580.159.03", "GH100", "580.159.03", hex"9600740020", 1);
        accepts("h100-535.86.09-nofwid", "GH100", "535.86.09", hex"96005e0001", 0);
        accepts("h100-580.95.05-coco", "GH100", "580.95.05", hex"960074001a", 1);
        accepts("hgx-h100-590.12-gpu0", "GH100", "590.12", hex"9600a50001", 3);
        accepts("hgx-h100-590.12-gpu1", "GH100", "590.12", hex"9600a50001", 3);
        accepts("hgx-h100-590.12-gpu2", "GH100", "590.12", hex"9600a50001", 3);
        accepts("ppcie-h100-590.12-gpu0", "GH100", "590.12", hex"9600a50001", 3);
        accepts("ppcie-h100-590.12-gpu1", "GH100", "590.12", hex"9600a50001", 3);
        accepts("ppcie-h100-590.12-gpu2", "GH100", "590.12", hex"9600a50001", 3);
        accepts("ppcie-h100-590.12-gpu3", "GH100", "590.12", hex"9600a50001", 3);
        accepts("b200-575.32", "GB100", "575.32", hex"970088000f", 0);
    }

    function test_verify_namesOneGpuInTwoNodes() external {
        bytes32 first = accepts("hgx-h100-590.12-gpu0", "GH100", "590.12", hex"9600a50001", 3);
        bytes32 again = accepts("ppcie-h100-590.12-gpu0", "GH100", "590.12", hex"9600a50001", 3);
        assertEq(first, again, "one boot ROM");
        assertTrue(accepts("hgx-h100-590.12-gpu1", "GH100", "590.12", hex"9600a50001", 3) != first, "another GPU");
    }

    function test_verify_refusesAByteBehindARealReport() external {
        (GpuEvidence memory evidence,) = evidenceIn("h100-580.95.05-coco", "GH100", "580.95.05", hex"960074001a");
        evidence.report = vm.readFileBinary(string.concat(_folder, "h100-580.95.05-coco/evidence_raw.bin"));
        refuses(evidence, SpdmReport.SpdmLengthInvalid.selector, "one zero too many");
    }

    function test_verify_refusesProtectedPcieUnlessAdmitted() external {
        (GpuEvidence memory evidence,) = evidenceIn("hgx-h100-590.12-gpu0", "GH100", "590.12", hex"9600a50001");
        _nvidia.setModes(SINGLE_PASS_THROUGH);
        refuses(evidence, INvidiaVerifier.ModeNotAccepted.selector, "protected PCIe");
    }

    function test_verify_refusesTheNegativeSamples() external {
        (GpuEvidence memory evidence,) = evidenceIn("neg-invalid-signature", "GH100", "545.00", hex"96005e0001");
        (bool done, bytes memory answer) = address(_nvidia).call(abi.encodeCall(_nvidia.verify, (evidence)));
        assertFalse(done, "a report of another device");
        bytes4 found = bytes4(answer);
        assertTrue(
            found == INvidiaVerifier.FirmwareIdMismatch.selector || found == INvidiaVerifier.GpuReportSignatureInvalid.selector,
            "firmware or signature"
        );
    }

    function test_submitGpuCertificate_refusesASwappedChain() external {
        bytes[] memory chain = chainOf("neg-chain-swapped");
        bytes32 parent;
        for (uint256 i = chain.length; i > 0; i--) {
            (bool done, bytes memory answer) =
                address(_cache).call(abi.encodeCall(_cache.submitGpuCertificate, (chain[i - 1], parent, "")));
            if (!done) {
                assertEq(bytes32(bytes4(answer)), bytes32(ICertificateCache.CertificateIssuerMismatch.selector), "swapped");
                return;
            }
            parent = abi.decode(answer, (bytes32));
        }
        revert NotTrue("one certificate is refused");
    }

    function test_submitGpuCertificate_refusesARealSwitch() external {
        bytes[] memory chain = chainOf("nvswitch-ls10");
        bytes32 device = submit(chain);
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitGpuCertificate, (chain[0], device, "")));
        assertRefused(done, answer, NvidiaCertificate.CertificateNotOfGpu.selector, "LS10");
    }

    // ---- helpers

    function accepts(string memory folder, bytes5 chip, bytes memory driver, bytes memory vbios, uint8 mode)
        private
        returns (bytes32)
    {
        (GpuEvidence memory evidence, bytes memory report) = evidenceIn(folder, chip, driver, vbios);
        GpuFacts memory facts = _nvidia.verify(evidence);
        assertEq(facts.nonce, bytes32(cut(report, 4, 32)), folder);
        assertEq(facts.mode, mode, folder);
        assertEq(bytes32(facts.chip), bytes32(chip), folder);
        return facts.gpuId;
    }

    /// @dev Index 0 to 31 as the VBIOS's, the rest as the driver's; all values as reported.
    function evidenceIn(string memory folder, bytes5 chip, bytes memory driver, bytes memory vbios)
        private
        returns (GpuEvidence memory evidence, bytes memory report)
    {
        bytes[] memory chain = chainOf(folder);
        evidence.device = submit(chain);
        evidence.key = chain[0];
        report = vm.readFileBinary(string.concat(_folder, folder, "/evidence.bin"));
        evidence.report = report;
        for (uint8 i = 0; i < 64; i++) {
            bytes memory value = bytes.concat(bytes1(i), hex"01", cut(report, BLOCKS_AT + uint256(i) * 55 + 7, 48));
            if (i < 32) evidence.vbios.values = bytes.concat(evidence.vbios.values, value);
            else evidence.driver.values = bytes.concat(evidence.driver.values, value);
        }
        bytes32 driverLeaf_ = leafOf(1, chip, keccak256(driver), evidence.driver.values);
        bytes32 vbiosLeaf_ = leafOf(2, chip, keccak256(vbios), evidence.vbios.values);
        evidence.driver.proof = siblings(vbiosLeaf_);
        evidence.vbios.proof = siblings(driverLeaf_);
        _nvidia.setReferences(parentOf(driverLeaf_, vbiosLeaf_));
    }

    function submit(bytes[] memory chain) private returns (bytes32 id) {
        for (uint256 i = chain.length - 1; i > 0; i--) {
            id = _cache.submitGpuCertificate(chain[i], id, "");
        }
    }

    function chainOf(string memory folder) private view returns (bytes[] memory) {
        return Pem.certificates(vm.readFileBinary(string.concat(_folder, folder, "/cert_chain.pem")));
    }

    function refuses(GpuEvidence memory evidence, bytes4 selector, string memory what) private {
        (bool done, bytes memory answer) = address(_nvidia).call(abi.encodeCall(_nvidia.verify, (evidence)));
        assertRefused(done, answer, selector, what);
    }
}
