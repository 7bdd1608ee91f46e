using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Protocol;

namespace Ait.Adversaries;

/// <summary>A batch on chain whose seats are fixed, with everything its coordinator knows about it.</summary>
/// <param name="Id">The batch.</param>
/// <param name="Tasks">Its tasks in order.</param>
/// <param name="Openings">What each task's seat secret is made of.</param>
/// <param name="Tree">The tree over the tasks.</param>
/// <param name="SeedTime">Unix seconds at which the seats became fixed.</param>
/// <param name="Seats">The slots of each task's first seats, as the contract draws them.</param>
internal sealed record QueuedBatch(
    ulong Id,
    ImmutableArray<MiningTask> Tasks,
    ImmutableArray<SeatSecretOpening> Openings,
    MerkleTree Tree,
    ulong SeedTime,
    ImmutableArray<ImmutableArray<uint>> Seats)
{
    /// <summary>The tasks on which a device has a seat, in order.</summary>
    internal IEnumerable<int> TasksOf(RosterDevice device) => Enumerable.Range(0, Tasks.Length).Where(task => SeatOf(task, device) is not null);

    /// <summary>The seat of a device on a task; null if it has none.</summary>
    internal int? SeatOf(int task, RosterDevice device) => Seats[task].IndexOf((uint)device.Slot) is var seat and >= 0 ? seat : null;

    /// <summary>What everybody who runs the task honestly finds.</summary>
    internal Hash256 RightResult(int task) => RightResult(Tasks[task].WorkloadHash);

    internal static Hash256 RightResult(Hash256 workload) => Keccak256.Hash([.. "the right result of "u8, .. workload.ToArray()]);

    /// <summary>What somebody hands in who did not run it.</summary>
    internal Hash256 InventedResult(int task) => Keccak256.Hash([.. "an invented result of "u8, .. Tasks[task].WorkloadHash.ToArray()]);

    internal ImmutableArray<Hash256> Proof(params ReadOnlySpan<int> tasks) => Tree.Proof(tasks);
}
