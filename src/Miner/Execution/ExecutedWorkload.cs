using System.Collections.Immutable;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Engine;

namespace Ait.Miner.Execution;

/// <summary>What running a workload yielded, and the device time it took.</summary>
/// <param name="Encoded">The canonical bytes of the result.</param>
/// <param name="IsComplete">Whether it is what was asked for, and not the canonical refusal of it.</param>
/// <param name="Amount">Tokens that were generated, values of an embedding, or steps that were trained.</param>
/// <param name="DurationMillis">Device time, from when the device was this workload's until it is another's.</param>
internal sealed record ExecutedWorkload(ImmutableArray<byte> Encoded, bool IsComplete, int Amount, ulong DurationMillis)
{
    /// <summary>How much of the device time was spent waiting for the registry's least duration.</summary>
    public ulong HeldMillis { get; init; }

    /// <summary>Digest of the checkpoint that a chunk of training left; null if there is none.</summary>
    public Hash256? State { get; init; }

    private static ReadOnlySpan<byte> ErrorMark => "AXE1"u8;

    /// <summary>What seats compare: the SHA-256 of the canonical bytes.</summary>
    public Hash256 ResultHash => new(SHA256.HashData(Encoded.AsSpan()));

    public static ExecutedWorkload Of(Transcript transcript, ulong durationMillis) =>
        new([.. transcript.ToBytes()], transcript.IsComplete, transcript.Tokens.Length, durationMillis);

    public static ExecutedWorkload Of(Embedding embedding, ulong durationMillis) =>
        new([.. embedding.ToBytes()], embedding.FinishReason == FinishReason.Length, embedding.Values.Length, durationMillis);

    /// <summary>
    /// A chunk that is done has its outcome as the result. One that is refused or diverged is an error of the task: its bytes begin
    /// with a mark and the device, so that no two seats agree and nobody is paid for it (docs/protocol.md).
    /// </summary>
    public static ExecutedWorkload Of(TrainingOutcome outcome, Hash256 gpuId, ulong durationMillis)
    {
        if (outcome.Finish == TrainingFinish.Done)
        {
            return new([.. outcome.ToBytes()], true, outcome.Steps.Length, durationMillis)
            {
                State = outcome.State is { } state ? new Hash256(state.ToBytes()) : null,
            };
        }

        return new([.. ErrorMark, .. gpuId.ToArray(), .. outcome.ToBytes()], false, outcome.Steps.Length, durationMillis);
    }
}
