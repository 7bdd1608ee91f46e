using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ait.Chain;

/// <summary>Hash256 as a JSON string, also as a property name.</summary>
public sealed class Hash256JsonConverter : JsonConverter<Hash256>
{
    /// <inheritdoc/>
    public override Hash256 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !Hash256.TryParse(reader.GetString(), out Hash256 value))
        {
            throw new JsonException("Expected a string of 64 hexadecimal digits.");
        }

        return value;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Hash256 value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override Hash256 ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Hash256.TryParse(reader.GetString(), out Hash256 value) ? value : throw new JsonException("Expected a string of 64 hexadecimal digits.");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Hash256 value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
