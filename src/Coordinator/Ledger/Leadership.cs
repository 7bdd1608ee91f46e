namespace Ait.Coordinator.Ledger;

/// <summary>Which replica runs the loops. A term is a number that grows each time another takes over.</summary>
internal sealed class Leadership
{
    private readonly Lock _changing = new();
    private long? _term;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The term in which this process leads, null while another does.</summary>
    internal long? Term
    {
        get
        {
            lock (_changing)
            {
                return _term;
            }
        }
    }

    /// <summary>Completes at the next change.</summary>
    internal Task Changed
    {
        get
        {
            lock (_changing)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Called before a term begins: forget what another replica may have changed meanwhile.</summary>
    internal Action? Taking { get; set; }

    internal void Begin(long term)
    {
        Taking?.Invoke();
        Change(term);
    }

    internal void End() => Change(null);

    private void Change(long? term)
    {
        TaskCompletionSource changed;
        lock (_changing)
        {
            if (_term == term)
            {
                return;
            }

            _term = term;
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }
}
