using System.Text.Json;
using Ait.Attestation.Manifest;

namespace Ait.Attestation.Tests.Manifest;

/// <summary>Every entry of the manifest of genuine SNP evidence gets the verdict that the rule demands.</summary>
public sealed class GenuineManifestTests
{
    private static readonly Dictionary<string, Refusal> s_refused = new()
    {
        ["milan-v2-gosevguest-debug"] = Refusal.DebugEnabled,
        ["milan-v2-msg-report-rsp"] = Refusal.ReportMissing,
        ["vcek-only-turin-virtee"] = Refusal.ReportMissing,
    };

    [Fact]
    public void Judge_givesTheVerdictTheRuleDemandsForEveryEntry()
    {
        foreach (ManifestJudgement judgement in JudgeAll(null))
        {
            Refusal expected = s_refused.GetValueOrDefault(judgement.Id);
            Refusal found = judgement.Verdict is Verdict.Refused refused ? refused.Reason.Code : Refusal.None;
            Assert.True(expected == found, $"{judgement.Id}: expected {expected}, found {JudgementJson.Line(judgement)}");
        }
    }

    [Fact]
    public void Judge_refusesTheVersionedKeyAfterItsEnd()
    {
        ManifestJudgement judgement = JudgeAll("2026-11-22T12:00:00+00:00").Single(found => found.Id == "milan-v3-vlek-aws");
        Assert.Equal(Refusal.CertificateExpired, Assert.IsType<Verdict.Refused>(judgement.Verdict).Reason.Code);
    }

    [Fact]
    public void Judge_reportsTheFactsThatTheManifestRecords()
    {
        using JsonDocument document = Document();
        List<ManifestJudgement> judgements = JudgeAll(null);
        foreach (JsonElement entry in document.RootElement.GetProperty("vectors").EnumerateArray())
        {
            if (!entry.TryGetProperty("fields", out JsonElement fields) || fields.GetProperty("debug").GetBoolean())
            {
                continue;
            }

            ManifestJudgement judgement = judgements.Single(found => found.Id == entry.GetProperty("id").GetString());
            using JsonDocument line = JsonDocument.Parse(JudgementJson.Line(judgement));
            JsonElement facts = line.RootElement.GetProperty("facts");
            foreach (string same in new[] { "measurement", "report_data", "host_data", "policy", "vmpl", "platform_info" })
            {
                Assert.Equal(fields.GetProperty(same).ToString(), facts.GetProperty(same).ToString());
            }

            foreach (string tcb in new[] { "reported_tcb", "current_tcb", "committed_tcb", "launch_tcb" })
            {
                foreach (JsonProperty component in facts.GetProperty(tcb).EnumerateObject())
                {
                    Assert.Equal(fields.GetProperty(tcb).GetProperty(component.Name).GetInt32(), component.Value.GetInt32());
                }
            }

            string? chip = facts.GetProperty("chip_id").GetString();
            Assert.Equal(fields.GetProperty("chip_id").GetString(), (chip ?? string.Empty).PadRight(128, '0'));
            Assert.Equal(entry.GetProperty("product").GetString(), facts.GetProperty("product").GetString());
            Assert.Equal(entry.GetProperty("signing_key").GetString(), facts.GetProperty("signing_key").GetString());
        }
    }

    private static JsonDocument Document() => JsonDocument.Parse(Vectors.Read("amd-snp/manifest.json"));

    private static List<ManifestJudgement> JudgeAll(string? verifyTime)
    {
        using JsonDocument document = Document();
        string json = document.RootElement.GetRawText();
        if (verifyTime is not null)
        {
            json = System.Text.RegularExpressions.Regex.Replace(json, "\"verify_time\": *\"[^\"]*\"", $"\"verify_time\":\"{verifyTime}\"");
        }

        Assert.True(EvidenceManifest.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out EvidenceManifest? manifest, out _));
        return [.. manifest.Entries.Select(entry => ManifestJudge.Judge(entry, TrustRoots.Production, Vectors.TryRead))];
    }
}
