using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Miner.Keys;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Keys;

public sealed class OperatorKeyFileTests : IDisposable
{
    // The first account of the well-known development mnemonic: public, worth nothing.
    private const string Key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    private static readonly Address s_account = Address.Parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Key)]
    [InlineData("0x" + Key + "\n")]
    public void TryRead_readsAKeyOfItsOwnerOnly(string text)
    {
        string path = _folder.Write("operator.key", text);

        Assert.True(OperatorKeyFile.TryRead(path, out Secp256k1PrivateKey? key, out _, out _));

        using (key)
        {
            Assert.Equal(s_account, key.Address);
        }
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void TryRead_refusesAFileOthersMayTouch(UnixFileMode mode)
    {
        string path = _folder.Write("operator.key", Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);

        Assert.False(OperatorKeyFile.TryRead(path, out _, out string? problem, out string? remedy));

        Assert.Contains("other users", problem, StringComparison.Ordinal);
        Assert.Equal($"Run: chmod 600 {path}", remedy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("ac0974")]
    [InlineData(Key + "00")]
    [InlineData("zz0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void TryRead_refusesWhatIsNoKey_withoutQuotingIt(string text)
    {
        string path = _folder.Write("operator.key", text);

        Assert.False(OperatorKeyFile.TryRead(path, out _, out string? problem, out string? remedy));

        Assert.DoesNotContain(text.Length > 10 ? text : Key, problem + remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_refusesAHugeFile()
    {
        string path = _folder.Write("operator.key", Key + new string(' ', 1000));

        Assert.False(OperatorKeyFile.TryRead(path, out _, out _, out _));
    }

    [Fact]
    public void TryRead_refusesAMissingFileOrAFolder()
    {
        Assert.False(OperatorKeyFile.TryRead(_folder.File("none"), out _, out string? problem, out _));
        Assert.Contains("cannot be read", problem, StringComparison.Ordinal);
        Assert.False(OperatorKeyFile.TryRead(_folder.Path, out _, out _, out _));
    }
}
