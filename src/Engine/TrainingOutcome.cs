using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

/// <summary>
/// What a chunk of training came to: loss and state of every step. Independent executions compare <see cref="ResultHash"/>, which
/// covers them all, so a difference can be found at its step.
/// </summary>
public sealed class TrainingOutcome
{
    /// <summary>Longest encoding that a parser accepts.</summary>
    public const int MaxEncodedSize = 256 + (EngineLimits.MaxChunkSteps * (sizeof(long) + Digest.Size));

    private readonly byte[] _encoded;

    internal TrainingOutcome(Digest recipe, TrainingChunk chunk, TrainingFinish finish, EngineRefusalCode code, ReadOnlySpan<TrainingStep> steps)
    {
        Recipe = recipe;
        Chunk = chunk;
        Finish = finish;
        RefusalCode = code;
        Steps = [.. steps];
        _encoded = Encode();
        ResultHash = Digest.Of(_encoded);
    }

    /// <summary>Digest of the recipe.</summary>
    public Digest Recipe { get; }

    /// <summary>Which steps were asked for.</summary>
    public TrainingChunk Chunk { get; }

    /// <summary>How it ended.</summary>
    public TrainingFinish Finish { get; }

    /// <summary>Why, if it was refused or ended in a fault.</summary>
    public EngineRefusalCode RefusalCode { get; }

    /// <summary>The steps that were done.</summary>
    public ImmutableArray<TrainingStep> Steps { get; }

    /// <summary>Digest of the checkpoint that the next chunk begins from; null if no step was done.</summary>
    public Digest? State => Steps.IsEmpty ? null : Steps[^1].State;

    /// <summary>SHA-256 of the canonical encoding: what independent executions compare.</summary>
    public Digest ResultHash { get; }

    private static ReadOnlySpan<byte> Magic => "AXO1"u8;

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes() => (byte[])_encoded.Clone();

    /// <summary>
    /// The first step after which two outcomes of one chunk differ, counted from 1 in the run; null if they agree.
    /// </summary>
    /// <exception cref="ArgumentException">They are of different chunks.</exception>
    public static int? FirstDifference(TrainingOutcome one, TrainingOutcome other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one.Recipe != other.Recipe || one.Chunk != other.Chunk)
        {
            throw new ArgumentException("The outcomes are of different chunks.", nameof(other));
        }

        // A state holds all that came before it, so states that differ once differ from then on.
        int low = 0;
        int high = Math.Min(one.Steps.Length, other.Steps.Length);
        int shared = high;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = one.Steps[middle] == other.Steps[middle] ? (middle + 1, high) : (low, middle);
        }

        return low < shared || one.ResultHash != other.ResultHash ? one.Chunk.FirstStep + low + 1 : null;
    }

    /// <summary>Reads a canonical encoding; anything else is refused. What is read is what somebody claims.</summary>
    public static bool TryParse(ReadOnlySpan<byte> source, [NotNullWhen(true)] out TrainingOutcome? outcome, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        var reader = new CanonicalReader(source);
        reader.Magic(Magic);
        reader.Name(EngineRefusalCode.UnknownVersion, "training version", TrainingVersion.Id);
        Digest recipe = reader.Digest("recipe digest");
        var chunk = new TrainingChunk(reader.Int32("first step"), reader.Int32("steps"), reader.Digest("parent digest"));
        var finish = (TrainingFinish)reader.UInt8("finish");
        var code = (EngineRefusalCode)reader.UInt16("refusal code");
        var steps = new TrainingStep[reader.Count("steps done", EngineLimits.MaxChunkSteps, sizeof(long) + Digest.Size, EngineRefusalCode.ChunkOutOfRange)];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = new TrainingStep((long)reader.UInt64("loss"), reader.Digest("state"));
        }

        bool isMeaningful = finish switch
        {
            TrainingFinish.Done => code == EngineRefusalCode.None && steps.Length == chunk.Steps && steps.Length > 0,
            TrainingFinish.Refused => code != EngineRefusalCode.None && steps.Length == 0,
            TrainingFinish.Fault => code == EngineRefusalCode.NumericRange && steps.Length < chunk.Steps,
            _ => false,
        };
        if (!isMeaningful)
        {
            reader.Refuse(EngineRefusalCode.MalformedField, "finish", "an ending, its code and its steps", $"{(int)finish}, {(int)code}, {steps.Length}");
        }

        outcome = reader.End() ? new TrainingOutcome(recipe, chunk, finish, code, steps) : null;
        refusal = reader.Refusal;
        return outcome is not null;
    }

    private byte[] Encode()
    {
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.Name(TrainingVersion.Id);
        writer.Digest(Recipe);
        writer.Int32(Chunk.FirstStep);
        writer.Int32(Chunk.Steps);
        writer.Digest(Chunk.Parent);
        writer.UInt8((byte)Finish);
        writer.UInt16((ushort)RefusalCode);
        writer.Int32(Steps.Length);
        foreach (TrainingStep step in Steps)
        {
            writer.UInt64((ulong)step.Loss);
            writer.Digest(step.State);
        }

        return writer.ToArray();
    }
}
