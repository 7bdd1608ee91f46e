// Odd multiples of a generator on y² = x³ − 3x + b over the integers modulo p, slowly and plainly.
const COUNT = 128;

/** The first 128 odd multiples of G and of 2^shift G, each [x, y]. */
export function oddMultiples(p, G, shift) {
  const mod = (a) => ((a % p) + p) % p;
  const inverse = (a) => {
    let [r, s, t, u] = [p, mod(a), 0n, 1n];
    while (s) [r, s, t, u] = [s, r % s, u, t - (r / s) * u];
    return mod(t);
  };
  const add = (a, b) => {
    const slope = a[0] === b[0] ? mod((3n * a[0] * a[0] - 3n) * inverse(2n * a[1])) : mod((b[1] - a[1]) * inverse(b[0] - a[0]));
    const x = mod(slope * slope - a[0] - b[0]);
    return [x, mod(slope * (a[0] - x) - a[1])];
  };
  const multiples = (base) => {
    const twice = add(base, base);
    const points = [base];
    while (points.length < COUNT) points.push(add(points.at(-1), twice));
    return points;
  };
  let shifted = G;
  for (let i = 0; i < shift; i++) shifted = add(shifted, shifted);
  return [...multiples(G), ...multiples(shifted)];
}
