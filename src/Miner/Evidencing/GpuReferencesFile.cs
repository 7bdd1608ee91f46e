using System.Diagnostics.CodeAnalysis;
using Ait.Protocol;

namespace Ait.Miner.Evidencing;

/// <summary>Reads the network's list of drivers and VBIOSes whose measurements it believes.</summary>
internal static class GpuReferencesFile
{
    private const int MaxBytes = 16 * 1024 * 1024;

    public static bool TryRead(string path, [NotNullWhen(true)] out GpuReferenceSet? references, [NotNullWhen(false)] out string? problem)
    {
        references = null;
        problem = null;
        try
        {
            var file = new FileInfo(path);
            if (file.Length > MaxBytes)
            {
                problem = $"{path} is {file.Length} bytes; at most {MaxBytes} are read.";
            }
            else if (!GpuReferenceSet.TryParse(File.ReadAllBytes(path), out references))
            {
                problem = $"{path} is not a list of GPU references.";
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} cannot be read: {exception.Message}";
        }

        return references is not null;
    }
}
