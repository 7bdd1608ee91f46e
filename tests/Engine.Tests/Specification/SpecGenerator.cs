using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ait.Engine.Tests.Specification;

/// <summary>docs/exact-arithmetic.md §5 and §7: the choice of tokens, the digest chain and the canonical bytes.</summary>
internal static class SpecGenerator
{
    public static byte[] Descriptor(ModelConfig c, ulong seed)
    {
        bool isExtended = c.Features != 0 || c.SlidingWindow != 0 || c.Rotary is not null;
        var bytes = new List<byte>();
        bytes.AddRange(isExtended ? "AXM2"u8 : "AXM1"u8);
        AddName(bytes, "X8v0");
        if (isExtended)
        {
            bytes.Add(0);
        }

        AddName(bytes, "bytes-v1");
        bytes.AddRange(BitConverter.GetBytes(seed));
        foreach (int field in new[] { c.Dimension, c.Layers, c.Heads, c.KeyValueHeads, c.HeadDimension, c.FeedForward, c.Vocabulary, c.RopeTheta })
        {
            bytes.AddRange(BitConverter.GetBytes(field));
        }

        bytes.AddRange(BitConverter.GetBytes(c.NormEpsilon));
        bytes.AddRange(BitConverter.GetBytes(c.MaxContext));
        if (isExtended)
        {
            bytes.AddRange(BitConverter.GetBytes((int)c.Features));
            bytes.AddRange(BitConverter.GetBytes(c.SlidingWindow));
            bytes.AddRange(BitConverter.GetBytes(c.Rotary?.Gain ?? 1f));
            ulong[] frequencies = [.. c.Rotary?.PerPosition ?? []];
            bytes.AddRange(BitConverter.GetBytes(frequencies.Length));
            bytes.AddRange(frequencies.SelectMany(BitConverter.GetBytes));
        }

        return [.. bytes];
    }

    public static byte[] Request(GenerationRequest r)
    {
        var bytes = new List<byte>();
        bytes.AddRange(r.StopSequences.IsEmpty ? "AXG1"u8 : "AXG2"u8);
        bytes.AddRange(BitConverter.GetBytes(r.MaxNewTokens));
        bytes.AddRange(BitConverter.GetBytes(r.Sampling.TemperatureMilli));
        bytes.AddRange(BitConverter.GetBytes(r.Sampling.TopK));
        bytes.AddRange(BitConverter.GetBytes(r.Sampling.TopPMillionths));
        bytes.AddRange(BitConverter.GetBytes(r.Seed));
        AddTokens(bytes, [.. r.StopTokens]);
        AddTokens(bytes, [.. r.Prompt]);
        if (!r.StopSequences.IsEmpty)
        {
            bytes.AddRange(BitConverter.GetBytes(r.StopSequences.Length));
            foreach (byte[] sequence in r.StopSequences.Select(sequence => sequence.ToArray()))
            {
                bytes.AddRange(BitConverter.GetBytes(sequence.Length));
                bytes.AddRange(sequence);
            }
        }

        return [.. bytes];
    }

    /// <summary>The transcript of a request that the model accepts.</summary>
    public static byte[] Transcript(SpecModel model, ModelConfig config, ulong weightSeed, GenerationRequest request)
    {
        model.Forget();
        byte[] modelDigest = SHA256.HashData(Descriptor(config, weightSeed));
        byte[] requestDigest = SHA256.HashData(Request(request));
        byte[] link = SHA256.HashData([.. "AXL1"u8, .. modelDigest, .. requestDigest]);
        var tokens = new List<int>();
        byte finish = 0;
        ushort code = 0;
        try
        {
            float[] logits = [];
            for (int position = 0; position < request.Prompt.Length; position++)
            {
                logits = model.Logits(request.Prompt[position], position);
            }

            while (finish == 0)
            {
                int position = request.Prompt.Length + tokens.Count;
                int token = Choose(logits, request.Sampling, request.Seed, position);
                link = SHA256.HashData([.. link, .. BitConverter.GetBytes(token), .. MemoryMarshal.AsBytes<float>(logits)]);
                tokens.Add(token);
                byte[] text = [.. tokens.Where(id => id < 256).Select(id => (byte)id)];
                bool isStopped = request.StopSequences.Any(sequence => text.AsSpan().IndexOf(sequence.Span) >= 0);
                finish = isStopped || request.StopTokens.Contains(token) ? (byte)1 : tokens.Count == request.MaxNewTokens ? (byte)2 : (byte)0;
                if (finish == 0)
                {
                    logits = model.Logits(token, position);
                }
            }
        }
        catch (SpecFaultException)
        {
            finish = 4;
            code = 64;
        }

        var bytes = new List<byte>();
        bytes.AddRange("AXT1"u8);
        AddName(bytes, "X8v0");
        bytes.AddRange(modelDigest);
        bytes.AddRange(requestDigest);
        bytes.Add(finish);
        bytes.AddRange(BitConverter.GetBytes(code));
        AddTokens(bytes, [.. tokens]);
        bytes.AddRange(link);
        return [.. bytes];
    }

    public static byte[] EmbeddingRequest(int[] prompt, byte pooling)
    {
        var bytes = new List<byte>();
        bytes.AddRange("AXE1"u8);
        bytes.Add(pooling);
        AddTokens(bytes, prompt);
        return [.. bytes];
    }

    /// <summary>The embedding of a prompt that the model accepts.</summary>
    public static byte[] Embedding(SpecModel model, ModelConfig config, ulong weightSeed, int[] prompt, byte pooling)
    {
        var bytes = new List<byte>();
        bytes.AddRange("AXV1"u8);
        AddName(bytes, "X8v0");
        bytes.AddRange(SHA256.HashData(Descriptor(config, weightSeed)));
        bytes.AddRange(SHA256.HashData(EmbeddingRequest(prompt, pooling)));
        float[] values = model.Embedding(prompt, pooling == 1);
        bytes.Add(2);
        bytes.AddRange(BitConverter.GetBytes((ushort)0));
        bytes.AddRange(BitConverter.GetBytes(values.Length));
        bytes.AddRange(MemoryMarshal.AsBytes<float>(values));
        return [.. bytes];
    }

    public static int Choose(float[] logits, SamplingParameters sampling, ulong seed, int position)
    {
        if (sampling.TemperatureMilli == 0)
        {
            return Array.IndexOf(logits, logits.Max());
        }

        float scale = 94548464f / SpecNumbers.F32(sampling.TemperatureMilli);
        int[] t = [.. logits.Select(logit => SpecNumbers.Score(logit * scale))];
        int max = t.Max();
        ulong[] w = [.. t.Select(score =>
        {
            int depth = Math.Min(max - score, 32 * 65536);
            return ((ulong)SpecNumbers.Frac(depth % 65536) << 16) >> (depth / 65536);
        })];

        int[] ranked = [.. Enumerable.Range(0, t.Length).OrderByDescending(id => t[id]).ThenBy(id => id)];
        if (sampling.TopK > 0)
        {
            ranked = [.. ranked.Take(sampling.TopK)];
        }

        var kept = new SortedSet<int>(ranked);
        if (sampling.TopPMillionths < 1_000_000)
        {
            UInt128 z = 0;
            foreach (int id in ranked)
            {
                z += w[id];
            }

            kept.Clear();
            UInt128 running = 0;
            foreach (int id in ranked)
            {
                if (kept.Count > 0 && running * 1_000_000 >= z * (uint)sampling.TopPMillionths)
                {
                    break;
                }

                kept.Add(id);
                running += w[id];
            }
        }

        UInt128 total = 0;
        foreach (int id in kept)
        {
            total += w[id];
        }

        uint[] draw = SpecPhilox.Draw([(uint)position, 0, 0x53414D50, 0], seed);
        UInt128 threshold = ((draw[0] + ((UInt128)draw[1] << 32)) * total) >> 64;
        UInt128 sum = 0;
        foreach (int id in kept)
        {
            sum += w[id];
            if (sum > threshold)
            {
                return id;
            }
        }

        throw new InvalidOperationException("unreachable");
    }

    private static void AddName(List<byte> bytes, string name)
    {
        bytes.Add((byte)name.Length);
        bytes.AddRange(Encoding.ASCII.GetBytes(name));
    }

    private static void AddTokens(List<byte> bytes, int[] tokens)
    {
        bytes.AddRange(BitConverter.GetBytes(tokens.Length));
        foreach (int token in tokens)
        {
            bytes.AddRange(BitConverter.GetBytes(token));
        }
    }
}
