using System.Diagnostics.CodeAnalysis;
using Ait.Engine.Canonical;

namespace Ait.Engine;

public sealed partial class Transcript
{
    /// <summary>Longest encoding that a parser accepts.</summary>
    public const int MaxEncodedSize = 256 + 4 * EngineLimits.MaxContext;

    private static ReadOnlySpan<byte> Magic => "AXT1"u8;

    /// <summary>The canonical encoding.</summary>
    public byte[] ToBytes() => (byte[])_encoded.Clone();

    /// <summary>
    /// Reads a canonical encoding; anything else is refused. What is read is what somebody claims: only running the
    /// request again shows whether it is true.
    /// </summary>
    public static bool TryParse(
        ReadOnlySpan<byte> source,
        [NotNullWhen(true)] out Transcript? transcript,
        [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        transcript = null;
        if (source.Length > MaxEncodedSize)
        {
            refusal = EngineRefusal.Range(EngineRefusalCode.TrailingBytes, "transcript length", 0, MaxEncodedSize, source.Length);
            return false;
        }

        var reader = new CanonicalReader(source);
        reader.Magic(Magic);
        reader.Name(EngineRefusalCode.UnknownVersion, "arithmetic version", EngineVersion.Id);
        Digest model = reader.Digest("model digest");
        Digest request = reader.Digest("request digest");
        var finish = (FinishReason)reader.UInt8("finish reason");
        var code = (EngineRefusalCode)reader.UInt16("refusal code");
        int[] tokens = new int[reader.Count("tokens", EngineLimits.MaxContext, sizeof(int), EngineRefusalCode.ContextExceeded)];
        for (int i = 0; i < tokens.Length; i++)
        {
            tokens[i] = reader.Int32("token");
            if ((uint)tokens[i] >= EngineLimits.MaxVocabulary)
            {
                reader.Refuse(EngineRefusalCode.TokenOutOfVocabulary, "token", $"below {EngineLimits.MaxVocabulary}", $"{tokens[i]}");
            }
        }

        Digest logits = reader.Digest("logits digest");
        if (!IsMeaningful(finish, code, tokens.Length))
        {
            reader.Refuse(EngineRefusalCode.MalformedField, "finish reason", "a reason, its code and its tokens", $"{(int)finish}, {(int)code}, {tokens.Length}");
        }

        if (reader.End())
        {
            transcript = new Transcript(model, request, finish, code, tokens, logits);
        }

        refusal = reader.Refusal;
        return transcript is not null;
    }

    private static bool IsMeaningful(FinishReason finish, EngineRefusalCode code, int tokens) => finish switch
    {
        FinishReason.Stop or FinishReason.Length => code == EngineRefusalCode.None && tokens > 0,
        FinishReason.Refused => code is (>= EngineRefusalCode.PromptEmpty and <= EngineRefusalCode.TooManyStopTokens) or EngineRefusalCode.StopSequenceOutOfRange && tokens == 0,
        FinishReason.Fault => code == EngineRefusalCode.NumericRange,
        _ => false,
    };

    private byte[] Encode()
    {
        var writer = new CanonicalWriter();
        writer.Bytes(Magic);
        writer.Name(EngineVersion.Id);
        writer.Digest(ModelDigest);
        writer.Digest(RequestDigest);
        writer.UInt8((byte)FinishReason);
        writer.UInt16((ushort)RefusalCode);
        writer.Int32(Tokens.Length);
        foreach (int token in Tokens)
        {
            writer.Int32(token);
        }

        writer.Digest(LogitsDigest);
        return writer.ToArray();
    }
}
