using Ait.Chain;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Cli.Telling;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>Two coordinators over one PostgreSQL ledger: whichever leads may die at any moment.</summary>
public sealed class TwoReplicas(TwoReplicas.Replicated devnet) : IClassFixture<TwoReplicas.Replicated>
{
    private const int Tasks = 9;

    [Fact(Timeout = 600_000)]
    public async Task Tasks_areSettledExactlyOnceIfTheLeaderIsKilledAgainAndAgain()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, "no PostgreSQL: install Debian's package postgresql to run the test over two replicas");
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await devnet.RegisteredAsync(5, cancellation);
        ModelResponse model = await devnet.ModelAsync(cancellation);
        IReadOnlyList<Hash256> queued = await devnet.QueueAsync(QueueCommand.MadeUp(Tasks, model, TimeProvider.System.GetUtcNow()), cancellation);
        HashSet<string> led = [];

        // One that was killed may lead again before the other has noticed; it is killed again until both have led.
        for (int kill = 0; kill < 3 || led.Count < 2; kill++)
        {
            string leader = await devnet.Local.LeaderAsync(cancellation);
            led.Add(leader);
            await Task.Delay(System.Security.Cryptography.RandomNumberGenerator.GetInt32(300, 2_500), cancellation);
            int? killed = devnet.Local.Supervisor(leader).ProcessId;
            devnet.Local.Supervisor(leader).Signal(UnixProcess.SigKill);
            while (devnet.Local.Supervisor(leader).ProcessId is int process && process == killed)
            {
                await Task.Delay(50, cancellation);
            }
        }

        foreach (Hash256 workload in queued)
        {
            await devnet.SettledAsync(workload, cancellation);
        }

        Assert.Equal(2, led.Count);
        var settlements = await devnet.Network.SettledTasksAsync(cancellation);
        Assert.All(queued, workload => Assert.Single(settlements, settlement => settlement.Task.WorkloadHash == workload));
        BalanceSheet sheet = await BalanceSheet.ReadAsync(devnet.Network, cancellation);
        Assert.All(sheet.Checks, check => Assert.True(check.Holds, $"{check.What}: {check.Left} is not {check.Right}"));
    }

    /// <summary>The network of <see cref="Devnet"/> with a second coordinator and a database of its own.</summary>
    public sealed class Replicated : Devnet
    {
        private string? _address;

        private protected override LocalNetworkOptions Shape(LocalNetworkOptions options)
        {
            if (!PostgresServer.IsInstalled)
            {
                return options;
            }

            _address = PostgresServer.Require().CreateDatabase();
            return options with
            {
                Store = _address,
                ReplicaPorts = [Ait.Cli.Surroundings.LocalPort.PickFree()],
                // Programs that are killed take a while to come back on a busy machine; nobody is silent for that.
                CommitWindow = TimeSpan.FromMinutes(1),
                RevealWindow = TimeSpan.FromMinutes(1),
            };
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            if (_address is not null)
            {
                PostgresServer.Require().DropDatabase(_address);
            }
        }
    }
}
