// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SnpReport} from "../../src/evidence/SnpReport.sol";
import {SnpVerifier} from "../../src/evidence/SnpVerifier.sol";
import {ICertificateCache, RootPin} from "../../src/interfaces/ICertificateCache.sol";
import {SnpFixture} from "./SnpFixture.sol";

/// @notice The emulated evidence in /vectors/evidence: what the off-chain verifier must answer, this one must answer too.
contract SharedEvidenceTest is SnpFixture {
    string private constant FOLDER = "../vectors/evidence/";
    string private _manifest;

    function setUp() external {
        _manifest = vm.readFile(string.concat(FOLDER, "manifest.json"));
    }

    /// @notice A cache of its own for each vector: a certificate whose signed bytes are known is not verified again.
    function deployUnderManifestRoots() private {
        RootPin[] memory pins = new RootPin[](3);
        pins[0] = RootPin(MILAN, pinned("Milan"));
        pins[1] = RootPin(GENOA, pinned("Genoa"));
        pins[2] = RootPin(TURIN, pinned("Turin"));
        deploy(pins);
    }

    function test_verify_answersAsTheManifestSays() external {
        uint256 count;
        for (;; count++) {
            string memory entry = string.concat(".vectors[", vm.toString(count), "]");
            if (!vm.keyExistsJson(_manifest, entry)) break;
            string memory id = vm.parseJsonString(_manifest, string.concat(entry, ".id"));
            deployUnderManifestRoots();
            bytes4 found = judge(id);
            string memory verdict = vm.parseJsonString(_manifest, string.concat(entry, ".expected.verdict"));
            bytes4 expected;
            if (keccak256(bytes(verdict)) != keccak256("genuine")) {
                expected = errorOf(vm.parseJsonString(_manifest, string.concat(entry, ".expected.refusal")));
            }
            assertEq(bytes32(found), bytes32(expected), id);
        }
        assertTrue(count >= 18, "the manifest lists its vectors");
    }

    /// @notice The first error on the way from the root to the facts; zero when there is none.
    function judge(string memory id) private returns (bytes4) {
        (bool done, bytes memory answer) =
            address(_cache).call(abi.encodeCall(_cache.submitRoot, (file(id, "ark.der"))));
        if (!done) return bytes4(answer);
        bytes32 parent = abi.decode(answer, (bytes32));
        (done, answer) =
            address(_cache).call(abi.encodeCall(_cache.submitIntermediate, (file(id, "ask.der"), parent)));
        if (!done) return bytes4(answer);
        parent = abi.decode(answer, (bytes32));
        bytes memory input =
            abi.encodeCall(_snp.verifyUnder, (file(id, "report.bin"), file(id, "vcek.der"), parent, ""));
        (done, answer) = address(_snp).call(input);
        return done ? bytes4(0) : bytes4(answer);
    }

    function errorOf(string memory refusal) private pure returns (bytes4) {
        bytes32 name = bytes32(bytes(refusal));
        if (name == "DebugEnabled") return SnpVerifier.DebugEnabled.selector;
        if (name == "MigrationAgentAllowed") return SnpVerifier.MigrationAgentEnabled.selector;
        if (name == "ReportSignature") return SnpVerifier.ReportSignatureInvalid.selector;
        if (name == "ReservedNotZero") return SnpReport.ReportReservedNotZero.selector;
        if (name == "ChipIdMismatch") return SnpVerifier.ChipIdMismatch.selector;
        if (name == "TcbMismatch") return SnpVerifier.TcbMismatch.selector;
        if (name == "ProcessorMismatch") return SnpVerifier.CpuidMismatch.selector;
        if (name == "RequestedByHypervisor") return SnpVerifier.HypervisorReport.selector;
        if (name == "ReportVersion") return SnpReport.ReportVersionUnsupported.selector;
        if (name == "ProductMismatch") return ICertificateCache.CertificateIssuerMismatch.selector;
        if (name == "RootNotPinned") return ICertificateCache.RootNotPinned.selector;
        if (name == "CertificateSignature") return ICertificateCache.CertificateSignatureInvalid.selector;
        if (name == "CertificateExpired") return ICertificateCache.CertificateExpired.selector;
        revert(refusal);
    }

    function pinned(string memory product) private view returns (bytes memory) {
        string memory digits = vm.parseJsonString(_manifest, string.concat(".roots.", product));
        return vm.parseJsonBytes(string.concat('{"hex":"0x', digits, '"}'), ".hex");
    }

    function file(string memory id, string memory name) private view returns (bytes memory) {
        return vm.readFileBinary(string.concat(FOLDER, id, "/", name));
    }
}
