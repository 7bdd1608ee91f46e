using Ait.Cli.Launching;

namespace Ait.Cli.Tests.Launching;

public sealed class ChainStateTests : IAsyncDisposable
{
    private const string Whole = """{"block":{"number":"0x7"},"accounts":{"0xAB":{"nonce":2,"code":"0x"},"0x02":{"nonce":9,"code":"0x60}"}},"transactions":[{"info":{"from":"0xab"}},{"info":{"from":"0xab"}}]}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-chain-").FullName;
    private readonly ChainState _state;

    public ChainStateTests() => _state = new ChainState(StateFile, TimeProvider.System);

    private string StateFile => Path.Combine(_folder, "chain.json");

    [Fact]
    public void Mend_putsTheLastWholeCopyInThePlaceOfAnyTornFile()
    {
        File.WriteAllText(StateFile, Whole);
        Assert.True(_state.TryCopy());
        for (int length = 0; length < Whole.Length; length++)
        {
            File.WriteAllText(StateFile, Whole[..length]);
            Assert.True(_state.Mend(), $"cut to {length} bytes");
            Assert.Equal(Whole, File.ReadAllText(StateFile));
        }
    }

    [Fact]
    public void Copy_staysIfTheFileIsTornWhenItIsTaken()
    {
        File.WriteAllText(StateFile, Whole);
        Assert.True(_state.TryCopy());
        File.WriteAllText(StateFile, Whole[..^1]);
        Assert.False(_state.TryCopy());
        Assert.True(_state.Mend());
        Assert.Equal(Whole, File.ReadAllText(StateFile));
    }

    [Theory]
    [InlineData("\"nonce\":2", "\"nonce\":3")]
    [InlineData("\"nonce\":2", "\"nonce\":1")]
    [InlineData(",{\"info\":{\"from\":\"0xab\"}}", "")]
    [InlineData("\"nonce\":2", "\"nonce\":\"2\"")]
    public void Mend_putsTheCopyInThePlaceOfAFileWhoseAccountsAreOfAnotherBlock(string fact, string other)
    {
        File.WriteAllText(StateFile, Whole);
        Assert.True(_state.TryCopy());
        File.WriteAllText(StateFile, Whole.Replace(fact, other, StringComparison.Ordinal));
        Assert.False(_state.TryCopy());
        Assert.True(_state.Mend());
        Assert.Equal(Whole, File.ReadAllText(StateFile));
    }

    [Fact]
    public void Mend_leavesAWholeFileAndOneWithoutACopyAsTheyAre()
    {
        Assert.False(_state.Mend());
        File.WriteAllText(StateFile, Whole[..9]);
        Assert.False(_state.Mend());
        File.WriteAllText(StateFile, Whole);
        Assert.True(_state.TryCopy());
        File.WriteAllText(StateFile, "{}");
        Assert.False(_state.Mend());
        Assert.Equal("{}", File.ReadAllText(StateFile));
    }

    public async ValueTask DisposeAsync()
    {
        await _state.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
