using System.Numerics;
using Ait.Chain;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.Settling;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Settling;

public sealed class HistoryTests
{
    [Fact]
    public async Task Read_filesEachTaskUnderTheStepItSettledIn()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        IReadOnlyList<TaskRow> first = await SettleAsync(coordinator, network, 1);
        IReadOnlyList<TaskRow> later = await SettleAsync(coordinator, network, 2, 3);

        HistoryResponse history = new HistoryStore(coordinator.Ledger).Read(60, 3);

        Assert.Equal([0, 1, 2], history.Steps.Select(step => step.TasksSettled));
        static BigInteger Minted(IReadOnlyList<TaskRow> tasks) => tasks.Aggregate(BigInteger.Zero, (sum, task) => sum + (3 * (BigInteger)task.Task.ComputeUnits.Micro * SimulatedChain.MintRate));
        Assert.Equal([Wei.Text(0), Wei.Text(Minted(first)), Wei.Text(Minted(later))], history.Steps.Select(step => step.MintedWei));
        Assert.Equal(3 * first[0].Task.ComputeUnits.Micro, history.Steps[1].ComputeUnitsByClass[DeviceClass.H100]);
        Assert.Empty(history.Steps[0].ComputeUnitsByClass);
        Assert.Equal([0, 1, 2], history.Steps.Select(step => step.SettlementTasks));
        Assert.Equal([0, SimulatedChain.GasOfACall, SimulatedChain.GasOfACall], history.Steps.Select(step => step.SettlementGas));
        ulong now = (ulong)network.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.InRange(now, history.From + 120, history.From + 179);
    }

    [Fact]
    public async Task Read_countsNoGasOfASettlementThatAReorganisationTookBack()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        TaskRow task = Assert.Single(await SettleAsync(coordinator, network, 1));
        network.Chain.TakeBackSettlement(task.TaskId!.Value);
        await coordinator.RoundAsync<ChainFollower>();
        HistoryStep Now() => new HistoryStore(coordinator.Ledger).Read(60, 1).Steps[0];
        Assert.Equal((0ul, 0), (Now().SettlementGas, Now().SettlementTasks));
        await coordinator.RoundsAsync();
        Assert.Equal((SimulatedChain.GasOfACall, 1), (Now().SettlementGas, Now().SettlementTasks));
    }

    [Fact]
    public async Task Read_leavesOutWhatIsOlder()
    {
        using var network = new TestNetwork();
        using RunningCoordinator coordinator = network.Start();
        await SettleAsync(coordinator, network, 1);
        network.Manual.Advance(TimeSpan.FromMinutes(5));

        Assert.All(new HistoryStore(coordinator.Ledger).Read(60, 3).Steps, step => Assert.Equal(0, step.TasksSettled));
    }

    /// <summary>Takes a minute, which the devices need for the work.</summary>
    private static async Task<IReadOnlyList<TaskRow>> SettleAsync(RunningCoordinator coordinator, TestNetwork network, params int[] numbers)
    {
        Hash256[] workloads = [.. numbers.Select(number => TestNetwork.Workload(number).Hash)];
        coordinator.Queue([.. numbers.Select(number => TestNetwork.Workload(number))]);
        foreach (TaskRow task in (await coordinator.SeatAsync()).Where(row => workloads.Contains(row.Task.WorkloadHash)))
        {
            coordinator.Mine(coordinator.Seated(task));
        }

        network.Manual.Advance(TimeSpan.FromMinutes(1));
        await coordinator.RoundsAsync();
        TaskRow[] settled = [.. coordinator.AllTasks().Where(row => workloads.Contains(row.Task.WorkloadHash) && row.Phase == TaskPhase.Settled)];
        Assert.Equal(numbers.Length, settled.Length);
        return settled;
    }
}
