namespace Ait.Cli.Tests;

/// <summary>A folder of its own for one test, gone with it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    internal ScratchFolder() => Path = Directory.CreateTempSubdirectory("ait-test-").FullName;

    internal string Path { get; }

    /// <summary>The path of a file in it, whether it is there or not.</summary>
    internal string File(string name) => System.IO.Path.Combine(Path, name);

    internal string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
