using Ait.Chain;
using Ait.Engine;
using Ait.Protocol;

namespace Ait.Coordinator.Tuning;

/// <summary>A buyer's run of training adapters to a model: a chain of workloads, each begun from the checkpoint of the one before it.</summary>
/// <param name="JobKey">Its row.</param>
/// <param name="JobId">What buyers call it.</param>
/// <param name="KeyId">The API key that pays.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Model">The name of the model that it begins from.</param>
/// <param name="Recipe">Everything that determines the run.</param>
/// <param name="ChunkSteps">Steps between two checkpoints.</param>
/// <param name="Suffix">The buyer's own word for it.</param>
/// <param name="Metadata">The buyer's own notes, a JSON object of texts.</param>
/// <param name="State">How it stands.</param>
/// <param name="CreatedAt">Unix milliseconds, as all times here.</param>
/// <param name="FinishedAt">When it came to its end.</param>
/// <param name="ErrorCode">Why it failed, in a word.</param>
/// <param name="ErrorMessage">The same in a sentence.</param>
internal sealed record TuningJob(
    long JobKey,
    string JobId,
    string KeyId,
    Address Account,
    string Model,
    TrainingRecipe Recipe,
    int ChunkSteps,
    string? Suffix,
    string Metadata,
    TuningState State,
    long CreatedAt,
    long? FinishedAt,
    string? ErrorCode,
    string? ErrorMessage)
{
    internal int TokensPerStep => Recipe.Batch * Recipe.SequenceLength;

    /// <summary>The workload of the chunk behind a step.</summary>
    internal static Workload Chunk(TrainingRecipe recipe, int chunkSteps, int firstStep, Hash256 parent) => new(
        TrainingVersion.Id, new Hash256(recipe.Base!.Value.ToBytes()), // Adapters have a base.
        new TrainingTerms([.. recipe.ToBytes()], firstStep, Math.Min(chunkSteps, recipe.Steps - firstStep), recipe.Batch * recipe.SequenceLength, parent));
}

/// <summary>How a job stands; the numbers are the ledger's.</summary>
internal enum TuningState
{
    /// <summary>A chunk of it is queued, run, or its checkpoint awaited.</summary>
    Running = 0,

    /// <summary>All steps are agreed on.</summary>
    Succeeded = 1,

    /// <summary>It does not go on, for a reason.</summary>
    Failed = 2,

    /// <summary>Its buyer ended it.</summary>
    Cancelled = 3,
}

/// <summary>A chunk of a job that was bought.</summary>
/// <param name="FirstStep">Steps before it.</param>
/// <param name="Steps">Steps of it.</param>
/// <param name="EntryKey">The queue entry whose run answers it.</param>
/// <param name="Charged">Micro-CU that it cost the buyer.</param>
/// <param name="State">Digest of the checkpoint that its seats agree on; null until they do.</param>
/// <param name="Loss">Of its last step, sum over the tokens of −log2 of the probability in units of 2^-16.</param>
/// <param name="AgreedAt">When that was noted.</param>
internal sealed record TuningChunk(int FirstStep, int Steps, long EntryKey, ulong Charged, Hash256? State, long? Loss, long? AgreedAt)
{
    internal int End => FirstStep + Steps;

    /// <summary>Nats per token.</summary>
    internal double? LossPerToken(int tokensPerStep) => Loss is long loss ? loss / 65536.0 / tokensPerStep * Math.Log(2) : null;
}

/// <summary>What is told of a job.</summary>
internal sealed record TuningEvent(long EventKey, long At, string Level, string Message, int? Step, double? Loss);
