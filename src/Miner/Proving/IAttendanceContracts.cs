using Ait.Chain;
using Ait.Miner.Evidencing;

namespace Ait.Miner.Proving;

/// <summary>The border to the chain, as far as attendance goes. Methods throw <see cref="ChainAwayException"/> if the node cannot be asked.</summary>
internal interface IAttendanceContracts
{
    /// <summary>What was reported of a device, and whether it is suspended for it.</summary>
    public Task<AttendanceState> LookAtAttendanceAsync(Hash256 gpuId, CancellationToken cancellation);

    /// <summary>The recent block whose hash makes a proof of life fresh.</summary>
    public Task<ChallengeBlock> GetChallengeBlockAsync(CancellationToken cancellation);

    /// <summary>Brings a proof of life.</summary>
    public Task<TransactionOutcome> ProveLifeAsync(SignedLife life, CancellationToken cancellation);
}
