using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Attestation.X509;

/// <summary>SubjectPublicKeyInfo of one of the two kinds AMD uses: RSA with exponent 65537, or a point on P-384.</summary>
internal sealed class SubjectPublicKey
{
    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EcOid = "1.2.840.10045.2.1";
    private const string P384Oid = "1.3.132.0.34";
    private const int P384CoordinateLength = 48;

    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _p384;

    private SubjectPublicKey(ByteString fingerprint, RSAParameters? rsa, ECParameters? p384)
    {
        Fingerprint = fingerprint;
        _rsa = rsa;
        _p384 = p384;
    }

    /// <summary>SHA-384 of the DER SubjectPublicKeyInfo: what <see cref="TrustRoots"/> pins.</summary>
    internal ByteString Fingerprint { get; }

    internal bool IsRsa4096 => _rsa is { } rsa && rsa.Modulus!.Length == 512; // set together with _rsa in Read

    internal bool IsP384 => _p384 is not null;

    internal string Kind => _rsa is { } rsa ? $"RSA-{rsa.Modulus!.Length * 8}" : IsP384 ? "EC P-384" : "another key type"; // as above

    internal static SubjectPublicKey Read(AsnReader reader)
    {
        ReadOnlyMemory<byte> encoded = reader.ReadEncodedValue();
        AsnReader info = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        AsnReader algorithm = info.ReadSequence();
        ReadOnlyMemory<byte> key = Certificate.WholeBits(info);
        info.ThrowIfNotEmpty();
        var fingerprint = new ByteString(SHA384.HashData(encoded.Span));
        switch (algorithm.ReadObjectIdentifier())
        {
            case RsaOid:
                algorithm.ReadNull();
                algorithm.ThrowIfNotEmpty();
                return new SubjectPublicKey(fingerprint, ReadRsa(key), null);
            case EcOid when algorithm.ReadObjectIdentifier() == P384Oid:
                algorithm.ThrowIfNotEmpty();
                return new SubjectPublicKey(fingerprint, null, ReadPoint(key.Span));
            default:
                return new SubjectPublicKey(fingerprint, null, null);
        }
    }

    /// <summary>RSASSA-PSS, SHA-384, salt 48 over <paramref name="signedBytes"/>.</summary>
    internal bool VerifiesPss(ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature)
    {
        if (_rsa is not { } parameters || signature.Length != parameters.Modulus!.Length) // set together with _rsa in Read
        {
            return false;
        }

        using var rsa = RSA.Create(parameters);
        return rsa.VerifyData(signedBytes, signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
    }

    /// <summary>ECDSA P-384 with SHA-384; <paramref name="signature"/> is r‖s, 48 big-endian bytes each.</summary>
    internal bool VerifiesEcdsa(ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature)
    {
        if (_p384 is not { } parameters)
        {
            return false;
        }

        using var ecdsa = ECDsa.Create(parameters);
        return ecdsa.VerifyData(
            signedBytes, signature, HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static RSAParameters ReadRsa(ReadOnlyMemory<byte> key)
    {
        var reader = new AsnReader(key, AsnEncodingRules.DER);
        AsnReader numbers = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        ReadOnlySpan<byte> modulus = Unsigned(numbers);
        ReadOnlySpan<byte> exponent = Unsigned(numbers);
        numbers.ThrowIfNotEmpty();
        if (!exponent.SequenceEqual<byte>([1, 0, 1]))
        {
            throw new AsnContentException("the RSA exponent is not 65537");
        }

        if ((modulus[0] & 0x80) == 0 || (modulus[^1] & 1) == 0 || modulus.Length > 1024)
        {
            throw new AsnContentException("the RSA modulus is not an odd number of whole bytes");
        }

        return new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() };
    }

    private static ReadOnlySpan<byte> Unsigned(AsnReader reader)
    {
        ReadOnlySpan<byte> value = reader.ReadIntegerBytes().Span;
        if ((value[0] & 0x80) != 0)
        {
            throw new AsnContentException("an RSA number is negative");
        }

        return value[0] == 0 && value.Length > 1 ? value[1..] : value;
    }

    private static ECParameters ReadPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length != 1 + (2 * P384CoordinateLength) || point[0] != 4)
        {
            throw new AsnContentException("the P-384 point is not uncompressed");
        }

        var parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP384,
            Q = new ECPoint
            {
                X = point.Slice(1, P384CoordinateLength).ToArray(),
                Y = point[(1 + P384CoordinateLength)..].ToArray(),
            },
        };

        // Importing checks that the point lies on the curve; the certificate is malformed if it does not.
        using var probe = ECDsa.Create(parameters);
        return parameters;
    }
}
