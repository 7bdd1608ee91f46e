using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Execution;
using Ait.Engine.Gpu;
using Ait.Engine.Judging;
using Ait.Engine.Scalar;
using Ait.Engine.Storing;
using Ait.Engine.Training;

namespace Ait.Engine;

/// <summary>
/// Carries out a recipe step by step. The same recipe yields the same states on every processor, whatever the backend, the
/// threads and the windows that are taken at once (<see cref="EngineOptions.BatchSize"/>). Not for concurrent callers.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly TrainedDecoder _decoder;
    private readonly ITrainingExecutor _executor;
    private readonly WindowOrder _order;
    private readonly TrainingState _state;
    private readonly ReadOnlyMemory<int>[] _windows;

    private Trainer(TrainingRecipe recipe, Model? model, TrainingData data, EngineOptions options, IGpuDevice? device)
    {
        Recipe = recipe;
        _decoder = new TrainedDecoder(recipe, model);
        _windows = new ReadOnlyMemory<int>[Math.Min(options.BatchSize, recipe.Batch)];
        _executor = device is null
            ? new ProcessorTraining(_decoder, options.Backend == Backend.Auto ? Backends.OnProcessor[^1] : options.Backend, options.Threads, _windows.Length)
            : GpuTraining.Open(device, _decoder, _windows.Length);
        _order = new WindowOrder(recipe, data.Tokens);
        _state = new TrainingState(recipe, _decoder.Parameters);
    }

    /// <summary>What is carried out.</summary>
    public TrainingRecipe Recipe { get; }

    /// <summary>Steps done since the beginning of the run.</summary>
    public int Step => _state.Step;

    /// <summary>Digest of the checkpoint that <see cref="Save"/> would write. Computed anew each time.</summary>
    public Digest State
    {
        get
        {
            _executor.Store();
            return _state.Digest();
        }
    }

    /// <summary>The parts that are trained. While an executor has its own copy of weights and means, theirs are those of the last <see cref="ITrainingExecutor.Store"/>.</summary>
    internal TrainedDecoder Decoder => _decoder;

    internal ITrainingExecutor Executor => _executor;

    /// <summary>Prepares a run at its beginning.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="model">The model to begin from; null if weights are drawn.</param>
    /// <param name="data">The data that the recipe names.</param>
    /// <param name="options">How; null for the default.</param>
    /// <param name="trainer">Ready for the first step.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryCreate(
        TrainingRecipe recipe,
        Model? model,
        TrainingData data,
        EngineOptions? options,
        [NotNullWhen(true)] out Trainer? trainer,
        [NotNullWhen(false)] out EngineRefusal? refusal) =>
        TryCreate(recipe, model, data, options, null, out trainer, out refusal);

    /// <summary>Prepares a run on a device that is at hand; null opens what the options name.</summary>
    internal static bool TryCreate(
        TrainingRecipe recipe,
        Model? model,
        TrainingData data,
        EngineOptions? options,
        IGpuDevice? device,
        [NotNullWhen(true)] out Trainer? trainer,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(data);
        options ??= EngineOptions.Default;
        FloatingPointMode.Demand();
        trainer = null;
        refusal = options.Check() ?? CheckParts(recipe, model, data);
        if (refusal is null)
        {
            device ??= Backends.Resolve(options.Backend) == Backend.Gpu ? GpuBackend.Device : null;
            refusal = device is null ? CheckMemory(recipe, options) : CheckMemory(recipe, options, device);
            if (refusal is not null && device is not null && options.Backend == Backend.Auto)
            {
                // What is too large for the device may fit the processor, and has the same results there.
                device = null;
                refusal = CheckMemory(recipe, options);
            }
        }

        trainer = refusal is null ? new Trainer(recipe, model, data, options, device) : null;
        return trainer is not null;
    }

    /// <summary>
    /// Runs a chunk from its parent and yields its canonical outcome: also of what does not fit and of what diverges, which is the
    /// same on every processor.
    /// </summary>
    /// <param name="recipe">Of the run.</param>
    /// <param name="chunk">Which steps.</param>
    /// <param name="model">The model to begin from; null if weights are drawn.</param>
    /// <param name="data">The data that the recipe names.</param>
    /// <param name="parent">The checkpoint that the chunk names; null if it is the beginning.</param>
    /// <param name="options">How; null for the default.</param>
    /// <param name="progress">Told after every step; may be null.</param>
    /// <param name="done">Given the trainer after the last step, before it is disposed of; may be null.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainingOutcome RunChunk(
        TrainingRecipe recipe,
        TrainingChunk chunk,
        Model? model,
        TrainingData data,
        Stream? parent,
        EngineOptions? options,
        IProgress<TrainingProgress>? progress,
        Action<Trainer>? done,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(chunk);
        ArgumentNullException.ThrowIfNull(data);
        if ((recipe.Check() ?? chunk.Check(recipe) ?? CheckParts(recipe, model, data)) is { } unfit)
        {
            return Refused(recipe, chunk, unfit);
        }

        if (!TryCreate(recipe, model, data, options, out Trainer? trainer, out EngineRefusal? refusal))
        {
            // Options and memory are this machine's own matter, never a result.
            throw new EngineRefusedException(refusal);
        }

        using (trainer)
        {
            if (chunk.FirstStep > 0)
            {
                EngineRefusal? broken = parent is null
                    ? new EngineRefusal(EngineRefusalCode.CheckpointUnfit, "checkpoint", $"{chunk.Parent}", "none")
                    : trainer.Restore(parent, chunk);
                if (broken is not null)
                {
                    return Refused(recipe, chunk, broken);
                }
            }

            TrainingOutcome outcome = trainer.Run(chunk, progress, cancellation);
            if (outcome.Finish == TrainingFinish.Done)
            {
                done?.Invoke(trainer);
            }

            return outcome;
        }
    }

    /// <summary>The outcome of a chunk whose recipe is not one: its bytes stand for it.</summary>
    public static TrainingOutcome Refuse(ReadOnlySpan<byte> recipe, TrainingChunk chunk, EngineRefusalCode code) =>
        new(Digest.Of(recipe), chunk, TrainingFinish.Refused, code, []);

    /// <summary>Goes on from a checkpoint of this recipe. After a refusal the trainer must not be used.</summary>
    /// <param name="checkpoint">Its bytes, to the end.</param>
    /// <param name="expected">Its digest.</param>
    /// <param name="refusal">What is wrong with it.</param>
    public bool TryRestore(Stream checkpoint, Digest expected, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        refusal = _state.Read(checkpoint, expected);
        if (refusal is null)
        {
            _executor.Load();
        }

        return refusal is null;
    }

    /// <summary>Does one step. False if the arithmetic left its range; the trainer must not be used afterwards.</summary>
    /// <param name="progress">Loss, rate and norm of the step.</param>
    /// <param name="loss">The loss in units of 2^-16 binary digits, summed over the tokens.</param>
    public bool TryStep(out TrainingProgress progress, out long loss)
    {
        if (Step >= Recipe.Steps)
        {
            throw new InvalidOperationException("The run is at its end.");
        }

        FloatingPointMode.Demand();
        progress = default;
        loss = -1;
        if (!_executor.Begin())
        {
            return false;
        }

        float share = 1f / (float)(Recipe.Batch * Recipe.SequenceLength);
        long total = 0;
        for (int done = 0; done < Recipe.Batch; done += _windows.Length)
        {
            int count = Math.Min(_windows.Length, Recipe.Batch - done);
            for (int i = 0; i < count; i++)
            {
                _windows[i] = _order[((long)Step * Recipe.Batch) + done + i];
            }

            long part = _executor.Add(_windows.AsSpan(0, count), share);
            if (part < 0)
            {
                return false;
            }

            total += part;
        }

        float rate = TrainingMath.Rate(Recipe, Step + 1);
        if (!TryDescend(rate, out float norm))
        {
            return false;
        }

        loss = total;
        double mean = total * TrainingMath.NatsPerUnit / ((double)Recipe.Batch * Recipe.SequenceLength);
        progress = new TrainingProgress(Step, mean, rate, norm);
        return true;
    }

    /// <summary>Writes the checkpoint of the state.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _executor.Store();
        _state.Write(stream);
    }

    /// <summary>Writes the model as an artifact: int8 weights, adapters merged, and a tokenizer.</summary>
    /// <param name="path">The file to write; one of that name is replaced.</param>
    /// <param name="tokenizerOf">An artifact whose tokenizer the model takes; null for the bytes of <see cref="ByteTokenizer"/>.</param>
    /// <param name="cancellation">Looked at between matrices.</param>
    /// <exception cref="EngineRefusedException">The artifact of the tokenizer is refused, or a weight is out of range.</exception>
    public ModelDescriptor Export(string path, string? tokenizerOf, CancellationToken cancellation)
    {
        byte[] tokenizer = tokenizerOf is null ? StoredByteTokenizer.Encoded() : ModelArtifact.ReadTokenizer(tokenizerOf, out _);
        _executor.Store();
        return ArtifactWriter.Write(path, Recipe.Shape, new TrainedSource(_decoder), tokenizer, null, cancellation);
    }

    /// <summary>The weights as they stand, in float.</summary>
    internal TrainedWeights Weights()
    {
        _executor.Store();
        return new TrainedWeights(_decoder);
    }

    /// <summary>Ends the threads, or gives the memory of the device back.</summary>
    public void Dispose() => _executor.Dispose();

    private static TrainingOutcome Refused(TrainingRecipe recipe, TrainingChunk chunk, EngineRefusal refusal) =>
        new(recipe.Digest, chunk, TrainingFinish.Refused, refusal.Code, []);

    private static EngineRefusal? CheckParts(TrainingRecipe recipe, Model? model, TrainingData data)
    {
        if (recipe.Check() is { } refusal)
        {
            return refusal;
        }

        if (model?.Descriptor.Digest != recipe.Base || (model is not null && model.Config != recipe.Shape))
        {
            return new EngineRefusal(EngineRefusalCode.BaseModelUnfit, "base model", $"{recipe.Base?.ToString() ?? "none"}", $"{model?.Descriptor.Digest.ToString() ?? "none"}");
        }

        if (data.Digest != recipe.Data)
        {
            return new EngineRefusal(EngineRefusalCode.TrainingDataUnfit, "data", $"{recipe.Data}", $"{data.Digest}");
        }

        if (WindowOrder.Count(recipe, data.Count) == 0)
        {
            return new EngineRefusal(EngineRefusalCode.TrainingDataUnfit, "tokens", $"at least {2 * recipe.SequenceLength}", $"{data.Count}");
        }

        foreach (int token in data.Tokens.Span)
        {
            if (token >= recipe.Shape.Vocabulary)
            {
                return EngineRefusal.Range(EngineRefusalCode.TrainingDataUnfit, "token", 0, recipe.Shape.Vocabulary - 1, token);
            }
        }

        return null;
    }

    private static EngineRefusal? CheckMemory(TrainingRecipe recipe, EngineOptions options)
    {
        ModelConfig shape = recipe.Shape;
        long rows = (long)Math.Min(options.BatchSize, recipe.Batch) * recipe.SequenceLength;
        long perLayer = (16L * shape.Dimension) + (14L * shape.QueryWidth) + (10L * shape.FeedForward) + (8L * shape.KeyValueWidth);
        long widest = Math.Max(Math.Max(shape.Dimension, shape.QueryWidth), Math.Max(shape.FeedForward, shape.Vocabulary + 15L));
        long attention = options.Threads * 20L * recipe.SequenceLength * recipe.SequenceLength;
        long bytes = (19 * shape.ParameterCount) + (rows * ((shape.Layers * perLayer) + (40 * widest))) + attention;
        long longest = Math.Max(Math.Max(rows * widest, (long)recipe.SequenceLength * recipe.SequenceLength), widest * shape.Dimension) * sizeof(float);
        return bytes > options.MaxMemoryBytes || longest > Array.MaxLength - 4096
            ? EngineRefusal.Range(EngineRefusalCode.MemoryExceeded, "bytes of training", 0, options.MaxMemoryBytes, Math.Max(bytes, longest))
            : null;
    }

    // Weights and means are kept on both sides; what a step needs lies on the device.
    private static EngineRefusal? CheckMemory(TrainingRecipe recipe, EngineOptions options, IGpuDevice device)
    {
        long bytes = GpuTraining.BytesOf(recipe, Math.Min(options.BatchSize, recipe.Batch));
        long most = Math.Min(options.MaxMemoryBytes, device.MemoryBytes);
        return bytes > most ? EngineRefusal.Range(EngineRefusalCode.MemoryExceeded, "bytes of training on the device", 0, most, bytes) : null;
    }

    private EngineRefusal? Restore(Stream parent, TrainingChunk chunk) => !TryRestore(parent, chunk.Parent, out EngineRefusal? refusal)
        ? refusal
        : Step == chunk.FirstStep
            ? null
            : new EngineRefusal(EngineRefusalCode.CheckpointUnfit, "step of the checkpoint", $"{chunk.FirstStep}", $"{Step}");

    /// <summary>Does the steps of a chunk from where the run stands.</summary>
    internal TrainingOutcome Run(TrainingChunk chunk, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var steps = new List<TrainingStep>(chunk.Steps);
        while (steps.Count < chunk.Steps)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!TryStep(out TrainingProgress now, out long loss))
            {
                return new TrainingOutcome(Recipe.Digest, chunk, TrainingFinish.Fault, EngineRefusalCode.NumericRange, steps.ToArray());
            }

            steps.Add(new TrainingStep(loss, State));
            progress?.Report(now);
        }

        return new TrainingOutcome(Recipe.Digest, chunk, TrainingFinish.Done, EngineRefusalCode.None, steps.ToArray());
    }

    /// <summary>The norm over all gradients, clipping, and the optimiser.</summary>
    private bool TryDescend(float rate, out float norm)
    {
        norm = 0f;
        int bits = _executor.MagnitudeBits();
        if (bits > ExactMath.LargestBits)
        {
            return false;
        }

        if (TrainingMath.IsScale(bits))
        {
            float magnitude = BitConverter.Int32BitsToSingle(bits);
            norm = float.Sqrt(TrainingMath.ToSingle(_executor.SquareSum(16383f / magnitude))) * (magnitude / 16383f);
        }

        _state.Advance();
        _executor.Descend(new AdamStep(
            norm > Recipe.ClipNorm ? Recipe.ClipNorm / norm : 1f,
            rate,
            Recipe.Beta1,
            1f - Recipe.Beta1,
            Recipe.Beta2,
            1f - Recipe.Beta2,
            1f / (1f - _state.Product1),
            1f / (1f - _state.Product2),
            Recipe.Epsilon,
            Recipe.Decay));
        return true;
    }
}
