namespace Ait.Engine.Tests;

/// <summary>
/// What the calling thread allocates on its heap from one token to the next. A collection that another test causes can give the thread a
/// new allocation context and so add to one count; what a token itself allocates adds to every count.
/// </summary>
internal sealed class Allocations : IProgress<GenerationProgress>
{
    private const int Attempts = 5;
    private readonly List<long> _counts = [];

    public void Report(GenerationProgress value) => _counts.Add(GC.GetAllocatedBytesForCurrentThread());

    /// <summary>The fewest bytes of several attempts, each from the given token to its last.</summary>
    public static long Fewest(int fromToken, Action<Allocations> run)
    {
        long fewest = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && fewest > 0; attempt++)
        {
            var counts = new Allocations();
            counts._counts.Capacity = EngineLimits.MaxRequests;
            run(counts);
            Assert.InRange(counts._counts.Count, fromToken + 2, int.MaxValue);
            fewest = Math.Min(fewest, counts._counts[^1] - counts._counts[fromToken]);
        }

        return fewest;
    }
}
