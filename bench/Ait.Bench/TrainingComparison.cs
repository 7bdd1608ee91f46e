using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ait.Engine;
using Ait.Engine.Judging;

namespace Ait.Bench;

/// <summary>
/// Exact training beside its float32 twin, a straightforward implementation with vectors and fused products: same model, data,
/// windows and optimiser. Prints tokens per second of processor time, or both loss curves over the whole run.
/// </summary>
internal static class TrainingComparison
{
    private const double Floor = 0.5;
    private const double Stretch = 1.0;
    private const double MostDifference = 0.02;
    private const int Tail = 100;

    // Processor time says nothing about a GPU.
    private static readonly Backend s_processor = Backends.Supported.Last(backend => backend != Backend.Gpu);

    public static int Throughput(string[] args)
    {
        if (!TryCount(args, 5, "training", out int rounds))
        {
            return 2;
        }

        (TrainingRecipe recipe, TrainingData data) = Demo();
        Console.WriteLine(Line($"{recipe.Shape.ParameterCount / 1e6:F2} M parameters, {recipe.Batch} windows of {recipe.SequenceLength}, {s_processor}; medians of {rounds} rounds in turns"));
        Console.WriteLine("tokens per second of processor time, times threads");
        Console.WriteLine($"{"threads",7} {"exact",8} {"float32",8} {"ratio",6}  floor");
        bool holds = true;
        foreach (int threads in new[] { 1, 2 })
        {
            var options = new EngineOptions { Threads = threads, BatchSize = 4, Backend = s_processor };
            using Trainer exact = Open(recipe, data, options);
            using var twin = new FloatTrainer(recipe, null, data, options);
            var own = new List<double>();
            var other = new List<double>();
            for (int round = -1; round < rounds; round++)
            {
                double mine = Seconds(() => Step(exact));
                double theirs = Seconds(() => twin.Advance());
                if (round >= 0)
                {
                    own.Add(mine);
                    other.Add(theirs);
                }
            }

            double tokens = (double)threads * recipe.Batch * recipe.SequenceLength;
            double ratio = Median(other) / Median(own);
            holds &= ratio >= Floor;
            Console.WriteLine(Line($"{threads,7} {tokens / Median(own),8:F0} {tokens / Median(other),8:F0} {ratio,6:F2}  {(ratio >= Floor ? "holds" : "MISSED")} >= {Floor:F2} (stretch {Stretch:F2}: {(ratio >= Stretch ? "reached" : "not reached")})"));
        }

        Gpu(recipe, data, rounds);
        return holds ? 0 : 1;
    }

    // Wall time: what a GPU does is no time of the processor.
    private static void Gpu(TrainingRecipe recipe, TrainingData data, int rounds)
    {
        if (Backends.GpuAbsence is { } absence)
        {
            Console.WriteLine($"no speed on a GPU ({absence}); that its kernels have the same bits is checked on the host: make hashes");
            return;
        }

        using Trainer trainer = Open(recipe, data, new EngineOptions { Backend = Backend.Gpu, BatchSize = recipe.Batch });
        Step(trainer);
        var watch = Stopwatch.StartNew();
        for (int round = 0; round < rounds; round++)
        {
            Step(trainer);
        }

        Console.WriteLine(Line($"{Backends.GpuName}: {(double)rounds * recipe.Batch * recipe.SequenceLength / watch.Elapsed.TotalSeconds:F0} tokens per second"));
    }

    /// <summary>The whole run of the demonstration model, twice; fails if the mean losses of the last steps differ by more than 2 %.</summary>
    public static int Losses(string[] args)
    {
        (TrainingRecipe recipe, TrainingData data) = Demo();
        if (!TryCount(args, recipe.Steps, "losses", out int steps))
        {
            return 2;
        }

        recipe = recipe with { Steps = steps, WarmupSteps = Math.Min(recipe.WarmupSteps, steps - 1) };
        var options = new EngineOptions { Threads = Environment.ProcessorCount, BatchSize = 4, Backend = s_processor };
        using Trainer exact = Open(recipe, data, options);
        using var twin = new FloatTrainer(recipe, null, data, options);
        var own = new List<double>();
        var other = new List<double>();
        Console.WriteLine($"{"step",6} {"exact",9} {"float32",9}   mean losses of the steps since the line before, nats per token");
        int every = Math.Max(1, steps / 40);
        while (exact.Step < steps)
        {
            own.Add(Step(exact));
            other.Add(twin.Advance());
            if (exact.Step % every == 0 || exact.Step == steps)
            {
                Console.WriteLine(Line($"{exact.Step,6} {own.TakeLast(every).Average(),9:F4} {other.TakeLast(every).Average(),9:F4}"));
            }
        }

        int tail = Math.Min(Tail, steps / 4);
        double ratio = own.TakeLast(tail).Average() / other.TakeLast(tail).Average();
        bool holds = ratio <= 1 + MostDifference;
        Console.WriteLine(Line($"mean of the last {tail} steps: exact {own.TakeLast(tail).Average():F5}, float32 {other.TakeLast(tail).Average():F5}, ratio {ratio:F4}: {(holds ? "holds" : "MISSED")} <= {1 + MostDifference:F2}"));
        return holds ? 0 : 1;
    }

    private static double Step(Trainer trainer) =>
        trainer.TryStep(out TrainingProgress progress, out _) ? progress.Loss : throw new InvalidOperationException("The run diverged.");

    private static Trainer Open(TrainingRecipe recipe, TrainingData data, EngineOptions options) =>
        Trainer.TryCreate(recipe, null, data, options, out Trainer? trainer, out EngineRefusal? refusal) ? trainer : throw new EngineRefusedException(refusal);

    private static (TrainingRecipe Recipe, TrainingData Data) Demo()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "demo");
        if (!TrainingData.TryReadLines(File.ReadAllBytes(Path.Combine(folder, "corpus.txt")), Tokenizer.Bytes, out TrainingData? data, out EngineRefusal? refusal))
        {
            throw new EngineRefusedException(refusal);
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "base.json")));
        JsonElement root = document.RootElement;
        JsonElement shape = root.GetProperty("shape");
        int Number(string name) => shape.GetProperty(name).GetInt32();
        return (new TrainingRecipe
        {
            Shape = new ModelConfig
            {
                Dimension = Number("dimension"),
                Layers = Number("layers"),
                Heads = Number("heads"),
                KeyValueHeads = Number("keyValueHeads"),
                HeadDimension = Number("headDimension"),
                FeedForward = Number("feedForward"),
                Vocabulary = Number("vocabulary"),
                MaxContext = Number("maxContext"),
            },
            Data = data.Digest,
            SequenceLength = root.GetProperty("sequenceLength").GetInt32(),
            Batch = root.GetProperty("batch").GetInt32(),
            Steps = root.GetProperty("steps").GetInt32(),
            WarmupSteps = root.GetProperty("warmupSteps").GetInt32(),
            LearningRate = root.GetProperty("learningRate").GetSingle(),
            Decay = root.GetProperty("decay").GetSingle(),
            Seed = root.GetProperty("seed").GetUInt64(),
        }, data);
    }

    private static bool TryCount(string[] args, int standard, string verb, out int count)
    {
        count = standard;
        if (args is [] || (args is [_, _] && int.TryParse(args[1], CultureInfo.InvariantCulture, out count) && count >= 2))
        {
            return true;
        }

        Console.Error.WriteLine($"Usage: Ait.Bench {verb} [{(verb == "losses" ? "--steps" : "--rounds")} N]");
        return false;
    }

    private static double Seconds(Action action)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        action();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static double Median(List<double> values)
    {
        List<double> sorted = [.. values.Order()];
        return sorted[sorted.Count / 2];
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
