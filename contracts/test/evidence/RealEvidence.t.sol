// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SnpVerifier} from "../../src/evidence/SnpVerifier.sol";
import {ICertificateCache, RootPin} from "../../src/interfaces/ICertificateCache.sol";
import {SnpFacts} from "../../src/interfaces/ISnpVerifier.sol";
import {SnpFixture} from "./SnpFixture.sol";

/// @notice Reports of real processors under AMD's published roots, where AIT_VECTORS names the folder that holds them.
contract RealEvidenceTest is SnpFixture {
    string private _folder;
    bytes32[4] private _asks;

    // SHA-384 of the SubjectPublicKeyInfo of AMD's ARK keys: the pins of production.
    bytes private constant ARK_MILAN =
        hex"1249f67f15cf229a4069195e1a9ce537d1765ef706a1f4a123c36be9518786515d25ecc007f366b564d2b3f31c48082e";
    bytes private constant ARK_GENOA =
        hex"32ab53a6ce5ec14926207396e5c475ae768a6a9831b7e860b5acf2e1c1dff222bc5a8bfc43eb5e06393189c1f246d880";
    bytes private constant ARK_TURIN =
        hex"3475f08a9727f8ac9a1deaea5f2a2097aa59d64d05c2a678c229c873e6359d3a6926287a2a22cd5f88a385e333a2fcc5";

    function setUp() external {
        string memory vectors = vm.envOr("AIT_VECTORS", string(""));
        _folder = string.concat(vectors, "/amd-snp/");
        vm.skip(
            bytes(vectors).length == 0 || !vm.exists(_folder),
            "AIT_VECTORS does not name a folder of real hardware evidence"
        );
        RootPin[] memory pins = new RootPin[](3);
        pins[0] = RootPin(MILAN, ARK_MILAN);
        pins[1] = RootPin(GENOA, ARK_GENOA);
        pins[2] = RootPin(TURIN, ARK_TURIN);
        deploy(pins);
        string[4] memory names = ["", "milan", "genoa", "turin"];
        for (uint256 product = MILAN; product <= TURIN; product++) {
            bytes32 root = _cache.submitRoot(file(string.concat("roots/ark_", names[product], ".der")));
            _asks[product] = _cache.submitIntermediate(file(string.concat("roots/ask_", names[product], ".der")), root);
        }
    }

    function test_verify_acceptsEveryRealVcekReport() external {
        accepts("milan-v2-virtee", MILAN, 0x0300000000000873);
        accepts("milan-v2-coco-azure", MILAN, 0x0300000000000873);
        accepts("milan-v2-azure-hcl", MILAN, 0x0300000000000873);
        accepts("milan-v2-automata", MILAN, 0x03000000000016d1);
        accepts("milan-v3-coco-azure", MILAN, 0x04000000000018db);
        accepts("milan-v3-lunal-azure", MILAN, 0x04000000000018db);
        accepts("milan-v3-dstack", MILAN, 0x04000000000017d5);
        accepts("milan-v3-ms-reissued-vcek", MILAN, 0x04000000000018db);
        accepts("milan-v4-gcp", MILAN, 0x04000000000019db);
        accepts("genoa-v3-coco-azure", GENOA, 0x0a00000000001754);
        accepts("genoa-v3-veraison", GENOA, 0x0a00000000001754);
        accepts("genoa-v3-openpcc-azure", GENOA, 0x0a00000000001754);
        accepts("genoa-v5-routex", GENOA, 0x0a00000000001b58);
        accepts("genoa-v5-siena-bergamo", GENOA, 0x0a00000000001b1b);
        accepts("turin-v5-routex", TURIN, 0x0001000200000047);
    }

    function test_verify_acceptsOneReportUnderTwoCertificatesOfOneKey() external {
        bytes memory report_ = file("milan-v3-ms-reissued-vcek/report.bin");
        SnpFacts memory first = _snp.verify(report_, file("milan-v3-ms-reissued-vcek/vek.der"), "");
        SnpFacts memory second = _snp.verify(report_, file("milan-v3-ms-reissued-vcek/vek_2.der"), "");
        assertTrue(first.vcek != second.vcek, "two certificates");
        assertEq(first.reportId, second.reportId, "one report");
    }

    function test_verify_refusesARealDebugGuest() external {
        refuses("milan-v2-gosevguest-debug", abi.encodeWithSelector(SnpVerifier.DebugEnabled.selector, 0xb0000));
    }

    function test_verify_refusesARealVlekReport() external {
        refuses("milan-v3-vlek-aws", abi.encodeWithSelector(SnpVerifier.VlekNotAccepted.selector));
    }

    function test_submitVcek_readsARealTurinCertificateWithoutAReport() external {
        bytes32 id = _cache.submitVcek(file("vcek-only-turin-virtee/vek.der"), _asks[TURIN]);
        assertEq(_cache.vcekOf(id).product, TURIN, "product");
    }

    function test_submitVcek_refusesARealVlekCertificate() external {
        bytes32 root = _cache.submitRoot(file("roots/ark_milan.der"));
        bytes memory asvk = file("roots/asvk_milan.der");
        (bool done, bytes memory answer) = address(_cache).call(abi.encodeCall(_cache.submitIntermediate, (asvk, root)));
        bytes memory expected = abi.encodeWithSelector(
            ICertificateCache.CertificateNameMismatch.selector, bytes32("SEV-Milan"), bytes32("SEV-VLEK-Milan")
        );
        assertRefused(done, answer, expected, "ASVK");
        bytes memory vlek = file("milan-v3-vlek-aws/vek.der");
        (done, answer) = address(_cache).call(abi.encodeCall(_cache.submitVcek, (vlek, _asks[MILAN])));
        assertRefused(done, answer, ICertificateCache.CertificateIssuerMismatch.selector, "VLEK");
    }

    function test_verify_refusesARealReportUnderAnotherChipsCertificate() external {
        bytes memory report_ = file("milan-v3-coco-azure/report.bin");
        bytes memory vcek = file("milan-v3-lunal-azure/vek.der");
        (bool done, bytes memory answer) = address(_snp).call(abi.encodeCall(_snp.verify, (report_, vcek, "")));
        assertRefused(done, answer, abi.encodeWithSelector(SnpVerifier.ReportSignatureInvalid.selector), "another chip");
    }

    function test_submitRevocationList_revokesTheGenoaSerialThatAmdRevokedAndSparesTheCurrentOne() external {
        // AMD's list of 2024-10-23 revokes an earlier ASK, serial 0x20001; the current one is 0x20002.
        bytes32 root = _cache.submitRoot(file("roots/ark_genoa.der"));
        assertFalse(_cache.isRevoked(root, 0x020001), "before");
        vm.prank(address(0xa1)); // anyone
        _cache.submitRevocationList(file("crls/crl_genoa_2024-10-23.der"), root, "");
        assertTrue(_cache.isRevoked(root, 0x020001), "after");
        accepts("genoa-v3-openpcc-azure", GENOA, 0x0a00000000001754);
    }

    function test_submitRevocationList_acceptsAmdsListThatRevokesNothing() external {
        bytes32 root = _cache.submitRoot(file("roots/ark_milan.der"));
        _cache.submitRevocationList(file("crls/crl_milan_2025-05-06.der"), root, "");
        accepts("milan-v2-virtee", MILAN, 0x0300000000000873);
        bytes memory other = abi.encodeCall(
            _cache.submitRevocationList, (file("crls/crl_milan_2025-05-06.der"), _cache.submitRoot(file("roots/ark_genoa.der")), "")
        );
        (bool done, bytes memory answer) = address(_cache).call(other);
        assertRefused(done, answer, ICertificateCache.CertificateIssuerMismatch.selector, "another product's list");
    }

    function accepts(string memory folder, uint8 product, uint64 tcb) private {
        bytes memory vcek = file(string.concat(folder, "/vek.der"));
        SnpFacts memory facts = _snp.verify(file(string.concat(folder, "/report.bin")), vcek, "");
        assertEq(facts.product, product, folder);
        assertEq(bytes32(facts.reportedTcb), bytes32(bytes8(tcb)), folder);
        assertEq(facts.vcek, _cache.idOf(vcek, _asks[product]), folder);
    }

    function refuses(string memory folder, bytes memory expected) private {
        bytes memory report_ = file(string.concat(folder, "/report.bin"));
        bytes memory vek = file(string.concat(folder, "/vek.der"));
        (bool done, bytes memory answer) = address(_snp).call(abi.encodeCall(_snp.verify, (report_, vek, "")));
        assertRefused(done, answer, expected, folder);
    }

    function file(string memory path) private view returns (bytes memory) {
        return vm.readFileBinary(string.concat(_folder, path));
    }
}
