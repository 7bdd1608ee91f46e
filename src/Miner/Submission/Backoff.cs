using System.Security.Cryptography;

namespace Ait.Miner.Submission;

/// <summary>How long to wait before trying again: doubling from the first delay to the cap, each spread over its upper half so that miners do not return in step.</summary>
internal sealed record Backoff
{
    /// <summary>Before the second attempt. Above zero.</summary>
    public required TimeSpan First { get; init; }

    /// <summary>Never longer than this.</summary>
    public required TimeSpan Cap { get; init; }

    /// <summary>A number from 0 (inclusive) to 1 (exclusive).</summary>
    public required Func<double> Jitter { get; init; }

    /// <summary>Half a second to fifteen seconds.</summary>
    public static Backoff Default { get; } = new()
    {
        First = TimeSpan.FromMilliseconds(500),
        Cap = TimeSpan.FromSeconds(15),
        Jitter = static () => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20),
    };

    /// <summary>The delay after <paramref name="failures"/> failures in a row, counted from 1.</summary>
    public TimeSpan After(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        double doubled = First.Ticks * Math.Pow(2, Math.Min(failures - 1, 40));
        double whole = Math.Min(doubled, Cap.Ticks);
        return TimeSpan.FromTicks((long)(whole * (0.5 + (0.5 * Jitter()))));
    }
}
