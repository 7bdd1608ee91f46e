// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../base/Test.sol";
import {RsaPss} from "../../src/crypto/RsaPss.sol";
import {SnpVerifier} from "../../src/evidence/SnpVerifier.sol";
import {ICertificateCache, RootPin} from "../../src/interfaces/ICertificateCache.sol";
import {IP384Verifier} from "../../src/interfaces/IP384Verifier.sol";
import {ISha384} from "../../src/interfaces/ISha384.sol";

/// @notice The verifiers as they are deployed, under roots that a test chooses, and the emulated evidence of snp.json.
abstract contract SnpFixture is Test {
    // 2026-11-22 12:00 UTC: every genuine certificate is valid, AMD's and the emulated ones.
    uint256 internal constant NOW = 1_795_348_800;
    uint8 internal constant MILAN = 1;
    uint8 internal constant GENOA = 2;
    uint8 internal constant TURIN = 3;

    ISha384 internal _hash;
    RsaPss internal _rsa;
    IP384Verifier internal _p384;
    ICertificateCache internal _cache;
    SnpVerifier internal _snp;
    string private _json;

    function deploy(RootPin[] memory pins) internal {
        vm.warp(NOW);
        _hash = ISha384(vm.deployCode("Sha384.sol:Sha384"));
        _p384 = IP384Verifier(vm.deployCode("P384Verifier.sol:P384Verifier"));
        _rsa = new RsaPss(_hash);
        _cache = ICertificateCache(
            vm.deployCode(
                "CertificateCache.sol:CertificateCache", abi.encode(address(this), _rsa, _p384, _hash, pins)
            )
        );
        SnpVerifier.TcbFloor[] memory floors = new SnpVerifier.TcbFloor[](3);
        for (uint8 i = 0; i < 3; i++) floors[i].product = i + 1;
        _snp = new SnpVerifier(address(this), _cache, _hash, _p384, 0, floors);
    }

    /// @notice Deploys under the emulated roots of Milan and Turin.
    function deployEmulated() internal {
        _json = vm.readFile("test/evidence/snp.json");
        RootPin[] memory pins = new RootPin[](2);
        pins[0] = RootPin(MILAN, fingerprint("ark"));
        pins[1] = RootPin(TURIN, fingerprint("arkTurin"));
        deploy(pins);
    }

    function fingerprint(string memory label) internal view returns (bytes memory) {
        return vm.parseJsonBytes(_json, string.concat(".fingerprints.", label));
    }

    function certificate(string memory label) internal view returns (bytes memory) {
        return vm.parseJsonBytes(_json, string.concat(".certificates.", label));
    }

    function report(string memory label) internal view returns (bytes memory) {
        return vm.parseJsonBytes(_json, string.concat(".reports.", label));
    }

    /// @notice Requires that a call reverted with an error.
    function assertRefused(bool done, bytes memory answer, bytes4 selector, string memory what) internal pure {
        assertFalse(done, string.concat(what, ": accepted"));
        assertEq(bytes32(bytes4(answer)), bytes32(selector), what);
    }

    /// @notice Requires that a call reverted with an error and its values.
    function assertRefused(bool done, bytes memory answer, bytes memory error_, string memory what) internal pure {
        assertFalse(done, string.concat(what, ": accepted"));
        assertEq(answer, error_, what);
    }
}
