using System.Data.Common;
using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Ait.Coordinator.Ledger;

/// <summary>SQLite: the schema's own language.</summary>
internal sealed partial class SqliteDialect : LedgerDialect
{
    internal static SqliteDialect Instance { get; } = new();

    internal override string LastKey => "SELECT last_insert_rowid()";

    internal override string FindTable => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1";

    internal override string? ContinueKeys => null;

    internal override DbTransaction? BeginWrite(DbConnection connection, WriteIsolation isolation)
    {
        using DbCommand begin = connection.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.ExecuteNonQuery();
        return null;
    }

    internal override string BeginRead => "BEGIN";

    internal override string Translate(string schema) => schema;

    /// <summary>Rows travel as one JSON array of arrays; one writer needs no row locks.</summary>
    internal override string Phrase(string sql, RowSet? rows, int parameters) => RowLock().Replace(
        rows is null ? sql : sql.Replace(
            "{rows}",
            $"(SELECT {string.Join(", ", rows.Columns.Select((column, index) => column.Kind == RowKind.Bytes ? $"unhex(value ->> {index}) AS {column.Name}" : $"value ->> {index} AS {column.Name}"))} "
            + $"FROM json_each(${parameters + 1})) AS v",
            StringComparison.Ordinal),
        string.Empty);

    internal override void Bind(DbParameterCollection parameters, ReadOnlySpan<object?> values, RowSet? rows)
    {
        Bind(parameters, values);
        if (rows is not null)
        {
            SqliteParameter parameter = Parameter(parameters, values.Length);
            parameter.ResetSqliteType();
            parameter.Value = ToJson(rows);
        }
    }

    private static void Bind(DbParameterCollection parameters, ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            SqliteParameter parameter = Parameter(parameters, i);
            parameter.ResetSqliteType();
            parameter.Value = LedgerTransaction.ToColumn(values[i]);
        }
    }

    private static SqliteParameter Parameter(DbParameterCollection parameters, int index)
    {
        if (parameters.Count == index)
        {
            parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${index + 1}") });
        }

        return (SqliteParameter)parameters[index];
    }

    private static string ToJson(RowSet rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            for (int row = 0; row < rows.Count; row++)
            {
                json.WriteStartArray();
                for (int column = 0; column < rows.Columns.Count; column++)
                {
                    switch (rows.Values(column)[row])
                    {
                        case null:
                            json.WriteNullValue();
                            break;
                        case long number:
                            json.WriteNumberValue(number);
                            break;
                        case byte[] bytes:
                            json.WriteStringValue(Convert.ToHexString(bytes));
                            break;
                        case string text:
                            json.WriteStringValue(text);
                            break;
                        case object other:
                            throw new InvalidOperationException($"A row set holds a {other.GetType().Name}.");
                    }
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    [GeneratedRegex(@"\s*FOR UPDATE[^)\n]*", RegexOptions.CultureInvariant)]
    private static partial Regex RowLock();
}
