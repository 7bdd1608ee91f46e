using System.ComponentModel;
using System.Diagnostics;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Launching;

/// <summary>
/// One running program of ours. It writes straight to its log file, so it outlives nothing of ours but also loses nothing
/// when we die; it is its own session, so that Ctrl-C reaches it only through us and in our order.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const string Shell = "/bin/sh";
    private static readonly string? SessionTool = Array.Find(["/usr/bin/setsid", "/bin/setsid"], File.Exists);
    private readonly Process _process;

    private readonly Task<int> _exit;

    private ChildProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        StartTicks = UnixProcess.StartTicks(Id);
        _exit = WatchAsync(process);
    }

    internal int Id { get; }

    internal long? StartTicks { get; }

    internal bool HasExited => _exit.IsCompleted;

    internal static ChildProcess Start(ProgramCall call)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(call.LogFile)) ?? "/");
        // exec keeps the process id: what we signal is the program itself, not a shell around it.
        string[] line = ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", Shell, call.LogFile, call.Program, .. call.Arguments];
        var start = new ProcessStartInfo(SessionTool ?? Shell) { UseShellExecute = false };
        foreach (string argument in SessionTool is null ? line : [Shell, .. line])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_ROOT"] = Installation.DotnetRoot();
        foreach ((string name, string value) in call.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            Process process = Process.Start(start) ?? throw new SurroundingsException($"{call.Name} could not be started: {call.Program}.");
            return new ChildProcess(process);
        }
        catch (Win32Exception fault)
        {
            throw new SurroundingsException($"{call.Name} could not be started: {fault.Message}", fault);
        }
    }

    /// <summary>Waits for the program's end; its exit code.</summary>
    internal Task<int> WaitAsync(CancellationToken cancellation) => _exit.WaitAsync(cancellation);

    internal void Signal(int signal)
    {
        if (!HasExited)
        {
            _ = UnixProcess.Signal(Id, signal);
        }
    }

    /// <summary>Asks the program to end, waits, and kills it by its id when it does not.</summary>
    internal async Task StopAsync(TimeSpan patience)
    {
        Signal(UnixProcess.SigTerm);
        using var late = new CancellationTokenSource(patience);
        try
        {
            await _exit.WaitAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Signal(UnixProcess.SigKill);
            await _exit.ConfigureAwait(false);
        }
    }

    public void Dispose() => _process.Dispose();

    private static async Task<int> WatchAsync(Process process)
    {
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return process.ExitCode;
    }
}
