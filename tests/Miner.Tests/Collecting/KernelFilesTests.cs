using Ait.Miner.Collecting;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Collecting;

public sealed class KernelFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly KernelFiles _files;

    public KernelFilesTests() => _files = new KernelFiles(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_givesTheWholeFileBelowTheRoot()
    {
        _folder.Write("generation", "12\n");

        Assert.Equal("12\n"u8, _files.Read("/generation", 3));
        Assert.True(_files.FileExists("/generation"));
    }

    [Fact]
    public void Read_refusesAFileBeyondTheLimit()
    {
        _folder.Write("outblob", "1234");

        Assert.Throws<IOException>(() => _files.Read("/outblob", 3));
    }

    [Fact]
    public void Read_readsAFileWithoutALength()
    {
        // /proc files have length 0 until they are read, as attributes of configfs do.
        Assert.NotEmpty(KernelFiles.OfThisMachine.Read("/proc/self/stat", 4096));
    }

    [Fact]
    public void Write_makesNoFile()
    {
        Assert.Throws<FileNotFoundException>(() => _files.Write("/inblob", [1]));
        Assert.False(_files.FileExists("/inblob"));
    }

    [Fact]
    public void Write_replacesNothingButTheBytes()
    {
        _folder.Write("inblob", "abcdef");
        _files.Write("/inblob", "xy"u8);

        Assert.Equal("xycdef"u8, _files.Read("/inblob", 10));
    }

    [Fact]
    public void CreateFolder_refusesOneThatExists()
    {
        _files.CreateFolder("/report");

        Assert.True(_files.FolderExists("/report"));
        Assert.Throws<IOException>(() => _files.CreateFolder("/report"));
        _files.RemoveFolder("/report");
        Assert.False(_files.FolderExists("/report"));
    }
}
