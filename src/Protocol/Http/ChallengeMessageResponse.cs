namespace Ait.Protocol.Http;

/// <summary>Answer to a message of a class challenge that was handed in.</summary>
/// <param name="Number">Its number among those from one device to the other.</param>
/// <param name="Length">Its bytes.</param>
public sealed record ChallengeMessageResponse(int Number, int Length)
{
    /// <summary>Longest message; what is longer travels in several.</summary>
    public const int MaxLength = 768 * 1024;

    /// <summary>Messages from one device to another in one challenge are numbered below this.</summary>
    public const int MaxNumber = 4096;

    /// <summary>Messages that so many bytes take.</summary>
    public static int MessagesFor(int length) => (length + MaxLength - 1) / MaxLength;
}
