using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Rlp;
using Ait.Chain.Signing;

namespace Ait.Chain.Transactions;

/// <summary>An unsigned type 2 transaction (EIP-1559), compared by content.</summary>
public sealed record Eip1559Transaction
{
    internal const byte Type = 2;

    /// <summary>The EIP-155 chain id.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>How many transactions the account sent before.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>Wei per gas for the block's producer.</summary>
    public required BigInteger MaxPriorityFeePerGas { get; init; }

    /// <summary>Wei per gas paid at most, base fee included.</summary>
    public required BigInteger MaxFeePerGas { get; init; }

    /// <summary>Gas used at most.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>Who is called; null to create a contract.</summary>
    public Address? To { get; init; }

    /// <summary>Wei sent along.</summary>
    public BigInteger Value { get; init; }

    /// <summary>Calldata, or creation code.</summary>
    public ImmutableArray<byte> Data { get; init; } = [];

    /// <summary>Announced accounts and slots.</summary>
    public ImmutableArray<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>keccak256(0x02 ‖ rlp(fields)), the digest that is signed.</summary>
    public Hash256 SigningHash() => Keccak256.Hash([Type, .. RlpCodec.Encode(RlpItem.List(Fields()))]);

    /// <summary>Signs the transaction.</summary>
    public SignedTransaction Sign(Secp256k1PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new SignedTransaction(this, key.Sign(SigningHash()), key.Address);
    }

    /// <summary>Whether every field is equal.</summary>
    public bool Equals(Eip1559Transaction? other) =>
        other is not null
        && ChainId == other.ChainId
        && Nonce == other.Nonce
        && MaxPriorityFeePerGas == other.MaxPriorityFeePerGas
        && MaxFeePerGas == other.MaxFeePerGas
        && GasLimit == other.GasLimit
        && To == other.To
        && Value == other.Value
        && Data.AsSpan().SequenceEqual(other.Data.AsSpan())
        && AccessList.SequenceEqual(other.AccessList);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ChainId, Nonce, MaxPriorityFeePerGas, MaxFeePerGas, GasLimit, To, Value, Data.Length);

    internal RlpItem[] Fields() =>
    [
        ChainId,
        Nonce,
        MaxPriorityFeePerGas,
        MaxFeePerGas,
        GasLimit,
        To is { } to ? to : RlpItem.String([]),
        Value,
        RlpItem.String(Data.AsSpan()),
        RlpItem.List([.. AccessList.Select(static entry => RlpItem.List(entry.Address, RlpItem.List([.. entry.StorageKeys.Select(static key => (RlpItem)key)])))]),
    ];
}
