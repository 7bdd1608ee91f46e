using System.Data.Common;
using Ait.Chain;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Redeeming;

/// <summary>Bought workloads and redemptions in the ledger.</summary>
internal sealed class RedemptionStore
{
    private readonly LedgerDatabase _ledger;

    public RedemptionStore(LedgerDatabase ledger) => _ledger = ledger;

    internal void AddQuoted(Workload workload, ComputeUnits units) => _ledger.Write("quote", transaction =>
    {
        DispatchStore.AddWorkload(transaction, workload, units);
        transaction.Execute("UPDATE workloads SET opening_asked = 1, opening_refusal = NULL WHERE workload_hash = $1 AND opened_tx IS NULL", workload.Hash);
    });

    /// <summary>Asks for a credit id to be opened. Nothing can run under it, so its price means nothing but that it is open.</summary>
    internal void AddCreditId(Hash256 creditId) => _ledger.Write("ask for credit id", transaction => transaction.Execute(
        """
        INSERT INTO credit_ids (credit_id, opening_asked) VALUES ($1, 1)
        ON CONFLICT (credit_id) DO UPDATE SET opening_asked = 1, opening_refusal = NULL WHERE credit_ids.opened_tx IS NULL
        """,
        creditId));

    /// <summary>Workloads and credit ids that are to be opened on chain.</summary>
    internal IReadOnlyList<QuotedWorkload> AskedToOpen() => _ledger.Read(transaction => transaction.Query(
        """
        SELECT compute_units, opened_tx, opening_refusal, workload_hash FROM workloads WHERE opening_asked = 1
        UNION ALL SELECT CAST(1 AS BIGINT), opened_tx, opening_refusal, credit_id FROM credit_ids WHERE opening_asked = 1
        """,
        row => ReadQuoted(row.Hash(3), row)));

    /// <summary>A workload or a credit id.</summary>
    internal QuotedWorkload? Find(Hash256 workloadHash) => _ledger.Read(transaction => transaction.First(
        """
        SELECT compute_units, opened_tx, opening_refusal FROM workloads WHERE workload_hash = $1
        UNION ALL SELECT CAST(1 AS BIGINT), opened_tx, opening_refusal FROM credit_ids WHERE credit_id = $1
        """,
        row => ReadQuoted(workloadHash, row), workloadHash));

    internal void MarkOpened(Hash256 workloadHash, Hash256 transactionHash) => _ledger.Write("workload opened", transaction =>
    {
        if (transaction.Execute("UPDATE workloads SET opened_tx = $2, opening_asked = 0 WHERE workload_hash = $1 AND opened_tx IS NULL", workloadHash, transactionHash)
            + transaction.Execute("UPDATE credit_ids SET opened_tx = $2, opening_asked = 0 WHERE credit_id = $1 AND opened_tx IS NULL", workloadHash, transactionHash) == 1)
        {
            transaction.Record("workload opened", workloadHash.ToArray(), $"{transactionHash}");
        }
    });

    /// <summary>The contract does not open it; the buyer who waits is told why.</summary>
    internal void RefuseOpening(Hash256 workloadHash, string refusal) => _ledger.Write("opening refused", transaction =>
    {
        transaction.Execute("UPDATE workloads SET opening_asked = 0, opening_refusal = $2 WHERE workload_hash = $1 AND opened_tx IS NULL", workloadHash, refusal);
        transaction.Execute("UPDATE credit_ids SET opening_asked = 0, opening_refusal = $2 WHERE credit_id = $1 AND opened_tx IS NULL", workloadHash, refusal);
        transaction.Record("opening refused", workloadHash.ToArray(), refusal);
    });

    /// <summary>Notes what an event tells of credit; the same log again changes nothing.</summary>
    internal static void Apply(LedgerTransaction transaction, MiningEvent found)
    {
        switch (found)
        {
            case MiningEvent.Redeemed redeemed:
                Apply(transaction, redeemed);
                break;
            case MiningEvent.CreditMoved moved:
                Apply(transaction, Arrival(moved));
                Reconsider(transaction, moved.Account, moved.From);
                break;
            case MiningEvent.CreditLeaving leaving:
                Reconsider(transaction, leaving.Account, leaving.WorkloadHash);
                break;
        }
    }

    /// <summary>Takes back what an event told of credit.</summary>
    internal static void Undo(LedgerTransaction transaction, MiningEvent removed)
    {
        switch (removed)
        {
            case MiningEvent.Redeemed redeemed:
                Undo(transaction, redeemed);
                break;
            case MiningEvent.CreditMoved moved:
                Undo(transaction, Arrival(moved));
                Reconsider(transaction, moved.Account, moved.From);
                break;
            case MiningEvent.CreditLeaving leaving:
                Reconsider(transaction, leaving.Account, leaving.WorkloadHash);
                break;
        }
    }

    /// <summary>Credit that moved here is as good as credit that was redeemed here; the AIT was burned where it came from.</summary>
    private static MiningEvent.Redeemed Arrival(MiningEvent.CreditMoved moved) => new(moved.Position, moved.Account, moved.To, 0, moved.ComputeUnits);

    private static void Reconsider(LedgerTransaction transaction, Address account, Hash256 workloadHash) =>
        transaction.Execute("UPDATE redemptions SET considered = 0 WHERE account = $1 AND workload_hash = $2 AND removed = 0", account, workloadHash);

    private static void Apply(LedgerTransaction transaction, MiningEvent.Redeemed redeemed)
    {
        // A log that a reorganisation had removed may come back at the same place: it counts again.
        int changed = transaction.Execute(
            """
            INSERT INTO redemptions (tx_hash, log_index, block_number, account, workload_hash, ait_amount, compute_units)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (tx_hash, log_index) DO UPDATE SET removed = 0, considered = 0, block_number = $3 WHERE redemptions.removed = 1
            """,
            redeemed.Position.Transaction, (long)redeemed.Position.LogIndex, redeemed.Position.BlockNumber, redeemed.Account, redeemed.WorkloadHash,
            Wei.Text(redeemed.Amount), redeemed.ComputeUnits);
        if (changed == 1)
        {
            transaction.Record("redeemed", redeemed.WorkloadHash.ToArray(), $"{redeemed.Account} burned {redeemed.Amount} wei for {redeemed.ComputeUnits} micro-CU");
        }
    }

    /// <summary>Where a workload stands by its newest queue entry; the transcript only once it is settled.</summary>
    internal WorkloadProgress? Progress(Hash256 workloadHash) => _ledger.Read(transaction =>
    {
        if (transaction.First("SELECT compute_units FROM workloads WHERE workload_hash = $1", row => new Units(row.Unsigned(0)), workloadHash) is not Units units)
        {
            return null;
        }

        // Read in the order in which a redemption goes through them: where reads are of different moments it is seen in one of them.
        bool considering = transaction.Exists("SELECT 1 FROM redemptions WHERE workload_hash = $1 AND considered = 0 AND removed = 0", workloadHash);
        bool waiting = transaction.Exists("SELECT 1 FROM queue WHERE workload_hash = $1 AND state = 0", workloadHash);
        TaskRow? task = transaction.First(
            TaskRow.Select + "JOIN queue q ON q.entry_key = t.entry_key WHERE q.workload_hash = $1 ORDER BY t.phase = 4 DESC, t.task_key DESC LIMIT 1", TaskRow.Read, workloadHash);
        WorkloadPhase phase = task?.Phase switch
        {
            TaskPhase.Settled => WorkloadPhase.Settled,
            not null and not TaskPhase.Void => WorkloadPhase.Running,
            _ when waiting => WorkloadPhase.Funded,
            TaskPhase.Void when !considering => WorkloadPhase.Void, // Else it may run again: who asked for that must not take the former end for the new one.
            _ => WorkloadPhase.Quoted,
        };
        byte[]? transcript = task is { Phase: TaskPhase.Settled, ResultHash: Hash256 result }
            ? transaction.First(
                "SELECT transcript FROM reveals WHERE task_key = $1 AND substr(attestation, 65, 32) = $2 LIMIT 1", row => row.Bytes(0), task.TaskKey, result)
            : null;
        return new WorkloadProgress(phase, units.Micro, task?.TaskId, transcript, transcript is null ? null : task?.ResultHash);
    });

    /// <summary>Takes a redemption back; whether its workload stays queued is decided again from the credit on chain.</summary>
    private static void Undo(LedgerTransaction transaction, MiningEvent.Redeemed redeemed)
    {
        if (transaction.Execute(
                "UPDATE redemptions SET removed = 1, considered = 0 WHERE tx_hash = $1 AND log_index = $2 AND removed = 0",
                redeemed.Position.Transaction, (long)redeemed.Position.LogIndex) == 1)
        {
            transaction.Record("redemption taken back", redeemed.WorkloadHash.ToArray(), $"{redeemed.Position.Transaction}");
        }
    }

    /// <summary>Accounts and workloads whose credit changed and was not looked at since.</summary>
    internal IReadOnlyList<(Address Account, Hash256 WorkloadHash)> Unconsidered() => _ledger.Read(transaction => transaction.Query(
        "SELECT DISTINCT account, workload_hash FROM redemptions WHERE considered = 0", row => (row.Address(0), row.Hash(1))));

    /// <summary>Has the account's credit looked at again, for a task that ended void and left it untouched.</summary>
    internal void Reconsider(Address account, Hash256 workloadHash) =>
        _ledger.Write("reconsider redemption", transaction => Reconsider(transaction, account, workloadHash));

    /// <summary>Queues or unqueues a workload for an account by its credit on chain. Running work is left alone: the contract guards its settlement.</summary>
    internal RedemptionDecision Consider(Address account, Hash256 workloadHash, ulong credit, ulong quote) => _ledger.Write("consider redemption", transaction =>
    {
        bool known = transaction.Exists("SELECT 1 FROM workloads WHERE workload_hash = $1", workloadHash);
        bool waiting = transaction.Exists("SELECT 1 FROM queue WHERE workload_hash = $1 AND redeemer = $2 AND state = 0", workloadHash, account);
        bool running = transaction.Exists("SELECT 1 FROM queue WHERE workload_hash = $1 AND redeemer = $2 AND state = 1", workloadHash, account);
        RedemptionDecision decision = Redemption.Decide(known, waiting, running, credit, quote);
        switch (decision)
        {
            case RedemptionDecision.Queue:
                DispatchStore.Enqueue(transaction, workloadHash, account);
                break;
            case RedemptionDecision.Unqueue:
                transaction.Execute("UPDATE queue SET state = 3 WHERE workload_hash = $1 AND redeemer = $2 AND state = 0", workloadHash, account);
                transaction.Record("unqueued", workloadHash.ToArray(), $"credit of {account} is gone");
                break;
        }

        if (decision != RedemptionDecision.Wait)
        {
            transaction.Execute("UPDATE redemptions SET considered = 1 WHERE account = $1 AND workload_hash = $2", account, workloadHash);
        }

        return decision;
    });

    private static QuotedWorkload ReadQuoted(Hash256 workloadHash, DbDataReader row) => new(workloadHash, row.Unsigned(0), row.HashOrNull(1), row.TextOrNull(2));

    private sealed record Units(ulong Micro);
}

/// <summary>A workload with its price in micro-CU, the transaction that opened it and why the contract last did not.</summary>
internal sealed record QuotedWorkload(Hash256 WorkloadHash, ulong ComputeUnits, Hash256? OpenedTransaction, string? Refusal);

/// <summary>Where a workload stands.</summary>
internal sealed record WorkloadProgress(WorkloadPhase Phase, ulong ComputeUnits, Hash256? TaskId, byte[]? Transcript, Hash256? ResultHash);
