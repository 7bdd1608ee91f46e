// Writes src/crypto/Sha384.sol: node tools/generate-sha384.mjs > src/crypto/Sha384.sol
// The 80 rounds are written out because a loop would pay for indices and for rotating eight variables.
const root = (prime, power) => {
  // The first 64 bits of the fractional part of prime^(1/power), by integer bisection.
  let low = 0n, high = 1n << 80n;
  const target = BigInt(prime) << BigInt(64 * power);
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(power) <= target) low = middle; else high = middle;
  }
  return low & ((1n << 64n) - 1n);
};
const primes = [];
for (let candidate = 2; primes.length < 80; candidate++) if (primes.every((p) => candidate % p)) primes.push(candidate);
const hex = (value, bytes) => "0x" + value.toString(16).padStart(2 * bytes, "0");
const at = (address) => "0x" + address.toString(16).padStart(3, "0");

const SCHEDULE = 0x20; // 80 entries of 16 bytes, each word in the low half of its entry
const STATE = 0x520; // the eight chaining words, 32 bytes each
const MESSAGE = 0x620; // the padded message
const entry = (t) => at(SCHEDULE + 16 * t);
const word = (t) => at(SCHEDULE + 16 * t - 16); // reads entry t into the low half; what is above is masked away later
const names = "abcdefgh";

const lines = [];
const emit = (indent, text) => lines.push(" ".repeat(indent) + text);
emit(0, `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISha384} from "../interfaces/ISha384.sol";

/// @title SHA-384 (FIPS 180-4), unrolled
/// @notice Written by tools/generate-sha384.mjs; the loop it equals is the slow twin in its tests.
/// @dev Rotation: a word times 2^64 + 1 is the word twice, so that a right shift is a rotation in the low 64 bits. What lies
/// above them is masked once per sum. The schedule works on two words at a time, in lanes of 128 bits; a lane is masked to
/// 64 bits before it is added, so that no carry crosses lanes. Entries lie 16 bytes apart: any two neighbours are one load.
/// The function owns the whole memory and returns from assembly.
contract Sha384 is ISha384 {
    /// @inheritdoc ISha384
    function sha384(bytes calldata message) external pure returns (bytes32, bytes16) {
        assembly {
            let p := ${at(MESSAGE)}
            let end
            {
                // Padding: a one bit, zeros, and the length in bits as a 128-bit number.
                let size := message.length
                end := add(p, and(add(size, 144), not(127)))
                calldatacopy(p, message.offset, size)
                calldatacopy(add(p, size), calldatasize(), sub(sub(end, p), size))
                mstore8(add(p, size), 0x80)
                mstore(sub(end, 32), or(mload(sub(end, 32)), shl(3, size)))
            }`);
// SHA-384's initial words: the 9th to 16th primes' square roots.
names.split("").forEach((name, i) => emit(12, `let ${name} := ${hex(root(primes[8 + i], 2), 8)}`));
names.split("").forEach((name, i) => emit(12, `mstore(${at(STATE + 32 * i)}, ${name})`));
emit(12, "for {} lt(p, end) { p := add(p, 128) } {");
const LANES = "0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff";
const TWICE = "0x10000000000000001";
const MASK = "0xffffffffffffffff";
for (let i = 0; i < 4; i++) {
  emit(16, "{");
  emit(20, `let x := mload(add(p, ${32 * i}))`);
  emit(20, `let y := shr(128, x)`);
  emit(20, `mstore(${entry(4 * i)}, and(or(y, shl(64, y)), ${LANES}))`);
  emit(20, `y := and(x, 0xffffffffffffffffffffffffffffffff)`);
  emit(20, `mstore(${entry(4 * i + 2)}, and(or(y, shl(64, y)), ${LANES}))`);
  emit(16, "}");
}
for (let t = 0; t < 80; t++) {
  if (t >= 16 && t % 2 === 0) {
    emit(16, "{");
    emit(20, `let x := mload(${entry(t - 15)})`);
    emit(20, `let y := mul(x, ${TWICE})`);
    emit(20, `let u := mload(${entry(t - 2)})`);
    emit(20, `let v := mul(u, ${TWICE})`);
    emit(20, `mstore(${entry(t)}, and(add(add(and(xor(xor(shr(1, y), shr(8, y)), shr(7, x)), ${LANES}), and(xor(xor(shr(19, v), shr(61, v)), shr(6, u)), ${LANES})), add(mload(${entry(t - 16)}), mload(${entry(t - 7)}))), ${LANES}))`);
    emit(16, "}");
  }
  const [a, b, c, d, e, f, g, h] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => names[(((i - t) % 8) + 8) % 8]);
  emit(16, "{");
  emit(20, `let x := mul(${e}, ${TWICE})`);
  emit(20, `let y := add(add(add(${h}, ${hex(root(primes[t], 3), 8)}), mload(${word(t)})), add(xor(${g}, and(${e}, xor(${f}, ${g}))), xor(xor(shr(14, x), shr(18, x)), shr(41, x))))`);
  emit(20, `${d} := and(add(${d}, y), ${MASK})`);
  emit(20, `x := mul(${a}, ${TWICE})`);
  emit(20, `${h} := and(add(y, add(xor(${b}, and(xor(${a}, ${b}), xor(${b}, ${c}))), xor(xor(shr(28, x), shr(34, x)), shr(39, x)))), ${MASK})`);
  emit(16, "}");
}
names.split("").forEach((name, i) => {
  emit(16, `${name} := and(add(${name}, mload(${at(STATE + 32 * i)})), ${MASK})`);
  emit(16, `mstore(${at(STATE + 32 * i)}, ${name})`);
});
emit(12, "}");
emit(12, "mstore(0x00, or(or(shl(192, a), shl(128, b)), or(shl(64, c), d)))");
emit(12, "mstore(0x20, or(shl(192, e), shl(128, f)))");
emit(12, "return(0x00, 0x40)");
emit(8, "}");
emit(4, "}");
emit(0, "}");
process.stdout.write(lines.join("\n") + "\n");
