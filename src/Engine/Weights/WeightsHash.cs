using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ait.Engine.Weights;

/// <summary>The running weights digest: matrices and vectors one after the other (docs/exact-arithmetic.md §6).</summary>
internal sealed unsafe class WeightsHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _rows = [];

    public void Append(WeightKind kind, int layer, PackedMatrix matrix)
    {
        Header(kind, layer, matrix.Rows, matrix.Columns);
        // The scales belong to the matrix, which the caller keeps alive.
        _hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(matrix.Scales, matrix.Rows)));
        int panelBytes = PackedMatrix.PanelRows * matrix.Columns;
        if (_rows.Length < panelBytes)
        {
            _rows = new byte[panelBytes];
        }

        int groups = matrix.Columns / PackedMatrix.Group;
        for (int panel = 0; panel < matrix.Panels; panel++)
        {
            // A panel is groups of 16 rows of 4 bytes: read as 32-bit words, it is a matrix to turn around.
            Span<int> rows = MemoryMarshal.Cast<byte, int>(_rows.AsSpan(0, panelBytes));
            int* source = (int*)matrix.Panel(panel);
            for (int row = 0; row < PackedMatrix.PanelRows; row++)
            {
                Span<int> target = rows.Slice(row * groups, groups);
                int* word = source + row;
                for (int group = 0; group < target.Length; group++)
                {
                    target[group] = *word;
                    word += PackedMatrix.PanelRows;
                }
            }

            int count = Math.Min(PackedMatrix.PanelRows, matrix.Rows - (panel * PackedMatrix.PanelRows));
            _hash.AppendData(_rows.AsSpan(0, count * matrix.Columns));
        }
    }

    public void Append(WeightKind kind, int layer, AlignedBuffer<float> vector)
    {
        Header(kind, layer, vector.Length, 0);
        _hash.AppendData(MemoryMarshal.AsBytes(vector.Span));
    }

    public Digest End() => new(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private void Header(WeightKind kind, int layer, int rows, int columns)
    {
        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(header, (int)kind);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], layer);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], rows);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], columns);
        _hash.AppendData(header);
    }
}
