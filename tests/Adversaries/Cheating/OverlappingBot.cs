using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;

namespace Ait.Adversaries.Cheating;

/// <summary>Bills one device for many tasks at once: work of other machines, or of none.</summary>
internal sealed class OverlappingBot : Bot
{
    private const int AtOnce = 8;

    internal override string Name => "overlapping";

    internal override string Attempt => $"claims {AtOnce} tasks at once on one device, then all it can of an hour, then the rest by deferral";

    internal override string Twin => "the same device at its best speed, one task after the other for the hour";

    internal override string Defence => "the device clock";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        RosterDevice device = world.Devices[0];
        // The same hardware at its best: an hour's work at the speed that the clock admits, a twentieth above the benchmark.
        ulong millis = World.LeastMillis(WorkingHour.Units);
        BigInteger honest = await WorkingHour.HonestAsync(world, device, millis, cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                QueuedBatch batch = await WorkingHour.CommitAsync(world, cancellation).ConfigureAwait(false);
                BigInteger before = await world.WealthAsync(device, cancellation).ConfigureAwait(false);
                int[] tasks = [.. batch.TasksOf(device)];
                int fitting = WorkingHour.Fitting(millis);
                var refused = new List<string>();
                Task SettleAsync(IEnumerable<int> some) => world.SendAsync(device.Operator, world.Settle(batch, [.. Records(some)]), cancellation);
                IEnumerable<TaskSettlementRecord> Records(IEnumerable<int> some) => some.Select(task => WorkingHour.Pair(world, batch, task, device, millis));

                // One task's time has passed: eight are claimed, one is due.
                await world.TravelToAsync(batch.SeedTime + (millis / 1000) + 1, cancellation).ConfigureAwait(false);
                refused.Add(await world.RefusalAsync(device.Operator, world.Settle(batch, [.. Records(tasks.Take(AtOnce))]), cancellation).ConfigureAwait(false));
                await SettleAsync(tasks.Take(1)).ConfigureAwait(false);
                await world.TravelToAsync(batch.SeedTime + WorkingHour.Seconds, cancellation).ConfigureAwait(false);
                await SettleAsync(tasks.Take(fitting).Skip(1)).ConfigureAwait(false);

                // What the clock does not admit before the deadline is put aside, and comes at the same rate.
                await SettleAsync(tasks.Skip(fitting)).ConfigureAwait(false);
                Hash256 deferred = world.Domain.TaskId(batch.Id, (uint)tasks[fitting]);
                refused.Add(await world.RefusalAsync(
                    device.Operator, world.Mining.Release(deferred, (byte)batch.SeatOf(tasks[fitting], device)!.Value), cancellation).ConfigureAwait(false));
                BigInteger earned = await world.WealthAsync(device, cancellation).ConfigureAwait(false) - before;
                BigInteger most = World.PayOf(World.ClassRate) * 105 / 100;
                return new Outcome(
                    [.. refused],
                    Earned: earned,
                    Cost: 0,
                    Honest: honest,
                    Spared: 0,
                    Gas: world.GasOf(device.Owner),
                    [$"an hour; the clock admits {Amount.Text(most)} AIT of this class at most, the benchmark is {Amount.Text(World.PayOf(World.ClassRate))}"]);
            },
            cancellation).ConfigureAwait(false);
    }
}
