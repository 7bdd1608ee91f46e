using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;
using Ait.Chain.Blocks;
using Ait.Chain.Rpc;

namespace Ait.Audit.Gathering;

/// <summary>Everything that an audit is made from, as a node told it and before anything of it is believed.</summary>
internal sealed record ChainRecord
{
    internal required AuditScope Scope { get; init; }

    internal required Address Inbox { get; init; }

    /// <summary>Who suspends devices for absence; zero where nobody does.</summary>
    internal required Address Attendance { get; init; }

    /// <summary>The audited contracts: whose logs are asked for, held against receipts and replayed, by address the name of the interface.</summary>
    internal required IReadOnlyDictionary<Address, string> Contracts { get; init; }

    /// <summary>From which block transactions are re-derived.</summary>
    internal required ulong FromBlock { get; init; }

    internal required ulong Head { get; init; }

    /// <summary>Logs of the audited contracts, as the node found them, in order.</summary>
    internal required ImmutableArray<Log> Logs { get; init; }

    /// <summary>Blocks in which something of the audited contracts happened, whole, by height.</summary>
    internal required IReadOnlyDictionary<ulong, BlockContent> Blocks { get; init; }

    /// <summary>Headers by height with the hash the node told; all of the range, or those that seeds, challenges and proofs of life name.</summary>
    internal required IReadOnlyDictionary<ulong, (BlockHeader Header, Hash256 ToldHash)> Headers { get; init; }

    /// <summary>Whether every header of the range is there.</summary>
    internal required bool HasEveryHeader { get; init; }

    internal required BigInteger Supply { get; init; }

    internal required BigInteger TotalMinted { get; init; }

    internal required BigInteger TotalBurned { get; init; }

    internal required BigInteger SubsidyEarned { get; init; }

    internal required BigInteger SubsidyCharged { get; init; }

    internal required BigInteger BurnedByHolders { get; init; }
}
