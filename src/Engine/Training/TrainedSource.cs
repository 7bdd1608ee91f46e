using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>The int8 weights of a trained decoder; adapters are merged into the matrices beside which they stood.</summary>
internal sealed unsafe class TrainedSource(TrainedDecoder decoder) : IWeightSource
{
    private readonly TrainingKernels _kernels = ProcessorTraining.Create(Backends.OnProcessor[^1]);

    public PackedMatrix Matrix(WeightKind kind, int layer, int rows, int columns)
    {
        LinearLayer linear = kind switch
        {
            WeightKind.Embedding => decoder.Embedding,
            WeightKind.Output => decoder.Output,
            _ => decoder.Of(layer, kind),
        };
        if (linear.Whole is null && linear.Inner is null)
        {
            return linear.Main.Packed;
        }

        var matrix = new PairedMatrix(rows, columns);
        AlignedBuffer<float> weights = linear.Whole?.Weights ?? Merge(linear);
        bool fits = true;
        for (int panel = 0; panel < matrix.Packed.Panels; panel++)
        {
            fits &= matrix.Quantize(_kernels, weights.Pointer, panel);
        }

        GC.KeepAlive(weights); // Merged ones are held by nobody else.

        return fits
            ? matrix.Packed
            : throw new EngineRefusedException(new EngineRefusal(EngineRefusalCode.WeightOutOfRange, $"{kind} of layer {layer}", "a magnitude of at most 2^40", "another"));
    }

    public AlignedBuffer<float> Vector(WeightKind kind, int layer, int count) => throw new InvalidOperationException("A plain decoder has no vectors.");

    // W + λ · B · A with the int8 values that the forward pass saw, summed over the rank in order.
    private AlignedBuffer<float> Merge(LinearLayer linear)
    {
        PackedMatrix main = linear.Main.Packed;
        Parameter inner = linear.Inner!; // An adapter has both.
        Parameter outer = linear.Outer!;
        float scale = decoder.Recipe.AdapterScale;
        var merged = new AlignedBuffer<float>(checked(main.Rows * main.Columns));
        for (int panel = 0; panel < inner.Quantized.Packed.Panels; panel++)
        {
            inner.Quantized.Quantize(_kernels, inner.Weights.Pointer, panel);
        }

        for (int panel = 0; panel < outer.Quantized.Packed.Panels; panel++)
        {
            outer.Quantized.Quantize(_kernels, outer.Weights.Pointer, panel);
        }

        PackedMatrix a = inner.Quantized.Packed;
        PackedMatrix b = outer.Quantized.Packed;
        for (int row = 0; row < main.Rows; row++)
        {
            float* target = merged.Pointer + ((long)row * main.Columns);
            for (int i = 0; i < main.Columns; i++)
            {
                target[i] = (float)main[row, i] * main.Scales[row];
            }

            for (int r = 0; r < a.Rows; r++)
            {
                float factor = (((float)b[row, r] * b.Scales[row]) * a.Scales[r]) * scale;
                for (int i = 0; i < main.Columns; i++)
                {
                    target[i] = target[i] + (factor * (float)a[r, i]);
                }
            }
        }

        return merged;
    }
}
