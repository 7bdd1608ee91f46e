using System.Collections.Immutable;

namespace Ait.Chain.Rpc;

/// <summary>Which logs are asked for.</summary>
public sealed class LogFilter
{
    /// <summary>The first block.</summary>
    public required ulong FromBlock { get; init; }

    /// <summary>The last block.</summary>
    public required ulong ToBlock { get; init; }

    /// <summary>The emitting contracts; empty for all.</summary>
    public ImmutableArray<Address> Addresses { get; init; } = [];

    /// <summary>Accepted first topics; empty for all.</summary>
    public ImmutableArray<Hash256> Topics { get; init; } = [];

    /// <summary>Accepted second topics, what the first indexed argument is; empty for all.</summary>
    public ImmutableArray<Hash256> SecondTopics { get; init; } = [];
}
