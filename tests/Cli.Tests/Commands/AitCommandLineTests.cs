namespace Ait.Cli.Tests.Commands;

public sealed class AitCommandLineTests
{
    /// <summary>Every command of this program with the options its help must name.</summary>
    public static TheoryData<string, string> HelpPromises { get; } = new()
    {
        { "", "doctor" },
        { "doctor", "--json" },
        { "verify", "--manifest --base --json snp" },
        { "verify snp", "--report --certificate --crl --at --policy --json" },
    };

    [Theory]
    [MemberData(nameof(HelpPromises))]
    public async Task Help_namesTheOptionsOfTheCommand(string command, string promises)
    {
        CommandRun run = await CommandRun.OfAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(promises.Split(' '), promise => Assert.Contains(promise, run.Output, StringComparison.Ordinal));
        Assert.Contains("ait", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("doctor --nonsense")]
    [InlineData("doctor surplus")]
    public async Task Run_refusesInOneSentenceIfTheCommandLineIsNotUnderstood(string line)
    {
        CommandRun run = await CommandRun.OfAsync(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("ait: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains(line.Split(' ')[^1], run.Errors, StringComparison.Ordinal);
        Assert.Contains("--help", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Run_answersInJsonEvenIfTheCommandLineIsNotUnderstood()
    {
        CommandRun run = await CommandRun.OfAsync("doctor", "--json", "--nonsense");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(2, (int?)Assert.Single(run.JsonLines())["exitCode"]);
    }
}
