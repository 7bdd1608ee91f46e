using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

public sealed partial record TrainingRecipe
{
    /// <summary>Longest encoding that a parser accepts.</summary>
    public const int MaxEncodedSize = 512;

    private static ReadOnlySpan<byte> Magic => "AXR1"u8;

    /// <summary>SHA-256 of the canonical encoding.</summary>
    public Digest Digest => Digest.Of(ToBytes());

    /// <summary>The canonical encoding (docs/exact-arithmetic.md §11).</summary>
    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.Name(TrainingVersion.Id);
        writer.UInt8((byte)Method);
        writer.UInt8(Base is null ? (byte)0 : (byte)1);
        writer.Digest(Base ?? default);
        Shape.Write(writer);
        writer.Int32(Rank);
        Real(writer, AdapterScale);
        writer.Digest(Data);
        writer.Int32(SequenceLength);
        writer.Int32(Batch);
        writer.Int32(Steps);
        writer.Int32(WarmupSteps);
        Real(writer, LearningRate);
        Real(writer, Beta1);
        Real(writer, Beta2);
        Real(writer, Epsilon);
        Real(writer, Decay);
        Real(writer, ClipNorm);
        writer.UInt64(Seed);
        return writer.ToArray();
    }

    /// <summary>Reads a canonical encoding; anything else is refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out TrainingRecipe? recipe, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        var reader = new CanonicalReader(source);
        reader.Magic(Magic);
        reader.Name(EngineRefusalCode.UnknownVersion, "training version", TrainingVersion.Id);
        byte method = reader.UInt8("method");
        byte based = reader.UInt8("base");
        Digest model = reader.Digest("base digest");
        if (based > 1 || (based == 0 && model != default))
        {
            reader.Refuse(EngineRefusalCode.MalformedField, "base", "0 without a digest, or 1 with one", $"{based}");
        }

        recipe = new TrainingRecipe
        {
            Method = (TrainingMethod)method,
            Base = based == 1 ? model : null,
            Shape = ModelConfig.Read(ref reader),
            Rank = reader.Int32("rank"),
            AdapterScale = Real(ref reader, "adapter scale"),
            Data = reader.Digest("data digest"),
            SequenceLength = reader.Int32("sequence length"),
            Batch = reader.Int32("batch"),
            Steps = reader.Int32("steps"),
            WarmupSteps = reader.Int32("warm-up steps"),
            LearningRate = Real(ref reader, "learning rate"),
            Beta1 = Real(ref reader, "beta 1"),
            Beta2 = Real(ref reader, "beta 2"),
            Epsilon = Real(ref reader, "epsilon"),
            Decay = Real(ref reader, "decay"),
            ClipNorm = Real(ref reader, "clip norm"),
            Seed = reader.UInt64("seed"),
        };
        refusal = reader.End() ? recipe.Check() : reader.Refusal!; // End said so.
        recipe = refusal is null ? recipe : null;
        return recipe is not null;
    }

    private static void Real(CanonicalWriter writer, float value) => writer.UInt32(BitConverter.SingleToUInt32Bits(value));

    private static float Real(ref CanonicalReader reader, string what) => BitConverter.UInt32BitsToSingle(reader.UInt32(what));
}
