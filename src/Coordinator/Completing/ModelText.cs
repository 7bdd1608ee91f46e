using System.Collections.Immutable;
using System.Text;
using Ait.Chain;
using Ait.Coordinator.Configuration;
using Ait.Engine;

namespace Ait.Coordinator.Completing;

/// <summary>A model's words: how text becomes its tokens and its tokens text. Runs nothing.</summary>
internal sealed class ModelText
{
    private ModelText(ModelEntry entry, ModelDescriptor descriptor)
    {
        Entry = entry;
        Descriptor = descriptor;
    }

    internal ModelEntry Entry { get; }

    internal ModelDescriptor Descriptor { get; }

    /// <summary>The tokens that end an answer.</summary>
    internal static ImmutableArray<int> StopTokens { get; } = [ByteTokenizer.EndOfSequence];

    /// <summary>The words of a model, null if this coordinator has no tokenizer for it.</summary>
    internal static ModelText? Of(ModelEntry entry) =>
        Hex.TryDecode(entry.Descriptor, out byte[]? bytes)
        && ModelDescriptor.TryParse(bytes, out ModelDescriptor? descriptor, out _)
        && descriptor.HasByteTokens
            ? new ModelText(entry, descriptor)
            : null;

    /// <summary>Text to continue: one begin token, then its bytes.</summary>
    internal static int[] Prompt(string text) => ByteTokenizer.Encode(text);

    /// <summary>
    /// A conversation to continue: one begin token, <c>role: content</c> and a separator token for each message, then <c>assistant: </c>.
    /// No text can contain a separator, so no message can pass for two.
    /// </summary>
    internal static int[] Prompt(IReadOnlyList<(string Role, string Content)> messages)
    {
        List<int> tokens = [ByteTokenizer.BeginOfSequence];
        foreach ((string role, string content) in messages)
        {
            tokens.AddRange(ByteTokenizer.Encode($"{role}: {content}", beginOfSequence: false));
            tokens.Add(ByteTokenizer.Separator);
        }

        tokens.AddRange(ByteTokenizer.Encode("assistant: ", beginOfSequence: false));
        return [.. tokens];
    }

    /// <summary>The stop token of a text that is one token, null for longer ones: those are looked for in the answer.</summary>
    internal static int? StopToken(string text) => ByteTokenizer.Encode(text, beginOfSequence: false) is [int token] ? token : null;

    /// <summary>The answer's text token by token; what is no UTF-8 becomes U+FFFD, special tokens nothing.</summary>
    internal static IEnumerable<string> Decode(ImmutableArray<int> tokens)
    {
        Decoder decoder = Encoding.UTF8.GetDecoder();
        char[] characters = new char[8];
        foreach (int token in tokens)
        {
            int length = decoder.GetChars(ByteTokenizer.Decode([token]), characters, flush: false);
            if (length > 0)
            {
                yield return new string(characters, 0, length);
            }
        }

        int rest = decoder.GetChars([], characters, flush: true);
        if (rest > 0)
        {
            yield return new string(characters, 0, rest);
        }
    }
}
