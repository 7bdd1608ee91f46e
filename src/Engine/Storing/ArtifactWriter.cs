using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Ait.Engine.Weights;
using Microsoft.Win32.SafeHandles;

namespace Ait.Engine.Storing;

/// <summary>
/// Writes an artifact part by part, so that no more than one matrix of each size is in memory, into a file beside the target
/// that takes its name only when it is complete.
/// </summary>
internal static unsafe class ArtifactWriter
{
    // Longest write at once.
    private const int Piece = 16 << 20;

    public static ModelDescriptor Write(
        string path, ModelConfig shape, IWeightSource source, byte[] tokenizer, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        string target = Path.GetFullPath(path);
        string partial = $"{target}.{Environment.ProcessId}.partial";
        try
        {
            ModelDescriptor descriptor;
            using (SafeFileHandle file = File.OpenHandle(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                descriptor = WriteParts(file, shape, source, tokenizer, progress, cancellation);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(partial, target, overwrite: true);
            return descriptor;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static ModelDescriptor WriteParts(
        SafeFileHandle file, ModelConfig shape, IWeightSource source, byte[] tokenizer, IProgress<ImportProgress>? progress, CancellationToken cancellation)
    {
        // The weights digest has one size, so the length of the descriptor is known before the digest is.
        Digest tokenizerDigest = Digest.Of(tokenizer);
        int descriptorBytes = new ModelDescriptor(shape, default, tokenizerDigest).ToBytes().Length;
        long offset = ArtifactLayout.DataOffset(descriptorBytes, tokenizer.Length);
        int total = ArtifactLayout.Parts(shape).Count();
        int done = 0;
        using var hash = new WeightsHash();
        foreach ((WeightKind kind, int layer) in ArtifactLayout.Parts(shape))
        {
            cancellation.ThrowIfCancellationRequested();
            (int rows, int columns) = WeightShape.Of(shape, kind);
            if (WeightShape.IsVector(kind))
            {
                AlignedBuffer<float> vector = source.Vector(kind, layer, rows);
                hash.Append(kind, layer, vector);
                float[] padded = new float[(rows + 15) / 16 * 16];
                vector.Span.CopyTo(padded);
                offset = Append(file, MemoryMarshal.AsBytes(padded.AsSpan()), offset);
            }
            else
            {
                PackedMatrix matrix = source.Matrix(kind, layer, rows, columns);
                hash.Append(kind, layer, matrix);
                for (int panel = 0; panel < matrix.Panels; panel++)
                {
                    // Whole panels, as many as fit a piece.
                    int count = Math.Min(Math.Max(1, Piece / (PackedMatrix.PanelRows * columns)), matrix.Panels - panel);
                    offset = Append(file, new ReadOnlySpan<byte>(matrix.Panel(panel), count * PackedMatrix.PanelRows * columns), offset);
                    panel += count - 1;
                }

                offset = Append(file, new ReadOnlySpan<byte>(matrix.Scales, matrix.PaddedRows * sizeof(float)), offset);
                GC.KeepAlive(matrix);
            }

            done++;
            progress?.Report(new ImportProgress(done, total));
        }

        var descriptor = new ModelDescriptor(shape, hash.End(), tokenizerDigest);
        byte[] head = new byte[ArtifactLayout.DataOffset(descriptorBytes, tokenizer.Length)];
        ArtifactLayout.Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), descriptorBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), tokenizer.Length);
        descriptor.ToBytes().CopyTo(head, ArtifactLayout.HeadBytes);
        tokenizer.CopyTo(head, ArtifactLayout.HeadBytes + descriptorBytes);
        Append(file, head, 0);
        return descriptor;
    }

    private static long Append(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        RandomAccess.Write(file, bytes, offset);
        return offset + bytes.Length;
    }
}
