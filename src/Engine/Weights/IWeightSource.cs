namespace Ait.Engine.Weights;

/// <summary>Where the weights of a model come from: drawn from a seed, or read from an artifact.</summary>
internal interface IWeightSource
{
    public PackedMatrix Matrix(WeightKind kind, int layer, int rows, int columns);

    public AlignedBuffer<float> Vector(WeightKind kind, int layer, int count);
}
