using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Deploying;

/// <summary>
/// Creates contracts one after the other. The sender's journal makes it resumable: a contract is known by its name and
/// exact creation code, and what was sent once is never sent as another transaction.
/// </summary>
internal sealed class ContractCreator
{
    /// <summary>EIP-170: what a contract's code may weigh on any chain that has not raised it.</summary>
    private const int MostCodeBytes = 24_576;
    private readonly ChainAccess _chain;
    private readonly TransactionSender _sender;
    private readonly Action<string> _tell;
    private readonly List<DeployedContract> _created = [];

    internal ContractCreator(ChainAccess chain, TransactionSender sender, Action<string> tell)
    {
        _chain = chain;
        _sender = sender;
        _tell = tell;
    }

    internal IReadOnlyList<DeployedContract> Created => _created;

    internal async Task<Address> CreateAsync(string name, CancellationToken cancellation, params AbiValue[] arguments)
    {
        TransactionRequest creation = ContractArtifact.Load(name).Deployment(arguments);
        string key = $"create {name} {Keccak256.Hash(creation.Data.AsSpan())}";
        TransactionReceipt receipt = await _sender.SendAsync(creation, key, cancellation).ConfigureAwait(false) switch
        {
            SendResult.Mined mined => mined.Receipt,
            SendResult.WouldRevert refused => throw new RefusedException($"creating {name} would fail: {ChainAccess.Explain(refused.Reason)}"),
            SendResult.Reverted failed => throw new RefusedException(
                $"creating {name} failed in transaction {failed.Receipt.TransactionHash} (gas used {failed.Receipt.GasUsed}). It may need more gas than the chain allows in one transaction."),
            SendResult.Rejected rejected => throw new RefusedException($"the node refuses the creation of {name}: {rejected.Message}. Check the account's balance and the fees."),
            SendResult.NotMined lost => throw new SurroundingsException(
                $"the journal says that {name} was created by {lost.TransactionHash}, which this chain does not know. If this is a new chain, remove the journal and deploy anew."),
            var other => throw new InvalidOperationException($"not a send result: {other}"),
        };
        Address address = receipt.ContractAddress ?? throw new RefusedException($"transaction {receipt.TransactionHash} created no contract.");
        ImmutableArray<byte> code = await _chain.Client.GetCodeAsync(address, BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (code.Length is 0 or > MostCodeBytes)
        {
            throw new RefusedException($"{name} at {address} has {code.Length} bytes of code, expected 1 to {MostCodeBytes}.");
        }

        lock (_created)
        {
            _created.Add(new DeployedContract(name, address, receipt.TransactionHash, receipt.BlockNumber, receipt.GasUsed, code.Length));
        }

        _tell($"{name} at {address}, {receipt.GasUsed:N0} gas");
        return address;
    }
}
