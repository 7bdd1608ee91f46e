using System.Numerics;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Launching;

namespace Ait.Adversaries.Cheating;

/// <summary>Has a device's enclave key and signs with it whatever it likes.</summary>
internal sealed class KeyThief : Bot
{
    internal override string Name => "key thief";

    internal override string Attempt => "signs with a stolen enclave key: for its device, for others, for a device of its own, after a new key, after a revocation";

    internal override string Twin => "the device's owner, who works the same hour";

    internal override string Defence => "pay goes to the device's operator; the device clock";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        RosterDevice victim = world.Devices[0];
        ulong millis = World.LeastMillis(WorkingHour.Units);
        BigInteger honest = await WorkingHour.HonestAsync(world, victim, millis, cancellation).ConfigureAwait(false);
        EmulatedMachine own = await world.HostAsync("host-of-a-thief", cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                Secp256k1PrivateKey thief = await world.AccountAsync(cancellation).ConfigureAwait(false);
                QueuedBatch batch = await WorkingHour.CommitAsync(world, cancellation).ConfigureAwait(false);
                BigInteger before = await world.WealthAsync([thief.Address, victim.Owner], cancellation).ConfigureAwait(false);
                int[] tasks = [.. batch.TasksOf(victim)];
                int fitting = WorkingHour.Fitting(millis);
                var refused = new List<string>();
                async Task TryAsync(TransactionRequest request) => refused.Add(await world.RefusalAsync(thief, request, cancellation).ConfigureAwait(false));
                TransactionRequest Settle(IEnumerable<int> some) => world.Settle(batch, [.. some.Select(task => WorkingHour.Pair(world, batch, task, victim, millis))]);

                // An hour of the device's seats and one more.
                await world.TravelToAsync(batch.SeedTime + WorkingHour.Seconds, cancellation).ConfigureAwait(false);
                await world.SendAsync(thief, Settle(tasks.Take(fitting - 1)), cancellation).ConfigureAwait(false);
                await world.SendAsync(thief, Settle(tasks.Skip(fitting - 1).Take(1)), cancellation).ConfigureAwait(false);
                BigInteger stolen = await world.WealthAsync([thief.Address], cancellation).ConfigureAwait(false);
                BigInteger earned = await world.WealthAsync([thief.Address, victim.Owner], cancellation).ConfigureAwait(false) - before;

                // A seat of somebody else's, and a registration of its own.
                int foreign = Enumerable.Range(0, batch.Tasks.Length).First(task => batch.SeatOf(task, victim) is null);
                SeatClaimRecord[] claims = [world.Claim(batch, foreign, 0, batch.RightResult(foreign), millis, key: victim.Enclave), world.HonestClaim(batch, foreign, 1)];
                await TryAsync(world.Settle(batch, World.Settlement(batch, foreign, batch.RightResult(foreign), claims))).ConfigureAwait(false);
                RegistrationRequest request = await world.EvidenceAsync(own, thief.Address, victim.Enclave.Address, cancellation).ConfigureAwait(false);
                await TryAsync(world.Registry.RegisterDevice(request)).ConfigureAwait(false);

                // The owner makes a new key; what the old one signs is worth nothing. Or governance excludes the device.
                TransactionRequest next = Settle(tasks.Skip(fitting).Take(1));
                Secp256k1PrivateKey renewed = world.NewKey();
                RegistrationRequest fresh = await world.EvidenceAsync(victim.Machine, victim.Owner, renewed.Address, cancellation).ConfigureAwait(false);
                await world.SendAsync(victim.Operator, world.Registry.RefreshDevice(fresh), cancellation).ConfigureAwait(false);
                await TryAsync(next).ConfigureAwait(false);
                await world.GovernAsync(world.Registry.RevokeDevice(victim.GpuId, Hash256.Zero), cancellation).ConfigureAwait(false);
                await TryAsync(next).ConfigureAwait(false);
                return new Outcome(
                    [.. refused.Distinct()],
                    Earned: earned,
                    Cost: 0,
                    Honest: honest,
                    Spared: 0,
                    Gas: world.GasOf(thief.Address),
                    [$"an hour; to the thief itself came {Amount.Text(stolen)} AIT: the registry pays the device's operator, and one GPU's income at that"]);
            },
            cancellation).ConfigureAwait(false);
    }
}
