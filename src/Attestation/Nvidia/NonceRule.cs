namespace Ait.Attestation.Nvidia;

/// <summary>What the nonce of the request must be.</summary>
public sealed record NonceRule
{
    private readonly ByteString _expected;

    private NonceRule(bool isAny, ByteString expected)
    {
        IsAny = isAny;
        _expected = expected;
    }

    /// <summary>Accepts every value: the evidence is bound to nothing and may be old.</summary>
    public static NonceRule Any { get; } = new(true, default);

    /// <summary>True for <see cref="Any"/>.</summary>
    public bool IsAny { get; }

    /// <summary>Accepts exactly these 32 bytes.</summary>
    public static NonceRule Exactly(ByteString expected) => expected.Length == SpdmEvidence.NonceLength
        ? new NonceRule(false, expected)
        : throw new ArgumentException("a nonce is 32 bytes", nameof(expected));

    internal RefusalReason? Check(ByteString found) => IsAny || found == _expected
        ? null
        : new RefusalReason(Refusal.NonceMismatch, "nonce", $"{_expected}", $"{found}", SpdmEvidence.NonceOffset);
}
