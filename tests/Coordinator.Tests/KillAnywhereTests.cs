using System.Numerics;
using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Coordinator.Tests;

/// <summary>The coordinator may die on either side of every ledger commit and of every transaction it sends.</summary>
public sealed class KillAnywhereTests
{
    private const int MostRounds = 90;

    [Fact]
    public async Task Restart_settlesEveryTaskExactlyOnceIfKilledAtAnyBoundary()
    {
        int boundaries = await RunAsync([], _ => { });
        Assert.True(boundaries > 40, $"only {boundaries} boundaries were crossed; the story is too short to mean anything");
        for (int kill = 1; kill <= boundaries; kill++)
        {
            await RunAsync([kill], _ => { });
        }
    }

    [Fact]
    public void Restart_settlesOrVoidsEveryTaskOnceUnderAnyKillsAndMiners()
    {
        Arbitrary<int[]> kills = Gen.Choose(1, 25).ListOf().Select(list => list.Take(12).ToArray()).ToArbitrary();
        Arbitrary<int[]> moods = Gen.Choose(0, 9).ArrayOf(4).ToArbitrary();
        Prop.ForAll(kills, moods, (schedule, mood) =>
        {
#pragma warning disable xUnit1031 // The property is synchronous by FsCheck's signature; nothing here waits on a context.
            RunAsync(schedule, network =>
            {
                for (int i = 0; i < network.Miners.Length; i++)
                {
                    network.Miners[i].Lie = mood[i] == 0 ? $"lie {i}" : null;
                    network.Miners[i].Duration = mood[i] == 1 ? 10_000_000u : 1000u;
                }
            }).GetAwaiter().GetResult();
#pragma warning restore xUnit1031
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    /// <summary>Tells the whole story, dying at each given number of boundaries after the last death; returns how many were crossed.</summary>
    private static async Task<int> RunAsync(int[] kills, Action<TestNetwork> prepare)
    {
        using var network = new TestNetwork();
        prepare(network);
        int crossed = 0;
        int life = 0;
        int left = kills.Length > 0 ? kills[0] : int.MaxValue;
        void Boundary(string step)
        {
            crossed++;
            if (--left == 0)
            {
                life++;
                left = life < kills.Length ? kills[life] : int.MaxValue;
                throw new KillException(step);
            }
        }

        Workload[] workloads = [TestNetwork.Workload(1), TestNetwork.Workload(2)];
        Address buyer = network.CoordinatorKey.Address;
        RunningCoordinator? coordinator = null;
        bool queued = false;
        bool redeemed = false;
        try
        {
            for (int round = 0; round < MostRounds; round++)
            {
                try
                {
                    coordinator ??= network.Start(Boundary);
                    if (!queued)
                    {
                        coordinator.Queue(workloads); // Asked again until answered, as a client would.
                        queued = true;
                    }

                    if (!redeemed)
                    {
                        await coordinator.BuyAsync(TestNetwork.Workload(3));
                        network.Chain.Redeem(buyer, TestNetwork.Workload(3).Hash, TestNetwork.Price(TestNetwork.Workload(3)).Micro);
                        redeemed = true;
                    }

                    await coordinator.RoundsAsync();
                    coordinator.Mine(network.Miners);
                    network.Manual.Advance(TimeSpan.FromSeconds(30));
                    if (redeemed && IsDone(coordinator))
                    {
                        break;
                    }
                }
                catch (KillException)
                {
                    coordinator?.Dispose();
                    coordinator = null;
                }
            }

            network.Chain.Boundary = null;
            coordinator ??= network.Start();
            Check(network, coordinator, workloads.Length + 1);
        }
        finally
        {
            coordinator?.Dispose();
        }

        return crossed;
    }

    private static bool IsDone(RunningCoordinator coordinator) =>
        coordinator.Dispatch.CountWaiting() == 0
        && coordinator.Redemption.Unconsidered().Count == 0
        && coordinator.AllTasks() is { Count: > 0 } tasks
        && tasks.All(task => task.Phase is TaskPhase.Settled or TaskPhase.Void);

    private static void Check(TestNetwork network, RunningCoordinator coordinator, int works)
    {
        // The chain itself throws on a second mint; here: the ledger tells the same story as the chain, and nothing is forgotten.
        IReadOnlyList<TaskRow> tasks = coordinator.AllTasks();
        Assert.All(tasks, task => Assert.True(task.Phase is TaskPhase.Settled or TaskPhase.Void, $"task {task.TaskKey} ended {task.Phase}"));
        List<TaskRow> settled = [.. tasks.Where(task => task.Phase == TaskPhase.Settled)];
        Assert.Equal(network.Chain.SettledTasks, settled.Count);
        Assert.All(settled, task => Assert.Equal(network.Chain.MintedFor(task.TaskId!.Value), Wei.Parse(task.Minted)));
        Assert.Equal(network.Chain.TotalMinted, settled.Aggregate(BigInteger.Zero, (sum, task) => sum + Wei.Parse(task.Minted)));
        Assert.Equal(settled.Count, settled.Select(task => task.EntryKey).Distinct().Count());
        Assert.Equal(0, coordinator.Dispatch.CountWaiting());
        bool honest = network.Miners.All(miner => miner.Lie is null && miner.Duration <= network.Chain.Bounds.SlackMillis);
        if (honest)
        {
            Assert.Equal(works, settled.Count);
        }

        Assert.Empty(coordinator.Settlement.Settlements(SettlementState.Pending));
        Assert.Empty(coordinator.Settlement.Settlements(SettlementState.Mined));

        // One key, one transaction: no settlement was sent twice.
        Assert.Equal(
            settled.Count,
            network.Chain.Sent.OfType<MiningCall.Settle>().SelectMany(call => call.Settlements.Select(item => (call.BatchId, item.Task.Index))).Distinct().Count());
    }
}
