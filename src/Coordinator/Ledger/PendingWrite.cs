using System.Runtime.ExceptionServices;

namespace Ait.Coordinator.Ledger;

/// <summary>A write that waits for the one writer, and how it ended.</summary>
internal sealed class PendingWrite
{
    private readonly Action<LedgerTransaction> _work;
    private ExceptionDispatchInfo? _fault;

    internal PendingWrite(string step, Action<LedgerTransaction> work)
    {
        Step = step;
        _work = work;
    }

    internal string Step { get; }

    internal bool IsDone { get; private set; }

    internal void Run(LedgerTransaction transaction) => _work(transaction);

    /// <summary>It is on disk, unless it has failed before.</summary>
    internal void Succeed() => IsDone = true;

    /// <summary>Nothing of it is on disk, or it is and the process shall believe that it is not (crash tests). The first reason stays.</summary>
    internal void Fail(Exception fault)
    {
        _fault ??= ExceptionDispatchInfo.Capture(fault);
        IsDone = true;
    }

    internal void ThrowIfFailed() => _fault?.Throw();
}
