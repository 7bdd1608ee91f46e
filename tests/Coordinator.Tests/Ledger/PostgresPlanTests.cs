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

    /// <summary>What a statement about a few rows may read: itself, what it joins, and a little of what was there before.</summary>
    private const int Few = 64;

    private static readonly Hash256 s_gpu = Keccak256.Hash("gpu"u8);
    private static readonly Address s_key = new([.. new byte[19], 1]);

    private readonly string _address = PostgresServer.Require().CreateDatabase();
    private readonly TestNetwork _network = new();
    private readonly LedgerDatabase _ledger;

    public PostgresPlanTests() => _ledger = LedgerDatabase.Open(_address, TimeProvider.System);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lease_readsTheSeatsItTakes(bool isAnalysed)
    {
        Fill(isAnalysed);
        var store = new DispatchStore(_ledger);
        store.Lease(s_gpu, s_key, 1, TimeSpan.FromMinutes(1)); // The first looks from the beginning.
        Assert.InRange(Read(() => Assert.Equal(3, store.Lease(s_gpu, s_key, 3, TimeSpan.FromMinutes(1)).Count)), 3, Few);
        Assert.InRange(Read(() => Assert.True(store.HasSeat(s_gpu, s_key))), 0, Few);
        Assert.InRange(Read(() => Assert.Single(store.WithSeats([(s_gpu, s_key), (Keccak256.Hash("other"u8), s_key)]))), 0, Few);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Commit_readsTheSeatsThatCommit(bool isAnalysed)
    {
        Fill(isAnalysed);
        LeasedSeat[] seats = [.. new DispatchStore(_ledger).Lease(s_gpu, s_key, 2, TimeSpan.FromMinutes(1))];
        var store = new CollectionStore(_ledger, _network.Domain, _network.Options);
        Assert.InRange(Read(() => Assert.Null(store.Commit(seats[0].TaskId, s_gpu, Hash256.Zero, s_key))), 1, Few);
        Assert.InRange(Read(() => Assert.Null(store.Commit(seats[1].TaskId, s_gpu, Hash256.Zero, s_key))), 1, Few);
        Assert.InRange(Read(() => Assert.NotNull(store.Find(seats[0].TaskId, s_gpu))), 1, Few);
        Assert.Equal(Tasks - 2, _ledger.Read(transaction => transaction.Number("SELECT count(*) FROM open_seats")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loops_readNoTaskWhereNothingIsDue(bool isAnalysed)
    {
        Fill(isAnalysed);
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
        work(); // Once before, so that what is looked up once only does not count.
        long before = Count();
        work();
        return Count() - before;

        long Count()
        {
            _ledger.ReadOne(transaction => transaction.Query("SELECT pg_stat_force_next_flush()", _ => 0));
            return _ledger.ReadOne(transaction => transaction.Number("SELECT CAST(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS BIGINT) FROM pg_stat_user_tables"));
        }
    }

    /// <summary>A batch of seated tasks; one device has the first seat of each.</summary>
    private void Fill(bool isAnalysed)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        _ledger.Write("fill", transaction =>
        {
            transaction.Execute(
                "INSERT INTO workloads (workload_hash, encoding, workload_type, determinism_class, compute_units, added_at) SELECT sha256(n::text::bytea), '\\x00', 1, 0, 1000, 0 FROM generate_series(1, $1) n", Tasks);
            transaction.Execute(
                "INSERT INTO queue (workload_hash, redeemer, state, queued_at) SELECT workload_hash, $1, 1, 0 FROM workloads", Address.Zero);
            transaction.Execute(
                """
                INSERT INTO batches (root, task_count, compute_units, latest_deadline, phase, sealed_at, batch_id, commit_block, seed_block, roster_length, seed_block_hash, seed_time)
                VALUES ($1, $2, 1, $3, 2, 0, 1, 1, 2, 3, $1, $4)
                """,
                Hash256.Zero, Tasks, now + 7200, now);
            transaction.Execute(
                """
                INSERT INTO tasks (batch_key, task_index, entry_key, workload_hash, workload_type, determinism_class, compute_units, deadline, redeemer, seat_secret_hash, phase, task_id, seated_at, commit_deadline)
                SELECT 1, q.entry_key, q.entry_key, q.workload_hash, 1, 0, 1000, $1, q.redeemer, $2, 2, sha256(q.workload_hash), $3, $4 FROM queue q
                """,
                now + 7200, Hash256.Zero, now * 1000, (now + 3600) * 1000);
            transaction.Execute("INSERT INTO seats (task_key, seat, slot, gpu_id, operator) SELECT task_key, 0, 0, $1, $2 FROM tasks", s_gpu, s_key);
            transaction.Execute("INSERT INTO open_seats (gpu_id, task_key, seat, commit_deadline) SELECT $1, task_key, 0, commit_deadline FROM tasks", s_gpu);
        });
        if (isAnalysed)
        {
            _ledger.ReadOne(transaction => transaction.Execute("ANALYZE"));
        }
    }
}
