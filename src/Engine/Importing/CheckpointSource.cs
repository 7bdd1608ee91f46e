using Ait.Engine.Scalar;
using Ait.Engine.Weights;

namespace Ait.Engine.Importing;

/// <summary>
/// Weights of a checkpoint, quantised row by row: gains are folded in, the stream is rotated if asked, each row gets the scale
/// that takes its largest magnitude to 127. Single-precision operations in a fixed order, so every machine imports the same
/// bits. The matrices it yields are reused: each is valid until another of its size is asked for.
/// </summary>
internal sealed unsafe class CheckpointSource : IWeightSource
{
    private const int RowsAtOnce = 16;

    private readonly Checkpoint _checkpoint;
    private readonly HadamardRotation? _rotation;
    private readonly Dictionary<(int Rows, int Columns), PackedMatrix> _matrices = [];
    private float[] _rows = [];

    public CheckpointSource(Checkpoint checkpoint, bool isRotated)
    {
        _checkpoint = checkpoint;
        ModelConfig shape = checkpoint.Config.Shape;
        // A rotated stream has no place for a gain of its own at the end, so the last gain is folded, and the output cannot be tied.
        _rotation = isRotated ? new HadamardRotation(shape.Dimension) : null;
        Shape = isRotated ? shape with { Features = shape.Features & ~(ModelFeatures.FinalGain | ModelFeatures.TiedOutput) } : shape;
    }

    /// <summary>The shape of the model that is yielded.</summary>
    public ModelConfig Shape { get; }

    public PackedMatrix Matrix(WeightKind kind, int layer, int rows, int columns)
    {
        string name = TensorNames.Of(kind, layer);
        if (kind == WeightKind.Output && _checkpoint.Config.Shape.Has(ModelFeatures.TiedOutput))
        {
            name = TensorNames.Embedding;
        }

        TensorReader tensor = _checkpoint.Matrix(name, rows, columns);
        float[]? gain = Gain(kind, layer);
        bool turnsRows = _rotation is not null && kind is WeightKind.AttentionOutput or WeightKind.Down;
        int atOnce = turnsRows ? _rotation!.Block : RowsAtOnce; // Rows are turned only with a rotation.
        if (_rows.Length < atOnce * (long)columns)
        {
            _rows = new float[checked(atOnce * columns)];
        }

        PackedMatrix matrix = Scratch(rows, columns);
        for (int first = 0; first < rows; first += atOnce)
        {
            int count = Math.Min(atOnce, rows - first);
            Span<float> values = _rows.AsSpan(0, count * columns);
            tensor.Read(first, values);
            if (turnsRows)
            {
                for (int block = 0; block < count; block += atOnce)
                {
                    _rotation!.RotateRows(values.Slice(block * columns, atOnce * columns), columns); // As above.
                }
            }

            for (int row = 0; row < count; row++)
            {
                Span<float> line = values.Slice(row * columns, columns);
                if (gain is not null)
                {
                    for (int i = 0; i < columns; i++)
                    {
                        line[i] = line[i] * gain[i];
                    }
                }

                if (_rotation is not null && !turnsRows)
                {
                    _rotation.Rotate(line);
                }

                Quantize(line, matrix, first + row, tensor.Tensor);
            }
        }

        return matrix;
    }

    public AlignedBuffer<float> Vector(WeightKind kind, int layer, int count)
    {
        float[] values = _checkpoint.Vector(TensorNames.Of(kind, layer), count);
        if (kind is WeightKind.AttentionOutputBias or WeightKind.DownBias)
        {
            _rotation?.Rotate(values);
        }

        var vector = new AlignedBuffer<float>(count);
        values.CopyTo(vector.Span);
        return vector;
    }

    /// <summary>The gain of the norm before the matrix, if it is folded.</summary>
    private float[]? Gain(WeightKind kind, int layer) => kind switch
    {
        WeightKind.Query or WeightKind.Key or WeightKind.Value => _checkpoint.Vector(TensorNames.InputGain(layer), Shape.Dimension),
        WeightKind.Gate or WeightKind.Up => _checkpoint.Vector(TensorNames.MiddleGain(layer), Shape.Dimension),
        WeightKind.Output when !Shape.Has(ModelFeatures.FinalGain) => _checkpoint.Vector(TensorNames.FinalGain, Shape.Dimension),
        _ => null,
    };

    private PackedMatrix Scratch(int rows, int columns)
    {
        if (!_matrices.TryGetValue((rows, columns), out PackedMatrix? matrix))
        {
            matrix = new PackedMatrix(rows, columns);
            _matrices.Add((rows, columns), matrix);
        }

        return matrix;
    }

    private static void Quantize(Span<float> line, PackedMatrix matrix, int row, Tensor tensor)
    {
        fixed (float* x = line)
        {
            int bits = ExactMath.MagnitudeBits(x, line.Length);
            if (bits > ExactMath.LargestBits)
            {
                throw JsonFile.Fault(
                    EngineRefusalCode.WeightOutOfRange,
                    $"{tensor.File.Name}, offset {tensor.Offset}: {tensor.Name}, row {row}",
                    "a magnitude of at most 2^40 after folding",
                    string.Create(null, $"{BitConverter.Int32BitsToSingle(bits):R}"));
            }

            bool isZero = bits < ExactMath.SmallestBits;
            float magnitude = BitConverter.Int32BitsToSingle(bits);
            float inverse = isZero ? 0f : 127f / magnitude;
            matrix.Scales[row] = isZero ? 0f : magnitude / 127f;
            // Groups of 4 columns lie a panel row apart.
            sbyte* target = matrix.Weights + PackedMatrix.Index(row, 0, matrix.Columns);
            for (int i = 0; i < line.Length; i += PackedMatrix.Group)
            {
                for (int k = 0; k < PackedMatrix.Group; k++)
                {
                    target[k] = (sbyte)ExactMath.Rint(x[i + k] * inverse);
                }

                target += PackedMatrix.PanelRows * PackedMatrix.Group;
            }
        }
    }
}
