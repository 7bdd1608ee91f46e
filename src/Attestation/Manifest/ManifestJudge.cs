using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Ait.Attestation.Dcap;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Manifest;

/// <summary>Judges each entry of a manifest at its own instant, under the baseline policy plus the entry's own.</summary>
public static class ManifestJudge
{
    private static readonly string[] s_timeFormats =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>The instant at which an entry without <c>verify_time</c> is judged.</summary>
    public static DateTimeOffset DefaultInstant { get; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Judges one entry. Faults of the entry are refusals; only the host's reader can throw.</summary>
    public static ManifestJudgement Judge(ManifestEntry entry, TrustRoots roots, EvidenceFileReader read)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(read);
        string? platform = null;
        if (entry.Fault is null)
        {
            _ = JsonShape.TryGetString(entry.Content, "platform", out platform);
        }

        RefusalReason? refusal = entry.Fault;
        Verdict? verdict = null;
        if (refusal is null && TryJudge(entry.Content, platform, roots, read, out verdict, out refusal))
        {
            return new ManifestJudgement(entry.Id, platform, verdict);
        }

        return new ManifestJudgement(entry.Id, platform, new Verdict.Refused([refusal!])); // false comes with a refusal
    }

    private static bool TryJudge(
        JsonElement entry,
        string? platform,
        TrustRoots roots,
        EvidenceFileReader read,
        [NotNullWhen(true)] out Verdict? verdict,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        verdict = null;
        switch (platform)
        {
            case "amd-snp":
                return TryInstant(entry, out DateTimeOffset at, out refusal) && TryJudgeSnp(entry, roots, read, at, out verdict, out refusal);
            case "intel-dcap":
                return TryInstant(entry, out at, out refusal) && TryJudgeDcap(entry, roots, read, at, out verdict, out refusal);
            case "nvidia-gpu":
                return TryInstant(entry, out at, out refusal) && TryJudgeNvidia(entry, roots, read, at, out verdict, out refusal);
            case "device":
                return TryInstant(entry, out at, out refusal) && DeviceManifest.TryJudge(entry, roots, read, at, out verdict, out refusal);
            case null:
                refusal = JsonShape.Entry("platform", "a string", "none");
                return false;
            default:
                refusal = new RefusalReason(Refusal.NotSupported, "platform", "amd-snp, intel-dcap, nvidia-gpu or device", platform);
                return false;
        }
    }

    private static bool TryJudgeSnp(
        JsonElement entry,
        TrustRoots roots,
        EvidenceFileReader read,
        DateTimeOffset at,
        [NotNullWhen(true)] out Verdict? verdict,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        verdict = null;
        SnpPolicy? policy = SnpPolicy.Baseline;
        if ((JsonShape.TryGet(entry, "policy", out JsonElement rules) && !ManifestPolicy.TryRead(rules, out policy, out refusal))
            || !ManifestFiles.TryLoad(entry, read, out SnpEvidence? evidence, out refusal))
        {
            return false;
        }

        verdict = SnpVerifier.Verify(evidence, roots, policy, at);
        return true;
    }

    private static bool TryJudgeDcap(
        JsonElement entry,
        TrustRoots roots,
        EvidenceFileReader read,
        DateTimeOffset at,
        [NotNullWhen(true)] out Verdict? verdict,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        verdict = null;
        DcapPolicy? policy = DcapPolicy.Baseline;
        if ((JsonShape.TryGet(entry, "policy", out JsonElement rules) && !DcapManifestPolicy.TryRead(rules, out policy, out refusal))
            || !DcapManifestFiles.TryLoad(entry, read, out DcapEvidence? evidence, out refusal))
        {
            return false;
        }

        verdict = DcapVerifier.Verify(evidence, roots, policy, at);
        return true;
    }

    private static bool TryJudgeNvidia(
        JsonElement entry,
        TrustRoots roots,
        EvidenceFileReader read,
        DateTimeOffset at,
        [NotNullWhen(true)] out Verdict? verdict,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        verdict = null;
        if (!NvidiaManifestPolicy.TryRead(entry, out NvidiaPolicy? policy, out JsonElement? references, out refusal)
            || !NvidiaManifestFiles.TryLoad(entry, references, read, out ImmutableArray<NvidiaEvidence> evidence, out refusal))
        {
            return false;
        }

        verdict = NvidiaVerifier.Verify(evidence, roots, policy, at);
        return true;
    }

    private static bool TryInstant(JsonElement entry, out DateTimeOffset at, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        at = DefaultInstant;
        refusal = null;
        if (!JsonShape.TryGet(entry, "verify_time", out JsonElement value))
        {
            return true;
        }

        if (JsonShape.TryString(value, out string? text) && TryParseInstant(text, out at))
        {
            return true;
        }

        refusal = JsonShape.Entry("verify_time", "an ISO 8601 date and time", $"{value.ValueKind}");
        return false;
    }

    /// <summary>Reads an ISO 8601 date and time; one without an offset is UTC.</summary>
    public static bool TryParseInstant(string text, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        text, s_timeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);
}
