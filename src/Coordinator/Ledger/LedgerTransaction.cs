using System.Data;
using System.Data.Common;
using Ait.Chain;

namespace Ait.Coordinator.Ledger;

/// <summary>Statements against one connection, inside one transaction when it writes. Parameters are named $1, $2, … in order.</summary>
internal sealed class LedgerTransaction
{
    private readonly DbConnection _connection;
    private readonly LedgerDialect _dialect;
    private readonly Dictionary<string, DbCommand> _prepared = [];
    private readonly Dictionary<string, string> _phrased = [];
    private readonly List<(DbBatchCommand Command, Action<DbDataReader>? Read)> _deferred = [];
    private DbBatch? _batch;
    private DbTransaction? _begun;

    internal LedgerTransaction(DbConnection connection, LedgerDialect dialect, TimeProvider clock)
    {
        _connection = connection;
        _dialect = dialect;
        Clock = clock;
    }

    internal TimeProvider Clock { get; }

    /// <summary>Statements on their way together; there are none where the database is no server.</summary>
    private DbBatch Batch => _batch ??= _connection.CreateBatch();

    /// <summary>Whether the server has done anything of the transaction at hand, or may have.</summary>
    internal bool IsUnderWay { get; private set; }

    internal long NowMillis => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    internal int Execute(string sql, params ReadOnlySpan<object?> values) => Change(Prepare(sql, values));

    /// <summary>One statement over all rows; nothing if there are none.</summary>
    internal int Execute(string sql, RowSet rows, params ReadOnlySpan<object?> values) => rows.Count == 0 ? 0 : Change(Prepare(sql, values, rows));

    /// <summary>
    /// As <see cref="Execute(string, RowSet, ReadOnlySpan{object?})"/>, but nobody waits for it: it travels with what is asked next, or with
    /// the end of the transaction. It is done before either, and what is wrong with it is reported there.
    /// </summary>
    internal void Later(string sql, RowSet rows, params ReadOnlySpan<object?> values)
    {
        if (rows.Count > 0)
        {
            Defer(sql, values, rows, null);
        }
    }

    /// <summary>The same for one statement without rows.</summary>
    internal void Later(string sql, params ReadOnlySpan<object?> values) => Defer(sql, values, null, null);

    /// <summary>
    /// As <see cref="Query{T}(string, RowSet, Func{DbDataReader, T}, ReadOnlySpan{object?})"/>, but the answer is filled in by what is asked
    /// next or by <see cref="Answer"/>: several questions that do not wait for each other cost one round trip.
    /// </summary>
    internal List<T> QueryLater<T>(string sql, RowSet rows, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        List<T> found = [];
        if (rows.Count > 0)
        {
            Defer(sql, values, rows, row => found.Add(read(row)));
        }

        return found;
    }

    /// <summary>The same for a query without rows.</summary>
    internal List<T> QueryLater<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        List<T> found = [];
        Defer(sql, values, null, row => found.Add(read(row)));
        return found;
    }

    /// <summary>Does what was put off, and fills in what was asked with it.</summary>
    internal void Answer() => Flush(ending: null);

    internal List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using DbDataReader reader = Read(Prepare(sql, values));
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>One query over all rows; nothing if there are none.</summary>
    internal List<T> Query<T>(string sql, RowSet rows, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        List<T> found = [];
        if (rows.Count > 0)
        {
            using DbDataReader reader = Read(Prepare(sql, values, rows));
            while (reader.Read())
            {
                found.Add(read(reader));
            }
        }

        return found;
    }

    internal T? First<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        using DbDataReader reader = Read(Prepare(sql, values));
        return reader.Read() ? read(reader) : null;
    }

    internal void ForEach(string sql, Action<DbDataReader> visit)
    {
        using DbDataReader reader = Read(Prepare(sql, []));
        while (reader.Read())
        {
            visit(reader);
        }
    }

    internal bool HasTable(string name) => Exists(_dialect.FindTable, name);

    /// <summary>To be called after rows were put in with their keys.</summary>
    internal void ContinueKeys()
    {
        if (_dialect.ContinueKeys is string sql)
        {
            Execute(sql);
        }
    }

    internal long Number(string sql, params ReadOnlySpan<object?> values)
    {
        object? value = Scalar(Prepare(sql, values));
        return value is long number ? number : 0;
    }

    internal bool Exists(string sql, params ReadOnlySpan<object?> values) => Scalar(Prepare(sql, values)) is not null;

    internal long LastKey() => Number(_dialect.LastKey);

    /// <summary>Adds to the audit trail in the same transaction as the change it tells of. Never secrets, prompts or transcripts.</summary>
    internal void Record(string kind, byte[]? subject, string detail) =>
        Later("INSERT INTO events (at, kind, subject, detail) VALUES ($1, $2, $3, $4)", NowMillis, kind, subject, detail);

    /// <summary>The same for several things of one kind.</summary>
    internal void Record(string kind, IEnumerable<(byte[]? Subject, string Detail)> records)
    {
        var rows = new RowSet(("subject", RowKind.Bytes), ("detail", RowKind.Text));
        foreach ((byte[]? subject, string detail) in records)
        {
            rows.Add(subject, detail);
        }

        Later("INSERT INTO events (at, kind, subject, detail) SELECT $1, $2, v.subject, v.detail FROM {rows}", rows, NowMillis, kind);
    }

    internal void BeginWrite(WriteIsolation isolation)
    {
        IsUnderWay = false;
        _begun = _dialect.BeginWrite(_connection, isolation);
    }

    /// <summary>As <see cref="BeginWrite"/> for one statement, which begins and ends by itself.</summary>
    internal void BeginAlone() => IsUnderWay = false;

    internal void BeginRead()
    {
        IsUnderWay = false;
        Execute(_dialect.BeginRead);
    }

    internal void Commit()
    {
        if (!IsUnderWay)
        {
            Answer(); // As long as nothing can have been committed, the work may be run again.
        }

        if (_deferred.Count > 0)
        {
            Flush(ending: "COMMIT"); // Where a statement before it fails, the server passes over this one too.
            Forget();
            return;
        }

        IsUnderWay = true;
        if (_begun is null)
        {
            Execute("COMMIT");
        }
        else
        {
            _begun.Commit();
            Forget();
        }
    }

    internal void Rollback()
    {
        _deferred.Clear();
        if (_begun is null)
        {
            Execute("ROLLBACK");
        }
        else
        {
            try
            {
                _begun.Rollback();
            }
            catch (InvalidOperationException) when (_connection.State == ConnectionState.Open)
            {
                // A commit that the server refused has ended it.
            }

            Forget();
        }
    }

    internal void Close()
    {
        foreach (DbCommand command in _prepared.Values)
        {
            command.Dispose();
        }

        _batch?.Dispose();
        _begun?.Dispose();
        _connection.Dispose();
    }

    private void Forget()
    {
        _begun?.Dispose();
        _begun = null;
    }

    private void Flush(string? ending)
    {
        if (_deferred.Count == 0)
        {
            return;
        }

        foreach ((DbBatchCommand command, _) in _deferred)
        {
            Batch.BatchCommands.Add(command);
        }

        if (ending is not null)
        {
            DbBatchCommand end = Batch.CreateBatchCommand();
            end.CommandText = ending;
            Batch.BatchCommands.Add(end);
        }

        Action<DbDataReader>[] answers = [.. _deferred.Select(deferred => deferred.Read).OfType<Action<DbDataReader>>()];
        _deferred.Clear();
        try
        {
            using DbDataReader reader = Batch.ExecuteReader(); // It passes over statements that answer no rows.
            IsUnderWay = true;
            foreach (Action<DbDataReader> answer in answers)
            {
                while (reader.Read())
                {
                    answer(reader);
                }

                reader.NextResult(); // Also behind the last: what is wrong with the statements after it is reported here.
            }
        }
        finally
        {
            Batch.BatchCommands.Clear();
        }
    }

    /// <summary>Puts a statement off; a database that is no server, to which nothing travels, does it at once.</summary>
    private void Defer(string sql, ReadOnlySpan<object?> values, RowSet? rows, Action<DbDataReader>? read)
    {
        if (!_connection.CanCreateBatch)
        {
            using DbDataReader reader = Read(Prepare(sql, values, rows));
            while (reader.Read())
            {
                read?.Invoke(reader);
            }

            return;
        }

        DbBatchCommand command = Batch.CreateBatchCommand();
#pragma warning disable CA2100 // As in Prepare.
        command.CommandText = Phrase(sql, values.Length, rows);
#pragma warning restore CA2100
        _dialect.Bind(command.Parameters, values, rows);
        _deferred.Add((command, read));
    }

    private int Change(DbCommand command)
    {
        int rows = command.ExecuteNonQuery();
        IsUnderWay = true;
        return rows;
    }

    private DbDataReader Read(DbCommand command)
    {
        DbDataReader reader = command.ExecuteReader();
        IsUnderWay = true;
        return reader;
    }

    private object? Scalar(DbCommand command)
    {
        object? value = command.ExecuteScalar();
        IsUnderWay = true;
        return value;
    }

    private DbCommand Prepare(string sql, ReadOnlySpan<object?> values, RowSet? rows = null)
    {
        Flush(ending: null);
        if (!_prepared.TryGetValue(sql, out DbCommand? command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a literal; values only ever travel as parameters.
            command.CommandText = Phrase(sql, values.Length, rows);
#pragma warning restore CA2100
            _prepared.Add(sql, command);
        }

        _dialect.Bind(command.Parameters, values, rows);
        return command;
    }

    private string Phrase(string sql, int parameters, RowSet? rows)
    {
        if (!_phrased.TryGetValue(sql, out string? phrased))
        {
            phrased = _dialect.Phrase(sql, rows, parameters);
            _phrased.Add(sql, phrased);
        }

        return phrased;
    }

    /// <summary>A value as the columns hold it.</summary>
    internal static object ToColumn(object? value) => value switch
    {
        null => DBNull.Value,
        Hash256 hash => hash.ToArray(),
        Address address => address.ToArray(),
        ulong number => checked((long)number),
        int number => (long)number,
        Enum number => Convert.ToInt64(number, System.Globalization.CultureInfo.InvariantCulture),
        bool flag => flag ? 1L : 0L,
        _ => value,
    };
}
