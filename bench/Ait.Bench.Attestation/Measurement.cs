namespace Ait.Bench.Attestation;

/// <summary>One thing measured in rounds: how often a second of processor time does it, and what it leaves on the heap.</summary>
internal sealed class Measurement(string name, int rounds, Action<int> once)
{
    private readonly List<double> _rates = new(rounds);
    private int _next;

    internal string Name => name;

    internal double Rate => _rates.Order().ElementAt(_rates.Count / 2);

    internal double Best => _rates.Max();

    /// <summary>Calls so far.</summary>
    internal int Count => _next;

    /// <summary>Bytes that one call allocates, dead at once.</summary>
    internal long Allocated { get; private set; }

    /// <summary>Bytes that every round left alive: the least of all rounds, for what accumulates accumulates in each.</summary>
    internal long Growth { get; private set; } = long.MaxValue;

    /// <summary>Runs for at least this long, in processor time of the whole process.</summary>
    internal void Round(TimeSpan time)
    {
        if (_rates.Count == 0)
        {
            for (int warm = 0; warm < 300; warm++)
            {
                once(_next++);
            }
        }

        long alive = GC.GetTotalMemory(forceFullCollection: true);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan started = Environment.CpuUsage.TotalTime;
        TimeSpan used;
        int count = 0;
        do
        {
            for (int batch = 0; batch < 20; batch++)
            {
                once(_next++);
            }

            count += 20;
            used = Environment.CpuUsage.TotalTime - started;
        }
        while (used < time);
        Allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / count;
        Growth = Math.Min(Growth, Math.Max(0, GC.GetTotalMemory(forceFullCollection: true) - alive));
        _rates.Add(count / used.TotalSeconds);
    }
}
