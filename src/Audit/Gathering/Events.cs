using System.Collections.Immutable;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;

namespace Ait.Audit.Gathering;

/// <summary>Events by the contract that emits them.</summary>
internal static class Events
{
    private static readonly Dictionary<string, ContractAbi> s_abis = ContractArtifact.Names.ToDictionary(name => name, name => ContractArtifact.Load(name).Abi);

    internal static ContractAbi Abi(string contract) => s_abis[contract];

    /// <summary>The tasks that an event of the mining registry says settled; none if it is another event or cannot be read.</summary>
    internal static ImmutableArray<SettledTaskRecord> TasksOf(ContractEvent? said) =>
        said?.Name == "TasksSettled" && SettledTaskRecord.TryRead(said["settled"].AsBytes().Span, out ImmutableArray<SettledTaskRecord> tasks, out _) ? tasks : [];

    internal static ContractEvent? TryDecode(string contract, Log log) =>
        s_abis[contract].TryDecodeLog(log.Topics.AsSpan(), log.Data.AsSpan(), out ContractEvent? found) ? found : null;
}
