using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>Keys and values of 64 positions, for every layer and key/value head; shared by the sequences that begin alike.</summary>
internal sealed class CachePage(int bytes)
{
    public AlignedBuffer<sbyte> Memory { get; } = new(bytes);

    /// <summary>Sequences that read the page, and the prefix cache if it holds it.</summary>
    public int Holders { get; set; }
}
