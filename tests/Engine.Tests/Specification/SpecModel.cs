using System.Security.Cryptography;

namespace Ait.Engine.Tests.Specification;

/// <summary>
/// The decoder of docs/exact-arithmetic.md §4: one token at a time, in arrays, without any haste. Keeps the keys and
/// values of one sequence.
/// </summary>
internal sealed class SpecModel
{
    private readonly ModelConfig _config;
    private readonly SpecMatrix _embedding;
    private readonly SpecMatrix _output;
    private readonly SpecMatrix[][] _layers;
    private readonly ulong[] _frequencies;
    private readonly Dictionary<(int Layer, int Head, int Position), (int[] K, float Sk, int[] V, int E)> _cache = [];

    public SpecModel(ModelConfig config, ulong seed)
    {
        _config = config;
        int d = config.Dimension;
        int hw = config.Heads * config.HeadDimension;
        int gw = config.KeyValueHeads * config.HeadDimension;
        int ff = config.FeedForward;
        (int Rows, int Columns)[] shapes = [(hw, d), (gw, d), (gw, d), (d, hw), (ff, d), (ff, d), (d, ff)];
        _embedding = new SpecMatrix(seed, 0, 0, config.Vocabulary, d);
        _output = new SpecMatrix(seed, 0, 1, config.Vocabulary, d);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(layer =>
            shapes.Select((shape, i) => new SpecMatrix(seed, (uint)layer, (uint)(i + 2), shape.Rows, shape.Columns)).ToArray())];
        _frequencies = SpecRotary.Frequencies((ulong)config.RopeTheta, config.HeadDimension / 2);
    }

    public byte[] WeightsDigest() =>
        SHA256.HashData([.. _embedding.Bytes, .. _output.Bytes, .. _layers.SelectMany(layer => layer.SelectMany(matrix => matrix.Bytes))]);

    public void Forget() => _cache.Clear();

    /// <summary>Takes the token at the position through the model and yields its logits.</summary>
    public float[] Logits(int token, int position)
    {
        float[] h = [.. _embedding.W[token].Select(weight => SpecNumbers.F32(weight) * _embedding.Scale[token])];
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            SpecMatrix[] w = _layers[layer];
            (int[] q, float scale) = SpecNumbers.Norm(h, _config.NormEpsilon);
            float[] attended = Attention(layer, position, w[0].Linear(q, scale), w[1].Linear(q, scale), w[2].Linear(q, scale));
            (q, float a) = SpecNumbers.Quantize(attended);
            h = Sum(h, w[3].Linear(q, a / 127f));
            (q, scale) = SpecNumbers.Norm(h, _config.NormEpsilon);
            float[] gated = [.. w[4].Linear(q, scale).Zip(w[5].Linear(q, scale), SpecNumbers.Silu)];
            (q, a) = SpecNumbers.Quantize(gated);
            h = Sum(h, w[6].Linear(q, a / 127f));
        }

        (int[] final, float finalScale) = SpecNumbers.Norm(h, _config.NormEpsilon);
        float[] logits = _output.Linear(final, finalScale);
        SpecNumbers.Greatest(logits);
        return logits;
    }

    private float[] Attention(int layer, int t, float[] queries, float[] keys, float[] values)
    {
        int w = _config.HeadDimension;
        for (int head = 0; head < _config.KeyValueHeads; head++)
        {
            (int[] k, float ak) = SpecNumbers.Quantize(Rotated(keys[(head * w)..((head + 1) * w)], t));
            (int[] v, int e) = SpecNumbers.Value(values[(head * w)..((head + 1) * w)]);
            _cache[(layer, head, t)] = (k, ak / 127f, v, e);
        }

        var outputs = new List<float>();
        for (int head = 0; head < _config.Heads; head++)
        {
            int group = head / (_config.Heads / _config.KeyValueHeads);
            (int[] K, float Sk, int[] V, int E)[] seen = [.. Enumerable.Range(0, t + 1).Select(j => _cache[(layer, group, j)])];
            (int[] q, float aq) = SpecNumbers.Quantize(Rotated(queries[(head * w)..((head + 1) * w)], t));
            float perRoot = 94548.4609375f / MathF.Sqrt(SpecNumbers.F32(w));
            float step = aq / 127f;
            float cq = step * perRoot;
            int[] scores = [.. seen.Select(s =>
            {
                float unit = cq * s.Sk;
                return SpecNumbers.Score(SpecNumbers.F32(q.Zip(s.K, (x, y) => (long)x * y).Sum()) * unit);
            })];
            int max = scores.Max();
            int top = seen.Max(s => s.E);
            long l = 0;
            long[] sums = new long[w];
            for (int j = 0; j <= t; j++)
            {
                int depth = Math.Min(max - scores[j], 30 * 65536);
                int a = SpecNumbers.Frac(depth % 65536);
                int n = depth / 65536;
                l += SpecNumbers.Weight(a, n + 1);
                long p = SpecNumbers.Weight(a, n + 1 + top - seen[j].E);
                for (int i = 0; i < w; i++)
                {
                    sums[i] += p * seen[j].V[i];
                }
            }

            float f = SpecNumbers.TwoTo(top) / SpecNumbers.F32(l);
            outputs.AddRange(sums.Select(sum => SpecNumbers.F32(sum) * f));
        }

        return [.. outputs];
    }

    private float[] Rotated(float[] x, int t)
    {
        int half = x.Length / 2;
        float[] y = new float[x.Length];
        for (int i = 0; i < half; i++)
        {
            (float c, float s) = SpecRotary.CosSin(unchecked((ulong)t * _frequencies[i]));
            float x0c = x[i] * c;
            float x1s = x[i + half] * s;
            float x0s = x[i] * s;
            float x1c = x[i + half] * c;
            y[i] = x0c - x1s;
            y[i + half] = x0s + x1c;
        }

        return y;
    }

    private static float[] Sum(float[] h, float[] y) => [.. h.Zip(y, (a, b) => a + b)];
}
