using Ait.Protocol;

namespace Ait.Buyer;

/// <summary>What became of one seat that asked for the content key.</summary>
public abstract record SeatRelease
{
    private SeatRelease()
    {
    }

    /// <summary>It has the key now. The letter is the coordinator's signed word that the device was drawn: kept, it shows a lie once the draw is public.</summary>
    public sealed record Released(SeatLetter Letter) : SeatRelease;

    /// <summary>It gets none, or none yet.</summary>
    public sealed record Refused(ReleaseRefusal Refusal) : SeatRelease;
}
