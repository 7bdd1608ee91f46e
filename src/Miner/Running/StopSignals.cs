using System.Runtime.InteropServices;

namespace Ait.Miner.Running;

/// <summary>SIGTERM and SIGINT: the first asks to finish what was begun, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _draining = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private int _count;

    public StopSignals()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
    }

    public CancellationToken Draining => _draining.Token;

    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _draining.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            Environment.Exit(ExitCode.Interrupted);
        }

        _draining.Cancel();
    }
}
