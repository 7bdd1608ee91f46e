namespace Ait.Attestation;

/// <summary>What genuine evidence says, whatever the platform. Only this room's verifiers make one.</summary>
public abstract class EvidenceFacts
{
    private protected EvidenceFacts()
    {
    }

    /// <summary>Platform name as manifests spell it.</summary>
    public abstract string Platform { get; }

    /// <summary>Product, version and patch level in a few words, for people.</summary>
    public abstract string Summary { get; }

    /// <summary>
    /// Machine identity; null where the host hides it. Two pieces of evidence of one platform with the same value come
    /// from one machine.
    /// </summary>
    public required ByteString? ChipId { get; init; }

    /// <summary>Launch digest of the program; of a GPU, the digest of all its measurements.</summary>
    public required ByteString Measurement { get; init; }

    /// <summary>The bytes the guest chose: 64, and of a GPU the 32 of its nonce.</summary>
    public required ByteString ReportData { get; init; }

    /// <summary>The instant after which this verdict must be taken again: the earliest end of any certificate or collateral used.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
