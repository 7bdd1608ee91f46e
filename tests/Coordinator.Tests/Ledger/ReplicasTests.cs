using Ait.Coordinator.Hosting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;
using Microsoft.AspNetCore.Builder;

namespace Ait.Coordinator.Tests.Ledger;

/// <summary>Two whole coordinators over one PostgreSQL database and one chain.</summary>
public sealed class ReplicasTests
{
    [Fact]
    public async Task Task_startedUnderOneLeaderIsSettledUnderTheNext()
    {
        string address = PostgresServer.Require().CreateDatabase();
        using var network = new TestNetwork(TimeProvider.System);
        network.Options = network.Options with { Store = address };
        Replica first = await Replica.StartAsync(network);
        await EventuallyAsync(() => first.Ledger.Leadership.Term is not null);
        await using (Replica second = await Replica.StartAsync(network))
        {
            // Asked of the one that does not lead: the other hears of it.
            second.Stages.Queue(TestNetwork.Workload(1), TestNetwork.Workload(2));
            await EventuallyAsync(() =>
            {
                network.Chain.Mine();
                return second.Stages.AllTasks() is { Count: 2 } tasks && tasks.All(task => task.Phase == TaskPhase.Seated);
            });
            Assert.Null(second.Ledger.Leadership.Term);
            await first.DisposeAsync();

            second.Stages.Mine(network.Miners);
            await EventuallyAsync(() =>
            {
                network.Chain.Mine();
                return second.Stages.AllTasks().All(task => task.Phase == TaskPhase.Settled);
            });
            Assert.Equal(2, network.Chain.SettledTasks);
            Assert.True(second.Ledger.Leadership.Term > 1);
            Assert.All(second.Stages.AllTasks(), task => Assert.Equal(RunningCoordinator.Story, second.Stages.History(task)));
        }

        PostgresServer.Require().DropDatabase(address);
    }

    [Fact]
    public async Task Reveal_opensOnceIfSeatsCommitAtOnceThroughDifferentReplicas()
    {
        string address = PostgresServer.Require().CreateDatabase();
        using var network = new TestNetwork(TimeProvider.System, miners: 3);
        network.Options = network.Options with { Store = address };
        await using (Replica first = await Replica.StartAsync(network))
        {
            await using Replica second = await Replica.StartAsync(network);
            first.Stages.Queue([.. Enumerable.Range(0, 30).Select(number => TestNetwork.Workload(number))]);
            await EventuallyAsync(() =>
            {
                network.Chain.Mine();
                return first.Stages.AllTasks() is { Count: 30 } tasks && tasks.All(task => task.Phase == TaskPhase.Seated);
            });
            IReadOnlyList<TaskRow> seated = first.Stages.AllTasks();
            await Task.WhenAll(network.Miners.Select((miner, index) => Task.Run(() =>
            {
                foreach (TaskRow task in index == 0 ? seated : seated.Reverse())
                {
                    Assert.Null((index == 0 ? first : second).Stages.Commit(miner, task));
                }
            })));
            Assert.All(first.Stages.AllTasks(), task => Assert.NotNull(task.RevealOpenedAt));
            Assert.Equal(30, first.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM history WHERE kind = 'reveal opened'")));
            Assert.Equal(90, first.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM commitments")));
        }

        PostgresServer.Require().DropDatabase(address);
    }

    [Fact]
    public async Task Workload_isOpenedByTheLeaderWhoeverWasAsked()
    {
        string address = PostgresServer.Require().CreateDatabase();
        using var network = new TestNetwork(TimeProvider.System);
        network.Options = network.Options with { Store = address };
        await using (Replica first = await Replica.StartAsync(network))
        {
            await EventuallyAsync(() => first.Ledger.Leadership.Term is not null);
            await using Replica second = await Replica.StartAsync(network);
            Workload workload = TestNetwork.Workload(3);
            second.Stages.Redemption.AddQuoted(workload, TestNetwork.Price(workload));
            await EventuallyAsync(() => second.Stages.Redemption.Find(workload.Hash)?.OpenedTransaction is not null);
        }

        PostgresServer.Require().DropDatabase(address);
    }

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Replica : IAsyncDisposable
    {
        private readonly WebApplication _application;

        private Replica(WebApplication application, RunningCoordinator stages)
        {
            _application = application;
            Stages = stages;
        }

        internal RunningCoordinator Stages { get; }

        internal LedgerDatabase Ledger => Stages.Ledger;

        internal static async Task<Replica> StartAsync(TestNetwork network)
        {
            CoordinatorParts parts = network.Parts();
            WebApplication application = CoordinatorApplication.Build(parts);
            await application.StartAsync(TestContext.Current.CancellationToken);
            return new Replica(application, new RunningCoordinator(network, parts, application.Services));
        }

        public async ValueTask DisposeAsync()
        {
            await _application.StopAsync(CancellationToken.None);
            await _application.DisposeAsync();
            Ledger.Dispose();
        }
    }
}
