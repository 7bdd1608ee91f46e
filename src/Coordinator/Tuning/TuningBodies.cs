using System.Text.Json;
using System.Text.Json.Serialization;
using Ait.Chain;
using Ait.Coordinator.Completing;

namespace Ait.Coordinator.Tuning;

/// <summary>A job as OpenAI shapes it.</summary>
/// <param name="Object">Always <c>fine_tuning.job</c>.</param>
/// <param name="Id">Its name.</param>
/// <param name="Model">What it begins from.</param>
/// <param name="CreatedAt">Unix seconds, as all times here.</param>
/// <param name="FinishedAt">When it came to its end, whatever that was.</param>
/// <param name="Status">queued, running, succeeded, failed or cancelled.</param>
/// <param name="FineTunedModel">Always null: what a run leaves is a checkpoint, which no endpoint speaks with.</param>
/// <param name="OrganizationId">The account that pays.</param>
/// <param name="ResultFiles">Always empty; checkpoints are named in <see cref="TuningProof"/>.</param>
/// <param name="TrainingFile">The training data.</param>
/// <param name="ValidationFile">Always null.</param>
/// <param name="TrainedTokens">Of the steps that are agreed on.</param>
/// <param name="Seed">Of the order of the windows.</param>
/// <param name="EstimatedFinish">Always null.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Hyperparameters">With every value that was left to the coordinator.</param>
/// <param name="Method">The same as OpenAI's newer clients read it.</param>
/// <param name="Integrations">Always empty.</param>
/// <param name="Metadata">The buyer's own notes.</param>
/// <param name="UserProvidedSuffix">The buyer's own word for it.</param>
/// <param name="Ait">What it costs and what is agreed on.</param>
internal sealed record TuningJobBody(
    string Object,
    string Id,
    string Model,
    long CreatedAt,
    long? FinishedAt,
    string Status,
    string? FineTunedModel,
    Address OrganizationId,
    IReadOnlyList<string> ResultFiles,
    string TrainingFile,
    string? ValidationFile,
    long TrainedTokens,
    ulong Seed,
    long? EstimatedFinish,
    ErrorBody? Error,
    TuningNumbers Hyperparameters,
    TuningMethod Method,
    IReadOnlyList<string> Integrations,
    JsonElement Metadata,
    string? UserProvidedSuffix,
    TuningProof Ait);

/// <summary>How it is trained.</summary>
internal sealed record TuningMethod(string Type, SupervisedMethod Supervised);

/// <summary>By example.</summary>
internal sealed record SupervisedMethod(TuningNumbers Hyperparameters);

/// <summary>The numbers of a run; those behind OpenAI's three are this engine's.</summary>
internal sealed record TuningNumbers(
    string NEpochs, int BatchSize, double LearningRateMultiplier, int Steps, int WarmupSteps, int SequenceLength, int Rank, double AdapterScale, int CheckpointSteps);

/// <summary>What a run costs and what is agreed on.</summary>
/// <param name="RecipeDigest">Digest of everything that determines the run; the same in every outcome.</param>
/// <param name="StepsDone">Steps that are agreed on.</param>
/// <param name="Checkpoint">Digest of the state behind them.</param>
/// <param name="CheckpointUrl">Where it is kept.</param>
/// <param name="ComputeUnits">What the whole run costs, micro-CU.</param>
/// <param name="ComputeUnitsCharged">What was drawn of the credit, micro-CU; what a task without agreement gave back is in it.</param>
internal sealed record TuningProof(string RecipeDigest, int StepsDone, Hash256? Checkpoint, string? CheckpointUrl, ulong ComputeUnits, ulong ComputeUnitsCharged);

/// <summary>An event of a job.</summary>
internal sealed record TuningEventBody(string Object, string Id, long CreatedAt, string Level, string Message, string Type, TuningMetrics? Data);

/// <summary>A checkpoint of a job.</summary>
/// <param name="Object">Always <c>fine_tuning.job.checkpoint</c>.</param>
/// <param name="Id">Its name in lists.</param>
/// <param name="CreatedAt">When its chunk was agreed on.</param>
/// <param name="FineTunedModelCheckpoint">Its digest.</param>
/// <param name="FineTuningJobId">The job.</param>
/// <param name="Metrics">Of its step.</param>
/// <param name="StepNumber">Steps before it.</param>
/// <param name="Ait">The proof of its chunk.</param>
internal sealed record TuningCheckpointBody(
    string Object, string Id, long CreatedAt, Hash256 FineTunedModelCheckpoint, string FineTuningJobId, TuningMetrics Metrics, int StepNumber, ProofBody? Ait);

/// <summary>Of a step: training loss in nats per token.</summary>
internal sealed record TuningMetrics(int Step, double TrainLoss);

/// <summary>A page of a list, newest first.</summary>
internal sealed record TuningPage<T>(string Object, IReadOnlyList<T> Data, bool HasMore, string? FirstId, string? LastId);

/// <summary>OpenAI's JSON of fine-tuning.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TuningJobBody))]
[JsonSerializable(typeof(TuningPage<TuningJobBody>))]
[JsonSerializable(typeof(TuningPage<TuningEventBody>))]
[JsonSerializable(typeof(TuningPage<TuningCheckpointBody>))]
internal sealed partial class TuningJson : JsonSerializerContext;
