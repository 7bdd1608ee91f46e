using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ait.Chain;

/// <summary>Address as a JSON string, also as a property name.</summary>
public sealed class AddressJsonConverter : JsonConverter<Address>
{
    /// <inheritdoc/>
    public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !Address.TryParse(reader.GetString(), out Address value))
        {
            throw new JsonException("Expected a string of 40 hexadecimal digits with a right EIP-55 checksum.");
        }

        return value;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    /// <inheritdoc/>
    public override Address ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Address.TryParse(reader.GetString(), out Address value) ? value : throw new JsonException("Expected a string of 40 hexadecimal digits with a right EIP-55 checksum.");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());
}
