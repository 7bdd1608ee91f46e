using System.Buffers.Binary;
using System.Text;
using Ait.Engine;

namespace Ait.Bench;

/// <summary>
/// Writes a Llama model of a shape as GGUF version 3 with Q8_0 matrices of random numbers, for llama.cpp to run at the same shape.
/// Format: docs/gguf.md of the ggml project.
/// </summary>
internal sealed class GgufModel(ModelConfig config)
{
    private const int Alignment = 32;
    private const int BlockWeights = 32;
    private const int BlockBytes = 34;
    private const uint TypeUInt32 = 4;
    private const uint TypeFloat32 = 6;
    private const uint TypeString = 8;
    private const uint TensorFloat32 = 0;
    private const uint TensorQ8 = 8;

    private readonly List<(string Name, int Columns, int Rows)> _tensors = [];

    public void Write(string path)
    {
        _tensors.Clear();
        Add("token_embd.weight", config.Dimension, config.Vocabulary);
        for (int i = 0; i < config.Layers; i++)
        {
            Add($"blk.{i}.attn_norm.weight", config.Dimension, 0);
            Add($"blk.{i}.attn_q.weight", config.Dimension, config.QueryWidth);
            Add($"blk.{i}.attn_k.weight", config.Dimension, config.KeyValueWidth);
            Add($"blk.{i}.attn_v.weight", config.Dimension, config.KeyValueWidth);
            Add($"blk.{i}.attn_output.weight", config.QueryWidth, config.Dimension);
            Add($"blk.{i}.ffn_norm.weight", config.Dimension, 0);
            Add($"blk.{i}.ffn_gate.weight", config.Dimension, config.FeedForward);
            Add($"blk.{i}.ffn_up.weight", config.Dimension, config.FeedForward);
            Add($"blk.{i}.ffn_down.weight", config.FeedForward, config.Dimension);
        }

        Add("output_norm.weight", config.Dimension, 0);
        Add("output.weight", config.Dimension, config.Vocabulary);

        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        using var writer = new BinaryWriter(file, Encoding.UTF8);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        (string Key, object Value)[] metadata =
        [
            ("general.architecture", "llama"),
            ("general.name", "bench"),
            ("general.file_type", 7u),
            ("llama.context_length", (uint)config.MaxContext),
            ("llama.embedding_length", (uint)config.Dimension),
            ("llama.block_count", (uint)config.Layers),
            ("llama.feed_forward_length", (uint)config.FeedForward),
            ("llama.attention.head_count", (uint)config.Heads),
            ("llama.attention.head_count_kv", (uint)config.KeyValueHeads),
            ("llama.attention.layer_norm_rms_epsilon", config.NormEpsilon),
            ("llama.rope.dimension_count", (uint)config.HeadDimension),
            ("llama.vocab_size", (uint)config.Vocabulary),
            ("tokenizer.ggml.model", "none"),
        ];
        writer.Write((ulong)metadata.Length);
        foreach ((string key, object value) in metadata)
        {
            Text(writer, key);
            Value(writer, value);
        }

        ulong offset = 0;
        foreach ((string name, int columns, int rows) in _tensors)
        {
            Text(writer, name);
            writer.Write(rows == 0 ? 1u : 2u);
            writer.Write((ulong)columns);
            if (rows != 0)
            {
                writer.Write((ulong)rows);
            }

            writer.Write(rows == 0 ? TensorFloat32 : TensorQ8);
            writer.Write(offset);
            offset += (ulong)Padded(Size(columns, rows));
        }

        Pad(writer);
        var random = new Random(134);
        foreach ((_, int columns, int rows) in _tensors)
        {
            writer.Write(Content(random, columns, rows));
            Pad(writer);
        }
    }

    private void Add(string name, int columns, int rows) => _tensors.Add((name, columns, rows));

    private static long Size(int columns, int rows) => rows == 0 ? 4L * columns : (long)columns * rows / BlockWeights * BlockBytes;

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    // Norms are ones; a block is a scale in half precision and 32 signed bytes.
    private static byte[] Content(Random random, int columns, int rows)
    {
        byte[] content = new byte[Size(columns, rows)];
        if (rows == 0)
        {
            for (int i = 0; i < columns; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(content.AsSpan(4 * i), 1f);
            }

            return content;
        }

        random.NextBytes(content);
        var scale = (Half)(1.0 / (73.3 * Math.Sqrt(columns)));
        for (int block = 0; block < content.Length; block += BlockBytes)
        {
            BinaryPrimitives.WriteHalfLittleEndian(content.AsSpan(block), scale);
        }

        return content;
    }

    private static void Pad(BinaryWriter writer)
    {
        writer.Flush();
        long length = writer.BaseStream.Position;
        writer.Write(new byte[Padded(length) - length]);
    }

    private static void Text(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void Value(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.Write(TypeString);
                Text(writer, text);
                break;
            case uint number:
                writer.Write(TypeUInt32);
                writer.Write(number);
                break;
            case float number:
                writer.Write(TypeFloat32);
                writer.Write(number);
                break;
            default:
                throw new ArgumentException($"No GGUF type for {value.GetType()}.", nameof(value));
        }
    }
}
