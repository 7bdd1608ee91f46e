using System.Collections.Immutable;
using Ait.Miner.Configuring;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Miner.Tests.Configuring;

public sealed class CommandWordsTests
{
    [Theory]
    [InlineData("a b", "a|b")]
    [InlineData("  a\tb\n", "a|b")]
    [InlineData("'a b' c", "a b|c")]
    [InlineData("\"a b\" c", "a b|c")]
    [InlineData("a' 'b", "a b")]
    [InlineData("'' a", "|a")]
    [InlineData("a\\ b", "a b")]
    [InlineData("\"a\\\"b\"", "a\"b")]
    [InlineData("'a\\b'", "a\\b")]
    [InlineData("$HOME `x` *", "$HOME|`x`|*")]
    [InlineData("", "")]
    public void TrySplit_readsAsAPosixShellQuotes(string text, string expected)
    {
        Assert.True(CommandWords.TrySplit(text, out ImmutableArray<string> words, out _));

        Assert.Equal(expected, string.Join('|', words));
    }

    [Fact]
    public void TrySplit_returnsWhatWasQuoted() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<string[]>().Filter(words => words.All(word => word is not null)),
            words =>
            {
                string line = string.Join(' ', words.Select(word => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
                return CommandWords.TrySplit(line, out ImmutableArray<string> found, out _) && found.SequenceEqual(words);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void TrySplit_neverThrows() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>().Filter(text => text is not null), text =>
        {
            bool split = CommandWords.TrySplit(text, out _, out string? problem);
            return split == problem is null;
        }).QuickCheckThrowOnFailure();
}
