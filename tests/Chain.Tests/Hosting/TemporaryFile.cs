namespace Ait.Chain.Tests.Hosting;

/// <summary>A name in a folder of its own, removed with it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ait-chain-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "journal");

    public void Dispose() => _folder.Delete(recursive: true);
}
