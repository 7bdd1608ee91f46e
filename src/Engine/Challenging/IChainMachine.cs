namespace Ait.Engine.Challenging;

/// <summary>What keeps the tiles and multiplies with them: the processor, or a GPU with its own memory.</summary>
internal interface IChainMachine : IDisposable
{
    /// <summary>Makes all tiles; they stay in memory until <see cref="IDisposable.Dispose"/>.</summary>
    public void Fill(CancellationToken cancellation);

    /// <summary>The folded products of one step: rows · width / 256 words, row after row.</summary>
    public void Step(Digest link, int step, Span<uint> words);
}
