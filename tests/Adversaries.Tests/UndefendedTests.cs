using System.Numerics;
using Ait.Adversaries.Cheating;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;
using Ait.Protocol;

namespace Ait.Adversaries.Tests;

/// <summary>The same bots where governance, or who plays the honest, has taken a defence away: they are worth their name.</summary>
[Collection(nameof(PlayedWorld))]
public sealed class UndefendedTests(PlayedWorld played)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copycat_isPaidForNoWorkIfCommitmentsAreNotSalted()
    {
        PlayedWorld.Require();
        Outcome outcome = await new CopycatBot(isSalted: false).PlayAsync(played.World, Cancellation);
        Assert.Equal(World.PayOf(50), outcome.Spared);
    }

    [Fact]
    public async Task Overlapping_profitsIfItsClassIsAdmittedAtEightTimesItsSpeed()
    {
        const uint times = 8;
        Outcome outcome = await played.OutcomeAsync("overlapping");
        World world = played.World;
        BigInteger earned = await world.PlayAsync(
            async () =>
            {
                (ushort work, byte deviceClass) = ((ushort)WorkloadType.Inference, (byte)DeviceClass.A100);
                DurationBoundsRecord bounds = await world.Mining.GetDurationBoundsAsync(work, deviceClass, BlockTag.Latest, Cancellation);
                await world.GovernAsync(world.Mining.SetClassRate(deviceClass, World.ClassRate * times), Cancellation);
                await world.GovernAsync(world.Mining.SetDurationBounds(work, deviceClass, bounds with { MinMillisPerCu = bounds.MinMillisPerCu / times }), Cancellation);
                QueuedBatch batch = await WorkingHour.CommitAsync(world, Cancellation);
                RosterDevice device = world.Devices[0];
                BigInteger before = await world.WealthAsync(device, Cancellation);
                await world.TravelToAsync(batch.SeedTime + WorkingHour.Seconds, Cancellation);
                foreach (int[] tasks in batch.TasksOf(device).Chunk(16))
                {
                    ulong millis = World.LeastMillis(WorkingHour.Units) / times;
                    await world.SendAsync(device.Operator, world.Settle(batch, [.. tasks.Select(task => WorkingHour.Pair(world, batch, task, device, millis))]), Cancellation);
                }

                return await world.WealthAsync(device, Cancellation) - before;
            },
            Cancellation);
        Assert.True(earned > outcome.Honest, $"it earned {Amount.Text(earned)}, its twin {Amount.Text(outcome.Honest)}");
    }

    [Fact]
    public async Task Sybil_gainsIfGovernanceLowersThePenalty()
    {
        Outcome outcome = await GovernedAsync(
            new SybilBot(),
            async world => world.OperatorBond.SetTerms(
                await world.OperatorBond.GetTermsAsync(BlockTag.Latest, Cancellation) with { FraudPenalty = World.Unit, DivergencePenalty = World.Unit }));
        Assert.True(outcome.Profit + outcome.Spared > 0, $"profit {Amount.Text(outcome.Profit)}, spared {Amount.Text(outcome.Spared)}");
    }

    [Fact]
    public async Task Ghost_profitsIfALetterPaysMoreThanItsSeats()
    {
        Outcome outcome = await GovernedAsync(
            new GhostBot(),
            async world => world.CoordinatorBond.SetTerms(await world.CoordinatorBond.GetTermsAsync(BlockTag.Latest, Cancellation) with { LetterPay = 100 * World.Unit }));
        Assert.True(outcome.Profit > 0, $"it earned {Amount.Text(outcome.Earned)}, its twin {Amount.Text(outcome.Honest)}");
    }

    [Fact]
    public async Task Relay_isPaidTwiceIfItsClassIsNotChallenged()
    {
        PlayedWorld.Require();
        BigInteger honest = (await played.OutcomeAsync("relay")).Honest;
        (BigInteger earned, int seats) = await RelayBot.ByTwoHostsAsync(played.World, isChallenged: false, Cancellation);
        Assert.True(seats > 0);
        Assert.True(earned > honest, $"it earned {Amount.Text(earned)}, its twin {Amount.Text(honest)}");
    }

    [Fact]
    public async Task FillerCoordinator_profitsIfTheBudgetDoesNotEnd()
    {
        PlayedWorld.Require();
        Outcome outcome = await new FillerCoordinator(isBounded: false).PlayAsync(played.World, Cancellation);
        Assert.True(outcome.Profit > 0, $"it earned {Amount.Text(outcome.Earned)}, its twin {Amount.Text(outcome.Honest)}");
    }

    private async Task<Outcome> GovernedAsync(Bot bot, Func<World, Task<TransactionRequest>> decision)
    {
        PlayedWorld.Require();
        return await played.World.PlayAsync(
            async () =>
            {
                await played.World.GovernAsync(await decision(played.World), Cancellation);
                return await bot.PlayAsync(played.World, Cancellation);
            },
            Cancellation);
    }
}
