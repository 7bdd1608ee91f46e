using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Tests.Support;

namespace Ait.Coordinator.Tests.Ledger;

/// <summary>Rows given to a statement arrive as they were given, in whichever database this run is over.</summary>
public sealed class RowSetTests
{
    [Fact]
    public void Rows_arriveWithTheirKindsAndTheirGaps()
    {
        using var network = new TestNetwork();
        using LedgerDatabase ledger = network.Parts().Ledger;
        var rows = new RowSet(("n", RowKind.Number), ("b", RowKind.Bytes), ("t", RowKind.Text));
        rows.Add(long.MaxValue, Hash256.Zero, "plain");
        rows.Add(-1, Array.Empty<byte>(), """quote " \ ' {rows} $1 é 𝛑""");
        rows.Add(null, null, null);
        var found = ledger.Read(transaction => transaction.Query(
            "SELECT v.n, v.b, v.t, CAST($1 AS TEXT) FROM {rows} ORDER BY v.t IS NULL, v.n DESC", rows,
            row => (Number: row.NumberOrNull(0), Bytes: row.IsDBNull(1) ? null : Convert.ToHexString(row.Bytes(1)), Text: row.TextOrNull(2), Parameter: row.GetString(3)),
            "before the rows"));
        Assert.Equal(
            [
                (long.MaxValue, new string('0', 64), "plain", "before the rows"),
                (-1, "", """quote " \ ' {rows} $1 é 𝛑""", "before the rows"),
                (null, null, null, "before the rows"),
            ],
            found);
    }

    [Fact]
    public void Statement_doesNothingIfThereAreNoRows()
    {
        using var network = new TestNetwork();
        using LedgerDatabase ledger = network.Parts().Ledger;
        var none = new RowSet(("subject", RowKind.Bytes), ("detail", RowKind.Text));
        Assert.Equal(0, ledger.Write("test", transaction => transaction.Execute("INSERT INTO no_such_table SELECT * FROM {rows}", none)));
        Assert.Empty(ledger.Read(transaction => transaction.Query("SELECT * FROM no_such_table, {rows}", none, row => row.GetInt64(0))));
    }

    [Fact]
    public void Statement_takesAnyNumberOfRows()
    {
        using var network = new TestNetwork();
        using LedgerDatabase ledger = network.Parts().Ledger;
        foreach (int count in new[] { 1, 2, 1000 })
        {
            Assert.Equal(count, ledger.Read(transaction => transaction.Query(
                "SELECT v.n FROM {rows}", RowSet.Of("n", RowKind.Number, Enumerable.Range(0, count).Select(number => (long)number)), row => row.GetInt64(0)).Distinct().Count()));
        }
    }
}
