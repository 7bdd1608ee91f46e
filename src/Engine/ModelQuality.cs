using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Execution;
using Ait.Engine.Importing;
using Ait.Engine.Judging;

namespace Ait.Engine;

/// <summary>Measures what quantisation costs: the int8 engine against a float reference.</summary>
public static class ModelQuality
{
    /// <summary>
    /// Predicts every next token of the text with both. The reference takes one layer after the other, so that only one layer of
    /// float weights is in memory.
    /// </summary>
    /// <param name="folder">
    /// The checkpoint that the model was imported from, whose weights the reference reads. Null for the model's own weights, which leaves
    /// what rounding the activations and the steps of the arithmetic cost.
    /// </param>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text, 2 tokens to the context of the model.</param>
    /// <param name="options">How the engine runs; null for the default.</param>
    /// <param name="cancellation">Looked at between layers and positions.</param>
    /// <param name="report">The comparison.</param>
    /// <param name="refusal">Why there is none.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static bool TryMeasure(
        string? folder,
        Model model,
        ReadOnlySpan<int> tokens,
        EngineOptions? options,
        CancellationToken cancellation,
        [NotNullWhen(true)] out QualityReport? report,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(model);
        report = null;
        refusal = tokens.Length >= 2 && tokens.Length <= model.Config.MaxContext
            ? new GenerationRequest(tokens[..^1], 1).Check(model.Config)
            : EngineRefusal.Range(EngineRefusalCode.ContextExceeded, "tokens of the text", 2, model.Config.MaxContext, tokens.Length);
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

            var reference = new FloatDecoder(checkpoint is null ? new ModelWeights(model) : new CheckpointWeights(checkpoint));
            report = Compare(reference.Hidden(tokens[..^1], cancellation), reference, model, tokens, options ?? EngineOptions.Default, cancellation);
        }
        catch (EngineRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        return report is not null;
    }

    private static void CheckSame(ModelConfig checkpoint, ModelConfig model)
    {
        // A rotation takes features away and a shorter context is allowed; all else is the same model.
        ModelConfig same = checkpoint with { Features = model.Features, MaxContext = model.MaxContext };
        if (same != model)
        {
            throw JsonFile.Fault(EngineRefusalCode.ModelShape, "checkpoint", "the one that the model was imported from", "one of another shape");
        }
    }

    private static QualityReport Compare(
        float[][] hidden, FloatDecoder reference, Model model, ReadOnlySpan<int> tokens, EngineOptions options, CancellationToken cancellation)
    {
        using var crew = new WorkCrew(options.Threads);
        // The comparison is of the arithmetic, which is one everywhere: the processor will do.
        Backend backend = Backends.Resolve(options.Backend) == Backend.Gpu ? Backends.OnProcessor[^1] : options.Backend;
        using var executor = new StepExecutor(model, Backends.Create(backend), crew, 1, 1, hidden.Length);
        var slice = new Slice { Cache = new KeyValueCache(model.Config, hidden.Length), WantsLogits = true };
        Slice[] slices = [slice];
        int[] fed = tokens.ToArray();
        double referenceLoss = 0;
        double engineLoss = 0;
        double divergence = 0;
        int agreed = 0;
        for (int position = 0; position < hidden.Length; position++)
        {
            cancellation.ThrowIfCancellationRequested();
            slice.Start = position;
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

        int count = hidden.Length;
        return new QualityReport(
            count, RealMath.Exp(referenceLoss / count), RealMath.Exp(engineLoss / count), (double)agreed / count, divergence / count);
    }
}
