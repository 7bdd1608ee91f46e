using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ait.Chain;
using Ait.Protocol.Codec;
using Ait.Protocol.Sealing;

namespace Ait.Protocol;

/// <content>Workloads whose prompt is sealed: version 2 of the encoding.</content>
public sealed partial record Workload
{
    private const byte ConfidentialVersion = 2;

    /// <summary>Creates a workload of a sealed prompt; <see cref="ContentKey.SealPrompt"/> makes one of a plain workload.</summary>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    public Workload(string engineVersion, Hash256 modelDigest, int maxNewTokens, ConfidentialTerms confidential)
    {
        ArgumentNullException.ThrowIfNull(confidential);
        if (SeenFault(engineVersion, maxNewTokens) is ProtocolRefusal fault)
        {
            throw new ArgumentException(fault.ToString());
        }

        Type = WorkloadType.Inference;
        EngineVersion = engineVersion;
        ModelDigest = modelDigest;
        Prompt = [];
        MaxNewTokens = maxNewTokens;
        Sampling = SamplingParameters.Greedy;
        StopTokens = [];
        Confidential = confidential;
        _hash = new(() => Keccak256.Hash(ToBytes()));
    }

    /// <summary>The sealed prompt, which holds the sampling, seed and stop tokens too; null of a plain workload.</summary>
    public ConfidentialTerms? Confidential { get; }

    /// <summary>The encoding up to the ciphertext, which it authenticates.</summary>
    internal static byte[] ConfidentialHead(string engineVersion, Hash256 model, int maxNewTokens, int promptTokens, Address holder) => new ByteWriter()
        .UInt32(Magic)
        .Byte(ConfidentialVersion)
        .UInt16((ushort)WorkloadType.Inference)
        .Byte((byte)engineVersion.Length)
        .Bytes(Encoding.ASCII.GetBytes(engineVersion))
        .Hash(model)
        .UInt32((uint)maxNewTokens)
        .UInt32((uint)promptTokens)
        .Address(holder)
        .ToArray();

    private static bool TryReadConfidential(ref ByteReader reader, int length, [NotNullWhen(true)] out Workload? workload, [NotNullWhen(false)] out ProtocolRefusal? refusal)
    {
        workload = null;
        var type = (WorkloadType)reader.UInt16();
        string engineVersion = Encoding.Latin1.GetString(reader.Take(reader.Byte()));
        Hash256 model = reader.Hash();
        // What does not fit an int is beyond every limit.
        int maxNewTokens = (int)Math.Min(reader.UInt32(), int.MaxValue);
        int promptTokens = (int)Math.Min(reader.UInt32(), int.MaxValue);
        Address holder = reader.Address();
        refusal = reader.RanOut ? null : SeenFault(engineVersion, maxNewTokens) ?? ConfidentialTerms.LengthFault(promptTokens);
        if (refusal is not null)
        {
            return false;
        }

        ImmutableArray<byte> ciphertext = [.. reader.Take(reader.RanOut ? 0 : ConfidentialTerms.CiphertextSize(promptTokens))];
        refusal = (reader.RanOut, reader.Remaining, type) switch
        {
            (true, _, _) => new(ProtocolRefusalCode.Truncated, "a whole workload", $"{length} bytes"),
            (_, > 0, _) => new(ProtocolRefusalCode.TrailingBytes, $"{reader.Offset} bytes", $"{length} bytes"),
            (_, _, not WorkloadType.Inference) => OutOfRange("type of a confidential workload", "1 (inference)", (ushort)type),
            _ => ConfidentialTerms.FirstFault(holder, promptTokens, ciphertext),
        };
        workload = refusal is null ? new Workload(engineVersion, model, maxNewTokens, new ConfidentialTerms(holder, promptTokens, ciphertext)) : null;
        return workload is not null;
    }

    private static ProtocolRefusal? SeenFault(string engineVersion, int maxNewTokens) => maxNewTokens > ConfidentialTerms.MaxTokens
        ? OutOfRange("max new tokens", $"1 to {ConfidentialTerms.MaxTokens}", maxNewTokens)
        : FirstFault(WorkloadType.Inference, engineVersion, [0], maxNewTokens, SamplingParameters.Greedy, 0, []);
}
