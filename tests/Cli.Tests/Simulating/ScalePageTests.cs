using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Cli.Simulating;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Tests.Simulating;

/// <summary>What docs/scale.md says is what the command computes.</summary>
public sealed class ScalePageTests
{
    private static string Page => File.ReadAllText(Path.Combine(Installation.Root, "docs", "scale.md"));

    [Fact]
    public async Task Page_hasTheRowsThatTheCommandComputes()
    {
        CommandRun run = await CommandRun.OfAsync("simulate", "--gpus", "1000000", "--json");
        string page = Page;
        Assert.All(run.JsonLines(), found => Assert.Contains(RowOf(found), page, StringComparison.Ordinal));
        Assert.Equal(3, run.JsonLines().Count);
    }

    [Fact]
    public void Page_hasTheGasOfTheSnapshots()
    {
        GasFigures gas = GasFigures.Committed;
        string page = Page;
        Assert.All(
            new[]
            {
                Text($"`commitBatch` ({gas.Commit:N0})"),
                Text($"`pinSeed` ({gas.Pin:N0})"),
                Text($"{gas.SettleOne:N0} for a task alone"),
                Text($"{gas.SettleHundred:N0} for a hundred"),
                Text($"once | {gas.Register:N0} |"),
                Text($"every day | {gas.Refresh:N0} |"),
                Text($"(new firmware) | {gas.NewLeaf:N0} |"),
                Text($"no hints | {2 * gas.Hints:N0} |"),
            },
            figure => Assert.Contains(figure, page, StringComparison.Ordinal));
    }

    private static string RowOf(JsonObject found) => Text(
        $"| {(string?)found["path"]} | {(double)found["gasPerTask"]!:N0} | {(double)found["gpusBySettlement"]!:N0} | {(double)found["gpusByRefresh"]!:N0} | {(double)found["gpusByBoth"]!:N0} | {(double)found["breakEvenSeconds"]!:N1} s | {(int)found["chains"]!:N0} | {(double)found["medianSecondsToPay"]!:N1} s / {(double)found["p99SecondsToPay"]!:N1} s |");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
