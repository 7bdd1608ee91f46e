using System.Collections.Immutable;
using System.Numerics;

namespace Ait.Chain.Transactions;

/// <summary>What a transaction shall do; the sender adds nonce, fees and signature.</summary>
public sealed record TransactionRequest
{
    /// <summary>Who is called; null to create a contract.</summary>
    public Address? To { get; init; }

    /// <summary>Calldata, or creation code with its arguments.</summary>
    public ImmutableArray<byte> Data { get; init; } = [];

    /// <summary>Wei sent along.</summary>
    public BigInteger Value { get; init; }

    /// <summary>Gas used at most; estimated if null.</summary>
    public ulong? GasLimit { get; init; }

    /// <summary>Whether every field is equal.</summary>
    public bool Equals(TransactionRequest? other) =>
        other is not null && To == other.To && Value == other.Value && GasLimit == other.GasLimit && Data.AsSpan().SequenceEqual(other.Data.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(To, Value, GasLimit, Data.Length);
}
