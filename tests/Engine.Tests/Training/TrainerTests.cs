using Ait.Engine.Gpu;
using Ait.Engine.Tests.Gpu;
using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Training;

public sealed class TrainerTests
{
    private static readonly TrainingRecipe s_recipe = TrainingSamples.Recipe with { Batch = 4 };

    // Kernels on the host are slow.
    private static readonly TrainingRecipe s_short = s_recipe with { SequenceLength = 16 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Export_yieldsAModelNearTheFloatWeights(bool hasAdapters)
    {
        (Model adapted, TrainingRecipe adapters) = TrainingSamples.Adapters;
        using Trainer trainer = hasAdapters ? TrainingSamples.Open(adapters with { LearningRate = 0.05f }, model: adapted) : TrainingSamples.Open(s_recipe);
        for (int i = 0; i < 4; i++)
        {
            Assert.True(trainer.TryStep(out _, out _));
        }

        string path = Path.GetTempFileName();
        try
        {
            trainer.Export(path, null, TestContext.Current.CancellationToken);
            Assert.True(ModelArtifact.TryOpen(path, TestContext.Current.CancellationToken, out Model? model, out _));
            int[] text = TrainingSamples.Data.Tokens[..200].ToArray();
            Assert.True(ModelQuality.TryMeasureTrained(trainer, model, text, 48, null, TestContext.Current.CancellationToken, out QualityReport? near, out EngineRefusal? refusal), $"{refusal}");
            Assert.InRange(near.MeanDivergence, 0, 0.02);
            Assert.InRange(near.EnginePerplexity / near.ReferencePerplexity, 0.97, 1.03);
            if (hasAdapters)
            {
                // What the adapters learned is in the reference: the model without them is far from it.
                Assert.True(ModelQuality.TryMeasureTrained(trainer, adapted, text, 48, null, TestContext.Current.CancellationToken, out QualityReport? far, out refusal), $"{refusal}");
                Assert.True(far.MeanDivergence > 10 * near.MeanDivergence, $"{near}, {far}");
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Step_predictsWhatInferencePredicts()
    {
        using Trainer trainer = TrainingSamples.Open(s_recipe, TrainingSamples.OnProcessor);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(trainer.TryStep(out _, out _));
        }

        string path = Path.GetTempFileName();
        try
        {
            trainer.Export(path, null, TestContext.Current.CancellationToken);
            Assert.True(ModelArtifact.TryOpen(path, TestContext.Current.CancellationToken, out Model? model, out _));
            Assert.True(trainer.Executor.Begin());
            int[] window = TrainingSamples.Data.Tokens[..s_recipe.SequenceLength].ToArray();
            float[] logits = Assert.IsType<ProcessorTraining>(trainer.Executor).Pass.ForwardLogits(window);
            int width = model.Output.PaddedRows;
            foreach (int position in new[] { 0, 1, 17, s_recipe.SequenceLength - 1 })
            {
                // The link of a transcript covers every logit of the token: the forward pass of training must have each bit.
                var request = new GenerationRequest(window.AsSpan(0, position + 1), 1);
                Transcript transcript = Generator.Run(model, request, new EngineOptions { Backend = Backend.Scalar }, TestContext.Current.CancellationToken);
                Assert.Equal(Link(model, request, transcript.Tokens[0], logits.AsSpan(position * width, s_recipe.Shape.Vocabulary)), transcript.LogitsDigest);
            }

            Assert.Equal(window.AsSpan(0, 10).ToArray(), model.Tokenizer.Encode(System.Text.Encoding.UTF8.GetString(ByteTokenizer.Decode(window.AsSpan(0, 10)))));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Chunks_leaveTheStatesOfOneRun()
    {
        TrainingOutcome whole = TrainingSamples.Run(s_recipe, new TrainingChunk(0, 6, default));
        using var checkpoint = new MemoryStream();
        TrainingOutcome first = TrainingSamples.Run(s_recipe, new TrainingChunk(0, 4, default), done: trainer => trainer.Save(checkpoint));
        checkpoint.Position = 0;
        TrainingOutcome second = TrainingSamples.Run(s_recipe, new TrainingChunk(4, 2, first.State!.Value), checkpoint); // A chunk that is done has a state.

        Assert.Equal(Digest.Of(checkpoint.ToArray()), first.State);
        Assert.Equal(whole.Steps, [.. first.Steps, .. second.Steps]);
    }

    [Fact]
    public void Checkpoints_haveTheLengthThatTheRecipeSays()
    {
        (Model model, TrainingRecipe adapters) = TrainingSamples.Adapters;
        foreach ((TrainingRecipe recipe, Model? under) in new[] { (s_recipe, null), (adapters, model), (adapters with { Rank = 48 }, model) })
        {
            using Trainer trainer = TrainingSamples.Open(recipe, model: under);
            using var checkpoint = new MemoryStream();
            trainer.Save(checkpoint);

            Assert.Equal(checkpoint.Length, recipe.CheckpointLength);
        }
    }

    [Fact]
    public void Training_lowersTheLoss()
    {
        using Trainer trainer = TrainingSamples.Open(TrainingSamples.Recipe);
        double first = 0;
        TrainingProgress progress = default;
        while (trainer.Step < TrainingSamples.Recipe.Steps)
        {
            Assert.True(trainer.TryStep(out progress, out _));
            first = trainer.Step == 1 ? progress.Loss : first;
        }

        Assert.InRange(first, 5, 7);
        Assert.InRange(progress.Loss, 0.2, 3);
    }

    [Fact]
    public void Adapters_lowerTheLossAndLeaveTheModelAlone()
    {
        (Model model, TrainingRecipe recipe) = TrainingSamples.Adapters;
        Digest before = Weights(model);
        TrainingRecipe longer = recipe with { LearningRate = 0.02f };
        using Trainer trainer = TrainingSamples.Open(longer, model: model);
        Assert.All(trainer.Decoder.Parameters, parameter => Assert.NotEqual(ParameterPart.Whole, parameter.Part));
        double first = 0;
        TrainingProgress progress = default;
        while (trainer.Step < longer.Steps)
        {
            Assert.True(trainer.TryStep(out progress, out _));
            first = trainer.Step == 1 ? progress.Loss : first;
        }

        Assert.True(progress.Loss < first - 0.5, $"{first} → {progress.Loss}");
        Assert.Equal(before, Weights(model));
    }

    [Fact]
    public void Restore_refusesEveryChangedByte()
    {
        byte[] bytes = Saved(out Digest state);
        foreach (int offset in new[] { 0, 5, 20, 41, 45, 49, 53, 60, 100, bytes.Length / 2, bytes.Length - 1 })
        {
            byte[] changed = [.. bytes];
            changed[offset] ^= 1;
            Assert.NotNull(Restored(changed, state));
        }

        Assert.Equal(EngineRefusalCode.Truncated, Restored(bytes[..^1], state)?.Code);
        Assert.Equal(EngineRefusalCode.Truncated, Restored(bytes[..20], state)?.Code);
        Assert.Equal(EngineRefusalCode.Truncated, Restored([], state)?.Code);
        Assert.Equal(EngineRefusalCode.TrailingBytes, Restored([.. bytes, 0], state)?.Code);
        Assert.Equal(EngineRefusalCode.CheckpointUnfit, Restored(bytes, Digest.Of([1]))?.Code);
        Assert.Null(Restored(bytes, state));
    }

    [Fact]
    public void Restore_refusesNumbersThatNoRunYields()
    {
        byte[] bytes = Saved(out _);
        int count = TrainingSamples.Shape.Vocabulary * TrainingSamples.Shape.Dimension;
        int product = 4 + 1 + 4 + Digest.Size + sizeof(int);
        int weights = product + 8 + 4 + 2 + 12;
        int means = weights + (count * sizeof(float));
        int squares = means + (count * sizeof(float));
        foreach ((int offset, float number) in new[]
        {
            (product, 1.0001f), (product, -1e-9f), (product + 4, float.NaN), (weights, float.NaN), (weights + 4, float.PositiveInfinity), (weights, -1.3e33f),
            (means, float.NegativeInfinity), (means + 40, 3e12f), (squares, -1e-30f), (squares + 8, float.NaN), (squares, 3e24f),
        })
        {
            byte[] changed = [.. bytes];
            BitConverter.TryWriteBytes(changed.AsSpan(offset), number);
            Assert.Equal(EngineRefusalCode.CheckpointUnfit, Restored(changed, Digest.Of(changed))?.Code);
        }

        foreach ((int offset, float number) in new[] { (weights, -1e33f), (means, 2e12f), (squares, 2e24f), (product, 1f), (product, 0f) })
        {
            byte[] changed = [.. bytes];
            BitConverter.TryWriteBytes(changed.AsSpan(offset), number);
            Assert.Null(Restored(changed, Digest.Of(changed)));
        }
    }

    [Fact]
    public void Chunk_isRefusedWithOneResultIfItsParentIsNotWhatItNames()
    {
        byte[] bytes = Saved(out Digest state);
        byte[] changed = [.. bytes];
        changed[^1] ^= 1;
        var chunk = new TrainingChunk(2, 1, state);
        TrainingOutcome broken = TrainingSamples.Run(s_recipe, chunk, new MemoryStream(changed));
        Assert.Equal((TrainingFinish.Refused, EngineRefusalCode.CheckpointUnfit, 0), (broken.Finish, broken.RefusalCode, broken.Steps.Length));
        Assert.Equal(broken.ResultHash, TrainingSamples.Run(s_recipe, chunk, new MemoryStream(changed), new EngineOptions { Backend = Backend.Scalar }).ResultHash);
        Assert.Equal(EngineRefusalCode.CheckpointUnfit, TrainingSamples.Run(s_recipe, chunk).RefusalCode);
        Assert.Equal(EngineRefusalCode.CheckpointUnfit, TrainingSamples.Run(s_recipe, new TrainingChunk(3, 1, state), new MemoryStream(bytes)).RefusalCode);
        Assert.Equal(EngineRefusalCode.CheckpointUnfit, TrainingSamples.Run(s_recipe with { Seed = 43 }, chunk, new MemoryStream(bytes)).RefusalCode);
        Assert.Equal(TrainingFinish.Done, TrainingSamples.Run(s_recipe, chunk, new MemoryStream(bytes)).Finish);
    }

    [Theory]
    [InlineData(-1, 1, false)]
    [InlineData(40, 1, true)]
    [InlineData(0, 0, false)]
    [InlineData(0, 41, false)]
    [InlineData(39, 2, true)]
    [InlineData(0, 1, true)]
    [InlineData(1, 1, false)]
    public void Chunk_isRefusedOutsideItsRun(int first, int steps, bool hasParent)
    {
        TrainingOutcome outcome = TrainingSamples.Run(s_recipe, new TrainingChunk(first, steps, hasParent ? Digest.Of([1]) : default));
        Assert.Equal((TrainingFinish.Refused, EngineRefusalCode.ChunkOutOfRange), (outcome.Finish, outcome.RefusalCode));
    }

    [Fact]
    public void Chunk_isRefusedIfDataOrModelAreNotTheRecipes()
    {
        var chunk = new TrainingChunk(0, 1, default);
        Assert.Equal(EngineRefusalCode.TrainingDataUnfit, TrainingSamples.Run(s_recipe with { Data = default }, chunk).RefusalCode);
        Assert.Equal(EngineRefusalCode.TrainingDataUnfit, TrainingSamples.Run(s_recipe with { Shape = TrainingSamples.Shape with { Vocabulary = 250 } }, chunk).RefusalCode);
        Assert.Equal(EngineRefusalCode.BaseModelUnfit, TrainingSamples.Run(s_recipe with { Base = Digest.Of([1]) }, chunk).RefusalCode);
        Assert.Equal(EngineRefusalCode.BaseModelUnfit, TrainingSamples.Run(s_recipe, chunk, model: TrainingSamples.Adapters.Model).RefusalCode);
        Assert.True(TrainingData.TryCreate([1, 2, 3], out TrainingData? few, out _));
        Assert.False(Trainer.TryCreate(s_recipe with { Data = few.Digest }, null, few, null, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.TrainingDataUnfit, refusal.Code);
    }

    [Fact]
    public void Divergence_endsTheRunAtOneStepOnEveryBackend()
    {
        TrainingOutcome[] outcomes = [.. Backends.OnProcessor.Select(backend => Diverged(new EngineOptions { Backend = backend, BatchSize = 2 }, null))];

        Assert.All(outcomes, outcome => Assert.Equal((TrainingFinish.Fault, EngineRefusalCode.NumericRange), (outcome.Finish, outcome.RefusalCode)));
        Assert.Single(outcomes.Select(outcome => outcome.ResultHash).Distinct());
        Assert.True(TrainingOutcome.TryParse(outcomes[0].ToBytes(), out TrainingOutcome? read, out _));
        Assert.Equal(outcomes[0].ResultHash, read.ResultHash);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Divergence_hasTheResultOfTheDefinitionByTheKernelsOfGpus(string deviceName)
    {
        TrainingOutcome expected = Diverged(new EngineOptions { Backend = Backend.Scalar }, null);
        TrainingOutcome found = Diverged(new EngineOptions { BatchSize = 2 }, TestDevices.Open(deviceName));

        Assert.Equal((TrainingFinish.Fault, EngineRefusalCode.NumericRange), (found.Finish, found.RefusalCode));
        Assert.Equal(expected.ToBytes(), found.ToBytes());
    }

    [Theory]
    [InlineData(TestDevices.Host32)]
    [InlineData(TestDevices.Host64)]
    public void Trainer_givesDeviceMemoryBack(string deviceName)
    {
        HostGpu device = TestDevices.OpenHost(deviceName);
        (Model model, TrainingRecipe adapters) = TrainingSamples.Adapters;
        foreach ((TrainingRecipe recipe, Model? under) in new[] { (s_short, null), (adapters with { SequenceLength = 16 }, model) })
        {
            int blocks;
            using (Trainer trainer = TrainingSamples.Open(recipe, model: under, device: device))
            {
                Assert.True(trainer.TryStep(out _, out _));
                Assert.InRange(device.Bytes, 1, GpuTraining.BytesOf(recipe, EngineOptions.Default.BatchSize));
                blocks = device.Blocks;
            }

            Assert.Equal(0, device.Blocks);

            // Wherever memory ends on the way, what was taken is given back.
            for (device.MostBlocks = 0; device.MostBlocks < blocks; device.MostBlocks++)
            {
                Assert.Throws<GpuException>(() => TrainingSamples.Open(recipe, model: under, device: device));
                Assert.Equal(0, device.Blocks);
            }

            device.MostBlocks = int.MaxValue;
        }
    }

    [Theory]
    [InlineData(TestDevices.Host32)]
    [InlineData(TestDevices.Host64)]
    public void Trainer_goesOnFromACheckpointOnAnyMachine(string deviceName)
    {
        // Two steps on the processor, one on the device, one on the processor again.
        HostGpu device = TestDevices.OpenHost(deviceName);
        TrainingOutcome whole = TrainingSamples.Run(s_short, new TrainingChunk(0, 4, default), options: TrainingSamples.OnProcessor);
        Digest state = default;
        byte[] checkpoint = [];
        foreach ((int steps, HostGpu? on) in new[] { (2, null), (3, device), (4, null) })
        {
            using Trainer trainer = TrainingSamples.Open(s_short, TrainingSamples.OnProcessor, device: on);
            Assert.True(checkpoint is [] || trainer.TryRestore(new MemoryStream(checkpoint), state, out _));
            while (trainer.Step < steps)
            {
                Assert.True(trainer.TryStep(out _, out _));
            }

            using var saved = new MemoryStream();
            trainer.Save(saved);
            (checkpoint, state) = (saved.ToArray(), trainer.State);
            Assert.Equal(whole.Steps[steps - 1].State, state);
        }
    }

    [Fact]
    public void Trainer_isRefusedWhereTheDeviceHasTooLittleMemory()
    {
        HostGpu device = TestDevices.OpenHost(TestDevices.Host32);
        var few = new EngineOptions { Backend = TrainingSamples.OnProcessor.Backend, MaxMemoryBytes = 1 << 20 };
        Assert.False(Trainer.TryCreate(s_recipe, null, TrainingSamples.Data, few, device, out _, out EngineRefusal? refusal));
        Assert.Equal(EngineRefusalCode.MemoryExceeded, refusal.Code);
        Assert.Equal(0, device.Blocks);
    }

    [Fact]
    public void FirstDifference_isTheStepOfAPlantedBit()
    {
        TrainingOutcome honest = TrainingSamples.Run(s_recipe, new TrainingChunk(0, 6, default));
        foreach (int planted in new[] { 1, 4, 6 })
        {
            using Trainer trainer = TrainingSamples.Open(s_recipe, TrainingSamples.OnProcessor);
            var steps = new List<TrainingStep>();
            while (trainer.Step < 6)
            {
                Assert.True(trainer.TryStep(out _, out long loss));
                if (trainer.Step == planted)
                {
                    ref float weight = ref trainer.Decoder.Parameters[3].Weights.Span[7];
                    weight = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(weight) ^ 1);
                }

                steps.Add(new TrainingStep(loss, trainer.State));
            }

            var bent = new TrainingOutcome(s_recipe.Digest, new TrainingChunk(0, 6, default), TrainingFinish.Done, EngineRefusalCode.None, steps.ToArray());
            Assert.Equal(planted, TrainingOutcome.FirstDifference(honest, bent));
            Assert.Equal(planted, TrainingOutcome.FirstDifference(bent, honest));
        }

        Assert.Null(TrainingOutcome.FirstDifference(honest, honest));
        Assert.Throws<ArgumentException>(() => TrainingOutcome.FirstDifference(honest, TrainingSamples.Run(s_recipe, new TrainingChunk(0, 5, default))));
    }

    /// <summary>A run that begins with weights out of range, and one that throws its weights about until a number leaves the range.</summary>
    private static TrainingOutcome Diverged(EngineOptions options, IGpuDevice? device)
    {
        TrainingRecipe wild = s_short with
        {
            LearningRate = 1f,
            ClipNorm = 1 << 20,
            Beta1 = 0f,
            Beta2 = 0f,
            Epsilon = 1e-18f,
            Decay = 1f,
            Shape = TrainingSamples.Shape with { NormEpsilon = 1f / (1L << 40) },
        };
        using (Trainer broken = TrainingSamples.Open(wild, options, device: device))
        {
            broken.Decoder.Parameters[0].Weights.Span.Fill(float.PositiveInfinity);
            broken.Executor.Load();
            Assert.False(broken.TryStep(out _, out _));
        }

        using Trainer large = TrainingSamples.Open(wild, options, device: device);
        foreach (Parameter parameter in large.Decoder.Parameters)
        {
            foreach (ref float weight in parameter.Weights.Span)
            {
                weight *= 1 << 20;
            }
        }

        large.Executor.Load();
        return large.Run(new TrainingChunk(0, 5, default), null, TestContext.Current.CancellationToken);
    }

    private static EngineRefusal? Restored(byte[] bytes, Digest state)
    {
        using Trainer trainer = TrainingSamples.Open(s_recipe);
        return trainer.TryRestore(new MemoryStream(bytes), state, out EngineRefusal? refusal) ? null : refusal;
    }

    private static byte[] Saved(out Digest state)
    {
        using var checkpoint = new MemoryStream();
        state = TrainingSamples.Run(s_recipe, new TrainingChunk(0, 2, default), done: trainer => trainer.Save(checkpoint)).State!.Value; // A chunk that is done has a state.
        return checkpoint.ToArray();
    }

    private static Digest Weights(Model model)
    {
        using var hash = new WeightsHash();
        hash.Append(WeightKind.Query, 0, model.Layers[0].Query);
        hash.Append(WeightKind.Down, 1, model.Layers[1].Down);
        return hash.End();
    }

    // docs/exact-arithmetic.md §7, logits digest.
    private static Digest Link(Model model, GenerationRequest request, int token, ReadOnlySpan<float> logits)
    {
        byte[] first = [.. "AXL1"u8, .. model.Descriptor.Digest.ToBytes(), .. Digest.Of(request.ToBytes()).ToBytes()];
        return Digest.Of([.. Digest.Of(first).ToBytes(), .. BitConverter.GetBytes(token), .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(logits)]);
    }
}
