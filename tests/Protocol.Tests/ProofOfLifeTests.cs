using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Signing;

namespace Ait.Protocol.Tests;

public sealed class ProofOfLifeTests
{
    private const ulong ChainId = 31337;
    private static readonly Address s_registry = Address.Parse("0x00000000000000000000000000000000000000ad");
    private static readonly ProofOfLife s_proof = new(Keccak256.Hash("gpu"u8), 77, Keccak256.Hash("block 77"u8));

    [Fact]
    public void Digest_isTheDocumentedOne()
    {
        Hash256 separator = Keccak256.Hash(AbiCodec.Encode(
            "(bytes32,bytes32,bytes32,uint256,address)",
            Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8),
            Keccak256.Hash("AIT attendance"u8),
            Keccak256.Hash("1"u8),
            ChainId,
            s_registry));
        Hash256 content = Keccak256.Hash(AbiCodec.Encode(
            "(bytes32,bytes32,uint64,bytes32)",
            Keccak256.Hash("ProofOfLife(bytes32 gpuId,uint64 blockNumber,bytes32 blockHash)"u8),
            s_proof.GpuId,
            s_proof.BlockNumber,
            s_proof.BlockHash));
        Assert.Equal(Keccak256.Hash([0x19, 0x01, .. separator.ToArray(), .. content.ToArray()]), s_proof.Digest(ChainId, s_registry));
    }

    [Fact]
    public void Digest_isAnotherForEachThingItIsAbout()
    {
        Hash256[] digests =
        [
            s_proof.Digest(ChainId, s_registry),
            s_proof.Digest(ChainId + 1, s_registry),
            s_proof.Digest(ChainId, Address.Zero),
            (s_proof with { GpuId = Hash256.Zero }).Digest(ChainId, s_registry),
            (s_proof with { BlockNumber = 78 }).Digest(ChainId, s_registry),
            (s_proof with { BlockHash = Hash256.Zero }).Digest(ChainId, s_registry),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Sign_isByTheEnclaveKey()
    {
        using Secp256k1PrivateKey key = Secp256k1PrivateKey.Create();
        Assert.True(Secp256k1.TryRecover(s_proof.Digest(ChainId, s_registry), s_proof.Sign(ChainId, s_registry, key), out Address signer));
        Assert.Equal(key.Address, signer);
    }
}
