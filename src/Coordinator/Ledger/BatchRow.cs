using Ait.Chain;
using System.Data.Common;

namespace Ait.Coordinator.Ledger;

/// <summary>A batch as the ledger has it; the nullable part is known once it is on chain.</summary>
internal sealed record BatchRow(
    long BatchKey,
    Hash256 Root,
    uint TaskCount,
    ulong ComputeUnits,
    ulong LatestDeadline,
    BatchPhase Phase,
    ulong? BatchId,
    ulong? CommitBlock,
    ulong? SeedBlock,
    uint? RosterLength,
    Hash256? SeedBlockHash)
{
    internal const string Select =
        """
        SELECT batch_key, root, task_count, compute_units, latest_deadline, phase, batch_id, commit_block, seed_block, roster_length, seed_block_hash
        FROM batches

        """;

    internal static BatchRow Read(DbDataReader row) => new(
        row.GetInt64(0),
        row.Hash(1),
        (uint)row.GetInt64(2),
        row.Unsigned(3),
        row.Unsigned(4),
        (BatchPhase)row.GetInt64(5),
        row.IsDBNull(6) ? null : row.Unsigned(6),
        row.IsDBNull(7) ? null : row.Unsigned(7),
        row.IsDBNull(8) ? null : row.Unsigned(8),
        row.IsDBNull(9) ? null : (uint)row.GetInt64(9),
        row.HashOrNull(10));
}
