using System.Collections.Immutable;
using System.Numerics;

using Ait.Chain.Abi;
using Ait.Chain.Rlp;
using Ait.Chain.Signing;

namespace Ait.Chain.Transactions;

/// <summary>A transaction of the first kind with the replay protection of EIP-155, for chains without EIP-1559.</summary>
public sealed record LegacyTransaction
{
    /// <summary>The EIP-155 chain id.</summary>
    public required ulong ChainId { get; init; }

    /// <summary>How many transactions the account sent before.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>Wei per gas.</summary>
    public required BigInteger GasPrice { get; init; }

    /// <summary>Gas used at most.</summary>
    public required ulong GasLimit { get; init; }

    /// <summary>Who is called; null to create a contract.</summary>
    public Address? To { get; init; }

    /// <summary>Wei sent along.</summary>
    public BigInteger Value { get; init; }

    /// <summary>Calldata, or creation code.</summary>
    public ImmutableArray<byte> Data { get; init; } = [];

    /// <summary>The digest that is signed.</summary>
    public Hash256 SigningHash() => Keccak256.Hash(Encode(ChainId, 0UL, 0UL));

    /// <summary>Signs the transaction and returns the bytes for <c>eth_sendRawTransaction</c>.</summary>
    public byte[] Sign(Secp256k1PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Signature signature = key.Sign(SigningHash());
        BigInteger v = ((BigInteger)ChainId * 2) + 35 + signature.YParity;
        return Encode(v, AbiWord.ToUnsigned(signature.R), AbiWord.ToUnsigned(signature.S));
    }

    private byte[] Encode(params ReadOnlySpan<RlpItem> last) => RlpCodec.Encode(RlpItem.List(
        [Nonce, GasPrice, GasLimit, To is { } to ? to : RlpItem.String([]), Value, RlpItem.String(Data.AsSpan()), .. last]));
}
