using Ait.Chain;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.Admitting;

/// <summary>Nonces used, in the ledger.</summary>
internal sealed class NonceBook
{
    private const int MostAtOnce = 1024;

    private readonly LedgerDatabase _ledger;
    private readonly WriteGroup<(Address Signer, Hash256 Nonce), bool> _uses;

    public NonceBook(LedgerDatabase ledger)
    {
        _ledger = ledger;
        _uses = new WriteGroup<(Address Signer, Hash256 Nonce), bool>(Use, MostAtOnce);
    }

    /// <summary>Whether this is the first use; it is on disk by then.</summary>
    internal Task<bool> UseAsync(Address signer, Hash256 nonce) => _uses.WriteAsync((signer, nonce));

    /// <summary>Forgets those used before an instant, in unix milliseconds.</summary>
    internal void Forget(long before) =>
        _ledger.Write("forget nonces", transaction => transaction.Execute("DELETE FROM nonces WHERE used_at < $1", before), WriteIsolation.RowLocks);

    private List<bool> Use(IReadOnlyList<(Address Signer, Hash256 Nonce)> uses)
    {
        var rows = new RowSet(("signer", RowKind.Bytes), ("nonce", RowKind.Bytes));
        foreach ((Address signer, Hash256 nonce) in uses)
        {
            rows.Add(signer, nonce);
        }

        // The primary key decides, also between replicas; of two equal ones in a group one is inserted.
        HashSet<(Address, Hash256)> fresh =
        [
            .. _ledger.Write(
                "use nonces",
                transaction => transaction.Query(
                    "INSERT INTO nonces (signer, nonce, used_at) SELECT v.signer, v.nonce, $1 FROM {rows} WHERE true ON CONFLICT DO NOTHING RETURNING signer, nonce",
                    rows, row => (row.Address(0), row.Hash(1)), transaction.NowMillis),
                WriteIsolation.Alone), // Run again, it takes a nonce for used: the safe side.
        ];
        return [.. uses.Select(use => fresh.Remove(use))];
    }
}
