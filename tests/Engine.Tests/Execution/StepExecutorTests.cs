using Ait.Engine.Execution;

namespace Ait.Engine.Tests.Execution;

public sealed class StepExecutorTests
{
    [Fact]
    public void Step_allocatesNothing()
    {
        foreach (string backend in Simd.TestKernels.Names)
        {
            Model model = Samples.SmallModel;
            using var crew = new WorkCrew(1);
            var executor = new StepExecutor(model, Simd.TestKernels.Create(backend), crew, 8, 2, 64);
            Slice[] slices = [new() { Cache = new KeyValueCache(model.Config, 64) }, new() { Cache = new KeyValueCache(model.Config, 64) }];
            int[] tokens = [1, 2, 3, 4];
            Assert.Equal(0, Allocations.Fewest(3, counts =>
            {
                for (int step = 0; step < 12; step++)
                {
                    foreach (Slice slice in slices)
                    {
                        slice.Start = step * 4;
                        slice.Tokens = tokens;
                        slice.WantsLogits = true;
                    }

                    executor.Step(slices);
                    counts.Report(default);
                }
            }));
        }
    }
}
