using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>Keys and values of 64 positions, for every layer and key/value head; shared by the sequences that begin alike.</summary>
/// <param name="address">Where the page lies, in the memory it was made in.</param>
/// <param name="owner">What keeps memory of the host alive.</param>
internal sealed class CachePage(nint address, AlignedBuffer<sbyte>? owner)
{
    public nint Address { get; } = address;

    public AlignedBuffer<sbyte>? Owner { get; } = owner;

    /// <summary>Sequences that read the page, and the prefix cache if it holds it.</summary>
    public int Holders { get; set; }
}
