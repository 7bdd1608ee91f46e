using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Ait.Coordinator.Completing;

/// <summary>
/// The members of a request one by one; the first that is wrong is kept as the error. A member of null is absent. What was never asked
/// for is unknown and refused: a parameter that has no effect must not look as if it had one.
/// </summary>
internal sealed class RequestFields
{
    private const int MaxFound = 60;

    private readonly Dictionary<string, JsonElement> _members;
    private readonly HashSet<string> _known = [];

    internal RequestFields(JsonElement root) => _members = root.EnumerateObject()
        .ToDictionary(member => member.Name, member => member.Value);

    /// <summary>Reads a body by its members; a fault in one of them is the error whatever was read.</summary>
    internal static bool TryRead<TRequest>(
        byte[]? body, Func<RequestFields, TRequest?> read, [NotNullWhen(true)] out TRequest? request, [NotNullWhen(false)] out ApiError? error)
        where TRequest : class
    {
        request = null;
        if (!CompletionReader.TryReadObject(body, out JsonDocument? document, out error))
        {
            return false;
        }

        using (document)
        {
            var fields = new RequestFields(document.RootElement);
            request = read(fields);
            error = fields.Error;
            request = error is null ? request : null;
            return request is not null;
        }
    }

    /// <summary>The first fault.</summary>
    internal ApiError? Error { get; private set; }

    internal void Refuse(ApiError error) => Error ??= error;

    /// <summary>Whether there is such a member, without reading it.</summary>
    internal bool Has(string name) => _members.ContainsKey(name);

    /// <summary>A member of any kind.</summary>
    internal JsonElement? Raw(string name)
    {
        _known.Add(name);
        return _members.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    internal string? Text(string name)
    {
        if (Raw(name) is not JsonElement value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        Refuse(ApiError.Invalid(name, "text", Found(value)));
        return null;
    }

    internal bool Flag(string name)
    {
        if (Raw(name) is not JsonElement value)
        {
            return false;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Refuse(ApiError.Invalid(name, "true or false", Found(value)));
        }

        return value.ValueKind == JsonValueKind.True;
    }

    internal long? Whole(string name, long least, long most)
    {
        if (Raw(name) is not JsonElement value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse(ApiError.Invalid(name, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"), Found(value)));
        return null;
    }

    internal double? Number(string name, double least, double most)
    {
        if (Raw(name) is not JsonElement value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse(ApiError.Invalid(name, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"), Found(value)));
        return null;
    }

    /// <summary>A parameter that cannot be honoured: only a value that asks for nothing is taken.</summary>
    internal void Only(string name, string message, Func<JsonElement, bool> asksForNothing)
    {
        if (Raw(name) is JsonElement value && !asksForNothing(value))
        {
            Refuse(ApiError.Unsupported(name, $"{name}: {message} Leave it out."));
        }
    }

    /// <summary>Refuses every member that nothing asked for.</summary>
    internal void RefuseUnknown()
    {
        if (_members.Keys.FirstOrDefault(name => !_known.Contains(name)) is string unknown)
        {
            string shown = unknown.Length > MaxFound ? unknown[..MaxFound] + "…" : unknown;
            Refuse(new ApiError(400, "invalid_request_error", "unknown_parameter", $"Unrecognized request argument supplied: {shown}. docs/api.md lists what there is.", shown));
        }
    }

    /// <summary>A list of one token or more, 0 and above each; null if the value is something else.</summary>
    internal static int[]? Tokens(JsonElement value)
    {
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];
        return items.Length > 0 && Array.TrueForAll(items, item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int token) && token >= 0)
            ? Array.ConvertAll(items, item => item.GetInt32())
            : null;
    }

    internal static string Found(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length > MaxFound ? text[..MaxFound] + "…" : text;
    }
}
