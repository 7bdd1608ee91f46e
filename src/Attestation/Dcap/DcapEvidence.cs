using System.Collections.Immutable;

namespace Ait.Attestation.Dcap;

/// <summary>A quote and what Intel publishes about its platform. Nothing here has been checked.</summary>
public sealed class DcapEvidence
{
    /// <summary>The quote, padded or not.</summary>
    public required ReadOnlyMemory<byte> Quote { get; init; }

    /// <summary>Collateral of the quote's platform.</summary>
    public required DcapCollateral Collateral { get; init; }

    /// <summary>Further revocation lists, DER, of the root or of the PCK authority; each must be sound and current.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> RevocationLists { get; init; } = [];
}
