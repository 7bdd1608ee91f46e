using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ait.Chain;
using Ait.Coordinator.Configuration;
using Ait.Engine;

namespace Ait.Coordinator.Completing;

/// <summary>A model's words: how text and conversations become its tokens and its tokens text. Runs nothing.</summary>
internal sealed class ModelText
{
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate? _template;
    private readonly bool _hasByteConversations;

    private ModelText(ModelEntry entry, ModelDescriptor descriptor, Tokenizer tokenizer, ChatTemplate? template, bool hasByteConversations)
    {
        Entry = entry;
        Descriptor = descriptor;
        _tokenizer = tokenizer;
        _template = template;
        _hasByteConversations = hasByteConversations;
    }

    internal ModelEntry Entry { get; }

    internal ModelDescriptor Descriptor { get; }

    /// <summary>The tokens that end an answer.</summary>
    internal ImmutableArray<int> StopTokens => _tokenizer.EndTokens;

    /// <summary>The words of a model: those of its artifact, or bytes; null if it has others that this coordinator does not know.</summary>
    internal static ModelText? Of(ModelEntry entry, Tokenizer? stored)
    {
        if (!Hex.TryDecode(entry.Descriptor, out byte[]? bytes) || !ModelDescriptor.TryParse(bytes, out ModelDescriptor? descriptor, out _))
        {
            return null;
        }

        if (stored is not null)
        {
            ChatTemplate? template = stored.ChatTemplate is { } source && ChatTemplate.TryParse(source, out ChatTemplate? parsed, out _) ? parsed : null;
            return new ModelText(entry, descriptor, stored, template, hasByteConversations: false);
        }

        return descriptor.HasByteTokens ? new ModelText(entry, descriptor, Tokenizer.Bytes, null, hasByteConversations: true) : null;
    }

    /// <summary>Text to continue, with the tokens that the model expects around it.</summary>
    internal bool TryPrompt(string text, [NotNullWhen(true)] out int[]? tokens, [NotNullWhen(false)] out EngineRefusal? refusal) =>
        _tokenizer.TryEncode(text, withSpecial: true, out tokens, out refusal);

    /// <summary>
    /// A conversation to continue: as the model's chat template writes it. A model of bytes that has none gets one begin token,
    /// <c>role: content</c> and a separator token for each message, then <c>assistant: </c>; no text can contain a separator, so no
    /// message can pass for two.
    /// </summary>
    internal bool TryPrompt(IReadOnlyList<(string Role, string Content)> messages, [NotNullWhen(true)] out int[]? tokens, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        tokens = null;
        if (_hasByteConversations)
        {
            return TryBytes(messages, out tokens, out refusal);
        }

        if (_template is null)
        {
            refusal = new EngineRefusal(EngineRefusalCode.TemplateFailed, "model", "one with a chat template", "one that continues texts; use /v1/completions");
            return false;
        }

        // Templates know the older name.
        ChatMessage[] said = [.. messages.Select(message => new ChatMessage(message.Role == "developer" ? "system" : message.Role, message.Content))];
        return _template.TryRender(said, _tokenizer.BeginText, _tokenizer.EndText, opensAnswer: true, out string? prompt, out refusal)
            && _tokenizer.TryEncode(prompt, withSpecial: false, out tokens, out refusal);
    }

    /// <summary>The stop token of a text that is one token, null for others: those are looked for in the answer.</summary>
    internal int? StopToken(string text) =>
        _tokenizer.TryEncode(text, withSpecial: false, out int[]? tokens, out _) && tokens is [int token]
        && _tokenizer.TokenBytes(token).SequenceEqual(Encoding.UTF8.GetBytes(text))
            ? token
            : null;

    /// <summary>The answer's text token by token; what is no UTF-8 becomes U+FFFD, special tokens nothing.</summary>
    internal IEnumerable<string> Decode(ImmutableArray<int> tokens)
    {
        Decoder decoder = Encoding.UTF8.GetDecoder();
        bool hasText = !_tokenizer.StripsLeadingSpace;
        foreach (int token in tokens)
        {
            byte[] bytes = _tokenizer.TokenBytes(token).ToArray();
            int from = !hasText && bytes is [(byte)' ', ..] ? 1 : 0;
            hasText |= bytes.Length > 0;
            if (TextOf(decoder, bytes.AsSpan(from), isLast: false) is { Length: > 0 } text)
            {
                yield return text;
            }
        }

        if (TextOf(decoder, [], isLast: true) is { Length: > 0 } rest)
        {
            yield return rest;
        }
    }

    private static string TextOf(Decoder decoder, ReadOnlySpan<byte> bytes, bool isLast)
    {
        // What was kept of a character before may come out as well.
        char[] characters = new char[bytes.Length + 4];
        return new string(characters, 0, decoder.GetChars(bytes, characters, isLast));
    }

    private static bool TryBytes(IReadOnlyList<(string Role, string Content)> messages, [NotNullWhen(true)] out int[]? tokens, [NotNullWhen(false)] out EngineRefusal? refusal)
    {
        tokens = null;
        List<int> all = [ByteTokenizer.BeginOfSequence];
        foreach ((string role, string content) in messages)
        {
            if (!Tokenizer.Bytes.TryEncode($"{role}: {content}", withSpecial: false, out int[]? encoded, out refusal))
            {
                return false;
            }

            all.AddRange(encoded);
            all.Add(ByteTokenizer.Separator);
        }

        all.AddRange(ByteTokenizer.Encode("assistant: ", beginOfSequence: false));
        tokens = [.. all];
        refusal = null;
        return true;
    }
}
