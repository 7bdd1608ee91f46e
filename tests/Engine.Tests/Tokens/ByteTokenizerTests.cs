using FsCheck;
using FsCheck.Fluent;

namespace Ait.Engine.Tests.Tokens;

public sealed class ByteTokenizerTests
{
    [Fact]
    public void Decode_givesTheBytesBack()
    {
        Prop.ForAll<byte[]>(bytes => ByteTokenizer.Decode(ByteTokenizer.Encode(bytes)).AsSpan().SequenceEqual(bytes)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Encode_beginsTheSequenceUnlessToldNotTo()
    {
        Assert.Equal([256, 'h', 'i'], ByteTokenizer.Encode("hi"));
        Assert.Equal(['h', 'i'], ByteTokenizer.Encode("hi", beginOfSequence: false));
        Assert.Equal([256, 0xC3, 0xA9], ByteTokenizer.Encode("é"));
    }

    [Fact]
    public void DecodePrintable_letsNothingThroughThatATerminalObeys()
    {
        int[] all = [.. Enumerable.Range(-2, 300)];
        string text = ByteTokenizer.DecodePrintable(all);
        Assert.All(text, c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
        Assert.Contains("<begin><end><pad><sep><260>", text, StringComparison.Ordinal);
        Assert.Equal(@"\x1b[31m \\ <begin>", ByteTokenizer.DecodePrintable([27, '[', '3', '1', 'm', ' ', '\\', ' ', 256]));
    }
}
