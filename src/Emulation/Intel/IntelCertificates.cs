using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Emulation.Intel;

/// <summary>Certificates and revocation lists with the names, key type and extensions of Intel's SGX hierarchy.</summary>
internal static class IntelCertificates
{
    private const string Organization = "AIT EMULATED HARDWARE";
    private const string SgxExtension = "1.2.840.113741.1.13.1";

    /// <summary>keyCertSign and cRLSign.</summary>
    private static readonly byte[] s_authorityUsage = [3, 2, 1, 6];

    /// <summary>digitalSignature and nonRepudiation.</summary>
    private static readonly byte[] s_leafUsage = [3, 2, 6, 0xC0];

    internal static byte[] Write(
        string subject, string issuer, int serial, DateTimeOffset notBefore, DateTimeOffset notAfter, ECDsa key, ECDsa issuerKey, int? pathLength, byte[]? sgx)
    {
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                body.WriteInteger(2);
            }

            body.WriteInteger(serial);
            Algorithm(body);
            Name(body, issuer);
            using (body.PushSequence())
            {
                body.WriteUtcTime(notBefore);
                body.WriteUtcTime(notAfter);
            }

            Name(body, subject);
            body.WriteEncodedValue(key.ExportSubjectPublicKeyInfo());
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
            using (body.PushSequence())
            {
                Extension(body, "2.5.29.35", false, [0x30, 22, 0x80, 20, .. Identifier(issuerKey)]);
                Extension(body, "2.5.29.14", false, [4, 20, .. Identifier(key)]);
                Extension(body, "2.5.29.15", true, pathLength is null ? s_leafUsage : s_authorityUsage);
                Extension(body, "2.5.29.19", true, pathLength is { } length ? [0x30, 6, 1, 1, 0xFF, 2, 1, (byte)length] : [0x30, 0]);
                if (sgx is not null)
                {
                    Extension(body, SgxExtension, false, sgx);
                }
            }
        }

        return Sign(body.Encode(), issuerKey);
    }

    internal static byte[] WriteList(string issuer, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, IReadOnlyList<int> serials, ECDsa issuerKey)
    {
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            body.WriteInteger(1);
            Algorithm(body);
            Name(body, issuer);
            body.WriteUtcTime(thisUpdate);
            body.WriteUtcTime(nextUpdate);
            if (serials.Count > 0)
            {
                using (body.PushSequence())
                {
                    foreach (int serial in serials)
                    {
                        using (body.PushSequence())
                        {
                            body.WriteInteger(serial);
                            body.WriteUtcTime(thisUpdate);
                        }
                    }
                }
            }

            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (body.PushSequence())
            {
                Extension(body, "2.5.29.20", false, [2, 1, 1]);
                Extension(body, "2.5.29.35", false, [0x30, 22, 0x80, 20, .. Identifier(issuerKey)]);
            }
        }

        return Sign(body.Encode(), issuerKey);
    }

    /// <summary>The SGX extension of a PCK certificate.</summary>
    internal static byte[] SgxFields(byte[] ppid, byte[] fmspc, byte[] pceId, byte componentSvn, int pceSvn)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            Pair(writer, ".1", value => value.WriteOctetString(ppid));
            Pair(writer, ".2", value =>
            {
                using (value.PushSequence())
                {
                    for (int index = 1; index <= 16; index++)
                    {
                        Pair(value, $".2.{index}", inner => inner.WriteInteger(componentSvn));
                    }

                    Pair(value, ".2.17", inner => inner.WriteInteger(pceSvn));
                    Pair(value, ".2.18", inner => inner.WriteOctetString([.. Enumerable.Repeat(componentSvn, 16)]));
                }
            });
            Pair(writer, ".3", value => value.WriteOctetString(pceId));
            Pair(writer, ".4", value => value.WriteOctetString(fmspc));
            Pair(writer, ".5", value => value.WriteEncodedValue([0x0A, 1, 0]));
        }

        return writer.Encode();
    }

    private static void Pair(AsnWriter writer, string suffix, Action<AsnWriter> value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(SgxExtension + suffix);
            value(writer);
        }
    }

    private static byte[] Sign(byte[] body, ECDsa key)
    {
        var whole = new AsnWriter(AsnEncodingRules.DER);
        using (whole.PushSequence())
        {
            whole.WriteEncodedValue(body);
            Algorithm(whole);
            whole.WriteBitString(key.SignData(body, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return whole.Encode();
    }

    private static byte[] Identifier(ECDsa key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..20];

    private static void Algorithm(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
        }
    }

    private static void Extension(AsnWriter writer, string oid, bool critical, byte[] value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            if (critical)
            {
                writer.WriteBoolean(true);
            }

            writer.WriteOctetString(value);
        }
    }

    private static void Name(AsnWriter writer, string commonName)
    {
        using (writer.PushSequence())
        {
            foreach ((string oid, UniversalTagNumber type, string value) in new[]
            {
                ("2.5.4.3", UniversalTagNumber.UTF8String, commonName),
                ("2.5.4.10", UniversalTagNumber.UTF8String, Organization),
                ("2.5.4.7", UniversalTagNumber.UTF8String, "Santa Clara"),
                ("2.5.4.8", UniversalTagNumber.UTF8String, "CA"),
                ("2.5.4.6", UniversalTagNumber.PrintableString, "US"),
            })
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteCharacterString(type, value);
                }
            }
        }
    }
}
