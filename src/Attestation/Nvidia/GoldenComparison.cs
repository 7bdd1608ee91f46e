using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Attestation.Nvidia;

/// <summary>Measurements against the values of their reference manifests.</summary>
internal static class GoldenComparison
{
    private const int DecoderIndex = 35;

    /// <summary>The manifest indices whose measurement is none of the listed values, in order.</summary>
    internal static ImmutableArray<int> Differences(ReferenceManifest manifest, IReadOnlyDictionary<int, ByteString> blocks, bool nvdecIsOff)
    {
        ImmutableArray<int>.Builder differences = ImmutableArray.CreateBuilder<int>();
        foreach ((int index, ImmutableArray<ByteString> accepted) in manifest.Golden)
        {
            // A decoder that is off is not measured the same way twice.
            bool skipped = index == DecoderIndex && nvdecIsOff;
            if (!skipped && !(blocks.TryGetValue(index + 1, out ByteString found) && accepted.Contains(found)))
            {
                differences.Add(index);
            }
        }

        differences.Sort();
        return differences.ToImmutable();
    }

    /// <summary>Is the manifest about this version and chip?</summary>
    internal static RefusalReason? CheckMatch(ReferenceManifest manifest, string name, string version, string chip)
    {
        // VBIOS manifests spell their hex digits in capitals.
        if (!string.Equals(manifest.Version, version, StringComparison.OrdinalIgnoreCase))
        {
            return new RefusalReason(Refusal.ReferenceMismatch, name, $"version {version}", manifest.Version);
        }

        return manifest.Product == chip ? null : new RefusalReason(Refusal.ReferenceMismatch, name, $"product {chip}", manifest.Product);
    }

    /// <summary>No measurement may be the business of both.</summary>
    internal static RefusalReason? CheckDisjoint(ReferenceManifest driver, ReferenceManifest vbios)
    {
        foreach (int index in driver.Golden.Keys)
        {
            if (vbios.Golden.ContainsKey(index))
            {
                return new RefusalReason(
                    Refusal.ReferenceConflict, "reference manifests", "each measurement in one of them", string.Create(CultureInfo.InvariantCulture, $"index {index} in both"));
            }
        }

        return null;
    }

    internal static RefusalReason? CheckValues(
        ReferenceManifest manifest, string name, IReadOnlyDictionary<int, ByteString> blocks, bool nvdecIsOff)
    {
        ImmutableArray<int> differences = Differences(manifest, blocks, nvdecIsOff);
        return differences.IsEmpty
            ? null
            : new RefusalReason(
                Refusal.ReferenceDiffers, name, $"{manifest.Golden.Count} measurements as listed", $"others at index {string.Join(", ", differences)}");
    }
}
