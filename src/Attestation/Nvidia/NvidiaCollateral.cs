using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Nvidia;

/// <summary>Verifies reference manifests of NVIDIA's service before they are kept.</summary>
public static class NvidiaCollateral
{
    /// <summary>A signed driver or VBIOS manifest of this version.</summary>
    public static bool TryVerifyManifest(
        ReadOnlyMemory<byte> xml,
        string version,
        TrustRoots roots,
        DateTimeOffset at,
        [NotNullWhen(true)] out CollateralFacts? facts,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ArgumentNullException.ThrowIfNull(roots);
        facts = null;
        if (!ReferenceManifest.TryVerify(xml, "manifest", roots, at, cache: null, out ReferenceManifest? manifest, out DateTimeOffset end, out refusal))
        {
            return false;
        }

        refusal = string.Equals(manifest.Version, version, StringComparison.OrdinalIgnoreCase)
            ? null
            : new RefusalReason(Refusal.ReferenceMismatch, "manifest version", version, manifest.Version);
        facts = refusal is null ? new CollateralFacts($"manifest of {manifest.Product} {manifest.Version}", end) : null;
        return facts is not null;
    }

    /// <summary>Whether a GPU's five certificates lead to a pinned root, each valid at this instant.</summary>
    public static bool TryVerifyPath(
        ImmutableArray<ReadOnlyMemory<byte>> certificates, TrustRoots roots, DateTimeOffset at, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ArgumentNullException.ThrowIfNull(roots);
        var evidence = new NvidiaEvidence { Report = ReadOnlyMemory<byte>.Empty, Certificates = certificates };
        return GpuPath.TryVerify(evidence, roots, RevocationRule.CheckWhatIsGiven, at, cache: null, out _, out refusal);
    }
}
