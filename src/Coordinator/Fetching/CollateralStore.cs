using System.Security.Cryptography;
using System.Text;

namespace Ait.Coordinator.Fetching;

/// <summary>
/// Collateral on disk: one file a piece, replaced whole, with a digest over what it holds. What is read back is content
/// again and has to be verified again: a damaged or planted file is a missing one.
/// </summary>
internal sealed class CollateralStore
{
    internal const int MaxItems = 10_000;
    private const int MaxFile = 2 * 1024 * 1024;
    private const string Suffix = ".collateral.json";
    private readonly string _folder;

    internal CollateralStore(string folder) => _folder = folder;

    /// <summary>Every key there is content for; files that are not whole are left out.</summary>
    internal IReadOnlyList<CollateralKey> Keys()
    {
        List<CollateralKey> keys = [];
        foreach (string file in Files())
        {
            if (TryReadFile(file) is { } record && CollateralKey.TryParse(record.Key, out CollateralKey? key) && file == FileOf(key))
            {
                keys.Add(key);
            }
        }

        return [.. keys.OrderBy(key => key.Text, StringComparer.Ordinal)];
    }

    /// <summary>Null where there is none, or where it is not whole.</summary>
    internal (CollateralContent Content, DateTimeOffset FetchedAt)? Find(CollateralKey key) =>
        TryReadFile(FileOf(key)) is { } record && record.Key == key.Text
            ? (new CollateralContent(record.Body, record.Companion), record.FetchedAt)
            : null;

    /// <exception cref="IOException">The disk is full or not writable.</exception>
    internal void Put(CollateralItem item)
    {
        Directory.CreateDirectory(_folder);
        MakeRoom();
        string file = FileOf(item.Key);
        string temporary = $"{file}.{Guid.NewGuid():N}.new";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(CollateralRecord.Of(item).Encode());
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static CollateralRecord? TryReadFile(string file)
    {
        try
        {
            var info = new FileInfo(file);
            return info.Exists && info.Length <= MaxFile && CollateralRecord.TryDecode(File.ReadAllBytes(file), out CollateralRecord? record) ? record : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The piece that was written longest ago makes room.</summary>
    private void MakeRoom()
    {
        List<string> files = [.. Files()];
        foreach (string oldest in files.OrderBy(File.GetLastWriteTimeUtc).Take(Math.Max(0, files.Count - MaxItems + 1)))
        {
            File.Delete(oldest);
        }
    }

    private IEnumerable<string> Files() => Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder, "*" + Suffix) : [];

    private string FileOf(CollateralKey key) =>
        Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.Text)))[..32] + Suffix);
}
