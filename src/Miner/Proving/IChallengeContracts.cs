using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Miner.Evidencing;

namespace Ait.Miner.Proving;

/// <summary>The border to the chain, as far as class challenges go. Methods throw <see cref="ChainAwayException"/> if the node cannot be asked.</summary>
internal interface IChallengeContracts
{
    /// <summary>Whether a device has to prove its class, and how far that is.</summary>
    public Task<ProofState> LookAsync(Hash256 gpuId, CancellationToken cancellation);

    /// <summary>Challenges without a verdict that have not lapsed.</summary>
    public Task<IReadOnlyList<ClassChallenge>> ListOpenAsync(CancellationToken cancellation);

    /// <summary>Opens a challenge of this operator's device.</summary>
    public Task<TransactionOutcome> OpenChallengeAsync(Hash256 gpuId, CancellationToken cancellation);

    /// <summary>Draws the witnesses.</summary>
    public Task<TransactionOutcome> DrawWitnessesAsync(ulong challengeId, CancellationToken cancellation);

    /// <summary>Brings a witness's statement.</summary>
    public Task<TransactionOutcome> SubmitStatementAsync(ulong challengeId, ClassStatementRecord statement, CancellationToken cancellation);

    /// <summary>The contract that statements are signed for.</summary>
    public Task<Address> GetChallengeRegistryAsync(CancellationToken cancellation);
}
