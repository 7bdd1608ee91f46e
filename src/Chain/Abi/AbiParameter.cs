using System.Collections.Immutable;

namespace Ait.Chain.Abi;

/// <summary>A named input or output.</summary>
/// <param name="Name">The name, empty where the source gives none.</param>
/// <param name="Type">The type.</param>
/// <param name="Indexed">Whether an event keeps it among its topics.</param>
public sealed record AbiParameter(string Name, AbiType Type, bool Indexed = false)
{
    internal static ImmutableArray<AbiType> TypesOf(ImmutableArray<AbiParameter> parameters) =>
        [.. parameters.Select(static parameter => parameter.Type)];
}
