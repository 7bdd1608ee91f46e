// DER (X.690) and the parts of X.509 that the generators of test vectors share.
export const tlv = (tag, ...parts) => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const n = body.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
export const seq = (...parts) => tlv(0x30, ...parts);
export const integer = (...bytes) => tlv(2, bytes);
export const oid = (hex) => tlv(6, Buffer.from(hex, "hex"));
export const utf8 = (text) => tlv(0x0c, Buffer.from(text));
export const attribute = (id, value) => tlv(0x31, seq(oid(id), value));
export const name = (common) => seq(
  attribute("55040b", utf8("Engineering")), attribute("550406", tlv(0x13, Buffer.from("US"))),
  attribute("550407", utf8("Santa Clara")), attribute("550408", utf8("CA")),
  attribute("55040a", utf8("Advanced Micro Devices")), ...[common].flat().map((text) => attribute("550403", utf8(text))),
);
export const utc = (text) => tlv(0x17, Buffer.from(text));
export const sha384 = seq(oid("608648016503040202"), tlv(5));
export const pss = (trailer, salt = 48) => seq(
  oid("2a864886f70d01010a"),
  seq(tlv(0xa0, sha384), tlv(0xa1, seq(oid("2a864886f70d010108"), sha384)), tlv(0xa2, integer(salt)), ...(trailer ? [tlv(0xa3, integer(1))] : [])),
);
export const extension = (id, value, critical = false) => seq(oid(id), ...(critical ? [tlv(1, [255])] : []), tlv(4, value));
