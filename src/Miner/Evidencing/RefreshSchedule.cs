namespace Ait.Miner.Evidencing;

/// <summary>When to bring fresh evidence: at three quarters of what is left, a little earlier by chance, never so early that the contract would not extend.</summary>
internal static class RefreshSchedule
{
    /// <summary>The contract extends validity only this long after the previous extension.</summary>
    public static readonly TimeSpan ExtensionInterval = TimeSpan.FromHours(12);

    /// <summary>Between clocks and blocks: the contract measures the interval in block time.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(30);

    /// <summary>The instant of the next refresh; <paramref name="now"/> if the device has expired. <paramref name="jitter"/> is 0 to 1.</summary>
    public static DateTimeOffset Next(DateTimeOffset now, DateTimeOffset validUntil, DateTimeOffset lastRefresh, double jitter)
    {
        TimeSpan left = validUntil - now;
        if (left <= TimeSpan.Zero)
        {
            return now;
        }

        DateTimeOffset due = now + (left * (0.75 - (0.05 * jitter)));
        DateTimeOffset extendable = lastRefresh + ExtensionInterval + s_margin;

        // Validity shorter than the interval cannot be extended in time: wait for expiry and register again.
        return extendable >= validUntil ? validUntil : due > extendable ? due : extendable;
    }
}
