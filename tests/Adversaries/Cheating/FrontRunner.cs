using System.Numerics;
using Ait.Chain.Contracts;

namespace Ait.Adversaries.Cheating;

/// <summary>
/// Has a seat, runs nothing, and waits for a settlement of the others that is not in a block yet: that shows the secret, the result and the
/// others' signatures. It settles first, with a copy of the result as its own. The chain cannot tell: it earns what its twin earns, and
/// spares the work.
/// </summary>
internal sealed class FrontRunner : Bot
{
    private const ulong Units = 50;

    internal override string Name => "front-runner";

    internal override string Attempt => "copies the result out of a pending settlement and settles first, its own seat included; then too late";

    internal override string Twin => "the same device, which runs the task and is in the coordinator's settlement";

    internal override string Defence => "NOT stopped: it is paid as its twin is, for work it did not do";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        BigInteger honest = await world.PlayAsync(
            async () =>
            {
                (QueuedBatch batch, RosterDevice device, BigInteger before) = await BeginAsync(world, cancellation).ConfigureAwait(false);
                await world.SendAsync(world.Coordinator, world.Settle(batch, world.HonestSettlement(batch, 0)), cancellation).ConfigureAwait(false);
                return await world.WealthAsync(device, cancellation).ConfigureAwait(false) - before;
            },
            cancellation).ConfigureAwait(false);
        BigInteger late = await world.PlayAsync(
            async () =>
            {
                (QueuedBatch batch, RosterDevice device, BigInteger before) = await BeginAsync(world, cancellation).ConfigureAwait(false);
                await world.SendAsync(world.Coordinator, world.Settle(batch, Pending(world, batch)), cancellation).ConfigureAwait(false);
                await world.SendAsync(device.Operator, world.Settle(batch, Copied(world, batch)), cancellation).ConfigureAwait(false);
                return await world.WealthAsync(device, cancellation).ConfigureAwait(false) - before;
            },
            cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                (QueuedBatch batch, RosterDevice device, BigInteger before) = await BeginAsync(world, cancellation).ConfigureAwait(false);
                await world.SendAsync(device.Operator, world.Settle(batch, Copied(world, batch)), cancellation).ConfigureAwait(false);
                BigInteger earned = await world.WealthAsync(device, cancellation).ConfigureAwait(false) - before;
                return new Outcome(
                    [],
                    Earned: earned,
                    Cost: 0,
                    Honest: honest,
                    Spared: earned,
                    Gas: world.GasOf(device.Owner),
                    [
                        $"who sees a settlement before it is in a block can add its own unanswered seat to it by settling first; it earns a seat's pay, no more, and spares the work, worth at most {Amount.Text(earned)} AIT a seat",
                        $"after the settlement the same claim earned {Amount.Text(late)} AIT; a coordinator that sends settlements where nobody sees them before their block leaves nothing to copy",
                    ]);
            },
            cancellation).ConfigureAwait(false);
    }

    private static async Task<(QueuedBatch Batch, RosterDevice Device, BigInteger Before)> BeginAsync(World world, CancellationToken cancellation)
    {
        QueuedBatch batch = await world.CommitAsync([new TaskTerms(Units)], 4 * 3600, cancellation).ConfigureAwait(false);
        await world.LetClocksRunAsync(batch, cancellation).ConfigureAwait(false);
        RosterDevice device = world.Devices[(int)batch.Seats[0][2]];
        return (batch, device, await world.WealthAsync(device, cancellation).ConfigureAwait(false));
    }

    /// <summary>What the coordinator sends: two seats answered in time.</summary>
    private static TaskSettlementRecord Pending(World world, QueuedBatch batch) =>
        World.Settlement(batch, 0, batch.RightResult(0), [world.HonestClaim(batch, 0, 0), world.HonestClaim(batch, 0, 1)]);

    /// <summary>The same and its own seat, signed over the result it has just read.</summary>
    private static TaskSettlementRecord Copied(World world, QueuedBatch batch)
    {
        TaskSettlementRecord pending = Pending(world, batch);
        return pending with { Claims = [.. pending.Claims, world.Claim(batch, 0, 2, pending.ResultHash, World.LeastOf(batch, 0))] };
    }
}
