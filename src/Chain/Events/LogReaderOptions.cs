using System.Collections.Immutable;

namespace Ait.Chain.Events;

/// <summary>What a reader reads.</summary>
public sealed record LogReaderOptions
{
    /// <summary>The emitting contracts; at least one.</summary>
    public required ImmutableArray<Address> Addresses { get; init; }

    /// <summary>Accepted first topics; empty for all.</summary>
    public ImmutableArray<Hash256> Topics { get; init; } = [];

    /// <summary>How many blocks must lie above a block before it is read; 0 reads the head. Default 0.</summary>
    public ulong Confirmations { get; init; }

    /// <summary>Blocks per request at most; halved while the node finds a range too large. Default 2000.</summary>
    public ulong MaxPage { get; init; } = 2000;

    /// <summary>Blocks below the head that can be taken back; a deeper reorganisation is refused. Default 64.</summary>
    public ulong MaxReorganisation { get; init; } = 64;
}
