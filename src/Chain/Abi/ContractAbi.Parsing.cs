using System.Collections.Immutable;
using System.Text.Json;

namespace Ait.Chain.Abi;

/// <content>Reading the compiler's JSON.</content>
public sealed partial class ContractAbi
{
    /// <summary>Reads the compiler's JSON: the array of entries, or an object that holds it as <c>abi</c>.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static ContractAbi Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Parse(document.RootElement);
        }
        catch (JsonException fault)
        {
            throw new FormatException($"Expected the JSON of a contract ABI: {fault.Message}", fault);
        }
    }

    internal static ContractAbi Parse(JsonElement root)
    {
        JsonElement entries = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("abi", out JsonElement abi) ? abi : root;
        if (entries.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException($"Expected an array of ABI entries, found {entries.ValueKind}.");
        }

        ImmutableArray<AbiParameter> constructor = [];
        ImmutableArray<AbiFunction>.Builder functions = ImmutableArray.CreateBuilder<AbiFunction>();
        ImmutableArray<AbiEvent>.Builder events = ImmutableArray.CreateBuilder<AbiEvent>();
        ImmutableArray<AbiError>.Builder errors = ImmutableArray.CreateBuilder<AbiError>();
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            switch (Text(entry, "type"))
            {
                case "constructor":
                    constructor = Parameters(entry, "inputs");
                    break;
                case "function":
                    functions.Add(new AbiFunction(Text(entry, "name"), Parameters(entry, "inputs"), Parameters(entry, "outputs"), Text(entry, "stateMutability")));
                    break;
                case "event":
                    events.Add(new AbiEvent(Text(entry, "name"), Parameters(entry, "inputs"), Flag(entry, "anonymous")));
                    break;
                case "error":
                    errors.Add(new AbiError(Text(entry, "name"), Parameters(entry, "inputs")));
                    break;
                case "receive" or "fallback":
                    break;
                case var other:
                    throw new FormatException($"Expected a function, event, error, constructor, receive or fallback, found '{other}'.");
            }
        }

        return new ContractAbi(constructor, functions.ToImmutable(), events.ToImmutable(), errors.ToImmutable());
    }

    private static ImmutableArray<AbiParameter> Parameters(JsonElement entry, string name)
    {
        if (!entry.TryGetProperty(name, out JsonElement parameters) || parameters.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException($"Expected an array '{name}' in an ABI entry.");
        }

        return [.. parameters.EnumerateArray().Select(static parameter =>
            new AbiParameter(Text(parameter, "name"), AbiType.Parse(TypeText(parameter)), Flag(parameter, "indexed")))];
    }

    /// <summary>The canonical name: a <c>tuple</c> is replaced by its components.</summary>
    private static string TypeText(JsonElement parameter)
    {
        string type = Text(parameter, "type");
        if (!type.StartsWith("tuple", StringComparison.Ordinal))
        {
            return type;
        }

        if (!parameter.TryGetProperty("components", out JsonElement components) || components.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("Expected the components of a tuple.");
        }

        return $"({string.Join(',', components.EnumerateArray().Select(TypeText))}){type["tuple".Length..]}";
    }

    private static string Text(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? text.GetString() ?? string.Empty
            : throw new FormatException($"Expected a string '{name}' in an ABI entry.");

    private static bool Flag(JsonElement entry, string name) => entry.TryGetProperty(name, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
}
