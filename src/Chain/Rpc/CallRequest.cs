using System.Numerics;

namespace Ait.Chain.Rpc;

/// <summary>A message call that is simulated.</summary>
public sealed class CallRequest
{
    /// <summary>The caller; the zero address if null.</summary>
    public Address? From { get; init; }

    /// <summary>The callee; null to simulate a creation.</summary>
    public Address? To { get; init; }

    /// <summary>Calldata, or creation code.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Wei sent along.</summary>
    public BigInteger Value { get; init; }

    /// <summary>Gas available; the node's default if null.</summary>
    public ulong? Gas { get; init; }
}
