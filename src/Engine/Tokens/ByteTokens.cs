namespace Ait.Engine.Tokens;

/// <summary><see cref="ByteTokenizer"/> as a tokenizer like any other.</summary>
internal sealed class ByteTokens : Tokenizer
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    private ByteTokens() => EndTokens = [ByteTokenizer.EndOfSequence];

    public static ByteTokens Instance { get; } = new();

    public override int Count => ByteTokenizer.VocabularySize;

    public override ReadOnlySpan<byte> TokenBytes(int token) => (uint)token < 256 ? s_bytes.AsSpan(token, 1) : default;

    public override string TokenName(int token) => ByteTokenizer.DecodePrintable([token]);

    private protected override int[] Encode(ReadOnlySpan<int> runes, bool withSpecial)
    {
        var text = new System.Text.StringBuilder(runes.Length);
        foreach (int rune in runes)
        {
            text.Append(char.ConvertFromUtf32(rune));
        }

        return ByteTokenizer.Encode(text.ToString(), withSpecial);
    }
}
