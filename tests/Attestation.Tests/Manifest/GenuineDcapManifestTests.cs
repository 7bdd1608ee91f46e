using System.Text.Json;
using Ait.Attestation.Dcap;
using Ait.Attestation.Manifest;

namespace Ait.Attestation.Tests.Manifest;

/// <summary>Every entry of the manifest of genuine Intel quotes gets the verdict and the patch status it records.</summary>
public sealed class GenuineDcapManifestTests
{
    [Fact]
    public void Judge_givesTheVerdictAndStatusOfEveryEntry()
    {
        byte[] json = Vectors.Read("intel-dcap/manifest.json");
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.True(EvidenceManifest.TryParse(json, out EvidenceManifest? manifest, out _));
        List<string> wrong = [];
        foreach ((ManifestEntry entry, JsonElement written) in manifest.Entries.Zip(document.RootElement.GetProperty("vectors").EnumerateArray()))
        {
            ManifestJudgement judgement = ManifestJudge.Judge(entry, TrustRoots.Production, Vectors.TryRead);
            string found = judgement.Verdict switch
            {
                Verdict.Genuine genuine => $"genuine {((DcapFacts)genuine.Facts).Status}",
                Verdict.Refused refused => string.Join(' ', refused.Reasons.Select(reason => $"{reason.Code}{(reason.Code == Refusal.TcbStatus ? $"={reason.Found}" : "")}")),
                _ => "?",
            };
            string expected = Expected(written.GetProperty("expected"));
            if (expected != found)
            {
                wrong.Add($"{entry.Id}: expected {expected}, found {JudgementJson.Line(judgement)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string Expected(JsonElement expected)
    {
        if (!expected.TryGetProperty("status_at_verify_time", out JsonElement status))
        {
            return nameof(Refusal.CollateralMissing);
        }

        string converged = status.GetProperty("converged").GetString()!;
        bool debug = status.GetProperty("debug").GetBoolean();
        return converged switch
        {
            "NotSupported" => nameof(Refusal.TcbNotSupported),
            "UpToDate" => debug ? nameof(Refusal.DebugEnabled) : "genuine UpToDate",
            _ => (debug ? $"{Refusal.DebugEnabled} " : "") + $"{Refusal.TcbStatus}={converged}",
        };
    }
}
