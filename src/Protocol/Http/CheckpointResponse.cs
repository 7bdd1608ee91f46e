using Ait.Chain;

namespace Ait.Protocol.Http;

/// <summary>Answer of <c>/v1/checkpoints</c>: how much of a checkpoint is there.</summary>
/// <param name="Digest">SHA-256 of all of it.</param>
/// <param name="Length">Bytes of all of it.</param>
/// <param name="Parts">How many parts that makes.</param>
/// <param name="Next">The first part that is missing; <paramref name="Parts"/> if none is, and then the whole has its digest.</param>
/// <param name="PartDigests">SHA-256 of every part of a whole checkpoint, to look at each as it comes; null in the answer to a part.</param>
public sealed record CheckpointResponse(Hash256 Digest, long Length, int Parts, int Next, IReadOnlyList<Hash256>? PartDigests = null)
{
    /// <summary>Bytes of every part but the last, which is as long as what is left.</summary>
    public const int PartSize = 1 << 20;

    /// <summary>Longest checkpoint that can be carried.</summary>
    public const long MaxLength = (long)PartSize << 14;

    /// <summary>Parts of so many bytes.</summary>
    public static int PartsOf(long length) => checked((int)((length + PartSize - 1) / PartSize));

    /// <summary>Bytes of a part of so many bytes in all.</summary>
    public static int LengthOfPart(long length, int part) => (int)Math.Min(PartSize, length - ((long)part * PartSize));
}
