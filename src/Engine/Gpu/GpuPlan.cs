using Ait.Engine.Execution;
using Ait.Engine.Scalar;

namespace Ait.Engine.Gpu;

/// <summary>
/// What a step is to compute, in device memory: token, position and sequence of each row, whose logits are wanted and how the
/// token after them is chosen, which queries attend together, and where the pages of each sequence lie.
/// </summary>
internal sealed unsafe class GpuPlan : IDisposable
{
    /// <summary>Queries of a tile where every sequence brings few.</summary>
    public const int NarrowTile = 16;

    private readonly IGpuDevice _device;
    private readonly int _group;
    private readonly int _wideTile;
    private readonly int _maxSequences;
    private readonly long _intBytes;
    private readonly long _choiceOffset;
    private readonly byte* _host;
    private readonly ulong _address;
    private readonly int _rowInts;
    private readonly int _maxTiles;
    private ulong* _hostTables;

    public GpuPlan(IGpuDevice device, int maxRows, int maxSequences, int group, int headDimension)
    {
        _device = device;
        _group = group;
        _wideTile = WideTile(headDimension);
        _maxSequences = maxSequences;
        _rowInts = maxRows;
        // A sequence of few rows fills part of a tile, one of many rows whole ones and part of another.
        _maxTiles = ((maxRows * group) / NarrowTile) + maxSequences + 1;
        long ints = (4L * maxRows) + maxSequences;
        _choiceOffset = (ints * sizeof(int) + 15) / 16 * 16;
        long tileOffset = _choiceOffset + ((long)maxSequences * sizeof(ChoiceArguments) + 15) / 16 * 16;
        _intBytes = tileOffset + ((long)_maxTiles * sizeof(AttendTile));
        _host = (byte*)device.AllocateHost(_intBytes);
        _address = device.Allocate(_intBytes);
        Tokens = _address;
        Positions = Tokens + ((ulong)maxRows * sizeof(int));
        Sequences = Positions + ((ulong)maxRows * sizeof(int));
        PoolSlots = Sequences + ((ulong)maxRows * sizeof(int));
        LogitsRows = PoolSlots + ((ulong)maxRows * sizeof(int));
        Choices = _address + (ulong)_choiceOffset;
        Tiles = _address + (ulong)tileOffset;
    }

    public ulong Tokens { get; }

    public ulong Positions { get; }

    public ulong Sequences { get; }

    public ulong PoolSlots { get; }

    public ulong LogitsRows { get; }

    public ulong Choices { get; }

    public ulong Tiles { get; }

    public ulong Tables { get; private set; }

    /// <summary>Pages of the longest sequence that fits the tables.</summary>
    public int TableStride { get; private set; }

    public int Rows { get; private set; }

    public int LogitsCount { get; private set; }

    public int PoolCount { get; private set; }

    public int TileCount { get; private set; }

    /// <summary>Most queries of a tile: <see cref="NarrowTile"/>, or <see cref="WideTile"/>.</summary>
    public int TileQueries { get; private set; }

    /// <summary>Keys that the furthest row sees.</summary>
    public int LongestKeys { get; private set; }

    private int SequenceCount { get; set; }

    /// <summary>Queries of a tile where a sequence brings many, for heads of so many elements.</summary>
    public static int WideTile(int headDimension) => headDimension <= 128 ? 64 : 32;

    /// <summary>Makes room for sequences of so many pages.</summary>
    public void EnsurePages(int pages)
    {
        if (pages > TableStride)
        {
            ReleaseTables();
            TableStride = pages;
            Tables = _device.Allocate((long)_maxSequences * pages * sizeof(ulong));
            _hostTables = (ulong*)_device.AllocateHost((long)_maxSequences * pages * sizeof(ulong));
        }
    }

    /// <summary>Writes down what the slices ask for.</summary>
    public void Arrange(ReadOnlySpan<Slice> slices)
    {
        int* tokens = (int*)_host;
        int* positions = tokens + _rowInts;
        int* sequences = positions + _rowInts;
        int* poolSlots = sequences + _rowInts;
        int* logitsRows = poolSlots + _rowInts;
        Rows = 0;
        LogitsCount = 0;
        PoolCount = 0;
        TileCount = 0;
        LongestKeys = 0;
        SequenceCount = slices.Length;
        TileQueries = NarrowTile;
        foreach (Slice slice in slices)
        {
            if (slice.Tokens.Length * _group > NarrowTile)
            {
                TileQueries = _wideTile;
            }
        }

        for (int sequence = 0; sequence < slices.Length; sequence++)
        {
            Slice slice = slices[sequence];
            ReadOnlySpan<nint> pages = slice.Cache.Table;
            for (int i = 0; i < pages.Length; i++)
            {
                _hostTables[((long)sequence * TableStride) + i] = (ulong)pages[i];
            }

            int pool = slice.Pool is null ? -1 : PoolCount++;
            AddTiles(Rows, slice.Tokens.Length * _group);
            ReadOnlySpan<int> span = slice.Tokens.Span;
            for (int i = 0; i < span.Length; i++)
            {
                tokens[Rows] = span[i];
                positions[Rows] = slice.Start + i;
                sequences[Rows] = sequence;
                poolSlots[Rows] = slice.Start + i >= slice.PoolFrom ? pool : -1;
                Rows++;
            }

            int end = slice.Start + span.Length;
            LongestKeys = Math.Max(LongestKeys, end);
            slice.LogitsRow = slice.WantsLogits ? LogitsCount : -1;
            if (slice.WantsLogits)
            {
                logitsRows[LogitsCount] = Rows - 1;
                ((ChoiceArguments*)(_host + _choiceOffset))[LogitsCount] = ChoiceOf(slice, end);
                LogitsCount++;
            }
        }
    }

    /// <summary>Copies what was written down to the device.</summary>
    public void Upload()
    {
        _device.Upload(_address, _host, _intBytes);
        _device.Upload(Tables, _hostTables, (long)SequenceCount * TableStride * sizeof(ulong));
    }

    public void Dispose()
    {
        _device.Release(_address);
        _device.ReleaseHost(_host);
        ReleaseTables();
    }

    private static ChoiceArguments ChoiceOf(Slice slice, int position) => new()
    {
        Uniform = Sampler.Uniform(slice.Seed, position),
        Scale = slice.Sampling.IsGreedy ? 0f : ExactMath.Log2EQ16Milli / (float)slice.Sampling.TemperatureMilli,
        TopK = slice.Sampling.TopK,
        TopP = slice.Sampling.TopPMillionths,
    };

    private void AddTiles(int firstRow, int queries)
    {
        var tiles = (AttendTile*)(_host + (long)(Tiles - _address));
        for (int first = 0; first < queries; first += TileQueries)
        {
            tiles[TileCount++] = new AttendTile { FirstRow = firstRow, FirstQuery = first, QueryCount = Math.Min(TileQueries, queries - first) };
        }
    }

    private void ReleaseTables()
    {
        if (Tables != 0)
        {
            _device.Release(Tables);
            _device.ReleaseHost(_hostTables);
        }
    }
}
