using System.Collections.Immutable;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Ledger;
using Ait.Protocol;

namespace Ait.Coordinator.Agreeing;

/// <summary>Turns revealed results into agreements in the ledger; each task is decided in one transaction.</summary>
internal sealed class AgreementStore
{
    private readonly LedgerDatabase _ledger;
    private readonly CollectionStore _collection;
    private readonly NetworkDomain _domain;

    public AgreementStore(LedgerDatabase ledger, CollectionStore collection, NetworkDomain domain)
    {
        _ledger = ledger;
        _collection = collection;
        _domain = domain;
    }

    /// <summary>Seated tasks about which something may have to be decided now.</summary>
    internal IReadOnlyList<long> Due() => _ledger.Read(transaction => transaction.Query(
        """
        SELECT task_key FROM tasks t WHERE phase = 2 AND (
          (reveal_opened_at IS NULL AND commit_deadline < $1)
          OR (reveal_opened_at IS NOT NULL AND (reveal_deadline < $1
              OR (SELECT count(*) FROM reveals r WHERE r.task_key = t.task_key) = (SELECT count(*) FROM commitments c WHERE c.task_key = t.task_key))))
        ORDER BY task_key
        """,
        row => row.GetInt64(0),
        transaction.NowMillis));

    /// <summary>Decides one task and writes it down.</summary>
    internal AgreementDecision Decide(long taskKey)
    {
        AgreementDecision decision = _ledger.Write("agree", transaction =>
        {
            TaskRow? task = transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, taskKey);
            if (task is null)
            {
                return new AgreementDecision.Wait();
            }

            ImmutableArray<RevealedSeat> revealed = Revealed(transaction, taskKey, _domain);
            int committed = (int)transaction.Number("SELECT count(*) FROM commitments WHERE task_key = $1", taskKey);
            int answered = (int)transaction.Number("SELECT count(*) FROM reveals WHERE task_key = $1", taskKey);
            AgreementDecision decided = AgreementDecision.Decide(task, committed, answered, [.. revealed.Select(seat => seat.Attestation)], transaction.NowMillis);
            switch (decided)
            {
                case AgreementDecision.Agreed agreed:
                    Write(transaction, task, agreed.Agreement, revealed);
                    break;
                case AgreementDecision.Void given:
                    GiveUp(transaction, task, given.Reason);
                    break;
            }

            return decided;
        });
        if (decision is AgreementDecision.OpenReveal)
        {
            _collection.OpenRevealIfDue(taskKey);
        }

        return decision;
    }

    /// <summary>The results of a task that the registry can take, re-earned from the bytes the ledger kept.</summary>
    internal static ImmutableArray<RevealedSeat> Revealed(LedgerTransaction transaction, long taskKey, NetworkDomain domain) =>
    [
        .. transaction.Query(
            "SELECT seat, attestation, enclave_key FROM reveals WHERE task_key = $1 AND refused_bounds IS NULL ORDER BY seat",
            row => WorkAttestation.TryVerify(row.Bytes(1), domain, row.Address(2), out WorkAttestation? attestation, out ProtocolRefusal? refusal)
                ? new RevealedSeat((byte)row.GetInt64(0), attestation)
                : throw new LedgerException($"The ledger holds a work attestation that does not verify ({refusal}); restore it from a backup."),
            taskKey),
    ];

    /// <summary>Ends a task without a mint; the buyer's credit is untouched because nothing settled.</summary>
    internal static void GiveUp(LedgerTransaction transaction, TaskRow task, string reason)
    {
        transaction.Execute("UPDATE tasks SET phase = 5, void_reason = $2 WHERE task_key = $1", task.TaskKey, reason);
        transaction.Execute("UPDATE queue SET state = 3 WHERE entry_key = $1", task.EntryKey);
        transaction.Execute("UPDATE seats SET open = 0 WHERE task_key = $1", task.TaskKey);
        transaction.Execute(
            """
            INSERT INTO seat_outcomes (task_key, seat, reason, detail)
            SELECT s.task_key, s.seat,
              CASE WHEN c.seat IS NULL AND k.seat IS NOT NULL AND k.envelope IS NULL THEN $6 WHEN c.seat IS NULL THEN $2 WHEN r.seat IS NULL THEN $3
                WHEN r.refused_bounds IS NOT NULL THEN $5 ELSE $4 END,
              'DurationOutOfBounds: the registry takes ' || r.refused_bounds
            FROM seats s LEFT JOIN commitments c ON c.task_key = s.task_key AND c.seat = s.seat
            LEFT JOIN reveals r ON r.task_key = s.task_key AND r.seat = s.seat
            LEFT JOIN seat_keys k ON k.task_key = s.task_key AND k.seat = s.seat
            WHERE s.task_key = $1 ON CONFLICT DO NOTHING
            """,
            task.TaskKey, UnpaidReason.Silent, UnpaidReason.NotRevealed, UnpaidReason.NoAgreement, UnpaidReason.ClaimRefused, UnpaidReason.KeyWithheld);
        transaction.Execute(
            """
            UPDATE batches SET phase = 3 WHERE batch_key = $1 AND phase = 2
              AND NOT EXISTS (SELECT 1 FROM tasks WHERE batch_key = $1 AND phase < 4)
            """,
            task.BatchKey);
        transaction.Record("task void", task.TaskId?.ToArray(), reason);
    }

    private static void Write(LedgerTransaction transaction, TaskRow task, Agreement agreement, ImmutableArray<RevealedSeat> revealed)
    {
        int matching = revealed
            .Where(seat => seat.Attestation.Statement.ResultHash == agreement.ResultHash)
            .Aggregate(0, (mask, seat) => mask | (1 << seat.Seat));
        transaction.Execute(
            "INSERT INTO agreements (task_key, result_hash, matching, decided_at) VALUES ($1, $2, $3, $4)",
            task.TaskKey, agreement.ResultHash, (long)matching, transaction.NowMillis);
        transaction.Execute("UPDATE tasks SET phase = 3, result_hash = $2 WHERE task_key = $1", task.TaskKey, agreement.ResultHash);
        transaction.Record("agreed", task.TaskId?.ToArray(), $"{agreement.Matching.Length} of {SeatDraw.Seats} on {agreement.ResultHash}");
    }
}

/// <summary>One seat's verified result.</summary>
internal sealed record RevealedSeat(byte Seat, WorkAttestation Attestation);
