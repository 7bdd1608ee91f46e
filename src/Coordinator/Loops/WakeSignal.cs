namespace Ait.Coordinator.Loops;

/// <summary>Wakes everyone who waits. Take <see cref="Next"/> before looking for work, so that no wake between look and wait is lost.</summary>
internal sealed class WakeSignal
{
    private TaskCompletionSource _next = Fresh();

    internal Task Next => Volatile.Read(ref _next).Task;

    internal void Set() => Interlocked.Exchange(ref _next, Fresh()).TrySetResult();

    private static TaskCompletionSource Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
