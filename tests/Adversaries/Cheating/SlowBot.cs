using System.Numerics;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>States the longest duration that is taken, as if time were paid.</summary>
internal sealed class SlowBot : Bot
{
    internal override string Name => "slow";

    internal override string Attempt => "states the longest duration the bounds admit, then longer and shorter ones";

    internal override string Twin => "the same device at its benchmark's speed for the hour";

    internal override string Defence => "work is paid, time is not";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        RosterDevice device = world.Devices[0];
        DurationBoundsRecord bounds = await world.Mining.GetDurationBoundsAsync((ushort)WorkloadType.Inference, (byte)DeviceClass.A100, BlockTag.Latest, cancellation).ConfigureAwait(false);
        var range = DurationRange.Of(bounds, new ComputeUnits(WorkingHour.Units * ComputeUnits.MicroPerUnit));
        BigInteger honest = await WorkingHour.HonestAsync(world, device, World.NominalMillis(WorkingHour.Units), cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                QueuedBatch batch = await WorkingHour.CommitAsync(world, cancellation).ConfigureAwait(false);
                BigInteger before = await world.WealthAsync(device, cancellation).ConfigureAwait(false);
                await world.TravelToAsync(batch.SeedTime + WorkingHour.Seconds, cancellation).ConfigureAwait(false);
                int[] tasks = [.. batch.TasksOf(device)];
                Task<string> RefusedAsync(ulong millis) =>
                    world.RefusalAsync(device.Operator, world.Settle(batch, WorkingHour.Pair(world, batch, tasks[0], device, millis)), cancellation);
                string[] refused = [await RefusedAsync(range.MostMillis + 1).ConfigureAwait(false), await RefusedAsync(range.LeastMillis - 1).ConfigureAwait(false)];
                await world.SendAsync(
                    device.Operator,
                    world.Settle(batch, [.. tasks.Take(WorkingHour.Fitting(range.MostMillis)).Select(task => WorkingHour.Pair(world, batch, task, device, range.MostMillis))]),
                    cancellation).ConfigureAwait(false);
                BigInteger earned = await world.WealthAsync(device, cancellation).ConfigureAwait(false) - before;
                return new Outcome(
                    [.. refused.Distinct()],
                    Earned: earned,
                    Cost: 0,
                    Honest: honest,
                    Spared: 0,
                    Gas: world.GasOf(device.Owner),
                    [$"an hour; the pay of a task is fixed, and {range.MostMillis / 1000} s of the hour are gone with it"]);
            },
            cancellation).ConfigureAwait(false);
    }
}
