using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Ledger;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Relaying;

/// <summary>Messages of class challenges in the ledger, so that any replica has them.</summary>
internal sealed class RelayStore
{
    /// <summary>Longer than any challenge lives.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(2);

    private readonly LedgerDatabase _ledger;
    private readonly TimeProvider _clock;

    public RelayStore(LedgerDatabase ledger, TimeProvider clock)
    {
        _ledger = ledger;
        _clock = clock;
    }

    /// <summary>Takes a message. The first under its number counts; the same again changes nothing. Null means taken.</summary>
    internal Refusal? Put(ulong challengeId, Hash256 from, Hash256 to, int number, byte[] content) => _ledger.Write("relay challenge message", transaction =>
    {
        byte[]? before = Find(transaction, challengeId, from, to, number);
        if (before is not null)
        {
            return before.AsSpan().SequenceEqual(content)
                ? null
                : new Refusal(ProblemCodes.MessageExists, "Another message has this number.", "the message that was handed in first", "another", "Send each message once.");
        }

        transaction.Execute(
            "INSERT INTO challenge_messages (challenge_id, sender, recipient, number, content, said_at) VALUES ($1, $2, $3, $4, $5, $6)",
            challengeId, from, to, (long)number, content, transaction.NowMillis);
        return null;
    });

    /// <summary>A message; null if it is not here.</summary>
    internal byte[]? Find(ulong challengeId, Hash256 from, Hash256 to, int number) => _ledger.Read(transaction => Find(transaction, challengeId, from, to, number));

    /// <summary>Forgets messages of challenges that are over by now.</summary>
    internal void ForgetOld()
    {
        long oldest = (_clock.GetUtcNow() - s_kept).ToUnixTimeMilliseconds();
        _ledger.Write("forget challenge messages", transaction => transaction.Execute("DELETE FROM challenge_messages WHERE said_at < $1", oldest));
    }

    private static byte[]? Find(LedgerTransaction transaction, ulong challengeId, Hash256 from, Hash256 to, int number) => transaction.First(
        "SELECT content FROM challenge_messages WHERE challenge_id = $1 AND sender = $2 AND recipient = $3 AND number = $4",
        row => row.Bytes(0), challengeId, from, to, (long)number);
}
