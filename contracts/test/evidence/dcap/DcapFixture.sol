// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pem} from "../../base/Pem.sol";
import {Test} from "../../base/Test.sol";
import {P256Verifier} from "../../../src/crypto/P256Verifier.sol";
import {DcapCertificates} from "../../../src/evidence/dcap/DcapCertificates.sol";
import {DcapCollateral} from "../../../src/evidence/dcap/DcapCollateral.sol";
import {DcapVerifier} from "../../../src/evidence/dcap/DcapVerifier.sol";
import {DcapFacts} from "../../../src/interfaces/IDcapVerifier.sol";
import {ISha384} from "../../../src/interfaces/ISha384.sol";

/// @notice What is submitted for one quote, in the order of submission.
struct Evidence {
    bytes root;
    bytes rootList;
    bytes authority;
    bytes pckList;
    bytes signer;
    bytes tcbInfo;
    bytes tcbInfoSignature;
    bytes qeIdentity;
    bytes qeIdentitySignature;
    bytes pck;
    bytes quote;
}

/// @notice The contracts as they are deployed, under roots that a test chooses, and what their errors mean off chain.
abstract contract DcapFixture is Test {
    ISha384 internal _hash;
    P256Verifier internal _p256;
    DcapCertificates internal _certificates;
    DcapCollateral internal _collateral;
    DcapVerifier internal _dcap;

    function deploy(bytes[] memory pins) internal {
        if (address(_hash) == address(0)) _hash = ISha384(vm.deployCode("Sha384.sol:Sha384"));
        _p256 = new P256Verifier();
        _certificates = new DcapCertificates(address(this), _p256, _hash, pins);
        _collateral = new DcapCollateral(address(this), _certificates, _p256, 0);
        _dcap = new DcapVerifier(address(this), _certificates, _collateral, _p256);
    }

    function deploy(bytes memory pin) internal {
        bytes[] memory pins = new bytes[](1);
        pins[0] = pin;
        deploy(pins);
    }

    /// @notice The evidence of a folder: a quote with its certificates as PEM, and collateral in the field names of common verifiers.
    function load(string memory folder) internal view returns (Evidence memory evidence) {
        evidence.quote = vm.readFileBinary(string.concat(folder, "/quote.bin"));
        string memory json = vm.readFile(string.concat(folder, "/collateral.json"));
        bytes[] memory path = Pem.certificates(evidence.quote);
        (evidence.pck, evidence.authority, evidence.root) = (path[0], path[1], path[2]);
        evidence.signer = Pem.certificates(bytes(vm.parseJsonString(json, ".tcb_info_issuer_chain")))[0];
        evidence.rootList = hexAt(json, ".root_ca_crl");
        evidence.pckList = hexAt(json, ".pck_crl");
        evidence.tcbInfo = bytes(vm.parseJsonString(json, ".tcb_info"));
        evidence.tcbInfoSignature = hexAt(json, ".tcb_info_signature");
        evidence.qeIdentity = bytes(vm.parseJsonString(json, ".qe_identity"));
        evidence.qeIdentitySignature = hexAt(json, ".qe_identity_signature");
    }

    function hexAt(string memory json, string memory key) private pure returns (bytes memory) {
        return vm.parseBytes(string.concat("0x", vm.parseJsonString(json, key)));
    }

    /// @notice Submits everything but the quote.
    /// @return pck The PCK certificate's identifier.
    /// @return stage Where it ended: 0 certificates, 1 revocation lists, 2 collateral, 3 the quote.
    /// @return problem The error; no bytes when there is none.
    function submit(Evidence memory evidence) internal returns (bytes32 pck, uint256 stage, bytes memory problem) {
        bytes32 root;
        bytes32 authority;
        bytes32 signer;
        bytes memory input = abi.encodeCall(_certificates.submitRoot, (evidence.root));
        (root, problem) = send(address(_certificates), input);
        if (problem.length != 0) return (0, 0, problem);
        input = abi.encodeCall(_certificates.submitRevocationList, (evidence.rootList, root));
        (, problem) = send(address(_certificates), input);
        if (problem.length != 0) return (0, 1, problem);
        input = abi.encodeCall(_certificates.submitAuthority, (evidence.authority, root));
        (authority, problem) = send(address(_certificates), input);
        if (problem.length != 0) return (0, 0, problem);
        input = abi.encodeCall(_certificates.submitRevocationList, (evidence.pckList, authority));
        (, problem) = send(address(_certificates), input);
        if (problem.length != 0) return (0, 1, problem);
        input = abi.encodeCall(_certificates.submitAuthority, (evidence.signer, root));
        (signer, problem) = send(address(_certificates), input);
        if (problem.length != 0) return (0, 0, problem);
        input = abi.encodeCall(_certificates.submitPck, (evidence.pck, authority));
        (pck, problem) = send(address(_certificates), input);
        if (problem.length != 0) return (0, 0, problem);
        (bytes32 r, bytes32 s) = halves(evidence.tcbInfoSignature);
        input = abi.encodeCall(_collateral.submitTcbInfo, (evidence.tcbInfo, r, s, signer));
        (, problem) = send(address(_collateral), input);
        if (problem.length != 0) return (0, 2, problem);
        (r, s) = halves(evidence.qeIdentitySignature);
        input = abi.encodeCall(_collateral.submitQeIdentity, (evidence.qeIdentity, r, s, signer));
        (, problem) = send(address(_collateral), input);
        return (pck, problem.length == 0 ? 3 : 2, problem);
    }

    /// @notice Judges a quote whose certificates and collateral were submitted.
    function judge(bytes memory quote, bytes32 pck) internal view returns (DcapFacts memory facts, bytes memory problem) {
        (bool done, bytes memory answer) = address(_dcap).staticcall(abi.encodeCall(_dcap.verify, (quote, pck, "")));
        if (!done) return (facts, answer);
        facts = abi.decode(answer, (DcapFacts));
    }

    function send(address target, bytes memory input) internal returns (bytes32 result, bytes memory problem) {
        (bool done, bytes memory answer) = target.call(input);
        if (done) return (answer.length == 32 ? abi.decode(answer, (bytes32)) : bytes32(0), "");
        require(answer.length >= 4, NotTrue("a revert says why"));
        return (0, answer);
    }

    /// @notice r and s; a signature of another length is none.
    function halves(bytes memory signature) internal pure returns (bytes32 r, bytes32 s) {
        if (signature.length != 64) return (0, 0);
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
    }
}
