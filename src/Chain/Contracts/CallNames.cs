using System.Collections.Immutable;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <summary>Says calls as people write them: <c>MiningRegistry.setRates(1, 2)</c>.</summary>
public sealed class CallNames
{
    private static readonly ImmutableArray<AbiFunction> s_known = [.. ContractArtifact.KnownAbis.SelectMany(static abi => abi.Functions)];
    private readonly Dictionary<Address, string> _names = [];

    /// <summary>Names for contracts whose artifact has the same name; a zero address is none.</summary>
    public CallNames(IEnumerable<(string Artifact, Address Address)> contracts)
    {
        ArgumentNullException.ThrowIfNull(contracts);
        foreach ((string artifact, Address address) in contracts)
        {
            if (address != Address.Zero)
            {
                _names.TryAdd(address, artifact);
            }
        }
    }

    /// <summary>
    /// The call by contract, function and arguments. A contract that has a name is read by its own functions; of another the address stands,
    /// and the function if any contract that comes with this assembly has it. What no function reads stays hexadecimal.
    /// </summary>
    public string Describe(Address target, ReadOnlySpan<byte> data)
    {
        bool isNamed = _names.TryGetValue(target, out string? name);
        foreach (AbiFunction function in name is null ? s_known : ContractArtifact.Load(name).Abi.Functions)
        {
            if (function.TryDecodeCall(data, out ImmutableArray<AbiValue> values, out _))
            {
                return $"{name ?? target.ToString()}.{function.Name}({string.Join(", ", values)})";
            }
        }

        return $"{(isNamed ? name : target.ToString())}: {Hex.Encode(data)}";
    }
}
