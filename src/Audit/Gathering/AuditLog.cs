using Ait.Chain.Abi;
using Ait.Chain.Rpc;

namespace Ait.Audit.Gathering;

/// <summary>A log with its event, if its contract has one of that shape.</summary>
internal sealed record AuditLog(Log Log, ContractEvent? Event)
{
    internal string Name => Event?.Name ?? "";

    internal AbiValue this[string argument] => (Event ?? throw new InvalidOperationException("the log has no event"))[argument];
}
