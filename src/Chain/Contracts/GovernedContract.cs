using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>A contract whose settings one governor holds; the seat changes hands in two steps.</summary>
public abstract class GovernedContract : Contract
{
    private protected GovernedContract(Address address, EthereumClient client, ContractAbi abi)
        : base(address, client, abi, ContractArtifact.KnownAbis)
    {
    }

    /// <summary>The account that may change settings.</summary>
    public async Task<Address> GetGovernorAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(GovernedSignatures.Governor, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>The named successor, zero when there is none.</summary>
    public async Task<Address> GetProposedGovernorAsync(BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(GovernedSignatures.ProposedGovernor, [], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>Names a successor.</summary>
    public TransactionRequest SetGovernor(Address proposed) => Transaction(GovernedSignatures.SetGovernor, proposed);

    /// <summary>The named successor takes the seat.</summary>
    public TransactionRequest AcceptGovernor() => Transaction(GovernedSignatures.AcceptGovernor);
}
