using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Manifest;

/// <summary>Loads the files of an SNP entry through the host's reader.</summary>
internal static class ManifestFiles
{
    private const int MaxFileLength = 1024 * 1024;
    private const int MaxPaths = 16;

    internal static bool TryLoad(
        JsonElement entry,
        EvidenceFileReader read,
        [NotNullWhen(true)] out SnpEvidence? evidence,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        evidence = null;
        if (!TryFilesObject(entry, out JsonElement files, out refusal))
        {
            return false;
        }

        if (!JsonShape.TryGet(files, "report", out _))
        {
            refusal = new RefusalReason(Refusal.ReportMissing, "files.report", "a path", "none");
            return false;
        }

        if (!TryReadOne(files, "report", read, out byte[]? report, out refusal)
            || !TryCertificate(files, "vek", read, out ReadOnlyMemory<byte>? vek, out refusal)
            || !TryCertificate(files, "ask", read, out ReadOnlyMemory<byte>? ask, out refusal)
            || !TryCertificate(files, "ark", read, out ReadOnlyMemory<byte>? ark, out refusal)
            || !TryChain(entry, read, vek, ref ask, ref ark, out refusal)
            || !TryRevocationLists(files, read, out ImmutableArray<ReadOnlyMemory<byte>> lists, out refusal))
        {
            return false;
        }

        if (vek is null || ask is null || ark is null)
        {
            string missing = vek is null ? "VEK" : ask is null ? "ASK" : "ARK";
            refusal = new RefusalReason(Refusal.CertificateMissing, missing, "a certificate", "none");
            return false;
        }

        evidence = new SnpEvidence { Report = report, Vek = vek.Value, Ask = ask.Value, Ark = ark.Value, RevocationLists = lists };
        return true;
    }

    internal static bool TryFilesObject(JsonElement entry, out JsonElement files, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        refusal = null;
        if (!JsonShape.TryGet(entry, "files", out files))
        {
            refusal = new RefusalReason(Refusal.ReportMissing, "files", "an object", "none");
        }
        else if (files.ValueKind != JsonValueKind.Object)
        {
            refusal = JsonShape.Entry("files", "an object", $"{files.ValueKind}");
        }

        return refusal is null;
    }

    /// <summary>ASK and ARK from <c>chain</c>, in either order; what <c>files</c> names already must be the same.</summary>
    private static bool TryChain(
        JsonElement entry,
        EvidenceFileReader read,
        ReadOnlyMemory<byte>? vek,
        ref ReadOnlyMemory<byte>? ask,
        ref ReadOnlyMemory<byte>? ark,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        if (!JsonShape.TryGet(entry, "chain", out JsonElement chain))
        {
            refusal = null;
            return true;
        }

        if (!TryPaths(chain, "chain", allowSingle: false, out List<string>? paths, out refusal))
        {
            return false;
        }

        List<ReadOnlyMemory<byte>> given = [];
        foreach (string path in paths)
        {
            if (!TryReadFile(path, "chain", read, out byte[]? file, out refusal))
            {
                return false;
            }

            given.Add(file);
        }

        foreach (ReadOnlyMemory<byte>? named in (ReadOnlySpan<ReadOnlyMemory<byte>?>)[vek, ask, ark])
        {
            if (named is { } certificate)
            {
                given.Add(certificate);
            }
        }

        if (!SnpCertificates.TrySort(given, out SnpCertificates? sorted, out refusal))
        {
            return false;
        }

        // A certificate under the wrong role name stays where it was put, for the verifier to refuse.
        ask ??= sorted.Ask;
        ark ??= sorted.Ark;
        return true;
    }

    internal static bool TryRevocationLists(
        JsonElement files,
        EvidenceFileReader read,
        out ImmutableArray<ReadOnlyMemory<byte>> lists,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        lists = [];
        refusal = null;
        if (!JsonShape.TryGet(files, "crl", out JsonElement value))
        {
            return true;
        }

        if (!TryPaths(value, "files.crl", allowSingle: true, out List<string>? paths, out refusal))
        {
            return false;
        }

        foreach (string path in paths)
        {
            if (!TryReadFile(path, "files.crl", read, out byte[]? file, out refusal)
                || !RevocationLists.TryRead(file, out ImmutableArray<ReadOnlyMemory<byte>> found, out refusal))
            {
                return false;
            }

            lists = lists.AddRange(found);
        }

        return true;
    }

    private static bool TryCertificate(
        JsonElement files,
        string key,
        EvidenceFileReader read,
        out ReadOnlyMemory<byte>? certificate,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        certificate = null;
        refusal = null;
        if (!JsonShape.TryGet(files, key, out _))
        {
            return true;
        }

        if (!TryReadOne(files, key, read, out byte[]? file, out refusal)
            || !SnpCertificates.TryReadFile(file, $"files.{key}", out ImmutableArray<ReadOnlyMemory<byte>> inside, out refusal))
        {
            return false;
        }

        if (inside.Length != 1)
        {
            refusal = new RefusalReason(Refusal.CertificateAmbiguous, $"files.{key}", "one certificate", $"{inside.Length}");
            return false;
        }

        certificate = inside[0];
        return true;
    }

    internal static bool TryReadOne(
        JsonElement files, string key, EvidenceFileReader read, [NotNullWhen(true)] out byte[]? file, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        file = null;
        if (!JsonShape.TryGetString(files, key, out string? path))
        {
            refusal = JsonShape.Entry($"files.{key}", "a path", "another kind of value");
            return false;
        }

        return TryReadFile(path, $"files.{key}", read, out file, out refusal);
    }

    private static bool TryPaths(
        JsonElement value,
        string what,
        bool allowSingle,
        [NotNullWhen(true)] out List<string>? paths,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        paths = [];
        refusal = null;
        if (allowSingle && JsonShape.TryString(value, out string? single))
        {
            paths.Add(single);
            return true;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxPaths)
        {
            refusal = JsonShape.Entry(what, $"an array of at most {MaxPaths} paths", $"{value.ValueKind}");
            return false;
        }

        foreach (JsonElement item in value.EnumerateArray())
        {
            if (!JsonShape.TryString(item, out string? path))
            {
                refusal = JsonShape.Entry(what, "paths", $"{item.ValueKind}");
                return false;
            }

            paths.Add(path);
        }

        return true;
    }

    private static bool TryReadFile(
        string path, string what, EvidenceFileReader read, [NotNullWhen(true)] out byte[]? file, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        file = null;
        if (!ManifestPath.TryNormalise(path, out string? normalised, out refusal))
        {
            return false;
        }

        file = read(normalised);
        if (file is null)
        {
            refusal = new RefusalReason(Refusal.FileUnreadable, what, "a readable file", normalised);
            return false;
        }

        refusal = file.Length > MaxFileLength
            ? new RefusalReason(Refusal.FileTooLarge, what, $"at most {MaxFileLength} bytes", $"{file.Length} bytes")
            : null;
        return refusal is null;
    }
}
