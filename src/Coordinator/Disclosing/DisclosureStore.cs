using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Disclosing;

/// <summary>Secrets to be shown, in the ledger. What is to be sent is written here first; what the chain has of it is read anew before each step.</summary>
internal sealed class DisclosureStore
{
    private const int Most = 256;

    // Tasks t of batches b on chain that have not settled, and whose time is not over.
    private const string Unsettled = "t.phase IN (2, 3, 5) AND b.phase IN (2, 3) AND b.seed_time IS NOT NULL";

    // The task of a disclosure d, asked one by one: few are open, and however many tasks there are, no other is looked at.
    private const string TasksOf = "FROM tasks t JOIN batches b ON b.batch_key = t.batch_key WHERE t.task_key = d.task_key";

    private readonly LedgerDatabase _ledger;

    public DisclosureStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>Whether a secret is due that nothing is decided about.</summary>
    internal bool IsAnyDue() => _ledger.Read(transaction => Rounds.Any(seats => Due(transaction, seats, 1).Count > 0));

    /// <summary>Decides to show every secret that is due.</summary>
    internal int Decide() => _ledger.Write("decide disclosures", transaction =>
    {
        int decided = 0;
        foreach (int seats in Rounds)
        {
            List<(long TaskKey, byte[] TaskId)> due = Due(transaction, seats, Most);
            foreach ((long taskKey, _) in due)
            {
                transaction.Execute(
                    "INSERT INTO disclosures (task_key, seats, state, decided_at) VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING", taskKey, (long)seats, transaction.NowMillis);
            }

            transaction.Record("disclosure decided", due.Select(one => ((byte[]?)one.TaskId, $"the secret behind its first {seats} seats")));
            decided += due.Count;
        }

        return decided;
    });

    /// <summary>Those to be sent or looked after now. A task that has settled needs none.</summary>
    internal IReadOnlyList<OpenDisclosure> Open() => _ledger.Read(transaction =>
    {
        var trees = new BatchTrees(transaction);
        return transaction.Query(
            $"""
            WITH d AS MATERIALIZED (SELECT task_key, seats, state, attempt FROM disclosures WHERE state < 2 AND not_before <= $1)
            SELECT d.task_key, d.seats, d.state, d.attempt, (SELECT {Disclosure.ClosesSql} {TasksOf}) FROM d
            WHERE (SELECT {Unsettled} {TasksOf}) ORDER BY d.task_key, d.seats LIMIT $2
            """,
            row => (TaskKey: row.GetInt64(0), Seats: (int)row.GetInt64(1), State: (DisclosureState)row.GetInt64(2), Attempt: (int)row.GetInt64(3), ClosesAt: row.GetInt64(4)),
            transaction.NowMillis, (long)Most).ConvertAll(row =>
            {
                TaskRow task = transaction.First(TaskRow.Select + "WHERE t.task_key = $1", TaskRow.Read, row.TaskKey)!; // A foreign key.
                return new OpenDisclosure(
                    task, row.Seats, row.State, row.Attempt, row.ClosesAt,
                    DispatchStore.SeatSecret(transaction, row.TaskKey), DispatchStore.Opening(transaction, row.TaskKey), trees.Of(task.BatchKey));
            });
    });

    /// <summary>Notes that it is on chain; a reorganisation may take it back while it matters, so it is looked after.</summary>
    internal void MarkMined(OpenDisclosure open, ulong block) => _ledger.Write("disclosure mined", transaction =>
    {
        if (Update(transaction, open, "state = 1, not_before = $3", Later(transaction)) == 1)
        {
            transaction.Record("disclosed", open.TaskId.ToArray(), $"the secret behind its first {open.Seats} seats, block {block}");
        }
    });

    /// <summary>What was mined is gone: it is sent again under another key.</summary>
    internal void Retry(OpenDisclosure open, string why) => _ledger.Write("retry disclosure", transaction =>
    {
        Update(transaction, open, "state = 0, attempt = attempt + 1, error = $3", why);
        transaction.Record("disclosure taken back", open.TaskId.ToArray(), why);
    });

    /// <summary>Looks at it again later: something else shows it now, or it cannot be sent.</summary>
    internal void Defer(OpenDisclosure open, string? why) => _ledger.Write("defer disclosure", transaction =>
        Update(transaction, open, "not_before = $3, error = $4", Later(transaction), why));

    /// <summary>Its time is over.</summary>
    internal void End(OpenDisclosure open, bool shown) => _ledger.Write("end disclosure", transaction =>
    {
        Update(transaction, open, "state = $3", shown ? DisclosureState.Shown : DisclosureState.Missed);
        if (!shown)
        {
            transaction.Record("disclosure missed", open.TaskId.ToArray(), $"the secret behind its first {open.Seats} seats");
        }
    });

    private static int[] Rounds => [Disclosure.FirstSeats, Disclosure.AllSeats];

    private static long Later(LedgerTransaction transaction) => transaction.NowMillis + (long)Disclosure.Patience.TotalMilliseconds;

    private static int Update(LedgerTransaction transaction, OpenDisclosure open, string change, params object?[] values) => transaction.Execute(
        $"UPDATE disclosures SET {change} WHERE task_key = $1 AND seats = $2 AND state < 2", [open.Task.TaskKey, (long)open.Seats, .. values]);

    /// <summary>
    /// Tasks that gave out letters which the secret answers for. Who was never asked has nothing to claim. The batches first, then
    /// their tasks: while no batch is so old, no task is looked at, and however many there are, each is looked at once.
    /// </summary>
    private static List<(long TaskKey, byte[] TaskId)> Due(LedgerTransaction transaction, int seats, int most) => transaction.Query(
        $"""
        WITH b AS MATERIALIZED (SELECT batch_key, phase, seed_time, latest_deadline FROM batches b WHERE b.latest_deadline >= $1 AND $1 >= {Disclosure.EarliestSql}),
        due AS MATERIALIZED (SELECT t.task_key, t.task_id FROM b JOIN tasks t ON t.batch_key = b.batch_key
          WHERE {Unsettled} AND t.level > $2 AND $1 >= {Disclosure.DueSql(seats)})
        SELECT due.task_key, due.task_id FROM due
        WHERE EXISTS (SELECT 1 FROM seats s WHERE s.task_key = due.task_key AND {OpenSeats.HasLetterSql} AND s.seat >= $2 AND s.seat < $3)
          AND NOT EXISTS (SELECT 1 FROM disclosures d WHERE d.task_key = due.task_key AND d.seats = $3)
        ORDER BY due.task_key LIMIT $4
        """,
        row => (row.GetInt64(0), row.Bytes(1)),
        transaction.NowMillis / 1000, seats == Disclosure.FirstSeats ? 0L : Disclosure.FirstSeats, (long)seats, (long)most);
}
