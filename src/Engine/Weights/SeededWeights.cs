using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Ait.Engine.Weights;

/// <summary>
/// Draws a matrix from the seed. Weight i (row-major) is byte i % 16 of Philox block i / 16 of the matrix's stream, read
/// as a signed byte, −128 becoming 0. Row scales come from a second stream.
/// </summary>
internal static unsafe class SeededWeights
{
    // Root mean square of a uniform draw from −127 … 127.
    private const float Deviation = 73.3212f;

    // Counter word 3: the matrix, and which of its two streams.
    private const uint WeightStream = 0x5700;
    private const uint ScaleStream = 0x5300;
    private const uint VectorStream = 0x5600;

    public static PackedMatrix Draw(ulong seed, int layer, WeightKind kind, int rows, int columns)
    {
        var matrix = new PackedMatrix(rows, columns);
        // A block of the stream knows its place, so panels can be drawn in any order and by any thread.
        Parallel.For(0, matrix.Panels, panel => DrawPanel(matrix, panel, seed, (uint)layer, WeightStream | (uint)kind));

        // Unit variance out for unit variance in; the logits get 4, so that the choice is not a coin toss.
        float gain = kind == WeightKind.Output ? 4f : 1f;
        float spread = kind == WeightKind.Embedding ? Deviation : Deviation * float.Sqrt(columns);
        float step = gain / spread;
        uint k0 = (uint)seed;
        uint k1 = (uint)(seed >> 32);
        Span<byte> block = stackalloc byte[16];
        for (int row = 0; row < rows; row++)
        {
            if (row % 16 == 0)
            {
                Fill(block, (ulong)row / 16, (uint)layer, ScaleStream | (uint)kind, k0, k1);
            }

            // 0.75 to 1.248: every row has a scale of its own.
            matrix.Scales[row] = step * ((384 + block[row % 16]) / 512f);
        }

        return matrix;
    }

    /// <summary>Draws a vector: biases of −0.25 … 0.248, gains of 0.75 … 1.248.</summary>
    public static AlignedBuffer<float> DrawVector(ulong seed, int layer, WeightKind kind, int count)
    {
        var vector = new AlignedBuffer<float>(count);
        bool isGain = kind >= WeightKind.QueryGain;
        Span<byte> block = stackalloc byte[16];
        for (int i = 0; i < count; i++)
        {
            if (i % 16 == 0)
            {
                Fill(block, (ulong)i / 16, (uint)layer, VectorStream | (uint)kind, (uint)seed, (uint)(seed >> 32));
            }

            vector.Span[i] = (isGain ? 384 + block[i % 16] : block[i % 16] - 128) / 512f;
        }

        return vector;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DrawPanel(PackedMatrix matrix, int panel, ulong seed, uint layer, uint stream)
    {
        int columns = matrix.Columns;
        int first = panel * PackedMatrix.PanelRows;
        int end = Math.Min(first + PackedMatrix.PanelRows, matrix.Rows);
        // One word holds a group: four neighbouring columns of a row.
        uint* words = (uint*)matrix.Panel(panel);
        for (int row = first; row < end; row++)
        {
            // Columns are a multiple of 16, so a block never crosses a row.
            ulong index = (ulong)row * (ulong)columns / 16;
            uint* target = words + (row - first);
            for (int group = 0; group < columns / PackedMatrix.Group; group += 4, index++)
            {
                (uint x0, uint x1, uint x2, uint x3) = Philox.Draw((uint)index, (uint)(index >> 32), layer, stream, (uint)seed, (uint)(seed >> 32));
                target[(group + 0) * PackedMatrix.PanelRows] = InRange(x0);
                target[(group + 1) * PackedMatrix.PanelRows] = InRange(x1);
                target[(group + 2) * PackedMatrix.PanelRows] = InRange(x2);
                target[(group + 3) * PackedMatrix.PanelRows] = InRange(x3);
            }
        }
    }

    /// <summary>Four bytes, −128 becoming 0, with the first in the lowest address.</summary>
    private static uint InRange(uint bytes)
    {
        bytes = BitConverter.IsLittleEndian ? bytes : BinaryPrimitives.ReverseEndianness(bytes);
        // The top bit of each byte that is 128, spread over the byte.
        uint other = bytes ^ 0x80808080;
        uint isLowest = ~(((other & 0x7F7F7F7F) + 0x7F7F7F7F) | other) & 0x80808080;
        return bytes & ~((isLowest >> 7) * 255);
    }

    private static void Fill(Span<byte> block, ulong index, uint layer, uint stream, uint k0, uint k1)
    {
        (uint x0, uint x1, uint x2, uint x3) = Philox.Draw((uint)index, (uint)(index >> 32), layer, stream, k0, k1);
        BinaryPrimitives.WriteUInt32LittleEndian(block, x0);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], x1);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], x2);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], x3);
    }
}
