using System.Runtime.Intrinsics;
using Ait.Engine.Weights;

namespace Ait.Engine.Judging;

/// <summary>
/// The decoder in floating point, with weights of their own precision and none of the engine's steps: what the int8 engine
/// approximates. Takes a whole text, cut into windows that know nothing of each other, through one layer after the other.
/// </summary>
internal sealed unsafe class FloatDecoder
{
    private readonly IFloatWeights _weights;
    private readonly ModelConfig _shape;
    private readonly float[] _output;
    private readonly float[] _finalGain;

    public FloatDecoder(IFloatWeights weights)
    {
        _weights = weights;
        _shape = weights.Shape;
        _output = Matrix(_shape.Has(ModelFeatures.TiedOutput) ? WeightKind.Embedding : WeightKind.Output, 0);
        _finalGain = weights.FinalGain;
    }

    /// <summary>The stream after the last layer, for every position; each window of so many tokens begins anew.</summary>
    public float[][] Hidden(ReadOnlySpan<int> tokens, int window, CancellationToken cancellation)
    {
        int d = _shape.Dimension;
        float[][] stream = new float[tokens.Length][];
        for (int t = 0; t < stream.Length; t++)
        {
            stream[t] = new float[d];
            _weights.Read(WeightKind.Embedding, 0, tokens[t], stream[t]);
        }

        var rotary = new RotaryTable(_shape, Math.Min(window, stream.Length));
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            float[][] normed = Normed(stream, _weights.InputGain(layer));
            float[][] query = Linear(normed, WeightKind.Query, WeightKind.QueryBias, layer);
            float[][] key = Linear(normed, WeightKind.Key, WeightKind.KeyBias, layer);
            float[][] value = Linear(normed, WeightKind.Value, WeightKind.ValueBias, layer);
            Place(query, WeightKind.QueryGain, layer, rotary, window);
            Place(key, WeightKind.KeyGain, layer, rotary, window);
            Add(stream, Linear(Attended(query, key, value, window), WeightKind.AttentionOutput, WeightKind.AttentionOutputBias, layer));
            normed = Normed(stream, _weights.MiddleGain(layer));
            float[][] gate = Linear(normed, WeightKind.Gate, WeightKind.GateBias, layer);
            float[][] up = Linear(normed, WeightKind.Up, WeightKind.UpBias, layer);
            Parallel.For(0, gate.Length, t =>
            {
                for (int i = 0; i < gate[t].Length; i++)
                {
                    gate[t][i] = (float)(gate[t][i] / (1 + RealMath.Exp(-gate[t][i])) * up[t][i]);
                }
            });
            Add(stream, Linear(gate, WeightKind.Down, WeightKind.DownBias, layer));
        }

        return stream;
    }

    /// <summary>The logits of one position.</summary>
    public float[] Logits(float[] hidden)
    {
        float[] normed = Normed([hidden], _finalGain)[0];
        float[] logits = new float[_shape.Vocabulary];
        Parallel.For(0, logits.Length, n => logits[n] = Dot(_output.AsSpan(n * normed.Length, normed.Length), normed));
        return logits;
    }

    private float[] Matrix(WeightKind kind, int layer)
    {
        (int rows, int columns) = WeightShape.Of(_shape, kind);
        float[] values = new float[(long)rows * columns];
        const int RowsAtOnce = 1024;
        for (int row = 0; row < rows; row += RowsAtOnce)
        {
            _weights.Read(kind, layer, row, values.AsSpan(row * columns, Math.Min(RowsAtOnce, rows - row) * columns));
        }

        return values;
    }

    private float[][] Normed(float[][] x, float[] gain)
    {
        float[][] y = new float[x.Length][];
        Parallel.For(0, x.Length, t => y[t] = Normed(x[t], gain));
        return y;
    }

    private float[] Normed(ReadOnlySpan<float> x, float[] gain)
    {
        double square = 0;
        foreach (float value in x)
        {
            square += (double)value * value;
        }

        double factor = 1 / Math.Sqrt((square / x.Length) + _shape.NormEpsilon);
        float[] y = new float[x.Length];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = (float)(x[i] * factor * gain[i]);
        }

        return y;
    }

    private float[][] Linear(float[][] x, WeightKind kind, WeightKind biasKind, int layer)
    {
        (int rows, int columns) = WeightShape.Of(_shape, kind);
        float[] weights = Matrix(kind, layer);
        float[]? bias = WeightShape.Has(_shape, biasKind) ? _weights.Vector(biasKind, layer) : null;
        float[][] y = [.. x.Select(_ => new float[rows])];
        Parallel.For(0, rows, n =>
        {
            for (int t = 0; t < x.Length; t++)
            {
                y[t][n] = Dot(weights.AsSpan(n * columns, columns), x[t]) + (bias?[n] ?? 0);
            }
        });
        return y;
    }

    /// <summary>Norms every head, if the model does, and turns it to its position.</summary>
    private void Place(float[][] x, WeightKind gainKind, int layer, RotaryTable rotary, int window)
    {
        int width = _shape.HeadDimension;
        float[]? gain = WeightShape.Has(_shape, gainKind) ? _weights.Vector(gainKind, layer) : null;
        Parallel.For(0, x.Length, t =>
        {
            for (int head = 0; head < x[t].Length; head += width)
            {
                Span<float> own = x[t].AsSpan(head, width);
                if (gain is not null)
                {
                    Normed(own, gain).CopyTo(own);
                }

                for (int i = 0; i < width / 2; i++)
                {
                    (float a, float b) = (own[i], own[i + (width / 2)]);
                    // The table is kept alive by the caller.
                    (float cosine, float sine) = (rotary.Cosines(t % window)[i], rotary.Sines(t % window)[i]);
                    own[i] = (a * cosine) - (b * sine);
                    own[i + (width / 2)] = (a * sine) + (b * cosine);
                }
            }
        });
    }

    private float[][] Attended(float[][] query, float[][] key, float[][] value, int window)
    {
        int width = _shape.HeadDimension;
        int group = _shape.Heads / _shape.KeyValueHeads;
        double root = Math.Sqrt(width);
        float[][] y = [.. query.Select(row => new float[row.Length])];
        Parallel.For(0, query.Length, t =>
        {
            int begin = t - (t % window);
            int first = _shape.SlidingWindow == 0 ? begin : Math.Max(begin, t + 1 - _shape.SlidingWindow);
            double[] scores = new double[t + 1 - first];
            for (int head = 0; head < _shape.Heads; head++)
            {
                int shared = head / group * width;
                double greatest = double.NegativeInfinity;
                for (int j = 0; j < scores.Length; j++)
                {
                    scores[j] = Dot(query[t].AsSpan(head * width, width), key[first + j].AsSpan(shared, width)) / root;
                    greatest = Math.Max(greatest, scores[j]);
                }

                double sum = 0;
                for (int j = 0; j < scores.Length; j++)
                {
                    scores[j] = RealMath.Exp(scores[j] - greatest);
                    sum += scores[j];
                }

                for (int i = 0; i < width; i++)
                {
                    double mixed = 0;
                    for (int j = 0; j < scores.Length; j++)
                    {
                        mixed += scores[j] * value[first + j][shared + i];
                    }

                    y[t][(head * width) + i] = (float)(mixed / sum);
                }
            }
        });
        return y;
    }

    private static void Add(float[][] stream, float[][] y)
    {
        for (int t = 0; t < stream.Length; t++)
        {
            for (int i = 0; i < stream[t].Length; i++)
            {
                stream[t][i] += y[t][i];
            }
        }
    }

    // Widths are multiples of 16.
    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector256<float> low = Vector256<float>.Zero;
        Vector256<float> high = Vector256<float>.Zero;
        for (int i = 0; i < a.Length; i += 16)
        {
            low += Vector256.Create(a[i..]) * Vector256.Create(b[i..]);
            high += Vector256.Create(a[(i + 8)..]) * Vector256.Create(b[(i + 8)..]);
        }

        return Vector256.Sum(low + high);
    }
}
