using Ait.Chain;
using Microsoft.Data.Sqlite;

namespace Ait.Coordinator.Ledger;

/// <summary>Reads the ledger's column types.</summary>
internal static class LedgerRows
{
    internal static Hash256 Hash(this SqliteDataReader row, int column) => new((byte[])row.GetValue(column));

    internal static Hash256? HashOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Hash(column);

    internal static Address Address(this SqliteDataReader row, int column) => new((byte[])row.GetValue(column));

    internal static Address? AddressOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Address(column);

    internal static byte[] Bytes(this SqliteDataReader row, int column) => (byte[])row.GetValue(column);

    internal static ulong Unsigned(this SqliteDataReader row, int column) => checked((ulong)row.GetInt64(column));

    internal static long? NumberOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    internal static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
