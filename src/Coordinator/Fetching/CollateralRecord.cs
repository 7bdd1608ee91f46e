using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Ait.Coordinator.Fetching;

/// <summary>One piece as it is kept on disk and in bundles: a JSON object, its bytes in base64, with a digest of the whole.</summary>
internal sealed record CollateralRecord(string Key, DateTimeOffset FetchedAt, byte[] Body, byte[] Companion)
{
    internal static CollateralRecord Of(CollateralItem item) =>
        new(item.Key.Text, item.FetchedAt, item.Content.Body.ToArray(), item.Content.Companion.ToArray());

    internal byte[] Encode()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("key", Key);
            json.WriteString("fetchedAt", FetchedAt.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("sha256", Digest());
            json.WriteBase64String("body", Body);
            json.WriteBase64String("companion", Companion);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    internal static bool TryDecode(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out CollateralRecord? record)
    {
        record = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 2, AllowDuplicateProperties = false });
            JsonElement root = document.RootElement;
            var read = new CollateralRecord(
                root.GetProperty("key").GetString() ?? string.Empty,
                DateTimeOffset.ParseExact(root.GetProperty("fetchedAt").GetString() ?? string.Empty, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                root.GetProperty("body").GetBytesFromBase64(),
                root.GetProperty("companion").GetBytesFromBase64());
            bool whole = root.EnumerateObject().Count() == 5
                && read.Body.Length <= CollateralContent.MaxBody
                && read.Companion.Length <= CollateralContent.MaxCompanion
                && root.GetProperty("sha256").GetString() == read.Digest();
            record = whole ? read : null;
        }
        catch (Exception fault) when (fault is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }

        return record is not null;
    }

    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Key}\n{FetchedAt.ToUnixTimeSeconds()}\n{Body.Length}\n")));
        hash.AppendData(Body);
        hash.AppendData(Companion);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
