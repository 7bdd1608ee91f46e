using System.Numerics;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The subsidy budget: what work that nobody redeemed for may mint. Amounts are wei of AIT.</summary>
public sealed class SubsidyBudgetContract : Contract
{
    /// <summary>A budget at an address.</summary>
    public SubsidyBudgetContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("SubsidyBudget").Abi)
    {
    }

    /// <summary>Changes how what is left of the bootstrap is released; the mining registry's governor only.</summary>
    public TransactionRequest SetBootstrap(BigInteger decaying, BigInteger halfLifeSeconds) => Transaction(SubsidyBudgetSignatures.SetBootstrap, decaying, halfLifeSeconds);

    /// <summary>What subsidised work may still be charged.</summary>
    public Task<BigInteger> GetAvailableAsync(BlockTag block, CancellationToken cancellation) => NumberAsync(SubsidyBudgetSignatures.Available, block, cancellation);

    /// <summary>What was charged so far.</summary>
    public Task<BigInteger> GetChargedAsync(BlockTag block, CancellationToken cancellation) => NumberAsync(SubsidyBudgetSignatures.Charged, block, cancellation);

    /// <summary>What the bootstrap has released so far.</summary>
    public Task<BigInteger> GetReleasedAsync(BlockTag block, CancellationToken cancellation) => NumberAsync(SubsidyBudgetSignatures.Released, block, cancellation);

    /// <summary>What the bootstrap has still to release.</summary>
    public Task<BigInteger> GetUnreleasedAsync(BlockTag block, CancellationToken cancellation) => NumberAsync(SubsidyBudgetSignatures.Unreleased, block, cancellation);

    /// <summary>Seconds in which the bootstrap releases half of what is left.</summary>
    public Task<BigInteger> GetHalfLifeAsync(BlockTag block, CancellationToken cancellation) => NumberAsync(SubsidyBudgetSignatures.HalfLife, block, cancellation);

    private async Task<BigInteger> NumberAsync(string function, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(function, [], block, cancellation).ConfigureAwait(false))[0].AsBigInteger();
}
