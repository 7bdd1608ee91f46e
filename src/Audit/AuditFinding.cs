using System.Globalization;
using Ait.Chain;

namespace Ait.Audit;

/// <summary>One thing that is not as it must be.</summary>
/// <param name="Fault">What kind.</param>
/// <param name="Block">Where.</param>
/// <param name="Transaction">In which transaction; null if it is of a block or of the whole.</param>
/// <param name="What">The field or step.</param>
/// <param name="Expected">What follows from the rest of the record.</param>
/// <param name="Found">What the record says.</param>
public sealed record AuditFinding(AuditFault Fault, ulong Block, Hash256? Transaction, string What, string Expected, string Found)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Fault} ({(int)Fault}) in block {Block}{(Transaction is { } hash ? $", transaction {hash}" : "")}: {What}: expected {Expected}, found {Found}");
}
