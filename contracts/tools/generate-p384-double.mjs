// Writes src/crypto/P384Double.sol: node tools/generate-p384-double.mjs > src/crypto/P384Double.sol
// The doubling is four fifths of a verification. Written out, its eight products are spared their calls and shuffles.
// Each expansion is P384Field's function of the same name, which is the one to read; a test holds the two together.
const ALL = "not(0)";
const EPSILON = "0x100000000ffffffffffffffff00000001";
const DELTA = "0xffffffffffffffff00000001";
const INVERSE = "0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001";
const LOW = "0xffffffffffffffffffffffffffffffff";
const lines = [];
const emit = (...text) => lines.push(...text);
const residue = (x) => `addmod(${x}0, ${x}1, ${ALL})`;

// What follows the low word u: the residue modulo 2^256 - 1, the high word from the difference, the fold.
const finish = (z, residueOfProducts) => {
  emit(
    `t := addmod(${residueOfProducts}, mulmod(addmod(w, not(m), ${ALL}), ${DELTA}, ${ALL}), ${ALL})`,
    `t := sub(sub(t, u), lt(t, u))`,
    `w := mul(shr(128, t), ${EPSILON})`,
    `${z}0 := add(u, w)`,
    `${z}1 := add(and(t, ${LOW}), lt(${z}0, w))`,
    "}",
  );
};
const mul = (z, x, y) => {
  emit(
    `// ${z} = ${x} ${y}`, "{",
    `let t := mul(${x}0, ${y}0)`,
    `let m := mul(t, ${INVERSE})`,
    `let a := mulmod(${x}0, ${y}0, ${ALL})`,
    `let b := mulmod(m, ${EPSILON}, ${ALL})`,
    `let w := shr(112, mul(shr(16, ${x}1), ${y}1))`,
    `let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), add(mul(${x}0, ${y}1), mul(${x}1, ${y}0))), add(shl(128, m), mul(w, ${EPSILON})))`,
  );
  finish(z, `mulmod(${residue(x)}, ${residue(y)}, ${ALL})`);
};
const square = (z, x) => {
  emit(
    `// ${z} = ${x}^2`, "{",
    `let t := mul(${x}0, ${x}0)`,
    `let m := mul(t, ${INVERSE})`,
    `let a := mulmod(${x}0, ${x}0, ${ALL})`,
    `let b := mulmod(m, ${EPSILON}, ${ALL})`,
    `let w := shr(112, mul(shr(16, ${x}1), ${x}1))`,
    `let u := add(add(add(sub(sub(a, lt(a, t)), b), lt(b, t)), shl(1, mul(${x}0, ${x}1))), add(shl(128, m), mul(w, ${EPSILON})))`,
    `let r := ${residue(x)}`,
  );
  finish(z, `mulmod(r, r, ${ALL})`);
};
const sub = (z, x, y, k, comment) => {
  // k p = k 2^384 - k EPSILON
  const [high, low] = k === 4 ? ["0x400000000000000000000000000000000", "0x400000003fffffffffffffffc00000004"] : ["0x1000000000000000000000000000000000", "0x100000000ffffffffffffffff000000010"];
  emit(
    `// ${z} = ${comment}`, "{",
    `let t := add(${y}0, ${low})`,
    `${z}1 := sub(sub(add(${x === "0" ? "0" : x + "1"}, ${high}), ${y}1), add(lt(t, ${y}0), lt(${x === "0" ? "0" : x + "0"}, t)))`,
    `${z}0 := sub(${x === "0" ? "0" : x + "0"}, t)`,
    "}",
  );
};
const twice = (z, x) => emit(`// ${z} = 2 ${x}`, `${z}1 := add(shl(1, ${x}1), shr(255, ${x}0))`, `${z}0 := shl(1, ${x}0)`);
const load = (x, place) => emit(`let ${x}1 := mload(add(point, ${place}))`, `let ${x}0 := mload(add(point, ${place + 32}))`);
const store = (x, place) => emit(`mstore(add(point, ${place}), ${x}1)`, `mstore(add(point, ${place + 32}), ${x}0)`);
const declare = (...names) => names.forEach((x) => emit(`let ${x}1`, `let ${x}0`));

load("x", 0);
declare("a");
emit("{");
load("z", 128);
declare("d");
square("d", "z");
emit("// a = (x + d)(x - d)");
emit("a0 := add(x0, d0)", "a1 := add(add(x1, d1), lt(a0, d0))");
sub("d", "x", "d", 4, "x - d + 4p");
mul("a", "a", "d");
emit("}");
emit("// a = 3 a", "{", "let t := add(shl(1, a0), a0)", "a1 := add(add(add(shl(1, a1), a1), shr(255, a0)), lt(t, a0))", "a0 := t", "}");
load("y", 64);
emit("{");
load("z", 128);
mul("z", "z", "y");
store("z", 128);
emit("}");
square("y", "y");
mul("x", "x", "y");
declare("e");
square("e", "a");
emit("{");
declare("s");
twice("s", "x");
sub("e", "e", "s", 4, "a^2 - 2 x y + 4p");
emit("}");
store("e", 0);
sub("x", "x", "e", 16, "x y - e + 16p");
twice("a", "a");
mul("x", "x", "a");
square("y", "y");
sub("x", "x", "y", 4, "x - y + 4p");
store("x", 64);

let depth = 12;
const body = lines.map((line) => {
  if (line === "}") depth -= 4;
  const text = " ".repeat(depth) + line;
  if (line === "{") depth += 4;
  return text;
});
process.stdout.write(`// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Doubling on P-384, written out
/// @notice Written by tools/generate-p384-double.mjs; P384Field has the same arithmetic in readable form, docs/p384.md the argument.
library P384Double {
    /// @notice Doubles the point (X, 2Y, Z) that lies in six words of memory.
    /// @dev X <= 5, 2Y <= 16, Z <= 2 in units of 2^384 give X <= 5, 2Y <= 5 and Z <= 2. Z = 0 stays 0.
    function double(uint256 point) internal pure {
        assembly ("memory-safe") {
${body.join("\n")}
        }
    }
}
`);
