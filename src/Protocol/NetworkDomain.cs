using System.Runtime.CompilerServices;
using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>The network a signature speaks to: one deployment of the contracts on one chain (EIP-712 domain "AIT", version "1").</summary>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="MiningRegistry">The verifying contract.</param>
public sealed record NetworkDomain(ulong ChainId, Address MiningRegistry)
{
    private static readonly Hash256 s_type =
        Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);

    private static readonly Hash256 s_name = Keccak256.Hash("AIT"u8);
    private static readonly Hash256 s_version = Keccak256.Hash("1"u8);
    private static readonly Hash256 s_credit = Keccak256.Hash("AIT prepaid credit v1"u8);

    private StrongBox<Hash256>? _separator; // Computed once: every digest begins with it.

    /// <summary>A copy may be given another chain or contract, and so another separator.</summary>
    private NetworkDomain(NetworkDomain original) => (ChainId, MiningRegistry) = (original.ChainId, original.MiningRegistry);

    /// <summary>The EIP-712 domain separator.</summary>
    public Hash256 Separator => (_separator ??= new StrongBox<Hash256>(new Words(stackalloc byte[5 * 32])
        .Add(s_type)
        .Add(s_name)
        .Add(s_version)
        .Add(ChainId)
        .Add(MiningRegistry)
        .Hash())).Value;

    /// <summary>The id of a task: keccak256(abi.encode(chainId, miningRegistry, batchId, index)).</summary>
    public Hash256 TaskId(ulong batchId, uint index) => new Words(stackalloc byte[4 * 32])
        .Add(ChainId)
        .Add(MiningRegistry)
        .Add(batchId)
        .Add(index)
        .Hash();

    /// <summary>The workload id to which an account redeems for prepaid credit: keccak256(abi.encode(keccak256("AIT prepaid credit v1"),
    /// chainId, miningRegistry, account)). No workload has this hash, so nothing can run under it.</summary>
    public Hash256 CreditId(Address account) => new Words(stackalloc byte[4 * 32])
        .Add(s_credit)
        .Add(ChainId)
        .Add(MiningRegistry)
        .Add(account)
        .Hash();

    /// <summary>The EIP-712 digest of a struct hash: keccak256(0x1901 ‖ separator ‖ struct hash).</summary>
    public Hash256 Digest(Hash256 structHash) => Digest(Separator, structHash);

    internal static Hash256 Digest(Hash256 separator, Hash256 structHash)
    {
        Span<byte> message = stackalloc byte[2 + Hash256.Size + Hash256.Size];
        message[0] = 0x19;
        message[1] = 0x01;
        separator.CopyTo(message[2..]);
        structHash.CopyTo(message[(2 + Hash256.Size)..]);
        return Keccak256.Hash(message);
    }

    /// <summary>Whether chain and contract are the same.</summary>
    public bool Equals(NetworkDomain? other) => other is not null && ChainId == other.ChainId && MiningRegistry == other.MiningRegistry;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ChainId, MiningRegistry);
}
