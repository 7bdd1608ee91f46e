using Ait.Engine.Importing;
using Ait.Engine.Weights;
using Microsoft.Win32.SafeHandles;

namespace Ait.Engine.Storing;

/// <summary>Weights of an artifact, read straight into the memory in which they are used, in the order in which they lie.</summary>
internal sealed unsafe class ArtifactSource(SafeFileHandle file, string name, long offset, CancellationToken cancellation) : IWeightSource
{
    private const int Piece = 16 << 20;

    private long _offset = offset;

    public PackedMatrix Matrix(WeightKind kind, int layer, int rows, int columns)
    {
        var matrix = new PackedMatrix(rows, columns);
        // The matrix owns both places, and is returned: the pointers are valid throughout.
        Fill((byte*)matrix.Weights, (long)matrix.PaddedRows * columns);
        byte* weights = (byte*)matrix.Weights;
        long start = _offset;
        Fill((byte*)matrix.Scales, matrix.PaddedRows * sizeof(float));
        for (long i = 0; i < (long)matrix.PaddedRows * columns; i += 8)
        {
            // −128 has no place in the arithmetic. A lane is 0x80 exactly if flipping its top bit leaves nothing.
            ulong lanes = *(ulong*)(weights + i) ^ 0x8080808080808080;
            if (((lanes - 0x0101010101010101) & ~lanes & 0x8080808080808080) != 0)
            {
                throw Fault(start - ((long)matrix.PaddedRows * columns) + i, "weights of −127 … 127", "−128");
            }
        }

        for (int row = 0; row < matrix.PaddedRows; row++)
        {
            float scale = matrix.Scales[row];
            if (!(scale >= 0f && scale <= 1099511627776f) || (row >= rows && scale != 0f))
            {
                throw Fault(start + (row * sizeof(float)), row < rows ? "a scale of 0 … 2^40" : "the scale 0 of a row that pads", string.Create(null, $"{scale:R}"));
            }
        }

        return matrix;
    }

    public AlignedBuffer<float> Vector(WeightKind kind, int layer, int count)
    {
        int padded = (count + 15) / 16 * 16;
        var values = new AlignedBuffer<float>(padded);
        long start = _offset;
        Fill((byte*)values.Pointer, padded * sizeof(float));
        for (int i = 0; i < padded; i++)
        {
            if (!(Math.Abs(values.Pointer[i]) <= 1099511627776f) || (i >= count && values.Pointer[i] != 0f))
            {
                throw Fault(start + (i * sizeof(float)), "a number of magnitude at most 2^40, 0 beyond the end", string.Create(null, $"{values.Pointer[i]:R}"));
            }
        }

        var vector = new AlignedBuffer<float>(count);
        values.Span[..count].CopyTo(vector.Span);
        return vector;
    }

    private void Fill(byte* target, long length)
    {
        long done = 0;
        while (done < length)
        {
            cancellation.ThrowIfCancellationRequested();
            var piece = new Span<byte>(target + done, (int)Math.Min(Piece, length - done));
            int count = RandomAccess.Read(file, piece, _offset);
            if (count == 0)
            {
                throw Fault(_offset, $"{length - done} more bytes", "the end of the file");
            }

            done += count;
            _offset += count;
        }
    }

    private EngineRefusedException Fault(long at, string expected, string found) =>
        JsonFile.Fault(EngineRefusalCode.MalformedFile, $"{name}, offset {at}", expected, found);
}
