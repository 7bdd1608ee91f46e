using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>Runs nothing, or half of it, and hands in what comes out.</summary>
internal sealed class LazyBot : Bot
{
    private const ulong Units = 50;
    private const int Tasks = 48;

    internal override string Name => "lazy";

    internal override string Attempt => "hands in a truncated result on every seat, with a bond, one of its tasks a canary";

    internal override string Twin => "the same device, which runs the same tasks";

    internal override string Defence => "two equal results; canaries that burn the bond";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        RosterDevice lazy = world.Devices[0];
        BigInteger penalty = (await world.OperatorBond.GetTermsAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)).FraudPenalty;
        BigInteger honest = await world.PlayAsync(
            async () =>
            {
                (QueuedBatch batch, BigInteger before) = await BeginAsync(world, lazy, cancellation).ConfigureAwait(false);
                await world.SendAsync(world.Coordinator, world.Settle(batch, [.. batch.TasksOf(lazy).Select(task => world.HonestSettlement(batch, task))]), cancellation).ConfigureAwait(false);
                return await world.WealthAsync(lazy, cancellation).ConfigureAwait(false) - before;
            },
            cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                (QueuedBatch batch, BigInteger before) = await BeginAsync(world, lazy, cancellation).ConfigureAwait(false);
                await world.BondAsync(lazy, penalty, cancellation).ConfigureAwait(false);
                int[] tasks = [.. batch.TasksOf(lazy)];
                SeatClaimRecord Invented(int task) => world.Claim(batch, task, batch.SeatOf(task, lazy)!.Value, batch.InventedResult(task), World.LeastOf(batch, task));

                // Alone it makes no quorum.
                string refused = await world.RefusalAsync(
                    lazy.Operator, world.Settle(batch, World.Settlement(batch, tasks[0], batch.InventedResult(tasks[0]), [Invented(tasks[0])])), cancellation).ConfigureAwait(false);

                // In the minority it is named and not paid.
                TaskSettlementRecord Settled(int task) => World.Settlement(
                    batch,
                    task,
                    batch.RightResult(task),
                    Enumerable.Range(0, SeatDraw.Seats).Select(seat => seat == batch.SeatOf(task, lazy) ? Invented(task) : world.HonestClaim(batch, task, seat)));
                await world.SendAsync(world.Coordinator, world.Settle(batch, [.. tasks.Select(Settled)]), cancellation).ConfigureAwait(false);
                BigInteger unpaid = await world.WealthAsync(lazy, cancellation).ConfigureAwait(false) - before;

                // And where the task was a canary, two witnesses take its bond.
                ImmutableArray<SeatClaimRecord> witnesses =
                [
                    .. Enumerable.Range(0, SeatDraw.Seats).Where(seat => seat != batch.SeatOf(tasks[0], lazy)).Select(seat => world.HonestClaim(batch, tasks[0], seat)),
                ];
                await world.SlashCanaryAsync(batch, tasks[0], Invented(tasks[0]), witnesses, cancellation).ConfigureAwait(false);
                BigInteger burned = before + unpaid - await world.WealthAsync(lazy, cancellation).ConfigureAwait(false);
                return new Outcome(
                    [refused],
                    Earned: unpaid,
                    Cost: burned,
                    Honest: honest,
                    Spared: 0,
                    Gas: world.GasOf(lazy.Owner),
                    [$"{tasks.Length} seats; without the canary it earned {Amount.Text(unpaid)} AIT; the canary burned {Amount.Text(burned)} AIT of its bond"]);
            },
            cancellation).ConfigureAwait(false);
    }

    private static async Task<(QueuedBatch Batch, BigInteger Before)> BeginAsync(World world, RosterDevice lazy, CancellationToken cancellation)
    {
        QueuedBatch batch = await world.CommitAsync([.. Enumerable.Repeat(new TaskTerms(Units), Tasks)], 4 * 3600, cancellation).ConfigureAwait(false);
        await world.LetClocksRunAsync(batch, cancellation).ConfigureAwait(false);
        return (batch, await world.WealthAsync(lazy, cancellation).ConfigureAwait(false));
    }
}
