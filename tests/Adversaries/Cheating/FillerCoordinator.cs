using System.Numerics;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>The coordinator's own key in bad hands: invents work that nobody pays for, and settles only draws that please its friends.</summary>
/// <param name="isBounded">Whether the budget has no more left than the twin uses. Where it has, throwing draws away costs nothing yet.</param>
internal sealed class FillerCoordinator(bool isBounded = true) : Bot
{
    private const int Friends = World.Roster / 3;

    /// <summary>Tasks that the budget has left.</summary>
    private const int Left = 16;

    /// <summary>Draws after which it gives up where the budget does not end.</summary>
    private const int Patience = 6 * Left;
    private const ulong Units = 50;

    internal override string Name => "filler coordinator";

    internal override string Attempt => $"invents unpaid work for {Friends} friends of {World.Roster}, throws away every draw without two of them, until the budget is spent";

    internal override string Twin => "a coordinator that settles every draw, with the same friends on the roster and the same budget";

    internal override string Defence => "a budget that is charged at the commitment, settled or not";

    internal override Task<Outcome> PlayAsync(World world, CancellationToken cancellation) => world.PlayAsync(
        async () =>
        {
            // Governance ends the bootstrap: what was released so far is all there is until redeemed work settles.
            await world.GovernAsync(world.Subsidy.SetBootstrap(0, 86_400), cancellation).ConfigureAwait(false);
            BigInteger charge = SeatDraw.Seats * World.PayOf(Units);
            if (isBounded)
            {
                BigInteger spent = await AvailableAsync(world, cancellation).ConfigureAwait(false) - (Left * charge);
                await world.SendAsync(world.Coordinator, await FillerAsync(world, spent / charge * Units, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            }

            (BigInteger earned, BigInteger honest, int draws, int pleasing) = (0, 0, 0, 0);
            while (draws < Patience && await AvailableAsync(world, cancellation).ConfigureAwait(false) >= charge)
            {
                QueuedBatch batch = await world.CommitAsync([new TaskTerms(Units)], 3600, cancellation).ConfigureAwait(false);
                // The twin settles this same draw, whoever has its seats.
                if (draws++ < Left)
                {
                    honest += await world.PlayAsync(() => SettleAsync(world, batch, cancellation), cancellation).ConfigureAwait(false);
                }

                if (world.Devices.Take(Friends).Count(friend => batch.SeatOf(0, friend) is not null) >= 2)
                {
                    pleasing++;
                    earned += await SettleAsync(world, batch, cancellation).ConfigureAwait(false);
                }
            }

            BigInteger left = await AvailableAsync(world, cancellation).ConfigureAwait(false);
            string refused = await world.RefusalAsync(
                world.Coordinator, await FillerAsync(world, (left / SeatDraw.Seats / World.PayOf(1)) + 1, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            return new Outcome(
                [refused],
                Earned: earned,
                Cost: 0,
                Honest: honest,
                Spared: 0,
                Gas: world.GasOf(world.Coordinator.Address),
                [
                    $"{pleasing} of {draws} draws pleased; each cost the budget {Amount.Text(charge)} AIT, settled or not; {Amount.Text(left)} AIT were left in the end",
                    "NOT stopped: whose work is queued is its choice; all of it together mints no more than the bootstrap and nine tenths of the burned surplus",
                ]);
        },
        cancellation);

    /// <summary>Work of so many CU that nobody wants.</summary>
    private static async Task<TransactionRequest> FillerAsync(World world, BigInteger units, CancellationToken cancellation) => world.Mining.CommitBatch(
        Keccak256.Hash("work that nobody wants"u8), 1, 0, (ulong)(units * ComputeUnits.MicroPerUnit), await world.NowAsync(cancellation).ConfigureAwait(false) + 3600);

    private static Task<BigInteger> AvailableAsync(World world, CancellationToken cancellation) => world.Subsidy.GetAvailableAsync(BlockTag.Latest, cancellation);

    /// <summary>What friends are paid for a task.</summary>
    private static async Task<BigInteger> SettleAsync(World world, QueuedBatch batch, CancellationToken cancellation)
    {
        Address[] friends = [.. world.Devices.Take(Friends).Select(friend => friend.Owner)];
        BigInteger before = await world.WealthAsync(friends, cancellation).ConfigureAwait(false);
        await world.LetClocksRunAsync(batch, cancellation).ConfigureAwait(false);
        await world.SendAsync(world.Coordinator, world.Settle(batch, world.HonestSettlement(batch, 0)), cancellation).ConfigureAwait(false);
        return await world.WealthAsync(friends, cancellation).ConfigureAwait(false) - before;
    }
}
