using System.Collections.Immutable;
using System.Numerics;
using Ait.Audit.Gathering;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;

namespace Ait.Audit.Replaying;

/// <summary>An event that must be there, or one task of an event that has many, as one line that says all of it.</summary>
internal sealed record ExpectedEvent(string Name, string Text)
{
    internal static ExpectedEvent Of(string name, params ImmutableArray<AbiValue> arguments) => new(name, $"{name}({string.Join(", ", arguments)})");

    internal static ExpectedEvent Settled(BigInteger batchId, SettledTaskRecord task) => new("TasksSettled", $"TasksSettled({batchId}, {task})");

    internal static string TextOf(AuditLog log) => $"{log.Name}({string.Join(", ", (log.Event?.Arguments ?? []).Select(argument => argument.Value))})";

    /// <summary>The lines of a settlement's event: one a task, or the whole if it cannot be read.</summary>
    internal static IEnumerable<string> TextsOf(AuditLog log) => Events.TasksOf(log.Event) is { IsEmpty: false } tasks
        ? tasks.Select(task => Settled(log["batchId"].AsBigInteger(), task).Text)
        : [TextOf(log)];
}
