using Ait.Miner.Running;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Running;

public sealed class MinerProgramTests
{
    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await MinerProgram.RunAsync(arguments, new Dictionary<string, string>(), output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task Run_printsTheVersion()
    {
        (int code, string output, _) = await RunAsync("--version");

        Assert.Equal(ExitCode.Done, code);
        Assert.Matches(@"^Ait\.Miner \d+\.\d+\.\d+", output);
    }

    [Fact]
    public async Task Run_printsTheUsage()
    {
        (int code, string output, _) = await RunAsync("--help");

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("--evidence-command CMD", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_namesEveryFaultOnItsOwnLine()
    {
        (int code, string output, string error) = await RunAsync("--class", "H200");

        Assert.Equal(ExitCode.Surroundings, code);
        Assert.Empty(output);
        Assert.Equal(6, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Run_endsIfTheOperatorsKeyCannotBeRead()
    {
        using var folder = new TemporaryFolder();
        (int code, string output, _) = await RunAsync(Arguments(folder.File("none")));

        Assert.Equal(ExitCode.Surroundings, code);
        Assert.Contains("Create the operator's key file with mode 0600", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_reportsEverythingThatIsMissingAndEnds()
    {
        using var folder = new TemporaryFolder();
        (int code, string output, _) = await RunAsync(["doctor", .. Arguments(folder.File("none"))]);

        Assert.Equal(ExitCode.Refused, code);
        foreach (string check in (string[])["engine", "operator", "node", "coordinator", "network", "evidence"])
        {
            Assert.Contains($" {check} ", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Doctor_withoutSettingsExaminesThisMachineAlone()
    {
        (int code, string output, string error) = await RunAsync(["doctor"]);

        Assert.True(code is ExitCode.Done or ExitCode.Refused);
        Assert.Empty(error);
        Assert.Contains(" tee ", output, StringComparison.Ordinal);
        Assert.Contains(" gpu ", output, StringComparison.Ordinal);
        Assert.Contains("with --rpc, --coordinator, --operator-key, --gpu-uuid, --class, --measurement", output, StringComparison.Ordinal);
    }

    private static string[] Arguments(string keyFile) =>
    [
        "--rpc", "http://127.0.0.1:1", "--coordinator", "http://127.0.0.1:1", "--operator-key", keyFile, "--evidence-command", "/nonexistent/collector",
        "--gpu-uuid", new string('1', 32), "--class", "H100", "--measurement", new string('a', 96),
    ];
}
