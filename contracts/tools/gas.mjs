#!/usr/bin/env node
// Prints what the flows cost against their floors: tools/gas.mjs [ROWS], after the tests that write snapshots/.
// Each row names the snapshot it is read from, so a figure here is a figure under review. ROWS is a file of the rows that the miner's
// EvidenceGasTests print: rules | flow | gas | floor | sign. Exit 1 if one is above its floor.
import { existsSync, readFileSync } from "node:fs";

// flow, group of the snapshot, key, floor, stretch, what the best public code takes, tasks the snapshot is of. Under both rules where the
// group has two files.
const FLOWS = [
  ["P-384 verify with hints, transaction", "gas", "P-384 with hints", 900_000, 760_000, "5.4M"],
  ["P-384 verify, hint-free, transaction", "gas", "P-384 without hints", 1_900_000, 1_300_000, "> 16.7M (prague 8.8M)"],
  ["SHA-384 of 672 bytes, execution", "crypto", "Sha384 672 bytes", 140_000, 120_000, "1.39M"],
  ["settle one task of three seats", "network", "settle one task, 5 devices of 5 operators", 150_000, 120_000, "–"],
  ["settle 100 tasks, 300 devices of 10 operators, per task", "network", "settle a hundred tasks, 300 devices of 10 operators", 46_000, 38_000, "–", 100],
  ["settle 100 tasks, 20 devices of 10 operators, per task", "network", "settle a hundred tasks, 20 devices of 10 operators", 26_000, 21_000, "–", 100],
  ["settle an epoch of 256 tasks, per task", "network", "settle an epoch of 256 tasks, 20 devices of 10 operators, per task", 1_200, 600, "–"],
  ["redeem", "network", "redeem", 70_000, 0, "–"],
];
// Told without a floor: what has none, and public libraries.
const TOLD = [
  ["P-256 verify with hints, no precompile, transaction", "gas", "P-256 with hints, no precompile", "ours"],
  ["P-256 verify, no precompile, transaction", "gas", "P-256 without hints, no precompile", "public: OpenZeppelin P256"],
  ["escalate to five seats", "network", "escalate, three claims that differ", "ours"],
  ["escalate to seven seats", "network", "escalate, five claims that differ", "ours"],
  ["pin the seed of the further seats", "network", "pinEscalation", "ours"],
  ["settle one task of five seats", "network", "settle one task of five seats, 20 devices of 10 operators", "ours"],
  ["settle one task of seven seats", "network", "settle one task of seven seats, 20 devices of 10 operators", "ours"],
  ["P-384 verify, execution", "public", "P-384, solarity ECDSA384, execution", "public: solarity ECDSA384"],
];

const groups = {};
const figure = (group, key) => {
  groups[group] ??= JSON.parse(readFileSync(new URL(`../snapshots/${group}.json`, import.meta.url), "utf8"));
  const found = groups[group][key];
  if (found === undefined) throw new Error(`snapshots/${group}.json has no "${key}": run the tests that write it`);
  return Number(found);
};
const figures = (group, key) =>
  group === "crypto" || group === "network" ? [["", figure(group, key)]] : ["osaka", "prague"].map((rules) => [rules, figure(`${group}-${rules}`, key)]);
const text = (gas) => gas.toLocaleString("en");
const row = (...cells) => console.log(cells.join(" | "));

let above = 0;
row("rules", "flow", "gas", "floor", "");
row("---", "---", "---", "---", "---");
for (const [flow, group, key, floor, stretch, best, tasks = 1] of FLOWS) {
  for (const [rules, whole] of figures(group, key)) {
    const gas = Math.round(whole / tasks);
    if (gas > floor) above++;
    row(rules, flow, text(gas), text(floor), `${gas > floor ? "✗" : gas <= stretch ? "✓✓" : "✓"} (best public: ${best})`);
  }
}
const rows = process.argv[2];
const evidence = rows && existsSync(rows) ? readFileSync(rows, "utf8").split("\n").filter(Boolean) : [];
for (const line of evidence) {
  if (line.includes("✗")) above++;
  row(...line.split("|").map((cell) => cell.trim()));
}
if (evidence.length === 0) console.log("evidence: not measured in this run");
for (const [flow, group, key, whose] of TOLD) {
  for (const [rules, gas] of figures(group, key)) row(rules, flow, text(gas), "–", whose);
}
process.exit(above === 0 ? 0 : 1);
