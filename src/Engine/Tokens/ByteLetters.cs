namespace Ait.Engine.Tokens;

/// <summary>
/// The letters that byte-level vocabularies write bytes with: printable Latin-1 characters stand for themselves, the other bytes
/// for the characters from U+0100 on, in order.
/// </summary>
internal static class ByteLetters
{
    private static readonly char[] s_letters = Make();
    private static readonly Dictionary<char, byte> s_bytes = s_letters.Select((letter, value) => (letter, value)).ToDictionary(pair => pair.letter, pair => (byte)pair.value);

    public static char Letter(byte value) => s_letters[value];

    /// <summary>The bytes of a text of letters; null if it holds anything else.</summary>
    public static byte[]? Bytes(string text)
    {
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (!s_bytes.TryGetValue(text[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    private static char[] Make()
    {
        char[] letters = new char[256];
        int next = 0x100;
        for (int value = 0; value < 256; value++)
        {
            bool isPrintable = value is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            letters[value] = isPrintable ? (char)value : (char)next++;
        }

        return letters;
    }
}
