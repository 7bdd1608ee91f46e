using System.Globalization;
using Ait.Chain.Contracts;

namespace Ait.Protocol;

/// <summary>The durations that the registry takes of a task on a device class, both ends included.</summary>
/// <param name="LeastMillis">The shortest, in milliseconds of device time.</param>
/// <param name="MostMillis">The longest, in milliseconds of device time.</param>
public readonly record struct DurationRange(ulong LeastMillis, ulong MostMillis)
{
    /// <summary>Every duration: what the registry takes is not known here, and it judges alone.</summary>
    public static DurationRange Any { get; } = new(0, ulong.MaxValue);

    /// <summary>The range of an amount of work, rounded as <c>Rates.rangeOf</c> of the contracts rounds it.</summary>
    /// <param name="bounds">The registry's bounds of the workload type on the device class.</param>
    /// <param name="units">What the task is priced at.</param>
    public static DurationRange Of(DurationBoundsRecord bounds, ComputeUnits units)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        return new(
            Clamp((UInt128)bounds.MinMillisPerCu * units.Micro / ComputeUnits.MicroPerUnit),
            Clamp(bounds.SlackMillis + ((UInt128)bounds.MaxMillisPerCu * units.Micro / ComputeUnits.MicroPerUnit)));
    }

    /// <summary>Whether a duration is in the range.</summary>
    public bool Contains(ulong millis) => LeastMillis <= millis && millis <= MostMillis;

    /// <summary>The range in words, as <c>2 to 60000 ms</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{LeastMillis} to {MostMillis} ms");

    private static ulong Clamp(UInt128 millis) => (ulong)UInt128.Min(millis, ulong.MaxValue);
}
