using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Ait.Coordinator.Ledger;

/// <summary>SQLite: the schema's own language.</summary>
internal sealed class SqliteDialect : LedgerDialect
{
    internal static SqliteDialect Instance { get; } = new();

    internal override string LastKey => "SELECT last_insert_rowid()";

    internal override string FindTable => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1";

    internal override string? ContinueKeys => null;

    internal override string BeginWrite => "BEGIN IMMEDIATE";

    internal override string BeginRead => "BEGIN";

    internal override string Translate(string schema) => schema;

    internal override void Bind(DbCommand command, ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (command.Parameters.Count == i)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i + 1}") });
            }

            var parameter = (SqliteParameter)command.Parameters[i];
            parameter.ResetSqliteType();
            parameter.Value = LedgerTransaction.ToColumn(values[i]);
        }
    }
}
