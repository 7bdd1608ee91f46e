using System.Text.Json.Nodes;

namespace Ait.Cli.Tests.Commands;

public sealed class BenchCommandTests
{
    private static readonly string[] s_small = ["bench", "reference", "--shape", "2m", "--batch", "3", "--sequence", "140", "--tokens", "11"];

    [Fact]
    public async Task Reference_reportsUnitsSharesAndAHashThatThreadsDoNotChange()
    {
        JsonObject one = Assert.Single((await CommandRun.OfAsync([.. s_small, "--threads", "1", "--json"])).JsonLines());
        JsonObject two = Assert.Single((await CommandRun.OfAsync([.. s_small, "--threads", "2", "--backend", "Scalar", "--json"])).JsonLines());
        Assert.Equal(one["resultHash"]!.GetValue<string>(), two["resultHash"]!.GetValue<string>());
        // Two whole pages of 64 in each of three prompts of 129.
        Assert.Equal(3 * 128, one["reusedTokens"]!.GetValue<int>());
        Assert.Equal((3, 129, 11), (one["batch"]!.GetValue<int>(), one["promptTokens"]!.GetValue<int>(), one["newTokens"]!.GetValue<int>()));
        double seconds = one["prefillSeconds"]!.GetValue<double>() + one["decodeSeconds"]!.GetValue<double>();
        Assert.Equal(one["computeUnits"]!.GetValue<double>() * 3600 / seconds, one["computeUnitsPerHour"]!.GetValue<double>(), 1e-9);
        Assert.All(new[] { "prefillShareOfLimit", "decodeShareOfLimit", "operationsPerSecondLimit" }, name => Assert.InRange(one[name]!.GetValue<double>(), double.Epsilon, double.MaxValue));
    }

    [Fact]
    public async Task Reference_tellsPeopleWhereItRan()
    {
        CommandRun run = await CommandRun.OfAsync([.. s_small, "--threads", "1"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("CU/h", run.Output, StringComparison.Ordinal);
        Assert.Contains(Engine.Backends.GpuName ?? "No GPU was used: ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fewer new tokens than the 140", "--tokens", "140")]
    [InlineData("a sequence of at most 1024 tokens, found 1025", "--sequence", "1025")]
    [InlineData("'9b'", "--shape", "9b")]
    [InlineData("--batch wants a number from 1 to 1024", "--batch", "0")]
    public async Task Reference_refusesWhatDoesNotFit(string sentence, string option, string value)
    {
        string[] arguments = [.. s_small];
        arguments[Array.IndexOf(arguments, option) + 1] = value;
        CommandRun run = await CommandRun.OfAsync(arguments);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(sentence, run.Errors, StringComparison.Ordinal);
    }
}
