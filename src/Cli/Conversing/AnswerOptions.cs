using System.Collections.Immutable;
using Ait.Engine;

namespace Ait.Cli.Conversing;

/// <summary>How answers are generated.</summary>
internal sealed record AnswerOptions
{
    internal required int MaxNewTokens { get; init; }

    internal required SamplingParameters Sampling { get; init; }

    internal required ulong Seed { get; init; }

    internal required ImmutableArray<ReadOnlyMemory<byte>> StopSequences { get; init; }
}
