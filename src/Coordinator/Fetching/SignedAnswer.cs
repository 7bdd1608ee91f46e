using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Ait.Coordinator.Fetching;

/// <summary>Intel's answer: one signed object, by name, and its signature. What is signed are the object's exact bytes.</summary>
internal sealed record SignedAnswer(ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> Signature)
{
    internal static bool TryRead(ReadOnlyMemory<byte> body, string name, [NotNullWhen(true)] out SignedAnswer? answer)
    {
        answer = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty(name, out JsonElement signed) && signed.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("signature", out JsonElement signature) && signature.ValueKind == JsonValueKind.String
                && signature.GetString() is { Length: 128 } text && text.All(char.IsAsciiHexDigit))
            {
                answer = new SignedAnswer(Encoding.UTF8.GetBytes(signed.GetRawText()), Convert.FromHexString(text));
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return answer is not null;
    }
}
