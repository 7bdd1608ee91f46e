using System.Globalization;

namespace Ait.Miner.Configuring;

/// <summary>Lengths of time as people write them: 500ms, 60s, 5m, 1h.</summary>
internal static class Durations
{
    private static readonly (string Unit, TimeSpan Length)[] s_units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
    ];

    public static bool TryParse(string text, out TimeSpan time)
    {
        foreach ((string unit, TimeSpan length) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            {
                time = count * length;
                return true;
            }
        }

        time = default;
        return false;
    }

    /// <summary>The largest unit that divides the time.</summary>
    public static string Format(TimeSpan time)
    {
        foreach ((string unit, TimeSpan length) in s_units.Reverse())
        {
            if (time.Ticks % length.Ticks == 0 && time != TimeSpan.Zero)
            {
                return (time.Ticks / length.Ticks).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return time == TimeSpan.Zero ? "0s" : time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + "ms";
    }
}
