using System.Collections.Immutable;

namespace Ait.Attestation.SevSnp;

/// <summary>Everything a verdict is about, as bytes. Nothing here has been checked.</summary>
public sealed class SnpEvidence
{
    /// <summary>The report: bare, or wrapped as <see cref="SnpReportEnvelope"/> knows.</summary>
    public required ReadOnlyMemory<byte> Report { get; init; }

    /// <summary>VCEK or VLEK certificate, DER.</summary>
    public required ReadOnlyMemory<byte> Vek { get; init; }

    /// <summary>ASK (of a VCEK) or ASVK (of a VLEK) certificate, DER.</summary>
    public required ReadOnlyMemory<byte> Ask { get; init; }

    /// <summary>ARK certificate, DER.</summary>
    public required ReadOnlyMemory<byte> Ark { get; init; }

    /// <summary>Revocation lists of the ARK, DER; each one given is checked.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> RevocationLists { get; init; }
}
