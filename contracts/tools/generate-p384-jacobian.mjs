// Writes src/crypto/P384Jacobian.sol: node tools/generate-p384-jacobian.mjs > src/crypto/P384Jacobian.sol
// Doubling and mixed addition are nine tenths of a verification without hints. Written out, their products share residues and reductions.
// docs/p384.md is the argument to every line; the names below are its names.
import {
  EPSILON, J, K, LOW, M, asIs, block, difference, emit, fold, hex, inK, inM, indented, less, lessTwice, lines, load, memory, mod,
  p, product, residues, squared, store, sum, top, topOf, variable,
} from "./p384-yul.mjs";

// Memory: the accumulator as X, 2Y, Z and the entry to add as x, y, two words each, high word first; then what one operation keeps.
// The addition reads 2^256 - 1 from memory where 32 bytes each time would not fit the contract.
const MODULUS = 0x1fe0, ACC = 0x2000, ENTRY = 0x20c0, FIRST = 0x2140, SECOND = 0x2180, RESIDUES = 0x21c0, THIRD = 0x2200, END = 0x2240;
// What keeps a difference of products from falling below zero, in multiples of p.
const DOUBLE_GUARD = 96, ADD_GUARD = 16;
const LOW_OF_P = hex(p & (2n ** 256n - 1n));
const [X, W, Z, EX, EY, KEPT, OTHER, S] = [ACC, ACC + 64, ACC + 128, ENTRY, ENTRY + 64, FIRST, SECOND, THIRD].map(memory);
const [RM, RK] = [RESIDUES, RESIDUES + 32].map((place) => `mload(${hex(place)})`);
const keepResidues = (x) => emit(`mstore(${hex(RESIDUES)}, ${x}m)`, `mstore(${hex(RESIDUES + 32)}, ${x}k)`);
const declare = (...names) => names.forEach((x) => emit(`let ${x}1`, `let ${x}0`));
// As it is: a value whose bound its uses bear is spared the fold.
const unfolded = (z) => { asIs(); emit(`${z}1 := h`, `${z}0 := e`); };
const folded = (z) => { asIs(); fold(z); };
const minus = (residue, modulus) => (modulus === M ? `not(${residue})` : `sub(${K}, ${residue})`);

// The stack is short: what is used twice far apart waits in memory.
const double = () => {
  emit("function double_() {");
  // d = Z^2
  block(() => {
    load("z", Z);
    residues("z");
    squared("z", 1);
    asIs();
    emit(`mstore(${hex(SECOND)}, h)`, `mstore(${hex(SECOND + 32)}, e)`);
  });
  block(() => {
    declare("g");
    block(() => {
      load("w", W);
      residues("w");
      block(() => {
        // Z' = 2Y Z
        load("z", Z);
        product(mod("wm", inM("z"), M), "mul(w0, z0)", mod("wk", inK("z"), K), top("w", "z", 1));
        folded("z");
        store("z", ACC + 128);
      });
      block(() => {
        // g = (2Y)^2
        squared("w", 1);
        unfolded("g");
      });
    });
    residues("g");
    store("g", FIRST);
    keepResidues("g");
    block(() => {
      // s = X g
      load("x", X);
      product(mod(inM("x"), "gm", M), "mul(x0, g0)", mod(inK("x"), "gk", K), topOf("g", "x", 3, 1));
      asIs();
      emit(`mstore(${hex(THIRD)}, h)`, `mstore(${hex(THIRD + 32)}, e)`);
    });
  });
  // The compiler forgets here what memory holds; else its rewriting of the whole chain of products takes all memory there is.
  emit("mcopy(0, 0, 0)");
  block(() => {
    // a = 3 (X^2 - d^2)
    emit(`let dm := ${inM(OTHER)}`, `let dk := ${inK(OTHER)}`, `let xm := ${inM(X)}`, `let xk := ${inK(X)}`);
    product(
      sum(mod("xm", "xm", M), minus(mod("dm", "dm", M), M), M),
      `mul(3, sub(mul(${X[1]}, ${X[1]}), mul(${OTHER[1]}, ${OTHER[1]})))`,
      mod("3", sum(mod("xk", "xk", K), minus(mod("dk", "dk", K), K), K), K),
      `mul(3, ${topOf(X, X, 1, 1)})`,
      { times: 3, down: `mul(3, add(${topOf(OTHER, OTHER, 3, 3)}, ${DOUBLE_GUARD}))` },
    );
    asIs();
    emit(`mstore(${hex(SECOND)}, h)`, `mstore(${hex(SECOND + 32)}, e)`);
  });
  load("a", OTHER);
  residues("a");
  declare("z");
  block(() => {
    // X' = a^2 - 2s
    product(mod("am", "am", M), "mul(a0, a0)", mod("ak", "ak", K), topOf("a", "a", 9, 9));
    lessTwice(S, 64);
    fold("z");
  });
  store("z", ACC);
  block(() => {
    // 2Y' = a 2 (s - X') - g^2
    difference("b", S, variable("z"), 2);
    emit("b1 := add(shl(1, b1), shr(255, b0))", "b0 := shl(1, b0)");
    product(
      sum(mod("am", inM("b"), M), minus(mod(RM, RM, M), M), M),
      `sub(mul(a0, b0), mul(${KEPT[1]}, ${KEPT[1]}))`,
      sum(mod("ak", inK("b"), K), minus(mod(RK, RK, K), K), K),
      topOf("a", "b", 9, 6),
      { down: `add(${topOf(KEPT, KEPT, 3, 3)}, ${DOUBLE_GUARD})` },
    );
    folded("z");
  });
  store("z", ACC + 64);
  emit("}", "double_()");
};

// Whether x, below 2p, is 0 or p: the first question is answered no nearly always.
const ifZero = (x, body) => {
  emit(`let g${x} := sub(0, ${x}0)`, `if eq(mul(and(g${x}, ${J}), ${EPSILON}), g${x}) {`);
  emit(`if or(iszero(or(${x}1, ${x}0)), and(eq(${x}1, ${LOW}), eq(${x}0, ${LOW_OF_P}))) {`);
  body();
  emit("}", "}");
};
const add = () => {
  emit("function add_() -> level {");
  block(() => {
    load("z", Z);
    residues("z");
    declare("q");
    block(() => {
      squared("z", 1);
      unfolded("q");
    });
    residues("q");
    block(() => {
      // H = x Z^2 - X
      load("x", EX);
      product(mod(inM("x"), "qm", M), "mul(x0, q0)", mod(inK("x"), "qk", K), topOf("q", "x", 3, 1));
      less(2, X);
      fold("x");
      store("x", FIRST);
    });
    block(() => {
      // Z^3
      product(mod("zm", "qm", M), "mul(z0, q0)", mod("zk", "qk", K), topOf("q", "z", 3, 1));
      folded("z");
      store("z", SECOND);
    });
  });
  declare("r");
  block(() => {
    // R = 2y Z^3 - 2Y
    load("y", EY);
    load("t", OTHER);
    emit(`let rk := ${mod(inK("y"), inK("t"), K)}`);
    product(mod(inM("y"), inM("t"), M), "shl(1, mul(y0, t0))", sum("rk", "rk", K), topOf("y", "t", 2, 1, 1), { times: 2 });
    less(2, W);
    fold("r");
  });
  declare("v", "i");
  block(() => {
    load("h", KEPT);
    block(() => ifZero("h", () => {
      emit("level := 2");
      block(() => ifZero("r", () => emit("level := 1")));
      emit("leave");
    }));
    residues("h");
    block(() => {
      // Z' = 2 Z H
      load("z", Z);
      emit(`let rk := ${mod(inK("z"), "hk", K)}`);
      product(mod(inM("z"), "hm", M), "shl(1, mul(z0, h0))", sum("rk", "rk", K), topOf("z", "h", 1, 1, 1), { times: 2 });
      folded("z");
      store("z", ACC + 128);
    });
    block(() => {
      // I = (2H)^2
      product(mod("hm", "hm", M), "shl(2, mul(h0, h0))", mod("4", mod("hk", "hk", K), K), topOf("h", "h", 1, 1, 2), { times: 4 });
      folded("i");
    });
    block(() => {
      // J = H I
      residues("i");
      keepResidues("i");
      product(mod("hm", "im", M), "mul(h0, i0)", mod("hk", "ik", K), top("h", "i", 1));
      declare("j");
      folded("j");
      store("j", FIRST);
    });
  });
  block(() => {
    // V = X I
    load("x", X);
    product(mod(inM("x"), RM, M), "mul(x0, i0)", mod(inK("x"), RK, K), top("x", "i", 1));
    folded("v");
  });
  // X' = R^2 - (J + 2V), in the place of I
  residues("r");
  block(() => {
    emit(`let n0 := add(shl(1, v0), ${KEPT[1]})`, `let n1 := add(add(add(shl(1, v1), shr(255, v0)), lt(n0, ${KEPT[1]})), ${KEPT[0]})`);
    squared("r", 1);
    less(4, variable("n"));
    fold("i");
  });
  store("i", ACC);
  block(() => {
    // 2Y' = 2 (R (V - X') - 2Y J)
    difference("d", variable("v"), variable("i"), 2);
    emit(`let nk := ${sum(mod("rk", inK("d"), K), minus(mod(inK(W), inK(KEPT), K), K), K)}`);
    product(
      sum(mod("rm", inM("d"), M), minus(mod(inM(W), inM(KEPT), M), M), M),
      `shl(1, sub(mul(r0, d0), mul(${W[1]}, ${KEPT[1]})))`,
      sum("nk", "nk", K), topOf("d", "r", 2, 1, 1),
      { times: 2, down: `add(${topOf(W, KEPT, 1, 1, 1)}, ${ADD_GUARD})` },
    );
    folded("i");
  });
  store("i", ACC + 64);
  emit("}", "kind := add_()");
};

const written = (what) => {
  lines.length = 0;
  what();
  return indented(12);
};
process.stdout.write(`// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Doubling and mixed addition on P-384, written out
/// @notice Written by tools/generate-p384-jacobian.mjs; P384Field has the same arithmetic in readable form, docs/p384.md the argument.
library P384Jacobian {
    // Memory: 2^256 - 1, the accumulator, as X, 2Y and Z, and the entry to add, as x and y; two words each, high word first.
    uint256 internal constant START = ${hex(MODULUS)};
    uint256 internal constant ACC = ${hex(ACC)};
    uint256 internal constant ENTRY = ${hex(ENTRY)};
    uint256 internal constant END = ${hex(END)};

    /// @notice Writes 2^256 - 1 to START, for the additions.
    function prepare() internal pure {
        assembly ("memory-safe") {
            mstore(START, not(0))
        }
    }

    /// @notice Doubles the accumulator. Z = 0 stays 0.
    function double() internal pure {
        assembly ("memory-safe") {
${written(double)}
        }
    }

    /// @notice Adds the entry to the accumulator, which is not infinity; the entry is lost.
    /// @return kind 0 when done; otherwise nothing was added: 1 where the points are equal, 2 where they are opposite.
    function add() internal pure returns (uint256 kind) {
        assembly ("memory-safe") {
${written(add).replaceAll(M, `mload(${hex(MODULUS)})`)}
        }
    }
}
`);
