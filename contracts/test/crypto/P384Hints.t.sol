// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "../base/Test.sol";
import {Transaction} from "../base/Transaction.sol";
import {IP384Verifier} from "../../src/interfaces/IP384Verifier.sol";

/// @notice Hints of any content and length: the prover's are accepted, and nothing makes a signature valid that is not.
contract P384HintsTest is Test {
    struct Claim {
        string name;
        bytes digest;
        bytes signature;
        bytes publicKey;
        bytes hints;
    }

    uint256 private constant HEADER = 52;
    IP384Verifier private _verifier;
    Claim[] private _claims;

    function setUp() external {
        _verifier = IP384Verifier(vm.deployCode("P384Verifier.sol:P384Verifier"));
        string memory signatures = vm.readFile("../vectors/p384/signatures.json");
        bytes[] memory digests = vm.parseJsonBytesArray(signatures, ".digests");
        bytes[] memory pairs = vm.parseJsonBytesArray(signatures, ".signatures");
        bytes[] memory keys = vm.parseJsonBytesArray(signatures, ".publicKeys");
        string[] memory all = vm.parseJsonStringArray(signatures, ".names");
        string memory json = vm.readFile("../vectors/p384/hints.json");
        bytes[] memory hints = vm.parseJsonBytesArray(json, ".hints");
        string[] memory names = vm.parseJsonStringArray(json, ".names");
        for (uint256 i = 0; i < hints.length; i++) {
            uint256 k;
            while (keccak256(bytes(all[k])) != keccak256(bytes(names[i]))) k++;
            _claims.push(Claim(names[i], digests[k], pairs[k], keys[k], hints[i]));
        }
    }

    function test_verifyWithHints_acceptsTheProversHints() external {
        for (uint256 i = 0; i < _claims.length; i++) {
            assertTrue(judge(_claims[i]), _claims[i].name);
            uint256 gas = vm.snapshotGasLastCall("crypto", string.concat("P384Verifier with hints, ", _claims[i].name));
            assertLe(gas, 560_000, _claims[i].name);
        }
    }

    /// @notice The dearest of the shared hints as a transaction of its own, and a signature without hints, under the rules of this run.
    function test_verify_costsAsATransaction() external {
        string memory rules = vm.getEvmVersion();
        uint256 most;
        for (uint256 i = 0; i < _claims.length; i++) {
            Claim memory claim = _claims[i];
            uint256 gas = gasOf(abi.encodeCall(_verifier.verifyWithHints, (claim.digest, claim.signature, claim.publicKey, claim.hints)));
            if (gas > most) most = gas;
        }
        vm.snapshotValue(string.concat("gas-", rules), "P-384 with hints", most);
        assertLe(most, 900_000, "with hints");
        most = gasOf(abi.encodeCall(_verifier.verify, (_claims[0].digest, _claims[0].signature, _claims[0].publicKey)));
        vm.snapshotValue(string.concat("gas-", rules), "P-384 without hints", most);
        assertLe(most, 1_900_000, "without");
    }

    function gasOf(bytes memory input) private returns (uint256) {
        (bool done, bytes memory answer) = address(_verifier).call(input);
        assertTrue(done && abi.decode(answer, (bool)), "genuine");
        return Transaction.gasOf(input, vm.lastCallGas().gasTotalUsed);
    }

    /// @notice Hints that tests/Chain.Tests wrote for signatures drawn at random, where AIT_P384_HINTS names them.
    function test_verifyWithHints_acceptsHintsOfRandomSignatures() external {
        string memory path = vm.envOr("AIT_P384_HINTS", string(""));
        vm.skip(bytes(path).length == 0, "AIT_P384_HINTS does not name the prover's hints for random signatures");
        bytes[] memory cases = vm.parseJsonBytesArray(vm.readFile(path), ".cases");
        assertTrue(cases.length > 0, "the file holds cases");
        for (uint256 i = 0; i < cases.length; i++) {
            Claim memory claim = Claim(
                vm.toString(i), part(cases[i], 0, 48), part(cases[i], 48, 96), part(cases[i], 144, 96), part(cases[i], 240, cases[i].length - 240)
            );
            assertTrue(judge(claim), claim.name);
            assertTrue(_verifier.verify(claim.digest, claim.signature, claim.publicKey), claim.name);
            changeAndJudge(claim, i * claim.hints.length / cases.length, 0x10);
        }
    }

    function test_verifyWithHints_withoutBytesIsVerify() external view {
        Claim memory claim = _claims[0];
        claim.hints = "";
        assertTrue(judge(claim), "genuine");
        claim.digest[5] ^= 0x01;
        assertFalse(judge(claim), "another digest");
    }

    function test_verifyWithHints_refusesOtherLengths() external view {
        Claim memory claim = _claims[0];
        claim.digest = abi.encodePacked(claim.digest, bytes1(0));
        assertFalse(judge(claim), "digest of 49");
        claim = _claims[0];
        claim.signature = abi.encodePacked(claim.signature, bytes1(0));
        assertFalse(judge(claim), "signature of 97");
        claim = _claims[0];
        claim.publicKey = part(claim.publicKey, 1, 95);
        assertFalse(judge(claim), "key of 95");
    }

    /// @notice The contract ends with the last slope, so what follows the hints in calldata cannot stand in for one.
    function testFuzz_verifyWithHints_refusesHintsCutOrExtended(uint256 pick, uint256 length, bytes32 more) external view {
        Claim memory claim = _claims[pick % _claims.length];
        length = bound(length, 1, claim.hints.length + 96);
        if (length == claim.hints.length) return;
        claim.hints = length < claim.hints.length
            ? part(claim.hints, 0, length)
            : part(abi.encodePacked(claim.hints, more, more, more), 0, length);
        assertFalse(judge(claim), claim.name);
    }

    function testFuzz_verifyWithHints_refusesNoise(uint256 pick, bytes calldata noise) external view {
        Claim memory claim = _claims[pick % _claims.length];
        vm.assume(noise.length > 0);
        claim.hints = noise;
        assertFalse(judge(claim), claim.name);
        // A program of the prover's with slopes of noise.
        claim.hints = abi.encodePacked(part(_claims[pick % _claims.length].hints, 0, 300), noise);
        assertFalse(judge(claim), claim.name);
    }

    /// @notice Any bits of any word changed: only operations that mean the same are accepted.
    function testFuzz_verifyWithHints_refusesAnyOtherWord(uint256 pick, uint256 place, bytes32 flips) external view {
        Claim memory claim = _claims[pick % _claims.length];
        bytes memory hints = claim.hints;
        bytes memory before = part(hints, 0, hints.length);
        place = bound(place, 0, hints.length - 32);
        // Often few bits: a field of the program, a digit of a slope.
        if (uint256(flips) % 4 != 0) flips &= bytes32(uint256(0xff << (8 * (uint256(flips) % 32))));
        for (uint256 i = 0; i < 32; i++) hints[place + i] ^= flips[i];
        assertTrue(judge(claim) == same(before, hints), claim.name);
    }

    /// @notice The hints of a signature under any change of what is signed, of the signature and of the key.
    function testFuzz_verifyWithHints_refusesOtherClaims(uint256 pick, uint256 seed) external view {
        Claim memory claim = _claims[pick % _claims.length];
        bytes memory all = abi.encodePacked(claim.digest, claim.signature, claim.publicKey);
        uint256 bit = bound(seed, 0, 8 * all.length - 1);
        all[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        (claim.digest, claim.signature, claim.publicKey) = (part(all, 0, 48), part(all, 48, 96), part(all, 144, 96));
        assertFalse(judge(claim), claim.name);
    }

    /// @notice The hints of one signature show no other.
    function test_verifyWithHints_refusesTheHintsOfAnother() external view {
        for (uint256 i = 0; i < _claims.length; i++) {
            Claim memory claim = _claims[i];
            claim.hints = _claims[(i + 1) % _claims.length].hints;
            assertFalse(judge(claim), claim.name);
        }
    }

    function changeAndJudge(Claim memory claim, uint256 place, bytes1 flip) private view {
        bytes memory before = part(claim.hints, 0, claim.hints.length);
        claim.hints[place] ^= flip;
        assertTrue(judge(claim) == same(before, claim.hints), claim.name);
    }

    function judge(Claim memory claim) private view returns (bool) {
        return _verifier.verifyWithHints(claim.digest, claim.signature, claim.publicKey, claim.hints);
    }

    /// @notice Whether hints differ at most in bits that the contract does not read: of an index beyond its table, and of the
    /// first operation's doublings and sign.
    function same(bytes memory left, bytes memory right) private pure returns (bool) {
        uint256 end = HEADER + 2 * ((uint256(uint8(left[50])) << 8) | uint8(left[51]));
        for (uint256 i = HEADER; i < end; i += 2) {
            bytes1 high = i == HEADER ? bytes1(0x03) : bytes1(0xff);
            left[i] &= high;
            right[i] &= high;
            bytes1 low = left[i] & 0x02 == 0 ? bytes1(0x07) : bytes1(0x7f);
            left[i + 1] &= low;
            right[i + 1] &= low;
        }
        return keccak256(left) == keccak256(right);
    }

    function part(bytes memory all, uint256 offset, uint256 length) private pure returns (bytes memory piece) {
        piece = new bytes(length);
        for (uint256 i = 0; i < length; i++) piece[i] = all[offset + i];
    }
}
