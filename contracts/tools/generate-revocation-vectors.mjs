// Writes test/evidence/revocation.json: node tools/generate-revocation-vectors.mjs > test/evidence/revocation.json
// EMULATED authorities of AMD's and NVIDIA's kinds under keys made here and thrown away, and their revocation lists. Each list but the
// first of its kind departs from it in the one fact its name says.
import { constants, createHash, generateKeyPairSync, sign } from "node:crypto";
import { extension, integer, name, oid, pss, seq, tlv, utc } from "./der.mjs";

const rsa = () => generateKeyPairSync("rsa", { modulusLength: 4096, publicExponent: 65537 });
const ec = () => generateKeyPairSync("ec", { namedCurve: "P-384" });
const spki = (key) => key.publicKey.export({ type: "spki", format: "der" });
const isRsa = (key) => key.publicKey.asymmetricKeyType === "rsa";
const algorithmOf = (key) => isRsa(key) ? pss(false) : seq(oid("2a8648ce3d040303"));
const seal = (signed, key, algorithm = algorithmOf(key)) => {
  const how = isRsa(key) ? { key: key.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 } : { key: key.privateKey };
  return seq(signed, algorithm, tlv(3, [0], sign("sha384", signed, how)));
};
const certify = (o) => seal(seq(
  tlv(0xa0, integer(2)), integer(...o.serial), algorithmOf(o.signer), name(o.issuer), seq(utc("201022182420Z"), utc("451022182420Z")),
  name(o.subject), spki(o.key), tlv(0xa3, seq(extension("551d13", seq(tlv(1, [255])), true), extension("551d0f", tlv(3, [1, o.usage ?? 6]), true))),
), o.signer);
const entry = (serial, ...extensions) => seq(integer(...serial), utc("221031120000Z"), ...(extensions.length ? [seq(...extensions)] : []));
const list = (o) => {
  const entries = o.entries ?? [];
  const algorithm = o.algorithm ?? algorithmOf(o.signer);
  return seal(seq(
    integer(o.version ?? 1), algorithm, name(o.issuer), o.from ?? utc("241023043624Z"), o.to ?? utc("261203010000Z"),
    ...(entries.length ? [seq(...entries)] : []),
    tlv(0xa0, seq(...(o.extensions ?? [extension("551d14", integer(5))]))),
  ), o.signer, algorithm);
};

const hex = (value) => "0x" + Buffer.from(value).toString("hex");
const fingerprint = (key) => hex(createHash("sha384").update(spki(key)).digest());
const [ark, ask, stray] = [rsa(), rsa(), rsa()];
const mute = rsa();
const [gpuRoot, identity] = [ec(), ec()];
const REVOKED = [2, 0, 1];
const ofAsk = { issuer: "ARK-Genoa", signer: ark, entries: [entry(REVOKED)] };
const ofGpu = { issuer: "Emulated device identity CA", signer: gpuRoot, entries: [entry(REVOKED)] };
const many = Array.from({ length: 300 }, (_, i) => entry([3, i >> 8, i & 255]));
process.stdout.write(JSON.stringify({
  comment: "EMULATED; tools/generate-revocation-vectors.mjs",
  fingerprints: { ark: fingerprint(ark), mute: fingerprint(mute), gpuRoot: fingerprint(gpuRoot) },
  certificates: Object.fromEntries(Object.entries({
    ark: { issuer: "ARK-Genoa", subject: "ARK-Genoa", serial: [2, 0, 0], key: ark, signer: ark },
    askRevoked: { issuer: "ARK-Genoa", subject: "SEV-Genoa", serial: REVOKED, key: ask, signer: ark },
    askCurrent: { issuer: "ARK-Genoa", subject: "SEV-Genoa", serial: [2, 0, 2], key: ask, signer: ark },
    mute: { issuer: "ARK-Turin", subject: "ARK-Turin", serial: [3, 0, 0], key: mute, signer: mute, usage: 4 },
    gpuRoot: { issuer: ofGpu.issuer, subject: ofGpu.issuer, serial: [1], key: gpuRoot, signer: gpuRoot },
    identity: { issuer: ofGpu.issuer, subject: "Emulated identity", serial: REVOKED, key: identity, signer: gpuRoot },
  }).map(([label, options]) => [label, hex(certify(options))])),
  lists: Object.fromEntries(Object.entries({
    ofAsk,
    ofNobody: { ...ofAsk, entries: [] },
    ofMany: { ...ofAsk, entries: many },
    withReason: { ...ofAsk, entries: [entry([2, 0, 5], extension("551d15", tlv(0x0a, [1])))] },
    pastItsNextUpdate: { ...ofAsk, to: utc("251103010000Z") },
    withCriticalNumber: { ...ofAsk, extensions: [extension("551d14", integer(5), true)] },
    signedByAnother: { ...ofAsk, signer: stray },
    issuedByAnother: { ...ofAsk, issuer: "ARK-Milan" },
    ofVersion1: { ...ofAsk, version: 0 },
    notYetValid: { ...ofAsk, from: utc("300101000000Z"), to: utc("310101000000Z") },
    delta: { ...ofAsk, extensions: [extension("551d1b", integer(1), true)] },
    partial: { ...ofAsk, extensions: [extension("551d1c", seq(), true)] },
    indirect: { ...ofAsk, entries: [entry(REVOKED, extension("551d1d", seq(), true))] },
    withNegativeSerial: { ...ofAsk, entries: [entry([0x82])] },
    ofPkcs1: { ...ofAsk, algorithm: seq(oid("2a864886f70d01010c"), tlv(5)) },
    byMute: { ...ofAsk, issuer: "ARK-Turin", signer: mute },
    ofGpu,
    ofGpuSignedByAnother: { ...ofGpu, signer: identity },
    ofGpuByRsa: { ...ofGpu, signer: ark },
  }).map(([label, options]) => [label, hex(list(options))])),
}, null, 1) + "\n");
