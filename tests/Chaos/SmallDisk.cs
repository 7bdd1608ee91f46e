using System.Diagnostics;

namespace Ait.Chaos;

/// <summary>A file system of its own that can be filled to the last byte: memory-backed, mounted by root. Without root there is none.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Megabytes = 400;
    private readonly string _ballast;

    private SmallDisk(string folder)
    {
        Folder = folder;
        _ballast = Path.Combine(folder, "ballast");
    }

    internal string Folder { get; }

    internal static SmallDisk? TryMount()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        string folder = Directory.CreateTempSubdirectory("ait-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m,mode=755", "tmpfs", folder))
        {
            return new SmallDisk(folder);
        }

        Directory.Delete(folder);
        return null;
    }

    /// <summary>Takes all that is left.</summary>
    internal void Fill()
    {
        byte[] block = new byte[64 * 1024];
        try
        {
            using var ballast = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
            {
                ballast.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    internal void Free() => File.Delete(_ballast);

    public void Dispose()
    {
        Run("umount", Folder);
        Directory.Delete(Folder);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process? process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
        process?.WaitForExit();
        return process?.ExitCode == 0;
    }
}
