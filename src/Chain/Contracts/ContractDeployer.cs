using Ait.Chain.Abi;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>Creates contracts through a sender.</summary>
public sealed class ContractDeployer
{
    private readonly TransactionSender _sender;

    /// <summary>A deployer that sends with an account.</summary>
    public ContractDeployer(TransactionSender sender)
    {
        ArgumentNullException.ThrowIfNull(sender);
        _sender = sender;
    }

    /// <summary>Creates a contract and waits until it is mined; the receipt names its address.</summary>
    /// <exception cref="Rpc.RpcException">The node gave no usable answer.</exception>
    public Task<SendResult> DeployAsync(ContractArtifact artifact, AbiValue[] arguments, string idempotencyKey, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        return _sender.SendAsync(artifact.Deployment(arguments), idempotencyKey, cancellation);
    }
}
