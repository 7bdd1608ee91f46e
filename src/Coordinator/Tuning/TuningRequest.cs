using Ait.Coordinator.Completing;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Coordinator.Tuning;

/// <summary>A run of training that a buyer asks for, within the limits of engine and coordinator.</summary>
/// <param name="Model">What it begins from.</param>
/// <param name="Recipe">Everything that determines it.</param>
/// <param name="ChunkSteps">Steps between two checkpoints.</param>
/// <param name="Suffix">The buyer's own word for it.</param>
/// <param name="Metadata">The buyer's own notes, a JSON object of texts.</param>
internal sealed record TuningRequest(ModelText Model, TrainingRecipe Recipe, int ChunkSteps, string? Suffix, string Metadata)
{
    internal Workload FirstChunk => TuningJob.Chunk(Recipe, ChunkSteps, 0, default);

    internal ComputeUnits ChunkPrice => FirstChunk.Price(Model.Entry.MicroComputeUnitsPerToken);

    /// <summary>The price of all chunks.</summary>
    internal ComputeUnits Price => new(checked((ulong)Recipe.Steps * (ulong)Recipe.Batch * (ulong)Recipe.SequenceLength * Model.Entry.MicroComputeUnitsPerToken));
}
