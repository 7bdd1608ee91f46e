namespace Ait.Miner.Collecting;

/// <summary>The kernel's files below a root: <c>/</c> on a machine, a recorded tree elsewhere.</summary>
internal sealed class KernelFiles : IKernelFiles
{
    private readonly string _root;

    public KernelFiles(string root) => _root = root;

    public static KernelFiles OfThisMachine { get; } = new("/");

    public bool FileExists(string path) => File.Exists(Below(path));

    public bool FolderExists(string path) => Directory.Exists(Below(path));

    public byte[] Read(string path, int limit)
    {
        // These files have no length before they are read, so the end of the stream tells it.
        using var stream = new FileStream(Below(path), Options(FileAccess.Read));
        byte[] buffer = new byte[limit + 1];
        int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return length <= limit ? buffer[..length] : throw new IOException($"{path} is longer than {limit} bytes");
    }

    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileStream(Below(path), Options(FileAccess.Write));
        stream.Write(bytes);
    }

    public void CreateFolder(string path)
    {
        string folder = Below(path);
        if (Path.Exists(folder))
        {
            throw new IOException($"{path} exists already");
        }

        Directory.CreateDirectory(folder);
    }

    public void RemoveFolder(string path) => Directory.Delete(Below(path));

    /// <summary>No buffer, so that each call reaches the kernel; no advisory lock, which these files do not know.</summary>
    private static FileStreamOptions Options(FileAccess access) =>
        new() { Mode = FileMode.Open, Access = access, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };

    private string Below(string path) => Path.Combine(_root, path.TrimStart('/'));
}
