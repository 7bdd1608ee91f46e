// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DcapFixture, Evidence} from "./DcapFixture.sol";
import {DcapRefusals} from "./DcapRefusals.sol";

/// @notice The emulated quotes in /vectors/evidence: what the off-chain verifier must answer, this one must answer too.
contract SharedDcapEvidenceTest is DcapFixture {
    string private constant FOLDER = "../vectors/evidence/";
    // 2026-11-22 12:00 UTC, the time at which the manifest's verdicts hold.
    uint256 private constant NOW = 1_795_348_800;

    function test_verify_answersAsTheManifestSays() external {
        string memory manifest = vm.readFile(string.concat(FOLDER, "devices/manifest.json"));
        bytes memory root = vm.parseBytes(string.concat("0x", vm.parseJsonString(manifest, ".roots.intel")));
        vm.warp(NOW);
        uint256 count;
        for (uint256 i = 0;; i++) {
            string memory entry = string.concat(".vectors[", vm.toString(i), "]");
            if (!vm.keyExistsJson(manifest, entry)) break;
            string memory platform = vm.parseJsonString(manifest, string.concat(entry, ".platform"));
            if (keccak256(bytes(platform)) != keccak256("intel-dcap")) continue;
            string memory id = vm.parseJsonString(manifest, string.concat(entry, ".id"));
            deploy(root);
            uint256 expected = 0;
            if (vm.keyExistsJson(manifest, string.concat(entry, ".expected.refusal"))) {
                string memory verdict = vm.parseJsonString(manifest, string.concat(entry, ".expected.verdict"));
                if (keccak256(bytes(verdict)) != keccak256("genuine")) {
                    expected = numberOf(vm.parseJsonString(manifest, string.concat(entry, ".expected.refusal")));
                }
            }
            assertEq(refusalOf(string.concat(FOLDER, "devices/", id)), expected, id);
            count++;
        }
        assertTrue(count >= 16, "the manifest lists its quotes");
    }

    /// @notice The number of the refusal; zero when there is none.
    function refusalOf(string memory folder) private returns (uint256) {
        Evidence memory evidence = load(folder);
        (bytes32 pck, uint256 stage, bytes memory problem) = submit(evidence);
        if (problem.length == 0) (, problem) = judge(evidence.quote, pck);
        return problem.length == 0 ? 0 : DcapRefusals.numberOf(bytes4(problem), stage);
    }

    function numberOf(string memory refusal) private pure returns (uint256) {
        bytes32 name = bytes32(bytes(refusal));
        if (name == "RootNotPinned") return 212;
        if (name == "RevocationListStale") return 304;
        if (name == "CertificateRevoked") return 305;
        if (name == "CollateralMismatch") return 325;
        if (name == "ReportSignature") return 401;
        if (name == "QuotingEnclaveSignature") return 420;
        if (name == "QuotingEnclaveBinding") return 421;
        if (name == "TcbNotSupported") return 424;
        if (name == "DebugEnabled") return 500;
        if (name == "TcbStatus") return 520;
        if (name == "ServiceDomain") return 522;
        revert(refusal);
    }
}
