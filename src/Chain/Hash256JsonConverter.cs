using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ait.Chain;

/// <summary>Hash256 as a JSON string, also as a property name.</summary>
public sealed class Hash256JsonConverter : JsonConverter<Hash256>
{
    private const int Digits = 2 + (2 * Hash256.Size);

    /// <inheritdoc/>
    public override Hash256 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Read(ref reader) : throw Unexpected();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Hash256 value, JsonSerializerOptions options)
    {
        Span<byte> digits = stackalloc byte[Digits];
        Encode(value, digits);
        writer.WriteStringValue(digits);
    }

    /// <inheritdoc/>
    public override Hash256 ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Hash256 value, JsonSerializerOptions options)
    {
        Span<byte> digits = stackalloc byte[Digits];
        Encode(value, digits);
        writer.WritePropertyName(digits);
    }

    private static void Encode(Hash256 value, Span<byte> digits)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        value.CopyTo(bytes);
        Hex.Encode(bytes, digits);
    }

    private static Hash256 Read(ref Utf8JsonReader reader)
    {
        // Written plainly it fits; what is written in escapes may be longer.
        Span<char> text = stackalloc char[Digits];
        bool isRead = !reader.HasValueSequence && reader.ValueSpan.Length <= text.Length
            ? Hash256.TryParse(text[..reader.CopyString(text)], out Hash256 value)
            : Hash256.TryParse(reader.GetString(), out value);
        return isRead ? value : throw Unexpected();
    }

    private static JsonException Unexpected() => new("Expected a string of 64 hexadecimal digits.");
}
