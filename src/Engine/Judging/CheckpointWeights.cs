using Ait.Engine.Importing;
using Ait.Engine.Weights;

namespace Ait.Engine.Judging;

/// <summary>The weights as the checkpoint has them.</summary>
internal sealed class CheckpointWeights(Checkpoint checkpoint) : IFloatWeights
{
    private TensorReader? _reader;

    public ModelConfig Shape => checkpoint.Config.Shape;

    public float[] FinalGain => checkpoint.Vector(TensorNames.FinalGain, Shape.Dimension);

    public void Read(WeightKind kind, int layer, int firstRow, Span<float> target)
    {
        (int rows, int columns) = WeightShape.Of(Shape, kind);
        string name = TensorNames.Of(kind, layer);
        if (_reader?.Tensor.Name != name)
        {
            _reader = checkpoint.Matrix(name, rows, columns);
        }

        _reader.Read(firstRow, target);
    }

    public float[] Vector(WeightKind kind, int layer) => checkpoint.Vector(TensorNames.Of(kind, layer), WeightShape.Of(Shape, kind).Rows);

    public float[] InputGain(int layer) => checkpoint.Vector(TensorNames.InputGain(layer), Shape.Dimension);

    public float[] MiddleGain(int layer) => checkpoint.Vector(TensorNames.MiddleGain(layer), Shape.Dimension);
}
