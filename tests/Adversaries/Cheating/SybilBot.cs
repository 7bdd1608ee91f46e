using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>
/// One owner under several names: a third of the roster. Works honestly where it has one seat of a task, and invents the result where it
/// has two or three, so that it spares the work and wins the quorum.
/// </summary>
internal sealed class SybilBot : Bot
{
    private const int Names = World.Roster / 3;
    private const int Tasks = 240;
    private const ulong Units = 25;

    /// <summary>One task in so many is a canary.</summary>
    private const int CanaryIn = 20;

    internal override string Name => "sybil";

    internal override string Attempt => $"one owner of {Names} of {World.Roster} devices invents results where it has two seats of three; bonds are up, one task in {CanaryIn} is a canary";

    internal override string Twin => "the same devices, which run every task they are drawn for";

    internal override string Defence => "canaries that burn bonds, where both are kept up";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        ImmutableArray<RosterDevice> cartel = world.Devices[..Names];
        BigInteger penalty = (await world.OperatorBond.GetTermsAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)).FraudPenalty;
        BigInteger pay = World.PayOf(Units);
        return await world.PlayAsync(
            async () =>
            {
                QueuedBatch batch = await world.CommitAsync([.. Enumerable.Repeat(new TaskTerms(Units), Tasks)], 9 * 3600, cancellation).ConfigureAwait(false);
                await world.LetClocksRunAsync(batch, cancellation).ConfigureAwait(false);
                foreach (RosterDevice device in cartel)
                {
                    await world.BondAsync(device, penalty, cancellation).ConfigureAwait(false);
                }

                int[] SeatsOf(int task) => [.. Enumerable.Range(0, SeatDraw.Seats).Where(seat => batch.Seats[task][seat] < Names)];
                int[] won = [.. Enumerable.Range(0, Tasks).Where(task => SeatsOf(task).Length >= 2)];
                int seats = Enumerable.Range(0, Tasks).Sum(task => SeatsOf(task).Length);
                int invented = won.Sum(task => SeatsOf(task).Length);

                // What an invented quorum is paid, by the contract itself: as much as honest work.
                int plain = won.First(task => SeatsOf(task).Length == 2);
                BigInteger gained = await GainAsync(world, cartel, () => SettleInventedAsync(world, batch, plain, SeatsOf(plain), cancellation), cancellation).ConfigureAwait(false);

                // What it costs where the task was a canary: the seats after the mismatch are honest, and two witnesses are enough.
                (int canary, BigInteger burned) = await CanaryAsync(world, batch, cartel, won.Where(task => task != plain && SeatsOf(task).Length == 2), SeatsOf, cancellation).ConfigureAwait(false);
                string refused = await world.RefusalAsync(
                    cartel[0].Operator,
                    world.Settle(batch, Alone(world, batch, Enumerable.Range(0, Tasks).First(task => SeatsOf(task).Length == 1), SeatsOf)),
                    cancellation).ConfigureAwait(false);
                if (gained != 2 * pay || burned != 2 * penalty)
                {
                    throw new InvalidOperationException($"expected {2 * pay} wei for an invented quorum and {2 * penalty} burned for a canary, found {gained} and {burned}.");
                }

                // Over all draws: every seat is paid as honest work is; an invented one spares the work, and costs the penalty where it was a canary.
                BigInteger honest = seats * pay;
                BigInteger spared = invented * pay;
                BigInteger loss = invented * penalty / CanaryIn;
                return new Outcome(
                    [refused],
                    Earned: honest,
                    Cost: loss,
                    Honest: honest,
                    Spared: spared,
                    Gas: world.GasOf(cartel.Select(device => device.Owner)),
                    [
                        $"it won {won.Length} of {Tasks} quorums with {invented} of its {seats} seats; one was settled on chain, and one canary (task {canary}), which burned {Amount.Text(burned)} AIT of bonds; the rest is counted by these two",
                        $"WITHOUT a bond or without canaries nothing is lost: the work of {invented} seats, worth at most {Amount.Text(spared)} AIT, is spared; no bond is required of anybody",
                        $"cheating is worth nothing from a canary rate of pay / penalty = {Percent(pay, penalty)} at a bond of {Amount.Text(penalty)} AIT, or a bond of {Amount.Text(pay * CanaryIn)} AIT at one canary in {CanaryIn}, for as long as the bond is kept up",
                    ]);
            },
            cancellation).ConfigureAwait(false);
    }

    private static string Percent(BigInteger part, BigInteger whole) => FormattableString.Invariant($"{(decimal)(part * 10_000 / whole) / 100:0.##} %");

    private static async Task<BigInteger> GainAsync(World world, ImmutableArray<RosterDevice> cartel, Func<Task> act, CancellationToken cancellation)
    {
        BigInteger before = await world.WealthAsync(cartel.Select(device => device.Owner), cancellation).ConfigureAwait(false);
        await act().ConfigureAwait(false);
        return await world.WealthAsync(cartel.Select(device => device.Owner), cancellation).ConfigureAwait(false) - before;
    }

    private static Task<TransactionReceipt> SettleInventedAsync(World world, QueuedBatch batch, int task, int[] own, CancellationToken cancellation, bool isOpened = false) => world.SendAsync(
        world.Coordinator,
        world.Settle(batch, World.Settlement(batch, task, batch.InventedResult(task), Claims(world, batch, task, own), isOpened)),
        cancellation);

    /// <summary>Claims of the first seats: invented by the cartel's, right by the others.</summary>
    private static IEnumerable<SeatClaimRecord> Claims(World world, QueuedBatch batch, int task, int[] own) => Enumerable.Range(0, SeatDraw.Seats).Select(
        seat => own.Contains(seat) ? world.Claim(batch, task, seat, batch.InventedResult(task), World.LeastOf(batch, task)) : world.HonestClaim(batch, task, seat));

    private static TaskSettlementRecord Alone(World world, QueuedBatch batch, int task, Func<int, int[]> seatsOf) => World.Settlement(
        batch, task, batch.InventedResult(task), [world.Claim(batch, task, seatsOf(task)[0], batch.InventedResult(task), World.LeastOf(batch, task))]);

    /// <summary>The coordinator finds its canary answered wrongly and asks further seats; the cartel settles before it is accused.</summary>
    private static async Task<(int Task, BigInteger Burned)> CanaryAsync(
        World world, QueuedBatch batch, ImmutableArray<RosterDevice> cartel, IEnumerable<int> candidates, Func<int, int[]> seatsOf, CancellationToken cancellation)
    {
        foreach (int task in candidates)
        {
            int[] own = seatsOf(task);
            TaskSettlementRecord right = World.Settlement(batch, task, batch.RightResult(task), Claims(world, batch, task, own));
            await world.SendAsync(world.Coordinator, world.Mining.Escalate(batch.Id, right, batch.Tree.Proof(task)), cancellation).ConfigureAwait(false);
            await world.MineAsync(3, cancellation).ConfigureAwait(false);
            await world.SendAsync(world.Coordinator, world.Mining.PinEscalation(world.Domain.TaskId(batch.Id, (uint)task)), cancellation).ConfigureAwait(false);
            ImmutableArray<uint> slots = await world.SlotsAsync(batch, task, cancellation).ConfigureAwait(false);
            int[] witnesses = [.. Enumerable.Range(0, slots.Length).Where(seat => slots[seat] >= Names)];
            if (witnesses.Length < 2)
            {
                continue; // The further seats are the cartel's as well: one witness is none.
            }

            await SettleInventedAsync(world, batch, task, own, cancellation, isOpened: true).ConfigureAwait(false);
            ImmutableArray<SeatClaimRecord> heard =
            [
                .. witnesses.Select(seat => world.Claim(batch, task, seat, batch.RightResult(task), World.LeastOf(batch, task), device: world.Devices[(int)slots[seat]])),
            ];
            BigInteger lost = await GainAsync(
                world,
                cartel,
                async () =>
                {
                    foreach (int seat in own)
                    {
                        SeatClaimRecord accused = world.Claim(batch, task, seat, batch.InventedResult(task), World.LeastOf(batch, task));
                        await world.SlashCanaryAsync(batch, task, accused, heard, cancellation).ConfigureAwait(false);
                    }
                },
                cancellation).ConfigureAwait(false);
            return (task, -lost);
        }

        throw new InvalidOperationException("no task of the batch has further seats outside the cartel.");
    }
}
