using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ait.Attestation.X509;

/// <summary>SubjectPublicKeyInfo of one of the kinds vendors use: RSA with exponent 65537, or a point on P-256 or P-384.</summary>
internal sealed class SubjectPublicKey
{
    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EcOid = "1.2.840.10045.2.1";
    private const string P384Oid = "1.3.132.0.34";
    private const string P256Oid = "1.2.840.10045.3.1.7";
    private const int P384CoordinateLength = 48;
    private const int P256CoordinateLength = 32;

    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _point;

    /// <summary>
    /// The imported key while nobody uses it, null before the first use. Importing costs more than verifying, and a key is not made for
    /// two threads at once: who needs it takes it, or imports another, and puts one back.
    /// </summary>
    private ECDsa? _idle;

    private SubjectPublicKey(ByteString encoded, ByteString fingerprint, RSAParameters? rsa, ECParameters? point)
    {
        Encoded = encoded;
        Fingerprint = fingerprint;
        _rsa = rsa;
        _point = point;
    }

    /// <summary>SubjectPublicKeyInfo, DER; empty for a bare point.</summary>
    internal ByteString Encoded { get; }

    /// <summary>SHA-384 of the DER SubjectPublicKeyInfo: what <see cref="TrustRoots"/> pins.</summary>
    internal ByteString Fingerprint { get; }

    internal bool IsRsa4096 => _rsa is { } rsa && rsa.Modulus!.Length == 512; // set together with _rsa in Read

    internal bool IsP384 => CoordinateLength == P384CoordinateLength;

    internal bool IsP256 => CoordinateLength == P256CoordinateLength;

    internal string Kind => _rsa is { } rsa ? $"RSA-{rsa.Modulus!.Length * 8}" // as above
        : IsP384 ? "EC P-384"
        : IsP256 ? "EC P-256"
        : "another key type";

    private int CoordinateLength => _point is { } point ? point.Q.X!.Length : 0; // set together with _point in ReadPoint

    internal static SubjectPublicKey Read(AsnReader reader)
    {
        ReadOnlyMemory<byte> encoded = reader.ReadEncodedValue();
        AsnReader info = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        AsnReader algorithm = info.ReadSequence();
        ReadOnlyMemory<byte> key = Certificate.WholeBits(info);
        info.ThrowIfNotEmpty();
        var whole = new ByteString(encoded.Span);
        var fingerprint = new ByteString(SHA384.HashData(encoded.Span));
        switch (algorithm.ReadObjectIdentifier())
        {
            case RsaOid:
                algorithm.ReadNull();
                algorithm.ThrowIfNotEmpty();
                return new SubjectPublicKey(whole, fingerprint, ReadRsa(key), null);
            case EcOid:
                string curve = algorithm.ReadObjectIdentifier();
                algorithm.ThrowIfNotEmpty();
                ECParameters? point = curve switch
                {
                    P384Oid => ReadPoint(key.Span, NistCurve.P384),
                    P256Oid => ReadPoint(key.Span, NistCurve.P256),
                    _ => null,
                };
                return new SubjectPublicKey(whole, fingerprint, null, point);
            default:
                return new SubjectPublicKey(whole, fingerprint, null, null);
        }
    }

    /// <summary>A bare P-256 point x‖y, as quotes carry it; null if it is not on the curve.</summary>
    internal static SubjectPublicKey? FromP256Point(ReadOnlySpan<byte> point)
    {
        try
        {
            return new SubjectPublicKey(default, default, null, ReadPoint([4, .. point], NistCurve.P256));
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>The signature of a certificate or list: raw for RSA, a DER SEQUENCE of r and s for ECDSA.</summary>
    internal bool Verifies(SignatureScheme scheme, ReadOnlySpan<byte> signedBytes, ReadOnlyMemory<byte> signature)
    {
        if (scheme == SignatureScheme.RsaPssSha384)
        {
            return VerifiesPss(signedBytes, signature.Span);
        }

        int width = scheme == SignatureScheme.EcdsaP384Sha384 ? P384CoordinateLength : P256CoordinateLength;
        Span<byte> numbers = stackalloc byte[2 * P384CoordinateLength];
        numbers = numbers[..(2 * width)];
        return CoordinateLength == width && TryReadEcdsa(signature, numbers, width) && VerifiesEcdsa(signedBytes, numbers);
    }

    /// <summary>x then y of a point on P-384.</summary>
    internal bool TryReadP384(out ByteString point)
    {
        point = IsP384 && _point is { } parameters ? new ByteString([.. parameters.Q.X!, .. parameters.Q.Y!]) : default; // set together in ReadPoint
        return IsP384;
    }

    /// <summary>x then y of a point on P-256.</summary>
    internal bool TryReadP256(out ByteString point)
    {
        point = IsP256 && _point is { } parameters ? new ByteString([.. parameters.Q.X!, .. parameters.Q.Y!]) : default; // set together in ReadPoint
        return IsP256;
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

    /// <summary>ECDSA with the curve's own hash (SHA-384 or SHA-256); <paramref name="signature"/> is r‖s, big-endian, full width.</summary>
    internal bool VerifiesEcdsa(ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature)
    {
        if (_point is not { } parameters)
        {
            return false;
        }

        ECDsa key = Interlocked.Exchange(ref _idle, null) ?? ECDsa.Create(parameters);
        HashAlgorithmName hash = IsP384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        bool verifies = key.VerifyData(signedBytes, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        if (Interlocked.CompareExchange(ref _idle, key, null) is not null)
        {
            key.Dispose();
        }

        return verifies;
    }

    internal static bool TryReadEcdsa(ReadOnlyMemory<byte> signature, Span<byte> numbers, int width)
    {
        try
        {
            var reader = new AsnReader(signature, AsnEncodingRules.DER);
            AsnReader pair = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            for (int part = 0; part < 2; part++)
            {
                ReadOnlySpan<byte> number = Unsigned(pair);
                if (number.Length > width)
                {
                    return false;
                }

                Span<byte> place = numbers.Slice(part * width, width);
                place.Clear();
                number.CopyTo(place[^number.Length..]);
            }

            pair.ThrowIfNotEmpty();
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
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
            throw new AsnContentException("a number is negative");
        }

        return value[0] == 0 && value.Length > 1 ? value[1..] : value;
    }

    private static ECParameters ReadPoint(ReadOnlySpan<byte> point, NistCurve curve)
    {
        int length = curve.CoordinateLength;
        if (point.Length != 1 + (2 * length) || point[0] != 4)
        {
            throw new AsnContentException("the point is not uncompressed");
        }

        ReadOnlySpan<byte> x = point.Slice(1, length);
        ReadOnlySpan<byte> y = point[(1 + length)..];
        return curve.Contains(x, y)
            ? new ECParameters { Curve = curve.Name, Q = new ECPoint { X = x.ToArray(), Y = y.ToArray() } }
            : throw new AsnContentException("the point is not on its curve");
    }
}
