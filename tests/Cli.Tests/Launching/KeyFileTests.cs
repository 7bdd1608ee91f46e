using Ait.Chain.Signing;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Tests.Launching;

public sealed class KeyFileTests
{
    [Fact]
    public void OpenOrCreate_makesAPrivateFileAndReadsItBack()
    {
        using var scratch = new ScratchFolder();
        string path = Path.Combine(scratch.Path, "keys", "a.hex");

        using Secp256k1PrivateKey made = KeyFile.OpenOrCreate(path);
        using Secp256k1PrivateKey read = KeyFile.OpenOrCreate(path);

        Assert.Equal(made.Address, read.Address);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Open_refusesAKeyThatOthersCanRead()
    {
        using var scratch = new ScratchFolder();
        string path = scratch.Write("key", "0x0000000000000000000000000000000000000000000000000000000000000001"u8);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Contains("chmod 600", Assert.Throws<SurroundingsException>(() => KeyFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x01")]
    [InlineData("not hex, not hex, not hex, not hex, not hex, not hex, not hex, no")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Open_refusesWhatIsNoKey(string content)
    {
        using var scratch = new ScratchFolder();
        string path = scratch.Write("key", System.Text.Encoding.ASCII.GetBytes(content));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Contains(path, Assert.Throws<SurroundingsException>(() => KeyFile.Open(path)).Message, StringComparison.Ordinal);
    }
}
