using Ait.Engine;

namespace Ait.Miner.Execution;

/// <summary>What a chunk of training needs on this machine.</summary>
internal sealed record TrainingParts(TrainingRecipe Recipe, TrainingChunk Chunk, TrainingData Data);
