using System.Text;

namespace Ait.Engine;

/// <summary>The tokenizer <c>bytes-v1</c>: ids 0–255 are bytes, four special ids follow.</summary>
public static class ByteTokenizer
{
    /// <summary>The name that goes into model descriptors.</summary>
    public const string Id = "bytes-v1";

    /// <summary>Number of token ids.</summary>
    public const int VocabularySize = 260;

    /// <summary>Begins a sequence.</summary>
    public const int BeginOfSequence = 256;

    /// <summary>Ends a sequence.</summary>
    public const int EndOfSequence = 257;

    /// <summary>Fills space and means nothing.</summary>
    public const int Padding = 258;

    /// <summary>Separates the parts of a prompt.</summary>
    public const int Separator = 259;

    /// <summary>The UTF-8 bytes of the text, after one begin token if wanted.</summary>
    public static int[] Encode(string text, bool beginOfSequence = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(System.Text.Encoding.UTF8.GetBytes(text), beginOfSequence);
    }

    /// <summary>The bytes, after one begin token if wanted.</summary>
    public static int[] Encode(ReadOnlySpan<byte> bytes, bool beginOfSequence = true)
    {
        int first = beginOfSequence ? 1 : 0;
        int[] tokens = new int[bytes.Length + first];
        if (beginOfSequence)
        {
            tokens[0] = BeginOfSequence;
        }

        for (int i = 0; i < bytes.Length; i++)
        {
            tokens[first + i] = bytes[i];
        }

        return tokens;
    }

    /// <summary>The bytes of the byte tokens; special and unknown ids are left out.</summary>
    public static byte[] Decode(ReadOnlySpan<int> tokens)
    {
        byte[] bytes = new byte[tokens.Length];
        int length = 0;
        foreach (int token in tokens)
        {
            if ((uint)token < 256)
            {
                bytes[length++] = (byte)token;
            }
        }

        return bytes.AsSpan(0, length).ToArray();
    }

    /// <summary>
    /// Text that is safe on a terminal: printable ASCII stays, a line feed stays, everything else becomes
    /// <c>\xHH</c>, special tokens become their name in angle brackets.
    /// </summary>
    public static string DecodePrintable(ReadOnlySpan<int> tokens)
    {
        var text = new StringBuilder(tokens.Length);
        foreach (int token in tokens)
        {
            _ = token switch
            {
                '\\' => text.Append(@"\\"),
                '\n' or (>= ' ' and <= '~') => text.Append((char)token),
                >= 0 and < 256 => text.Append(null, $"\\x{token:x2}"),
                BeginOfSequence => text.Append("<begin>"),
                EndOfSequence => text.Append("<end>"),
                Padding => text.Append("<pad>"),
                Separator => text.Append("<sep>"),
                _ => text.Append(null, $"<{token}>"),
            };
        }

        return text.ToString();
    }
}
