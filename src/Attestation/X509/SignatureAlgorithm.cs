using System.Formats.Asn1;

namespace Ait.Attestation.X509;

/// <summary>
/// AlgorithmIdentifier of a signature. RSASSA-PSS counts as known only with SHA-384, MGF1 over SHA-384, salt 48 and
/// trailer 1 (RFC 4055 §3.1); the trailer may be spelled out or left to its default.
/// </summary>
internal sealed record SignatureAlgorithm(ByteString Encoded, SignatureScheme? Scheme)
{
    private const string EcdsaSha256Oid = "1.2.840.10045.4.3.2";
    private const string EcdsaSha384Oid = "1.2.840.10045.4.3.3";
    private const string PssOid = "1.2.840.113549.1.1.10";
    private const string Mgf1Oid = "1.2.840.113549.1.1.8";
    private const string Sha384Oid = "2.16.840.1.101.3.4.2.2";
    private const int SaltLength = 48;

    internal static SignatureAlgorithm Read(AsnReader reader)
    {
        ReadOnlyMemory<byte> encoded = reader.ReadEncodedValue();
        AsnReader algorithm = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        SignatureScheme? scheme = algorithm.ReadObjectIdentifier() switch
        {
            PssOid when algorithm.HasData && IsSha384Pss(algorithm.ReadSequence()) && !algorithm.HasData => SignatureScheme.RsaPssSha384,
            EcdsaSha256Oid when !algorithm.HasData => SignatureScheme.EcdsaP256Sha256,
            EcdsaSha384Oid when !algorithm.HasData => SignatureScheme.EcdsaP384Sha384,
            _ => null,
        };
        return new SignatureAlgorithm(new ByteString(encoded.Span), scheme);
    }

    private static bool IsSha384Pss(AsnReader parameters)
    {
        AsnReader hash = Explicit(parameters, 0);
        if (!IsSha384(hash))
        {
            return false;
        }

        AsnReader mask = Explicit(parameters, 1);
        AsnReader generator = mask.ReadSequence();
        mask.ThrowIfNotEmpty();
        if (generator.ReadObjectIdentifier() != Mgf1Oid || !IsSha384(generator) || generator.HasData)
        {
            return false;
        }

        if (!ReadsInteger(Explicit(parameters, 2), SaltLength))
        {
            return false;
        }

        return (!parameters.HasData || ReadsInteger(Explicit(parameters, 3), 1)) && !parameters.HasData;
    }

    private static AsnReader Explicit(AsnReader reader, int tag) =>
        reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, tag, isConstructed: true));

    private static bool ReadsInteger(AsnReader reader, int expected) =>
        reader.TryReadInt32(out int value) && value == expected && !reader.HasData;

    /// <summary>AlgorithmIdentifier of SHA-384; NULL parameters and absent ones mean the same (RFC 4055 §2.1).</summary>
    private static bool IsSha384(AsnReader outer)
    {
        AsnReader hash = outer.ReadSequence();
        if (hash.ReadObjectIdentifier() != Sha384Oid)
        {
            return false;
        }

        if (hash.HasData)
        {
            hash.ReadNull();
        }

        return !hash.HasData && !outer.HasData;
    }
}
