using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Cli.Telling;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>SIGKILL at any moment: nothing is lost, and nothing is settled twice.</summary>
[Collection(OneDevnet.Name)]
public sealed class KillAndRestart(Devnet devnet)
{
    private const int Tasks = 9;

    [Fact(Timeout = 300_000)]
    public async Task Coordinator_settlesEveryOpenTaskExactlyOnceIfItIsKilledAtRandomMoments()
    {
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await devnet.RegisteredAsync(5, cancellation);
        Supervisor coordinator = devnet.Local.Supervisor("coordinator");
        int startsBefore = coordinator.Starts;
        IReadOnlyList<Hash256> queued = await QueueAsync(cancellation);

        for (int kill = 0; kill < 3; kill++)
        {
            await Task.Delay(System.Security.Cryptography.RandomNumberGenerator.GetInt32(300, 2_500), cancellation);
            int starts = coordinator.Starts;
            coordinator.Signal(UnixProcess.SigKill);
            while (coordinator.Starts == starts)
            {
                await Task.Delay(50, cancellation);
            }
        }

        await AssertSettledOnceAsync(queued, cancellation);
        Assert.True(coordinator.Starts >= startsBefore + 3);
    }

    [Fact(Timeout = 300_000)]
    public async Task Miner_isReplacedByItsNextLifeAndEveryOpenTaskIsSettledExactlyOnceIfItIsKilled()
    {
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        IReadOnlyList<RegisteredDevice> before = await devnet.RegisteredAsync(5, cancellation);
        Supervisor miner = devnet.Local.Supervisor("miner-2");
        IReadOnlyList<Hash256> queued = await QueueAsync(cancellation);
        await Task.Delay(System.Security.Cryptography.RandomNumberGenerator.GetInt32(300, 2_500), cancellation);
        int starts = miner.Starts;
        miner.Signal(UnixProcess.SigKill);
        while (miner.Starts == starts)
        {
            await Task.Delay(50, cancellation);
        }

        await AssertSettledOnceAsync(queued, cancellation);
        IReadOnlyList<RegisteredDevice> after = await devnet.RegisteredAsync(5, cancellation);
        Assert.Equal(before.Select(device => device.GpuId), after.Select(device => device.GpuId));
    }

    private async Task<IReadOnlyList<Hash256>> QueueAsync(CancellationToken cancellation)
    {
        ModelResponse model = await devnet.ModelAsync(cancellation);
        return await devnet.QueueAsync(QueueCommand.MadeUp(Tasks, model, TimeProvider.System.GetUtcNow()), cancellation);
    }

    private async Task AssertSettledOnceAsync(IReadOnlyList<Hash256> queued, CancellationToken cancellation)
    {
        Assert.Equal(Tasks, queued.Distinct().Count());
        foreach (Hash256 workload in queued)
        {
            await devnet.SettledAsync(workload, cancellation);
        }

        var settlements = await devnet.Network.SettledTasksAsync(cancellation);
        Assert.All(settlements.GroupBy(settlement => settlement.TaskId), task => Assert.Single(task));
        Assert.All(queued, workload => Assert.Single(settlements, settlement => settlement.Task.WorkloadHash == workload));
        BalanceSheet sheet = await BalanceSheet.ReadAsync(devnet.Network, cancellation);
        Assert.All(sheet.Checks, check => Assert.True(check.Holds, $"{check.What}: {check.Left} is not {check.Right}"));
    }
}
