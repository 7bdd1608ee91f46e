using Ait.Chain;
using Ait.Coordinator.Ledger;

namespace Ait.Coordinator.SigningIn;

/// <summary>Who is signed in. A session outlives its nonce, so a nonce in the table cannot be used again.</summary>
internal sealed class SessionStore
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly LedgerDatabase _ledger;

    public SessionStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>Begins a session; null if the nonce was used before.</summary>
    internal ulong? Begin(BearerToken token, Address account, string nonce) => _ledger.Write("sign in", transaction =>
    {
        long expiresAt = transaction.NowMillis + (long)Lifetime.TotalMilliseconds;
        transaction.Execute("DELETE FROM sessions WHERE expires_at < $1", transaction.NowMillis);
        return transaction.Execute(
            "INSERT INTO sessions (token_hash, account, nonce, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            token.Hash, account, nonce, expiresAt) == 1
            ? (ulong?)(expiresAt / 1000)
            : null;
    });

    internal Address? Find(BearerToken token) => _ledger.Read(transaction => transaction.First(
        "SELECT account FROM sessions WHERE token_hash = $1 AND expires_at > $2", row => new Signed(row.Address(0)), token.Hash, transaction.NowMillis))?.Account;

    /// <summary>Ends a session. Its row stays, so that its nonce stays used.</summary>
    internal bool End(BearerToken token) => _ledger.Write("sign out", transaction => transaction.Execute(
        "UPDATE sessions SET token_hash = $2 WHERE token_hash = $1 AND expires_at > $3", token.Hash, BearerToken.Create(BearerToken.SessionPrefix).Hash, transaction.NowMillis) == 1);

    private sealed record Signed(Address Account);
}
