using Ait.Coordinator.Configuration;

namespace Ait.Coordinator.Tests.Configuration;

public sealed class OptionsReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-options-").FullName;

    public OptionsReaderTests()
    {
        foreach (string name in new[] { "deployment", "key", "models" })
        {
            File.WriteAllText(Path.Combine(_folder, name), "x");
        }
    }

    [Fact]
    public void Read_takesFlagsThenEnvironmentThenFileThenDefault()
    {
        string config = Write("""{"batch-interval": "7s", "commit-window": "5s", "batch-size": 9, "lease-length": "11s"}""");
        CoordinatorOptions options = OptionsReader.Read(
            [.. Needed(), "--config", config, "--batch-interval=3s"],
            name => name switch { "AIT_COORDINATOR_BATCH_INTERVAL" => "4s", "AIT_COORDINATOR_COMMIT_WINDOW" => "6s", _ => null });
        Assert.Equal(
            (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(6), 9, TimeSpan.FromSeconds(11), TimeSpan.FromMinutes(1)),
            (options.BatchInterval, options.CommitWindow, options.BatchSize, options.LeaseLength, options.RevealWindow));
    }

    [Fact]
    public void Read_namesEveryFaultAtOnce()
    {
        StartupException fault = Assert.Throws<StartupException>(() => OptionsReader.Read(
            ["--rpc", "ftp://x", "--key", "/no/such/key", "--batch-size", "0", "--confirmations", "65", "--commit-window", "soon", "extra", "--bogus", "--listen"], _ => null));
        string[] lines = fault.Message.Split(Environment.NewLine);
        foreach (string expected in new[] { "--rpc", "--deployment is missing", "no file /no/such/key", "--store is missing", "--models is missing", "--batch-size", "--confirmations", "--commit-window", "'extra'", "'--bogus'" })
        {
            Assert.Contains(lines, line => line.Contains(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Read_tellsWhereCollateralIsAndComesFrom()
    {
        CoordinatorOptions options = OptionsReader.Read([.. Needed()], _ => null);
        Assert.Equal("https://kdsintf.amd.com/", options.Vendors.Kds.AbsoluteUri);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Vendors.KdsInterval);
        Assert.Null(options.Vendors.Proxy);
        Assert.False(options.Vendors.Offline);
        Assert.Equal("collateral", Path.GetFileName(options.CollateralFolder));
        Assert.True(Path.IsPathRooted(options.CollateralFolder));

        options = OptionsReader.Read(
            [.. Needed(), "--collateral", "/c", "--collateral-source", "disk", "--proxy", "http://proxy:3128", "--pcs", "http://127.0.0.1:8081/pccs", "--kds-interval", "0s"], _ => null);
        Assert.Equal(("/c", true, new Uri("http://proxy:3128"), TimeSpan.Zero), (options.CollateralFolder, options.Vendors.Offline, options.Vendors.Proxy, options.Vendors.KdsInterval));
    }

    [Theory]
    [InlineData("--collateral-source", "net")]
    [InlineData("--kds", "kdsintf.amd.com")]
    [InlineData("--proxy", "socks")]
    [InlineData("--kds-interval", "11m")]
    [InlineData("--batch-interval", "99ms")]
    [InlineData("--batch-interval", "601s")]
    [InlineData("--batch-interval", "2")]
    [InlineData("--batch-interval", "-2s")]
    [InlineData("--batch-interval", "1e99s")]
    [InlineData("--batch-size", "1025")]
    [InlineData("--batch-size", "+1")]
    [InlineData("--task-lifetime", "56m")]
    [InlineData("--task-lifetime", "3m")] // not longer than commit and reveal windows together
    [InlineData("--rpc", "")]
    [InlineData("--listen", "127.0.0.1:80")]
    public void Read_refusesAValueOutsideItsRange(string name, string value)
    {
        StartupException fault = Assert.Throws<StartupException>(() => OptionsReader.Read([.. Needed().Where((_, i) => Needed()[i - (i % 2)] != name), name, value], _ => null));
        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"unknown": 1}""")]
    [InlineData("""{"batch-size": true}""")]
    [InlineData("""{"config": "x"}""")]
    public void Read_refusesAConfigurationFileItDoesNotUnderstand(string json) =>
        Assert.Throws<StartupException>(() => OptionsReader.Read([.. Needed(), "--config", Write(json)], _ => null));

    [Fact]
    public void Read_refusesAFlagGivenTwice() =>
        Assert.Contains("twice", Assert.Throws<StartupException>(() => OptionsReader.Read([.. Needed(), "--batch-size", "1", "--batch-size", "2"], _ => null)).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Needed() =>
    [
        "--rpc", "http://127.0.0.1:8545", "--deployment", Path.Combine(_folder, "deployment"), "--key", Path.Combine(_folder, "key"),
        "--store", Path.Combine(_folder, "ledger"), "--models", Path.Combine(_folder, "models"),
    ];

    private string Write(string json)
    {
        string path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, json);
        return path;
    }
}
