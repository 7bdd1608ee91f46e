// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {Wycheproof} from "../base/Wycheproof.sol";
import {P256Verifier} from "../../src/crypto/P256Verifier.sol";
import {Opcodes} from "../base/Opcodes.sol";

/// @notice The verifier where the precompile at 0x100 is absent, and where it is not.
contract P256VerifierTest is Wycheproof {
    uint256 private constant N = P256.N;
    uint256 private constant P = P256.P;
    bytes32 private constant DIGEST = keccak256("digest");
    P256Verifier private _verifier;

    function setUp() external {
        _verifier = new P256Verifier();
    }

    /// @notice From here on nothing answers at 0x100.
    modifier withoutPrecompile() {
        vm.mockCall(address(0x100), "", "");
        (bytes32 r, bytes32 s, bytes32 x, bytes32 y) = signed(7, DIGEST);
        (, bytes memory answer) = address(0x100).staticcall(abi.encode(DIGEST, r, s, x, y));
        assertEq(answer.length, 0, "no precompile");
        _;
    }

    function test_verify_staysWithinItsGas() external withoutPrecompile {
        (bytes32 r, bytes32 s, bytes32 x, bytes32 y) = signed(12345, DIGEST);
        assertTrue(_verifier.verify(DIGEST, r, s, x, y), "genuine");
        assertLe(vm.snapshotGasLastCall("crypto", "P256Verifier without precompile"), 240_000, "gas of one verification");
    }

    function test_verify_isByPrecompileWhereThereIsOne() external {
        (bytes32 r, bytes32 s, bytes32 x, bytes32 y) = signed(12345, DIGEST);
        vm.skip(keccak256(bytes(vm.getEvmVersion())) == keccak256("prague"), "prague has no precompile for P-256");
        assertTrue(_verifier.verify(DIGEST, r, s, x, y), "genuine");
        assertLe(vm.snapshotGasLastCall("crypto", "P256Verifier by precompile"), 12_000, "gas of one verification");
        assertFalse(_verifier.verify(DIGEST, s, r, x, y), "refused");
    }

    function testFuzz_verify_acceptsGenuineSignatures(uint256 key, bytes32 digest) external withoutPrecompile {
        (bytes32 r, bytes32 s, bytes32 x, bytes32 y) = signed(bound(key, 1, N - 1), digest);
        assertTrue(_verifier.verify(digest, r, s, x, y), "genuine");
        assertTrue(_verifier.verify(digest, r, bytes32(N - uint256(s)), x, y), "n - s");
        assertFalse(_verifier.verify(~digest, r, s, x, y), "another digest");
    }

    /// @notice Keys and digests at the edges: u1 = 0, Q = G, Q = -G, sums of equal points.
    function test_verify_holdsAtTheEdges() external withoutPrecompile {
        uint256[8] memory keys = [uint256(1), 2, 3, 15, 16, N - 1, N - 2, (N + 1) / 2];
        bytes32[5] memory digests = [bytes32(0), bytes32(uint256(1)), bytes32(N), bytes32(N - 1), bytes32(type(uint256).max)];
        for (uint256 i = 0; i < keys.length; i++) {
            for (uint256 k = 0; k < digests.length; k++) {
                (bytes32 r, bytes32 s, bytes32 x, bytes32 y) = signed(keys[i], digests[k]);
                assertTrue(_verifier.verify(digests[k], r, s, x, y), "genuine");
                // With u1 = 0 the point of the opposite key is the opposite point, of the same x.
                bool isZero = uint256(digests[k]) % N == 0;
                assertTrue(_verifier.verify(digests[k], r, s, x, bytes32(P - uint256(y))) == isZero, "the opposite key");
            }
        }
    }

    /// @notice e = -r d makes u1 G + u2 Q infinity for every s; e = r d, with Q = d G, makes it a doubling of one point.
    function testFuzz_verify_refusesASumAtInfinity(uint256 key, uint256 r, uint256 s) external withoutPrecompile {
        (key, r, s) = (bound(key, 1, N - 1), bound(r, 1, N - 1), bound(s, 1, N - 1));
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        bytes32 digest = bytes32(N - mulmod(r, key, N));
        assertFalse(_verifier.verify(digest, bytes32(r), bytes32(s), bytes32(x), bytes32(y)), "infinity");
    }

    /// @notice A signature whose nonce's point is twice u1 G: u1 G = u2 Q.
    function testFuzz_verify_addsEqualPoints(uint256 key, uint256 half) external withoutPrecompile {
        (key, half) = (bound(key, 1, N - 1), bound(half, 1, N - 1));
        (uint256 r,) = vm.publicKeyP256(mulmod(half, 2, N));
        r %= N;
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        // s = r d / half, e = half s = r d
        uint256 s = mulmod(mulmod(r, key, N), inverse(half), N);
        assertTrue(_verifier.verify(bytes32(mulmod(half, s, N)), bytes32(r), bytes32(s), bytes32(x), bytes32(y)), "2 u1 G");
    }

    function testFuzz_verify_refusesAFlippedBit(uint256 key, uint256 bit) external withoutPrecompile {
        bytes32[5] memory claim;
        claim[0] = DIGEST;
        (claim[1], claim[2], claim[3], claim[4]) = signed(bound(key, 1, N - 1), DIGEST);
        bit = bound(bit, 0, 5 * 256 - 1);
        claim[bit / 256] ^= bytes32(1 << (bit % 256));
        assertFalse(_verifier.verify(claim[0], claim[1], claim[2], claim[3], claim[4]), "flipped");
    }

    function test_verify_refusesWhatIsOutOfRange() external withoutPrecompile {
        (bytes32 r, bytes32 s, bytes32 x, bytes32 y) = signed(12345, DIGEST);
        bytes32[4] memory edges = [bytes32(0), bytes32(N), bytes32(N + 1), bytes32(type(uint256).max)];
        for (uint256 i = 0; i < edges.length; i++) {
            assertFalse(_verifier.verify(DIGEST, edges[i], s, x, y), "r");
            assertFalse(_verifier.verify(DIGEST, r, edges[i], x, y), "s");
            assertFalse(_verifier.verify(DIGEST, r, s, edges[i], y), "x");
            assertFalse(_verifier.verify(DIGEST, r, s, x, edges[i]), "y");
        }
        assertFalse(_verifier.verify(DIGEST, r, s, 0, 0), "the origin");
        assertFalse(_verifier.verify(DIGEST, r, s, bytes32(P), y), "p");
    }

    /// @notice Project Wycheproof's ecdsa_secp256r1_sha256_test.json or its p1363 twin, where AIT_WYCHEPROOF_P256 names one.
    function test_verify_agreesWithWycheproof() external withoutPrecompile {
        string memory path = vm.envOr("AIT_WYCHEPROOF_P256", string(""));
        vm.skip(bytes(path).length == 0, "AIT_WYCHEPROOF_P256 does not name Wycheproof's ecdsa_secp256r1_sha256_test.json");
        assertTrue(agree(path, 32) > 0, "the file holds tests");
    }

    function verdict(bytes memory message, bytes memory signature, bytes memory key) internal view override returns (bool) {
        if (signature.length != 64) return false;
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        (bytes32 x, bytes32 y) = abi.decode(key, (bytes32, bytes32));
        return _verifier.verify(sha256(message), r, s, x, y);
    }

    function test_code_runsOnEveryChain() external view {
        bytes memory code = address(_verifier).code;
        assertTrue(code.length < 24_576, "size");
        assertEq(Opcodes.firstUnknown(code), type(uint256).max, "opcodes");
    }

    function signed(uint256 key, bytes32 digest) private pure returns (bytes32 r, bytes32 s, bytes32 x, bytes32 y) {
        (r, s) = vm.signP256(key, digest);
        (uint256 qx, uint256 qy) = vm.publicKeyP256(key);
        (x, y) = (bytes32(qx), bytes32(qy));
    }

    /// @notice By Fermat, one product at a time.
    function inverse(uint256 x) private pure returns (uint256 z) {
        z = 1;
        for (uint256 e = N - 2; e != 0; e >>= 1) {
            if (e & 1 != 0) z = mulmod(z, x, N);
            x = mulmod(x, x, N);
        }
    }
}
