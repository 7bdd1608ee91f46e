// Writes src/crypto/P256Table.sol: node tools/generate-p256-table.mjs > src/crypto/P256Table.sol
import { oddMultiples } from "./odd-multiples.mjs";

const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const G = [
  0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
];
const word = (v) => (v % p).toString(16).padStart(64, "0");
const rows = oddMultiples(p, G, 128).map(([x, y]) => `        hex"${word(x)}"\n        hex"${word(2n * y)}"`);
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
