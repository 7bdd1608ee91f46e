namespace Ait.Protocol.Sealing;

/// <summary>A content key sealed to one seat's key by HPKE (RFC 9180): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, base mode.</summary>
public static class KeyEnvelope
{
    /// <summary>Length of an envelope: encapsulated key, encrypted content key, tag.</summary>
    public const int EncodedSize = Hpke.PublicKeySize + ContentKey.Size + Hpke.TagSize;

    /// <summary>Seals to the key of a statement; what statement that may be is the caller's to judge.</summary>
    public static byte[] Seal(ContentKey contentKey, SeatKeyStatement statement, EnvelopeContext context)
    {
        ArgumentNullException.ThrowIfNull(contentKey);
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(context);
        return Hpke.Aes256.TrySeal(statement.PublicKey.AsSpan(), context.ToBytes(), [], contentKey.Bytes, out byte[]? envelope)
            ? envelope
            : throw new InvalidOperationException("a statement's key was checked when it was made");
    }
}
