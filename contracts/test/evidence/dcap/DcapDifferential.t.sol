// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DcapFacts} from "../../../src/interfaces/IDcapVerifier.sol";
import {DcapFixture, Evidence} from "./DcapFixture.sol";
import {DcapRefusals} from "./DcapRefusals.sol";

/// @notice One change to a piece of evidence, and what the off-chain verifier answered.
/// @param piece Which piece, in the order of `Evidence`.
/// @param kind 0 no change, 1 a byte combined with `value` by exclusive or, 2 cut at `offset`.
/// @param offset Where.
/// @param value With what.
/// @param time When it is judged.
/// @param accepted Statuses accepted, a bit each.
/// @param least The least evaluation number accepted.
/// @param several Whether several things are wrong at once, of which either side may find another first.
/// @param refusals Numbers of the refusals, none for a genuine quote.
/// @param facts keccak256 of the facts of a genuine quote.
struct Case {
    uint256 piece;
    uint256 kind;
    uint256 offset;
    uint256 value;
    uint256 time;
    uint256 accepted;
    uint256 least;
    bool several;
    uint256[] refusals;
    bytes32 facts;
}

/// @notice Evidence, and changes to it.
struct Batch {
    bytes fingerprint;
    Evidence evidence;
    Case[] cases;
}

/// @notice The same verdict and the same kind of refusal as off chain, on what the off-chain side wrote to AIT_DCAP_CASES
/// (tests/Attestation.Tests, DcapDifferentialTests): genuine and emulated evidence, each with one change at a time.
contract DcapDifferentialTest is DcapFixture {
    uint256 private constant QUOTE = 10;

    function test_verify_answersAsTheOffChainVerifier() external {
        string memory folder = vm.envOr("AIT_DCAP_CASES", string(""));
        vm.skip(bytes(folder).length == 0, "AIT_DCAP_CASES does not name a folder of cases: run make differential");
        uint256 count;
        for (;; count++) {
            string memory path = string.concat(folder, "/", vm.toString(count), ".bin");
            if (!vm.exists(path)) break;
            this.check(path);
        }
        assertTrue(count != 0, "a folder of cases holds some");
    }

    /// @dev A call of its own, so that the memory of one file is not the next one's burden.
    function check(string calldata path) external {
        Batch memory batch = abi.decode(vm.readFileBinary(path), (Batch));
        vm.warp(batch.cases[0].time);
        deploy(batch.fingerprint);
        uint256 fresh = vm.snapshotState();
        (bytes32 pck, uint256 stage,) = submit(batch.evidence);
        uint256 submitted = vm.snapshotState();
        for (uint256 i = 0; i < batch.cases.length; i++) {
            Case memory change = batch.cases[i];
            // Only the quote changes: what is submitted with it need not be submitted again.
            bool quoteOnly = stage == 3 && change.piece == QUOTE && change.time == batch.cases[0].time;
            vm.revertToState(quoteOnly ? submitted : fresh);
            Answer memory found = this.answer(batch.evidence, change, quoteOnly ? pck : bytes32(0));
            compare(change, found, string.concat(path, " case ", vm.toString(i)));
        }
    }

    struct Answer {
        uint256 refusal;
        bytes4 error_;
        bytes32 facts;
    }

    function answer(Evidence calldata evidence, Case calldata change, bytes32 pck) external returns (Answer memory found) {
        vm.warp(change.time);
        for (uint8 status = 1; status <= 9; status++) {
            if (status != 7) _dcap.acceptStatus(status, change.accepted & (1 << status) != 0);
        }
        if (change.least != 0) _collateral.setLeastEvaluationNumber(uint16(change.least));
        bytes[] memory pieces = piecesOf(evidence);
        bytes memory original = pieces[change.piece];
        pieces[change.piece] = applied(original, change);
        uint256 stage = 3;
        bytes memory problem;
        if (pck == 0) (pck, stage, problem) = submit(evidenceOf(pieces));
        DcapFacts memory facts;
        if (problem.length == 0) (facts, problem) = judge(pieces[QUOTE], pck);
        if (problem.length != 0) {
            found.error_ = bytes4(problem);
            found.refusal = DcapRefusals.numberOf(found.error_, stage);
        } else {
            found.facts = keccak256(
                abi.encode(
                    facts.chipId,
                    facts.measurement,
                    facts.reportData0,
                    facts.reportData1,
                    facts.validUntil,
                    facts.evaluationNumber,
                    facts.tee,
                    facts.status
                )
            );
        }
    }

    function compare(Case memory change, Answer memory found, string memory name) private pure {
        if (change.refusals.length == 0) {
            assertEq(bytes32(found.error_), bytes32(0), string.concat(name, ": refused, though genuine off chain"));
            assertEq(found.facts, change.facts, string.concat(name, ": facts"));
            return;
        }
        assertTrue(found.refusal != 0, string.concat(name, ": accepted, though refused off chain"));
        bool same = change.several;
        for (uint256 i = 0; i < change.refusals.length; i++) {
            same = same || DcapRefusals.classOf(change.refusals[i]) == DcapRefusals.classOf(found.refusal);
        }
        if (!same) revert NotEqual(string.concat(name, ": refusal"), bytes32(change.refusals[0]), bytes32(found.refusal));
    }

    function applied(bytes memory piece, Case calldata change) private pure returns (bytes memory changed) {
        uint256 length = change.kind == 2 ? change.offset : piece.length;
        changed = new bytes(length);
        for (uint256 i = 0; i < length; i++) changed[i] = piece[i];
        if (change.kind == 1) changed[change.offset] ^= bytes1(uint8(change.value));
    }

    function piecesOf(Evidence calldata evidence) private pure returns (bytes[] memory pieces) {
        pieces = new bytes[](11);
        pieces[0] = evidence.root;
        pieces[1] = evidence.rootList;
        pieces[2] = evidence.authority;
        pieces[3] = evidence.pckList;
        pieces[4] = evidence.signer;
        pieces[5] = evidence.tcbInfo;
        pieces[6] = evidence.tcbInfoSignature;
        pieces[7] = evidence.qeIdentity;
        pieces[8] = evidence.qeIdentitySignature;
        pieces[9] = evidence.pck;
        pieces[10] = evidence.quote;
    }

    function evidenceOf(bytes[] memory pieces) private pure returns (Evidence memory) {
        return Evidence(
            pieces[0],
            pieces[1],
            pieces[2],
            pieces[3],
            pieces[4],
            pieces[5],
            pieces[6],
            pieces[7],
            pieces[8],
            pieces[9],
            pieces[10]
        );
    }
}
