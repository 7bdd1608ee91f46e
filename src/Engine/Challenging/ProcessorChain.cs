using Ait.Engine.Execution;
using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Challenging;

/// <summary>Tiles in the memory of the host, multiplied by its threads.</summary>
internal sealed unsafe class ProcessorChain : IChainMachine
{
    private readonly ChallengeTerms _terms;
    private readonly Digest _root;
    private readonly ChainKernels _kernels;
    private readonly WorkCrew _crew;
    private readonly CrewLoop _loop;
    private readonly AlignedBuffer<sbyte>[] _tiles;
    private readonly AlignedBuffer<sbyte> _operand;
    private readonly AlignedBuffer<int> _products;
    private readonly AlignedBuffer<uint> _words;

    public ProcessorChain(ChallengeTerms terms, Digest seed, EngineOptions options)
    {
        _terms = terms;
        _root = ChainKernels.RootOfTiles(terms, seed);
        _kernels = ChainKernels.For(options.Backend);
        _tiles = new AlignedBuffer<sbyte>[terms.Tiles];
        _operand = new AlignedBuffer<sbyte>(terms.Rows * terms.Width);
        _products = new AlignedBuffer<int>(terms.Rows * terms.Width);
        _words = new AlignedBuffer<uint>(terms.Rows * terms.WordsPerRow);
        _crew = new WorkCrew(options.Threads);
        _loop = new CrewLoop(_crew);
    }

    /// <summary>Bytes that all tiles and the buffers of a step take.</summary>
    public static long BytesFor(ChallengeTerms terms) =>
        terms.MemoryBytes + ((long)terms.Rows * ((terms.Width * (1 + sizeof(int))) + (terms.WordsPerRow * sizeof(uint))));

    public void Fill(CancellationToken cancellation)
    {
        _loop.Run(_terms.Tiles, 1, (first, end, _) =>
        {
            for (int tile = first; tile < end && !cancellation.IsCancellationRequested; tile++)
            {
                var memory = new AlignedBuffer<sbyte>(_terms.TileBytes);
                _kernels.Fill(_root, tile, 0, _terms.TileBytes / ChainKernels.BlockBytes, memory.Pointer);
                _tiles[tile] = memory;
            }
        });
        cancellation.ThrowIfCancellationRequested();
    }

    public void Step(Digest link, int step, Span<uint> words)
    {
        AlignedBuffer<sbyte> tile = _tiles[ChainKernels.TileOf(link, _terms.Tiles)];
        int blocks = _terms.Width / ChainKernels.BlockBytes;
        _loop.Run(_terms.Groups, 1, (first, end, _) =>
        {
            for (int group = first; group < end; group++)
            {
                int row = group * ChainKernels.GroupRows;
                sbyte* operand = _operand.Pointer + ((long)row * _terms.Width);
                int* products = _products.Pointer + ((long)row * _terms.Width);
                _kernels.Operand(link, step, row * blocks, ChainKernels.GroupRows * blocks, operand);
                _kernels.Multiply(operand, ChainKernels.GroupRows, tile.Pointer, _terms.Width, products);
                int count = ChainKernels.GroupRows * _terms.WordsPerRow;
                for (int i = 0; i < count; i++)
                {
                    _words.Pointer[(row * _terms.WordsPerRow) + i] = ChainKernels.Fold(products + ((long)i * ChainKernels.FoldColumns));
                }
            }
        });
        _words.Span.CopyTo(words);
        GC.KeepAlive(tile);
        GC.KeepAlive(_operand);
        GC.KeepAlive(_products);
    }

    public void Dispose() => _crew.Dispose();
}
