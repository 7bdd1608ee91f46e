using System.Numerics;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The operator bond: views and transactions, typed.</summary>
public sealed class OperatorBondContract : BondContract
{
    /// <summary>A bond at an address.</summary>
    public OperatorBondContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("OperatorBond").Abi)
    {
    }

    /// <summary>Slashes a device that gave a wrong answer to a canary.</summary>
    public TransactionRequest SlashCanary(AccusationRecord accusation, Hash256 answer, Hash256 salt)
    {
        ArgumentNullException.ThrowIfNull(accusation);
        return Transaction(OperatorBondSignatures.SlashCanary, accusation.ToAbi(), answer, salt);
    }

    /// <summary>Slashes a device whose keys signed two results of one task.</summary>
    public TransactionRequest SlashEquivocation(ulong batchId, uint index, Hash256 workloadHash, SeatClaimRecord claim, SeatClaimRecord other)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(other);
        return Transaction(OperatorBondSignatures.SlashEquivocation, batchId, index, workloadHash, claim.ToAbi(), other.ToAbi());
    }

    /// <summary>Slashes a device that a super-majority of an escalated task contradicts.</summary>
    public TransactionRequest SlashDivergence(AccusationRecord accusation)
    {
        ArgumentNullException.ThrowIfNull(accusation);
        return Transaction(OperatorBondSignatures.SlashDivergence, accusation.ToAbi());
    }

    /// <summary>Slashes an operator for forged evidence; governor only.</summary>
    public TransactionRequest Slash(Address account, BigInteger amount, Hash256 reason) => Transaction(OperatorBondSignatures.Slash, account, amount, reason);

    /// <summary>Sets the terms; governor only.</summary>
    public TransactionRequest SetTerms(OperatorTermsRecord terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Transaction(OperatorBondSignatures.SetTerms, terms.ToAbi());
    }

    /// <summary>The terms.</summary>
    public async Task<OperatorTermsRecord> GetTermsAsync(BlockTag block, CancellationToken cancellation) =>
        OperatorTermsRecord.FromAbi((await ViewAsync(OperatorBondSignatures.Terms, [], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>Until when an operator is on probation, unix seconds; zero if it never was slashed.</summary>
    public async Task<ulong> GetProbationUntilAsync(Address account, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(OperatorBondSignatures.ProbationUntil, [account], block, cancellation).ConfigureAwait(false))[0].AsUInt64();

    /// <summary>Whether an operator is not on probation and has the least bond.</summary>
    public async Task<bool> IsInGoodStandingAsync(Address account, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(OperatorBondSignatures.IsInGoodStanding, [account], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>Whether a device was slashed for a task.</summary>
    public async Task<bool> IsSlashedAsync(Hash256 taskId, Hash256 gpuId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(OperatorBondSignatures.IsSlashed, [taskId, gpuId], block, cancellation).ConfigureAwait(false))[0].AsBoolean();
}
