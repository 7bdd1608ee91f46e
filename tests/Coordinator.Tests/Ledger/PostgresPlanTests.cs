using Ait.Chain;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Disclosing;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Escalating;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Tests.Support;

namespace Ait.Coordinator.Tests.Ledger;

/// <summary>How many rows PostgreSQL reads for what is asked again and again, beside many tasks that it is not about: the server counts them.</summary>
public sealed class PostgresPlanTests : IDisposable
{
    private const int Tasks = 20_000;
    private const int Early = 12;

    /// <summary>What a statement about a few rows may read: itself, what it joins, and a little of what was there before.</summary>
    private const int Few = 64;

    private static readonly Hash256 s_gpu = Keccak256.Hash("gpu"u8);
    private static readonly Address s_key = new([.. new byte[19], 1]);

    private readonly string _address = PostgresServer.Require().CreateDatabase();
    private readonly TestNetwork _network = new();
    private readonly LedgerDatabase _ledger;

    public PostgresPlanTests() => _ledger = LedgerDatabase.Open(_address, TimeProvider.System);

    [Theory]
    [InlineData(Planned.BeforeAnalysis)]
    [InlineData(Planned.AfterAnalysis)]
    [InlineData(Planned.WhileEmpty)]
    public void Lease_readsTheSeatsItTakes(Planned when)
    {
        var store = new DispatchStore(_ledger);
        Fill(when, task => store.Lease(s_gpu, s_key, 1, TimeSpan.FromMinutes(1))); // The first looks from the beginning.
        Assert.InRange(Read(() => Assert.Equal(3, store.Lease(s_gpu, s_key, 3, TimeSpan.FromMinutes(1)).Count)), 3, Few);
        Assert.InRange(Read(() => Assert.True(store.HasSeat(s_gpu, s_key))), 0, Few);
        Assert.InRange(Read(() => Assert.Single(store.WithSeats([(s_gpu, s_key), (Keccak256.Hash("other"u8), s_key)]))), 0, Few);
    }

    [Theory]
    [InlineData(Planned.BeforeAnalysis)]
    [InlineData(Planned.AfterAnalysis)]
    [InlineData(Planned.WhileEmpty)]
    public void Commit_readsTheSeatsThatCommit(Planned when)
    {
        var store = new CollectionStore(_ledger, _network.Domain, _network.Options);
        Fill(when, task => Assert.Null(store.Commit(IdOf(task), s_gpu, Hash256.Zero, s_key)));
        long seats = Open();
        Assert.InRange(Read(() => Assert.Null(store.Commit(IdOf(Tasks), s_gpu, Hash256.Zero, s_key))), 1, Few);
        Assert.Equal(seats - 1, Open());
        Assert.InRange(Read(() => Assert.NotNull(store.Find(IdOf(Tasks), s_gpu))), 1, Few);

        long Open() => _ledger.Read(transaction => transaction.Number("SELECT count(*) FROM open_seats"));
    }

    [Theory]
    [InlineData(Planned.BeforeAnalysis)]
    [InlineData(Planned.AfterAnalysis)]
    [InlineData(Planned.WhileEmpty)]
    public void Loops_readNoTaskWhereNothingIsDue(Planned when)
    {
        Fill(when, _ => { });
        var disclosures = new DisclosureStore(_ledger);
        var escalations = new EscalationStore(_ledger, _network.Domain);
        var agreements = new AgreementStore(_ledger, new CollectionStore(_ledger, _network.Domain, _network.Options), _network.Domain);
        Assert.InRange(Read(() => Assert.False(disclosures.IsAnyDue())), 0, Few);
        Assert.InRange(Read(() => Assert.Empty(disclosures.Open())), 0, Few);
        Assert.InRange(Read(() => Assert.Empty(escalations.Pending())), 0, Few);
        Assert.InRange(Read(() => Assert.Empty(escalations.Unpinned())), 0, Few);
        Assert.InRange(Read(() => Assert.Empty(agreements.Due(1))), 0, Few);
    }

    public void Dispose()
    {
        _ledger.Dispose();
        _network.Dispose();
        PostgresServer.Require().DropDatabase(_address);
    }

    /// <summary>Rows of all tables that were read meanwhile, whether they were what was looked for or not.</summary>
    private long Read(Action work)
    {
        long before = Count();
        work();
        return Count() - before;

        long Count()
        {
            _ledger.ReadOne(transaction => transaction.Query("SELECT pg_stat_force_next_flush()", _ => 0));
            return _ledger.ReadOne(transaction => transaction.Number("SELECT CAST(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS BIGINT) FROM pg_stat_user_tables"));
        }
    }

    private static Hash256 IdOf(int task) => Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes($"task {task}"));

    /// <summary>Many seated tasks, of each of which one device has the first seat; some of them are worked on before the others are there.</summary>
    private void Fill(Planned when, Action<int> work)
    {
        Add(1, Early);
        if (when == Planned.WhileEmpty)
        {
            Analyse();
        }

        for (int task = 1; task <= Early; task++)
        {
            work(task); // Often enough for the server to keep its plan.
        }

        Add(Early + 1, Tasks);
        _ledger.Grew("open_seats", Tasks - Early);
        if (when == Planned.AfterAnalysis)
        {
            Analyse();
        }
    }

    private void Analyse() => _ledger.ReadOne(transaction => transaction.Execute("ANALYZE"));

    private void Add(int first, int last)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var rows = new RowSet(("task_key", RowKind.Number), ("task_id", RowKind.Bytes));
        for (int task = first; task <= last; task++)
        {
            rows.Add((long)task, IdOf(task));
        }

        _ledger.Write("fill", transaction =>
        {
            transaction.Execute(
                "INSERT INTO workloads (workload_hash, encoding, workload_type, determinism_class, compute_units, added_at) SELECT v.task_id, '\\x00', 1, 0, 1000, 0 FROM {rows}", rows);
            transaction.Execute("INSERT INTO queue (entry_key, workload_hash, redeemer, state, queued_at) SELECT v.task_key, v.task_id, $1, 1, 0 FROM {rows}", rows, Address.Zero);
            transaction.Execute(
                """
                INSERT INTO batches (batch_key, root, task_count, compute_units, latest_deadline, phase, sealed_at, batch_id, commit_block, seed_block, roster_length, seed_block_hash, seed_time)
                VALUES ($1, $2, 1, 1, $3, 2, 0, $1, 1, 2, 3, $2, $4)
                """,
                (long)first, IdOf(first), now + 7200, now);
            transaction.Execute(
                """
                INSERT INTO tasks (task_key, batch_key, task_index, entry_key, workload_hash, workload_type, determinism_class, compute_units, deadline, redeemer, seat_secret_hash, phase,
                  task_id, seated_at, commit_deadline)
                SELECT v.task_key, $1, v.task_key, v.task_key, v.task_id, 1, 0, 1000, $2, $3, $4, 2, v.task_id, $5, $6 FROM {rows}
                """,
                rows, (long)first, now + 7200, Address.Zero, Hash256.Zero, now * 1000, (now + 3600) * 1000);
            transaction.Execute("INSERT INTO seats (task_key, seat, slot, gpu_id, operator) SELECT v.task_key, 0, 0, $1, $2 FROM {rows}", rows, s_gpu, s_key);
            transaction.Execute("INSERT INTO open_seats (gpu_id, task_key, seat, operator, commit_deadline) SELECT $1, v.task_key, 0, $3, $2 FROM {rows}", rows, s_gpu, (now + 3600) * 1000, s_key);
        });
    }
}

/// <summary>When the server made its plans.</summary>
public enum Planned
{
    /// <summary>With nothing known of the tables.</summary>
    BeforeAnalysis,

    /// <summary>With the tables known as they are.</summary>
    AfterAnalysis,

    /// <summary>With the tables known as nearly empty, as open seats are whenever the work is done.</summary>
    WhileEmpty,
}
