// Writes src/crypto/P384Table.sol: node tools/generate-p384-table.mjs > src/crypto/P384Table.sol
import { oddMultiples } from "./odd-multiples.mjs";

const p = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n;
const G = [
  0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
  0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
];
const word = (v) => (v % p).toString(16).padStart(96, "0");
const R = 2n ** 256n - 1n;
const rows = oddMultiples(p, G, 192).map(([x, y]) => `        hex"${word(x * R)}"\n        hex"${word(y * R)}"`);
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
