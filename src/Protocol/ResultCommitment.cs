using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <summary>The salted commitment a seat makes before any seat reveals, so that no result can be copied or guessed.</summary>
public static class ResultCommitment
{
    /// <summary>keccak256(abi.encode(chainId, miningRegistry, taskId, gpuId, operator, resultHash, duration, salt)).</summary>
    /// <param name="domain">The network.</param>
    /// <param name="statement">What will be revealed.</param>
    /// <param name="operatorAccount">The account the seat belongs to.</param>
    /// <param name="salt">256 random bits, used once.</param>
    public static Hash256 Compute(NetworkDomain domain, WorkStatement statement, Address operatorAccount, Hash256 salt)
    {
        ArgumentNullException.ThrowIfNull(domain);
        ArgumentNullException.ThrowIfNull(statement);
        return new Words(stackalloc byte[8 * 32])
            .Add(domain.ChainId)
            .Add(domain.MiningRegistry)
            .Add(statement.TaskId)
            .Add(statement.GpuId)
            .Add(operatorAccount)
            .Add(statement.ResultHash)
            .Add(statement.DurationMillis)
            .Add(salt)
            .Hash();
    }
}
