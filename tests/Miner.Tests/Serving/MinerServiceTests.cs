using Ait.Miner.Running;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Serving;

/// <summary>The unit as it is written, in a folder that is not systemd's.</summary>
public sealed class MinerServiceTests
{
    private const string Uuid = "6a7f00112233445566778899aabbccdd";

    private static async Task<(int Code, string Output, string Error)> RunAsync(string folder, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var environment = new Dictionary<string, string> { ["SUDO_USER"] = "operator" };
        int code = await MinerProgram.RunAsync([.. arguments, "--unit-dir", folder], environment, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    private static string[] Install(string key) =>
    [
        "service", "install", "--rpc", "http://127.0.0.1:8545", "--coordinator", "http://127.0.0.1:8080,http://127.0.0.1:8081", "--operator-key", key,
        "--evidence-command", "collect --root 'a b' --of 100% $HOME", "--gpu-uuid", Uuid, "--class", "H100", "--measurement", "0x" + new string('a', 96), "--state", "/var/lib/ait miner", "--drain-timeout", "2m",
    ];

    [Fact]
    public async Task Install_writesAUnitThatStartsTheMinerWithTheseOptions()
    {
        using var folder = new TemporaryFolder();
        (int code, string output, string error) = await RunAsync(folder.Path, Install("/keys/operator.key"));

        Assert.Equal((ExitCode.Done, ""), (code, error));
        string file = Path.Combine(folder.Path, "ait-miner-6a7f001122334455.service");
        Assert.Equal([file], Directory.GetFiles(folder.Path));
        string[] lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        string start = Assert.Single(lines, line => line.StartsWith("ExecStart=", StringComparison.Ordinal));
        Assert.StartsWith($"ExecStart={Environment.ProcessPath} --rpc http://127.0.0.1:8545 --coordinator http://127.0.0.1:8080,http://127.0.0.1:8081 ", start, StringComparison.Ordinal);

        // systemd must not fill in what it would take for specifiers and variables.
        Assert.Contains("""--evidence-command "collect --root 'a b' --of 100%% $$HOME" --operator""", start.Replace("--operator-key /keys/operator.key --evidence-command", "--evidence-command", StringComparison.Ordinal).Replace("\" --gpu-uuid", "\" --operator", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("--operator-key /keys/operator.key", start, StringComparison.Ordinal);
        Assert.Contains("User=operator", lines);
        Assert.Contains("Restart=on-failure", lines);
        Assert.Contains("RestartPreventExitStatus=1", lines);
        Assert.Contains("KillSignal=SIGTERM", lines);
        Assert.Contains("TimeoutStopSec=135", lines);
        Assert.Contains("LimitCORE=0", lines);
        Assert.Contains("ReadWritePaths=\"/var/lib/ait miner\"", lines);
        Assert.Contains("WantedBy=multi-user.target", lines);
        Assert.Contains("systemctl enable --now ait-miner-6a7f001122334455.service", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_replacesTheUnitOfTheSameGpu()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder.Path, Install("/keys/first.key"));
        await RunAsync(folder.Path, Install("/keys/second.key"));

        string text = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(folder.Path)), TestContext.Current.CancellationToken);
        Assert.Contains("second.key", text, StringComparison.Ordinal);
        Assert.DoesNotContain("first.key", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uninstall_removesTheUnitOnce()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(folder.Path, Install("/keys/operator.key"));

        Assert.Equal(ExitCode.Done, (await RunAsync(folder.Path, "service", "uninstall", "--gpu-uuid", Uuid)).Code);
        Assert.Empty(Directory.GetFiles(folder.Path));
        (int code, _, string error) = await RunAsync(folder.Path, "service", "uninstall", "--gpu-uuid", Uuid);
        Assert.Equal(ExitCode.Refused, code);
        Assert.Contains("nothing is installed", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_tellsWhetherAUnitIsThere()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("not installed", (await RunAsync(folder.Path, "service", "status", "--gpu-uuid", Uuid)).Output, StringComparison.Ordinal);
        await RunAsync(folder.Path, Install("/keys/operator.key"));

        Assert.Contains("installed: ", (await RunAsync(folder.Path, "service", "status", "--gpu-uuid", Uuid)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_saysWhatStandsInItsWay()
    {
        (int code, _, string error) = await RunAsync("/proc/no", Install("/keys/operator.key"));

        Assert.Equal(ExitCode.Surroundings, code);
        Assert.Contains("Run this as root, or name another --unit-dir.", error, StringComparison.Ordinal);
    }
}
