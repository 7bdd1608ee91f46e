using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>A no of the coordinator, in its own words where it sent a problem document (RFC 9457).</summary>
internal sealed record CoordinatorRefusal(int Status, string Code, string Sentence, string? Remedy)
{
    private const int MaxTextLength = 500;

    /// <summary>
    /// The same request may succeed later: the server failed or is overloaded, it did not refuse. Nor did it where a proxy or a server that is
    /// going down finds nothing there: the coordinator says in its own words what there is not.
    /// </summary>
    public bool IsTemporary => Status is >= 500 or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests
        || (Status == (int)HttpStatusCode.NotFound && Code == CodeOf(HttpStatusCode.NotFound));

    /// <summary>Reads a problem document; a body that is none still yields the status.</summary>
    public static CoordinatorRefusal Read(HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                string sentence = InWords(Text(root, "title") ?? $"HTTP {(int)status}", Text(root, "expected"), Text(root, "found"));
                return new CoordinatorRefusal((int)status, Text(root, "code") ?? CodeOf(status), sentence, Text(root, "remedy"));
            }
        }
        catch (JsonException)
        {
            // A proxy in between answers in its own words; the status is what counts then.
            return Bare(status);
        }

        return Bare(status);
    }

    /// <summary>A no about one of several things that were asked.</summary>
    public static CoordinatorRefusal Of(Problem problem) =>
        new(problem.Status, Cut(problem.Code), InWords(Cut(problem.Title), Cut(problem.Expected), Cut(problem.Found)), Cut(problem.Remedy));

    public override string ToString() => $"{Code}: {Sentence}";

    private static CoordinatorRefusal Bare(HttpStatusCode status) => new((int)status, CodeOf(status), $"HTTP {(int)status}.", null);

    private static string CodeOf(HttpStatusCode status) => $"Http{(int)status}";

    private static string InWords(string title, string? expected, string? found) =>
        expected is null || found is null ? title : $"{title.TrimEnd('.')}: expected {expected}, found {found}.";

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text) => text?.Length > MaxTextLength ? text[..MaxTextLength] : text;

    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        return Cut(value.GetString());
    }
}
