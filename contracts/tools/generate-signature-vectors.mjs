// Writes the signatures of a curve: node tools/generate-signature-vectors.mjs p384 > ../vectors/p384/signatures.json, and p256 likewise.
// Genuine signatures come from OpenSSL through node:crypto; the edge cases are built with BigInt arithmetic below. Every case
// is judged by that arithmetic, and it must agree with OpenSSL wherever OpenSSL made the signature.
import { createHash, generateKeyPairSync, sign } from "node:crypto";

// Field, order, b, generator, OpenSSL's name, the digest, and what a verifier scales coordinates by.
const CURVES = {
  p384: {
    bits: 384n,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    G: [
      0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    ],
    named: "secp384r1", hash: "sha384", scale: 2n ** 256n,
    edges: (p) => [0n, 1n, 2n ** 128n, 2n ** 255n, 2n ** 256n - 1n, 2n ** 256n, 2n ** 383n, p - 2n ** 257n, p - 2n ** 256n, p - 2n ** 128n, p - 1n],
  },
  p256: {
    bits: 256n,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    G: [
      0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    ],
    named: "prime256v1", hash: "sha256", scale: 1n,
    edges: (p) => [0n, 1n, 2n ** 128n, p - 2n ** 128n, p - 1n],
  },
};
const { bits, p, n, b, G, named, hash, scale, edges } = CURVES[process.argv[2]];
const digits = Number(bits) / 4;
const most = 2n ** bits - 1n;
const mod = (a, m) => ((a % m) + m) % m;
const inverse = (a, m) => {
  let [r, s, t, u] = [m, mod(a, m), 0n, 1n];
  while (s) [r, s, t, u] = [s, r % s, u, t - (r / s) * u];
  return mod(t, m);
};
const power = (a, e, m) => {
  let z = 1n;
  for (a = mod(a, m); e; e >>= 1n, a = (a * a) % m) if (e & 1n) z = (z * a) % m;
  return z;
};
const add = (a, c) => {
  if (!a) return c;
  if (!c) return a;
  if (a[0] === c[0] && a[1] !== c[1]) return null;
  const slope = a[0] === c[0] ? (3n * a[0] * a[0] - 3n) * inverse(2n * a[1], p) : (c[1] - a[1]) * inverse(c[0] - a[0], p);
  const x = mod(slope * slope - a[0] - c[0], p);
  return [x, mod(slope * (a[0] - x) - a[1], p)];
};
const multiply = (k, a) => {
  let z = null;
  for (k = mod(k, n); k; k >>= 1n, a = add(a, a)) if (k & 1n) z = add(z, a);
  return z;
};
const onCurve = ([x, y]) => x < p && y < p && mod(y * y - x * x * x + 3n * x - b, p) === 0n;
const pointAt = (x) => {
  const square = mod(x * x * x - 3n * x + b, p);
  const y = power(square, (p + 1n) / 4n, p);
  return mod(y * y, p) === square ? [x, y] : null;
};
const verifies = (e, r, s, Q) => {
  if (r < 1n || r >= n || s < 1n || s >= n || !onCurve(Q)) return false;
  const w = inverse(s, n);
  const R = add(multiply(e * w, G), multiply(r * w, Q));
  return R !== null && mod(R[0], n) === r;
};
const hex = (...values) => "0x" + values.map((v) => v.toString(16).padStart(digits, "0")).join("");
const cases = [];
const put = (name, e, r, s, Q, expected) => {
  const valid = verifies(e, r, s, Q);
  if (expected !== undefined && valid !== expected) throw new Error(name);
  cases.push({ name, digest: hex(e), signature: hex(r, s), publicKey: hex(...Q), valid });
};
// A reproducible stream of numbers below n.
let counter = 0;
const next = () => mod(BigInt("0x" + createHash("sha512").update(`${process.argv[2]} ${counter++}`).digest("hex")), n);
// A signature under a key whose private half nobody knows: R = aG + cQ, r = R.x, s = r / c, e = a s.
const forKey = (name, Q) => {
  const a = next(), c = next();
  const r = mod(add(multiply(a, G), multiply(c, Q))[0], n);
  const s = mod(r * inverse(c, n), n);
  put(name, mod(a * s, n), r, s, Q, true);
};
const signed = (name, d, k, e, expected = true) => {
  const r = mod(multiply(k, G)[0], n);
  const s = mod(inverse(k, n) * (e + r * d), n);
  put(name, e, r, s, multiply(d, G), expected && s !== 0n);
};

for (let i = 0; i < 6; i++) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: named });
  const message = Buffer.from("message " + i);
  const signature = sign(hash, message, { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("hex");
  const jwk = publicKey.export({ format: "jwk" });
  const Q = [jwk.x, jwk.y].map((v) => BigInt("0x" + Buffer.from(v, "base64url").toString("hex")));
  const e = BigInt("0x" + createHash(hash).update(message).digest("hex"));
  const [r, s] = [BigInt("0x" + signature.slice(0, digits)), BigInt("0x" + signature.slice(digits))];
  put(`openssl ${i}`, e, r, s, Q, true);
  put(`openssl ${i} with s negated`, e, r, n - s, Q, true);
  put(`openssl ${i} with another digest`, e ^ 1n, r, s, Q, false);
  put(`openssl ${i} with another r`, e, r ^ 1n, s, Q, false);
  put(`openssl ${i} with another s`, e, r, s ^ 1n, Q, false);
  put(`openssl ${i} with the key negated`, e, r, s, [Q[0], p - Q[1]], false);
  if (i === 0) {
    put("r is zero", e, 0n, s, Q, false);
    put("s is zero", e, r, 0n, Q, false);
    put("r is n", e, n, s, Q, false);
    put("s is n", e, r, n, Q, false);
    put("r is n + 1", e, n + 1n, s, Q, false);
    put("r is the largest number", e, most, s, Q, false);
    put("s is the largest number", e, r, most, Q, false);
    put("the key is the origin", e, r, s, [0n, 0n], false);
    put("the key's x is p", e, r, s, [p, Q[1]], false);
    put("the key's y is p", e, r, s, [Q[0], p], false);
    put("the key is off the curve", e, r, s, [Q[0], Q[1] ^ 1n], false);
    put("the key's coordinates are swapped", e, r, s, [Q[1], Q[0]], false);
  }
}
const small = [1n, 2n, 3n, 15n, 16n, 17n, n - 1n, n - 2n, n - 3n];
for (const d of small) for (const k of small) signed(`private key ${d} nonce ${k}`, d, k, d === k ? 1n : next());
for (const e of new Set([0n, 1n, 2n, n - 1n, n, n + 1n, most, 2n ** 256n - 1n, 2n ** 128n])) signed(`digest ${e}`, next(), next(), e);
for (const d of [1n, 2n, 5n, n - 1n, next()]) {
  // u1 G + u2 Q is infinity: e = -r d.
  const r = next(), s = next();
  put(`sum at infinity, private key ${d}`, mod(-r * d, n), r, s, multiply(d, G), false);
}
for (const s of [1n, 2n, n - 1n, n - 2n]) {
  // s is chosen: e = s k - r d.
  const d = next(), k = next();
  const r = mod(multiply(k, G)[0], n);
  put(`s is ${s}`, mod(s * k - r * d, n), r, s, multiply(d, G), true);
}
for (let x = n, found = 0; found < 3; x += (p - n) / 1000n) {
  // The nonce's point has an x from n up: r = x - n. Q = (s R - e G) / r.
  const R = pointAt(x);
  const r = x - n;
  if (!R || r === 0n) continue;
  const s = next(), e = next();
  const Q = multiply(inverse(r, n), add(multiply(s, R), multiply(n - e, G)));
  put(`x of the nonce's point is r + n, ${++found}`, e, r, s, Q, true);
  put(`x of the nonce's point is r + n, another digest, ${found}`, e + 1n, r, s, Q, false);
}
{
  // r + n is not below p: only x = r counts.
  const r = p - n;
  put("r is p - n", next(), r, next(), multiply(next(), G), false);
}
// Keys whose x, as a verifier stores it, lies at an edge of its words.
for (const edge of edges(p)) {
  for (let step = 0n, found = 0; found < 2; step++) {
    const stored = mod(edge < p / 2n ? edge + step : edge - step, p);
    const Q = pointAt(mod(stored * inverse(scale, p), p));
    if (Q) forKey(`stored x 0x${stored.toString(16)}, ${++found}`, Q);
  }
}
for (let i = 0; i < 4; i++) signed(`random ${i}`, next(), next(), next());
const column = (key) => cases.map((row) => row[key]);
process.stdout.write(JSON.stringify({
  count: cases.length, names: column("name"), digests: column("digest"), signatures: column("signature"),
  publicKeys: column("publicKey"), valid: column("valid"),
}, null, 1) + "\n");
