using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Ait.Coordinator.Observing;
using Microsoft.Data.Sqlite;

namespace Ait.Coordinator.Ledger;

/// <summary>The ledger in one SQLite file: one process, one writer.</summary>
internal sealed class SqliteLedger : LedgerDatabase
{
    private const int LargestGroup = 128;

    private readonly Lock _writing = new();
    private readonly LedgerTransaction _writer;
    private readonly ConcurrentQueue<PendingWrite> _pending = new();
    private readonly ConcurrentBag<LedgerTransaction> _idleReaders = [];
    private readonly FileStream? _ownership;
    private bool _disposed;

    private SqliteLedger(string path, FileStream? ownership, TimeProvider clock)
        : base(path, clock)
    {
        _ownership = ownership;
        _writer = new LedgerTransaction(Connect(path, ownership is null ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadWriteCreate), SqliteDialect.Instance, clock);
    }

    /// <summary>Opens or creates the ledger, takes sole ownership of it and brings its schema up to date.</summary>
    /// <exception cref="LedgerException">It is in use, damaged, newer than this program or cannot be written.</exception>
    internal static new SqliteLedger Open(string path, TimeProvider clock, LedgerUse use = LedgerUse.Serve, int? version = null)
    {
        path = Path.GetFullPath(path);
        FileStream? ownership = use == LedgerUse.Read ? null : TakeOwnership(path);
        SqliteLedger? ledger = null;
        try
        {
            ledger = new SqliteLedger(path, ownership, clock);
            if (use != LedgerUse.Read)
            {
                ledger.Migrate(SqliteDialect.Instance, version);
            }

            if (use == LedgerUse.Serve)
            {
                ledger.Leadership.Begin(1); // Sole owner of the file.
            }

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

    /// <summary>
    /// Whoever holds the writer writes for all who wait for it: one transaction and one flush to disk for the group, each work in a
    /// savepoint of its own, so that one that fails takes nothing of the others back.
    /// </summary>
    internal override T Write<T>(string step, Func<LedgerTransaction, T> work, WriteIsolation isolation = WriteIsolation.Serial)
    {
        using Telemetry.Measurement measured = Telemetry.Write(step);
        T answer = default!; // Set before the write is done; a write that failed throws below.
        var pending = new PendingWrite(step, transaction => answer = work(transaction));
        _pending.Enqueue(pending);
        lock (_writing)
        {
            while (!pending.IsDone)
            {
                WriteGroup();
            }
        }

        pending.ThrowIfFailed();
        return answer;
    }

    internal override T Read<T>(Func<LedgerTransaction, T> work) => Read(work, isAlone: false);

    internal override T ReadOne<T>(Func<LedgerTransaction, T> statement) => Read(statement, isAlone: true);

    private T Read<T>(Func<LedgerTransaction, T> work, bool isAlone)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            if (!_idleReaders.TryTake(out LedgerTransaction? reader))
            {
                reader = new LedgerTransaction(Connect(Name, SqliteOpenMode.ReadWrite), SqliteDialect.Instance, Clock);
            }

            if (!isAlone)
            {
                reader.BeginRead();
            }

            try
            {
                return work(reader);
            }
            finally
            {
                if (!isAlone)
                {
                    reader.Rollback();
                }

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
            throw Explain(Name, fault);
        }
    }

    internal override void Announce(string signal)
    {
        // Nobody else is there to hear it.
    }

    public override void Dispose()
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
            _ownership?.Dispose();
        }
    }

    private static void Abandon(SqliteLedger? ledger, FileStream? ownership)
    {
        ledger?.Dispose();
        ownership?.Dispose();
    }

    private static FileStream TakeOwnership(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // A full path to a file always has a directory.
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException(
                $"The ledger {path} is in use by another coordinator or its directory cannot be written ({fault.Message}); stop the other process or pass another --store FILE.", fault);
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
        11 or 26 => new LedgerException($"The file {path} is not a sound ledger ({fault.Message}); restore it from a backup or pass another --store FILE.", fault),
        8 or 14 => new LedgerException($"The ledger {path} cannot be opened for writing; check the path and its permissions.", fault),
        _ => new LedgerException($"The ledger {path} failed: {fault.Message}", fault),
    };

    private void WriteGroup()
    {
        List<PendingWrite> group = [];
        while (group.Count < LargestGroup && _pending.TryDequeue(out PendingWrite? next))
        {
            group.Add(next);
        }

        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _writer.BeginWrite(WriteIsolation.Serial);
            try
            {
                foreach (PendingWrite write in group)
                {
                    Run(write);
                }

                _writer.Commit();
            }
            catch
            {
                RollBack();
                throw;
            }
        }
        catch (Exception fault)
        {
            Exception reason = fault is SqliteException refused ? Explain(Name, refused) : fault;
            group.ForEach(write => write.Fail(reason));
            return;
        }

        foreach (PendingWrite write in group)
        {
            try
            {
                CommitBoundary?.Invoke("after " + write.Step);
                write.Succeed();
            }
            catch (Exception fault)
            {
                write.Fail(fault);
            }
        }
    }

    /// <summary>Runs one of the group's works; if it fails, that is its own affair unless the transaction is lost with it.</summary>
    private void Run(PendingWrite write)
    {
        _writer.Execute("SAVEPOINT work");
        try
        {
            write.Run(_writer);
            CommitBoundary?.Invoke("before " + write.Step);
        }
        catch (Exception fault)
        {
            write.Fail(fault is SqliteException refused ? Explain(Name, refused) : fault);
            try
            {
                _writer.Execute("ROLLBACK TO work");
            }
            catch (SqliteException)
            {
                // SQLite has rolled everything back by itself (disk full, I/O error): the whole group fails for this reason.
                ExceptionDispatchInfo.Throw(fault);
            }
        }

        _writer.Execute("RELEASE work");
    }

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
