using System.Collections.Concurrent;
using Ait.Chain;
using Microsoft.Data.Sqlite;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// The coordinator's memory: one SQLite file, one writer, every commit on disk before the call returns.
/// A decision is written here before it acts on the outside, so a kill between any two lines loses nothing.
/// </summary>
internal sealed class LedgerFile : IDisposable
{
    private readonly Lock _writing = new();
    private readonly LedgerTransaction _writer;
    private readonly ConcurrentBag<LedgerTransaction> _idleReaders = [];
    private readonly FileStream _ownership;
    private readonly TimeProvider _clock;
    private bool _disposed;

    private LedgerFile(string path, FileStream ownership, TimeProvider clock)
    {
        Path = path;
        _ownership = ownership;
        _clock = clock;
        _writer = new LedgerTransaction(Connect(path, SqliteOpenMode.ReadWriteCreate), clock);
    }

    internal string Path { get; }

    /// <summary>Called on both sides of every commit; crash tests stop the world there.</summary>
    internal Action<string>? CommitBoundary { get; set; }

    /// <summary>Opens or creates the ledger, takes sole ownership of it and brings its schema up to date.</summary>
    /// <exception cref="LedgerException">It is in use, damaged, newer than this program or cannot be written.</exception>
    internal static LedgerFile Open(string path, TimeProvider clock)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream ownership = TakeOwnership(path);
        LedgerFile? ledger = null;
        try
        {
            ledger = new LedgerFile(path, ownership, clock);
            ledger.Migrate();
            return ledger;
        }
        catch (SqliteException fault)
        {
            Abandon(ledger, ownership);
            throw Explain(path, fault);
        }
        catch
        {
            Abandon(ledger, ownership);
            throw;
        }
    }

    /// <summary>Ties the ledger to one chain and registry at first use; a later start against another is refused.</summary>
    internal void BindTo(ulong chainId, Address miningRegistry) => Write("bind", transaction =>
    {
        Bind(transaction, "chainId", chainId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Bind(transaction, "miningRegistry", miningRegistry.ToString());
    });

    internal void Write(string step, Action<LedgerTransaction> work) => Write(step, transaction =>
    {
        work(transaction);
        return true;
    });

    /// <summary>Runs work in a transaction of its own; all of it is on disk when this returns, none of it if it throws.</summary>
    internal T Write<T>(string step, Func<LedgerTransaction, T> work)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                _writer.Begin();
                T answer;
                try
                {
                    answer = work(_writer);
                    CommitBoundary?.Invoke("before " + step);
                    _writer.Commit();
                }
                catch
                {
                    RollBack();
                    throw;
                }

                CommitBoundary?.Invoke("after " + step);
                return answer;
            }
            catch (SqliteException fault)
            {
                throw Explain(Path, fault);
            }
        }
    }

    /// <summary>Reads one consistent snapshot; never waits for the writer.</summary>
    internal T Read<T>(Func<LedgerTransaction, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            if (!_idleReaders.TryTake(out LedgerTransaction? reader))
            {
                reader = new LedgerTransaction(Connect(Path, SqliteOpenMode.ReadWrite), _clock);
            }

            reader.Execute("BEGIN");
            try
            {
                return work(reader);
            }
            finally
            {
                reader.Rollback();
                if (_disposed)
                {
                    reader.Close();
                }
                else
                {
                    _idleReaders.Add(reader);
                }
            }
        }
        catch (SqliteException fault)
        {
            throw Explain(Path, fault);
        }
    }

    public void Dispose()
    {
        lock (_writing)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            while (_idleReaders.TryTake(out LedgerTransaction? reader))
            {
                reader.Close();
            }

            _writer.Close();
            _ownership.Dispose();
        }
    }

    private static void Abandon(LedgerFile? ledger, FileStream ownership)
    {
        ledger?.Dispose();
        ownership.Dispose();
    }

    private static FileStream TakeOwnership(string path)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!); // A full path to a file always has a directory.
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException(
                $"The ledger {path} is in use by another coordinator or its directory cannot be written ({fault.Message}); stop the other process or pass another --ledger FILE.", fault);
        }
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = 30,
        }.ConnectionString);
        connection.Open();
        using SqliteCommand pragma = connection.CreateCommand();
        pragma.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 30000;";
        pragma.ExecuteNonQuery();
        return connection;
    }

    private static LedgerException Explain(string path, SqliteException fault) => fault.SqliteErrorCode switch
    {
        13 => new LedgerException($"The disk that holds the ledger {path} is full; free space and start again, nothing recorded so far is lost.", fault),
        11 or 26 => new LedgerException($"The file {path} is not a sound ledger ({fault.Message}); restore it from a backup or pass another --ledger FILE.", fault),
        8 or 14 => new LedgerException($"The ledger {path} cannot be opened for writing; check the path and its permissions.", fault),
        _ => new LedgerException($"The ledger {path} failed: {fault.Message}", fault),
    };

    private static void Bind(LedgerTransaction transaction, string name, string value)
    {
        transaction.Execute("INSERT INTO network (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, value);
        string found = transaction.First("SELECT value FROM network WHERE name = $1", reader => reader.GetString(0), name) ?? value;
        if (found != value)
        {
            throw new LedgerException($"The ledger belongs to the network with {name} {found}, this deployment has {value}; pass another --ledger FILE or the right --deployment FILE.");
        }
    }

    private void Migrate() => Write("migrate", transaction =>
    {
        transaction.Execute("CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT");
        long version = transaction.Number("SELECT coalesce(max(version), 0) FROM schema_versions");
        if (version > LedgerSchema.Migrations.Count)
        {
            throw new LedgerException($"The ledger {Path} has schema version {version}, this program knows up to {LedgerSchema.Migrations.Count}; start the newer program.");
        }

        for (int next = (int)version; next < LedgerSchema.Migrations.Count; next++)
        {
            transaction.Execute(LedgerSchema.Migrations[next]);
            transaction.Execute("INSERT INTO schema_versions (version, applied_at) VALUES ($1, $2)", next + 1, transaction.NowMillis);
        }
    });

    private void RollBack()
    {
        try
        {
            _writer.Rollback();
        }
        catch (SqliteException)
        {
            // SQLite has already rolled back by itself (disk full, I/O error); the first fault is the one to report.
        }
    }
}
