using System.Text.Json;
using Ait.Attestation;
using Ait.Attestation.Manifest;
using Ait.Attestation.SevSnp;

namespace Ait.Emulation.Tests;

/// <summary>The committed evidence vectors say what their manifest promises.</summary>
public sealed class EvidenceVectorsTests
{
    [Fact]
    public void Judge_givesTheVerdictTheManifestPromises()
    {
        string folder = Path.Combine(RepositoryRoot(), "vectors", "evidence");
        byte[] json = File.ReadAllBytes(Path.Combine(folder, "manifest.json"));
        using JsonDocument document = JsonDocument.Parse(json);
        var roots = new TrustRoots(document.RootElement.GetProperty("roots").EnumerateObject().Select(root =>
            new TrustRoot(Enum.Parse<SnpProduct>(root.Name), ByteString.FromHex(root.Value.GetString()!))));
        Assert.True(EvidenceManifest.TryParse(json, out EvidenceManifest? manifest, out _));
        Assert.True(manifest.Entries.Length >= 18);
        foreach ((ManifestEntry entry, JsonElement promised) in manifest.Entries.Zip(document.RootElement.GetProperty("vectors").EnumerateArray()))
        {
            ManifestJudgement judgement = ManifestJudge.Judge(entry, roots, path => File.ReadAllBytes(Path.Combine(folder, path)));
            string? found = judgement.Verdict is Verdict.Refused refused ? refused.Reason.Code.ToString() : null;
            string? expected = promised.GetProperty("expected").GetProperty("refusal").GetString();
            Assert.True(expected == found, $"{entry.Id}: expected {expected ?? "genuine"}, found {found ?? "genuine"}");
        }
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Ait.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
