#!/usr/bin/env node
// Prints what the flows cost against their floors: tools/gas.mjs, after the tests that write snapshots/.
// Each row names the snapshot it is read from, so a figure here is a figure under review. Exit 1 if one is above its floor.
import { readFileSync } from "node:fs";

// flow, group of the snapshot, key, floor, stretch, what the best public code takes. Under both rules where the key has two figures.
const FLOWS = [
  ["P-384 verify with hints, transaction", "gas", "P-384 with hints", 900_000, 760_000, "5.4M"],
  ["P-384 verify, hint-free, transaction", "gas", "P-384 without hints", 1_900_000, 1_300_000, "> 16.7M (prague 8.8M)"],
  ["SHA-384 of 672 bytes, execution", "crypto", "Sha384 672 bytes", 140_000, 120_000, "1.39M"],
];
// Told without a floor: what is a public library's own.
const PUBLIC = [["P-256 verify without precompile (OpenZeppelin), execution", "crypto", "P256Verifier without precompile"]];

const groups = {};
const figure = (group, key) => {
  groups[group] ??= JSON.parse(readFileSync(new URL(`../snapshots/${group}.json`, import.meta.url), "utf8"));
  const found = groups[group][key];
  return found === undefined ? undefined : Number(found);
};
const figures = (group, key) => {
  const plain = group === "gas" ? undefined : figure(group, key);
  if (plain !== undefined) return [["", plain]];
  const both = ["osaka", "prague"].map((rules) => [` (${rules})`, figure(`${group}-${rules}`, key)]);
  for (const [rules, gas] of both) if (gas === undefined) throw new Error(`snapshots/${group}.json has no "${key}"${rules}: run the tests that write it`);
  return both;
};
const text = (gas) => gas.toLocaleString("en");

let above = 0;
console.log("flow | gas | floor | ");
console.log("---|---|---|---");
for (const [flow, group, key, floor, stretch, best] of FLOWS) {
  for (const [rules, gas] of figures(group, key)) {
    const sign = gas > floor ? "✗" : gas <= stretch ? "✓ stretch" : "✓";
    if (gas > floor) above++;
    console.log(`${flow}${rules} | ${text(gas)} | ${text(floor)} | ${sign} (best public: ${best})`);
  }
}
for (const [flow, group, key] of PUBLIC) console.log(`${flow} | ${text(figures(group, key)[0][1])} | – | public`);
process.exit(above === 0 ? 0 : 1);
