using Ait.Engine.Gpu;

namespace Ait.Engine.Challenging;

/// <summary>
/// Tiles in the memory of a GPU. A step is four launches, or three and a product of the vendor's library; what comes back to the host is
/// one word for 256 products.
/// </summary>
internal sealed unsafe class GpuChain : IChainMachine
{
    private const int Threads = 256;

    private readonly IGpuDevice _device;
    private readonly ChallengeTerms _terms;
    private readonly Digest _root;
    private readonly ulong[] _tiles;
    private readonly ulong _operand;
    private readonly ulong _products;
    private readonly ulong _words;

    public GpuChain(ChallengeTerms terms, Digest seed, IGpuDevice device)
    {
        _device = device;
        _terms = terms;
        _root = ChainKernels.RootOfTiles(terms, seed);
        _tiles = new ulong[terms.Tiles];
        Monitor.Enter(device);
        try
        {
            long cells = (long)terms.Rows * terms.Width;
            _operand = device.Allocate(cells);
            _products = device.Allocate(cells * sizeof(int));
            _words = device.Allocate((long)terms.Rows * terms.WordsPerRow * sizeof(uint));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Fill(CancellationToken cancellation)
    {
        for (int tile = 0; tile < _tiles.Length; tile++)
        {
            cancellation.ThrowIfCancellationRequested();
            _tiles[tile] = _device.Allocate(_terms.TileBytes);
            Draw(_root, tile, _terms.TileBytes / ChainKernels.BlockBytes, ChainKernels.FillRounds, _tiles[tile]);
        }
    }

    public void Step(Digest link, int step, Span<uint> words)
    {
        int width = _terms.Width;
        Draw(link, step, (int)((long)_terms.Rows * width / ChainKernels.BlockBytes), 1, _operand);
        ulong tile = _tiles[ChainKernels.TileOf(link, _terms.Tiles)];
        if (!_device.TryMultiply(tile, width, _operand, _terms.Rows, width, width, _products))
        {
            var product = new ChainMultiplyArguments { Operand = _operand, Tile = tile, Products = _products, Rows = _terms.Rows, Width = width };
            int rowsOfABlock = Threads / _device.WarpSize * 16;
            int columns = _device.WarpSize == 64 ? 16 : 8;
            var blocks = new GpuGrid(GpuGrid.Blocks(width, rowsOfABlock), GpuGrid.Blocks(_terms.Rows, columns), 1, Threads);
            _device.Launch(_device.Kernel("chain_multiply"), blocks, &product, sizeof(ChainMultiplyArguments));
        }

        var fold = new ChainFoldArguments { Products = _products, Target = _words, Words = words.Length };
        _device.Launch(_device.Kernel("chain_fold"), new GpuGrid(GpuGrid.Blocks(words.Length, Threads), 1, 1, Threads), &fold, sizeof(ChainFoldArguments));
        fixed (uint* target = words)
        {
            _device.Download(target, _words, (long)words.Length * sizeof(uint));
        }
    }

    public void Dispose()
    {
        foreach (ulong tile in _tiles)
        {
            Release(tile);
        }

        Release(_operand);
        Release(_products);
        Release(_words);
        Monitor.Exit(_device);
    }

    private void Release(ulong address)
    {
        if (address != 0)
        {
            _device.Release(address);
        }
    }

    private void Draw(Digest digest, int index, int blocks, int rounds, ulong target)
    {
        (uint key0, uint key1, uint seed0, uint seed1) = ChainKernels.WordsOf(digest);
        var arguments = new ChainDrawArguments
        {
            Target = target,
            Blocks = blocks,
            Index = index,
            Rounds = rounds,
            Key0 = key0,
            Key1 = key1,
            Seed0 = seed0,
            Seed1 = seed1,
        };
        int grid = Math.Min(GpuGrid.Blocks(blocks, Threads), 16 * _device.Multiprocessors);
        _device.Launch(_device.Kernel("chain_draw"), new GpuGrid(grid, 1, 1, Threads), &arguments, sizeof(ChainDrawArguments));
    }
}
