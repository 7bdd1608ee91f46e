using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ait.Chain;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Sealing;

namespace Ait.Cli.Asking;

/// <summary>
/// A file with a confidential workload and its content key, readable by its owner only: with it a purchase goes on after an interruption,
/// and whoever is given it can open prompt and answer and run the workload again.
/// </summary>
internal static class ConfidentialFile
{
    private const int MostBytes = 4 * 1024 * 1024;
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, WriteIndented = true };

    internal static void Write(string path, Workload workload, ContentKey key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using var stream = new FileStream(path, options);
        JsonSerializer.Serialize(stream, new Content(Hex.Encode(workload.ToBytes()), Hex.Encode(key.ToBytes())), s_options);
    }

    /// <summary>The workload and its key, which the caller disposes.</summary>
    internal static (Workload Workload, ContentKey Key) Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > MostBytes)
        {
            throw new SurroundingsException($"the file {path} {(file.Exists ? $"is larger than {MostBytes} bytes" : "does not exist")}. Name the file that `ait redeem --confidential` wrote.");
        }

        if (TryRead(File.ReadAllBytes(path), out Workload? workload, out ContentKey? key))
        {
            return (workload, key);
        }

        throw new SurroundingsException($"the file {path} does not hold a confidential workload and its content key. Name the file that `ait redeem --confidential` wrote.");
    }

    private static bool TryRead(byte[] bytes, [NotNullWhen(true)] out Workload? workload, [NotNullWhen(true)] out ContentKey? key)
    {
        (workload, key) = (null, null);
        try
        {
            if (JsonSerializer.Deserialize<Content>(bytes, s_options) is not { Workload: { } encoded, ContentKey: { } digits }
                || !Hex.TryDecode(encoded, out byte[]? encoding)
                || !Hex.TryDecode(digits, out byte[]? secret)
                || secret.Length != ContentKey.Size
                || !Workload.TryParse(encoding, out workload, out _)
                || workload.Confidential is null)
            {
                return false;
            }

            key = ContentKey.FromBytes(secret);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed record Content(string? Workload, string? ContentKey);
}
