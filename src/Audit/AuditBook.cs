using System.Collections.Immutable;
using Ait.Chain;

namespace Ait.Audit;

/// <summary>Where an audit writes what it finds.</summary>
internal sealed class AuditBook
{
    private readonly List<AuditFinding> _findings = [];
    private readonly SortedSet<string> _unchecked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _counts = [];

    /// <summary>True while events are taken as they are.</summary>
    internal bool IsMuted { get; set; }

    internal ImmutableArray<AuditFinding> Findings => [.. _findings];

    internal ImmutableArray<string> Unchecked => [.. _unchecked];

    internal ImmutableArray<(string What, long Count)> Counts => [.. _counts.Select(pair => (pair.Key, pair.Value))];

    internal void Find(AuditFault fault, ulong block, Hash256? transaction, string what, string expected, string found)
    {
        if (!IsMuted)
        {
            _findings.Add(new AuditFinding(fault, block, transaction, what, expected, found));
        }
    }

    internal void Cannot(string what)
    {
        if (!IsMuted)
        {
            _unchecked.Add(what);
        }
    }

    internal void Count(string what, long number)
    {
        if (!IsMuted)
        {
            _counts[what] = _counts.GetValueOrDefault(what) + number;
        }
    }
}
