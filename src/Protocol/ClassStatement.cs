using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>What one witness says about one run of a class challenge.</summary>
/// <param name="ChallengeId">The challenge.</param>
/// <param name="GpuId">The device that is challenged.</param>
/// <param name="WitnessGpuId">The device that witnesses.</param>
/// <param name="Nonce">What the witness gave the device when its clock began; zero if it never asked.</param>
/// <param name="Answer">The last link that came; zero if none did.</param>
/// <param name="IsCorrect">Whether every place that the witness drew was right.</param>
/// <param name="DurationMillis">Milliseconds from the nonce to the answer, by the witness's clock.</param>
public sealed record ClassStatement(ulong ChallengeId, Hash256 GpuId, Hash256 WitnessGpuId, Hash256 Nonce, Hash256 Answer, bool IsCorrect, uint DurationMillis)
{
    private static readonly Hash256 s_type = Keccak256.Hash(
        "ClassStatement(uint256 challengeId,bytes32 gpuId,bytes32 witness,bytes32 nonce,bytes32 answer,bool isCorrect,uint32 duration)"u8);

    private static readonly Hash256 s_domainType = Keccak256.Hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"u8);
    private static readonly Hash256 s_name = Keccak256.Hash("AIT class challenges"u8);
    private static readonly Hash256 s_version = Keccak256.Hash("1"u8);
    private static readonly Hash256 s_seed = Keccak256.Hash("AIT class challenge seed v1"u8);

    /// <summary>The seed of one witness's run: keccak256(abi.encode(keccak256("AIT class challenge seed v1"), challenge, hash of the seed block, witness, nonce)).</summary>
    public static Hash256 SeedOf(ulong challengeId, Hash256 seedBlockHash, Hash256 witnessGpuId, Hash256 nonce) => new Words(stackalloc byte[5 * 32])
        .Add(s_seed)
        .Add(challengeId)
        .Add(seedBlockHash)
        .Add(witnessGpuId)
        .Add(nonce)
        .Hash();

    /// <summary>The EIP-712 digest that the witness's enclave key signs, in the domain of the challenge registry.</summary>
    public Hash256 Digest(ulong chainId, Address challengeRegistry)
    {
        Hash256 separator = new Words(stackalloc byte[5 * 32]).Add(s_domainType).Add(s_name).Add(s_version).Add(chainId).Add(challengeRegistry).Hash();
        Hash256 content = new Words(stackalloc byte[8 * 32])
            .Add(s_type)
            .Add(ChallengeId)
            .Add(GpuId)
            .Add(WitnessGpuId)
            .Add(Nonce)
            .Add(Answer)
            .Add(IsCorrect ? 1UL : 0UL)
            .Add(DurationMillis)
            .Hash();
        return NetworkDomain.Digest(separator, content);
    }

    /// <summary>Signs the statement as the contract takes it.</summary>
    /// <param name="witness">The witness's number, from 0.</param>
    /// <param name="chainId">EIP-155 chain id.</param>
    /// <param name="challengeRegistry">The verifying contract.</param>
    /// <param name="enclaveKey">The key registered for the witness.</param>
    public ClassStatementRecord Sign(byte witness, ulong chainId, Address challengeRegistry, Secp256k1PrivateKey enclaveKey)
    {
        ArgumentNullException.ThrowIfNull(enclaveKey);
        return new(witness, Nonce, Answer, IsCorrect, DurationMillis, enclaveKey.Sign(Digest(chainId, challengeRegistry)));
    }
}
