using Ait.Engine.Training;
using Ait.Engine.Weights;

namespace Ait.Engine.Tests.Training;

/// <summary>The loss of the decoder in double precision, written down as plainly as it can be: what gradients are differences of.</summary>
internal sealed unsafe class DoubleTwin
{
    private readonly TrainingRecipe _recipe;
    private readonly Dictionary<(WeightKind Kind, int Layer), double[]> _weights = [];
    private readonly int[][] _windows;

    public DoubleTwin(TrainedDecoder decoder, TrainingRecipe recipe, IEnumerable<int[]> windows)
    {
        _recipe = recipe;
        _windows = [.. windows];
        foreach (Parameter parameter in decoder.Parameters)
        {
            _weights.Add((parameter.Kind, parameter.Layer), [.. parameter.Weights.Span.ToArray().Select(value => (double)value)]);
        }
    }

    /// <summary>The slope of the mean loss along one weight, by a central difference.</summary>
    public double Slope(WeightKind kind, int layer, int index)
    {
        const double Step = 1e-5;
        double[] weights = _weights[(kind, layer)];
        double kept = weights[index];
        weights[index] = kept + Step;
        double above = Loss();
        weights[index] = kept - Step;
        double below = Loss();
        weights[index] = kept;
        return (above - below) / (2 * Step);
    }

    /// <summary>Mean loss per token in nats.</summary>
    public double Loss() => _windows.Sum(Loss) / (_windows.Length * _recipe.SequenceLength);

    private double Loss(int[] window)
    {
        ModelConfig shape = _recipe.Shape;
        int length = _recipe.SequenceLength;
        int w = shape.HeadDimension;
        var rotary = new RotaryTable(shape, length);
        double[] embedding = _weights[(WeightKind.Embedding, 0)];
        double[][] h = [.. Enumerable.Range(0, length).Select(t => embedding.AsSpan(window[t] * shape.Dimension, shape.Dimension).ToArray())];
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            double[][] x = [.. h.Select(Norm)];
            double[][] query = Linear(x, WeightKind.Query, layer);
            double[][] key = Linear(x, WeightKind.Key, layer);
            double[][] value = Linear(x, WeightKind.Value, layer);
            for (int t = 0; t < length; t++)
            {
                Rotate(query[t], rotary, t, w);
                Rotate(key[t], rotary, t, w);
            }

            double[][] attended = [.. query.Select(row => new double[row.Length])];
            for (int head = 0; head < shape.Heads; head++)
            {
                int own = head * w;
                int shared = head / (shape.Heads / shape.KeyValueHeads) * w;
                for (int t = 0; t < length; t++)
                {
                    double[] p = [.. Enumerable.Range(0, t + 1).Select(j => Math.Exp(Enumerable.Range(0, w).Sum(i => query[t][own + i] * key[j][shared + i]) / Math.Sqrt(w)))];
                    double sum = p.Sum();
                    for (int i = 0; i < w; i++)
                    {
                        attended[t][own + i] = Enumerable.Range(0, t + 1).Sum(j => p[j] * value[j][shared + i]) / sum;
                    }
                }
            }

            Add(h, Linear(attended, WeightKind.AttentionOutput, layer));
            x = [.. h.Select(Norm)];
            double[][] gate = Linear(x, WeightKind.Gate, layer);
            double[][] up = Linear(x, WeightKind.Up, layer);
            Add(h, Linear([.. gate.Zip(up, (g, u) => g.Zip(u, (a, b) => a / (1 + Math.Exp(-a)) * b).ToArray())], WeightKind.Down, layer));
        }

        double[][] logits = Linear([.. h.Select(Norm)], WeightKind.Output, 0);
        return Enumerable.Range(0, length).Sum(t => Math.Log(logits[t].Sum(Math.Exp)) - logits[t][window[t + 1]]);
    }

    private double[] Norm(double[] h)
    {
        double r = 1 / Math.Sqrt((h.Sum(value => value * value) / h.Length) + _recipe.Shape.NormEpsilon);
        return [.. h.Select(value => value * r)];
    }

    private double[][] Linear(double[][] x, WeightKind kind, int layer)
    {
        double[] weights = _weights[(kind, layer)];
        int columns = x[0].Length;
        int rows = weights.Length / columns;
        return [.. x.Select(row =>
        {
            double[] y = new double[rows];
            for (int n = 0; n < rows; n++)
            {
                double sum = 0;
                for (int k = 0; k < columns; k++)
                {
                    sum += weights[(n * columns) + k] * row[k];
                }

                y[n] = sum;
            }

            return y;
        })];
    }

    private static void Rotate(double[] x, RotaryTable rotary, int position, int width)
    {
        for (int head = 0; head < x.Length; head += width)
        {
            for (int i = 0; i < width / 2; i++)
            {
                (double a, double b) = (x[head + i], x[head + i + (width / 2)]);
                // The table is the caller's.
                (double cosine, double sine) = (rotary.Cosines(position)[i], rotary.Sines(position)[i]);
                x[head + i] = (a * cosine) - (b * sine);
                x[head + i + (width / 2)] = (a * sine) + (b * cosine);
            }
        }
    }

    private static void Add(double[][] h, double[][] y)
    {
        for (int t = 0; t < h.Length; t++)
        {
            for (int i = 0; i < h[t].Length; i++)
            {
                h[t][i] += y[t][i];
            }
        }
    }
}
