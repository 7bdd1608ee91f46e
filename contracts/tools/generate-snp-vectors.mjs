// Writes test/evidence/snp.json: node tools/generate-snp-vectors.mjs > test/evidence/snp.json
// EMULATED hardware: certificates and reports of AMD's formats under keys made here and thrown away, signed by OpenSSL through
// node:crypto. Each certificate and report but the first of its kind departs from it in the one fact its name says.
import { extension, integer, name, oid, pss, seq, tlv, utc } from "./der.mjs";
import { constants, createHash, generateKeyPairSync, sign } from "node:crypto";

const pair = (type, options) => generateKeyPairSync(type, options);
const rsa = () => pair("rsa", { modulusLength: 4096, publicExponent: 65537 });
const spki = (key) => key.publicKey.export({ type: "spki", format: "der" });

const certify = (o) => {
  const algorithm = o.algorithm ?? pss(o.trailer ?? false);
  const signed = seq(
    tlv(0xa0, integer(o.version ?? 2)), tlv(2, o.serial ?? [0]), algorithm, name(o.issuer),
    seq(o.from ?? utc("250101000000Z"), o.to ?? utc("320101000000Z")), name(o.subject), o.info ?? spki(o.key),
    tlv(0xa3, seq(...o.extensions)),
  );
  const signature = sign("sha384", signed, { key: o.signer.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: o.salt ?? 48 });
  return seq(signed, o.outer ?? algorithm, tlv(3, [0], signature));
};

const keyUsage = (bits) => extension("551d0f", tlv(3, [1, bits]), true);
const authority = (...constraint) => extension("551d13", seq(tlv(1, [255]), ...constraint), true);
const ARK_EXTENSIONS = [keyUsage(0x06), authority()];
const ASK_EXTENSIONS = [extension("551d0e", tlv(4, Buffer.alloc(20, 7))), authority(integer(0)), keyUsage(0x04)];
const amd = (suffix, value, critical) => extension("2b060104019c7801" + suffix, value, critical);
const level = (value) => (value > 127 ? integer(0, value) : integer(value));
const endorsements = (product, levels, hwid) => {
  const turin = product === "Turin";
  const items = { "01": integer(turin ? 1 : 0), "02": tlv(0x16, Buffer.from(product === "Milan" ? "Milan-B0" : product)) };
  if (turin) items["0309"] = level(levels.fmc);
  Object.assign(items, { "0301": level(levels.bl), "0302": level(levels.tee), "0303": level(levels.snp) });
  if (!turin) items["0304"] = level(0);
  Object.assign(items, { "0305": level(0), "0306": level(0), "0307": level(0), "0308": level(levels.ucode), "04": hwid });
  return items;
};
const listed = (items) => Object.entries(items).map(([suffix, value]) => amd(suffix, value));
const without = (items, key) => Object.fromEntries(Object.entries(items).filter(([k]) => k !== key));

// ATTESTATION_REPORT
const tcbBytes = (product, l) => product === "Turin" ? [l.fmc, l.bl, l.tee, l.snp, 0, 0, 0, l.ucode] : [l.bl, l.tee, 0, 0, 0, 0, l.snp, l.ucode];
const report = (key, product, levels, hwid, change = () => {}) => {
  const r = Buffer.alloc(1184);
  r.writeUInt32LE(3, 0);
  r.writeBigUInt64LE(0x30000n, 0x008);
  r.writeUInt32LE(1, 0x034);
  for (const offset of [0x038, 0x180, 0x1e0, 0x1f0]) r.set(tcbBytes(product, levels), offset);
  r.writeBigUInt64LE(0x25n, 0x040);
  createHash("sha512").update("report data").digest().copy(r, 0x050);
  createHash("sha384").update("measurement").digest().copy(r, 0x090);
  createHash("sha256").update("report id").digest().copy(r, 0x140);
  r.set(product === "Turin" ? [0x1a, 0x02, 1] : product === "Genoa" ? [0x19, 0x11, 1] : [0x19, 0x01, 1], 0x188);
  hwid.copy(r, 0x1a0);
  change(r);
  const signature = sign("sha384", r.subarray(0, 0x2a0), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  r.set(signature.subarray(0, 48).reverse(), 0x2a0);
  r.set(signature.subarray(48).reverse(), 0x2e8);
  return r;
};

const hex = (value) => "0x" + Buffer.from(value).toString("hex");
const certificates = {}, reports = {}, fingerprints = {};
const put = (label, options) => { certificates[label] = hex(certify(options)); };
const fingerprint = (label, key) => { fingerprints[label] = hex(createHash("sha384").update(spki(key)).digest()); };

const milanLevels = { bl: 4, tee: 0, snp: 24, ucode: 219 };
const milanId = createHash("sha512").update("chip").digest();
const [arkKey, askKey, strayKey] = [rsa(), rsa(), rsa()];
const [chipKey, strayChipKey] = [pair("ec", { namedCurve: "P-384" }), pair("ec", { namedCurve: "P-384" })];
const long = { from: utc("201022182420Z"), to: utc("451022182420Z") };
const ark = { issuer: "ARK-Milan", subject: "ARK-Milan", key: arkKey, signer: arkKey, serial: [1, 0, 0], trailer: true, extensions: ARK_EXTENSIONS, ...long };
const ask = { issuer: "ARK-Milan", subject: "SEV-Milan", key: askKey, signer: arkKey, serial: [1, 0, 1], trailer: true, extensions: ASK_EXTENSIONS, ...long };
fingerprint("ark", arkKey);
fingerprint("stray", strayKey);
put("ark", ark);
put("arkOfStrayKey", { ...ark, key: strayKey, signer: strayKey });
put("arkSignedByAnother", { ...ark, serial: [1, 0, 9], signer: strayKey });
put("arkNamedGenoa", { ...ark, issuer: "ARK-Genoa", subject: "ARK-Genoa" });
put("arkIssuedByAnother", { ...ark, issuer: "ARK-Genoa" });
put("arkWithPathOfZero", { ...ark, extensions: [keyUsage(0x06), authority(integer(0))] });
put("ask", ask);
put("askIssuedLater", { ...ask, serial: [1, 0, 2], key: strayKey, from: utc("251022182420Z") });
put("askSignedByAnother", { ...ask, serial: [1, 0, 9], signer: strayKey });
put("askNamedGenoa", { ...ask, subject: "SEV-Genoa" });
put("askNamedTwice", { ...ask, subject: ["SEV-Milan", "SEV-Milan"] });
put("askIssuedByAnother", { ...ask, issuer: "ARK-Genoa" });
put("askExpired", { ...ask, to: utc("251022182420Z") });
put("askWithoutConstraints", { ...ask, extensions: [keyUsage(0x04)] });
put("askWithoutSigning", { ...ask, extensions: [authority(integer(0)), keyUsage(0x02)] });
put("askNoAuthority", { ...ask, extensions: [extension("551d13", seq(), true), keyUsage(0x04)] });
put("askWithConstraintsTwice", { ...ask, extensions: [authority(), authority(), keyUsage(0x04)] });
put("askWithUnknownCritical", { ...ask, extensions: [...ASK_EXTENSIONS, extension("551d24", seq(), true)] });
put("askOfP384", { ...ask, key: chipKey });

const items = endorsements("Milan", milanLevels, milanId);
const vcek = { issuer: "SEV-Milan", subject: "SEV-VCEK", key: chipKey, signer: askKey, extensions: listed(items) };
put("vcek", vcek);
put("vcekReissued", { ...vcek, from: utc("250601000000Z"), to: utc("320601000000Z") });
put("vcekInGeneralizedTime", { ...vcek, to: tlv(0x18, Buffer.from("20320101000000Z")) });
put("vcekWithUnknownExtension", { ...vcek, extensions: [...vcek.extensions, amd("63", integer(1))] });
put("vcekSignedByAnother", { ...vcek, signer: strayKey });
put("vcekWithSaltOf32", { ...vcek, salt: 32 });
put("vcekIssuedByAnother", { ...vcek, issuer: "SEV-Genoa" });
put("vlek", { ...vcek, subject: "SEV-VLEK" });
put("vcekExpired", { ...vcek, from: utc("240101000000Z"), to: utc("250101000000Z") });
put("vcekNotYetValid", { ...vcek, from: utc("300101000000Z") });
put("vcekEndsBeforeItStarts", { ...vcek, to: utc("240101000000Z") });
put("vcekWithMonth13", { ...vcek, from: utc("251301000000Z") });
put("vcekOnFebruary29", { ...vcek, from: utc("250229000000Z") });
put("vcekWithoutSeconds", { ...vcek, from: utc("2501010000Z") });
put("vcekOfVersion2", { ...vcek, version: 1 });
put("vcekWithNegativeSerial", { ...vcek, serial: [0x80] });
put("vcekWithLongSerial", { ...vcek, serial: Buffer.alloc(21, 1) });
put("vcekWithPaddedSerial", { ...vcek, serial: [0, 1] });
put("vcekWithPkcs1", { ...vcek, algorithm: seq(oid("2a864886f70d01010c"), tlv(5)) });
put("vcekClaimingSaltOf32", { ...vcek, algorithm: pss(false, 32) });
put("vcekWithAnotherAlgorithmOutside", { ...vcek, outer: pss(true) });
put("vcekOfRsa", { ...vcek, key: strayKey });
put("vcekOfP256", { ...vcek, key: pair("ec", { namedCurve: "P-256" }) });
put("vcekOfStructure1", { ...vcek, extensions: listed({ ...items, "01": integer(1) }) });
put("vcekOfGenoaProduct", { ...vcek, extensions: listed({ ...items, "02": tlv(0x16, Buffer.from("Genoa")) }) });
put("vcekOfMilan2Product", { ...vcek, extensions: listed({ ...items, "02": tlv(0x16, Buffer.from("Milan2")) }) });
put("vcekWithoutStructure", { ...vcek, extensions: listed(without(items, "01")) });
put("vcekWithoutProduct", { ...vcek, extensions: listed(without(items, "02")) });
put("vcekWithoutSnpLevel", { ...vcek, extensions: listed(without(items, "0303")) });
put("vcekWithoutHwid", { ...vcek, extensions: listed(without(items, "04")) });
put("vcekWithLevelTwice", { ...vcek, extensions: [...vcek.extensions, amd("0303", integer(24))] });
put("vcekWithLevel256", { ...vcek, extensions: listed({ ...items, "0303": integer(1, 0) }) });
put("vcekWithTrailingLevelByte", { ...vcek, extensions: listed({ ...items, "0303": Buffer.concat([integer(24), Buffer.from([0])]) }) });
put("vcekWithHwidOf8", { ...vcek, extensions: listed({ ...items, "04": milanId.subarray(0, 8) }) });
put("vcekWithUnknownCritical", { ...vcek, extensions: [...vcek.extensions, amd("63", integer(1), true)] });
const derLike = Buffer.concat([Buffer.from([4, 62]), milanId.subarray(2)]);
put("vcekWithHwidLikeDer", { ...vcek, extensions: listed({ ...items, "04": derLike }) });

const make = (label, change, key = chipKey, id = milanId) => { reports[label] = hex(report(key, "Milan", milanLevels, id, change)); };
make("genuine");
make("genuineOfVersion2", (r) => { r[0] = 2; r.fill(0, 0x188, 0x18b); });
make("genuineOfVersion4", (r) => { r[0] = 4; });
make("genuineOfVersion5", (r) => { r[0] = 5; r[0x1f8] = 1; r[0x200] = 1; });
make("genuineAtVmpl1", (r) => { r[0x30] = 1; });
make("genuineWithHwidLikeDer", () => {}, chipKey, derLike);
make("signedByAnotherChip", () => {}, strayChipKey);
make("lowerReportedTcb", (r) => { r[0x186] = 23; });
make("higherReportedTcb", (r) => { r[0x186] = 25; });
make("reservedTcbByte", (r) => { r[0x183] = 1; });
make("anotherChipId", (r) => { r[0x1a0] ^= 1; });
make("cpuidOfGenoa", (r) => { r[0x189] = 0x11; });
make("cpuidOfNoProduct", (r) => { r[0x188] = 0x17; });
make("committedAboveCurrent", (r) => { r[0x1e0 + 6] = 25; });

const turinLevels = { fmc: 1, bl: 2, tee: 3, snp: 4, ucode: 0x51 };
const turinId = createHash("sha512").update("turin").digest().subarray(0, 8);
const [turinArkKey, turinAskKey, turinChipKey] = [rsa(), rsa(), pair("ec", { namedCurve: "P-384" })];
fingerprint("arkTurin", turinArkKey);
put("arkTurin", { ...ark, issuer: "ARK-Turin", subject: "ARK-Turin", key: turinArkKey, signer: turinArkKey });
put("askTurin", { ...ask, issuer: "ARK-Turin", subject: "SEV-Turin", key: turinAskKey, signer: turinArkKey });
const turinItems = endorsements("Turin", turinLevels, turinId);
const turinVcek = { issuer: "SEV-Turin", subject: "SEV-VCEK", key: turinChipKey, signer: turinAskKey, extensions: listed(turinItems) };
put("vcekTurin", turinVcek);
put("vcekTurinWithoutFmc", { ...turinVcek, extensions: listed(without(turinItems, "0309")) });
put("vcekTurinWithHwidOf64", { ...turinVcek, extensions: listed({ ...turinItems, "04": milanId }) });
reports.turin = hex(report(turinChipKey, "Turin", turinLevels, turinId));
reports.turinWithLongChipId = hex(report(turinChipKey, "Turin", turinLevels, turinId, (r) => { r[0x1a8] = 1; }));
reports.turinInMilanOrder = hex(report(turinChipKey, "Turin", turinLevels, turinId, (r) => r.set(tcbBytes("Milan", turinLevels), 0x180)));

process.stdout.write(JSON.stringify({
  note: "Emulated hardware, not AMD's: written by tools/generate-snp-vectors.mjs", fingerprints, certificates, reports,
}, null, 1) + "\n");
