using System.Collections.Immutable;
using System.Globalization;

namespace Ait.Bench.Coordinator;

/// <summary>Prints what was measured beside its floors.</summary>
internal static class Report
{
    private const double RatioFloor = 0.25;
    private const double PollFloor = 20;
    private const double HeapGrowth = 1.5;

    /// <summary>Prints one ledger's rounds; whether its floors hold.</summary>
    internal static bool Print(string store, ImmutableArray<Round> rounds, double floor, double? raw)
    {
        Line($"{store}: {"round",5} {"tasks",8} {"seated/s",9} {"tasks/s",8} {"coordinator",12} {"database",9} {"miners",9} {"allocated",10} {"heap",7} {"resident",9}");
        for (int i = 0; i < rounds.Length; i++)
        {
            Round round = rounds[i];
            Line($"{new string(' ', store.Length + 1)} {i + 1,5} {round.Tasks,8} {round.Tasks / round.Feeding.TotalSeconds,9:F0} {round.Rate,8:F0} {Micros(round.CoordinatorTime, round),9:F0} us {Micros(round.ServerTime, round),6:F0} us {Micros(round.MinersTime, round),6:F0} us {round.AllocatedKilobytes / (double)round.Tasks,7:F0} KB {round.HeapMegabytes,4:F0} MB {round.ResidentMegabytes,6:F0} MB");
        }

        // In the first round code is still being compiled and the database's caches fill.
        ImmutableArray<Round> warm = rounds.Length > 1 ? rounds[1..] : rounds;
        double median = Median(warm.Select(round => round.Rate));
        double busy = Median(warm.Select(round => (round.CoordinatorTime + round.ServerTime) / round.Tasks).Select(time => time.TotalMicroseconds));
        bool holds = Floor($"{store}: tasks/s ready to settle, median behind the first round", median, floor, atLeast: true);
        Line($"{store}: {busy:F0} us of processor time a task by coordinator and database; {1e6 / busy:F0} tasks/s for each core that is theirs alone");
        if (raw is double rate)
        {
            holds &= Floor($"{store}: tasks/s over those whose rows are written raw, in equal batches, as durable", median / rate, RatioFloor, atLeast: true);
        }

        if (warm.Length > 1)
        {
            // A round ends anywhere between two collections: the same is taken of as many rounds on either side.
            int third = (warm.Length + 2) / 3;
            double first = warm.Take(third).Max(round => round.ResidentMegabytes);
            holds &= Floor(
                $"{store}: resident memory, most of the last third of the rounds over most of the first third behind the first round",
                warm.TakeLast(third).Max(round => round.ResidentMegabytes) / first, HeapGrowth, atLeast: false);
        }

        return holds;
    }

    internal static bool Print(string store, PollTimes times, int devices)
    {
        Line($"{store}: {times.Count} polls of {devices} devices: half within {times.Polls.Median:F2} ms, p99 {times.Polls.P99:F2} ms; {times.ProcessorTime.TotalMicroseconds:F0} us of the coordinator's processor time each");
        Line($"{store}: idle echo: half within {times.Echo.Median:F2} ms, p99 {times.Echo.P99:F2} ms");
        return Floor($"{store}: p99 of a poll over p99 of the echo", times.Polls.P99 / times.Echo.P99, PollFloor, atLeast: false);
    }

    internal static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static bool Floor(string what, double measured, double floor, bool atLeast)
    {
        bool holds = atLeast ? measured >= floor : measured <= floor;
        Line($"{what}: {measured:G4} ({(atLeast ? "at least" : "at most")} {floor:G4}) {(holds ? "reached" : "NOT REACHED")}");
        return holds;
    }

    private static double Micros(TimeSpan time, Round round) => time.TotalMicroseconds / round.Tasks;

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
