using System.Globalization;
using Ait.Chain;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// The coordinator's memory. Every write is one transaction, on disk before the call returns, as if no other ran beside it; a decision
/// is written here before it acts on the outside, so a kill between any two lines loses nothing. Work may be run again after a
/// conflict with another replica: it changes nothing but the ledger.
/// </summary>
internal abstract class LedgerDatabase : IDisposable
{
    private static readonly AsyncLocal<long?> s_term = new();

    private protected LedgerDatabase(string name, TimeProvider clock)
    {
        Name = name;
        Clock = clock;
    }

    /// <summary>The file or address as messages show it, without a password.</summary>
    internal string Name { get; }

    /// <summary>Whether this process is the one that runs the loops.</summary>
    internal Leadership Leadership { get; } = new();

    /// <summary>Keys of tasks that this process works on.</summary>
    internal TaskKeys TaskKeys { get; } = new();

    /// <summary>Seats that this process has leased.</summary>
    internal DrawnSeats DrawnSeats { get; } = new();

    /// <summary>Called on both sides of every commit; crash tests stop the world there.</summary>
    internal Action<string>? CommitBoundary { get; set; }

    /// <summary>Called with the name of each signal that another replica sent.</summary>
    internal Action<string>? Heard { get; set; }

    internal long NowMillis => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private protected TimeProvider Clock { get; }

    /// <summary>The term in which the calling flow acts, null for work that any replica may do.</summary>
    private protected static long? ActingTerm => s_term.Value;

    /// <summary>Opens or creates the ledger and brings its schema up to date.</summary>
    /// <param name="store">A file, or the address of a PostgreSQL database as <c>postgres://user@host/database</c>.</param>
    /// <param name="clock">The time.</param>
    /// <param name="use">What it is opened for.</param>
    /// <param name="version">The schema's version to bring it to, the newest if null; nothing changes when it is opened to be read.</param>
    /// <exception cref="LedgerException">It is in use, unreachable, damaged, newer than this program or cannot be written.</exception>
    internal static LedgerDatabase Open(string store, TimeProvider clock, LedgerUse use = LedgerUse.Serve, int? version = null) => PostgresLedger.IsAddress(store)
        ? PostgresLedger.Open(store, clock, use, version)
        : SqliteLedger.Open(store, clock, use, version);

    /// <summary>From here on the calling flow's writes are refused once another replica leads.</summary>
    internal static void ActInTerm(long term) => s_term.Value = term;

    /// <summary>The schema's version.</summary>
    internal int Version() => Read(transaction => transaction.HasTable("schema_versions")
        ? (int)transaction.Number("SELECT coalesce(max(version), 0) FROM schema_versions")
        : throw new LedgerException($"{Name} is not a coordinator's ledger; pass the right --store."));

    /// <summary>Ties the ledger to one chain and registry at first use; a later start against another is refused.</summary>
    internal void BindTo(ulong chainId, Address miningRegistry) => Write("bind", transaction =>
    {
        Bind(transaction, "chainId", chainId.ToString(CultureInfo.InvariantCulture));
        Bind(transaction, "miningRegistry", miningRegistry.ToString());
    });

    internal void Write(string step, Action<LedgerTransaction> work, WriteIsolation isolation = WriteIsolation.Serial) => Write(
        step,
        transaction =>
        {
            work(transaction);
            return true;
        },
        isolation);

    /// <summary>Runs work in a transaction of its own; all of it is on disk when this returns, none of it if it throws.</summary>
    internal abstract T Write<T>(string step, Func<LedgerTransaction, T> work, WriteIsolation isolation = WriteIsolation.Serial);

    /// <summary>Reads one consistent snapshot; never waits for a writer.</summary>
    internal abstract T Read<T>(Func<LedgerTransaction, T> work);

    /// <summary>As <see cref="Read"/> for work of one statement, which is a snapshot by itself: it spares the round trips of a transaction.</summary>
    internal abstract T ReadOne<T>(Func<LedgerTransaction, T> statement);

    /// <summary>Tells that a table has grown by so many rows at once: a database that plans by what it last knew of the table looks again.</summary>
    internal virtual void Grew(string table, int rows)
    {
    }

    /// <summary>Tells the other replicas, if there are any. A lost signal costs them one interval.</summary>
    internal abstract void Announce(string signal);

    public abstract void Dispose();

    private protected void Migrate(LedgerDialect dialect, int? wanted) => Write("migrate", transaction =>
    {
        transaction.Execute(dialect.Translate("CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT"));
        long version = transaction.Number("SELECT coalesce(max(version), 0) FROM schema_versions");
        int newest = LedgerSchema.Migrations.Count;
        if (version > newest)
        {
            throw new LedgerException($"The ledger {Name} has schema version {version}, this program knows up to {newest}; start the newer program.");
        }

        int target = wanted ?? newest;
        if (target < 0 || target > newest)
        {
            throw new LedgerException($"There is no schema version {target} of the ledger; this program knows 0 to {newest}.");
        }

        for (; version < target; version++)
        {
            transaction.Execute(dialect.Translate(LedgerSchema.Migrations[(int)version].Forward));
            transaction.Execute("INSERT INTO schema_versions (version, applied_at) VALUES ($1, $2)", version + 1, transaction.NowMillis);
        }

        for (; version > target; version--)
        {
            transaction.Execute(dialect.Translate(LedgerSchema.Migrations[(int)version - 1].Back));
            transaction.Execute("DELETE FROM schema_versions WHERE version = $1", version);
        }
    });

    private static void Bind(LedgerTransaction transaction, string name, string value)
    {
        transaction.Execute("INSERT INTO network (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, value);
        string found = transaction.First("SELECT value FROM network WHERE name = $1", reader => reader.GetString(0), name) ?? value;
        if (found != value)
        {
            throw new LedgerException($"The ledger belongs to the network with {name} {found}, this deployment has {value}; pass another --store or the right --deployment FILE.");
        }
    }
}
