using System.Collections.Immutable;
using Ait.Chain;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Escalating;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Settling;

/// <summary>Settlements in the ledger. A task is settled when the chain's event says so, never because we sent a transaction.</summary>
internal sealed class SettlementStore
{
    private readonly LedgerDatabase _ledger;
    private readonly NetworkDomain _domain;

    public SettlementStore(LedgerDatabase ledger, NetworkDomain domain)
    {
        _ledger = ledger;
        _domain = domain;
    }

    /// <summary>Agreed tasks of one batch that no open settlement covers, oldest first; empty if none is payable now.</summary>
    internal ImmutableArray<PayableTask> NextPayable(int most) => _ledger.Read(transaction =>
    {
        const string Payable =
            """
            WHERE t.phase = 3 AND b.phase = 2 AND (t.payable_at IS NULL OR t.payable_at <= $1) AND NOT EXISTS (
              SELECT 1 FROM settlement_tasks x JOIN settlements s ON s.settlement_key = x.settlement_key WHERE x.task_key = t.task_key AND s.state < 2)

            """;
        TaskRow? first = transaction.First(TaskRow.Select + Payable + "ORDER BY t.task_key LIMIT 1", TaskRow.Read, transaction.NowMillis);
        return first is null
            ? []
            : Load(transaction, transaction.Query(
                TaskRow.Select + Payable + "AND t.batch_key = $2 ORDER BY t.task_key LIMIT $3", TaskRow.Read, transaction.NowMillis, first.BatchKey, most));
    });

    /// <summary>Decides a settlement; from here on it is sent, whatever happens.</summary>
    internal long Open(IReadOnlyList<PlannedClaim> claims) => _ledger.Write("open settlement", transaction =>
    {
        transaction.Execute(
            "INSERT INTO settlements (batch_key, state, created_at) VALUES ($1, 0, $2)", claims[0].Payable.Task.BatchKey, transaction.NowMillis);
        long key = transaction.LastKey();
        foreach (PlannedClaim claim in claims)
        {
            long taskKey = claim.Payable.Task.TaskKey;
            transaction.Execute("INSERT INTO settlement_tasks (settlement_key, task_key, claims) VALUES ($1, $2, $3)", key, taskKey, (long)claim.Mask);
            int dropped = claim.Payable.RevealedMask & ~claim.Mask;
            for (int seat = 0; seat < SeatDraw.MostSeats; seat++)
            {
                if ((dropped & (1 << seat)) != 0 && claim.WhyNotAll is ContractRefusal refusal)
                {
                    WriteOutcome(transaction, taskKey, seat, null, UnpaidReason.ClaimRefused, refusal.Text, null);
                }
            }
        }

        transaction.Record("settlement decided", null, $"settlement {key}, {claims.Count} tasks");
        return key;
    });

    internal IReadOnlyList<OpenSettlement> Settlements(SettlementState state) => _ledger.Read(transaction =>
    {
        List<(long Key, ulong? Block)> rows = transaction.Query(
            "SELECT settlement_key, block_number FROM settlements WHERE state = $1 ORDER BY settlement_key",
            row => (row.GetInt64(0), row.IsDBNull(1) ? (ulong?)null : row.Unsigned(1)),
            state);
        return rows.ConvertAll(settlement => new OpenSettlement(settlement.Key, settlement.Block, Claims(transaction, settlement.Key)));
    });

    internal void MarkMined(long settlementKey, SubmitOutcome.Mined mined) => _ledger.Write("settlement mined", transaction =>
    {
        if (transaction.Execute(
                "UPDATE settlements SET state = 1, tx_hash = $2, block_number = $3, gas_used = $4 WHERE settlement_key = $1 AND state = 0",
                settlementKey, mined.Transaction, mined.BlockNumber, mined.GasUsed) == 1)
        {
            transaction.Record("settlement mined", mined.Transaction.ToArray(), $"settlement {settlementKey}, block {mined.BlockNumber}, {mined.GasUsed} gas");
            Finish(transaction, settlementKey);
        }
    });

    internal void MarkFailed(long settlementKey, string error) => _ledger.Write("settlement failed", transaction =>
    {
        if (transaction.Execute("UPDATE settlements SET state = 2, error = $2 WHERE settlement_key = $1 AND state < 2", settlementKey, error) == 1)
        {
            transaction.Record("settlement failed", null, $"settlement {settlementKey}: {error}");
        }
    });

    internal void Defer(long taskKey, long until, string why) => _ledger.Write("defer settlement", transaction =>
    {
        transaction.Execute("UPDATE tasks SET payable_at = $2 WHERE task_key = $1 AND phase = 3", taskKey, until);
        transaction.Record("settlement deferred", null, $"task key {taskKey} until {until / 1000}: {why}");
    });

    /// <summary>Takes an agreement back that is not enough for the contract: further seats are asked, unless they were in vain before.</summary>
    internal void AskForAudit(long taskKey, string reason) => _ledger.Write("ask for audit", transaction =>
    {
        if (transaction.First(TaskRow.Select + "WHERE t.task_key = $1 FOR UPDATE OF t", TaskRow.Read, taskKey) is not { Phase: TaskPhase.Agreed } task)
        {
            return;
        }

        if (transaction.Exists("SELECT 1 FROM escalations WHERE task_key = $1 AND level = $2", taskKey, (long)task.Level + 2))
        {
            AgreementStore.GiveUp(transaction, task, reason);
            return;
        }

        transaction.Execute("DELETE FROM agreements WHERE task_key = $1", taskKey);
        transaction.Execute("UPDATE tasks SET phase = 2, audited = 1, result_hash = NULL, payable_at = NULL WHERE task_key = $1", taskKey);
        transaction.Record("audit asked for", task.TaskId?.ToArray(), reason);
    });

    internal void GiveUp(long taskKey, string reason) => _ledger.Write("give up settlement", transaction =>
    {
        if (transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, taskKey) is { Phase: TaskPhase.Agreed } task)
        {
            AgreementStore.GiveUp(transaction, task, reason);
        }
    });

    /// <summary>Applies what the chain says about a settled task. The same event again changes nothing.</summary>
    internal static void Apply(LedgerTransaction transaction, MiningEvent found)
    {
        switch (found)
        {
            case MiningEvent.TaskSettled settled when Find(transaction, settled.TaskId) is { Phase: not TaskPhase.Settled } task:
                transaction.Execute(
                    "UPDATE tasks SET phase = 4, escalating_to = NULL, settled_tx = $2, minted = $3, result_hash = $4, settled_at = $5, void_reason = NULL WHERE task_key = $1",
                    task.TaskKey, settled.Position.Transaction, Wei.Text(settled.Minted), settled.ResultHash, transaction.NowMillis);
                transaction.Execute("UPDATE queue SET state = 2 WHERE entry_key = $1", task.EntryKey);
                OpenSeats.Close(transaction, task.TaskKey);
                CloseBatchIfDone(transaction, task.BatchKey);
                foreach (long settlement in transaction.Query(
                    "SELECT settlement_key FROM settlement_tasks WHERE task_key = $1", row => row.GetInt64(0), task.TaskKey))
                {
                    Finish(transaction, settlement);
                }

                transaction.Record("settled", settled.TaskId.ToArray(), $"{settled.SeatsPaid} seats, {settled.Minted} wei, {settled.Position.Transaction}");
                break;
            case MiningEvent.SeatPaid paid when FindSeat(transaction, paid.TaskId, paid.Seat) is SeatKey seat:
                WriteOutcome(transaction, seat.TaskKey, seat.Seat, Wei.Text(paid.Amount), UnpaidReason.None, null, paid.Position.Transaction);
                break;
            case MiningEvent.SeatUnpaid unpaid when FindSeat(transaction, unpaid.TaskId, unpaid.Seat) is SeatKey seat:
                // The contract sees no claim; the ledger knows why there is none.
                UnpaidReason reason = ((UnpaidReason)unpaid.Reason, seat) switch
                {
                    (UnpaidReason.Silent, { Committed: true, Revealed: false }) => UnpaidReason.NotRevealed,
                    (UnpaidReason.Silent, { Revealed: true }) => UnpaidReason.ClaimRefused,
                    _ => (UnpaidReason)unpaid.Reason,
                };
                WriteOutcome(transaction, seat.TaskKey, seat.Seat, null, reason, seat.Detail, unpaid.Position.Transaction);
                break;
        }
    }

    /// <summary>Takes back what a reorganisation removed: the task is agreed again and will be settled again.</summary>
    internal static void Undo(LedgerTransaction transaction, MiningEvent removed)
    {
        if (removed is not MiningEvent.TaskSettled settled
            || Find(transaction, settled.TaskId) is not { Phase: TaskPhase.Settled } task
            || task.SettledTransaction != settled.Position.Transaction)
        {
            return;
        }

        transaction.Execute("UPDATE tasks SET phase = 3, settled_tx = NULL, minted = NULL, payable_at = NULL, settled_at = NULL WHERE task_key = $1", task.TaskKey);
        transaction.Execute("UPDATE queue SET state = 1 WHERE entry_key = $1", task.EntryKey);
        transaction.Execute("UPDATE batches SET phase = 2 WHERE batch_key = $1 AND phase = 3", task.BatchKey);
        transaction.Execute("DELETE FROM seat_outcomes WHERE task_key = $1 AND tx_hash IS NOT NULL", task.TaskKey);
        transaction.Execute(
            """
            UPDATE settlements SET state = 2, error = 'taken back by a chain reorganisation'
            WHERE state IN (1, 3) AND settlement_key IN (SELECT settlement_key FROM settlement_tasks WHERE task_key = $1)
            """,
            task.TaskKey);
        transaction.Record("settlement taken back", settled.TaskId.ToArray(), $"{settled.Position.Transaction}");
    }

    internal static void CloseBatchIfDone(LedgerTransaction transaction, long batchKey) => transaction.Execute(
        "UPDATE batches SET phase = 3 WHERE batch_key = $1 AND phase = 2 AND NOT EXISTS (SELECT 1 FROM tasks WHERE batch_key = $1 AND phase < 4)", batchKey);

    private static void Finish(LedgerTransaction transaction, long settlementKey) => transaction.Execute(
        """
        UPDATE settlements SET state = 3 WHERE settlement_key = $1 AND state = 1 AND NOT EXISTS (
          SELECT 1 FROM settlement_tasks x JOIN tasks t ON t.task_key = x.task_key WHERE x.settlement_key = $1 AND t.phase <> 4)
        """,
        settlementKey);

    private static TaskRow? Find(LedgerTransaction transaction, Hash256 taskId) =>
        transaction.First(TaskRow.Select + "WHERE t.task_id = $1", TaskRow.Read, taskId);

    private static SeatKey? FindSeat(LedgerTransaction transaction, Hash256 taskId, int seat) => transaction.First(
        """
        SELECT s.task_key, s.seat, c.seat IS NOT NULL, r.seat IS NOT NULL,
          coalesce(o.detail, 'DurationOutOfBounds: the registry takes ' || r.refused_bounds)
        FROM tasks t JOIN seats s ON s.task_key = t.task_key
        LEFT JOIN commitments c ON c.task_key = s.task_key AND c.seat = s.seat
        LEFT JOIN reveals r ON r.task_key = s.task_key AND r.seat = s.seat
        LEFT JOIN seat_outcomes o ON o.task_key = s.task_key AND o.seat = s.seat
        WHERE t.task_id = $1 AND s.seat = $2
        """,
        row => new SeatKey(row.GetInt64(0), (int)row.GetInt64(1), row.Flag(2), row.Flag(3), row.TextOrNull(4)),
        taskId, (long)seat);

    private static void WriteOutcome(
        LedgerTransaction transaction, long taskKey, int seat, string? paid, UnpaidReason reason, string? detail, Hash256? transactionHash) => transaction.Execute(
        """
        INSERT INTO seat_outcomes (task_key, seat, paid_wei, reason, detail, tx_hash) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (task_key, seat) DO UPDATE SET paid_wei = $3, reason = $4, detail = $5, tx_hash = $6
        """,
        taskKey, (long)seat, paid, reason, detail, transactionHash);

    private ImmutableArray<PlannedClaim> Claims(LedgerTransaction transaction, long settlementKey)
    {
        List<(long TaskKey, int Mask)> rows = transaction.Query(
            "SELECT task_key, claims FROM settlement_tasks WHERE settlement_key = $1 ORDER BY task_key", row => (row.GetInt64(0), (int)row.GetInt64(1)), settlementKey);
        List<TaskRow> tasks = rows.ConvertAll(row => transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, row.TaskKey)!); // A foreign key.
        return [.. Load(transaction, tasks).Zip(rows, (payable, row) => new PlannedClaim(payable, row.Mask, null))];
    }

    private ImmutableArray<PayableTask> Load(LedgerTransaction transaction, List<TaskRow> tasks)
    {
        if (tasks.Count == 0)
        {
            return [];
        }

        MerkleTree tree = new BatchTrees(transaction).Of(tasks[0].BatchKey);
        return
        [
            .. tasks.Select(task => new PayableTask(
                task,
                DispatchStore.SeatSecret(transaction, task.TaskKey),
                EscalationStore.MayBeOnChain(transaction, task.TaskKey) ? DispatchStore.Opening(transaction, task.TaskKey) : null,
                tree,
                AgreementStore.Revealed(transaction, task.TaskKey, _domain),
                (int)transaction.Number("SELECT matching FROM agreements WHERE task_key = $1", task.TaskKey))),
        ];
    }

    private sealed record SeatKey(long TaskKey, int Seat, bool Committed, bool Revealed, string? Detail);
}

/// <summary>A settlement without a known end.</summary>
internal sealed record OpenSettlement(long SettlementKey, ulong? BlockNumber, ImmutableArray<PlannedClaim> Claims);
