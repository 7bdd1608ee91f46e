// What both generators of P-384 arithmetic write with: products of P384Field in line, their residues shared.
// docs/p384.md is the argument to every line; the names are its names.
export const p = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n;
const B = 2n ** 256n;
const inverse = (a, m) => {
  let [r, s, t, u] = [m, ((a % m) + m) % m, 0n, 1n];
  while (s) [r, s, t, u] = [s, r % s, u, t - (r / s) * u];
  return ((t % m) + m) % m;
};
export const hex = (v) => "0x" + BigInt(v).toString(16);
export const M = hex(B - 1n);
export const K = hex(B - 2n);
export const EPSILON = hex(2n ** 384n - p);
export const PK = hex(p % (B - 2n));
// A zero U is j p; the low 32 bits of minus its low word are j.
export const J = "0xffffffff";
export const LOW = hex(2n ** 128n - 1n);
export const multipleOfEpsilon = (count) => hex(BigInt(count) * (2n ** 384n - p));
export const multipleOfPk = (count) => hex(BigInt(count) * (p % (B - 2n)));
const NEGATED_INVERSE = hex(B - 1n - inverse(p, B - 1n));

export const lines = [];
export const emit = (...text) => lines.push(...text);
export const block = (body) => { emit("{"); body(); emit("}"); };
// An element is a pair of expressions, high and low: of variables, or of memory. Memory is read where it is needed: the stack is short.
export const variable = (x) => [`${x}1`, `${x}0`];
export const memory = (place) => [`mload(${hex(place)})`, `mload(${hex(place + 32)})`];
export const load = (x, [high, low]) => emit(`let ${x}1 := ${high}`, `let ${x}0 := ${low}`);
export const store = (x, place) => emit(`mstore(${hex(place)}, ${x}1)`, `mstore(${hex(place + 32)}, ${x}0)`);
// x modulo 2^256 - 1 and modulo 2^256 - 2: as variables where they serve twice, in line where they serve once.
export const residues = (x) => emit(`let ${x}m := ${inM(x)}`, `let ${x}k := ${inK(x)}`);
const words = (x) => (Array.isArray(x) ? x : variable(x));
export const inM = (x) => `addmod(${words(x)[1]}, ${words(x)[0]}, ${M})`;
export const inK = (x) => `addmod(${words(x)[1]}, shl(1, ${words(x)[0]}), ${K})`;
export const mod = (x, y, modulus) => `mulmod(${x}, ${y}, ${modulus})`;
export const sum = (x, y, modulus) => `addmod(${x}, ${y}, ${modulus})`;
// U of a product, or of a sum of products, by its residues modulo 2^256 (u) and 2^256 - 2 (k); w is what to take off the top.
// The sum is a multiple of the residue by a small factor; down, where there is one, is taken off w, which may then be negative.
export const product = (residue, low, rest, w, { times = 1, down } = {}) => {
  emit(`let m := ${mod(residue, hex((BigInt(times) * BigInt(NEGATED_INVERSE)) % (B - 1n)), M)}`, `let w := ${w}`);
  if (down) emit(`let o := ${down}`);
  emit(
    `let u := sub(mul(${down ? "sub(add(m, w), o)" : "add(m, w)"}, ${EPSILON}), ${low})`,
    `let k := addmod(${rest}, ${mod(`addmod(${down ? `addmod(m, o, ${K})` : "m"}, sub(${K}, w), ${K})`, PK, K)}, ${K})`,
  );
};
// The top of x y, for x below 2^shift times 2^384 and y not above 2^384; where the shift is 0, one of the two is below.
export const top = (x, y, shift) => shift === 0
  ? `shr(128, mul(${x}1, ${y}1))`
  : `shr(${128 - shift}, mul(shr(${shift}, ${x}1), ${y}1))`;
// The same where both may be large: x below 2^i and y below 2^j times 2^384.
export const topOf = (x, y, i, j, times = 0) => `shr(${128 - i - j - times}, mul(shr(${i}, ${words(x)[0]}), shr(${j}, ${words(y)[0]})))`;
export const squared = (x, shift) => product(mod(x + "m", x + "m", M), `mul(${x}0, ${x}0)`, mod(x + "k", x + "k", K), top(x, x, shift));
// The high word of U.
const HIGH = `shr(1, addmod(k, not(u), ${K}))`;
export const asIs = () => emit(`let h := ${HIGH}`, "let e := u");
// U - x .. + count p
export const less = (count, ...subtrahends) => {
  const low = multipleOfEpsilon(count);
  const [first, second] = subtrahends;
  emit(`let t := add(${first[1]}, ${low})`, `let c := lt(t, ${low})`);
  if (second) emit(`let v := add(t, ${second[1]})`);
  const t = second ? "v" : "t";
  const carry = second ? "add(c, lt(v, t))" : "c";
  const highs = second ? `add(${first[0]}, ${second[0]})` : first[0];
  emit(`let h := sub(sub(add(${HIGH}, ${hex(BigInt(count) << 128n)}), ${highs}), add(${carry}, lt(u, ${t})))`, `let e := sub(u, ${t})`);
};
// U - 2 x + count p
export const lessTwice = (x, count = 4) => {
  const low = multipleOfEpsilon(count);
  emit(
    `let c := ${x[1]}`, `let t := add(shl(1, c), ${low})`,
    `let h := sub(sub(add(${HIGH}, ${hex(BigInt(count) << 128n)}), add(shl(1, ${x[0]}), shr(255, c))), add(lt(t, ${low}), lt(u, t)))`,
    "let e := sub(u, t)",
  );
};
// What exceeds 2^384 is folded.
export const fold = (z) => emit(
  `let f := mul(shr(128, h), ${EPSILON})`,
  `${z}0 := add(e, f)`,
  `${z}1 := add(and(h, ${LOW}), lt(${z}0, f))`,
);
// z = x - y + count p
export const difference = (z, x, y, count) => {
  const low = multipleOfEpsilon(count);
  emit(
    `let ${z}0 := add(${y[1]}, ${low})`,
    `let ${z}1 := sub(sub(add(${x[0]}, ${hex(BigInt(count) << 128n)}), ${y[0]}), add(lt(${z}0, ${low}), lt(${x[1]}, ${z}0)))`,
    `${z}0 := sub(${x[1]}, ${z}0)`,
  );
};
export const indented = (depth) => lines.map((line) => {
  if (line.startsWith("}")) depth -= 4;
  const text = " ".repeat(depth) + line;
  if (line.endsWith("{")) depth += 4;
  return text;
}).join("\n");
