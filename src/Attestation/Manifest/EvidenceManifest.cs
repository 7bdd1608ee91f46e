using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Ait.Attestation.Manifest;

/// <summary>
/// A list of evidence to judge: JSON, either an array of entries or an object whose <c>vectors</c> is that array.
/// A fault inside one entry is that entry's own and never stops the others.
/// </summary>
public sealed class EvidenceManifest
{
    /// <summary>Longest accepted manifest in bytes.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    /// <summary>Most entries accepted.</summary>
    public const int MaxEntries = 100_000;

    private static readonly JsonDocumentOptions s_options = new()
    {
        MaxDepth = 32,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    private EvidenceManifest(ImmutableArray<ManifestEntry> entries) => Entries = entries;

    /// <summary>The entries in the order of the file.</summary>
    public ImmutableArray<ManifestEntry> Entries { get; }

    /// <summary>Reads a manifest.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> json,
        [NotNullWhen(true)] out EvidenceManifest? manifest,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        manifest = null;
        if (json.Length > MaxLength)
        {
            refusal = Malformed($"at most {MaxLength} bytes", $"{json.Length} bytes");
            return false;
        }

        ReadOnlyMemory<byte> text = json.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? json[3..] : json;
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(text, s_options);
            root = document.RootElement.Clone();
        }
        catch (JsonException problem)
        {
            refusal = Malformed("JSON", problem.Message);
            return false;
        }

        if (!TryFindEntries(root, out JsonElement list, out refusal))
        {
            return false;
        }

        ImmutableArray<ManifestEntry>.Builder entries = ImmutableArray.CreateBuilder<ManifestEntry>();
        foreach (JsonElement element in list.EnumerateArray())
        {
            entries.Add(ReadEntry(element, entries.Count));
        }

        manifest = new EvidenceManifest(entries.ToImmutable());
        return true;
    }

    private static bool TryFindEntries(JsonElement root, out JsonElement list, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        list = root;
        if (root.ValueKind == JsonValueKind.Object)
        {
            int found = 0;
            foreach (JsonProperty property in root.EnumerateObject())
            {
                if (JsonShape.TryRead(property, out string? name) && name == "vectors")
                {
                    list = property.Value;
                    found++;
                }
            }

            if (found != 1)
            {
                refusal = Malformed("one field \"vectors\"", $"{found}");
                return false;
            }
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxEntries)
        {
            refusal = Malformed($"an array of at most {MaxEntries} entries", $"{list.ValueKind}");
            return false;
        }

        refusal = null;
        return true;
    }

    private static ManifestEntry ReadEntry(JsonElement element, int index)
    {
        string fallback = string.Create(CultureInfo.InvariantCulture, $"#{index}");
        if (element.ValueKind != JsonValueKind.Object)
        {
            return new ManifestEntry(fallback, element, JsonShape.Entry("entry", "an object", $"{element.ValueKind}"));
        }

        bool named = JsonShape.TryGetString(element, "id", out string? id) && id.Length > 0;
        RefusalReason? fault = JsonShape.FindDuplicate(element)
            ?? (named ? null : JsonShape.Entry("id", "a string", "none"));
        return new ManifestEntry(named ? id! : fallback, element, fault); // named says that id was read
    }

    private static RefusalReason Malformed(string expected, string found) =>
        new(Refusal.ManifestMalformed, "manifest", expected, found);
}
