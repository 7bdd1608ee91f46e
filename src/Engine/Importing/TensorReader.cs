using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Ait.Engine.Importing;

/// <summary>Reads rows of one tensor as f32. A value that is not finite or above 2^40 is refused with its place.</summary>
internal sealed class TensorReader(Tensor tensor)
{
    private const float Limit = 1099511627776f;

    private byte[] _bytes = [];

    public Tensor Tensor { get; } = tensor;

    /// <summary>Fills the span with whole rows, beginning with the first.</summary>
    public void Read(long firstRow, Span<float> target)
    {
        int size = Tensor.Type == TensorType.F32 ? 4 : 2;
        int length = checked(target.Length * size);
        long offset = Tensor.Offset + (firstRow * Tensor.Columns * size);
        if (_bytes.Length < length)
        {
            _bytes = new byte[length];
        }

        Span<byte> bytes = _bytes.AsSpan(0, length);
        Tensor.File.Read(bytes, offset);
        switch (Tensor.Type)
        {
            case TensorType.F32:
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 4)..]);
                }

                break;
            case TensorType.F16:
                for (int i = 0; i < target.Length; i++)
                {
                    target[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * 2)..]);
                }

                break;
            default:
                ReadOnlySpan<ushort> words = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < target.Length; i++)
                {
                    ushort word = BitConverter.IsLittleEndian ? words[i] : BinaryPrimitives.ReverseEndianness(words[i]);
                    target[i] = BitConverter.Int32BitsToSingle(word << 16);
                }

                break;
        }

        for (int i = 0; i < target.Length; i++)
        {
            if (!(Math.Abs(target[i]) <= Limit))
            {
                throw JsonFile.Fault(
                    EngineRefusalCode.WeightOutOfRange,
                    $"{Tensor.File.Name}, offset {offset + ((long)i * size)}: {Tensor.Name}",
                    "a finite number of magnitude at most 2^40",
                    string.Create(null, $"{target[i]:R}"));
            }
        }
    }
}
