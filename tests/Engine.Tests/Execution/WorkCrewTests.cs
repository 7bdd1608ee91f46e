using Ait.Engine.Execution;

namespace Ait.Engine.Tests.Execution;

public sealed class WorkCrewTests
{
    private sealed class Counting(int items) : IWork
    {
        public int[] Counts { get; } = new int[items];

        public int? FailAt { get; init; }

        public void Execute(int phase, int from, int end, int worker)
        {
            for (int i = from; i < end; i++)
            {
                Interlocked.Add(ref Counts[i], phase);
                if (i == FailAt)
                {
                    throw new ArithmeticException("as asked");
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_doesEveryItemOnce(int threads)
    {
        using var crew = new WorkCrew(threads);
        foreach (int items in new[] { 1, 2, 3, 16, 1000 })
        {
            foreach (int grain in new[] { 1, 3, 64 })
            {
                var work = new Counting(items);
                for (int repeat = 0; repeat < 20; repeat++)
                {
                    crew.Run(work, 7, items, grain);
                }

                Assert.All(work.Counts, count => Assert.Equal(140, count));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_reportsAFailureAndGoesOnAfterwards(int threads)
    {
        using var crew = new WorkCrew(threads);
        for (int at = 0; at < 8; at++)
        {
            Exception failure = Assert.ThrowsAny<Exception>(() => crew.Run(new Counting(8) { FailAt = at }, 1, 8, 1));
            Assert.IsType<ArithmeticException>(failure.InnerException ?? failure);
        }

        var work = new Counting(50);
        crew.Run(work, 1, 50, 1);
        Assert.All(work.Counts, count => Assert.Equal(1, count));
    }
}
