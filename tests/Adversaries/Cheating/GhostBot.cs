using System.Numerics;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>Takes every seat and letter it gets and never answers: it means to live on what unrevealed letters are paid.</summary>
internal sealed class GhostBot : Bot
{
    private const ulong Units = 10;
    private const int Tasks = 80;
    private const ulong Life = 4 * 3600;

    internal override string Name => "ghost";

    internal override string Attempt => "takes seats, never answers, has its letters paid by the coordinator's bond";

    internal override string Twin => "the same device, which runs the tasks it is drawn for";

    internal override string Defence => "no answer, no pay; letters are paid of forgotten tasks only";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        RosterDevice ghost = world.Devices[0];
        BigInteger honest = await world.PlayAsync(
            async () =>
            {
                QueuedBatch batch = await CommitAsync(world, cancellation).ConfigureAwait(false);
                BigInteger before = await world.WealthAsync(ghost, cancellation).ConfigureAwait(false);
                await world.LetClocksRunAsync(batch, cancellation).ConfigureAwait(false);
                await world.SendAsync(world.Coordinator, world.Settle(batch, [.. batch.TasksOf(ghost).Select(task => world.HonestSettlement(batch, task))]), cancellation).ConfigureAwait(false);
                return await world.WealthAsync(ghost, cancellation).ConfigureAwait(false) - before;
            },
            cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                BigInteger letterPay = (await world.CoordinatorBond.GetTermsAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)).LetterPay;
                await world.BondCoordinatorAsync(letterPay, cancellation).ConfigureAwait(false);
                QueuedBatch batch = await CommitAsync(world, cancellation).ConfigureAwait(false);
                BigInteger before = await world.WealthAsync(ghost, cancellation).ConfigureAwait(false);
                int[] tasks = [.. batch.TasksOf(ghost)];
                SeatLetterRecord LetterFor(int task) => world.Letter(batch, task, batch.SeatOf(task, ghost)!.Value);
                Task<string> RefusedAsync(int task) => world.RefusalAsync(ghost.Operator, world.CoordinatorBond.Claim(LetterFor(task)), cancellation);

                // One task settles without it, one escalates, one ends with its secret revealed, one is forgotten by its coordinator.
                (int settled, int escalated, int revealed, int forgotten) = (tasks[0], tasks[1], tasks[2], tasks[3]);
                await world.LetClocksRunAsync(batch, cancellation).ConfigureAwait(false);
                SeatClaimRecord[] others = [.. Enumerable.Range(0, SeatDraw.Seats).Where(seat => seat != batch.SeatOf(settled, ghost)).Select(seat => world.HonestClaim(batch, settled, seat))];
                await world.SendAsync(world.Coordinator, world.Settle(batch, World.Settlement(batch, settled, batch.RightResult(settled), others)), cancellation).ConfigureAwait(false);
                await world.TravelToAsync(batch.SeedTime + (Life / 3) + 1, cancellation).ConfigureAwait(false);
                await world.SendAsync(
                    world.Coordinator,
                    world.Mining.Escalate(batch.Id, World.Settlement(batch, escalated, batch.RightResult(escalated), []), batch.Tree.Proof(escalated)),
                    cancellation).ConfigureAwait(false);
                await world.SendAsync(
                    world.Coordinator,
                    world.CoordinatorBond.Reveal(batch.Id, batch.Tasks[revealed].ToRecord(), batch.Openings[revealed].SeatSecret, batch.Tree.Proof(revealed)),
                    cancellation).ConfigureAwait(false);
                List<string> refused = [await RefusedAsync(settled).ConfigureAwait(false)];
                await world.TravelToAsync(batch.Tasks[0].Deadline + 1, cancellation).ConfigureAwait(false);
                foreach (int task in (int[])[settled, escalated, revealed])
                {
                    refused.Add(await RefusedAsync(task).ConfigureAwait(false));
                }

                BigInteger earned = await world.WealthAsync(ghost, cancellation).ConfigureAwait(false) - before;
                await world.SendAsync(ghost.Operator, world.CoordinatorBond.Claim(LetterFor(forgotten)), cancellation).ConfigureAwait(false);
                BigInteger letter = await world.WealthAsync(ghost, cancellation).ConfigureAwait(false) - before - earned;
                earned += letter;
                return new Outcome(
                    [.. refused.Distinct()],
                    Earned: earned,
                    Cost: 0,
                    Honest: honest,
                    Spared: 0,
                    Gas: world.GasOf(ghost.Owner),
                    [$"{tasks.Length} seats; a letter is paid only of a task whose secret its coordinator kept to itself, {Amount.Text(letter)} AIT out of that coordinator's bond against {Amount.Text(World.PayOf(Units))} for the seat"]);
            },
            cancellation).ConfigureAwait(false);
    }

    private static Task<QueuedBatch> CommitAsync(World world, CancellationToken cancellation) =>
        world.CommitAsync([.. Enumerable.Repeat(new TaskTerms(Units), Tasks)], Life, cancellation);
}
