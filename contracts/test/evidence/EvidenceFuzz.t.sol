// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {NvidiaCertificate} from "../../src/evidence/NvidiaCertificate.sol";
import {RevocationList, RevocationListFields} from "../../src/evidence/RevocationList.sol";
import {SpdmFields, SpdmReport} from "../../src/evidence/SpdmReport.sol";
import {SnpReport} from "../../src/evidence/SnpReport.sol";
import {CertificateFields, X509} from "../../src/evidence/X509.sol";
import {EmulatedGpu} from "../base/EmulatedGpu.sol";

/// @notice The readers without the signatures that protect them, as calls that may fail.
contract Readers {
    function certificate(bytes calldata der, uint8 signer, uint8 subject) external pure {
        CertificateFields memory fields = X509.parse(der, signer, subject);
        if (signer == X509.EC_P384) X509.pairOf(der, fields.signed.signature, fields.signed.signatureStop);
        X509.readRights(der, fields);
    }

    function attestationKey(bytes calldata der) external pure {
        NvidiaCertificate.readAttestationKey(der, X509.parse(der, X509.EC_P384, X509.EC_P384));
    }

    function identity(bytes calldata der) external pure {
        X509.readIdentity(der);
    }

    function list(bytes calldata der, uint8 signer) external pure returns (uint256 entries) {
        RevocationListFields memory fields = RevocationList.parse(der, signer);
        uint256 offset = fields.entries;
        while (offset != fields.entriesStop) {
            (, offset) = RevocationList.nextEntry(der, offset, fields.entriesStop);
            entries++;
        }
    }

    function report(bytes calldata data) external pure {
        (SpdmFields memory fields, SpdmReport.Opaque memory opaque) = SpdmReport.parse(data);
        SpdmReport.readFields(data, fields, opaque);
    }

    function chipReport(bytes calldata data) external pure returns (bytes memory) {
        SnpReport.requireShape(data);
        return SnpReport.signatureOf(data);
    }

    function proof(bytes32[] calldata siblings, bytes32 root, bytes32 leaf) external pure returns (bool) {
        return MerkleProof.verifyCalldata(siblings, root, leaf);
    }
}

/// @notice Bytes of any kind are read or refused with a reason: no reader panics, runs on, or ends without one.
/// @dev FOUNDRY_PROFILE=long runs each a hundred thousand times.
contract EvidenceFuzzTest is EmulatedGpu {
    Readers private _readers;
    bytes[] private _seeds;

    function setUp() external {
        _readers = new Readers();
        string memory lists = vm.readFile("test/evidence/revocation.json");
        for (uint256 i = 0; i < 5; i++) _seeds.push(gpuCertificate("h100", i));
        _seeds.push(vm.readFileBinary("../vectors/evidence/genoa-v3/vcek.der"));
        _seeds.push(vm.readFileBinary("../vectors/evidence/genoa-v3/ask.der"));
        _seeds.push(vm.parseJsonBytes(lists, ".lists.ofAsk"));
        _seeds.push(vm.parseJsonBytes(lists, ".lists.ofGpu"));
        _seeds.push(vm.parseJsonBytes(lists, ".lists.withReason"));
        _seeds.push(gpuFile("h100", "evidence.bin"));
        _seeds.push(vm.readFileBinary("../vectors/evidence/genoa-v3/report.bin"));
    }

    function testFuzz_readers_refuseChangedCertificatesWithAReason(uint256 seed) external view {
        bytes memory der = changed(_seeds[seed % 7], seed);
        for (uint8 signer = 1; signer <= 2; signer++) {
            for (uint8 subject = 1; subject <= 2; subject++) {
                answers(abi.encodeCall(Readers.certificate, (der, signer, subject)));
            }
        }
        answers(abi.encodeCall(Readers.attestationKey, (der)));
        answers(abi.encodeCall(Readers.identity, (der)));
    }

    function testFuzz_readers_refuseChangedListsWithAReason(uint256 seed) external view {
        bytes memory der = changed(_seeds[7 + seed % 3], seed);
        answers(abi.encodeCall(Readers.list, (der, 1)));
        answers(abi.encodeCall(Readers.list, (der, 2)));
    }

    function testFuzz_readers_refuseChangedReportsWithAReason(uint256 seed) external view {
        answers(abi.encodeCall(Readers.report, (changed(_seeds[10], seed))));
    }

    function testFuzz_readers_refuseChangedChipReportsWithAReason(uint256 seed) external view {
        answers(abi.encodeCall(Readers.chipReport, (changed(_seeds[11], seed))));
    }

    function testFuzz_readers_refuseNoiseWithAReason(bytes calldata noise) external view {
        answers(abi.encodeCall(Readers.certificate, (noise, 2, 2)));
        answers(abi.encodeCall(Readers.attestationKey, (noise)));
        answers(abi.encodeCall(Readers.identity, (noise)));
        answers(abi.encodeCall(Readers.list, (noise, 1)));
        answers(abi.encodeCall(Readers.report, (noise)));
        answers(abi.encodeCall(Readers.chipReport, (noise)));
        answers(abi.encodeCall(Readers.report, (bytes.concat(hex"11e001ff", bytes32(0), hex"0011600000", noise))));
    }

    function testFuzz_proof_holdsForNoOtherLeaf(bytes32[] calldata siblings_, bytes32 leaf) external view {
        vm.assume(leaf != driverLeaf() && leaf != vbiosLeaf() && leaf != referenceRoot());
        assertFalse(_readers.proof(siblings_, referenceRoot(), leaf), "a leaf that was not admitted");
    }

    /// @dev One to four changes: a byte combined, a piece cut out, a piece doubled, the end cut off.
    function changed(bytes memory data, uint256 seed) private pure returns (bytes memory) {
        data = bytes.concat(data);
        uint256 count = 1 + (seed >> 8) % 4;
        for (uint256 i = 0; i < count; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 place = (seed >> 8) % data.length;
            uint256 length = (seed >> 40) % (data.length - place);
            if (seed % 8 < 5) {
                data[place] ^= bytes1(uint8(1 + (seed >> 72) % 255));
            } else if (seed % 8 == 5) {
                data = bytes.concat(cut(data, 0, place), cut(data, place + length, data.length - place - length));
            } else if (seed % 8 == 6) {
                length %= 64;
                data = bytes.concat(cut(data, 0, place + length), cut(data, place, data.length - place));
            } else {
                data = cut(data, 0, place);
            }
            if (data.length == 0) break;
        }
        return data;
    }

    /// @dev A selector at least, and never that of a panic: those are ours, not the caller's.
    function answers(bytes memory input) private view {
        (bool done, bytes memory answer) = address(_readers).staticcall(input);
        if (done) return;
        assertTrue(answer.length >= 4, "a reason");
        assertTrue(bytes4(answer) != bytes4(keccak256("Panic(uint256)")), "no panic");
    }
}
