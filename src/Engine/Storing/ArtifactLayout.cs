using Ait.Engine.Weights;

namespace Ait.Engine.Storing;

/// <summary>
/// An artifact: 8 bytes of mark, lengths of descriptor and tokenizer (i32 each), descriptor, tokenizer, zeros up to a multiple of
/// 64, then every matrix and vector of the shape in the order of the weights digest. A matrix is its packed weights, as
/// <see cref="PackedMatrix"/> holds them, and the scales of its padded rows; a vector is its elements, padded with zeros to 16.
/// </summary>
internal static class ArtifactLayout
{
    public const int Alignment = 64;
    public const int HeadBytes = 16;

    public static ReadOnlySpan<byte> Magic => "AITMODL1"u8;

    public static long DataOffset(int descriptorBytes, int tokenizerBytes) =>
        (HeadBytes + (long)descriptorBytes + tokenizerBytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>Every part of the shape, in order.</summary>
    public static IEnumerable<(WeightKind Kind, int Layer)> Parts(ModelConfig shape)
    {
        foreach (WeightKind kind in WeightShape.OfModel.ToArray())
        {
            if (WeightShape.Has(shape, kind))
            {
                yield return (kind, 0);
            }
        }

        for (int layer = 0; layer < shape.Layers; layer++)
        {
            foreach (WeightKind kind in WeightShape.OfLayer.ToArray())
            {
                if (WeightShape.Has(shape, kind))
                {
                    yield return (kind, layer);
                }
            }
        }
    }

    public static long Bytes(ModelConfig shape, WeightKind kind)
    {
        (int rows, int columns) = WeightShape.Of(shape, kind);
        long padded = (rows + 15L) / 16 * 16;
        return WeightShape.IsVector(kind) ? padded * sizeof(float) : padded * (columns + sizeof(float));
    }

    public static long DataBytes(ModelConfig shape) => Parts(shape).Sum(part => Bytes(shape, part.Kind));
}
