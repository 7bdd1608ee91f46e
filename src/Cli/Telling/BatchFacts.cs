using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Cli.Asking;

namespace Ait.Cli.Telling;

/// <summary>A batch as the contract has it.</summary>
internal sealed record BatchFacts(
    Hash256 Root, Hash256 SeedBlockHash, uint TaskCount, uint RosterLength, ulong CommitBlock, ulong SeedBlock, ulong SeedTime)
{
    /// <summary>Reads the tuple <c>Batch</c>: root, seedBlockHash, mintRate, unsettled units, tasks, roster, commit block, seed block, seed time, deadline.</summary>
    internal static async Task<BatchFacts> ReadAsync(NetworkAccess network, ulong batchId, CancellationToken cancellation)
    {
        AbiValue batch = await network.MiningAsync("batch", cancellation, batchId).ConfigureAwait(false);
        return new BatchFacts(
            batch[0].AsHash256(),
            batch[1].AsHash256(),
            batch[4].AsUInt32(),
            batch[5].AsUInt32(),
            batch[6].AsUInt64(),
            batch[7].AsUInt64(),
            batch[8].AsUInt64());
    }
}
