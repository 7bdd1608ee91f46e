using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Execution;
using Ait.Engine.Importing;
using Ait.Engine.Judging;

namespace Ait.Engine;

/// <summary>Measures what quantisation costs: the int8 engine against a float reference.</summary>
public static class ModelQuality
{
    /// <summary>
    /// Predicts every next token of the text with both. A text is cut into windows, each predicted from its own beginning. The
    /// reference takes one layer after the other, so that only one layer of float weights is in memory.
    /// </summary>
    /// <param name="folder">
    /// The checkpoint that the model was imported from, whose weights the reference reads. Null for the model's own weights, which leaves
    /// what rounding the activations and the steps of the arithmetic cost.
    /// </param>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text, 2 tokens or more.</param>
    /// <param name="window">Tokens of a window, 2 to the context of the model; null for the context. A model knows only positions that it was trained on.</param>
    /// <param name="options">How the engine runs; null for the default.</param>
    /// <param name="cancellation">Looked at between layers and positions.</param>
    /// <param name="report">The comparison.</param>
    /// <param name="refusal">Why there is none.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static bool TryMeasure(
        string? folder,
        Model model,
        ReadOnlySpan<int> tokens,
        int? window,
        EngineOptions? options,
        CancellationToken cancellation,
        [NotNullWhen(true)] out QualityReport? report,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        report = null;
        refusal = CheckText(model, tokens, window);
        if (refusal is not null)
        {
            return false;
        }

        try
        {
            using Checkpoint? checkpoint = folder is null ? null : Checkpoint.Open(folder);
            if (checkpoint is not null)
            {
                CheckSame(checkpoint.Config.Shape, model.Config);
            }

            report = Compare(checkpoint is null ? new ModelWeights(model) : new CheckpointWeights(checkpoint), model, tokens, window ?? model.Config.MaxContext, options, cancellation);
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return report is not null;
    }

    /// <summary>As <see cref="TryMeasure(string?, Model, ReadOnlySpan{int}, int?, EngineOptions?, CancellationToken, out QualityReport?, out EngineRefusal?)"/>, against the float weights of the run that made the model.</summary>
    /// <param name="trainer">The run, where it stood when the model was exported.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text, 2 tokens or more.</param>
    /// <param name="window">Tokens of a window, 2 to the context of the model; null for the context. A model knows only positions that it was trained on.</param>
    /// <param name="options">How the engine runs; null for the default.</param>
    /// <param name="cancellation">Looked at between layers and positions.</param>
    /// <param name="report">The comparison.</param>
    /// <param name="refusal">Why there is none.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static bool TryMeasureTrained(
        Trainer trainer,
        Model model,
        ReadOnlySpan<int> tokens,
        int? window,
        EngineOptions? options,
        CancellationToken cancellation,
        [NotNullWhen(true)] out QualityReport? report,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        report = null;
        refusal = CheckText(model, tokens, window);
        if (refusal is not null)
        {
            return false;
        }

        try
        {
            CheckSame(trainer.Recipe.Shape, model.Config);
            report = Compare(trainer.Weights(), model, tokens, window ?? model.Config.MaxContext, options, cancellation);
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return report is not null;
    }

    private static EngineRefusal? CheckText(Model model, ReadOnlySpan<int> tokens, int? window)
    {
        ArgumentNullException.ThrowIfNull(model);
        int context = model.Config.MaxContext;
        return tokens.Length is < 2 or > EngineLimits.MaxContext
            ? EngineRefusal.Range(EngineRefusalCode.ContextExceeded, "tokens of the text", 2, EngineLimits.MaxContext, tokens.Length)
            : window is < 2 || window > context
                ? EngineRefusal.Range(EngineRefusalCode.ContextExceeded, "tokens of a window", 2, context, window.Value)
                : GenerationRequest.Tokens([.. tokens], "token of the text", model.Config);
    }

    private static void CheckSame(ModelConfig source, ModelConfig model)
    {
        // A rotation takes features away and a shorter context is allowed; all else is the same model.
        ModelConfig same = source with { Features = model.Features, MaxContext = model.MaxContext };
        if (same != model)
        {
            throw JsonFile.Fault(EngineRefusalCode.ModelShape, "reference", "the one that the model was made of", "one of another shape");
        }
    }

    private static QualityReport Compare(
        IFloatWeights weights, Model model, ReadOnlySpan<int> tokens, int window, EngineOptions? options, CancellationToken cancellation)
    {
        options ??= EngineOptions.Default;
        var reference = new FloatDecoder(weights);
        float[][] hidden = reference.Hidden(tokens, window, cancellation);
        using var crew = new WorkCrew(options.Threads);
        // The comparison is of the arithmetic, which is one everywhere: the processor will do.
        Backend backend = Backends.Resolve(options.Backend) == Backend.Gpu ? Backends.OnProcessor[^1] : options.Backend;
        int longest = Math.Min(window, tokens.Length);
        using var executor = new StepExecutor(model, Backends.Create(backend), crew, 1, 1, longest);
        var slice = new Slice { Cache = new KeyValueCache(model.Config, longest), WantsLogits = true };
        Slice[] slices = [slice];
        int[] fed = tokens.ToArray();
        double referenceLoss = 0;
        double engineLoss = 0;
        double divergence = 0;
        int agreed = 0;
        int count = 0;
        for (int position = 0; position < tokens.Length - 1; position++)
        {
            cancellation.ThrowIfCancellationRequested();
            slice.Start = position % window;
            if (slice.Start == window - 1)
            {
                continue; // What follows is another window's.
            }

            count++;
            slice.Tokens = fed.AsMemory(position, 1);
            executor.Step(slices);
            if (slice.Faulted)
            {
                throw JsonFile.Fault(EngineRefusalCode.NumericRange, $"position {position}", "values within the range of the arithmetic", "others");
            }

            float[] expected = reference.Logits(hidden[position]);
            ReadOnlySpan<float> found = executor.Logits(slice.LogitsRow);
            double expectedNorm = RealMath.LogSumExp(expected);
            double foundNorm = RealMath.LogSumExp(found);
            int next = tokens[position + 1];
            referenceLoss += expectedNorm - expected[next];
            engineLoss += foundNorm - found[next];
            agreed += Sampler.Greatest(expected) == Sampler.Greatest(found) ? 1 : 0;
            for (int i = 0; i < expected.Length; i++)
            {
                double share = RealMath.Exp(expected[i] - expectedNorm);
                divergence += share * (expected[i] - expectedNorm - (found[i] - foundNorm));
            }
        }

        return new QualityReport(
            count, RealMath.Exp(referenceLoss / count), RealMath.Exp(engineLoss / count), (double)agreed / count, divergence / count);
    }
}
