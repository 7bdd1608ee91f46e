using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>Has one GPU and shows its evidence under two operators and two guests, so that one machine is paid as two.</summary>
internal sealed class RelayBot : Bot
{
    internal override string Name => "relay";

    internal override string Attempt => "registers one GPU under two operators, hands evidence on, moves the registration in the middle of an hour, has a second host swear to it";

    internal override string Twin => "the same GPU under one registration, at its best speed for the hour";

    internal override string Defence => "one registration a GPU, and its clock moves with it; the class's challenge";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        EmulatedMachine machine = await world.HostAsync("host-of-a-relay", cancellation).ConfigureAwait(false);
        ulong millis = World.LeastMillis(WorkingHour.Units);

        // The twin registers once and works the hour.
        BigInteger honest = await world.PlayAsync(
            async () =>
            {
                RosterDevice device = await RegisterAsync(world, machine, cancellation).ConfigureAwait(false);
                QueuedBatch batch = await WorkingHour.CommitAsync(world, cancellation).ConfigureAwait(false);
                await world.TravelToAsync(batch.SeedTime + WorkingHour.Seconds, cancellation).ConfigureAwait(false);
                int[] tasks = [.. batch.TasksOf(device).Take(WorkingHour.Fitting(millis))];
                await world.SendAsync(device.Operator, world.Settle(batch, [.. tasks.Select(task => WorkingHour.Pair(world, batch, task, device, millis))]), cancellation).ConfigureAwait(false);
                return await world.WealthAsync(device, cancellation).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        (BigInteger byTwoHosts, int seats) = await ByTwoHostsAsync(world, isChallenged: true, cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                var refused = new List<string>();
                Secp256k1PrivateKey second = await world.AccountAsync(cancellation).ConfigureAwait(false);
                async Task TryAsync(Secp256k1PrivateKey key, TransactionRequest request) => refused.Add(await world.RefusalAsync(key, request, cancellation).ConfigureAwait(false));

                // The same GPU for a second operator and guest; the first one's evidence handed on; evidence used again.
                Secp256k1PrivateKey first = await world.AccountAsync(cancellation).ConfigureAwait(false);
                Secp256k1PrivateKey enclave = world.NewKey();
                RegistrationRequest evidence = await world.EvidenceAsync(machine, first.Address, enclave.Address, cancellation).ConfigureAwait(false);
                await TryAsync(second, world.Registry.RegisterDevice(evidence)).ConfigureAwait(false);
                await world.SendAsync(first, world.Registry.RegisterDevice(evidence), cancellation).ConfigureAwait(false);
                var device = new RosterDevice((int)await world.SlotOfAsync(machine.GpuId(0), cancellation).ConfigureAwait(false), machine, first, enclave);
                await TryAsync(first, world.Registry.RefreshDevice(evidence)).ConfigureAwait(false);
                Secp256k1PrivateKey relayed = world.NewKey();
                await TryAsync(second, world.Registry.RegisterDevice(await world.EvidenceAsync(machine, second.Address, relayed.Address, cancellation).ConfigureAwait(false))).ConfigureAwait(false);

                // An hour under the first operator; then the GPU moves, and its clock with it: the same hour is not sold again.
                QueuedBatch batch = await WorkingHour.CommitAsync(world, cancellation).ConfigureAwait(false);
                BigInteger before = await world.WealthAsync([first.Address, second.Address], cancellation).ConfigureAwait(false);
                int[] tasks = [.. batch.TasksOf(device)];
                await world.TravelToAsync(batch.SeedTime + (WorkingHour.Seconds / 2), cancellation).ConfigureAwait(false);
                int half = (int)(WorkingHour.Seconds * 500 / millis);
                TransactionRequest Settle(IEnumerable<int> some) =>
                    world.Settle(batch, [.. some.Select(task => WorkingHour.Pair(world, batch, task, device, millis))]);
                await world.SendAsync(first, Settle(tasks.Take(half)), cancellation).ConfigureAwait(false);
                await world.SendAsync(first, world.Registry.RetireDevice(device.GpuId), cancellation).ConfigureAwait(false);
                RosterDevice moved = await RegisterAsync(world, machine, cancellation, second).ConfigureAwait(false);
                await TryAsync(first, Settle(tasks.Skip(half).Take(1))).ConfigureAwait(false);
                QueuedBatch later = await WorkingHour.CommitAsync(world, cancellation).ConfigureAwait(false);
                int[] rest = [.. later.TasksOf(moved)];
                await world.TravelToAsync(batch.SeedTime + WorkingHour.Seconds, cancellation).ConfigureAwait(false);
                int fitting = (int)((batch.SeedTime + WorkingHour.Seconds - later.SeedTime) * 1000 / millis);
                await world.SendAsync(second, world.Settle(later, [.. rest.Take(fitting).Select(task => WorkingHour.Pair(world, later, task, moved, millis))]), cancellation).ConfigureAwait(false);
                TransactionRequest next = world.Settle(later, WorkingHour.Pair(world, later, rest[fitting], moved, millis));
                await TryAsync(second, next).ConfigureAwait(false);
                BigInteger earned = await world.WealthAsync([first.Address, second.Address], cancellation).ConfigureAwait(false) - before;
                return new Outcome(
                    [.. refused.Distinct()],
                    Earned: BigInteger.Max(earned, byTwoHosts),
                    Cost: 0,
                    Honest: honest,
                    Spared: 0,
                    Gas: world.GasOf(first.Address, second.Address),
                    [
                        "an hour; where the GPU has evidence of its own (H100), its identity is its key, whatever host shows it",
                        $"without such evidence a second host's word for the same UUID registers as a second GPU, with {seats} seats before it has passed its class's challenge; a GPU lent to both hosts in time for both challenges is NOT found out by the contracts",
                    ]);
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// An hour of one GPU without evidence of its own that two hosts swear to, and the seats of its second registration in that hour; its class
    /// has to pass a challenge by then if <paramref name="isChallenged"/>, as it does in production.
    /// </summary>
    internal static Task<(BigInteger Earned, int Seats)> ByTwoHostsAsync(World world, bool isChallenged, CancellationToken cancellation) => world.PlayAsync(
        async () =>
        {
            EmulatedMachine machine = await world.HostAsync("host-of-a-relay", cancellation).ConfigureAwait(false);
            EmulatedMachine elsewhere = await world.HostAsync("second-host-of-a-relay", cancellation).ConfigureAwait(false);
            RosterDevice first = await RegisterAsync(world, machine, cancellation).ConfigureAwait(false);
            if (isChallenged)
            {
                await world.GovernAsync(world.Challenges.SetTerms((byte)DeviceClass.A100, ChallengeTable.OfHardware(DeviceClass.A100)), cancellation).ConfigureAwait(false);
            }

            RosterDevice second = await RegisterAsync(world, elsewhere, cancellation, gpuUuid: machine.GpuUuids[0]).ConfigureAwait(false);
            QueuedBatch batch = await WorkingHour.CommitAsync(world, cancellation).ConfigureAwait(false);
            ulong millis = World.LeastMillis(WorkingHour.Units);
            int[] own = [.. batch.TasksOf(first)];
            int[] sworn = [.. batch.TasksOf(second)];
            await world.TravelToAsync(batch.SeedTime + WorkingHour.Seconds, cancellation).ConfigureAwait(false);
            await SettleAsync(first, own).ConfigureAwait(false);
            await SettleAsync(second, sworn.Except(own)).ConfigureAwait(false);
            return (await world.WealthAsync([first.Owner, second.Owner], cancellation).ConfigureAwait(false), sworn.Length);

            async Task SettleAsync(RosterDevice device, IEnumerable<int> tasks)
            {
                TaskSettlementRecord[] pairs = [.. tasks.Take(WorkingHour.Fitting(millis)).Select(task => WorkingHour.Pair(world, batch, task, device, millis))];
                if (pairs.Length != 0)
                {
                    await world.SendAsync(device.Operator, world.Settle(batch, [.. pairs]), cancellation).ConfigureAwait(false);
                }
            }
        },
        cancellation);

    private static async Task<RosterDevice> RegisterAsync(
        World world, EmulatedMachine machine, CancellationToken cancellation, Secp256k1PrivateKey? owner = null, byte[]? gpuUuid = null)
    {
        Secp256k1PrivateKey @operator = owner ?? await world.AccountAsync(cancellation).ConfigureAwait(false);
        Secp256k1PrivateKey enclave = world.NewKey();
        RegistrationRequest request = await world.EvidenceAsync(machine, @operator.Address, enclave.Address, cancellation, gpuUuid).ConfigureAwait(false);
        await world.SendAsync(@operator, world.Registry.RegisterDevice(request), cancellation).ConfigureAwait(false);
        Hash256 gpuId = gpuUuid is null ? machine.GpuId(0) : GpuIdentity.OnMeasuredHost(machine.ChipId.Span, gpuUuid);
        return new RosterDevice((int)await world.SlotOfAsync(gpuId, cancellation).ConfigureAwait(false), machine, @operator, enclave) { GpuId = gpuId };
    }
}
