namespace Ait.Coordinator.Loops;

/// <summary>Wakes everyone who waits. Take <see cref="Next"/> before looking for work, so that no wake between look and wait is lost.</summary>
internal sealed class WakeSignal
{
    private readonly Action? _announce;
    private TaskCompletionSource _next = Fresh();

    /// <param name="announce">Tells the other replicas; null keeps it here.</param>
    internal WakeSignal(Action? announce = null) => _announce = announce;

    internal Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Wakes here and in the other replicas.</summary>
    internal void Set()
    {
        Wake();
        _announce?.Invoke();
    }

    /// <summary>Wakes here only.</summary>
    internal void Wake() => Interlocked.Exchange(ref _next, Fresh()).TrySetResult();

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
