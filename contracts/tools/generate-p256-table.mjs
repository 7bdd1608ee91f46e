// Writes src/crypto/P256Table.sol: node tools/generate-p256-table.mjs > src/crypto/P256Table.sol
const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const G = [
  0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
];
const mod = (a) => ((a % p) + p) % p;
const inverse = (a) => {
  let [r, s, t, u] = [p, mod(a), 0n, 1n];
  while (s) [r, s, t, u] = [s, r % s, u, t - (r / s) * u];
  return mod(t);
};
const add = (a, b) => {
  const slope = a[0] === b[0] ? mod((3n * a[0] * a[0] - 3n) * inverse(2n * a[1])) : mod((b[1] - a[1]) * inverse(b[0] - a[0]));
  const x = mod(slope * slope - a[0] - b[0]);
  return [x, mod(slope * (a[0] - x) - a[1])];
};
const word = (v) => v.toString(16).padStart(64, "0");
const rows = [];
const multiples = (base) => {
  const twice = add(base, base);
  for (let i = 0, point = base; i < 128; i++, point = add(point, twice)) {
    rows.push(`        hex"${word(point[0])}"\n        hex"${word(mod(2n * point[1]))}"`);
  }
};
multiples(G);
let shifted = G;
for (let i = 0; i < 128; i++) shifted = add(shifted, shifted);
multiples(shifted);
process.stdout.write(`// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Odd multiples of the generator of P-256
/// @notice Written by tools/generate-p256-table.mjs; a test walks the table with additions of its own.
/// @dev Entry i holds (2i + 1)G, entry 128 + i holds (2i + 1) 2^128 G, as x and 2y modulo p, 32 bytes each, big-endian.
library P256Table {
    bytes internal constant ODD_MULTIPLES =
${rows.join("\n")};
}
`);
