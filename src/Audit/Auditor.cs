using System.Numerics;
using Ait.Audit.Gathering;
using Ait.Audit.Replaying;
using Ait.Chain.Rpc;

namespace Ait.Audit;

/// <summary>Audits a network: reads its record from a node, believes none of it, and re-derives what must follow.</summary>
public static class Auditor
{
    /// <summary>Audits everything, or what happened from a block on.</summary>
    /// <param name="client">Any node of the chain.</param>
    /// <param name="scope">The contracts.</param>
    /// <param name="fromBlock">Events before it are taken as they are; null for none.</param>
    /// <param name="checksEvidence">Whether registrations' evidence is verified again, the longest part.</param>
    /// <param name="tell">Hears what goes on.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<AuditReport> AuditAsync(
        EthereumClient client, AuditScope scope, ulong? fromBlock, bool checksEvidence, Action<string> tell, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(tell);
        ulong from = Math.Max(fromBlock ?? 0, scope.DeploymentBlock);
        ChainRecord record = await new RecordReader(client, tell).ReadAsync(scope, from, cancellation).ConfigureAwait(false);
        return Audit(record, checksEvidence, tell);
    }

    internal static AuditReport Audit(ChainRecord record, bool checksEvidence, Action<string> tell)
    {
        var book = new AuditBook();
        RecordCheck.Run(record, book);
        var replay = new Replay(record, book, checksEvidence);
        replay.Run(tell);
        NetworkState state = replay.State;
        CheckTotals(record, state, book);
        SayWhatWasNotChecked(record, checksEvidence, book);
        return new AuditReport(
            record.FromBlock,
            record.Head,
            book.Findings,
            book.Unchecked,
            book.Counts,
            state.Minted,
            state.Burned,
            state.BurnedByHolders,
            [.. state.Settled.Values.OrderBy(task => task.BatchId).ThenBy(task => task.Index)],
            [.. state.Deferrals.Select(pair => new WaitingPay(pair.Key.Task, pair.Key.Seat, pair.Value.Operator, pair.Value.Amount, pair.Value.PayableAt))]);
    }

    private static void CheckTotals(ChainRecord record, NetworkState state, AuditBook book)
    {
        void Equal(string what, BigInteger expected, BigInteger found)
        {
            if (expected != found)
            {
                book.Find(AuditFault.Total, record.Head, null, what, $"{expected}", $"{found}");
            }
        }

        Equal("supply = minted − burned", state.Minted - state.Burned, record.Supply);
        Equal("the registry's total minted", state.Minted, record.TotalMinted);
        Equal("the registry's total burned", state.Burned - state.BurnedByHolders, record.TotalBurned);
        Equal("the token's burned by holders", state.BurnedByHolders, record.BurnedByHolders);
        Equal("what redeemed work earned for subsidised work", state.Subsidy.Earned, record.SubsidyEarned);
        Equal("what subsidised work was charged", state.Subsidy.Charged, record.SubsidyCharged);
    }

    private static void SayWhatWasNotChecked(ChainRecord record, bool checksEvidence, AuditBook book)
    {
        book.Cannot($"that block {record.Head} is on the chain that everyone else sees: ask other nodes for its hash");
        book.Cannot("that enclaves ran what their measurements name, and that vendors' revocation lists of today do not name a certificate used");
        if (record.FromBlock > record.Scope.DeploymentBlock)
        {
            book.Cannot($"what happened before block {record.FromBlock}: its events were taken as they are");
        }

        if (!record.HasEveryHeader)
        {
            book.Cannot("that blocks without events link those with them: the range is too long to read every header");
        }

        if (!checksEvidence)
        {
            book.Cannot("evidence of registrations, as asked");
        }

        if (record.Blocks.Values.Any(static block => !block.CanCheckTransactions))
        {
            book.Cannot("transactions of blocks that hold blob or set-code transactions, against their headers");
        }
    }
}
