using Ait.Chain;

namespace Ait.Miner.Proving;

/// <summary>
/// Messages between a challenged device and its witnesses, each once under its number. Whoever carries them can lose or delay them, which
/// fails an honest device; it cannot make one pass: the witness's clock and the chain of products are its own to check.
/// </summary>
internal interface IChallengeMail
{
    /// <summary>Hands in a message of this device. False if it was refused, or not taken before <paramref name="limit"/>.</summary>
    public Task<bool> PutAsync(ulong challengeId, Hash256 to, int number, ReadOnlyMemory<byte> content, TimeSpan limit, CancellationToken cancellation);

    /// <summary>Waits for a message to this device. Null if none came before <paramref name="limit"/>.</summary>
    public Task<MailOutcome> WaitAsync(ulong challengeId, Hash256 from, int number, TimeSpan limit, CancellationToken cancellation);
}
