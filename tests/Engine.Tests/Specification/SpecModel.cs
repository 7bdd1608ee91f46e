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
    private readonly Dictionary<(int Layer, uint Kind), float[]> _vectors = [];
    private readonly byte[] _digestInput;
    private readonly ulong[] _frequencies;
    private readonly float _rotaryGain;
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
        _output = Has(16) ? _embedding : new SpecMatrix(seed, 0, 1, config.Vocabulary, d);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(layer =>
            shapes.Select((shape, i) => new SpecMatrix(seed, (uint)layer, (uint)(i + 2), shape.Rows, shape.Columns)).ToArray())];
        _frequencies = config.Rotary?.PerPosition.ToArray() ?? SpecRotary.Frequencies((ulong)config.RopeTheta, config.HeadDimension / 2);
        _rotaryGain = config.Rotary?.Gain ?? 1f;

        (uint Kind, int Bit, int Length)[] ofLayer =
        [
            (9, 1, hw), (10, 1, gw), (11, 1, gw), (12, 2, d), (13, 4, ff), (14, 4, ff), (15, 4, d), (16, 8, config.HeadDimension), (17, 8, config.HeadDimension),
        ];
        byte[] Vector(int layer, uint kind, int length)
        {
            (_vectors[(layer, kind)], byte[] bytes) = SpecMatrix.Vector(seed, (uint)layer, kind, length);
            return bytes;
        }

        _digestInput =
        [
            .. _embedding.Bytes,
            .. Has(16) ? [] : _output.Bytes,
            .. Has(32) ? Vector(0, 18, d) : [],
            .. Enumerable.Range(0, config.Layers).SelectMany(layer => (byte[])
            [
                .. _layers[layer].SelectMany(matrix => matrix.Bytes),
                .. ofLayer.Where(vector => Has(vector.Bit)).SelectMany(vector => Vector(layer, vector.Kind, vector.Length)),
            ]),
        ];
    }

    public byte[] WeightsDigest() => SHA256.HashData(_digestInput);

    private bool Has(int bit) => ((int)_config.Features & bit) != 0;

    private float[] Biased(float[] y, int layer, uint kind) => _vectors.TryGetValue((layer, kind), out float[]? bias) ? Sum(y, bias) : y;

    private float[] Normed(float[] x, int layer, uint kind)
    {
        if (!_vectors.TryGetValue((layer, kind), out float[]? gain))
        {
            return x;
        }

        float r = SpecNumbers.InverseRoot(x, _config.NormEpsilon);
        return [.. x.Zip(gain, (value, g) =>
        {
            float product = value * r;
            return product * g;
        })];
    }

    public void Forget() => _cache.Clear();

    /// <summary>Takes the token at the position through the model and yields its logits.</summary>
    public float[] Logits(int token, int position)
    {
        float[] h = Hidden(token, position);
        (int[] q, float scale) = SpecNumbers.Norm(h, _config.NormEpsilon);
        if (Has(32))
        {
            (q, float a) = SpecNumbers.Quantize([.. h.Zip(_vectors[(0, 18)], (x, g) => x * g)]);
            float step = a / 127f;
            scale = step * SpecNumbers.InverseRoot(h, _config.NormEpsilon);
        }

        float[] logits = _output.Linear(q, scale);
        SpecNumbers.Greatest(logits);
        return logits;
    }

    /// <summary>The embedding of a prompt, of its last position or of the mean of all.</summary>
    public float[] Embedding(int[] prompt, bool mean)
    {
        _cache.Clear();
        long[] sums = new long[_config.Dimension];
        for (int position = 0; position < prompt.Length; position++)
        {
            float[] h = Hidden(prompt[position], position);
            if (!mean && position < prompt.Length - 1)
            {
                continue;
            }

            float r = SpecNumbers.InverseRoot(h, _config.NormEpsilon);
            for (int i = 0; i < h.Length; i++)
            {
                float y = h[i] * r;
                if (Has(32))
                {
                    y = y * _vectors[(0, 18)][i];
                }

                sums[i] += SpecNumbers.Score(y * 65536f);
            }
        }

        float count = SpecNumbers.F32(mean ? prompt.Length : 1);
        return [.. sums.Select(sum =>
        {
            float average = SpecNumbers.F32(sum) / count;
            return average * SpecNumbers.TwoTo(-16);
        })];
    }

    private float[] Hidden(int token, int position)
    {
        float[] h = [.. _embedding.W[token].Select(weight => SpecNumbers.F32(weight) * _embedding.Scale[token])];
        for (int layer = 0; layer < _config.Layers; layer++)
        {
            SpecMatrix[] w = _layers[layer];
            (int[] q, float scale) = SpecNumbers.Norm(h, _config.NormEpsilon);
            float[] attended = Attention(
                layer, position, Biased(w[0].Linear(q, scale), layer, 9), Biased(w[1].Linear(q, scale), layer, 10), Biased(w[2].Linear(q, scale), layer, 11));
            (q, float a) = SpecNumbers.Quantize(attended);
            h = Sum(h, Biased(w[3].Linear(q, a / 127f), layer, 12));
            (q, scale) = SpecNumbers.Norm(h, _config.NormEpsilon);
            float[] gate = Biased(w[4].Linear(q, scale), layer, 13);
            float[] up = Biased(w[5].Linear(q, scale), layer, 14);
            (q, a) = SpecNumbers.Quantize([.. gate.Zip(up, SpecNumbers.Silu)]);
            h = Sum(h, Biased(w[6].Linear(q, a / 127f), layer, 15));
        }

        return h;
    }

    private float[] Attention(int layer, int t, float[] queries, float[] keys, float[] values)
    {
        int w = _config.HeadDimension;
        for (int head = 0; head < _config.KeyValueHeads; head++)
        {
            (int[] k, float ak) = SpecNumbers.Quantize(Rotated(Normed(keys[(head * w)..((head + 1) * w)], layer, 17), t));
            (int[] v, int e) = SpecNumbers.Value(values[(head * w)..((head + 1) * w)]);
            _cache[(layer, head, t)] = (k, ak / 127f, v, e);
        }

        int first = _config.SlidingWindow == 0 ? 0 : Math.Max(0, t - _config.SlidingWindow + 1);
        var outputs = new List<float>();
        for (int head = 0; head < _config.Heads; head++)
        {
            int group = head / (_config.Heads / _config.KeyValueHeads);
            (int[] K, float Sk, int[] V, int E)[] seen = [.. Enumerable.Range(first, t + 1 - first).Select(j => _cache[(layer, group, j)])];
            (int[] q, float aq) = SpecNumbers.Quantize(Rotated(Normed(queries[(head * w)..((head + 1) * w)], layer, 16), t));
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
            for (int j = 0; j < seen.Length; j++)
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
            c = c * _rotaryGain;
            s = s * _rotaryGain;
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
