namespace Ait.Coordinator.Ledger;

/// <summary>
/// Rows for one statement: <c>{rows}</c> in its text stands for a table of them with these column names, so that many rows cost one
/// statement in either database.
/// </summary>
internal sealed class RowSet
{
    private readonly List<object?>[] _values;

    internal RowSet(params (string Name, RowKind Kind)[] columns)
    {
        Columns = columns;
        _values = [.. columns.Select(_ => new List<object?>())];
    }

    internal IReadOnlyList<(string Name, RowKind Kind)> Columns { get; }

    internal int Count => _values[0].Count;

    internal static RowSet Of<T>(string name, RowKind kind, IEnumerable<T> values)
    {
        var rows = new RowSet((name, kind));
        foreach (T value in values)
        {
            rows.Add(value);
        }

        return rows;
    }

    internal void Add(params ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            object column = LedgerTransaction.ToColumn(values[i]);
            _values[i].Add(column is DBNull ? null : column);
        }
    }

    /// <summary>The values of one column, as <see cref="LedgerTransaction.ToColumn"/> gives them.</summary>
    internal IReadOnlyList<object?> Values(int column) => _values[column];
}

/// <summary>What a column of a <see cref="RowSet"/> holds.</summary>
internal enum RowKind
{
    /// <summary>Whole numbers.</summary>
    Number,

    /// <summary>Hashes, addresses, encodings.</summary>
    Bytes,

    /// <summary>Text.</summary>
    Text,
}
