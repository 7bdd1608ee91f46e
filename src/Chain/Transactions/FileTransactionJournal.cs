using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ait.Chain.Transactions;

/// <summary>
/// A journal in one file: a JSON object per line, forced to the disk before an append completes. The file is held open exclusively,
/// so a second process with the same journal is refused at once.
/// </summary>
/// <remarks>
/// Opening drops a torn last line, which a crash may leave. When opened, and whenever it has grown to twice its size, the file is
/// rewritten without the bytes of finished transactions.
/// </remarks>
public sealed class FileTransactionJournal : ITransactionJournal, IDisposable
{
    private const int MaxLineLength = 4 << 20;
    private const long DefaultLeastRewritten = 16 << 20;

    private readonly string _path;
    private readonly long _leastRewritten;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private FileStream _file;
    private long _rewriteAt;

    private FileTransactionJournal(FileStream file, string path, long leastRewritten)
    {
        _file = file;
        _path = path;
        _leastRewritten = leastRewritten;
    }

    /// <summary>Opens or creates a journal.</summary>
    /// <exception cref="IOException">The file cannot be opened, or another process holds it.</exception>
    /// <exception cref="FormatException">A line other than the last is not one of a journal.</exception>
    public static FileTransactionJournal Open(string path) => Open(path, DefaultLeastRewritten);

    internal static FileTransactionJournal Open(string path, long leastRewritten)
    {
        var journal = new FileTransactionJournal(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), path, leastRewritten);
        try
        {
            journal.Compact();
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<JournalEntry>> ReadAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ImmutableArray<JournalEntry> entries = [.. Parse(_file, _path)];
            _file.Seek(0, SeekOrigin.End);
            return entries;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_file.Length >= _rewriteAt)
            {
                Compact();
            }

            long end = _file.Position;
            try
            {
                // Not cancelled half-way: a line is on the disk or it is not.
                await _file.WriteAsync(Line(entry), CancellationToken.None).ConfigureAwait(false);
                _file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                // A full disk leaves a part of the line; the next append must not continue it.
                _file.SetLength(end);
                _file.Seek(end, SeekOrigin.Begin);
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _gate.Dispose();
    }

    /// <summary>Leaves what a reader still needs in the file, and the position at its end.</summary>
    private void Compact()
    {
        byte[] content = [.. StillNeeded(Parse(_file, _path)).SelectMany(Line)];
        if (content.Length < _file.Length)
        {
            // The new content is complete on the disk before it takes the old file's name.
            string next = _path + ".next";
            var replacement = new FileStream(next, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
            try
            {
                replacement.Write(content);
                replacement.Flush(flushToDisk: true);
                File.Move(next, _path, overwrite: true);
            }
            catch
            {
                replacement.Dispose();
                throw;
            }

            _file.Dispose();
            _file = replacement;
        }

        _file.Seek(0, SeekOrigin.End);
        _rewriteAt = Math.Max(_leastRewritten, 2 * _file.Length);
    }

    private static List<JournalEntry> Parse(FileStream file, string path)
    {
        List<JournalEntry> entries = [];
        byte[] content = new byte[file.Length];
        file.Seek(0, SeekOrigin.Begin);
        file.ReadExactly(content);
        int number = 0;
        ReadOnlySpan<byte> rest = content;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                break; // Torn by a crash during its append, which therefore never completed.
            }

            number++;
            JournalEntry? entry = end <= MaxLineLength ? Parse(rest[..end]) : null;
            entries.Add(entry ?? throw new FormatException($"{path}: expected a journal entry in line {number}, found something else."));
            rest = rest[(end + 1)..];
        }

        return entries;
    }

    private static IEnumerable<JournalEntry> StillNeeded(List<JournalEntry> entries)
    {
        Dictionary<string, int> lastFinished = [];
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i] is JournalEntry.Finished finished)
            {
                lastFinished[finished.Key] = i;
            }
        }

        // What precedes a key's last end is history; an end without a transaction says as much as no entry.
        return entries.Where((entry, i) =>
            !lastFinished.TryGetValue(entry.Key, out int last) || i > last || (i == last && entry is JournalEntry.Finished { TransactionHash: not null }));
    }

    private static byte[] Line(JournalEntry entry)
    {
        var json = new JsonObject { ["key"] = entry.Key };
        switch (entry)
        {
            case JournalEntry.Signed signed:
                json["signed"] = Hex.Encode(signed.Raw.AsSpan());
                break;
            case JournalEntry.Finished finished:
                json["finished"] = finished.TransactionHash?.ToString();
                break;
            default:
                throw new ArgumentException($"Expected a known entry, found {entry.GetType().Name}.", nameof(entry));
        }

        return [.. JsonSerializer.SerializeToUtf8Bytes((JsonNode)json), (byte)'\n'];
    }

    private static JournalEntry? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("key", out JsonElement keyText) || keyText.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            string key = keyText.GetString() ?? string.Empty;
            if (root.TryGetProperty("signed", out JsonElement signed))
            {
                return signed.ValueKind == JsonValueKind.String && Hex.TryDecode(signed.GetString(), out byte[]? raw) ? new JournalEntry.Signed(key, [.. raw]) : null;
            }

            if (!root.TryGetProperty("finished", out JsonElement finished))
            {
                return null;
            }

            if (finished.ValueKind == JsonValueKind.Null)
            {
                return new JournalEntry.Finished(key, null);
            }

            return finished.ValueKind == JsonValueKind.String && Hash256.TryParse(finished.GetString(), out Hash256 hash) ? new JournalEntry.Finished(key, hash) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
