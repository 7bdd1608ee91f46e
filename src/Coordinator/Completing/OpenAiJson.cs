using System.Text.Json.Serialization;
using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Protocol;

namespace Ait.Coordinator.Completing;

/// <summary>An error as OpenAI shapes it.</summary>
internal sealed record ErrorEnvelope(ErrorBody Error);

/// <summary>What is in it.</summary>
internal sealed record ErrorBody(string Message, string Type, string? Param, string Code);

/// <summary>Answer of /v1/chat/completions, whole or as one piece of a stream.</summary>
internal sealed record ChatCompletion(string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<ChatChoice> Choices)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageBody? Usage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProofBody? Ait { get; init; }
}

/// <summary>The one choice: a message, or in a stream what is added to it.</summary>
internal sealed record ChatChoice(int Index, string? FinishReason)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatText? Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatText? Delta { get; init; }

    public object? Logprobs { get; }
}

/// <summary>A message or a part of it.</summary>
internal sealed record ChatText
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }
}

/// <summary>Answer of /v1/completions, whole or as one piece of a stream.</summary>
internal sealed record TextCompletion(string Id, string Object, long Created, string Model, string SystemFingerprint, IReadOnlyList<TextChoice> Choices)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UsageBody? Usage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProofBody? Ait { get; init; }
}

/// <summary>The one choice.</summary>
internal sealed record TextChoice(int Index, string Text, string? FinishReason)
{
    public object? Logprobs { get; }
}

/// <summary>Tokens of the prompt and of the answer.</summary>
internal sealed record UsageBody(int PromptTokens, int CompletionTokens, int TotalTokens);

/// <summary>Where the proof of an answer is: what three devices agreed on, and what the chain says of it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="WorkloadId">The workload hash: model, prompt, sampling, seed.</param>
/// <param name="ResultHash">SHA-256 of the transcript or embedding that the seats agree on.</param>
/// <param name="Phase">Agreed, or Settled once the contract has paid it.</param>
/// <param name="Seats">Seats drawn.</param>
/// <param name="SeatsAgreeing">Seats with this result.</param>
/// <param name="ComputeUnits">What it is worth, micro-CU.</param>
/// <param name="ComputeUnitsCharged">What this request paid of it, micro-CU.</param>
/// <param name="Seed">The sampler's seed, drawn if the request gave none; 0 if greedy.</param>
/// <param name="SettlementTransaction">The transaction that settled it, once there is one.</param>
/// <param name="TaskUrl">Leaf, Merkle proof, seat secret, seats and work attestations, complete once settled.</param>
/// <param name="BundleUrl">The proof from the hardware's evidence to the mint in one file, once settled; `ait verify bundle` checks it offline.</param>
/// <param name="WorkloadUrl">The transcript, once settled.</param>
internal sealed record ProofBody(
    Hash256 TaskId,
    Hash256 WorkloadId,
    Hash256 ResultHash,
    string Phase,
    int Seats,
    int SeatsAgreeing,
    ulong ComputeUnits,
    ulong ComputeUnitsCharged,
    ulong Seed,
    Hash256? SettlementTransaction,
    string TaskUrl,
    string BundleUrl,
    string WorkloadUrl)
{
    /// <summary>The proof of an agreed result.</summary>
    internal static ProofBody Of(Workload workload, AnswerState state, ulong charged, Uri publicUrl)
    {
        TaskRow task = state.Task!; // What is agreed on has a task, which is on chain and has a result.
        Hash256 taskId = task.TaskId!.Value;
        return new ProofBody(
            taskId,
            workload.Hash,
            task.ResultHash!.Value,
            task.Phase.ToString(),
            task.Level,
            state.SeatsAgreeing,
            task.Task.ComputeUnits.Micro,
            charged,
            workload.Seed,
            task.SettledTransaction,
            new Uri(publicUrl, $"/v1/tasks/{taskId}").AbsoluteUri,
            new Uri(publicUrl, $"/v1/tasks/{taskId}/bundle").AbsoluteUri,
            new Uri(publicUrl, $"/v1/workloads/{workload.Hash}").AbsoluteUri);
    }
}

/// <summary>Answer of /v1/embeddings.</summary>
internal sealed record EmbeddingList(string Object, IReadOnlyList<EmbeddingItem> Data, string Model, EmbeddingUsage Usage);

/// <summary>The embedding of one input.</summary>
/// <param name="Object">Always <c>embedding</c>.</param>
/// <param name="Index">Which input, from 0.</param>
/// <param name="Embedding">Its values as numbers, or as base64 of little-endian floats.</param>
/// <param name="Ait">Where its proof is.</param>
internal sealed record EmbeddingItem(string Object, int Index, object Embedding, ProofBody Ait);

/// <summary>Tokens of the inputs.</summary>
internal sealed record EmbeddingUsage(int PromptTokens, int TotalTokens);

/// <summary>Answer of POST /v1/quotes.</summary>
/// <param name="WorkloadId">The workload hash; the argument of <c>redeem</c> where one redeems for this workload alone.</param>
/// <param name="Workload">Its encoding in hexadecimal, for POST /v1/workloads.</param>
/// <param name="Seed">The sampler's seed, drawn if the request gave none: the same request with it is this workload.</param>
/// <param name="WillRun">Whether its task can be seated now and a key's credit and limits cover it.</param>
/// <param name="WhyNot">Why it will not run.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="MaxTokens">Most new tokens.</param>
/// <param name="ComputeUnits">Its price, micro-CU.</param>
/// <param name="ComputeUnitsCharged">What this key would pay: nothing where the result is known or on its way.</param>
/// <param name="PriceWei">Its price in AIT, wei.</param>
/// <param name="ComputeUnitsAvailable">The account's credit, micro-CU.</param>
/// <param name="QueueLength">Workloads waiting before it.</param>
/// <param name="LiveDevices">Devices that can be drawn.</param>
/// <param name="SecondsToAnswer">Median from queue to agreement of the last tasks; null if there were none.</param>
/// <param name="SecondsToGiveUp">After so long a request without an answer is given up.</param>
internal sealed record QuoteBody(
    Hash256 WorkloadId,
    string Workload,
    ulong Seed,
    bool WillRun,
    string? WhyNot,
    int PromptTokens,
    int MaxTokens,
    ulong ComputeUnits,
    ulong ComputeUnitsCharged,
    string PriceWei,
    ulong ComputeUnitsAvailable,
    int QueueLength,
    int LiveDevices,
    double? SecondsToAnswer,
    double SecondsToGiveUp);

/// <summary>OpenAI's JSON: snake case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(TextCompletion))]
[JsonSerializable(typeof(EmbeddingList))]
[JsonSerializable(typeof(float[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(QuoteBody))]
internal sealed partial class OpenAiJson : JsonSerializerContext;
