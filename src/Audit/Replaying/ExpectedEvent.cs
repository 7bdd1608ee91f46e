using System.Collections.Immutable;
using Ait.Audit.Gathering;
using Ait.Chain.Abi;

namespace Ait.Audit.Replaying;

/// <summary>An event that must be there.</summary>
internal sealed record ExpectedEvent(string Name, ImmutableArray<AbiValue> Arguments)
{
    internal string Text => $"{Name}({string.Join(", ", Arguments)})";

    internal static string TextOf(AuditLog log) => $"{log.Name}({string.Join(", ", (log.Event?.Arguments ?? []).Select(argument => argument.Value))})";
}
