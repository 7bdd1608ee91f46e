using System.Text.Json.Nodes;

namespace Ait.Cli.Tests.Simulating;

public sealed class SimulateCommandTests
{
    [Fact]
    public async Task Simulate_answersTheSameForTheSameSeed()
    {
        string[] line = ["simulate", "--gpus", "50000", "--tasks", "2000", "--cartel", "0.1", "--silent", "0.05", "--seed", "11", "--path", "batch", "--json"];
        CommandRun once = await CommandRun.OfAsync(line);
        Assert.Equal(once, await CommandRun.OfAsync(line));
        JsonObject found = Assert.Single(once.JsonLines());
        Assert.Equal((50000, 500, "batch", 2000), ((int)found["gpus"]!, (int)found["operators"]!, (string?)found["path"], (int)found["committees"]!));
    }

    [Fact]
    public async Task Simulate_playsAMillionGpus()
    {
        CommandRun run = await CommandRun.OfAsync("simulate", "--gpus", "1000000", "--tasks", "1000", "--path", "epoch");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1,000,000 GPUs of 10,000 operators", run.Output, StringComparison.Ordinal);
        Assert.Contains("epoch", run.Output, StringComparison.Ordinal);
        Assert.Contains("chains needed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulate_answersForEveryPathIfNoneIsNamed()
    {
        CommandRun run = await CommandRun.OfAsync("simulate", "--gpus", "3000", "--tasks", "600", "--json");
        Assert.Equal(["single", "batch", "epoch"], run.JsonLines().Select(line => (string?)line["path"]));
    }

    [Theory]
    [InlineData("at most together, found 1.1", "--cartel 0.6 --silent 0.5")]
    [InlineData("at least one GPU for each of the 200 operators, found 100", "--gpus 100 --operators 200")]
    [InlineData("--operators wants a number from 7", "--operators 6")]
    [InlineData("--gpus wants a number from 7 to 10000000", "--gpus 0")]
    [InlineData("--cartel wants a share from 0 to 1, found: '1.5'", "--cartel 1.5")]
    [InlineData("--lying wants a share from 0 to 1, found: '-0.1'", "--lying=-0.1")]
    [InlineData("--tasks wants a number from 1", "--tasks 0")]
    [InlineData("tasks of at most 28 s on this path", "--path epoch --task-seconds 29")]
    [InlineData("raise --block-gas", "--block-gas 1000000")]
    [InlineData("--block-time wants a number from 1 to 60", "--block-time 0")]
    [InlineData("'sideways'", "--path sideways")]
    public async Task Simulate_refusesInOneSentenceWhatMakesNoSense(string sentence, string flags)
    {
        CommandRun run = await CommandRun.OfAsync(["simulate", .. flags.Split(' ')]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(sentence, run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(run.Output);
    }
}
