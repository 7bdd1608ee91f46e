using System.Collections.Immutable;
using System.Text.Json;
using Ait.Attestation;
using Ait.Attestation.Manifest;
using Ait.Attestation.Nvidia;
using Ait.Attestation.SevSnp;

namespace Ait.Emulation.Tests;

/// <summary>The committed evidence vectors say what their manifest promises.</summary>
public sealed class EvidenceVectorsTests
{
    [Theory]
    [InlineData("", 18)]
    [InlineData("devices", 28)]
    public void Judge_givesTheVerdictTheManifestPromises(string set, int least)
    {
        string folder = Path.Combine(RepositoryRoot(), "vectors", "evidence");
        byte[] json = File.ReadAllBytes(Path.Combine(folder, set, "manifest.json"));
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.True(EvidenceManifest.TryParse(json, out EvidenceManifest? manifest, out _));
        int judged = 0;
        foreach ((ManifestEntry entry, JsonElement promised) in manifest.Entries.Zip(document.RootElement.GetProperty("vectors").EnumerateArray()))
        {
            ManifestJudgement judgement = ManifestJudge.Judge(entry, Roots(document.RootElement), path => File.ReadAllBytes(Path.Combine(folder, path)));
            string? found = judgement.Verdict is Verdict.Refused refused ? refused.Reason.Code.ToString() : null;
            string? expected = promised.GetProperty("expected").GetProperty("refusal").GetString();
            Assert.True(expected == found, $"{entry.Id}: expected {expected ?? "genuine"}, found {found ?? "genuine"}");
            judged++;
        }

        Assert.True(judged >= least);
    }

    [Theory]
    [InlineData("good", Refusal.None)]
    [InlineData("revoked", Refusal.CertificateRevoked)]
    [InlineData("unknown", Refusal.RevocationAnswerUnknown)]
    [InlineData("appointed", Refusal.RevocationAnswerResponder)]
    public void Check_saysOfEachOcspAnswerWhatItsNamePromises(string name, Refusal code)
    {
        string folder = Path.Combine(RepositoryRoot(), "vectors", "evidence", "ocsp");
        ImmutableArray<ReadOnlyMemory<byte>> path =
            [.. Enumerable.Range(0, 5).Select(index => (ReadOnlyMemory<byte>)File.ReadAllBytes(Path.Combine(folder, $"certificate-{index}.der")))];
        var nonce = new ByteString([.. Enumerable.Range(1, 32).Select(value => (byte)value)]);
        bool good = GpuRevocation.TryCheck(
            path, 1, File.ReadAllBytes(Path.Combine(folder, name + ".der")), nonce, new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), out _, out RefusalReason? refusal);
        Assert.Equal(code == Refusal.None, good);
        Assert.Equal(code, refusal?.Code ?? Refusal.None);
    }

    private static TrustRoots Roots(JsonElement manifest)
    {
        List<TrustRoot> amd = [];
        List<ByteString> intel = [], devices = [], references = [];
        foreach (JsonProperty root in manifest.GetProperty("roots").EnumerateObject())
        {
            ByteString fingerprint = ByteString.FromHex(root.Value.GetString()!);
            switch (root.Name)
            {
                case "intel":
                    intel.Add(fingerprint);
                    break;
                case "nvidiaDevice":
                    devices.Add(fingerprint);
                    break;
                case "nvidiaReference":
                    references.Add(fingerprint);
                    break;
                default:
                    amd.Add(new TrustRoot(Enum.Parse<SnpProduct>(root.Name), fingerprint));
                    break;
            }
        }

        return new TrustRoots(amd, intel, devices, references);
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
