// Writes src/crypto/P384Table.sol: node tools/generate-p384-table.mjs > src/crypto/P384Table.sol
const p = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n;
const G = [
  0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
  0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
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
const word = (v) => v.toString(16).padStart(96, "0");
const rows = [];
const multiples = (base) => {
  const twice = add(base, base);
  for (let i = 0, point = base; i < 128; i++, point = add(point, twice)) {
    rows.push(`        hex"${word(mod(point[0] * (2n ** 256n - 1n)))}"\n        hex"${word(mod(point[1] * (2n ** 256n - 1n)))}"`);
  }
};
multiples(G);
let shifted = G;
for (let i = 0; i < 192; i++) shifted = add(shifted, shifted);
multiples(shifted);
process.stdout.write(`// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Odd multiples of the generator of P-384
/// @notice Written by tools/generate-p384-table.mjs; a test walks the table with additions of its own.
/// @dev Entry i holds (2i + 1)G, entry 128 + i holds (2i + 1) 2^192 G, as x and y, 48 bytes each, big-endian, times 2^256 - 1 modulo p.
/// They fill a data contract to its last byte. Its first byte is no instruction, so it cannot run.
library P384Table {
    bytes internal constant ODD_MULTIPLES =
${rows.join("\n")};
}
`);
