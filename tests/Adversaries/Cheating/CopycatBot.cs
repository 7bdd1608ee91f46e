using System.Collections.Immutable;
using System.Numerics;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Transactions;
using Ait.Protocol;

namespace Ait.Adversaries.Cheating;

/// <summary>Sits on a seat, runs nothing, and takes its result from what the others publish.</summary>
/// <param name="isSalted">Whether the others salt their commitments, as the protocol has them.</param>
internal sealed class CopycatBot(bool isSalted = true) : Bot
{
    private const ulong Units = 50;
    private const ulong Life = 4 * 3600;
    private const int Guesses = 256;

    internal override string Name => "copycat";

    internal override string Attempt => "copies a commitment, guesses the result behind it, copies what others reveal";

    internal override string Twin => "the same device, which runs the task and commits its own result";

    internal override string Defence => "salted commitments, bound to their seat";

    internal override async Task<Outcome> PlayAsync(World world, CancellationToken cancellation)
    {
        // The twin commits and reveals as the others do.
        BigInteger honest = await world.PlayAsync(
            async () =>
            {
                Round round = await BeginAsync(world, cancellation).ConfigureAwait(false);
                foreach (Seat seat in round.Seats)
                {
                    await world.SendAsync(seat.Device.Operator, Commit(world, round, seat.Device.GpuId, seat.Commitment), cancellation).ConfigureAwait(false);
                }

                await world.TravelToAsync(round.OpensAt, cancellation).ConfigureAwait(false);
                foreach (Seat seat in round.Seats)
                {
                    await world.SendAsync(seat.Device.Operator, Submit(world, round, seat.Claim, seat.Salt), cancellation).ConfigureAwait(false);
                }

                await world.SendAsync(round.Seats[0].Device.Operator, Finalize(world, round, round.Seats), cancellation).ConfigureAwait(false);
                return await world.WealthAsync(round.Seats[2].Device, cancellation).ConfigureAwait(false) - round.Before;
            },
            cancellation).ConfigureAwait(false);
        return await world.PlayAsync(
            async () =>
            {
                Round round = await BeginAsync(world, cancellation).ConfigureAwait(false);
                Seat victim = round.Seats[0];
                RosterDevice copycat = round.Seats[2].Device;
                var refused = new List<string>();
                async Task TryAsync(TransactionRequest request) => refused.Add(await world.RefusalAsync(copycat.Operator, request, cancellation).ConfigureAwait(false));

                foreach (Seat seat in round.Seats.Take(2))
                {
                    await world.SendAsync(seat.Device.Operator, Commit(world, round, seat.Device.GpuId, seat.Commitment), cancellation).ConfigureAwait(false);
                }

                // The value behind another's commitment; the commitment under its own seat, which nobody can see is a copy; and under the other's.
                int found = Guess(world, round, victim, Hash256.Zero);
                int foundWithSalt = Guess(world, round, victim, victim.Salt);
                if (foundWithSalt != 1)
                {
                    throw new InvalidOperationException("the search does not find the result even with the salt: it shows nothing.");
                }

                if (found != 0)
                {
                    return await GuessedAsync(world, round, honest, cancellation).ConfigureAwait(false);
                }

                await world.SendAsync(copycat.Operator, Commit(world, round, copycat.GpuId, victim.Commitment), cancellation).ConfigureAwait(false);
                await TryAsync(Commit(world, round, victim.Device.GpuId, victim.Commitment)).ConfigureAwait(false);

                // A result that is public.
                await world.TravelToAsync(round.OpensAt, cancellation).ConfigureAwait(false);
                await world.SendAsync(victim.Device.Operator, Submit(world, round, victim.Claim, victim.Salt), cancellation).ConfigureAwait(false);
                SeatClaimRecord copied = world.Claim(round.Batch, 0, 2, victim.Claim.ResultHash!.Value, victim.Claim.Duration);
                await TryAsync(Submit(world, round, copied, victim.Salt)).ConfigureAwait(false);
                await TryAsync(Submit(world, round, victim.Claim with { Seat = 2, GpuId = copycat.GpuId }, victim.Salt)).ConfigureAwait(false);
                await TryAsync(Commit(world, round, copycat.GpuId, Commitment(world, copycat, copied, round, victim.Salt))).ConfigureAwait(false);
                await world.SendAsync(round.Seats[1].Device.Operator, Submit(world, round, round.Seats[1].Claim, round.Seats[1].Salt), cancellation).ConfigureAwait(false);
                await TryAsync(Finalize(world, round, [.. round.Seats.Take(2), round.Seats[2] with { Claim = copied }])).ConfigureAwait(false);

                // Once the others have settled, its claim is a stranger's: taken without an error, and without pay.
                await world.SendAsync(victim.Device.Operator, Finalize(world, round, round.Seats[..2]), cancellation).ConfigureAwait(false);
                TaskSettlementRecord all = World.Settlement(round.Batch, 0, copied.ResultHash!.Value, [victim.Claim, round.Seats[1].Claim, copied]);
                await world.SendAsync(copycat.Operator, world.Settle(round.Batch, all), cancellation).ConfigureAwait(false);
                BigInteger earned = await world.WealthAsync(copycat, cancellation).ConfigureAwait(false) - round.Before;
                return new Outcome(
                    [.. refused.Distinct()],
                    Earned: earned,
                    Cost: 0,
                    Honest: honest,
                    Spared: 0,
                    Gas: world.GasOf(copycat.Owner),
                    [$"of {Guesses} possible results its search found {found} behind the commitment, and {foundWithSalt} once the salt was known"]);
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Who knows the result before the commitments close is like one who ran the task.</summary>
    private static async Task<Outcome> GuessedAsync(World world, Round round, BigInteger honest, CancellationToken cancellation)
    {
        Seat copycat = round.Seats[2];
        await world.SendAsync(copycat.Device.Operator, Commit(world, round, copycat.Device.GpuId, copycat.Commitment), cancellation).ConfigureAwait(false);
        await world.TravelToAsync(round.OpensAt, cancellation).ConfigureAwait(false);
        foreach (Seat seat in round.Seats)
        {
            await world.SendAsync(seat.Device.Operator, Submit(world, round, seat.Claim, seat.Salt), cancellation).ConfigureAwait(false);
        }

        await world.SendAsync(copycat.Device.Operator, Finalize(world, round, round.Seats), cancellation).ConfigureAwait(false);
        BigInteger earned = await world.WealthAsync(copycat.Device, cancellation).ConfigureAwait(false) - round.Before;
        return new Outcome(
            [], Earned: earned, Cost: 0, Honest: honest, Spared: earned, Gas: world.GasOf(copycat.Device.Owner), [$"its search found the result behind the commitment among {Guesses}"]);
    }

    private async Task<Round> BeginAsync(World world, CancellationToken cancellation)
    {
        QueuedBatch batch = await world.CommitAsync([new TaskTerms(Units)], Life, cancellation).ConfigureAwait(false);
        Hash256 result = Possible(137);
        var seats = ImmutableArray.CreateBuilder<Seat>();
        for (int seat = 0; seat < SeatDraw.Seats; seat++)
        {
            RosterDevice device = world.Devices[(int)batch.Seats[0][seat]];
            SeatClaimRecord claim = world.Claim(batch, 0, seat, result, World.LeastMillis(Units));
            Hash256 salt = isSalted ? Keccak256.Hash([.. "salt of seat "u8, (byte)seat]) : Hash256.Zero;
            var unsealed = new Round(batch, [], 0, 0);
            seats.Add(new Seat(device, claim, salt, Commitment(world, device, claim, unsealed, salt)));
        }

        return new Round(
            batch,
            seats.ToImmutable(),
            batch.SeedTime + ((batch.Tasks[0].Deadline - batch.SeedTime) / 4),
            await world.WealthAsync(seats[2].Device, cancellation).ConfigureAwait(false));
    }

    private static Hash256 Possible(int guess) => Keccak256.Hash([.. "one of few possible results "u8, (byte)guess]);

    private static int Guess(World world, Round round, Seat victim, Hash256 salt) => Enumerable.Range(0, Guesses).Count(
        guess => Commitment(world, victim.Device, victim.Claim with { ResultHash = Possible(guess) }, round, salt) == victim.Commitment);

    private static Hash256 Commitment(World world, RosterDevice device, SeatClaimRecord claim, Round round, Hash256 salt) => ResultCommitment.Compute(
        world.Domain,
        new WorkStatement(world.Domain.TaskId(round.Batch.Id, 0), round.Batch.Tasks[0].WorkloadHash, claim.ResultHash!.Value, device.GpuId, claim.Duration),
        device.Owner,
        salt);

    private static TransactionRequest Commit(World world, Round round, Hash256 gpuId, Hash256 commitment) =>
        world.Inbox.Transaction("commitAttestation", round.Batch.Id, 0u, gpuId, commitment);

    private static TransactionRequest Submit(World world, Round round, SeatClaimRecord claim, Hash256 salt) =>
        world.Inbox.Transaction("submitAttestation", round.Batch.Id, 0u, claim.ToAbi(), salt);

    private static TransactionRequest Finalize(World world, Round round, IEnumerable<Seat> seats) => world.Inbox.Transaction(
        "finalize",
        round.Batch.Id,
        TaskSettlementRecord.Pack(World.Settlement(round.Batch, 0, round.Seats[0].Claim.ResultHash!.Value, seats.Select(seat => seat.Claim))),
        AbiValue.List(round.Batch.Tree.Proof(0).Select(node => (AbiValue)node)));

    private sealed record Seat(RosterDevice Device, SeatClaimRecord Claim, Hash256 Salt, Hash256 Commitment);

    private sealed record Round(QueuedBatch Batch, ImmutableArray<Seat> Seats, ulong OpensAt, BigInteger Before);
}
