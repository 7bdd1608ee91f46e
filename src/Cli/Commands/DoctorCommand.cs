using System.CommandLine;
using System.Text.Json.Nodes;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>Says what this machine has of what the product needs, and the remedy for what it lacks.</summary>
internal static class DoctorCommand
{
    private const long LeastFreeBytes = 2L << 30;

    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var command = new Command("doctor", "Check this machine: .NET, Node, the dev chain, the programs, disk, ports.");
        command.SetAction((parsed, cancellation) => RunAsync(screenFor(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Screen screen, CancellationToken cancellation)
    {
        var prerequisites = new Prerequisites(Installation.ContractsFolder, screen.Progress);
        var findings = new List<Finding>
        {
            await CheckAsync(".NET SDK 10", () => SdkAsync(cancellation)).ConfigureAwait(false),
            await CheckAsync("Node 20 or newer", () => NodePackages.NodeVersionAsync(cancellation)).ConfigureAwait(false),
            await CheckAsync("anvil (dev chain)", () => AnvilAsync(prerequisites, cancellation)).ConfigureAwait(false),
        };
        foreach (string program in (string[])["Ait.Coordinator", "Ait.Miner", "Ait.Emulation"])
        {
            findings.Add(await CheckAsync(program, () => Task.FromResult(Installation.HostProgram(program))).ConfigureAwait(false));
        }

        findings.Add(await CheckAsync("free disk space", () => Task.FromResult(DiskSpace())).ConfigureAwait(false));
        foreach ((int port, string option) in (ReadOnlySpan<(int, string)>)[(8545, "--rpc-port"), (8080, "--port")])
        {
            findings.Add(LocalPort.IsFree(port)
                ? new Finding($"port {port}", true, "free")
                : new Finding($"port {port}", true, $"taken (by a running network, or choose another with {option})"));
        }

        screen.Table(["", "what", "finding"], findings.Select(finding => (IReadOnlyList<string>)[finding.Good ? "ok" : "NO", finding.What, finding.Detail]));
        bool good = findings.TrueForAll(finding => finding.Good);
        screen.Answer(new JsonObject
        {
            ["good"] = good,
            ["findings"] = new JsonArray([.. findings.Select(finding =>
                (JsonNode)new JsonObject { ["what"] = finding.What, ["good"] = finding.Good, ["detail"] = finding.Detail })]),
        });
        return good ? ExitCode.Done : ExitCode.Surroundings;
    }

    private static async Task<Finding> CheckAsync(string what, Func<Task<string>> check)
    {
        try
        {
            return new Finding(what, true, await check().ConfigureAwait(false));
        }
        catch (SurroundingsException fault)
        {
            return new Finding(what, false, fault.Message);
        }
    }

    private static async Task<string> SdkAsync(CancellationToken cancellation)
    {
        ToolRun? run = await ToolRun.TryAsync("dotnet", ["--list-sdks"], cancellation).ConfigureAwait(false);
        string? sdk = run?.Output.Split('\n').LastOrDefault(line => line.StartsWith("10.", StringComparison.Ordinal));
        return sdk?.Split(' ')[0]
            ?? throw new SurroundingsException("no .NET 10 SDK was found. Install it from https://dot.net/download and run this again.");
    }

    private static async Task<string> AnvilAsync(Prerequisites prerequisites, CancellationToken cancellation)
    {
        string path = prerequisites.FindAnvil()
            ?? throw new SurroundingsException("not installed yet; `ait up` and `ait demo` install it with npm, or put Foundry's anvil on PATH.");
        ToolRun? run = await ToolRun.TryAsync(path, ["--version"], cancellation).ConfigureAwait(false);
        return run is { ExitCode: 0 }
            ? run.Output.Split('\n')[0].Trim()
            : throw new SurroundingsException($"{path} does not run on this machine. Install Foundry (https://getfoundry.sh) and put its anvil on PATH.");
    }

    private static string DiskSpace()
    {
        long free = new DriveInfo(Path.GetFullPath(".")).AvailableFreeSpace;
        return free >= LeastFreeBytes
            ? $"{free >> 20} MiB"
            : throw new SurroundingsException($"{free >> 20} MiB free, {LeastFreeBytes >> 20} MiB wanted. Free some space in {Path.GetFullPath(".")}.");
    }

    private sealed record Finding(string What, bool Good, string Detail);
}
