using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ait.Engine.Canonical;
using Ait.Engine.Weights;

namespace Ait.Engine.Training;

/// <summary>
/// The state of a run between two steps, and its checkpoint: mark, recipe, step, the running products of the optimiser, then
/// weights and both means of every trained matrix (docs/exact-arithmetic.md §11). Its identity is the SHA-256 of those bytes.
/// </summary>
internal sealed class TrainingState(TrainingRecipe recipe, IReadOnlyList<Parameter> parameters)
{
    private const int Piece = 1 << 20;

    // No run yields more: gradients stay within 2^40, and a weight moves at most by 2^41 / epsilon before its row is out of range.
    private const float MostWeight = 1.298074215e33f; // 2^110
    private const float MostMean = 2199023255552f; // 2^41
    private const float MostSquare = 2.41785163922925834941e24f; // 2^81

    private readonly Digest _recipe = recipe.Digest;

    public int Step { get; private set; }

    public float Product1 { get; private set; } = 1f;

    public float Product2 { get; private set; } = 1f;

    private static ReadOnlySpan<byte> Magic => "AXS1"u8;

    /// <summary>Bytes of a checkpoint of a recipe.</summary>
    public static long LengthOf(TrainingRecipe recipe)
    {
        const int Head = 4 + 1 + 4 + Ait.Engine.Digest.Size + (4 * sizeof(int));
        const int MarkSize = 2 + (3 * sizeof(int));
        ReadOnlySpan<WeightKind> ends = recipe.Method == TrainingMethod.Full ? [WeightKind.Embedding, WeightKind.Output] : [];
        long length = Head;
        foreach (WeightKind kind in ends)
        {
            length += Matrix(WeightShape.Of(recipe.Shape, kind));
        }

        foreach (WeightKind kind in TrainedDecoder.Kinds)
        {
            (int rows, int columns) = WeightShape.Of(recipe.Shape, kind);
            length += recipe.Shape.Layers * (recipe.Method == TrainingMethod.Full
                ? Matrix((rows, columns))
                : Matrix((recipe.Rank, columns)) + Matrix((rows, recipe.Rank)));
        }

        return length;

        static long Matrix((int Rows, int Columns) shape) => MarkSize + (3L * sizeof(float) * shape.Rows * shape.Columns);
    }

    /// <summary>Counts a step, and the products with it.</summary>
    public void Advance()
    {
        Step++;
        Product1 *= recipe.Beta1;
        Product2 *= recipe.Beta2;
    }

    public Digest Digest()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Emit(hash.AppendData);
        return new Digest(hash.GetHashAndReset());
    }

    public void Write(Stream stream) => Emit(stream.Write);

    /// <summary>Takes the state of a checkpoint. On a refusal the state is spoiled and must not be used.</summary>
    public EngineRefusal? Read(Stream stream, Digest expected)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] own = Head();
        byte[] head = new byte[own.Length];
        if (!Fill(stream, head, hash))
        {
            return Short();
        }

        var reader = new CanonicalReader(head);
        reader.Magic(Magic);
        reader.Name(EngineRefusalCode.UnknownVersion, "training version", TrainingVersion.Id);
        Digest found = reader.Digest("recipe digest");
        Step = reader.Int32("step");
        Product1 = BitConverter.UInt32BitsToSingle(reader.UInt32("product 1"));
        Product2 = BitConverter.UInt32BitsToSingle(reader.UInt32("product 2"));
        int count = reader.Int32("matrices");
        if (reader.Refusal is { } refusal)
        {
            return refusal;
        }

        if (found != _recipe || Step < 0 || Step > recipe.Steps || count != parameters.Count)
        {
            return Unfit("recipe, step and matrices", $"{_recipe}, 0 to {recipe.Steps}, {parameters.Count}", $"{found}, {Step}, {count}");
        }

        foreach (Parameter parameter in parameters)
        {
            byte[] mark = Mark(parameter);
            byte[] there = new byte[mark.Length];
            if (!Fill(stream, there, hash))
            {
                return Short();
            }

            if (!there.AsSpan().SequenceEqual(mark))
            {
                return Unfit("matrix", Convert.ToHexStringLower(mark), Convert.ToHexStringLower(there));
            }

            foreach (AlignedBuffer<float> buffer in (AlignedBuffer<float>[])[parameter.Weights, parameter.Mean, parameter.Square])
            {
                if (!Fill(stream, MemoryMarshal.AsBytes(buffer.Span), hash))
                {
                    return Short();
                }
            }
        }

        if (stream.ReadByte() >= 0)
        {
            return new EngineRefusal(EngineRefusalCode.TrailingBytes, "checkpoint", "its end", "further bytes");
        }

        var digest = new Digest(hash.GetHashAndReset());
        return digest == expected ? CheckNumbers() : Unfit("digest", $"{expected}", $"{digest}");
    }

    // What is not a number, or would become none, has other bits on other processors.
    private EngineRefusal? CheckNumbers()
    {
        if (!(Product1 is >= 0f and <= 1f && Product2 is >= 0f and <= 1f))
        {
            return Unfit("running products", "0 to 1", string.Create(CultureInfo.InvariantCulture, $"{Product1:R}, {Product2:R}"));
        }

        foreach (Parameter parameter in parameters)
        {
            EngineRefusal? refusal = CheckNumbers("weight", parameter.Weights, -MostWeight, MostWeight)
                ?? CheckNumbers("mean", parameter.Mean, -MostMean, MostMean)
                ?? CheckNumbers("mean square", parameter.Square, 0f, MostSquare);
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return null;
    }

    private static EngineRefusal? CheckNumbers(string what, AlignedBuffer<float> buffer, float low, float high)
    {
        foreach (float number in buffer.Span)
        {
            if (!(number >= low && number <= high))
            {
                return Unfit(what, string.Create(CultureInfo.InvariantCulture, $"{low:R} to {high:R}"), string.Create(CultureInfo.InvariantCulture, $"{number:R}"));
            }
        }

        return null;
    }

    private static EngineRefusal Short() => new(EngineRefusalCode.Truncated, "checkpoint", "all its bytes", "the end of the file");

    private static EngineRefusal Unfit(string what, string wanted, string found) => new(EngineRefusalCode.CheckpointUnfit, $"checkpoint: {what}", wanted, found);

    private static bool Fill(Stream stream, Span<byte> target, IncrementalHash hash)
    {
        if (stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
        {
            return false;
        }

        hash.AppendData(target);
        return true;
    }

    private byte[] Head()
    {
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.Name(TrainingVersion.Id);
        writer.Digest(_recipe);
        writer.Int32(Step);
        writer.UInt32(BitConverter.SingleToUInt32Bits(Product1));
        writer.UInt32(BitConverter.SingleToUInt32Bits(Product2));
        writer.Int32(parameters.Count);
        return writer.ToArray();
    }

    private static byte[] Mark(Parameter parameter)
    {
        var writer = new CanonicalWriter();
        writer.UInt8((byte)parameter.Part);
        writer.UInt8((byte)parameter.Kind);
        writer.Int32(parameter.Layer);
        writer.Int32(parameter.Rows);
        writer.Int32(parameter.Columns);
        return writer.ToArray();
    }

    private void Emit(Receiver receive)
    {
        receive(Head());
        foreach (Parameter parameter in parameters)
        {
            receive(Mark(parameter));
            Emit(parameter.Weights, receive);
            Emit(parameter.Mean, receive);
            Emit(parameter.Square, receive);
        }
    }

    private static void Emit(AlignedBuffer<float> buffer, Receiver receive)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(buffer.Span);
        for (int at = 0; at < bytes.Length; at += Piece)
        {
            receive(bytes.Slice(at, Math.Min(Piece, bytes.Length - at)));
        }
    }

    private delegate void Receiver(ReadOnlySpan<byte> bytes);
}
