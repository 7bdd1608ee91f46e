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

    internal static ModelConfig Read(ref CanonicalReader reader)
    {
        var config = new ModelConfig
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
        if (reader.Refusal is null && config.Check() is { } refusal)
        {
            reader.Refuse(refusal.Code, refusal.What, refusal.Expected, refusal.Found);
        }

        return config;
    }

    /// <summary>The canonical encoding: ten little-endian 32-bit fields in the order of declaration.</summary>
    public byte[] ToBytes()
    {
        var writer = new CanonicalWriter();
        Write(writer);
        return writer.ToArray();
    }
}
