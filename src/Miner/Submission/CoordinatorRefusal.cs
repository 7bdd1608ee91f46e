using System.Net;
using System.Text.Json;

namespace Ait.Miner.Submission;

/// <summary>A no of the coordinator, in its own words where it sent a problem document (RFC 9457).</summary>
internal sealed record CoordinatorRefusal(int Status, string Code, string Sentence, string? Remedy)
{
    private const int MaxTextLength = 500;

    /// <summary>The same request may succeed later: the server failed or is overloaded, it did not refuse.</summary>
    public bool IsTemporary => Status is >= 500 or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests;

    /// <summary>Reads a problem document; a body that is none still yields the status.</summary>
    public static CoordinatorRefusal Read(HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                string sentence = Text(root, "title") ?? $"HTTP {(int)status}";
                if (Text(root, "expected") is string expected && Text(root, "found") is string found)
                {
                    sentence = $"{sentence.TrimEnd('.')}: expected {expected}, found {found}.";
                }

                return new CoordinatorRefusal((int)status, Text(root, "code") ?? $"Http{(int)status}", sentence, Text(root, "remedy"));
            }
        }
        catch (JsonException)
        {
            // A proxy in between answers in its own words; the status is what counts then.
            return Bare(status);
        }

        return Bare(status);
    }

    public override string ToString() => $"{Code}: {Sentence}";

    private static CoordinatorRefusal Bare(HttpStatusCode status) => new((int)status, $"Http{(int)status}", $"HTTP {(int)status}.", null);

    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        string? text = value.GetString();
        return text?.Length > MaxTextLength ? text[..MaxTextLength] : text;
    }
}
