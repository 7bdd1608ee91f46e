// Reads what the suites left in a folder and prints what failed, what was skipped and why, and the closing line.
// A suite that ended badly without naming a failed test counts as one failure: nothing that broke can read as a pass.
"use strict";
const fs = require("fs");
const path = require("path");
const [, , folder, buildCode] = process.argv;
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];

function read(name) {
  try {
    return fs.readFileSync(path.join(folder, name), "utf8");
  } catch {
    return null;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Forge: {"file:Contract": {"test_results": {"name()": {"status": "Success" | "Failure" | "Skipped", "reason": …}}}}
function forgeTests(text) {
  const start = text.indexOf("{");
  const suites = start < 0 ? null : parse(text.slice(start));
  if (suites === null) return null;
  return Object.entries(suites).flatMap(([suite, body]) =>
    Object.entries(body.test_results || {}).map(([test, result]) => ({
      name: `${suite} ${test}`,
      status: { Success: "passed", Skipped: "skipped" }[result.status] || "failed",
      message: result.reason || "",
    })));
}

// CTRF: {"results": {"tests": [{"name", "status": "passed" | "failed" | "skipped" | …, "message"}]}}
function ctrfTests(text) {
  const report = parse(text);
  if (report === null || !report.results || !Array.isArray(report.results.tests)) return null;
  return report.results.tests.map(test => ({
    name: test.name,
    status: test.status === "passed" || test.status === "skipped" ? test.status : "failed",
    message: test.message || "",
  }));
}

function fail(name, message) {
  totals.failed++;
  failures.push(`${name}: ${message}`);
}

if (buildCode !== "0") fail("build", `dotnet build ended with exit code ${buildCode}`);
for (const file of fs.readdirSync(folder).sort()) {
  if (file.endsWith(".skip")) {
    totals.skipped++;
    skips.push(`${file.slice(0, -5)}: ${read(file).trim()}`);
  }
  if (!file.endsWith(".exit")) continue;
  const suite = file.slice(0, -5);
  const code = Number.parseInt(read(file), 10);
  const forge = suite === "contracts";
  const text = read(forge ? "contracts.forge.json" : `${suite}.ctrf.json`);
  const tests = text === null ? null : forge ? forgeTests(text) : ctrfTests(text);
  if (tests === null) {
    const log = forge ? (read("contracts.log") || "").trim().split("\n").slice(-15).join("\n    ") : "";
    fail(suite, `the suite left no readable report; it ended with exit code ${code}${log ? "\n    " + log : ""}`);
    continue;
  }
  let failed = 0;
  for (const test of tests) {
    totals[test.status]++;
    const line = `${suite}: ${test.name}${test.message ? ": " + test.message.trim().split("\n")[0] : ""}`;
    if (test.status === "failed") {
      failed++;
      failures.push(line);
    } else if (test.status === "skipped") {
      skips.push(line);
    }
  }
  if (code !== 0 && failed === 0) fail(suite, `no test failed, yet the suite ended with exit code ${code}`);
  if (forge) console.log(`  total: ${tests.length}\n  failed: ${failed}`);
}

if (skips.length > 0) console.log(`\nskipped:\n${skips.map(line => "  " + line).join("\n")}`);
if (failures.length > 0) console.log(`\nfailed:\n${failures.map(line => "  " + line).join("\n")}`);
const closing = `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
fs.writeFileSync(path.join(folder, "summary"), closing + "\n");
console.log("\n" + closing);
process.exit(totals.failed === 0 ? 0 : 1);
