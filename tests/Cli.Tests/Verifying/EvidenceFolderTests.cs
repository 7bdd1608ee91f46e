using Ait.Cli.Verifying;

namespace Ait.Cli.Tests.Verifying;

public sealed class EvidenceFolderTests
{
    [Fact]
    public void Read_givesFilesOfTheFolderAndNothingElse()
    {
        using var scratch = new ScratchFolder();
        using var elsewhere = new ScratchFolder();
        string secret = elsewhere.Write("secret", [1]);
        scratch.Write("inside", [2]);
        File.CreateSymbolicLink(Path.Combine(scratch.Path, "link-out"), secret);
        File.CreateSymbolicLink(Path.Combine(scratch.Path, "link-in"), Path.Combine(scratch.Path, "inside"));
        var folder = new EvidenceFolder(scratch.Path);

        Assert.Equal([2], folder.Read("inside"));
        Assert.Equal([2], folder.Read("link-in"));
        Assert.Null(folder.Read("link-out"));
        Assert.Null(folder.Read(secret));
        Assert.Null(folder.Read("absent"));
        Assert.Null(folder.Read("."));
    }

    [Fact]
    public void Read_stopsOneByteAfterTheLimit()
    {
        using var scratch = new ScratchFolder();
        scratch.Write("large", new byte[3 * 1024 * 1024]);

        Assert.Equal((1024 * 1024) + 1, new EvidenceFolder(scratch.Path).Read("large")?.Length);
    }
}
