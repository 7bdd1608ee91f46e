using Microsoft.Data.Sqlite;

namespace Ait.Coordinator.Ledger;

/// <summary>Statements against one connection, inside one transaction when it writes. Parameters are named $1, $2, … in order.</summary>
internal sealed class LedgerTransaction
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    internal LedgerTransaction(SqliteConnection connection, TimeProvider clock)
    {
        _connection = connection;
        Clock = clock;
    }

    internal TimeProvider Clock { get; }

    internal long NowMillis => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    internal int Execute(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteNonQuery();

    internal List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using SqliteDataReader reader = Prepare(sql, values).ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    internal T? First<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        using SqliteDataReader reader = Prepare(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    internal long Number(string sql, params ReadOnlySpan<object?> values)
    {
        object? value = Prepare(sql, values).ExecuteScalar();
        return value is long number ? number : 0;
    }

    internal bool Exists(string sql, params ReadOnlySpan<object?> values) => Prepare(sql, values).ExecuteScalar() is not null;

    internal long LastKey() => Number("SELECT last_insert_rowid()");

    /// <summary>Adds to the audit trail in the same transaction as the change it tells of. Never secrets, prompts or transcripts.</summary>
    internal void Record(string kind, byte[]? subject, string detail) =>
        Execute("INSERT INTO events (at, kind, subject, detail) VALUES ($1, $2, $3, $4)", NowMillis, kind, subject, detail);

    internal void Begin() => Execute("BEGIN IMMEDIATE");

    internal void Commit() => Execute("COMMIT");

    internal void Rollback() => Execute("ROLLBACK");

    internal void Close()
    {
        foreach (SqliteCommand command in _prepared.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a literal; values only ever travel as parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (int i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            }

            _prepared.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++)
        {
            SqliteParameter parameter = command.Parameters[i];
            parameter.ResetSqliteType();
            parameter.Value = values[i] switch
            {
                null => DBNull.Value,
                Ait.Chain.Hash256 hash => hash.ToArray(),
                Ait.Chain.Address address => address.ToArray(),
                ulong number => checked((long)number),
                Enum value => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
                bool flag => flag ? 1L : 0L,
                var value => value,
            };
        }

        return command;
    }
}
