using Ait.Engine.Judging;
using Ait.Engine.Training;

namespace Ait.Engine.Tests.Training;

/// <summary>Gradients against differences of a loss in double precision, and against a twin that quantises nothing.</summary>
public sealed class GradientTests
{
    private static readonly TrainingRecipe s_recipe = TrainingSamples.Recipe with { Batch = 2, SequenceLength = 16 };

    [Fact]
    public void FloatTwin_hasTheSlopesOfTheLoss()
    {
        using var twin = new FloatTrainer(s_recipe, null, TrainingSamples.Data, new EngineOptions { BatchSize = 1 });
        double loss = twin.ComputeGradients();
        DoubleTwin precise = Precise(twin.Decoder);
        Assert.InRange(Math.Abs(loss - precise.Loss()), 0, 1e-4);
        (double error, double size) = Compare(twin.Decoder, precise);
        Assert.InRange(error / size, 0, 1e-3);
    }

    [Fact]
    public void Gradients_areTheSlopesOfTheLossUpToQuantisation()
    {
        using Trainer trainer = TrainingSamples.Open(s_recipe, TrainingSamples.OnProcessor);
        DoubleTwin precise = Precise(trainer.Decoder);
        Assert.True(trainer.TryStep(out TrainingProgress progress, out _));
        Assert.InRange(Math.Abs(progress.Loss - precise.Loss()), 0, 0.02);
        (double error, double size) = Compare(trainer.Decoder, precise);
        Assert.InRange(error / size, 0, 0.06);
    }

    [Fact]
    public void Gradients_pointWhereTheTwinsDo()
    {
        using var twin = new FloatTrainer(TrainingSamples.Recipe, null, TrainingSamples.Data, new EngineOptions { BatchSize = 4 });
        twin.ComputeGradients();
        using Trainer trainer = TrainingSamples.Open(TrainingSamples.Recipe, TrainingSamples.OnProcessor);
        Assert.True(trainer.TryStep(out _, out _));
        foreach ((Parameter own, Parameter other) in trainer.Decoder.Parameters.Zip(twin.Decoder.Parameters))
        {
            double dot = 0;
            double ownSquare = 0;
            double otherSquare = 0;
            for (int i = 0; i < own.Count; i++)
            {
                (double a, double b) = (own.Gradient.Span[i], other.Gradient.Span[i]);
                (dot, ownSquare, otherSquare) = (dot + (a * b), ownSquare + (a * a), otherSquare + (b * b));
            }

            Assert.InRange(dot / Math.Sqrt(ownSquare * otherSquare), 0.998, 1.000001);
            Assert.InRange(Math.Sqrt(ownSquare / otherSquare), 0.97, 1.03);
        }
    }

    [Fact]
    public void Losses_followTheTwinWithinTwoPercent()
    {
        TrainingRecipe recipe = TrainingSamples.Recipe with { Steps = 80, WarmupSteps = 8 };
        using var twin = new FloatTrainer(recipe, null, TrainingSamples.Data, new EngineOptions { BatchSize = 4 });
        using Trainer trainer = TrainingSamples.Open(recipe);
        double own = 0;
        double other = 0;
        for (int step = 1; step <= recipe.Steps; step++)
        {
            double twinLoss = twin.Advance();
            Assert.True(trainer.TryStep(out TrainingProgress progress, out _));
            // The mean of the last quarter: single steps are of few windows.
            (own, other) = step > 60 ? (own + progress.Loss, other + twinLoss) : (own, other);
        }

        Assert.InRange(own / other, 0.98, 1.02);
    }

    private static DoubleTwin Precise(TrainedDecoder decoder)
    {
        var order = new WindowOrder(s_recipe, TrainingSamples.Data.Tokens);
        return new DoubleTwin(decoder, s_recipe, Enumerable.Range(0, s_recipe.Batch).Select(i => order[i].ToArray()));
    }

    // The elements of largest gradient of every matrix, and one that is drawn: a slope near zero says nothing.
    private static (double Error, double Size) Compare(TrainedDecoder decoder, DoubleTwin precise)
    {
        double error = 0;
        double size = 0;
        foreach (Parameter parameter in decoder.Parameters)
        {
            float[] gradient = parameter.Gradient.Span.ToArray();
            int[] largest = [.. Enumerable.Range(0, gradient.Length).OrderByDescending(i => Math.Abs(gradient[i])).Take(3)];
            foreach (int index in (int[])[.. largest, gradient.Length * 2 / 3])
            {
                double slope = precise.Slope(parameter.Kind, parameter.Layer, index);
                error += Math.Abs(slope - gradient[index]);
                size += Math.Abs(slope);
            }
        }

        return (error, size);
    }
}
