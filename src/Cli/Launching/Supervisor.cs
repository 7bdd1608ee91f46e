using System.Diagnostics.CodeAnalysis;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Launching;

/// <summary>Keeps one program running until told to stop: starts it, and starts it again with back-off whenever it ends.</summary>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync ends and disposes what it owns.")]
internal sealed class Supervisor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly Func<ProgramCall> _call;
    private readonly TimeProvider _clock;
    private readonly Action<string> _tell;
    private readonly RunningPrograms _running;
    private readonly Func<CancellationToken, Task>? _begin;
    private readonly CancellationTokenSource _stop = new();
    private volatile ChildProcess? _child;
    private Task? _loop;
    private int _starts;

    /// <param name="call">What to start, asked before each start.</param>
    /// <param name="running">The list that a later run ends leftovers by.</param>
    /// <param name="clock">The time.</param>
    /// <param name="tell">Who hears of ends and starts.</param>
    /// <param name="begin">What each life needs before it is of use; cancelled when that life ends, and a life that fails it is ended.</param>
    internal Supervisor(Func<ProgramCall> call, RunningPrograms running, TimeProvider clock, Action<string> tell, Func<CancellationToken, Task>? begin = null)
    {
        _call = call;
        _running = running;
        _clock = clock;
        _tell = tell;
        _begin = begin;
    }

    /// <summary>The process id of the program's present life, if it is alive.</summary>
    internal int? ProcessId => _child is { HasExited: false } child ? child.Id : null;

    /// <summary>How often the program was started.</summary>
    internal int Starts => Volatile.Read(ref _starts);

    internal void Start()
    {
        ProgramCall call = _call();
        ChildProcess first = Launch(call);
        _loop = KeepAsync(call, first);
    }

    /// <summary>Sends a signal to the program; the supervisor then treats its end like any other.</summary>
    internal void Signal(int signal) => _child?.Signal(signal);

    internal async Task StopAsync()
    {
        // What is called off may take its time; the program is told at once.
        Task callingOff = _stop.CancelAsync();
        if (_child is { } child)
        {
            await child.StopAsync(Patience).ConfigureAwait(false);
        }

        await callingOff.ConfigureAwait(false);
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    /// <summary>The last thing the program wrote, for a message that explains its end.</summary>
    internal static string LastWords(string logFile)
    {
        try
        {
            return File.ReadLines(logFile).LastOrDefault(line => !string.IsNullOrWhiteSpace(line))?.Trim() ?? "it said nothing";
        }
        catch (IOException)
        {
            return "its log cannot be read";
        }
    }

    private ChildProcess Launch(ProgramCall call)
    {
        ChildProcess child = ChildProcess.Start(call);
        try
        {
            _running.Add(call.Name, child);
        }
        catch (IOException)
        {
            // Nobody could find it again: it must not outlive this attempt.
            child.Signal(UnixProcess.SigKill);
            _ = child.WaitAsync(CancellationToken.None).ContinueWith(_ => child.Dispose(), TaskScheduler.Default);
            throw;
        }

        Interlocked.Increment(ref _starts);
        _child = child;
        return child;
    }

    private async Task BeginAsync(ProgramCall call, ChildProcess child, CancellationToken cancellation)
    {
        try
        {
            await (_begin?.Invoke(cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // This life is over.
        }
        catch (SurroundingsException fault)
        {
            _tell($"{call.Name} is ended: {fault.Message}");
            child.Signal(UnixProcess.SigKill);
        }
    }

    private async Task KeepAsync(ProgramCall call, ChildProcess child)
    {
        TimeSpan pause = TimeSpan.Zero;
        while (true)
        {
            long begun = _clock.GetTimestamp();
            using var life = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            Task beginning = BeginAsync(call, child, life.Token);
            int exitCode = await child.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            await life.CancelAsync().ConfigureAwait(false);
            await beginning.ConfigureAwait(false);
            _running.Remove(call.Name, child.Id);
            if (_stop.IsCancellationRequested)
            {
                child.Dispose();
                return;
            }

            pause = BackOff.After(pause, _clock.GetElapsedTime(begun));
            _tell($"{call.Name} ended with exit code {exitCode} ({LastWords(call.LogFile)}); starting it again in {pause.TotalSeconds:0.0} s");
            if (await NextAsync(call, pause).ConfigureAwait(false) is not { } next)
            {
                child.Dispose();
                return;
            }

            child.Dispose();
            (call, child) = next;
            if (_stop.IsCancellationRequested)
            {
                // Stopped between the pause and the start: this life is ours to end.
                await child.StopAsync(Patience).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The next life after a pause, as soon as what it needs is there; null if none is wanted any more.</summary>
    private async Task<(ProgramCall Call, ChildProcess Child)?> NextAsync(ProgramCall call, TimeSpan pause)
    {
        while (true)
        {
            try
            {
                await Task.Delay(pause, _clock, _stop.Token).ConfigureAwait(false);
                call = _call();
                return (call, Launch(call));
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (Exception fault) when (fault is IOException or SurroundingsException)
            {
                pause = BackOff.After(pause, TimeSpan.Zero);
                _tell($"{call.Name} cannot be started: {fault.Message.TrimEnd('.')}; trying again in {pause.TotalSeconds:0.0} s");
            }
        }
    }
}
