using System.Data.Common;
using Ait.Chain;

namespace Ait.Coordinator.Ledger;

/// <summary>Reads the ledger's column types.</summary>
internal static class LedgerRows
{
    internal static Hash256 Hash(this DbDataReader row, int column) => new((byte[])row.GetValue(column));

    internal static Hash256? HashOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Hash(column);

    internal static Address Address(this DbDataReader row, int column) => new((byte[])row.GetValue(column));

    internal static Address? AddressOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Address(column);

    internal static byte[] Bytes(this DbDataReader row, int column) => (byte[])row.GetValue(column);

    internal static ulong Unsigned(this DbDataReader row, int column) => checked((ulong)row.GetInt64(column));

    /// <summary>A condition: one database answers with a truth value, another with a number.</summary>
    internal static bool Flag(this DbDataReader row, int column) => row.GetValue(column) is bool flag ? flag : row.GetInt64(column) != 0;

    internal static long? NumberOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    internal static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
