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

    private ChildProcess(Process process, long? startTicks)
    {
        _process = process;
        StartTicks = startTicks;
    }

    internal int Id => _process.Id;

    internal long? StartTicks { get; }

    internal bool HasExited => _process.HasExited;

    internal int ExitCode => _process.ExitCode;

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
            return new ChildProcess(process, UnixProcess.StartTicks(process.Id));
        }
        catch (Win32Exception fault)
        {
            throw new SurroundingsException($"{call.Name} could not be started: {fault.Message}", fault);
        }
    }

    internal Task WaitAsync(CancellationToken cancellation) => _process.WaitForExitAsync(cancellation);

    internal void Signal(int signal)
    {
        if (!_process.HasExited)
        {
            _ = UnixProcess.Signal(_process.Id, signal);
        }
    }

    /// <summary>Asks the program to end, waits, and kills it by its id when it does not.</summary>
    internal async Task StopAsync(TimeSpan patience)
    {
        Signal(UnixProcess.SigTerm);
        using var late = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Signal(UnixProcess.SigKill);
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    public void Dispose() => _process.Dispose();
}
