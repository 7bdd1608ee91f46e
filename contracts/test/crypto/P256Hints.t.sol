// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DataContract} from "../../src/evidence/DataContract.sol";
import {P256Hinted} from "../../src/crypto/P256Hinted.sol";
import {P256Table} from "../../src/crypto/P256Table.sol";
import {P256Verifier} from "../../src/crypto/P256Verifier.sol";
import {Wycheproof} from "../base/Wycheproof.sol";
import {Transaction} from "../base/Transaction.sol";

/// @notice What hints alone show, without the verification that the contract falls back to.
contract P256HintReader {
    address private immutable _multiples = DataContract.write(P256Table.ODD_MULTIPLES);

    function shows(bytes32 digest, bytes32 r, bytes32 s, bytes32 x, bytes32 y, bytes calldata hints) external view returns (bool) {
        return P256Hinted.shows(uint256(digest), uint256(r), uint256(s), uint256(x), uint256(y), hints, _multiples);
    }
}

/// @notice Hints of any content and length: the prover's are accepted, nothing makes a signature valid that is not, and no hints
/// change a verdict.
contract P256HintsTest is Wycheproof {
    struct Claim {
        string name;
        bytes32 digest;
        bytes32 r;
        bytes32 s;
        bytes32 x;
        bytes32 y;
        bytes hints;
    }

    uint256 private constant HEADER = 36;
    P256Verifier private _verifier;
    P256HintReader private _reader;
    Claim[] private _claims;
    bytes[] private _all;

    function setUp() external {
        _verifier = new P256Verifier();
        _reader = new P256HintReader();
        string memory signatures = vm.readFile("../vectors/p256/signatures.json");
        bytes[] memory digests = vm.parseJsonBytesArray(signatures, ".digests");
        bytes[] memory pairs = vm.parseJsonBytesArray(signatures, ".signatures");
        bytes[] memory keys = vm.parseJsonBytesArray(signatures, ".publicKeys");
        string[] memory all = vm.parseJsonStringArray(signatures, ".names");
        string memory json = vm.readFile("../vectors/p256/hints.json");
        bytes[] memory hints = vm.parseJsonBytesArray(json, ".hints");
        string[] memory names = vm.parseJsonStringArray(json, ".names");
        for (uint256 i = 0; i < hints.length; i++) {
            uint256 k;
            while (keccak256(bytes(all[k])) != keccak256(bytes(names[i]))) k++;
            _claims.push(claimOf(names[i], bytes.concat(digests[k], pairs[k], keys[k], hints[i])));
        }
        for (uint256 i = 0; i < digests.length; i++) _all.push(bytes.concat(digests[i], pairs[i], keys[i]));
    }

    /// @notice From here on nothing answers at 0x100.
    modifier withoutPrecompile() {
        vm.mockCall(address(0x100), "", "");
        _;
    }

    function test_verifyWithHints_staysWithinItsGas() external withoutPrecompile {
        for (uint256 i = 0; i < _claims.length; i++) {
            assertTrue(verify(_claims[i]), _claims[i].name);
            uint256 gas = vm.snapshotGasLastCall("crypto", string.concat("P256Verifier with hints, ", _claims[i].name));
            assertLe(gas, 115_000, _claims[i].name);
        }
    }

    function test_shows_acceptsTheProversHints() external view {
        for (uint256 i = 0; i < _claims.length; i++) assertTrue(shows(_claims[i]), _claims[i].name);
    }

    /// @notice The dearest of the shared hints as a transaction of its own, and a signature without hints, under the rules of this run.
    function test_verify_costsAsATransaction() external withoutPrecompile {
        string memory rules = vm.getEvmVersion();
        uint256 most;
        for (uint256 i = 0; i < _claims.length; i++) {
            Claim memory claim = _claims[i];
            bytes memory input = abi.encodeCall(
                _verifier.verifyWithHints, (claim.digest, claim.r, claim.s, claim.x, claim.y, claim.hints)
            );
            uint256 gas = gasOf(input);
            if (gas > most) most = gas;
        }
        vm.snapshotValue(string.concat("gas-", rules), "P-256 with hints, no precompile", most);
        assertLe(most, 145_000, "with hints");
        Claim memory first = _claims[0];
        most = gasOf(abi.encodeCall(_verifier.verify, (first.digest, first.r, first.s, first.x, first.y)));
        vm.snapshotValue(string.concat("gas-", rules), "P-256 without hints, no precompile", most);
        assertLe(most, 270_000, "without");
    }

    function gasOf(bytes memory input) private returns (uint256) {
        (bool done, bytes memory answer) = address(_verifier).call(input);
        assertTrue(done && abi.decode(answer, (bool)), "genuine");
        return Transaction.gasOf(input, vm.lastCallGas().gasTotalUsed);
    }

    /// @notice Every shared signature, with hints of its own, of another and with none, has the verdict it has without.
    function test_verifyWithHints_isVerify() external withoutPrecompile {
        string memory json = vm.readFile("../vectors/p256/signatures.json");
        bool[] memory valid = vm.parseJsonBoolArray(json, ".valid");
        for (uint256 i = 0; i < _all.length; i++) {
            Claim memory claim = claimOf(vm.toString(i), bytes.concat(_all[i], _claims[i % _claims.length].hints));
            assertTrue(_verifier.verify(claim.digest, claim.r, claim.s, claim.x, claim.y) == valid[i], claim.name);
            assertTrue(verify(claim) == valid[i], claim.name);
            claim.hints = "";
            assertTrue(verify(claim) == valid[i], claim.name);
        }
    }

    function test_verifyWithHints_isByPrecompileWhereThereIsOne() external {
        vm.skip(keccak256(bytes(vm.getEvmVersion())) == keccak256("prague"), "prague has no precompile for P-256");
        Claim memory claim = _claims[0];
        claim.hints = "no hints";
        assertTrue(verify(claim), "genuine");
        assertLe(vm.snapshotGasLastCall("crypto", "P256Verifier with hints, by precompile"), 12_000, "gas of one verification");
    }

    /// @notice Hints that tests/Chain.Tests wrote for signatures drawn at random, where AIT_P256_HINTS names them: the precompile, the
    /// hints and the library agree.
    function test_shows_acceptsHintsOfRandomSignatures() external {
        string memory path = vm.envOr("AIT_P256_HINTS", string(""));
        vm.skip(bytes(path).length == 0, "AIT_P256_HINTS does not name the prover's hints for random signatures");
        bytes[] memory cases = vm.parseJsonBytesArray(vm.readFile(path), ".cases");
        assertTrue(cases.length > 0, "the file holds cases");
        for (uint256 i = 0; i < cases.length; i++) {
            Claim memory claim = claimOf(vm.toString(i), cases[i]);
            assertTrue(_verifier.verify(claim.digest, claim.r, claim.s, claim.x, claim.y), claim.name);
            assertTrue(shows(claim), claim.name);
            bytes memory before = bytes.concat(claim.hints);
            claim.hints[i * claim.hints.length / cases.length] ^= 0x10;
            assertTrue(shows(claim) == same(before, claim.hints), claim.name);
        }
    }

    function testFuzz_shows_refusesHintsCutOrExtended(uint256 pick, uint256 length, bytes32 more) external view {
        Claim memory claim = _claims[pick % _claims.length];
        length = bound(length, 0, claim.hints.length + 64);
        if (length == claim.hints.length) return;
        claim.hints = length < claim.hints.length
            ? part(claim.hints, 0, length)
            : part(abi.encodePacked(claim.hints, more, more), 0, length);
        assertFalse(shows(claim), claim.name);
    }

    function testFuzz_shows_refusesNoise(uint256 pick, bytes calldata noise) external view {
        Claim memory claim = _claims[pick % _claims.length];
        bytes memory hints = claim.hints;
        claim.hints = noise;
        assertFalse(shows(claim), claim.name);
        // A program of noise between the prover's nonce and slopes, with places that end where they must as often as not.
        claim.hints = abi.encodePacked(
            part(hints, 0, HEADER - 2), uint16(noise.length / 2), part(noise, 0, noise.length / 2 * 2), part(hints, hints.length - 256, 256)
        );
        assertFalse(shows(claim), claim.name);
    }

    /// @notice Any bits of any word changed: only what means the same is accepted.
    function testFuzz_shows_refusesAnyOtherWord(uint256 pick, uint256 place, bytes32 flips) external view {
        Claim memory claim = _claims[pick % _claims.length];
        bytes memory before = bytes.concat(claim.hints);
        place = bound(place, 0, before.length - 32);
        // Often few bits: a field of the program, a digit of a slope.
        if (uint256(flips) % 4 != 0) flips &= bytes32(uint256(0xff << (8 * (uint256(flips) % 32))));
        for (uint256 i = 0; i < 32; i++) claim.hints[place + i] ^= flips[i];
        assertTrue(shows(claim) == same(before, claim.hints), claim.name);
    }

    /// @notice The hints of a signature under any change of what is signed, of the signature and of the key.
    function testFuzz_shows_refusesOtherClaims(uint256 pick, uint256 seed) external view {
        Claim memory claim = _claims[pick % _claims.length];
        bytes memory all = abi.encodePacked(claim.digest, claim.r, claim.s, claim.x, claim.y, claim.hints);
        uint256 bit = bound(seed, 0, 8 * 160 - 1);
        all[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        assertFalse(shows(claimOf(claim.name, all)), claim.name);
    }

    /// @notice Whatever the hints, a genuine signature verifies and another does not.
    function testFuzz_verifyWithHints_changesNoVerdict(uint256 key, bytes32 digest, bytes calldata noise) external withoutPrecompile {
        key = bound(key, 1, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550);
        Claim memory claim;
        claim.digest = digest;
        (claim.r, claim.s) = vm.signP256(key, digest);
        (uint256 x, uint256 y) = vm.publicKeyP256(key);
        (claim.x, claim.y) = (bytes32(x), bytes32(y));
        claim.hints = noise;
        assertTrue(verify(claim), "genuine");
        claim.digest = ~digest;
        assertFalse(verify(claim), "another digest");
    }

    function test_shows_refusesTheHintsOfAnother() external view {
        for (uint256 i = 0; i < _claims.length; i++) {
            Claim memory claim = _claims[i];
            claim.hints = _claims[(i + 1) % _claims.length].hints;
            assertFalse(shows(claim), claim.name);
        }
    }

    /// @notice Sums that vanish by themselves show nothing: k = 0 with q, and everything with its opposite.
    function test_shows_refusesEquationsWithoutTheNonce() external view {
        Claim memory claim = _claims[0];
        bytes memory slopes = part(claim.hints, claim.hints.length - 256, 256);
        // Q - Q, and R - R: entries Q, -Q at place 0.
        for (uint256 table = 0; table < 4; table++) {
            claim.hints = abi.encodePacked(part(claim.hints, 0, 33), uint8(0), uint16(2), uint16(table << 8), uint16(0x400 | table << 8), slopes);
            assertFalse(shows(claim), "a difference of one point");
        }
    }

    /// @notice The table of the generator, walked with the addition of the library's own: by signatures of known nonces.
    function test_table_holdsOddMultiples() external pure {
        bytes memory table = P256Table.ODD_MULTIPLES;
        assertEq(table.length, 256 * 64, "length");
        uint256 p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff;
        for (uint256 i = 0; i < 256; i++) {
            (uint256 x, uint256 y) = vm.publicKeyP256((2 * (i % 128) + 1) << (i < 128 ? 0 : 128));
            assertEq(bytes32(part(table, 64 * i, 32)), bytes32(x), "x");
            assertEq(bytes32(part(table, 64 * i + 32, 32)), bytes32(addmod(y, y, p)), "2y");
        }
    }

    /// @notice Project Wycheproof's file as in P256Verifier.t.sol, here with hints of another signature and without the precompile.
    function test_verifyWithHints_agreesWithWycheproof() external withoutPrecompile {
        string memory path = vm.envOr("AIT_WYCHEPROOF_P256", string(""));
        vm.skip(bytes(path).length == 0, "AIT_WYCHEPROOF_P256 does not name Wycheproof's ecdsa_secp256r1_sha256_test.json");
        assertTrue(agree(path, 32) > 0, "the file holds tests");
    }

    function verdict(bytes memory message, bytes memory signature, bytes memory key) internal view override returns (bool) {
        if (signature.length != 64) return false;
        return verify(claimOf("", bytes.concat(sha256(message), signature, key, _claims[0].hints)));
    }

    function verify(Claim memory claim) private view returns (bool) {
        return _verifier.verifyWithHints(claim.digest, claim.r, claim.s, claim.x, claim.y, claim.hints);
    }

    function shows(Claim memory claim) private view returns (bool) {
        return _reader.shows(claim.digest, claim.r, claim.s, claim.x, claim.y, claim.hints);
    }

    function claimOf(string memory name, bytes memory all) private pure returns (Claim memory claim) {
        claim.name = name;
        (claim.digest, claim.r, claim.s, claim.x, claim.y) =
            abi.decode(part(all, 0, 160), (bytes32, bytes32, bytes32, bytes32, bytes32));
        claim.hints = part(all, 160, all.length - 160);
    }

    /// @notice Whether hints differ at most in bits that the contract does not read: of an index beyond its table; and of slopes in
    /// multiples of p.
    function same(bytes memory left, bytes memory right) private pure returns (bool) {
        uint256 end = HEADER + 2 * ((uint256(uint8(left[34])) << 8) | uint8(left[35]));
        for (uint256 i = HEADER; i < end; i += 2) {
            bytes1 low = left[i] & 0x02 == 0 ? bytes1(0x03) : bytes1(0x7f);
            left[i + 1] &= low;
            right[i + 1] &= low;
        }
        return keccak256(left) == keccak256(right);
    }
}
