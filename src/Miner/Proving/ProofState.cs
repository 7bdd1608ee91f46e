namespace Ait.Miner.Proving;

/// <summary>How a device stands with the proof of its class.</summary>
/// <param name="IsDemanded">Whether it has to pass challenges.</param>
/// <param name="IsOut">Whether it is revoked, retired, suspended or expired.</param>
/// <param name="ProvenUntil">Until when its last proof counts.</param>
/// <param name="SeenAt">The chain's time.</param>
/// <param name="Latest">Its latest challenge; null if there was none.</param>
internal sealed record ProofState(bool IsDemanded, bool IsOut, DateTimeOffset ProvenUntil, DateTimeOffset SeenAt, ClassChallenge? Latest)
{
    /// <summary>A device that nothing is asked of.</summary>
    public static ProofState NotDemanded(DateTimeOffset seenAt) => new(false, false, DateTimeOffset.MaxValue, seenAt, null);
}
