using System.Collections.Immutable;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Telling;

/// <summary>Draws a settled task's seats again from public data and holds them against what the coordinator says.</summary>
internal sealed record SeatRecount(Hash256 TaskId, ulong BatchId, ulong CommitBlock, ImmutableArray<int> Slots, bool MatchesCoordinator)
{
    /// <summary>The task's secret must be public: it is once the task is settled or void.</summary>
    internal static async Task<SeatRecount> OfAsync(NetworkAccess network, TaskResponse task, IReadOnlyList<RegisteredDevice> roster, CancellationToken cancellation)
    {
        ulong batchId = task.BatchId ?? throw new ArgumentException("expected a committed task", nameof(task));
        Hash256 secret = task.SeatSecret ?? throw new ArgumentException("expected a task with its secret revealed", nameof(task));
        BatchFacts batch = await BatchFacts.ReadAsync(network, batchId, cancellation).ConfigureAwait(false);
        ImmutableArray<int> slots = SeatDraw.Draw(
            secret,
            batch.SeedBlockHash,
            network.Domain.TaskId(batchId, task.Index),
            task.Deadline,
            batch.CommitBlock,
            [.. roster.Take((int)batch.RosterLength).Select(device => device.Roster)]);
        IEnumerable<Hash256> drawn = slots.Select(slot => roster[slot].GpuId);
        IEnumerable<Hash256> told = task.Seats.OrderBy(seat => seat.Seat).Select(seat => seat.GpuId);
        return new SeatRecount(task.TaskId, batchId, batch.CommitBlock, slots, drawn.SequenceEqual(told));
    }
}
