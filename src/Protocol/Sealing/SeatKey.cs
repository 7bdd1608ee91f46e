using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Ait.Protocol.Sealing;

/// <summary>A key pair made inside the enclave for one seat, to which its content key is sealed; gone with the seat, so that nothing captured opens later.</summary>
public sealed class SeatKey : IDisposable
{
    /// <summary>Length of a public key: an uncompressed point of P-256.</summary>
    public const int PublicKeySize = Hpke.PublicKeySize;

    private readonly ECDiffieHellman _key;

    private SeatKey(ECDiffieHellman key)
    {
        _key = key;
        PublicKey = [.. Hpke.Export(key)];
    }

    /// <summary>0x04, X, Y.</summary>
    public ImmutableArray<byte> PublicKey { get; }

    /// <summary>A fresh pair.</summary>
    public static SeatKey Create() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The content key in an envelope that was sealed to this key, for this statement, under this workload.</summary>
    /// <param name="envelope">The bytes of <see cref="KeyEnvelope.Seal"/>, nothing more.</param>
    /// <param name="context">What it has to be for.</param>
    /// <param name="contentKey">The key; the caller disposes it.</param>
    /// <param name="refusal">Why not.</param>
    public bool TryOpen(ReadOnlySpan<byte> envelope, EnvelopeContext context, [NotNullWhen(true)] out ContentKey? contentKey, [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        contentKey = null;
        if (envelope.Length != KeyEnvelope.EncodedSize)
        {
            refusal = new(
                envelope.Length < KeyEnvelope.EncodedSize ? ProtocolRefusalCode.Truncated : ProtocolRefusalCode.TrailingBytes,
                $"{KeyEnvelope.EncodedSize} bytes",
                $"{envelope.Length} bytes");
            return false;
        }

        if (!Hpke.Aes256.TryOpen(_key, envelope, context.ToBytes(), [], out byte[]? bytes))
        {
            refusal = new(ProtocolRefusalCode.CannotBeOpened, "an envelope sealed to this seat's key for this seat and workload", "another recipient, seat or workload, or other bytes");
            return false;
        }

        contentKey = ContentKey.FromBytes(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        refusal = null;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
