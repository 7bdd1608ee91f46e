namespace Ait.Miner.Collecting;

/// <summary>The files through which the kernel speaks, by absolute path. A process boundary: what is behind it is not ours.</summary>
internal interface IKernelFiles
{
    public bool FileExists(string path);

    public bool FolderExists(string path);

    /// <summary>Everything in the file, in one or several reads.</summary>
    /// <exception cref="IOException">It cannot be read, or is longer than <paramref name="limit"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not.</exception>
    public byte[] Read(string path, int limit);

    /// <summary>Writes all bytes in one call to a file that exists.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not.</exception>
    public void Write(string path, ReadOnlySpan<byte> bytes);

    /// <exception cref="IOException">It exists, or cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not.</exception>
    public void CreateFolder(string path);

    /// <summary>Removes a folder of attributes, which configfs takes away with it.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public void RemoveFolder(string path);
}
