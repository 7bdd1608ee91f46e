using System.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Protocol.Codec;

namespace Ait.Protocol;

/// <content>The canonical encoding: "AITW", version 1 (2 of a confidential prompt), then the fields in order, integers big-endian (docs/protocol.md).</content>
public sealed partial record Workload
{
    private const uint Magic = 0x41495457; // "AITW"
    private const byte Version = 1;

    /// <summary>Most bytes an encoding can have.</summary>
    public const int MaxEncodedSize = 128 + MaxEngineVersionLength + (4 * (MaxTokens + MaxStopTokens));

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes()
    {
        if (Confidential is { } terms)
        {
            return [.. ConfidentialHead(EngineVersion, ModelDigest, MaxNewTokens, terms.PromptTokens, terms.Holder), .. terms.Ciphertext];
        }

        ByteWriter writer = new ByteWriter()
            .UInt32(Magic)
            .Byte(Version)
            .UInt16((ushort)Type)
            .Byte((byte)EngineVersion.Length)
            .Bytes(Encoding.ASCII.GetBytes(EngineVersion))
            .Hash(ModelDigest);
        if (Training is { } training)
        {
            return writer
                .UInt32((uint)training.FirstStep)
                .UInt32((uint)training.Steps)
                .UInt32((uint)training.TokensPerStep)
                .Hash(training.Parent)
                .UInt16((ushort)training.Recipe.Length)
                .Bytes(training.Recipe.AsSpan())
                .ToArray();
        }

        if (Pooling is { } pooling)
        {
            return Write(writer.Byte((byte)pooling), Prompt).ToArray();
        }

        writer
            .UInt64(Seed)
            .UInt32((uint)MaxNewTokens)
            .UInt32(Sampling.TemperatureMilli)
            .UInt32(Sampling.TopK)
            .UInt32(Sampling.TopPPpm)
            .UInt16((ushort)StopTokens.Length);
        foreach (int token in StopTokens)
        {
            writer.UInt32((uint)token);
        }

        return Write(writer, Prompt).ToArray();
    }

    /// <summary>Reads a canonical encoding; anything else is refused.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> bytes,
        [NotNullWhen(true)] out Workload? workload,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        workload = null;
        var reader = new ByteReader(bytes);
        uint magic = reader.UInt32();
        byte version = reader.Byte();
        if (!reader.RanOut && (magic != Magic || version is not (Version or ConfidentialVersion)))
        {
            refusal = new(ProtocolRefusalCode.WrongMagic, "AITW version 1 or 2", $"0x{magic:x8} version {version}");
            return false;
        }

        if (version == ConfidentialVersion)
        {
            return TryReadConfidential(ref reader, bytes.Length, out workload, out refusal);
        }

        var type = (WorkloadType)reader.UInt16();
        string engineVersion = Encoding.Latin1.GetString(reader.Take(reader.Byte()));
        Hash256 model = reader.Hash();
        if (type == WorkloadType.Training)
        {
            return TryReadTraining(ref reader, bytes.Length, engineVersion, model, out workload, out refusal);
        }

        if (type == WorkloadType.Embedding)
        {
            return TryReadEmbedding(ref reader, bytes.Length, engineVersion, model, out workload, out refusal);
        }

        ulong seed = reader.UInt64();
        uint maxNewTokens = reader.UInt32();
        var sampling = new SamplingParameters(reader.UInt32(), reader.UInt32(), reader.UInt32());
        bool stopTokensRead = TryReadTokens(ref reader, reader.UInt16(), MaxStopTokens, out ImmutableArray<int> stopTokens);
        bool promptRead = TryReadTokens(ref reader, reader.UInt32(), MaxTokens, out ImmutableArray<int> prompt);
        if (reader.RanOut)
        {
            refusal = new(ProtocolRefusalCode.Truncated, "a whole workload", $"{bytes.Length} bytes");
            return false;
        }

        if (!stopTokensRead || !promptRead || maxNewTokens > MaxTokens)
        {
            refusal = new(ProtocolRefusalCode.OutOfRange, $"at most {MaxTokens} tokens, {MaxStopTokens} stop tokens, ids below 2^31", $"a field before offset {reader.Offset}");
            return false;
        }

        if (reader.Remaining != 0)
        {
            refusal = new(ProtocolRefusalCode.TrailingBytes, $"{reader.Offset} bytes", $"{bytes.Length} bytes");
            return false;
        }

        refusal = FirstFault(type, engineVersion, prompt, (int)maxNewTokens, sampling, seed, stopTokens);
        workload = refusal is null ? new Workload(type, engineVersion, model, prompt, (int)maxNewTokens, sampling, seed, stopTokens) : null;
        return workload is not null;
    }

    private static bool TryReadTraining(
        ref ByteReader reader,
        int length,
        string engineVersion,
        Hash256 model,
        [NotNullWhen(true)] out Workload? workload,
        [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        workload = null;
        // What does not fit an int is beyond every limit.
        int firstStep = (int)Math.Min(reader.UInt32(), int.MaxValue);
        int steps = (int)Math.Min(reader.UInt32(), int.MaxValue);
        int tokensPerStep = (int)Math.Min(reader.UInt32(), int.MaxValue);
        Hash256 parent = reader.Hash();
        ImmutableArray<byte> recipe = [.. reader.Take(reader.UInt16())];
        if (reader.RanOut)
        {
            refusal = new(ProtocolRefusalCode.Truncated, "a whole workload", $"{length} bytes");
            return false;
        }

        if (reader.Remaining != 0)
        {
            refusal = new(ProtocolRefusalCode.TrailingBytes, $"{reader.Offset} bytes", $"{length} bytes");
            return false;
        }

        refusal = VersionFault(engineVersion) ?? TrainingTerms.FirstFault(recipe, firstStep, steps, tokensPerStep, parent);
        workload = refusal is null ? new Workload(engineVersion, model, new TrainingTerms(recipe, firstStep, steps, tokensPerStep, parent)) : null;
        return workload is not null;
    }

    private static ByteWriter Write(ByteWriter writer, ImmutableArray<int> tokens)
    {
        writer.UInt32((uint)tokens.Length);
        foreach (int token in tokens)
        {
            writer.UInt32((uint)token);
        }

        return writer;
    }

    private static bool TryReadTokens(ref ByteReader reader, uint count, int most, out ImmutableArray<int> tokens)
    {
        tokens = [];
        if (count > most)
        {
            return false;
        }

        if (count > reader.Remaining / 4)
        {
            reader.Take(int.MaxValue);
            return true;
        }

        var builder = ImmutableArray.CreateBuilder<int>((int)count);
        for (uint i = 0; i < count; i++)
        {
            uint token = reader.UInt32();
            if (token > int.MaxValue)
            {
                return false;
            }

            builder.Add((int)token);
        }

        tokens = builder.MoveToImmutable();
        return true;
    }
}
