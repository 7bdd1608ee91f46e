using System.Diagnostics;

namespace Ait.Bench.Attestation;

/// <summary>One thing measured in rounds: how often a second of processor time does it, and what it leaves on the heap.</summary>
internal sealed class Measurement(string name, Action<int> once)
{
    private readonly List<double> _rates = [];
    private int _next;

    internal string Name => name;

    internal double Rate => _rates.Order().ElementAt(_rates.Count / 2);

    internal double Best => _rates.Max();

    /// <summary>Bytes that one call allocates, dead at once.</summary>
    internal long Allocated { get; private set; }

    /// <summary>Bytes alive after all rounds that were not after the first.</summary>
    internal long Growth { get; private set; }

    /// <summary>Runs for at least this long, in processor time of the whole process.</summary>
    internal void Round(TimeSpan time)
    {
        if (_rates.Count == 0)
        {
            for (int warm = 0; warm < 200; warm++)
            {
                once(_next++);
            }
        }

        long alive = GC.GetTotalMemory(forceFullCollection: true);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        using var process = Process.GetCurrentProcess();
        TimeSpan started = process.TotalProcessorTime;
        TimeSpan used;
        int count = 0;
        do
        {
            for (int batch = 0; batch < 20; batch++)
            {
                once(_next++);
            }

            count += 20;
            process.Refresh();
            used = process.TotalProcessorTime - started;
        }
        while (used < time);
        _rates.Add(count / used.TotalSeconds);
        Allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / count;
        Growth = GC.GetTotalMemory(forceFullCollection: true) - alive;
    }
}
