using System.Globalization;
using Ait.Chain;

namespace Ait.Miner.Reporting;

/// <summary>A status as lines of a terminal: text in, text out, no line wider than asked and no more lines than there is room for.</summary>
internal static class LiveView
{
    private const int LabelWidth = 10;

    /// <param name="status">What to show.</param>
    /// <param name="started">When the process began.</param>
    /// <param name="now">The instant it is shown at.</param>
    /// <param name="celsius">The GPU's temperature; null if it is not known.</param>
    /// <param name="width">Columns, at least 20.</param>
    /// <param name="height">Rows, at least 8.</param>
    public static IReadOnlyList<string> Lines(MinerStatus status, DateTimeOffset started, DateTimeOffset now, int? celsius, int width, int height)
    {
        List<string> lines =
        [
            Line("device", status.Device.Length > 0 ? status.Device : "not known yet"),
            Line("network", status.Profile.Length == 0 ? "not found yet" : status.Profile == "production" ? "production" : $"{status.Profile}: EMULATED hardware, its AIT is worth nothing"),
            Line("evidence", Evidence(status.ValidUntil, now)),
            Line("GPU", celsius is int degrees ? $"{degrees.ToString(CultureInfo.InvariantCulture)} °C" : "temperature not known"),
            Line("earned", $"{TokenAmount.Text(status.PaidWei)} AIT for {Count(status.Paid, "seat")} in {Span(now - started)}; {Count(status.Unpaid, "seat")} unpaid"),
        ];
        lines.AddRange(status.Seats.Select((seat, index) => Line(index == 0 ? "now" : string.Empty, $"task {Amount.Short(seat.Key)} {seat.Value.Word} for {Span(now - seat.Value.Since)}")));
        if (status.Seats.IsEmpty)
        {
            lines.Add(Line("now", status.ValidUntil is null ? "proving the device" : "waiting for a seat"));
        }

        if (status.Obstacle is string obstacle)
        {
            lines.AddRange(Wrap(obstacle, width - LabelWidth).Select((part, index) => Line(index == 0 ? "because" : string.Empty, part)));
        }

        lines.Add(Line(string.Empty, status.IsDraining ? "stopping once what is begun is revealed; Ctrl-C again stops at once" : "Ctrl-C finishes what is begun and stops"));
        lines.Add(string.Empty);
        int room = Math.Max(0, height - lines.Count - 1);
        lines.AddRange(status.Recent.TakeLast(room).Select(recent => $"{recent.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {recent.Event.Kind,-10} {recent.Event.Sentence}"));
        return [.. lines.Take(Math.Max(1, height - 1)).Select(line => Cut(line, width))];
    }

    private static string Evidence(ulong? validUntil, DateTimeOffset now)
    {
        if (validUntil is not ulong seconds)
        {
            return "not accepted yet";
        }

        TimeSpan left = DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, 253_402_300_799)) - now;
        return left > TimeSpan.Zero ? $"ends in {Span(left)}; fresh evidence is brought before that" : "has ended; fresh evidence is on its way";
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count.ToString(CultureInfo.InvariantCulture)} {what}s";

    private static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d {span.Hours} h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Hours} h {span.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, span.Seconds)} s"),
    };

    private static string Line(string label, string text) => label.PadRight(LabelWidth) + text;

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = string.Empty;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = string.Empty;
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }

    /// <summary>Text of another party must not drive the terminal.</summary>
    private static string Cut(string line, int width)
    {
        string safe = line.Any(char.IsControl) ? new string([.. line.Select(c => char.IsControl(c) ? ' ' : c)]) : line;
        return safe.Length > width ? safe[..(width - 1)] + "…" : safe;
    }
}
