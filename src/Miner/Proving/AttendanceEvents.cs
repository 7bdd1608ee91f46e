using System.Globalization;
using Ait.Miner.Reporting;

namespace Ait.Miner.Proving;

/// <summary>Every event of attendance, by name.</summary>
internal static class AttendanceEvents
{
    public static MinerEvent Suspended(DateTimeOffset resumableAt, DateTimeOffset seenAt)
    {
        string until = resumableAt.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        return new MinerEvent(
            "suspended",
            Severity.Error,
            seenAt < resumableAt
                ? $"This device left too many seats empty and gets none until {until}."
                : $"This device left too many seats empty and gets none until it proves that it is there; it may since {until}.",
            [new Fact("reason", "absence"), new Fact("resumableAt", string.Empty, (ulong)Math.Max(0, resumableAt.ToUnixTimeSeconds()))])
        {
            Remedy = "Keep this miner running: it keeps the evidence fresh and proves that it is there by itself. Look for what kept it from its seats, power, network or node: the next suspension lasts longer.",
        };
    }

    public static MinerEvent Resumed() => new("resumed", Severity.Information, "This device proved that it is there; its suspension is over and it is drawn again.", []);

    public static MinerEvent Present(uint absences) => new(
        "present",
        Severity.Warning,
        $"{absences.ToString(CultureInfo.InvariantCulture)} absences of this device were reported; it proved that it is there, and they do not count.",
        [new Fact("absences", string.Empty, absences)])
    {
        Remedy = "If seats were missed, look for what kept it from them: power, network, node or coordinator.",
    };
}
