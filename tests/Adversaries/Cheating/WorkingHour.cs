using System.Numerics;
using Ait.Chain.Contracts;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>An hour in which there is always a next task for a device: how much of it the contracts pay by what it states.</summary>
internal static class WorkingHour
{
    internal const ulong Seconds = 3600;

    /// <summary>Work of each task, CU.</summary>
    internal const ulong Units = 25;

    /// <summary>Tasks of the batch: enough that any one device is drawn for more than an hour of them.</summary>
    internal const int Tasks = 240;

    /// <summary>Commits the hour's batch; its deadline lies a minute behind the hour.</summary>
    internal static Task<QueuedBatch> CommitAsync(World world, CancellationToken cancellation) =>
        world.CommitAsync([.. Enumerable.Repeat(new TaskTerms(Units), Tasks)], Seconds + 70, cancellation);

    /// <summary>The hour of an owner who runs one task after the other, each in <paramref name="millis"/>, and states the truth: AIT in wei.</summary>
    internal static Task<BigInteger> HonestAsync(World world, RosterDevice device, ulong millis, CancellationToken cancellation) => world.PlayAsync(
        async () =>
        {
            QueuedBatch batch = await CommitAsync(world, cancellation).ConfigureAwait(false);
            BigInteger before = await world.WealthAsync(device, cancellation).ConfigureAwait(false);
            await world.TravelToAsync(batch.SeedTime + Seconds, cancellation).ConfigureAwait(false);
            int done = Fitting(millis);
            await world.SendAsync(world.Coordinator, world.Settle(batch, [.. batch.TasksOf(device).Take(done).Select(task => Pair(world, batch, task, device, millis))]), cancellation)
                .ConfigureAwait(false);
            return await world.WealthAsync(device, cancellation).ConfigureAwait(false) - before;
        },
        cancellation);

    /// <summary>Tasks that fit into the hour by the device clock, if each is stated to take so long.</summary>
    internal static int Fitting(ulong millis) => (int)(Seconds * 1000 / Math.Max(millis, World.LeastMillis(Units)));

    /// <summary>A task settled by the device and the first other seat, which states the least.</summary>
    internal static TaskSettlementRecord Pair(World world, QueuedBatch batch, int task, RosterDevice device, ulong millis)
    {
        int own = batch.SeatOf(task, device)!.Value;
        int other = Enumerable.Range(0, SeatDraw.Seats).First(seat => seat != own && batch.Seats[task][seat] < World.Roster);
        return World.Settlement(
            batch,
            task,
            batch.RightResult(task),
            new[] { world.Claim(batch, task, own, batch.RightResult(task), millis, device: device), world.HonestClaim(batch, task, other) }.OrderBy(claim => claim.Seat));
    }
}
