using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Settling;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Showing;

/// <summary>How the network stands now, from the ledger and the chain.</summary>
internal sealed class StatusReader
{
    private readonly TaskStore _tasks;
    private readonly EnrolmentStore _devices;
    private readonly IMiningChain _chain;
    private readonly HeadWatch _heads;
    private readonly TimeProvider _clock;

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
        (int waiting, IReadOnlyDictionary<TaskPhase, int> byPhase) = _tasks.Count();
        RegistryTotals totals = await _chain.ReadTotalsAsync(cancellation);
        // The same block that the other pages are read at: who asks for them when this one changed finds them at least as new.
        ChainHead head = await _heads.ReadAsync(cancellation);
        return new StatusResponse(
            waiting, byPhase, _devices.CountLive((ulong)_clock.GetUtcNow().ToUnixTimeSeconds()), head.Number,
            Wei.Text(totals.Minted), Wei.Text(totals.Burned), Wei.Text(totals.Supply));
    }
}
