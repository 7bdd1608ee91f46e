using Ait.Coordinator.Ledger;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Completing;

/// <summary>What the ledger knows about the run that answers a buyer, and about runs of late.</summary>
internal sealed class AnswerStore
{
    private const int Sample = 50;

    private readonly LedgerDatabase _ledger;

    public AnswerStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>Where a queue entry stands by its newest task; the transcript as soon as its result is agreed on.</summary>
    internal AnswerState Read(long entryKey) => _ledger.Read(transaction =>
    {
        var state = (QueueState)transaction.Number("SELECT state FROM queue WHERE entry_key = $1", entryKey);
        TaskRow? task = transaction.First(TaskRow.Select + "WHERE t.entry_key = $1 ORDER BY t.task_key DESC LIMIT 1", TaskRow.Read, entryKey);
        if (task is not { Phase: TaskPhase.Agreed or TaskPhase.Settled, ResultHash: Chain.Hash256 result })
        {
            return new AnswerState(state, task, null, 0, 0);
        }

        byte[]? transcript = transaction.First(
            "SELECT transcript FROM reveals WHERE task_key = $1 AND substr(attestation, 65, 32) = $2 LIMIT 1", row => row.Bytes(0), task.TaskKey, result);
        return new AnswerState(
            state, task, transcript,
            System.Numerics.BitOperations.PopCount((uint)transaction.Number("SELECT matching FROM agreements WHERE task_key = $1", task.TaskKey)),
            transaction.Number("SELECT decided_at FROM agreements WHERE task_key = $1", task.TaskKey));
    });

    /// <summary>Median seconds from the queue to the agreement over the last tasks, null if there were none.</summary>
    internal double? MedianSeconds() => _ledger.Read(transaction => transaction.Query(
        """
        SELECT a.decided_at - q.queued_at FROM agreements a JOIN tasks t ON t.task_key = a.task_key JOIN queue q ON q.entry_key = t.entry_key
        ORDER BY a.task_key DESC LIMIT $1
        """,
        row => row.GetInt64(0), (long)Sample)) is { Count: > 0 } spans
        ? spans.Order().ElementAt(spans.Count / 2) / 1000.0
        : null;
}

/// <summary>A queue entry with its newest task and, once there is an agreement, its transcript, the seats behind it and when it came.</summary>
internal sealed record AnswerState(QueueState State, TaskRow? Task, byte[]? Transcript, int SeatsAgreeing, long AgreedAt)
{
    internal bool IsVoid => State == QueueState.Void;

    /// <summary>The stage in one word, for those who wait.</summary>
    internal string Stage => IsVoid ? "void" : State == QueueState.Waiting ? "queued" : Task?.Phase.ToString().ToLowerInvariant() ?? "queued";
}
