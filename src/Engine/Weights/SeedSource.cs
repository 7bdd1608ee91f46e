namespace Ait.Engine.Weights;

/// <summary>Weights drawn from a seed.</summary>
internal sealed class SeedSource(ulong seed) : IWeightSource
{
    public PackedMatrix Matrix(WeightKind kind, int layer, int rows, int columns) => SeededWeights.Draw(seed, layer, kind, rows, columns);

    public AlignedBuffer<float> Vector(WeightKind kind, int layer, int count) => SeededWeights.DrawVector(seed, layer, kind, count);
}
