using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;

using Ait.Chain.Abi;
using Ait.Chain.Transactions;

namespace Ait.Chain.Contracts;

/// <summary>A compiled contract: its ABI and the code that creates it.</summary>
public sealed partial class ContractArtifact
{
    private const string Prefix = "contracts.abi.";
    private const string Suffix = ".json";

    private ContractArtifact(string name, ContractAbi abi, ImmutableArray<byte> bytecode)
    {
        Name = name;
        Abi = abi;
        Bytecode = bytecode;
    }

    /// <summary>The names of the artifacts that come with this assembly.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. typeof(ContractArtifact).Assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(static name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The name of the contract.</summary>
    public string Name { get; }

    /// <summary>Its functions, events and errors.</summary>
    public ContractAbi Abi { get; }

    /// <summary>Its creation code; empty for an interface.</summary>
    public ImmutableArray<byte> Bytecode { get; }

    /// <summary>Loads an artifact that comes with this assembly.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public static ContractArtifact Load(string name)
    {
        Assembly assembly = typeof(ContractArtifact).Assembly;
        using Stream stream = assembly.GetManifestResourceStream(Prefix + name + Suffix)
            ?? throw new KeyNotFoundException($"Expected one of the artifacts {string.Join(", ", Names)}, found '{name}'.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }

    /// <summary>Reads an artifact: an object of <c>contractName</c>, <c>abi</c> and <c>bytecode</c>.</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static ContractArtifact Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("contractName", out JsonElement name) && name.ValueKind == JsonValueKind.String
                && root.TryGetProperty("bytecode", out JsonElement code) && code.ValueKind == JsonValueKind.String
                && Hex.TryDecode(code.GetString(), out byte[]? bytecode))
            {
                return new ContractArtifact(name.GetString() ?? string.Empty, ContractAbi.Parse(root), ImmutableArray.Create(bytecode));
            }
        }
        catch (JsonException fault)
        {
            throw new FormatException($"Expected the JSON of a contract artifact: {fault.Message}", fault);
        }

        throw new FormatException("Expected an object of contractName, abi and hexadecimal bytecode without unlinked libraries.");
    }

    /// <summary>The transaction that creates the contract.</summary>
    /// <exception cref="InvalidOperationException">The artifact is an interface.</exception>
    /// <exception cref="ArgumentException">The arguments do not fit the constructor.</exception>
    public TransactionRequest Deployment(params ReadOnlySpan<AbiValue> arguments)
    {
        if (Bytecode.IsEmpty)
        {
            throw new InvalidOperationException($"{Name} has no creation code.");
        }

        return new TransactionRequest { Data = [.. Bytecode, .. Abi.EncodeConstructor(arguments)] };
    }
}
