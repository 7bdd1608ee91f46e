using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>Everything about one GPU that a verdict is made from. Nothing here has been checked.</summary>
public sealed class NvidiaEvidence
{
    /// <summary>Request and response, one after the other.</summary>
    public required ReadOnlyMemory<byte> Report { get; init; }

    /// <summary>Attestation certificate first, root last, DER.</summary>
    public required ImmutableArray<ReadOnlyMemory<byte>> Certificates { get; init; }

    /// <summary>The driver's reference manifest, empty where there is none.</summary>
    public ReadOnlyMemory<byte> DriverReference { get; init; }

    /// <summary>The VBIOS's reference manifest, empty where there is none.</summary>
    public ReadOnlyMemory<byte> VbiosReference { get; init; }

    /// <summary>Revocation lists, DER; empty where there is none.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> RevocationLists { get; init; } = [];

    /// <summary>The certificates of a PEM file in its order.</summary>
    public static bool TryReadCertificates(
        ReadOnlyMemory<byte> file,
        out ImmutableArray<ReadOnlyMemory<byte>> certificates,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        bool read = PemReader.TryRead(file, "CERTIFICATE", out List<ReadOnlyMemory<byte>>? found);
        certificates = read ? [.. found!] : []; // TryRead fills the list when it answers true
        refusal = read ? null : new RefusalReason(Refusal.CertificateMalformed, "certificates", "DER or PEM certificates", $"{file.Length} other bytes");
        return read;
    }
}
