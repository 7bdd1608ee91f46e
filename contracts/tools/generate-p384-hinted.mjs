// Writes src/crypto/P384Hinted.sol: node tools/generate-p384-hinted.mjs > src/crypto/P384Hinted.sol
// The joint run over hints is straight-line arithmetic; written out, its products share residues and are spared calls.
// docs/p384.md is the argument to every line; the names below are its names.
import {
  EPSILON, J, K, M, PK, block, difference, emit, fold, hex, inK, inM, indented, less, lessTwice, load, memory, mod, multipleOfEpsilon,
  multipleOfPk, product, residues, squared, store, sum, top, variable,
} from "./p384-yul.mjs";

// Memory: the accumulator and the entry to add are x and y of two words each, high word first.
const ACC = 0x2000, ENTRY = 0x2080, SUMS = 0x2100, TABLE = 0x2180, PACKED = 0x2980, KEPT = 0x2980, END = 0x2a00;

const at = hex;
const [X, Y, EX, EY] = [ACC, ACC + 64, ENTRY, ENTRY + 64].map(memory);
const slope = (x, place) => {
  emit(`let ${x}1 := shr(128, calldataload(${place}))`, `let ${x}0 := calldataload(add(${place}, 16))`);
  residues(x);
};
// d l, for a difference d whose residues serve once and a slope l.
const times = (d, l, shift) => product(mod(inM(d), l + "m", M), `mul(${d}0, ${l}0)`, mod(inK(d), l + "k", K), top(d, l, shift));
const wrong = (...parts) => emit(`fault := ${["fault", ...parts].reduce((a, b) => `or(${a}, ${b})`)}`);

// Doubles the accumulator by the slope at q, which is minus the tangent's.
emit("function double(q) -> fault {");
slope("l", "q");
block(() => {
  load("x", X);
  load("y", Y);
  residues("x");
  residues("y");
  // 3 x^2 + 2 y l - 3 = 0
  product(
    sum(mod("3", mod("xm", "xm", M), M), mod(sum("ym", "ym", M), "lm", M), M),
    "add(mul(3, mul(x0, x0)), shl(1, mul(y0, l0)))",
    sum(mod("3", mod("xk", "xk", K), K), mod(sum("yk", "yk", K), "lk", K), K),
    "add(mul(3, shr(127, mul(shr(1, x1), x1))), shl(1, shr(128, mul(y1, l1))))",
  );
  emit("let e := sub(not(2), u)", `let j := and(e, ${J})`);
  wrong(`xor(mul(j, ${EPSILON}), e)`, `xor(add(mul(j, ${PK}), 3), k)`);
});
emit("let z1", "let z0");
block(() => {
  // x' = l^2 - 2 x
  squared("l", 0);
  lessTwice(X);
  fold("z");
});
block(() => {
  // y' = l (x' - x) - y
  difference("d", variable("z"), X, 2);
  store("z", ACC);
  times("d", "l", 2);
  less(2, Y);
  fold("z");
});
store("z", ACC + 64);
emit("}");

// What addition and doubling with addition start with: the slope l at q of the line through accumulator P and entry E.
const line = () => {
  slope("l", "q");
  block(() => {
    difference("d", EX, X, 2);
    // Points of one x have no slope to check.
    emit("let g := sub(0, d0)", `fault := eq(mul(and(g, ${J}), ${EPSILON}), g)`);
      // l (xE - xP) + yP - yE = 0
    times("d", "l", 2);
    emit(`let e := sub(${multipleOfEpsilon(2)}, sub(add(u, ${Y[1]}), ${EY[1]}))`, `let j := and(e, ${J})`);
    const left = `addmod(k, addmod(${Y[1]}, add(shl(1, ${Y[0]}), ${multipleOfPk(2)}), ${K}), ${K})`;
    wrong(`xor(mul(j, ${EPSILON}), e)`, `xor(${left}, addmod(${EY[1]}, add(shl(1, ${EY[0]}), mul(j, ${PK})), ${K}))`);
  });
};
// The third point's y: l (xP - x') - yP.
const ordinate = (l) => block(() => {
  difference("d", X, variable("z"), 2);
  store("z", ACC);
  times("d", l, 2);
  less(2, Y);
  fold("z");
});

// Adds the entry to the accumulator.
emit("function add_(q) -> fault {");
line();
emit("let z1", "let z0");
block(() => {
  squared("l", 0);
  less(4, X, EX);
  fold("z");
});
ordinate("l");
store("z", ACC + 64);
emit("}");

// Doubles the accumulator P and adds the entry E, as S = P + E and S + P: y of S is not needed.
emit("function doubleAdd(q) -> fault {");
line();
block(() => {
  squared("l", 0);
  less(4, X, EX);
  emit(`mstore(${at(ENTRY)}, h)`, `mstore(${at(ENTRY + 32)}, e)`);
});
block(() => {
  slope("b", "add(q, 48)");
  emit(`l0 := add(l0, b0)`, `l1 := add(l1, b1)`, `lm := addmod(lm, bm, ${M})`, `lk := addmod(lk, bk, ${K})`);
  emit(`mstore(${at(KEPT)}, bm)`, `mstore(${at(KEPT + 32)}, bk)`);
});
block(() => {
  // (l + k)(xS - xP) + 2 yP = 0
  difference("d", EX, X, 2);
  times("d", "l", 5);
  emit(`let e := sub(0, add(u, shl(1, ${Y[1]})))`, `let j := and(e, ${J})`);
  emit(`let f := addmod(${Y[1]}, shl(1, ${Y[0]}), ${K})`);
  wrong(`xor(mul(j, ${EPSILON}), e)`, `xor(addmod(k, addmod(f, f, ${K}), ${K}), mul(j, ${PK}))`);
});
block(() => {
  emit("let b1 := shr(128, calldataload(add(q, 48)))", "let b0 := calldataload(add(q, 64))", `let bm := mload(${at(KEPT)})`, `let bk := mload(${at(KEPT + 32)})`);
  emit("let z1", "let z0");
  block(() => {
    squared("b", 0);
      less(16, X, EX);
    fold("z");
  });
  ordinate("b");
  store("z", ACC + 64);
});
emit("}");

// Loads the entry of an operation: bits 8 and 9 name the table, bit 10 negates, the low bits are the index.
// Counts its digit, at a place, into the sum of its table.
emit(
  "function take(operation, at, source) {",
  "let digit",
  "let sum := and(shr(3, operation), 0x60)",
  "switch and(operation, 0x200)",
  "case 0 {",
  "let index := and(operation, 7)",
  "digit := add(shl(1, index), 1)",
  `mcopy(${hex(ENTRY)}, add(add(${hex(TABLE)}, shl(2, and(operation, 0x100))), shl(7, index)), 0x80)`,
  "}",
  "default {",
  "let index := and(operation, 0x7f)",
  "digit := add(shl(1, index), 1)",
  `extcodecopy(source, ${hex(PACKED)}, mul(add(index, shr(1, and(operation, 0x100))), 96), 96)`,
  `mstore(${hex(ENTRY)}, shr(128, mload(${hex(PACKED)})))`,
  `mstore(${hex(ENTRY + 32)}, mload(${hex(PACKED + 16)}))`,
  `mstore(${hex(ENTRY + 64)}, shr(128, mload(${hex(PACKED + 48)})))`,
  `mstore(${hex(ENTRY + 96)}, mload(${hex(PACKED + 64)}))`,
  "}",
  "if and(operation, 0x400) {",
  "digit := sub(0, digit)",
  `let t := add(mload(${hex(ENTRY + 96)}), ${multipleOfEpsilon(2)})`,
  `mstore(${hex(ENTRY + 64)}, sub(sub(${hex(2n << 128n)}, mload(${hex(ENTRY + 64)})), add(lt(t, ${multipleOfEpsilon(2)}), iszero(iszero(t)))))`,
  `mstore(${hex(ENTRY + 96)}, sub(0, t))`,
  "}",
  `sum := add(${hex(SUMS)}, sum)`,
  "mstore(sum, add(mload(sum), shl(at, digit)))",
  "}",
);
// Whether two elements of two words in memory are not equal modulo p.
emit("function differ(left, right) -> fault {");
emit("let x1 := mload(left)", "let x0 := mload(add(left, 32))", "let y1 := mload(right)", "let y0 := mload(add(right, 32))");
difference("d", variable("x"), variable("y"), 4);
emit("d0 := sub(0, d0)", `let j := and(d0, ${J})`);
// j p is j 2^128 - 1 above a low word of 2^256 - j EPSILON, or nothing.
emit(`fault := or(xor(mul(j, ${EPSILON}), d0), xor(d1, sub(shl(128, j), iszero(iszero(j)))))`);
emit("}");

// The tables of Q and of R: eight odd multiples each, by one doubling and seven additions.
emit(
  `for { let base := ${hex(TABLE)} } lt(base, ${hex(TABLE + 0x800)}) { base := add(base, 0x400) } {`,
  `mcopy(${hex(ACC)}, base, 0x80)`,
  "wrong := or(wrong, double(slopes))",
  "slopes := add(slopes, 48)",
  `mcopy(${hex(ENTRY)}, ${hex(ACC)}, 0x80)`,
  `mcopy(${hex(ACC)}, base, 0x80)`,
  "for { let entry := add(base, 0x80) } lt(entry, add(base, 0x400)) { entry := add(entry, 0x80) } {",
  "wrong := or(wrong, add_(slopes))",
  "slopes := add(slopes, 48)",
  `mcopy(entry, ${hex(ACC)}, 0x80)`,
  "}",
  "}",
);
emit(
  `calldatacopy(${hex(SUMS)}, calldatasize(), 0x80)`,
  "// The first entry is taken as it is, so that y of the accumulator never exceeds the bound of a product.",
  "take(and(shr(240, calldataload(program)), 0x3ff), place, table)",
  `mcopy(${hex(ACC)}, ${hex(ENTRY)}, 0x80)`,
  "let last := sub(end, 2)",
  "for { program := add(program, 2) } lt(program, last) { program := add(program, 2) } {",
  "let operation := shr(240, calldataload(program))",
  "let doublings := shr(11, operation)",
  "place := sub(place, doublings)",
  "take(operation, place, table)",
  "switch doublings",
  "case 0 {",
  "wrong := or(wrong, add_(slopes))",
  "slopes := add(slopes, 48)",
  "}",
  "case 1 {",
  "wrong := or(wrong, doubleAdd(slopes))",
  "slopes := add(slopes, 96)",
  "}",
  "default {",
  "for {} gt(doublings, 1) { doublings := sub(doublings, 1) } {",
  "wrong := or(wrong, double(slopes))",
  "slopes := add(slopes, 48)",
  "}",
  "wrong := or(wrong, doubleAdd(slopes))",
  "slopes := add(slopes, 96)",
  "}",
  "}",
  "{",
  "let operation := shr(240, calldataload(program))",
  "let doublings := shr(11, operation)",
  "place := sub(place, doublings)",
  "for {} doublings { doublings := sub(doublings, 1) } {",
  "wrong := or(wrong, double(slopes))",
  "slopes := add(slopes, 48)",
  "}",
  "// The last entry is minus the accumulator: their sum is the point at infinity.",
  "take(operation, place, table)",
  "}",
);
emit(
  `wrong := or(wrong, differ(${hex(ACC)}, ${hex(ENTRY)}))`,
);
// y of the accumulator plus y of the entry vanishes: negate the entry's y first.
emit(
  "{",
  `let t := add(mload(${hex(ENTRY + 96)}), ${multipleOfEpsilon(2)})`,
  `mstore(${hex(ENTRY + 64)}, sub(sub(${hex(2n << 128n)}, mload(${hex(ENTRY + 64)})), add(lt(t, ${multipleOfEpsilon(2)}), iszero(iszero(t)))))`,
  `mstore(${hex(ENTRY + 96)}, sub(0, t))`,
  "}",
  `wrong := or(wrong, differ(${hex(ACC + 64)}, ${hex(ENTRY + 64)}))`,
  "wrong := or(wrong, or(place, xor(slopes, finish)))",
);

process.stdout.write(`// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title A joint run on P-384 along supplied slopes
/// @notice Written by tools/generate-p384-hinted.mjs; docs/p384.md is the argument.
library P384Hinted {
    // Memory that a run uses. The caller has put Q at TABLE and R at TABLE + 0x400: x, then y, two words each.
    uint256 internal constant START = ${hex(ACC)};
    uint256 internal constant SUMS = ${hex(SUMS)};
    uint256 internal constant TABLE = ${hex(TABLE)};
    uint256 internal constant END = ${hex(END)};

    /// @notice The sums of the digits of Q, R, G and 2^192 G that the last run took, each below 2^248 in size.
    function sums() internal pure returns (int256 q, int256 k, int256 g, int256 h) {
        assembly ("memory-safe") {
            q := mload(SUMS)
            k := mload(add(SUMS, 0x20))
            g := mload(add(SUMS, 0x40))
            h := mload(add(SUMS, 0x60))
        }
    }

    /// @notice Runs a program over hints and leaves the four sums of digits, of Q, R, G and 2^192 G, at SUMS.
    /// @param program Offset in calldata of the first operation, two bytes each; there are at least two.
    /// @param end Offset behind the last operation, where the slopes begin.
    /// @param finish Offset behind the last slope.
    /// @param place The highest place of a digit, below 224.
    /// @param table The contract that holds the multiples of G.
    /// @return wrong Zero if every slope is one, and the multiples of the points that were summed vanish together.
    function run(uint256 program, uint256 end, uint256 finish, uint256 place, address table) internal view returns (uint256 wrong) {
        assembly ("memory-safe") {
            let slopes := end
${indented(12)}
        }
    }
}
`);
