using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Attestation.Dcap;

namespace Ait.Attestation.Manifest;

/// <summary>Loads the files of an Intel entry: <c>quote</c>, <c>collateral</c>, and <c>crl</c> beside those inside it.</summary>
internal static class DcapManifestFiles
{
    internal static bool TryLoad(
        JsonElement entry, EvidenceFileReader read, [NotNullWhen(true)] out DcapEvidence? evidence, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        evidence = null;
        if (!ManifestFiles.TryFilesObject(entry, out JsonElement files, out refusal))
        {
            return false;
        }

        foreach (string key in (ReadOnlySpan<string>)["quote", "collateral"])
        {
            if (!JsonShape.TryGet(files, key, out _))
            {
                Refusal code = key == "quote" ? Refusal.ReportMissing : Refusal.CollateralMissing;
                refusal = new RefusalReason(code, $"files.{key}", "a path", "none");
                return false;
            }
        }

        if (!ManifestFiles.TryReadOne(files, "quote", read, out byte[]? quote, out refusal)
            || !ManifestFiles.TryReadOne(files, "collateral", read, out byte[]? text, out refusal)
            || !DcapCollateral.TryParse(text, out DcapCollateral? collateral, out refusal)
            || !ManifestFiles.TryRevocationLists(files, read, out ImmutableArray<ReadOnlyMemory<byte>> lists, out refusal))
        {
            return false;
        }

        evidence = new DcapEvidence { Quote = quote, Collateral = collateral, RevocationLists = lists };
        return true;
    }
}
