using System.Diagnostics.CodeAnalysis;

namespace Ait.Miner.Running;

/// <summary>Holds a file in the state folder open for itself alone, so that one process drives a GPU. The file stays empty.</summary>
internal sealed class DeviceLock : IDisposable
{
    private readonly FileStream _file;

    private DeviceLock(FileStream file) => _file = file;

    public static bool TryTake(string folder, ReadOnlySpan<byte> gpuUuid, [NotNullWhen(true)] out DeviceLock? taken, [NotNullWhen(false)] out string? problem)
    {
        taken = null;
        problem = null;
        string path = Path.Combine(folder, $"gpu-{Convert.ToHexStringLower(gpuUuid)}.lock");
        try
        {
            Directory.CreateDirectory(folder);
            taken = new DeviceLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} cannot be held: {exception.Message}";
            return false;
        }
    }

    public void Dispose() => _file.Dispose();
}
