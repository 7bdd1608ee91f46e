using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;

namespace Ait.Cli.Asking;

/// <summary>Who was reported as silent, and what became of it, from the chain alone.</summary>
internal static class AttendanceBook
{
    /// <summary>Every device of which anything was ever said, in the order of the first word.</summary>
    internal static async Task<IReadOnlyList<AttendanceLine>> ReadAsync(ChainAccess chain, Address registry, CancellationToken cancellation)
    {
        var contract = new AttendanceRegistryContract(registry, chain.Client);
        var events = new List<AttendanceRegistryEvent>();
        foreach (Log log in await chain.LogsAsync([registry], cancellation).ConfigureAwait(false))
        {
            if (contract.TryReadEvent(log, out AttendanceRegistryEvent? found))
            {
                events.Add(found);
            }
        }

        byte suspending = (await contract.GetTermsAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)).Absences;
        Block? head = await chain.Client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        var lines = new List<AttendanceLine>();
        foreach (IGrouping<Hash256, AttendanceRegistryEvent> device in events.GroupBy(found => found.GpuId))
        {
            AttendanceRecord record = await contract.GetAttendanceAsync(device.Key, BlockTag.Latest, cancellation).ConfigureAwait(false);
            lines.Add(new AttendanceLine(device.Key, record, suspending, Open([.. device]), head?.Timestamp ?? 0));
        }

        return lines;
    }

    /// <summary>What was reported since the last proof of life and not answered, oldest first.</summary>
    private static ImmutableArray<AttendanceRegistryEvent.Reported> Open(IReadOnlyList<AttendanceRegistryEvent> events)
    {
        var open = new List<AttendanceRegistryEvent.Reported>();
        foreach (AttendanceRegistryEvent found in events)
        {
            switch (found)
            {
                case AttendanceRegistryEvent.Reported reported:
                    open.Add(reported);
                    break;
                case AttendanceRegistryEvent.Answered answered:
                    open.RemoveAll(one => one.TaskId == answered.TaskId);
                    break;
                case AttendanceRegistryEvent.LifeProven:
                    open.Clear();
                    break;
            }
        }

        return [.. open];
    }
}

/// <summary>One device's attendance.</summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="Record">What the contract knows of it.</param>
/// <param name="Needed">How many absences suspend.</param>
/// <param name="Open">Reported since the last proof of life and not answered.</param>
/// <param name="Now">The chain's time.</param>
internal sealed record AttendanceLine(Hash256 GpuId, AttendanceRecord Record, byte Needed, ImmutableArray<AttendanceRegistryEvent.Reported> Open, ulong Now)
{
    /// <summary>How it stands, in a few words.</summary>
    internal string State => Record switch
    {
        { ResumableAt: not 0 } when Now < Record.ResumableAt => $"suspended until {Instants.Text(Record.ResumableAt)}",
        { ResumableAt: not 0 } => "suspended; its proof of life is awaited",
        _ when Open.Length > 0 => $"reported for {Open.Length} of {Needed} seats; its miner answers by a proof of life",
        _ => $"there: proved its life {Instants.Text(Record.AliveAt)}",
    };

    internal JsonObject ToJson() => new()
    {
        ["gpuId"] = GpuId.ToString(),
        ["state"] = State,
        ["suspendedUntil"] = Record.ResumableAt == 0 ? null : Record.ResumableAt,
        ["aliveAt"] = Record.AliveAt == 0 ? null : Record.AliveAt,
        ["doublings"] = Record.Doublings,
        ["absences"] = new JsonArray([.. Open.Select(absence => (JsonNode)new JsonObject
        {
            ["taskId"] = absence.TaskId.ToString(),
            ["batchId"] = absence.BatchId,
            ["index"] = absence.Index,
            ["seat"] = absence.Seat,
            ["countsFrom"] = absence.CountsFrom,
        })]),
    };
}
