using System.Numerics;

namespace Ait.Chain.Contracts;

/// <summary>One call that the timelock makes once a proposal passed.</summary>
public sealed class ProposedCall
{
    /// <summary>A call of a contract with some of the chain's coin, in wei.</summary>
    public ProposedCall(Address target, BigInteger value, ReadOnlyMemory<byte> data)
    {
        Target = target;
        Value = value;
        Data = data;
    }

    /// <summary>The contract called.</summary>
    public Address Target { get; }

    /// <summary>The chain's coin sent along, wei.</summary>
    public BigInteger Value { get; }

    /// <summary>The calldata.</summary>
    public ReadOnlyMemory<byte> Data { get; }
}
