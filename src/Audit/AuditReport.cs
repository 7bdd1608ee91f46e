using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;

namespace Ait.Audit;

/// <summary>What an audit found, what it did, and what it could not do.</summary>
/// <param name="FromBlock">First block whose transactions were re-derived; events before it were taken as they are.</param>
/// <param name="ToBlock">Last block.</param>
/// <param name="Findings">Everything that is wrong; empty when the record holds.</param>
/// <param name="Unchecked">What could not be checked, in sentences.</param>
/// <param name="Counts">What was checked, by name.</param>
/// <param name="Minted">AIT minted over the whole record, wei.</param>
/// <param name="Burned">AIT burned over the whole record, wei.</param>
/// <param name="BurnedByHolders">The part of it that no redemption burned: holders' own, slashed bonds among it.</param>
/// <param name="Tasks">Settled tasks, as re-derived.</param>
/// <param name="Waiting">Pay that waits for its device's clock and was not released yet.</param>
public sealed record AuditReport(
    ulong FromBlock,
    ulong ToBlock,
    ImmutableArray<AuditFinding> Findings,
    ImmutableArray<string> Unchecked,
    ImmutableArray<(string What, long Count)> Counts,
    BigInteger Minted,
    BigInteger Burned,
    BigInteger BurnedByHolders,
    ImmutableArray<SettledTask> Tasks,
    ImmutableArray<WaitingPay> Waiting)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool Holds => Findings.IsEmpty;
}

/// <summary>Pay of a seat that waits.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Seat">The seat, from 0.</param>
/// <param name="Operator">Who will be paid.</param>
/// <param name="Amount">Wei.</param>
/// <param name="PayableAt">Unix seconds from which on anyone has it minted.</param>
public sealed record WaitingPay(Hash256 TaskId, int Seat, Address Operator, BigInteger Amount, BigInteger PayableAt);
