using Ait.Cli.Measuring;
using Ait.Engine;

namespace Ait.Cli.Tests.Measuring;

public sealed class ReferenceWorkloadTests
{
    private static ReferenceWorkload Of(string shape, int prompt, int newTokens) =>
        new(ReferenceShapes.All[shape], ReferenceWorkload.StandardBatch, prompt, newTokens);

    [Fact]
    public void Counts_areThoseOfEverySingleProduct()
    {
        ModelConfig shape = ModelDescriptor.Demo.Config with { Layers = 2 };
        var workload = new ReferenceWorkload(shape, 3, 5, 4);
        long perToken = 2L * shape.Layers * ((shape.Dimension * (2L * shape.QueryWidth + 2L * shape.KeyValueWidth)) + (3L * shape.Dimension * shape.FeedForward));
        long perLogits = 2L * shape.Vocabulary * shape.Dimension;
        long prefill = 0;
        long decode = 0;
        long read = 0;
        for (int position = 0; position < 9; position++)
        {
            // Of every head: a product with every key seen, and every value weighed.
            long attention = shape.Layers * shape.Heads * (position + 1L) * 2 * 2 * shape.HeadDimension;
            bool isPrompt = position < 5;
            prefill += isPrompt ? 3 * (perToken + attention) : 0;
            decode += isPrompt ? 0 : 3 * (perToken + perLogits + attention);
            read += isPrompt ? 0 : ((perToken + perLogits) / 2) + (3L * (position + 1) * shape.Layers * shape.KeyValueHeads * ((2 * shape.HeadDimension) + 8));
        }

        Assert.Equal(prefill + (3 * perLogits), workload.PrefillOperations);
        Assert.Equal(decode, workload.DecodeOperations);
        Assert.Equal(read, workload.DecodeBytes);
        Assert.Equal(shape.ParameterCount + (3L * 9 * shape.Layers * shape.KeyValueHeads * ((2 * shape.HeadDimension) + 8)), workload.HeldBytes);
    }

    [Fact]
    public void ComputeUnits_areAThousandForAnHourAtTheLimitsOfAnH100()
    {
        ReferenceWorkload workload = Of("8b", 1921, 127);
        double seconds = workload.PrefillSeconds(HardwareLimit.H100) + workload.DecodeSeconds(HardwareLimit.H100);
        Assert.Equal(1000, 3600 / seconds * workload.ComputeUnits, 6);
    }

    [Fact]
    public void Limits_giveTheFloorsOfAnEightBillionModelOnAnH100()
    {
        // 0.50 s for 32 prompts of 2048, 3.52 ms for a step behind them.
        Assert.Equal(0.50, Of("8b", 2048, 1).PrefillSeconds(HardwareLimit.H100), 0.03);
        Assert.Equal(0.00352, Of("8b", 2048, 1).DecodeSeconds(HardwareLimit.H100), 0.0001);
    }
}
