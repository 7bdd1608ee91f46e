using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Voting;

/// <summary>Reads what a person writes as an ABI value: decimal numbers, true or false, 0x hex, text; lists and tuples as JSON arrays of these.</summary>
internal static class AbiText
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 8 };

    internal static AbiValue Parse(AbiParameter parameter, string text) => Parse(parameter.Type, parameter.Name, text);

    private static AbiValue Parse(AbiType type, string name, string text)
    {
        SurroundingsException Unreadable(string expected) => new($"{name} ({type.Name}) wants {expected}, found: '{text}'.");
        switch (type.Kind)
        {
            case AbiKind.UnsignedInteger:
                return BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger number) && number < BigInteger.One << type.Size
                    ? number
                    : throw Unreadable($"a decimal number below 2^{type.Size}");
            case AbiKind.Boolean:
                return text is "true" or "false" ? text == "true" : throw Unreadable("true or false");
            case AbiKind.Address:
                return Address.TryParse(text, out Address address) ? address : throw Unreadable("20 bytes of hex");
            case AbiKind.FixedBytes:
                return Hex.TryDecode(text, out byte[]? exact) && exact.Length == type.Size ? exact : throw Unreadable($"{type.Size} bytes of hex");
            case AbiKind.Bytes:
                return Hex.TryDecode(text, out byte[]? bytes) ? bytes : throw Unreadable("hex");
            case AbiKind.Text:
                return text;
            case AbiKind.Array or AbiKind.FixedArray or AbiKind.Tuple:
                return ParseList(type, name, text, Unreadable);
            default:
                throw Unreadable("a type that can be written here");
        }
    }

    private static AbiValue ParseList(AbiType type, string name, string text, Func<string, SurroundingsException> unreadable)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, s_options);
            JsonElement[] items = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()] : throw unreadable("a JSON array");
            int expected = type.Kind switch { AbiKind.Tuple => type.Components.Length, AbiKind.FixedArray => type.Size, _ => items.Length };
            return items.Length == expected
                ? AbiValue.List(items.Select((item, index) => Parse(
                    type.Element ?? type.Components[index], name, item.ValueKind == JsonValueKind.String ? item.GetString() ?? "" : item.GetRawText())))
                : throw unreadable($"{expected} items");
        }
        catch (JsonException)
        {
            throw unreadable("a JSON array");
        }
    }
}
