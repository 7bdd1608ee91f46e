using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Dispatching;

/// <summary>The decisions of this stage, recomputable from the ledger: which leaves a batch has, who sits where, by when.</summary>
internal static class Dispatch
{
    /// <summary>Turns queue entries into the leaves of one batch, each with fresh secrets.</summary>
    internal static BatchPlan Seal(IReadOnlyList<QueueEntry> entries, ulong deadline, Func<Hash256> freshSecret)
    {
        var tasks = ImmutableArray.CreateBuilder<PlannedTask>(entries.Count);
        foreach (QueueEntry entry in entries)
        {
            Hash256 answerSalt = freshSecret();
            Hash256 escalationSecret = freshSecret();
            Hash256 seatSecret = new SeatSecretOpening(AnswerCommitment(entry.Answer, answerSalt), escalationSecret).SeatSecret;
            var task = new MiningTask(
                entry.WorkloadHash,
                (uint)tasks.Count,
                entry.WorkloadType,
                entry.DeterminismClass,
                entry.ComputeUnits,
                deadline,
                entry.Redeemer,
                MiningTask.SecretHash(seatSecret));
            tasks.Add(new PlannedTask(entry.EntryKey, task, seatSecret, escalationSecret, answerSalt, entry.Answer));
        }

        return new BatchPlan(tasks.MoveToImmutable());
    }

    /// <summary>What a seat secret is made of beside the escalation secret: of a canary the salted answer, else bytes that look the same.</summary>
    internal static Hash256 AnswerCommitment(Hash256? answer, Hash256 salt) => answer is { } known ? new CanaryAnswer(known, salt).Commitment : MiningTask.SecretHash(salt);

    /// <summary>
    /// Which of the waiting entries the next batch takes: in their order, but no more subsidised work than the budget has left. Where that cuts
    /// some off, redeemed work goes first and subsidised work takes what is left of the batch.
    /// </summary>
    /// <param name="waiting">The longest waiting entries, as many as a batch takes.</param>
    /// <param name="redeemed">The longest waiting redeemed entries, as many as a batch takes; asked for only if the budget cuts some off.</param>
    /// <param name="most">Tasks of a batch at most.</param>
    /// <param name="subsidisedMost">Micro-CU that subsidised work may have.</param>
    internal static IReadOnlyList<QueueEntry> Choose(
        IReadOnlyList<QueueEntry> waiting, Func<IReadOnlyList<QueueEntry>> redeemed, int most, ulong subsidisedMost)
    {
        QueueEntry[] subsidised = [.. Affordable(waiting.Where(entry => entry.Redeemer == Address.Zero), subsidisedMost)];
        if (subsidised.Length == waiting.Count(entry => entry.Redeemer == Address.Zero))
        {
            return waiting;
        }

        IReadOnlyList<QueueEntry> first = redeemed();
        return [.. first, .. subsidised.Take(most - first.Count)];
    }

    private static IEnumerable<QueueEntry> Affordable(IEnumerable<QueueEntry> subsidised, ulong most)
    {
        foreach (QueueEntry entry in subsidised)
        {
            if (entry.ComputeUnits.Micro > most)
            {
                yield break;
            }

            most -= entry.ComputeUnits.Micro;
            yield return entry;
        }
    }

    /// <summary>Draws a task's seats over the roster as of the commitment; null where the roster cannot fill them.</summary>
    internal static ImmutableArray<SeatPlan>? Draw(
        MiningTask task, Hash256 taskId, Hash256 seatSecret, Hash256 seedBlockHash, ulong commitBlock, ImmutableArray<RosterSlot> roster)
    {
        ImmutableArray<int> slots = SeatDraw.Draw(seatSecret, seedBlockHash, taskId, task.Deadline, commitBlock, roster);
        return slots.Length < SeatDraw.Seats
            ? null
            : [.. slots.Select((slot, seat) => new SeatPlan((byte)seat, slot, roster[slot].GpuId, roster[slot].Operator))];
    }

    /// <summary>Until when commitments are taken: a window after seating, never past the task's own deadline. Whole seconds, as in the letter.</summary>
    internal static ulong CommitDeadline(ulong seatedAt, TimeSpan window, ulong taskDeadline) =>
        Math.Min(seatedAt + (ulong)Math.Max(1, window.TotalSeconds), taskDeadline);

    /// <summary>Whether devices with validity to the deadline could fill three seats of distinct operators and host chips.</summary>
    internal static bool CanSeat(IEnumerable<Device> devices, ulong deadline)
    {
        List<(Address Operator, Hash256 HostChip)> hosts =
            [.. devices.Where(device => device.IsLive(deadline) && !device.IsUnproven).Select(device => (device.Operator, device.HostChip)).Distinct()];
        for (int first = 0; first < hosts.Count; first++)
        {
            for (int second = first + 1; second < hosts.Count; second++)
            {
                if (hosts[first].Operator != hosts[second].Operator
                    && hosts[first].HostChip != hosts[second].HostChip
                    && hosts.Skip(second + 1).Any(third =>
                        third.Operator != hosts[first].Operator && third.Operator != hosts[second].Operator
                        && third.HostChip != hosts[first].HostChip && third.HostChip != hosts[second].HostChip))
                {
                    return true;
                }
            }
        }

        return false;
    }
}

/// <summary>A workload waiting for a batch; a canary has its known result.</summary>
internal sealed record QueueEntry(
    long EntryKey, Hash256 WorkloadHash, WorkloadType WorkloadType, DeterminismClass DeterminismClass, ComputeUnits ComputeUnits, Address Redeemer, Hash256? Answer = null);

/// <summary>One leaf with its secrets; the seat secret is made of the two others.</summary>
internal sealed record PlannedTask(long EntryKey, MiningTask Task, Hash256 SeatSecret, Hash256 EscalationSecret, Hash256 AnswerSalt, Hash256? Answer = null);

/// <summary>The leaves of a batch in order.</summary>
internal sealed record BatchPlan(ImmutableArray<PlannedTask> Tasks)
{
    internal MerkleTree Tree => MerkleTree.Build([.. Tasks.Select(planned => planned.Task.Leaf)]);

    /// <summary>Work nobody redeemed for.</summary>
    internal ComputeUnits SubsidisedUnits =>
        Tasks.Where(planned => planned.Task.Redeemer == Address.Zero).Aggregate(new ComputeUnits(0), (sum, planned) => sum + planned.Task.ComputeUnits);

    internal ComputeUnits ComputeUnits => Tasks.Aggregate(new ComputeUnits(0), (sum, planned) => sum + planned.Task.ComputeUnits);
}

/// <summary>Who sits where.</summary>
internal sealed record SeatPlan(byte Seat, int Slot, Hash256 GpuId, Address Operator);
