using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>The int8 keys and values of one sequence, for every layer and key/value head, in pages from a pool.</summary>
internal sealed unsafe class KeyValueCache
{
    private readonly int _heads;
    private readonly int _width;
    private readonly PagePool _pool;
    private readonly List<CachePage> _pages = [];
    private readonly AlignedBuffer<nint> _table;

    /// <summary>Takes pages for so many positions; the given ones, which the caller holds for it, come first.</summary>
    public KeyValueCache(ModelConfig config, PagePool pool, int positions, IReadOnlyList<CachePage> shared)
    {
        _heads = config.KeyValueHeads;
        _width = config.HeadDimension;
        _pool = pool;
        int count = PagePool.PagesFor(positions);
        _table = new AlignedBuffer<nint>(count);
        for (int i = 0; i < count; i++)
        {
            CachePage page = i < shared.Count ? shared[i] : pool.Take();
            _pages.Add(page);
            _table.Span[i] = page.Address;
        }
    }

    /// <summary>A cache with a pool of its own.</summary>
    public KeyValueCache(ModelConfig config, int positions)
        : this(config, new PagePool(new HostPages(config), long.MaxValue), positions, [])
    {
    }

    public int Capacity => _pages.Count * HeadCache.PagePositions;

    public CachePage Page(int index) => _pages[index];

    /// <summary>Where each page lies.</summary>
    public ReadOnlySpan<nint> Table => _table.Span[.._pages.Count];

    public HeadCache Head(int layer, int head) =>
        new(_width, (sbyte**)_table.Pointer, (((long)layer * _heads) + head) * HeadCache.Size(_width));

    /// <summary>Gives the pages back. The cache must not be used afterwards.</summary>
    public void Release()
    {
        foreach (CachePage page in _pages)
        {
            _pool.Release(page);
        }

        _pages.Clear();
    }

    /// <summary>Stores a quantised key with its scale.</summary>
    public static void StoreKey(in HeadCache head, int position, short* key, float scale)
    {
        int page = position / HeadCache.PagePositions;
        int at = position % HeadCache.PagePositions;
        sbyte* keys = head.Keys(page);
        for (int i = 0; i < head.Width; i++)
        {
            keys[PackedMatrix.Index(at, i, head.Width)] = (sbyte)key[i];
        }

        head.KeyScales(page)[at] = scale;
    }

    /// <summary>Quantises a value to a power-of-two scale and stores it. False, with zeros, on a numeric fault.</summary>
    public static bool StoreValue(in HeadCache head, int position, float* value)
    {
        int bits = ExactMath.MagnitudeBits(value, head.Width);
        bool inRange = bits <= ExactMath.LargestBits;
        bool isZero = !inRange || bits < ExactMath.SmallestBits;
        int exponent = isZero ? ExactMath.ZeroExponent : ExactMath.ValueExponent(bits);
        float inverse = isZero ? 0f : ExactMath.PowerOfTwo(-exponent);
        int page = position / HeadCache.PagePositions;
        int at = position % HeadCache.PagePositions;
        sbyte* values = head.Values(page);
        for (int i = 0; i < head.Width; i++)
        {
            values[head.ValueIndex(at, i)] = isZero ? (sbyte)0 : (sbyte)ExactMath.Rint(value[i] * inverse);
        }

        head.ValueExponents(page)[at] = exponent;
        return inRange;
    }
}
