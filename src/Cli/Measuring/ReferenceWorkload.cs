using Ait.Engine;

namespace Ait.Cli.Measuring;

/// <summary>
/// The workload that compute units are defined by: LLM inference of a batch of sequences of one length, a prompt and new tokens
/// together. Counts what has to be done, so that a time can be held against what hardware can do.
/// </summary>
/// <param name="Shape">The model.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="PromptTokens">Tokens of every prompt.</param>
/// <param name="NewTokens">New tokens of every sequence.</param>
internal sealed record ReferenceWorkload(ModelConfig Shape, int Batch, int PromptTokens, int NewTokens)
{
    internal const int StandardBatch = 32;
    internal const int StandardSequence = 2048;
    private const double UnitsPerHourOfH100 = 1000;

    // Keys and values of a byte each; a scale of every key, an exponent of every value.
    private double BytesPerPosition => (double)Shape.Layers * Shape.KeyValueHeads * ((2 * Shape.HeadDimension) + 8);

    private double TableParameters => (double)Shape.Vocabulary * Shape.Dimension;

    private double LayerParameters => Shape.ParameterCount - ((Shape.Has(ModelFeatures.TiedOutput) ? 1 : 2) * TableParameters);

    /// <summary>Multiplications and additions of all prompts; attention sees every position before.</summary>
    internal double PrefillOperations =>
        Batch * ((2 * PromptTokens * LayerParameters) + (2 * TableParameters) + AttentionOperations((double)PromptTokens * (PromptTokens + 1) / 2));

    /// <summary>Multiplications and additions of the steps that make the new tokens.</summary>
    internal double DecodeOperations => (2.0 * Batch * NewTokens * (LayerParameters + TableParameters)) + (Batch * AttentionOperations(SeenPositions));

    /// <summary>Bytes that those steps bring from memory: each all weights but the embedding, and every key and value.</summary>
    internal double DecodeBytes => (NewTokens * (LayerParameters + TableParameters)) + (Batch * SeenPositions * BytesPerPosition);

    private double SeenPositions => NewTokens * (PromptTokens + ((NewTokens + 1) / 2.0));

    /// <summary>Bytes of the weights and of every key and value: what has to be held at once.</summary>
    internal double HeldBytes => Shape.ParameterCount + (Batch * (double)(PromptTokens + NewTokens) * BytesPerPosition);

    /// <summary>Seconds of the prompts at a limit.</summary>
    internal double PrefillSeconds(HardwareLimit limit) => PrefillOperations / limit.OperationsPerSecond;

    /// <summary>Seconds of the new tokens at a limit: computing and reading overlap, the longer counts.</summary>
    internal double DecodeSeconds(HardwareLimit limit) =>
        Math.Max(DecodeOperations / limit.OperationsPerSecond, DecodeBytes / limit.BytesPerSecond);

    /// <summary>Compute units of one run: an H100 at its limits earns 1000 in an hour.</summary>
    internal double ComputeUnits => UnitsPerHourOfH100 / 3600 * (PrefillSeconds(HardwareLimit.H100) + DecodeSeconds(HardwareLimit.H100));

    // A score and a weighted sum for every head and position.
    private double AttentionOperations(double positions) => 4.0 * Shape.Layers * Shape.QueryWidth * positions;
}
