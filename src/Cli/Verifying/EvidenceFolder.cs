namespace Ait.Cli.Verifying;

/// <summary>Hands a manifest's files to the verifier: bounded, from one folder, links resolved and kept inside it.</summary>
internal sealed class EvidenceFolder
{
    /// <summary>One byte more than the verifier accepts, so that it can tell a large file from a full one.</summary>
    private const int MostBytes = (1024 * 1024) + 1;
    private readonly string _base;

    internal EvidenceFolder(string baseFolder) => _base = Resolve(Path.GetFullPath(baseFolder));

    /// <summary>The file's bytes, cut after one byte too many; null when it is absent, unreadable or outside.</summary>
    internal byte[]? Read(string relativePath)
    {
        try
        {
            string path = Resolve(Path.GetFullPath(Path.Combine(_base, relativePath)));
            return IsInside(path) ? ReadBounded(path) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a file a person named; refuses what is too large instead of swallowing it.</summary>
    internal static byte[] ReadBounded(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] buffer = new byte[MostBytes];
        int length = file.ReadAtLeast(buffer, MostBytes, throwOnEndOfStream: false);
        return buffer[..length];
    }

    private static string Resolve(string path)
    {
        FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
    }

    private bool IsInside(string path) =>
        path.StartsWith(_base.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
