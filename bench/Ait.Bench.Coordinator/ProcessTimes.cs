using System.Globalization;

namespace Ait.Bench.Coordinator;

/// <summary>Processor time from /proc: of a process, its living children, and those it has reaped.</summary>
internal static class ProcessTimes
{
    private const double TicksPerSecond = 100; // USER_HZ, which the kernel fixes for /proc.

    internal static TimeSpan Of(int parent)
    {
        double ticks = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // From the state on: field 3 of proc(5).
                bool isParent = Path.GetFileName(folder) == parent.ToString(CultureInfo.InvariantCulture);
                if (isParent || fields[1] == parent.ToString(CultureInfo.InvariantCulture))
                {
                    ticks += Number(fields[11]) + Number(fields[12]) + (isParent ? Number(fields[13]) + Number(fields[14]) : 0);
                }
            }
            catch (IOException)
            {
                continue; // It has ended.
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static double Number(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
