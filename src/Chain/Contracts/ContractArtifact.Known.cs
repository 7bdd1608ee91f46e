using System.Collections.Immutable;

using Ait.Chain.Abi;

namespace Ait.Chain.Contracts;

/// <content>The errors of everything that comes with this assembly.</content>
public sealed partial class ContractArtifact
{
    private static readonly Lazy<ImmutableArray<ContractAbi>> s_abis = new(static () => [.. Names.Select(static name => Load(name).Abi)]);

    /// <summary>The ABI of every artifact that comes with this assembly, so that a revert from deep inside a call still has a name.</summary>
    public static ImmutableArray<ContractAbi> KnownAbis => s_abis.Value;
}
