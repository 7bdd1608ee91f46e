using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Execution;

/// <summary>The int8 keys and values of one sequence, for every layer and key/value head.</summary>
internal sealed unsafe class KeyValueCache
{
    private readonly int _heads;
    private readonly int _width;
    private readonly AlignedBuffer<sbyte> _keys;
    private readonly AlignedBuffer<sbyte> _values;
    private readonly AlignedBuffer<float> _keyScales;
    private readonly AlignedBuffer<int> _valueExponents;

    public KeyValueCache(ModelConfig config, int positions)
    {
        // Whole panels of 16 positions.
        Capacity = (positions + 15) / 16 * 16;
        _heads = config.KeyValueHeads;
        _width = config.HeadDimension;
        int heads = config.Layers * _heads;
        _keys = new AlignedBuffer<sbyte>(checked(heads * Capacity * _width));
        _values = new AlignedBuffer<sbyte>(checked(heads * Capacity * _width));
        _keyScales = new AlignedBuffer<float>(checked(heads * Capacity));
        _valueExponents = new AlignedBuffer<int>(checked(heads * Capacity));
    }

    public int Capacity { get; }

    public HeadCache Head(int layer, int head)
    {
        long index = ((long)layer * _heads) + head;
        return new HeadCache(
            _width,
            _keys.Pointer + (index * Capacity * _width),
            _keyScales.Pointer + (index * Capacity),
            _values.Pointer + (index * Capacity * _width),
            _valueExponents.Pointer + (index * Capacity));
    }

    /// <summary>Stores a quantised key with its scale.</summary>
    public static void StoreKey(in HeadCache head, int position, short* key, float scale)
    {
        for (int i = 0; i < head.Width; i++)
        {
            head.Keys[PackedMatrix.Index(position, i, head.Width)] = (sbyte)key[i];
        }

        head.KeyScales[position] = scale;
    }

    /// <summary>Quantises a value to a power-of-two scale and stores it. False, with zeros, on a numeric fault.</summary>
    public static bool StoreValue(in HeadCache head, int position, float* value)
    {
        int bits = ExactMath.MagnitudeBits(value, head.Width);
        bool inRange = bits <= ExactMath.LargestBits;
        bool isZero = !inRange || bits < ExactMath.SmallestBits;
        int exponent = isZero ? ExactMath.ZeroExponent : ExactMath.ValueExponent(bits);
        float inverse = isZero ? 0f : ExactMath.PowerOfTwo(-exponent);
        for (int i = 0; i < head.Width; i++)
        {
            head.Values[head.ValueIndex(position, i)] = isZero ? (sbyte)0 : (sbyte)ExactMath.Rint(value[i] * inverse);
        }

        head.ValueExponents[position] = exponent;
        return inRange;
    }
}
