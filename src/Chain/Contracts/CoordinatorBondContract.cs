using System.Collections.Immutable;
using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>The coordinator bond: views and transactions, typed.</summary>
public sealed class CoordinatorBondContract : BondContract
{
    /// <summary>A bond at an address.</summary>
    public CoordinatorBondContract(Address address, EthereumClient client)
        : base(address, client, ContractArtifact.Load("CoordinatorBond").Abi)
    {
    }

    /// <summary>Has a letter paid to its device's operator.</summary>
    public TransactionRequest Claim(SeatLetterRecord letter) => Transaction(CoordinatorBondSignatures.Claim, ToAbi(letter));

    /// <summary>Makes a task's seat secret public, in time.</summary>
    public TransactionRequest Reveal(ulong batchId, MiningTaskRecord task, Hash256 seatSecret, ImmutableArray<Hash256> proof)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Transaction(CoordinatorBondSignatures.Reveal, batchId, task.ToAbi(), seatSecret, SeatLetterRecord.Hashes(proof));
    }

    /// <summary>Makes both of a task's secrets public, in time.</summary>
    public TransactionRequest RevealEscalation(ulong batchId, MiningTaskRecord task, SeatSecretOpening opening, ImmutableArray<Hash256> proof)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(opening);
        return Transaction(
            CoordinatorBondSignatures.RevealEscalation, batchId, task.ToAbi(), opening.AnswerCommitment, opening.EscalationSecret, SeatLetterRecord.Hashes(proof));
    }

    /// <summary>Punishes two letters for one seat that differ in device or task.</summary>
    public TransactionRequest ProveContradiction(SeatLetterRecord letter, SeatLetterRecord other) =>
        Transaction(CoordinatorBondSignatures.ProveContradiction, ToAbi(letter), ToAbi(other));

    /// <summary>Punishes a letter for a device that was not drawn, or for a task that is not in the batch.</summary>
    public TransactionRequest ProveWrongSeat(SeatLetterRecord letter, MiningTaskRecord task, Hash256 seatSecret, ImmutableArray<Hash256> proof)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Transaction(CoordinatorBondSignatures.ProveWrongSeat, ToAbi(letter), task.ToAbi(), seatSecret, SeatLetterRecord.Hashes(proof));
    }

    /// <summary>Sets the terms; governor only.</summary>
    public TransactionRequest SetTerms(CoordinatorTermsRecord terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return Transaction(CoordinatorBondSignatures.SetTerms, terms.ToAbi());
    }

    /// <summary>The terms.</summary>
    public async Task<CoordinatorTermsRecord> GetTermsAsync(BlockTag block, CancellationToken cancellation) =>
        CoordinatorTermsRecord.FromAbi((await ViewAsync(CoordinatorBondSignatures.Terms, [], block, cancellation).ConfigureAwait(false))[0]);

    /// <summary>Who signed a letter, by the contract's own arithmetic.</summary>
    public async Task<Address> GetSignerOfAsync(SeatLetterRecord letter, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(CoordinatorBondSignatures.SignerOf, [ToAbi(letter)], block, cancellation).ConfigureAwait(false))[0].AsAddress();

    /// <summary>Whether a coordinator's letter for a seat was paid.</summary>
    public async Task<bool> IsPaidAsync(Address coordinator, Hash256 taskId, byte seat, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(CoordinatorBondSignatures.IsPaid, [coordinator, taskId, (uint)seat], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>Whether a task's seat secret was revealed at the bond.</summary>
    public async Task<bool> IsRevealedAsync(Hash256 taskId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(CoordinatorBondSignatures.IsRevealed, [taskId], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>Whether the secret behind a task's further seats was revealed at the bond.</summary>
    public async Task<bool> IsEscalationRevealedAsync(Hash256 taskId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(CoordinatorBondSignatures.IsEscalationRevealed, [taskId], block, cancellation).ConfigureAwait(false))[0].AsBoolean();

    /// <summary>Until when a batch's secrets may be revealed, unix seconds.</summary>
    public async Task<ulong> GetRevealableUntilAsync(ulong batchId, BlockTag block, CancellationToken cancellation) =>
        (await ViewAsync(CoordinatorBondSignatures.RevealableUntil, [batchId], block, cancellation).ConfigureAwait(false))[0].AsUInt64();

    private static AbiValue ToAbi(SeatLetterRecord letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return letter.ToAbi();
    }
}
