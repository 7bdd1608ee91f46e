using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Ait.Coordinator.Observing;
using Npgsql;

namespace Ait.Coordinator.Ledger;

/// <summary>
/// The ledger in a PostgreSQL database that any number of replicas share. Writes are serializable and run again after a conflict, or
/// read only what they have locked (<see cref="WriteIsolation"/>). One replica at a time leads (<see cref="PostgresWatch"/>); what it
/// writes carries its term, and is refused once another has taken over.
/// </summary>
internal sealed class PostgresLedger : LedgerDatabase
{
    private const int MostAttempts = 30;
    private const int LeastReading = 2;
    private const int MostReading = 8;
    private const int LeastWriting = 4;
    private const int MostWriting = 16;
    private const int WritingPerProcessor = 2;
    private const int LeastGrowth = 256;
    private const long MigrationLock = 0x4149545F4D494752; // "AIT_MIGR"
    private const string SerializationFailure = "40001";
    private const string DeadlockDetected = "40P01";

    private readonly string _connection;
    private readonly ConcurrentDictionary<string, long> _grown = new();

    // What a request waits for goes over few connections: more of them at a time cost the server more for the same work. What reads many
    // rows for a page or a loop does not take their places.
    private readonly Slots _writing;
    private readonly Slots _reading = new(Math.Clamp(Environment.ProcessorCount, LeastReading, MostReading));
    private readonly ThreadLocal<bool> _isHolding = new();
    private PostgresWatch? _watch;
    private volatile bool _disposed;

    private PostgresLedger(string name, NpgsqlConnectionStringBuilder settings, TimeProvider clock)
        : base(name, clock)
    {
        _connection = settings.ConnectionString;
        _writing = new Slots(settings.MaxPoolSize);
    }

    internal static bool IsAddress(string store) =>
        store.StartsWith("postgres://", StringComparison.Ordinal) || store.StartsWith("postgresql://", StringComparison.Ordinal);

    /// <summary>Opens the database and brings its schema up to date; whichever replica comes first does it, the others wait.</summary>
    /// <exception cref="LedgerException">The address is malformed, the server cannot be reached, or its schema is newer than this program.</exception>
    internal static new PostgresLedger Open(string address, TimeProvider clock, LedgerUse use = LedgerUse.Serve, int? version = null)
    {
        NpgsqlConnectionStringBuilder settings = ReadAddress(address);
        string name = string.Create(CultureInfo.InvariantCulture, $"postgres://{settings.Username}@{settings.Host}:{settings.Port}/{settings.Database}");
        var ledger = new PostgresLedger(name, settings, clock);
        try
        {
            if (use == LedgerUse.Read)
            {
                ledger.Read(_ => true); // Whether it is there.
                return ledger;
            }

            using (NpgsqlConnection alone = ledger.Connect())
            {
                Run(alone, $"SELECT pg_advisory_lock({MigrationLock})");
                ledger.Migrate(PostgresDialect.Instance, version);
                LeaveRoom(alone);
                SpareLookups(alone);
                Run(alone, "CREATE TABLE IF NOT EXISTS leadership (one BIGINT PRIMARY KEY CHECK (one = 1), term BIGINT NOT NULL)");
                Run(alone, "INSERT INTO leadership (one, term) VALUES (1, 0) ON CONFLICT DO NOTHING");
            }

            ledger._watch = use == LedgerUse.Serve ? new PostgresWatch(ledger, ledger.Connect) : null;
            return ledger;
        }
        catch (Exception fault)
        {
            ledger.Dispose();
            if (fault is NpgsqlException refused)
            {
                throw Explain(name, refused);
            }

            throw;
        }
    }

    internal override T Write<T>(string step, Func<LedgerTransaction, T> work, WriteIsolation isolation = WriteIsolation.Serial)
    {
        using Telemetry.Measurement measured = Telemetry.Write(step);
        for (int attempt = 1; ; attempt++)
        {
            LedgerTransaction transaction = Rent(_writing, out bool isFresh);
            bool sound = false;
            bool alone = isolation == WriteIsolation.Alone && ActingTerm is null; // A term is held against the leader's in the same transaction.
            try
            {
                if (alone)
                {
                    CommitBoundary?.Invoke("before " + step);
                    transaction.BeginAlone();
                    T written = work(transaction);
                    transaction.Answer();
                    sound = true;
                    CommitBoundary?.Invoke("after " + step);
                    return written;
                }

                transaction.BeginWrite(isolation);
                Fence(transaction);
                T answer = work(transaction);
                CommitBoundary?.Invoke("before " + step);
                transaction.Commit();
                sound = true;
                CommitBoundary?.Invoke("after " + step);
                return answer;
            }
            catch (PostgresException fault) when (fault.SqlState is SerializationFailure or DeadlockDetected && attempt < MostAttempts)
            {
                Telemetry.Conflicted();
                sound = alone || RollBack(transaction);
            }
            catch (NpgsqlException fault) when (IsCutOff(fault) && !transaction.IsUnderWay && !isFresh && attempt < MostAttempts)
            {
                // The server closed a connection that lay idle; a fresh one tells whether it is back.
            }
            catch (NpgsqlException fault)
            {
                sound = sound || (!alone && RollBack(transaction));
                throw Explain(Name, fault);
            }
            catch
            {
                sound = sound || (!alone && RollBack(transaction));
                throw;
            }
            finally
            {
                Return(_writing, transaction, sound);
            }

            // Rivals step apart instead of meeting again.
            Thread.Sleep(RandomNumberGenerator.GetInt32(1 + (4 * attempt)));
        }
    }

    internal override T Read<T>(Func<LedgerTransaction, T> work) => Read(work, isAlone: false);

    internal override T ReadOne<T>(Func<LedgerTransaction, T> statement) => Read(statement, isAlone: true);

    private T Read<T>(Func<LedgerTransaction, T> work, bool isAlone)
    {
        Slots slots = isAlone ? _writing : _reading;
        for (int attempt = 1; ; attempt++)
        {
            LedgerTransaction transaction = Rent(slots, out bool isFresh);
            bool begun = false;
            bool sound = false;
            try
            {
                if (!isAlone)
                {
                    transaction.BeginRead();
                    begun = true;
                }

                T answer = work(transaction);
                sound = isAlone || RollBack(transaction);
                return answer;
            }
            catch (NpgsqlException) when (!begun && !isFresh && attempt < MostAttempts)
            {
                // As in Write.
            }
            catch (NpgsqlException fault)
            {
                sound = !isAlone && RollBack(transaction);
                throw Explain(Name, fault);
            }
            catch
            {
                sound = sound || (!isAlone && RollBack(transaction));
                throw;
            }
            finally
            {
                Return(slots, transaction, sound);
            }
        }
    }

    /// <summary>
    /// A plan that was made while a table was nearly empty reads all of it, and is kept for a minute or more, until the server looks at the
    /// table by itself. A table that may have doubled since it did is looked at now, and every plan over it made anew.
    /// </summary>
    internal override void Grew(string table, int rows)
    {
        long grown = _grown.AddOrUpdate(table, rows, (_, before) => before + rows);
        if (grown < LeastGrowth)
        {
            return;
        }

        try
        {
            if (ReadOne(transaction => transaction.Number("SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = $1::regclass", table)) < grown)
            {
                ReadOne(transaction => transaction.Execute($"ANALYZE {table}"));
                _grown[table] = 0;
            }
        }
        catch (LedgerException)
        {
            // As with plans; what is wrong with the ledger is found out by who needs it.
        }
    }

    internal override void Announce(string signal) => _watch?.Announce(signal);

    public override void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _watch?.Dispose();
        _writing.Dispose();
        _reading.Dispose();
        _isHolding.Dispose();
    }

    private static NpgsqlConnectionStringBuilder ReadAddress(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || url.Host.Length == 0 || url.AbsolutePath.Length < 2)
        {
            throw new LedgerException("The ledger's address is malformed; expected postgres://user@host/database, the password in PGPASSWORD or a pgpass file.");
        }

        string[] user = url.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port > 0 ? url.Port : 5432,
            Database = Uri.UnescapeDataString(url.AbsolutePath[1..]),
            Pooling = false, // The connections are kept here, with their prepared statements.
            MaxPoolSize = Math.Clamp(WritingPerProcessor * Environment.ProcessorCount, LeastWriting, MostWriting),
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            CommandTimeout = 30,
            Timeout = 10,
            ApplicationName = "ait-coordinator",
        };
        if (user[0].Length > 0)
        {
            settings.Username = Uri.UnescapeDataString(user[0]);
        }

        if (user.Length == 2)
        {
            settings.Password = Uri.UnescapeDataString(user[1]);
        }

        foreach (string option in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = option.Split('=', 2);
            try
            {
                settings[Uri.UnescapeDataString(pair[0])] = Uri.UnescapeDataString(pair.Length == 2 ? pair[1] : string.Empty);
            }
            catch (ArgumentException fault)
            {
                throw new LedgerException($"The ledger's address has an option '{pair[0]}' that is not understood ({fault.Message}); leave it out.", fault);
            }
        }

        return settings.MaxPoolSize > 0 ? settings : throw new LedgerException("The ledger's address has a 'Maximum Pool Size' of 0; expected at least 1.");
    }

    /// <summary>Whether the connection has ended, or is about to by the server's word.</summary>
    private static bool IsCutOff(NpgsqlException fault) => fault is PostgresException answered
        ? answered.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        : fault.InnerException is not TimeoutException;

    private static LedgerException Explain(string name, NpgsqlException fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            new LedgerException($"The ledger {name} refuses this user; set PGPASSWORD or a pgpass file, and check the server's pg_hba.conf.", fault),
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => new LedgerException($"The ledger {name} does not exist; create the database.", fault),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
            new LedgerException($"The disk that holds the ledger {name} is full; free space, nothing recorded so far is lost.", fault),
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            new LedgerException($"The ledger {name} does not let this user do this ({fault.Message}); make it the owner of the database.", fault),
        _ when fault.InnerException is SocketException or TimeoutException =>
            new LedgerException($"The ledger {name} cannot be reached ({fault.InnerException.Message}); start PostgreSQL or correct the address.", fault),
        _ => new LedgerException($"The ledger {name} failed: {fault.Message}", fault),
    };

    private static bool RollBack(LedgerTransaction transaction)
    {
        try
        {
            transaction.Rollback();
            return true;
        }
        catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException)
        {
            return false; // The connection is gone, and its transaction with it; the first fault is the one to report.
        }
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using NpgsqlCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a literal.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Refuses what a leader decided if another has taken over; one that wants to waits until this transaction has ended.</summary>
    private void Fence(LedgerTransaction transaction)
    {
        if (ActingTerm is long term && transaction.Number("SELECT term FROM leadership FOR SHARE") is long current && current != term)
        {
            throw new LedgerException($"Another replica leads the ledger {Name} since term {current}; this one, of term {term}, stands by.");
        }
    }

    private NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            connection.Open();
            PreferIndexes(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Statements here look up few rows by their keys. A prepared plan outlives the moment it was made in: one that scanned a table
    /// while that was empty would go on to scan it when it holds millions of rows. What must scan all the same is costly by that account,
    /// and the server would compile it to machine code anew for each call: a tenth of a second of processor time to read one row.
    /// </summary>
    private static void PreferIndexes(NpgsqlConnection connection)
    {
        try
        {
            Run(connection, "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off");
        }
        catch (PostgresException)
        {
            // A server that only speaks like PostgreSQL plans by its own rules.
        }
    }

    /// <summary>
    /// A task and its open seats are written over a few times within minutes. Room beside each row takes its next version in, so that no
    /// index has to learn where it went unless one of its own columns changed. Asked first: a table that has it is not locked for it again.
    /// </summary>
    private static void LeaveRoom(NpgsqlConnection connection)
    {
        try
        {
            Run(
                connection,
                """
                DO $$ DECLARE found regclass; BEGIN
                  FOREACH found IN ARRAY ARRAY['open_seats', 'tasks']::regclass[] LOOP
                    IF NOT EXISTS (SELECT 1 FROM pg_class WHERE oid = found AND 'fillfactor=50' = ANY(reloptions)) THEN
                      EXECUTE format('ALTER TABLE %s SET (fillfactor = 50)', found);
                    END IF;
                  END LOOP;
                END $$
                """);
        }
        catch (PostgresException)
        {
            // As with plans.
        }
    }

    /// <summary>
    /// A commitment, a result and an agreement are written by who has just read and locked what they refer to. The server would look that up
    /// again for each row, and lock it, which takes longer than to write the row.
    /// </summary>
    private static void SpareLookups(NpgsqlConnection connection)
    {
        try
        {
            Run(
                connection,
                """
                ALTER TABLE commitments DROP CONSTRAINT IF EXISTS commitments_task_key_seat_fkey;
                ALTER TABLE reveals DROP CONSTRAINT IF EXISTS reveals_task_key_seat_fkey;
                ALTER TABLE agreements DROP CONSTRAINT IF EXISTS agreements_task_key_fkey;
                """);
        }
        catch (PostgresException)
        {
            // As with plans.
        }
    }

    /// <summary>A connection, once there is a free slot. Who waited for a second one while holding the first might wait for ever: that is a fault at once.</summary>
    private LedgerTransaction Rent(Slots slots, out bool isFresh)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_isHolding.Value)
        {
            throw new InvalidOperationException("Work on the ledger asks for the ledger again, whose transaction it has.");
        }

        LedgerTransaction? transaction = slots.Enter();
        _isHolding.Value = true;
        isFresh = transaction is null;
        try
        {
            return transaction ??= Begin(Connect());
        }
        catch (NpgsqlException fault)
        {
            throw Explain(Name, fault);
        }
        finally
        {
            if (transaction is null)
            {
                Return(slots, null, sound: false);
            }
        }
    }

    private LedgerTransaction Begin(NpgsqlConnection connection)
    {
        _ = KernelWait.TryUse(connection);
        return new LedgerTransaction(connection, PostgresDialect.Instance, Clock);
    }

    private void Return(Slots slots, LedgerTransaction? transaction, bool sound)
    {
        if (!_disposed)
        {
            _isHolding.Value = false;
        }

        if (!slots.Leave(sound ? transaction : null) || !sound)
        {
            transaction?.Close();
        }
    }

    /// <summary>
    /// Places for so many connections at a time, and those that nobody uses: the last one used is the first again, what it knows is at hand.
    /// Who waits for a place sleeps at once: a processor that looks whether one is free takes its time from those who would free it.
    /// </summary>
    private sealed class Slots(int most) : IDisposable
    {
        private readonly object _gate = new();
        private readonly Stack<LedgerTransaction> _idle = [];
        private int _free = most;
        private bool _disposed;

        /// <summary>Waits for a place: with a connection, or with null for a new one.</summary>
        internal LedgerTransaction? Enter()
        {
            lock (_gate)
            {
                while (_free == 0 && !_disposed)
                {
                    Monitor.Wait(_gate);
                }

                ObjectDisposedException.ThrowIf(_disposed, typeof(PostgresLedger));
                _free--;
                return _idle.TryPop(out LedgerTransaction? transaction) ? transaction : null;
            }
        }

        /// <summary>Gives the place back, and the connection for the next; false if there will be none.</summary>
        internal bool Leave(LedgerTransaction? transaction)
        {
            lock (_gate)
            {
                _free++;
                if (transaction is not null && !_disposed)
                {
                    _idle.Push(transaction);
                }

                Monitor.Pulse(_gate);
                return !_disposed;
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _disposed = true;
                foreach (LedgerTransaction transaction in _idle)
                {
                    transaction.Close();
                }

                _idle.Clear();
                Monitor.PulseAll(_gate);
            }
        }
    }
}
