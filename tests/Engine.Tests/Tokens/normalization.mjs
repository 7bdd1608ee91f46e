// Writes src/Engine/Tokens/normalization.txt: node tests/Engine.Tests/Tokens/normalization.mjs > src/Engine/Tokens/normalization.txt
// From what String.prototype.normalize does. Lines: `m` marks of one combining class, in ascending order of the classes;
// `d` a character, its full canonical decomposition and, after `=`, the pair that composes to it.
const text = numbers => String.fromCodePoint(...numbers);
const points = string => [...string].map(character => character.codePointAt(0));
const hex = number => number.toString(16);
const characters = [];
for (let c = 0x80; c <= 0x10ffff; c++) {
  const isSurrogate = c >= 0xd800 && c <= 0xdfff;
  const isHangul = c >= 0xac00 && c <= 0xd7a3; // Decomposed by arithmetic.
  if (!isSurrogate && !isHangul) characters.push(c);
}
// A mark has a combining class if it changes places with one of the least class (1) or of the greatest (240).
const swaps = (a, b) => a !== b && text([a, b]).normalize('NFD') === text([b, a]);
const marks = characters.filter(c => text([c]).normalize('NFD') === text([c])
  && (c === 0x334 || c === 0x345 || swaps(c, 0x334) || swaps(0x345, c)));
marks.sort((a, b) => (swaps(a, b) ? 1 : swaps(b, a) ? -1 : 0));
const classes = [];
for (const mark of marks) {
  const last = classes.at(-1);
  if (last && !swaps(mark, last[0]) && !swaps(last[0], mark)) last.push(mark);
  else classes.push([mark]);
}
const lines = [`# node tests/Engine.Tests/Tokens/normalization.mjs, Unicode ${process.versions.unicode}`];
for (const members of classes) {
  members.sort((a, b) => a - b);
  const ranges = [];
  for (let i = 0; i < members.length; i++) {
    let j = i;
    while (members[j + 1] === members[j] + 1) j++;
    ranges.push(i === j ? hex(members[i]) : `${hex(members[i])}-${hex(members[j])}`);
    i = j;
  }
  lines.push(`m ${ranges.join(' ')}`);
}
for (const c of characters) {
  const whole = text([c]);
  const parts = points(whole.normalize('NFD'));
  if (parts.length === 1 && parts[0] === c) continue;
  let line = `d ${hex(c)} ${parts.map(hex).join(' ')}`;
  if (whole.normalize('NFC') === whole && parts.length > 1) {
    const [first, ...more] = points(text(parts.slice(0, -1)).normalize('NFC'));
    if (more.length > 0) throw new Error(`${hex(c)} does not compose from a pair`);
    line += ` = ${hex(first)} ${hex(parts.at(-1))}`;
  }
  lines.push(line);
}
console.log(lines.join('\n'));
