namespace Ait.Coordinator.Buying;

/// <summary>What becomes of a request to run a workload on a key.</summary>
internal abstract record Purchase
{
    private Purchase()
    {
    }

    /// <summary>The queue entry whose run answers it, and the micro-CU it cost: nothing if somebody else's run answers it.</summary>
    internal sealed record Bought(long EntryKey, ulong Charged) : Purchase;

    /// <summary>The account's credit does not cover it.</summary>
    internal sealed record NoCredit(long Available) : Purchase;

    /// <summary>A limit of the key does not allow it.</summary>
    internal sealed record OverLimit(string Limit, long Left) : Purchase;

    /// <summary>Whether the credit and the key's limits cover a price; null means yes.</summary>
    internal static Purchase? Judge(ulong price, long available, long? dailyLimit, long spentLastDay, long? totalLimit, long spent)
    {
        if (dailyLimit - spentLastDay is long today && today < (long)price)
        {
            return new OverLimit("24 hours", Math.Max(0, today));
        }

        if (totalLimit - spent is long ever && ever < (long)price)
        {
            return new OverLimit("its whole life", Math.Max(0, ever));
        }

        return available < (long)price ? new NoCredit(Math.Max(0, available)) : null;
    }
}
