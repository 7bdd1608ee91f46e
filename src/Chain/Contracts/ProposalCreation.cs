using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>A proposal as it was made. Nothing of this changes later.</summary>
public sealed class ProposalCreation
{
    /// <summary>As the event has it, but the description as bytes: Solidity lets a proposer write what is no UTF-8, and no proposal may hide by that.</summary>
    private static readonly ImmutableArray<AbiType> s_types = AbiType.ParseList("(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,bytes)");

    private ProposalCreation(ImmutableArray<AbiValue> values)
    {
        Id = values[0].AsBigInteger();
        Proposer = values[1].AsAddress();
        Calls = [.. values[2].Items.Select((target, index) => new ProposedCall(target.AsAddress(), values[3][index].AsBigInteger(), values[5][index].AsBytes()))];
        VoteStart = values[6].AsUInt64();
        VoteEnd = values[7].AsUInt64();
        ReadOnlySpan<byte> description = values[8].AsBytes().Span;
        Description = Encoding.UTF8.GetString(description);
        DescriptionHash = Keccak256.Hash(description);
    }

    /// <summary>The governor's id: a hash of calls and description.</summary>
    public BigInteger Id { get; }

    /// <summary>Who made it.</summary>
    public Address Proposer { get; }

    /// <summary>What the timelock does if it passes, in this order.</summary>
    public ImmutableArray<ProposedCall> Calls { get; }

    /// <summary>What its proposer says about it; bytes that are no UTF-8 show as replacement characters.</summary>
    public string Description { get; }

    /// <summary>Keccak of the description's bytes: what <c>queue</c> and <c>execute</c> ask for.</summary>
    public Hash256 DescriptionHash { get; }

    /// <summary>The block whose votes count; casting opens after it.</summary>
    public ulong VoteStart { get; }

    /// <summary>The last block in which votes are cast.</summary>
    public ulong VoteEnd { get; }

    internal static bool TryRead(ReadOnlySpan<byte> data, [NotNullWhen(true)] out ProposalCreation? creation)
    {
        creation = AbiCodec.TryDecode(s_types, data, out ImmutableArray<AbiValue> values, out _)
            && values[3].Items.Length == values[2].Items.Length && values[5].Items.Length == values[2].Items.Length
            && values[6].AsBigInteger() <= ulong.MaxValue && values[7].AsBigInteger() <= ulong.MaxValue
                ? new ProposalCreation(values)
                : null;
        return creation is not null;
    }
}
