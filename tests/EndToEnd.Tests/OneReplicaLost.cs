using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Cli.Telling;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>Two coordinators over one PostgreSQL ledger, of which one is gone for good in the middle of the work.</summary>
public sealed class OneReplicaLost(TwoReplicas.Replicated devnet) : IClassFixture<TwoReplicas.Replicated>
{
    private const int Prompts = 8;

    [Fact(Timeout = 600_000)]
    public async Task Work_isAllSettledByTheOtherIfTheLeaderIsKilledAndNeverComesBack()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, "no PostgreSQL: install Debian's package postgresql to run the test over two replicas");
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await devnet.RegisteredAsync(5, cancellation);
        ModelResponse model = await devnet.ModelAsync(cancellation);
        Workload[] work =
        [
            .. QueueCommand.MadeUp(Prompts, model, TimeProvider.System.GetUtcNow()),
            new Workload(Engine.EngineVersion.Id, model.Digest, [.. Engine.ByteTokenizer.Encode("Rome is in Italy.")], EmbeddingPooling.Mean),
            DemoTraining.Workload(model),
        ];
        IReadOnlyList<Hash256> queued = await devnet.QueueAsync(work, cancellation);
        string leader = await devnet.Local.LeaderAsync(cancellation);
        (string left, Uri address) = Assert.Single(devnet.Local.Options.Coordinators, replica => replica.Name != leader);
        using NetworkAccess network = await NetworkAccess.OpenAsync(devnet.Local.Options.Rpc, address, cancellation);

        // Some of it is seated by then, and none of it has to be settled.
        while (!(await network.Coordinator.StatusAsync(cancellation)).TasksByPhase.Any(phase => phase.Key >= TaskPhase.Seated && phase.Value > 0))
        {
            await Task.Delay(50, cancellation);
        }

        await devnet.Local.LoseProgramAsync(leader);

        foreach (Hash256 workload in queued)
        {
            await SettledAsync(network, workload, cancellation);
        }

        Assert.Equal(left, await devnet.Local.LeaderAsync(cancellation));
        var settlements = await network.SettledTasksAsync(cancellation);
        Assert.All(queued, workload => Assert.Single(settlements, settlement => settlement.Task.WorkloadHash == workload));
        BalanceSheet sheet = await BalanceSheet.ReadAsync(network, cancellation);
        Assert.All(sheet.Checks, check => Assert.True(check.Holds, $"{check.What}: {check.Left} is not {check.Right}"));
    }

    private static async Task SettledAsync(NetworkAccess network, Hash256 workload, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                WorkloadPhase phase = (await network.Coordinator.WorkloadAsync(workload, cancellation)).Phase;
                Assert.NotEqual(WorkloadPhase.Void, phase);
                if (phase == WorkloadPhase.Settled)
                {
                    return;
                }
            }
            catch (Exception fault) when (fault is SurroundingsException or CoordinatorRefusedException)
            {
                // It takes over just now.
            }

            await Task.Delay(200, cancellation);
        }
    }
}
