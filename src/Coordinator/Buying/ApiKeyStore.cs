using System.Data.Common;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.SigningIn;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Buying;

/// <summary>API keys in the ledger. Of a key only its hash is kept, so a copy of the ledger lets nobody in.</summary>
internal sealed class ApiKeyStore
{
    /// <summary>Most live keys of one account.</summary>
    internal const int MostLive = 100;

    private const string Select =
        "SELECT key_id, account, name, preview, created_at, expires_at, revoked_at, daily_units, total_units FROM api_keys ";

    private readonly LedgerDatabase _ledger;

    public ApiKeyStore(LedgerDatabase ledger) => _ledger = ledger;

    /// <summary>Adds a key; null if the account has as many as it may.</summary>
    internal ApiKey? Add(Address account, KeyRequest request, BearerToken token) => _ledger.Write("add key", transaction =>
    {
        long now = transaction.NowMillis;
        if (transaction.Number("SELECT count(*) FROM api_keys WHERE account = $1 AND revoked_at IS NULL", account) >= MostLive)
        {
            return null;
        }

        var key = new ApiKey(
            "key_" + RandomNumberGenerator.GetHexString(24, lowercase: true), account, request.Name, token.Preview, now,
            (long?)request.ExpiresAt * 1000, null, (long?)request.DailyComputeUnits, (long?)request.TotalComputeUnits);
        transaction.Execute(
            """
            INSERT INTO api_keys (key_id, token_hash, account, name, preview, created_at, expires_at, daily_units, total_units)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            key.KeyId, token.Hash, account, key.Name, key.Preview, now, key.ExpiresAt, key.DailyUnits, key.TotalUnits);
        transaction.Record("key added", account.ToArray(), key.KeyId);
        return key;
    });

    /// <summary>The key of a token, whether it is live or not.</summary>
    internal ApiKey? Find(BearerToken token) => _ledger.Read(transaction => transaction.First(Select + "WHERE token_hash = $1", Read, token.Hash));

    /// <summary>The key of an id, whether it is live or not.</summary>
    internal ApiKey? Find(string keyId) => _ledger.Read(transaction => transaction.First(Select + "WHERE key_id = $1", Read, keyId));

    /// <summary>An account's keys, newest first, with what they spent in the last day and ever.</summary>
    internal IReadOnlyList<(ApiKey Key, long SpentLastDay, long Spent)> List(Address account) => _ledger.Read(transaction => transaction
        .Query(Select + "WHERE account = $1 ORDER BY created_at DESC, key_id", Read, account)
        .ConvertAll(key => (key, PurchaseStore.Spent(transaction, key.KeyId, transaction.NowMillis - PurchaseStore.Day), PurchaseStore.Spent(transaction, key.KeyId, 0))));

    /// <summary>Refuses a key from now on; false if the account has no such key. Again changes nothing.</summary>
    internal bool Revoke(Address account, string keyId) => _ledger.Write("revoke key", transaction =>
    {
        if (transaction.Execute("UPDATE api_keys SET revoked_at = $3 WHERE key_id = $2 AND account = $1 AND revoked_at IS NULL", account, keyId, transaction.NowMillis) == 1)
        {
            transaction.Record("key revoked", account.ToArray(), keyId);
        }

        return transaction.Exists("SELECT 1 FROM api_keys WHERE key_id = $2 AND account = $1", account, keyId);
    });

    private static ApiKey Read(DbDataReader row) => new(
        row.GetString(0), row.Address(1), row.GetString(2), row.GetString(3), row.GetInt64(4),
        row.NumberOrNull(5), row.NumberOrNull(6), row.NumberOrNull(7), row.NumberOrNull(8));
}
