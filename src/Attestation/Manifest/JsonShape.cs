using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Ait.Attestation.Manifest;

/// <summary>Typed reading of foreign JSON without exceptions.</summary>
internal static class JsonShape
{
    internal static RefusalReason Entry(string what, string expected, string found) =>
        new(Refusal.EntryMalformed, what, expected, found);

    /// <summary>The first member name that any object inside repeats: parsers disagree on which one counts.</summary>
    internal static RefusalReason? FindDuplicate(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                HashSet<string> names = new(StringComparer.Ordinal);
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    if (!TryRead(property, out string? name) || !names.Add(name))
                    {
                        return Entry(name ?? "member name", "once", "twice, or not text");
                    }

                    if (FindDuplicate(property.Value) is { } inner)
                    {
                        return inner;
                    }
                }

                return null;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    if (FindDuplicate(item) is { } inner)
                    {
                        return inner;
                    }
                }

                return null;
            default:
                return null;
        }
    }

    internal static bool TryGetString(JsonElement element, string name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        return TryGet(element, name, out JsonElement member) && TryString(member, out value);
    }

    /// <summary>Text of a JSON string; false for other kinds and for escapes that are no text (lone surrogates).</summary>
    internal static bool TryString(JsonElement element, [NotNullWhen(true)] out string? value)
    {
        value = null;
        if (element.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        try
        {
            value = element.GetString();
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        return value is not null;
    }

    /// <summary>A member that is there and not null; none where a name in the way is no text (lone surrogates).</summary>
    internal static bool TryGet(JsonElement element, string name, out JsonElement member)
    {
        try
        {
            return element.TryGetProperty(name, out member) && member.ValueKind != JsonValueKind.Null;
        }
        catch (InvalidOperationException)
        {
            member = default;
            return false;
        }
    }

    internal static bool TryRead(JsonProperty property, [NotNullWhen(true)] out string? name)
    {
        try
        {
            name = property.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            name = null;
            return false;
        }
    }
}
