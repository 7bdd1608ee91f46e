using System.Text;
using System.Text.Json;
using Ait.Emulation.Hosts;

namespace Ait.Emulation.Commands;

/// <summary>The manifest of a set of vectors: roots, and what a verifier must answer for each.</summary>
internal sealed class VectorManifest
{
    private readonly List<Entry> _entries = [];

    internal int Count => _entries.Count;

    /// <summary>Adds a vector; an empty refusal means genuine.</summary>
    internal void Add(string id, string platform, IReadOnlyList<(string Key, string Path)> files, string refusal, Action<Utf8JsonWriter>? more = null) =>
        _entries.Add(new Entry(id, platform, files, refusal, more));

    internal void Write(string path, IEnumerable<(string Name, byte[] Fingerprint)> roots)
    {
        byte[] json = EmulationStore.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("emulated", true);
            writer.WriteStartObject("roots");
            foreach ((string name, byte[] fingerprint) in roots)
            {
                writer.WriteString(name, Convert.ToHexStringLower(fingerprint));
            }

            writer.WriteEndObject();
            writer.WriteStartArray("vectors");
            foreach (Entry entry in _entries)
            {
                Write(writer, entry);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }, indented: true);
        File.WriteAllText(path, Encoding.UTF8.GetString(json) + "\n");
    }

    private static void Write(Utf8JsonWriter writer, Entry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("id", entry.Id);
        writer.WriteString("platform", entry.Platform);
        writer.WriteStartObject("files");
        foreach ((string key, string path) in entry.Files)
        {
            writer.WriteString(key, path);
        }

        writer.WriteEndObject();
        entry.More?.Invoke(writer);
        writer.WriteString("verify_time", "2026-11-22T12:00:00Z");
        writer.WriteStartObject("expected");
        writer.WriteString("verdict", entry.Refusal.Length == 0 ? "genuine" : "refused");
        writer.WriteString("refusal", entry.Refusal.Length == 0 ? null : entry.Refusal);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private sealed record Entry(string Id, string Platform, IReadOnlyList<(string Key, string Path)> Files, string Refusal, Action<Utf8JsonWriter>? More);
}
