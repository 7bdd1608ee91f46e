using System.Collections.Concurrent;
using Ait.Chain;
using Ait.Coordinator.Loops;

namespace Ait.Coordinator.Dispatching;

/// <summary>Devices that wait for a seat. One look at the ledger serves all of them: whenever seats were drawn, and for leases that ran out.</summary>
internal sealed class SeatWaiters
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly DispatchStore _store;
    private readonly Signals _signals;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<Waiter, bool> _waiting = new();
    private int _isLooking;

    public SeatWaiters(DispatchStore store, Signals signals, TimeProvider clock)
    {
        _store = store;
        _signals = signals;
        _clock = clock;
    }

    /// <summary>Waits until the device may have a seat to lease, or for so long.</summary>
    internal async Task WaitAsync(Hash256 gpuId, Address signer, TimeSpan most, CancellationToken cancellation)
    {
        var waiter = new Waiter(gpuId, signer);
        _waiting[waiter] = true;
        try
        {
            if (Interlocked.Exchange(ref _isLooking, 1) == 0)
            {
                _ = LookAsync();
            }

            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(waiter.Found.Task, Task.Delay(most, _clock, enough.Token));
            await enough.CancelAsync();
        }
        finally
        {
            _waiting.TryRemove(waiter, out _);
        }
    }

    private async Task LookAsync()
    {
        while (true)
        {
            Task seated = _signals.Seated.Next;
            await Task.WhenAny(seated, Task.Delay(s_look, _clock));
            ICollection<Waiter> waiters = _waiting.Keys;
            if (waiters.Count == 0)
            {
                Volatile.Write(ref _isLooking, 0);
                if (_waiting.IsEmpty || Interlocked.Exchange(ref _isLooking, 1) == 1)
                {
                    return; // Whoever comes next looks again.
                }

                continue;
            }

            try
            {
                IReadOnlySet<(Hash256, Address)> found = _store.WithSeats(waiters.Select(waiter => (waiter.GpuId, waiter.Signer)));
                foreach (Waiter waiter in waiters.Where(waiter => found.Contains((waiter.GpuId, waiter.Signer))))
                {
                    waiter.Found.TrySetResult();
                }
            }
            catch (Exception)
            {
                // Each of them finds out by itself what is wrong with the ledger.
                foreach (Waiter waiter in waiters)
                {
                    waiter.Found.TrySetResult();
                }
            }
        }
    }

    private sealed class Waiter
    {
        internal Waiter(Hash256 gpuId, Address signer)
        {
            GpuId = gpuId;
            Signer = signer;
        }

        internal Hash256 GpuId { get; }

        internal Address Signer { get; }

        internal TaskCompletionSource Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
