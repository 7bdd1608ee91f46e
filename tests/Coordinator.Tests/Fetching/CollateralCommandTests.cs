using Ait.Attestation;
using Ait.Attestation.SevSnp;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.Tests.Support;

namespace Ait.Coordinator.Tests.Fetching;

/// <summary>Bundles and the list, through the program's own entry.</summary>
public sealed class CollateralCommandTests : IClassFixture<EmulatedVendors>, IDisposable
{
    private readonly EmulatedVendors _vendors;
    private readonly TemporaryFolder _folder = new();
    private readonly SkippingClock _clock = new(EmulatedVendors.Now);
    private readonly string _deployment;

    public CollateralCommandTests(EmulatedVendors vendors)
    {
        _vendors = vendors;
        _deployment = _folder.File("deployment.json");
        string zero = "0x" + new string('0', 40);
        string root = _vendors.Roots.All[0].KeyFingerprint.ToString();
        File.WriteAllText(_deployment, $$"""
            {"chainId":31337,"blockNumber":1,"deviceRegistry":"{{zero}}","miningRegistry":"{{zero}}","token":"{{zero}}","certificateCache":"{{zero}}",
             "snpVerifier":"{{zero}}","governor":"{{zero}}","coordinator":"{{zero}}","profile":"development",
             "roots":{"amd":{"Genoa":"{{root}}" },"intel":[],"nvidiaDevice":[],"nvidiaReference":[] } }
            """);
    }

    public void Dispose() => _folder.Dispose();

    private CollateralVerifier Verifier => new(_vendors.Roots);

    private void Keep(string folder, CollateralKey key, byte[] body, byte[] companion)
    {
        Assert.True(
            Verifier.TryVerify(key, new CollateralContent(body, companion), _clock.GetUtcNow(), _clock.GetUtcNow(), null, out CollateralItem? item, out RefusalReason? refusal),
            refusal?.ToString());
        new CollateralStore(_folder.File(folder)).Put(item!);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await CollateralCommand.RunAsync(arguments, output, error, _clock);
        return (code, output.ToString(), error.ToString());
    }

    private Task<(int Code, string Output, string Error)> OnAsync(string folder, params string[] arguments) =>
        RunAsync([.. arguments, "--collateral", _folder.File(folder), "--deployment", _deployment]);

    private void Fill()
    {
        Keep("a", CollateralKey.AmdChain(SnpProduct.Genoa), _vendors.Chain, []);
        Keep("a", CollateralKey.AmdRevocation(SnpProduct.Genoa), _vendors.AmdList(EmulatedVendors.Now.AddDays(-1), EmulatedVendors.Now.AddDays(10)), _vendors.Chain);
    }

    [Fact]
    public async Task Export_andImportCarryEverythingThatHolds()
    {
        Fill();
        string bundle = _folder.File("bundle");

        (int code, string output, _) = await OnAsync("a", "export", bundle);
        Assert.Equal(0, code);
        Assert.Contains("2 pieces exported", output, StringComparison.Ordinal);
        Assert.Contains("the first ends on 2026-06-11 12:00 UTC", output, StringComparison.Ordinal);

        (code, output, string error) = await OnAsync("b", "import", bundle);
        Assert.Equal((0, "2 pieces imported.", string.Empty), (code, output.Trim(), error));
        Assert.Equal(new CollateralStore(_folder.File("a")).Keys(), new CollateralStore(_folder.File("b")).Keys());
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("twice")]
    [InlineData("title")]
    [InlineData("stale")]
    public async Task Import_takesABundleWholeOrNotAtAll(string fault)
    {
        Fill();
        string bundle = _folder.File("bundle");
        await OnAsync("a", "export", bundle);
        string text = await File.ReadAllTextAsync(bundle, TestContext.Current.CancellationToken);
        string[] lines = text.Split('\n');
        text = fault switch
        {
            "flip" => text.Replace("\"body\":\"MII", "\"body\":\"MIJ", StringComparison.Ordinal),
            "cut" => text[..^20],
            "twice" => text + lines[1] + "\n",
            "title" => text[5..],
            _ => text,
        };
        _clock.Advance(fault == "stale" ? TimeSpan.FromDays(11) : TimeSpan.Zero);
        await File.WriteAllTextAsync(bundle, text, TestContext.Current.CancellationToken);

        (int code, _, string error) = await OnAsync("b", "import", bundle);

        Assert.Equal(1, code);
        Assert.Contains("Nothing was imported", error, StringComparison.Ordinal);
        Assert.Empty(new CollateralStore(_folder.File("b")).Keys());
    }

    [Fact]
    public async Task Import_believesOnlyTheRootsOfTheDeployment()
    {
        Fill();
        string bundle = _folder.File("bundle");
        await OnAsync("a", "export", bundle);

        (int code, _, string error) = await RunAsync("import", bundle, "--collateral", _folder.File("b"));

        Assert.Equal(1, code);
        Assert.Contains("RootNotPinned", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_tellsUntilWhenEachPieceHolds()
    {
        Fill();

        (int code, string output, _) = await OnAsync("a", "list");

        Assert.Equal(0, code);
        Assert.Contains("until 2026-06-11 12:00 UTC  amd/crl/Genoa", output, StringComparison.Ordinal);
        Assert.DoesNotContain("!", output, StringComparison.Ordinal);
        Assert.Contains("2 pieces hold, 0 do not.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_warnsWithTheDateBeforeAPieceEndsAndAfter()
    {
        Fill();
        _clock.Advance(TimeSpan.FromDays(4));
        Assert.Contains("! amd/crl/Genoa ends on 2026-06-11 12:00 UTC, in 6.0 days", (await OnAsync("a", "list")).Output, StringComparison.Ordinal);

        _clock.Advance(TimeSpan.FromDays(7));
        (int code, string output, _) = await OnAsync("a", "list");
        Assert.Equal(1, code);
        Assert.Contains("! amd/crl/Genoa proves nothing now: RevocationListStale", output, StringComparison.Ordinal);
        Assert.Contains("\"holds\":false", (await OnAsync("a", "list", "--json")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("show")]
    [InlineData("export")]
    [InlineData("list", "--what")]
    [InlineData("list", "surplus")]
    [InlineData("import", "a", "--collateral")]
    public async Task Run_namesWhatIsWrongWithTheArguments(params string[] arguments)
    {
        (int code, _, string error) = await RunAsync(arguments);

        Assert.Equal(2, code);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task Import_failsIfTheFileIsNotThere() => Assert.Equal(2, (await OnAsync("b", "import", _folder.File("none"))).Code);
}
