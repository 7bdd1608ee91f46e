using System.Numerics;
using Ait.Chain;

namespace Ait.Audit.Replaying;

/// <summary>The network as events and calldata up to a point leave it.</summary>
internal sealed class NetworkState
{
    internal RosterBook Roster { get; } = new();

    internal AbsenceBook Absences { get; } = new();

    internal RateBook Rates { get; } = new();

    internal Dictionary<ulong, BatchState> Batches { get; } = [];

    /// <summary>Which batch and position a task id stands for, of batches seen so far.</summary>
    internal Dictionary<Hash256, (BatchState Batch, uint Index)> Tasks { get; } = [];

    /// <summary>Until when each GPU's paid work has used its time, unix milliseconds.</summary>
    internal Dictionary<Hash256, BigInteger> Clocks { get; } = [];

    /// <summary>Unspent credit, micro-CU.</summary>
    internal Dictionary<(Address Account, Hash256 Workload), ulong> Credits { get; } = [];

    /// <summary>Moves of credit that were asked for.</summary>
    internal Dictionary<(Address Account, Hash256 From), (Hash256 To, ulong Units, ulong CompletableAt)> Moves { get; } = [];

    internal SubsidyBook Subsidy { get; } = new();

    internal Dictionary<Hash256, ulong> Quotes { get; } = [];

    /// <summary>Pay that waits: operator, wei, from when on.</summary>
    internal Dictionary<(Hash256 Task, int Seat), (Address Operator, BigInteger Amount, BigInteger PayableAt)> Deferrals { get; } = [];

    internal Address Coordinator { get; set; }

    internal BigInteger Minted { get; set; }

    internal BigInteger Burned { get; set; }

    /// <summary>The part of it that holders burned of their own and got nothing for, slashed bonds among it.</summary>
    internal BigInteger BurnedByHolders { get; set; }

    internal Dictionary<Hash256, SettledTask> Settled { get; } = [];
}
