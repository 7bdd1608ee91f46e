using Ait.Engine.Canonical;

namespace Ait.Engine;

public sealed partial record ModelConfig
{
    internal void Write(CanonicalWriter writer)
    {
        writer.Int32(Dimension);
        writer.Int32(Layers);
        writer.Int32(Heads);
        writer.Int32(KeyValueHeads);
        writer.Int32(HeadDimension);
        writer.Int32(FeedForward);
        writer.Int32(Vocabulary);
        writer.Int32(RopeTheta);
        writer.UInt32(BitConverter.SingleToUInt32Bits(NormEpsilon));
        writer.Int32(MaxContext);
    }

    internal void WriteExtended(CanonicalWriter writer)
    {
        Write(writer);
        writer.Int32((int)Features);
        writer.Int32(SlidingWindow);
        writer.UInt32(BitConverter.SingleToUInt32Bits(Rotary?.Gain ?? 1f));
        writer.Int32(Rotary?.PerPosition.Length ?? 0);
        foreach (ulong frequency in Rotary?.PerPosition ?? [])
        {
            writer.UInt64(frequency);
        }
    }

    internal static ModelConfig ReadExtended(ref CanonicalReader reader)
    {
        ModelConfig config = ReadFields(ref reader);
        var features = (ModelFeatures)reader.Int32("features");
        int window = reader.Int32("sliding window");
        uint gain = reader.UInt32("rotary gain");
        ulong[] frequencies = new ulong[reader.Count("rotary frequencies", EngineLimits.MaxHeadDimension / 2, sizeof(ulong), EngineRefusalCode.ModelShape)];
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = reader.UInt64("rotary frequency");
        }

        if (frequencies.Length == 0 && gain != BitConverter.SingleToUInt32Bits(1f))
        {
            reader.Refuse(EngineRefusalCode.MalformedField, "rotary gain", "1 without frequencies", $"0x{gain:x8}");
        }

        RotaryFrequencies? rotary = frequencies.Length == 0 ? null : new RotaryFrequencies(frequencies, BitConverter.UInt32BitsToSingle(gain));
        return Checked(ref reader, config with { Features = features, SlidingWindow = window, Rotary = rotary });
    }

    internal static ModelConfig Read(ref CanonicalReader reader) => Checked(ref reader, ReadFields(ref reader));

    private static ModelConfig ReadFields(ref CanonicalReader reader)
    {
        return new ModelConfig
        {
            Dimension = reader.Int32("dimension"),
            Layers = reader.Int32("layers"),
            Heads = reader.Int32("heads"),
            KeyValueHeads = reader.Int32("key/value heads"),
            HeadDimension = reader.Int32("head dimension"),
            FeedForward = reader.Int32("feed-forward"),
            Vocabulary = reader.Int32("vocabulary"),
            RopeTheta = reader.Int32("rope theta"),
            NormEpsilon = BitConverter.UInt32BitsToSingle(reader.UInt32("norm epsilon")),
            MaxContext = reader.Int32("context"),
        };
    }

    private static ModelConfig Checked(ref CanonicalReader reader, ModelConfig config)
    {
        if (reader.Refusal is null && config.Check() is { } refusal)
        {
            reader.Refuse(refusal.Code, refusal.What, refusal.Expected, refusal.Found);
        }

        return config;
    }

    /// <summary>
    /// The canonical encoding: ten little-endian 32-bit fields in the order of declaration; of an extended shape its further
    /// fields follow.
    /// </summary>
    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter();
        if (IsExtended)
        {
            WriteExtended(writer);
        }
        else
        {
            Write(writer);
        }

        return writer.ToArray();
    }
}
