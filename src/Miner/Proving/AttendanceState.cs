using Ait.Chain;

namespace Ait.Miner.Proving;

/// <summary>How a device stands with its attendance.</summary>
/// <param name="Registry">The contract that proofs of life are signed for; zero where nobody suspends silent devices.</param>
/// <param name="Absences">Reported since its last proof of life and not answered.</param>
/// <param name="Suspending">How many of them suspend it.</param>
/// <param name="ResumableAt">From when on a proof of life ends its suspension; null while it is not suspended for absence.</param>
/// <param name="SeenAt">The chain's time.</param>
internal sealed record AttendanceState(Address Registry, uint Absences, uint Suspending, DateTimeOffset? ResumableAt, DateTimeOffset SeenAt)
{
    /// <summary>A network that counts no absences.</summary>
    public static AttendanceState NotKept(DateTimeOffset seenAt) => new(Address.Zero, 0, 0, null, seenAt);

    public bool IsKept => Registry != Address.Zero;
}
