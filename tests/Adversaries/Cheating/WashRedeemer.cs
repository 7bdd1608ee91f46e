using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>Owns every device and the coordinator: burns AIT for work of its own, so that its own devices mint it again.</summary>
internal sealed class WashRedeemer : Bot
{
    private const ulong Units = 50;
    private const ulong Life = 3 * 3600;

    internal override string Name => "wash redeemer";

    internal override string Attempt => "owns every device and the coordinator, redeems for its own work, pays itself on three seats, on seven, at the dearest mint rate";

    internal override string Twin => "one who keeps the AIT";

    internal override string Defence => "mint rate x 7 < redeem price";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        BigInteger price = await world.Mining.GetRedeemPriceAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        BigInteger dearest = (price - 1) / 7;
        Cycle three = await world.PlayAsync(() => CycleAsync(world, SeatDraw.Seats, cancellation), cancellation).ConfigureAwait(false);
        Cycle seven = await world.PlayAsync(() => CycleAsync(world, SeatDraw.MostSeats, cancellation), cancellation).ConfigureAwait(false);
        string refused = "";
        Cycle bound = await world.PlayAsync(
            async () =>
            {
                refused = await world.GovernRefusalAsync(world.Mining.SetRates(dearest + 1, price), cancellation).ConfigureAwait(false);
                await world.GovernAsync(world.Mining.SetRates(dearest, price), cancellation).ConfigureAwait(false);
                return await CycleAsync(world, SeatDraw.MostSeats, cancellation).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        Cycle best = new[] { three, seven, bound }.MaxBy(cycle => cycle.Whole)!;
        return new Outcome(
            [refused],
            Earned: best.Minted + best.Opened,
            Cost: best.Burned,
            Honest: 0,
            Spared: 0,
            Gas: best.Gas,
            [
                $"of {Amount.Text(three.Burned)} AIT burned a task of three seats mints {Amount.Text(three.Minted)} and opens {Amount.Text(three.Opened)} of subsidy; of seven {Amount.Text(seven.Minted)} and {Amount.Text(seven.Opened)}",
                $"at {dearest} wei a micro-CU, the dearest admitted, seven seats mint {Amount.Text(bound.Minted)}; earned counts the subsidy too, as if all of it were its own",
            ]);
    }

    private static async Task<Cycle> CycleAsync(World world, int seats, CancellationToken cancellation)
    {
        Address[] owners = [.. world.Devices.Select(device => device.Owner)];
        RosterDevice buyer = world.Devices[0];
        Hash256 workload = Keccak256.Hash("the washer's workload"u8);
        await world.SendAsync(world.Coordinator, world.Mining.OpenWorkloads([workload], [Units * ComputeUnits.MicroPerUnit]), cancellation).ConfigureAwait(false);
        BigInteger before = await world.WealthAsync(owners, cancellation).ConfigureAwait(false);
        BigInteger earnedBefore = await world.Mining.GetSubsidyEarnedAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
        await world.SendAsync(buyer.Operator, world.Mining.Redeem(Units * World.Unit, workload), cancellation).ConfigureAwait(false);
        BigInteger burned = before - await world.WealthAsync(owners, cancellation).ConfigureAwait(false);
        QueuedBatch batch = await world.CommitAsync([new TaskTerms(Units, workload, buyer.Owner)], Life, cancellation).ConfigureAwait(false);
        TaskSettlementRecord record = seats == SeatDraw.Seats
            ? world.HonestSettlement(batch, 0)
            : await world.EscalatedAsync(batch, 0, seats, cancellation).ConfigureAwait(false);
        await world.TravelAsync(World.LeastMillis(Units) / 1000 + 2, cancellation).ConfigureAwait(false);
        await world.SendAsync(world.Coordinator, world.Settle(batch, record), cancellation).ConfigureAwait(false);
        BigInteger minted = await world.WealthAsync(owners, cancellation).ConfigureAwait(false) - before + burned;
        BigInteger opened = await world.Mining.GetSubsidyEarnedAsync(BlockTag.Latest, cancellation).ConfigureAwait(false) - earnedBefore;
        return new Cycle(burned, minted, opened, world.GasOf([.. owners, world.Coordinator.Address]));
    }

    private sealed record Cycle(BigInteger Burned, BigInteger Minted, BigInteger Opened, ulong Gas)
    {
        internal BigInteger Whole => Minted + Opened - Burned;
    }
}
