using System.Text.Json.Nodes;

namespace Ait.Cli.Tests.Commands;

public sealed class VerifyCommandTests
{
    private const string VectorsVariable = "AIT_VECTORS";

    [Fact]
    public async Task Verify_givesTheVerdictOfEveryRealSnpEntry()
    {
        string vectors = RealEvidence();
        string manifest = Path.Combine(vectors, "amd-snp", "manifest.json");
        CommandRun run = await CommandRun.OfAsync("verify", "--manifest", manifest, "--base", vectors, "--json");

        JsonArray entries = JsonNode.Parse(await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken))?["vectors"]?.AsArray() ?? [];
        Dictionary<string, string?> verdicts = run.JsonLines().ToDictionary(line => (string?)line["id"] ?? "", line => (string?)line["verdict"]);
        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(entries);
        Assert.Equal(entries.Count, verdicts.Count);
        Assert.All(entries, entry => Assert.Equal(Expected(entry), verdicts[(string?)entry?["id"] ?? ""]));
    }

    [Fact]
    public async Task Verify_refusesAnEntryOfAPlatformNotBuilt()
    {
        using var scratch = new ScratchFolder();
        string manifest = scratch.Write("manifest.json", "[{\"id\":\"a\",\"platform\":\"punch-cards\",\"files\":{\"report\":\"r\"}}]"u8);

        CommandRun run = await CommandRun.OfAsync("verify", "--manifest", manifest, "--base", scratch.Path, "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("NotSupported", (string?)Assert.Single(run.JsonLines())["refusal"]);
    }

    [Fact]
    public async Task VerifySnp_acceptsSingleFilesAndRefusesThemAfterOneFlippedBit()
    {
        string folder = Path.Combine(RealEvidence(), "amd-snp");
        string report = Path.Combine(folder, "milan-v2-virtee", "report.bin");
        string[] certificates =
        [
            "--certificate", Path.Combine(folder, "roots", "ark_milan.der"),
            "--certificate", Path.Combine(folder, "roots", "ask_milan.der"),
            "--certificate", Path.Combine(folder, "milan-v2-virtee", "vek.der"),
        ];
        using var scratch = new ScratchFolder();
        byte[] bytes = await File.ReadAllBytesAsync(report, TestContext.Current.CancellationToken);
        bytes[0x50] ^= 1; // the first bit of REPORT_DATA
        string flipped = scratch.Write("flipped.bin", bytes);

        CommandRun genuine = await CommandRun.OfAsync(["verify", "snp", "--report", report, .. certificates, "--at", "2026-11-22T12:00Z", "--json"]);
        CommandRun forged = await CommandRun.OfAsync(["verify", "snp", "--report", flipped, .. certificates, "--at", "2026-11-22T12:00Z", "--json"]);
        CommandRun early = await CommandRun.OfAsync(["verify", "snp", "--report", report, .. certificates, "--at", "2020-01-01T00:00Z", "--json"]);

        Assert.Equal((0, "genuine"), (genuine.ExitCode, (string?)Assert.Single(genuine.JsonLines())["verdict"]));
        Assert.Equal((1, "ReportSignature"), (forged.ExitCode, (string?)Assert.Single(forged.JsonLines())["refusal"]));
        Assert.Equal((1, "refused"), (early.ExitCode, (string?)Assert.Single(early.JsonLines())["verdict"]));
    }

    [Fact]
    public async Task VerifySnp_refusesByNameIfThePolicyHasAnUnknownKey()
    {
        using var scratch = new ScratchFolder();
        string policy = scratch.Write("policy.json", "{\"allow_anything\": true}"u8);
        string report = scratch.Write("report.bin", new byte[1184]);

        CommandRun run = await CommandRun.OfAsync("verify", "snp", "--report", report, "--certificate", report, "--policy", policy, "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("allow_anything", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", 0, 0)]
    [InlineData("[{\"id\":\"a\",\"platform\":\"amd-snp\",\"files\":{\"report\":\"../../../../etc/passwd\"}}]", 0, 1)]
    [InlineData("[{\"id\":\"a\",\"platform\":\"amd-snp\",\"files\":{\"report\":\"absent\"}}]", 0, 1)]
    [InlineData("[{\"id\":\"a\"},7,null]", 0, 3)]
    [InlineData("{\"vectors\":", 1, 1)]
    [InlineData("not json", 1, 1)]
    public async Task Verify_answersEveryManifestWithoutAFault(string manifest, int exitCode, int lines)
    {
        using var scratch = new ScratchFolder();
        string file = scratch.Write("manifest.json", System.Text.Encoding.UTF8.GetBytes(manifest));

        CommandRun run = await CommandRun.OfAsync("verify", "--manifest", file, "--base", scratch.Path, "--json");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(lines, run.JsonLines().Count);
    }

    [Theory]
    [InlineData("verify --manifest /nowhere/m.json --base /", "/nowhere/m.json")]
    [InlineData("verify --manifest /nowhere/m.json --base /nowhere", "/nowhere")]
    [InlineData("verify --manifest /nowhere/m.json", "--base")]
    [InlineData("verify", "--manifest")]
    [InlineData("verify snp --report /nowhere/r.bin --certificate /nowhere/c.der", "/nowhere/c.der")]
    [InlineData("verify snp --report /nowhere/r.bin --certificate /nowhere/c.der --at yesterday", "yesterday")]
    public async Task Verify_namesWhatIsMissing(string line, string named)
    {
        CommandRun run = await CommandRun.OfAsync(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Errors, StringComparison.Ordinal);
    }

    private static string? Expected(JsonNode? entry)
    {
        bool sound = (string?)entry?["expected"]?["crypto"] == "valid";
        bool wanted = (string?)entry?["expected"]?["recommended_policy"] is { } policy && !policy.StartsWith("reject:", StringComparison.Ordinal) && policy != "reject";
        return sound && wanted ? "genuine" : "refused";
    }

    private static string RealEvidence()
    {
        string? vectors = Environment.GetEnvironmentVariable(VectorsVariable);
        Assert.SkipUnless(
            vectors is not null && Directory.Exists(vectors),
            $"{VectorsVariable} does not name a folder of real evidence; set it to run this");
        return vectors ?? "";
    }
}
