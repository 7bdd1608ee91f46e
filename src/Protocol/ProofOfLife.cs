using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>What shows that a device is there: its enclave key over a recent block. Ends absences that were reported, and a suspension for them.</summary>
/// <param name="GpuId">The device.</param>
/// <param name="BlockNumber">One of the last 128 blocks.</param>
/// <param name="BlockHash">Its hash.</param>
public sealed record ProofOfLife(Hash256 GpuId, ulong BlockNumber, Hash256 BlockHash)
{
    private static readonly Hash256 s_type = Keccak256.Hash("ProofOfLife(bytes32 gpuId,uint64 blockNumber,bytes32 blockHash)"u8);
    private static readonly Hash256 s_domainType = Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);
    private static readonly Hash256 s_name = Keccak256.Hash("AIT attendance"u8);
    private static readonly Hash256 s_version = Keccak256.Hash("1"u8);

    /// <summary>The EIP-712 digest that the device's enclave key signs, in the domain of the attendance registry.</summary>
    public Hash256 Digest(ulong chainId, Address attendanceRegistry)
    {
        Hash256 separator = new Words(stackalloc byte[5 * 32]).Add(s_domainType).Add(s_name).Add(s_version).Add(chainId).Add(attendanceRegistry).Hash();
        Hash256 content = new Words(stackalloc byte[4 * 32]).Add(s_type).Add(GpuId).Add(BlockNumber).Add(BlockHash).Hash();
        return NetworkDomain.Digest(separator, content);
    }

    /// <summary>Signs the proof.</summary>
    /// <param name="chainId">EIP-155 chain id.</param>
    /// <param name="attendanceRegistry">The verifying contract.</param>
    /// <param name="enclaveKey">The key registered for the device.</param>
    public Signature Sign(ulong chainId, Address attendanceRegistry, Secp256k1PrivateKey enclaveKey)
    {
        ArgumentNullException.ThrowIfNull(enclaveKey);
        return enclaveKey.Sign(Digest(chainId, attendanceRegistry));
    }
}
