using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Settling;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Showing;

/// <summary>
/// How the network stands now, from the ledger and the chain. It is read at most once a second however many ask, and less often where the
/// ledger has so many tasks that counting them takes longer than a twentieth of that.
/// </summary>
internal sealed class StatusReader : IDisposable
{
    private const int MostShareOfTime = 20;

    private readonly TaskStore _tasks;
    private readonly EnrolmentStore _devices;
    private readonly IMiningChain _chain;
    private readonly HeadWatch _heads;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _reading = new(1);
    private StatusResponse? _latest;
    private long _readAt;
    private TimeSpan _keep;

    public StatusReader(TaskStore tasks, EnrolmentStore devices, IMiningChain chain, HeadWatch heads, TimeProvider clock)
    {
        _tasks = tasks;
        _devices = devices;
        _chain = chain;
        _heads = heads;
        _clock = clock;
    }

    internal async Task<StatusResponse> ReadAsync(CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation);
        try
        {
            if (_latest is null || _clock.GetElapsedTime(_readAt) >= _keep)
            {
                long begun = _clock.GetTimestamp();
                _latest = await ReadNowAsync(cancellation);
                _readAt = _clock.GetTimestamp();
                TimeSpan took = _clock.GetElapsedTime(begun, _readAt) * MostShareOfTime;
                _keep = took > LiveFeed.Look ? took : LiveFeed.Look;
            }

            return _latest;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task<StatusResponse> ReadNowAsync(CancellationToken cancellation)
    {
        IReadOnlyDictionary<TaskPhase, int> byPhase = _tasks.CountByPhase();
        RegistryTotals totals = await _chain.ReadTotalsAsync(cancellation);
        // The same block that the other pages are read at: who asks for them when this one changed finds them at least as new.
        ChainHead head = await _heads.ReadAsync(cancellation);
        return new StatusResponse(
            _tasks.CountWaiting(), byPhase, _devices.CountLive((ulong)_clock.GetUtcNow().ToUnixTimeSeconds()), head.Number,
            Wei.Text(totals.Minted), Wei.Text(totals.Burned), Wei.Text(totals.Supply), _devices.CountAbsent());
    }
}
