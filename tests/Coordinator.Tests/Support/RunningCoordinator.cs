using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Dispatching;
using Ait.Coordinator.Enrolling;
using Ait.Coordinator.Hosting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Redeeming;
using Ait.Coordinator.Settling;
using Ait.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Ait.Coordinator.Tests.Support;

/// <summary>One life of a coordinator without its HTTP side: the production wiring, its loops run round by round.</summary>
internal sealed class RunningCoordinator : IDisposable
{
    private readonly TestNetwork _network;
    private readonly IServiceProvider _services;

    internal RunningCoordinator(TestNetwork network, CoordinatorParts parts, IServiceProvider? services = null)
    {
        _network = network;
        Ledger = parts.Ledger;
        _services = services ?? Wire(parts);
    }

    internal LedgerDatabase Ledger { get; }

    internal DispatchStore Dispatch => Get<DispatchStore>();

    internal CollectionStore Collection => Get<CollectionStore>();

    internal AgreementStore Agreement => Get<AgreementStore>();

    internal SettlementStore Settlement => Get<SettlementStore>();

    internal RedemptionStore Redemption => Get<RedemptionStore>();

    internal TaskStore Tasks => Get<TaskStore>();

    internal EnrolmentStore Enrolment => Get<EnrolmentStore>();

    internal T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    internal void Queue(params Workload[] workloads) => Dispatch.Enqueue([.. workloads.Select(workload => (workload, TestNetwork.Price(workload)))]);

    /// <summary>Queues workloads whose results are known.</summary>
    internal void QueueCanaries(params Workload[] workloads) => Dispatch.Enqueue(
        [.. workloads.Select(workload => (workload, TestNetwork.Price(workload)))], [.. workloads.Select(workload => (Hash256?)TestMiner.RightResult(workload.Hash))]);

    /// <summary>What POST /v1/workloads does.</summary>
    internal async Task BuyAsync(Workload workload)
    {
        Redemption.AddQuoted(workload, TestNetwork.Price(workload));
        var call = new MiningCall.OpenWorkload(workload.Hash, TestNetwork.Price(workload).Micro);
        if (await _network.Chain.SubmitAsync($"open/{workload.Hash}", call, TestContext.Current.CancellationToken) is SubmitOutcome.Mined mined)
        {
            Redemption.MarkOpened(workload.Hash, mined.Transaction);
        }
    }

    internal async Task RoundAsync<T>()
        where T : CoordinatorLoop
    {
        Agreement.DecideCompleted(); // As whoever took the last result does.
        if (typeof(T) == typeof(SettleLoop) || typeof(T) == typeof(EscalateLoop))
        {
            await Get<AgreeLoop>().RoundAsync(TestContext.Current.CancellationToken);
        }

        await Get<T>().RoundAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>One round of every loop, a few blocks and a little time apart.</summary>
    internal async Task RoundsAsync()
    {
        await RoundAsync<ChainFollower>();
        await RoundAsync<BatchLoop>();
        _network.Chain.Mine(3);
        await RoundAsync<SeedLoop>();
        await RoundAsync<SettleLoop>();
        await RoundAsync<EscalateLoop>();
        await RoundAsync<DiscloseLoop>();
        await RoundAsync<AccuseLoop>();
        await RoundAsync<AttendLoop>();
        await RoundAsync<ChainFollower>();
    }

    /// <summary>Brings a batch of queued work to seated tasks.</summary>
    internal async Task<IReadOnlyList<TaskRow>> SeatAsync()
    {
        await RoundAsync<ChainFollower>();
        await RoundAsync<BatchLoop>();
        _network.Chain.Mine(3);
        await RoundAsync<SeedLoop>();
        return AllTasks();
    }

    internal IReadOnlyList<TaskRow> AllTasks() =>
        Ledger.Read(transaction => transaction.Query(TaskRow.Select + "ORDER BY t.task_key", TaskRow.Read));

    /// <summary>What <see cref="History"/> tells of a task that three honest devices worked on.</summary>
    internal static readonly string[] Story = ["agreed 3 of 3", "committed seat 0", "committed seat 1", "committed seat 2", "revealed seat 0", "revealed seat 1", "revealed seat 2"];

    /// <summary>What the ledger's history tells of a task's results.</summary>
    internal IReadOnlyList<string> History(TaskRow task) => Ledger.Read(transaction => transaction.Query(
        "SELECT kind || ' ' || detail FROM history WHERE subject = $1 AND kind IN ('committed', 'revealed', 'agreed') AND at > 0 ORDER BY kind, detail", row => row.GetString(0), task.TaskId!.Value));

    internal IReadOnlyList<TestMiner> Seated(TaskRow task) => Seated(task.TaskKey);

    internal IReadOnlyList<TestMiner> Seated(long taskKey) => Ledger.Read(transaction => transaction.Query(
        "SELECT gpu_id FROM seats WHERE task_key = $1 ORDER BY seat", row => _network.MinerOf(row.Hash(0)), taskKey));

    /// <summary>Every listed device leases, commits and, where it is open, reveals its seats.</summary>
    internal void Mine(IEnumerable<TestMiner> miners)
    {
        foreach (TestMiner miner in miners)
        {
            Dispatch.Lease(miner.GpuId, miner.EnclaveKey.Address, 16, _network.Options.LeaseLength);
        }

        List<(TestMiner Miner, TaskRow Task)> seats = [.. miners.SelectMany(miner => Seats(miner).Select(task => (miner, task)))];
        foreach ((TestMiner miner, TaskRow task) in seats)
        {
            Commit(miner, task);
        }

        foreach ((TestMiner miner, TaskRow task) in seats)
        {
            Reveal(miner, task);
        }
    }

    internal Refusal? Commit(TestMiner miner, TaskRow task) => Collection.Commit(
        task.TaskId!.Value, miner.GpuId, miner.Commitment(task.TaskId.Value, task.Task.WorkloadHash), miner.EnclaveKey.Address);

    internal Refusal? Reveal(TestMiner miner, TaskRow task) => Reveal(miner, task, DurationRange.Any);

    internal Refusal? Reveal(TestMiner miner, TaskRow task, DurationRange payable)
    {
        (WorkAttestation attestation, Hash256 salt) = miner.Work(task.TaskId!.Value, task.Task.WorkloadHash);
        return Collection.Reveal(attestation, salt, miner.Transcript(task.Task.WorkloadHash), payable);
    }

    /// <summary>A kill: nothing is flushed or said goodbye to, only the file handles go.</summary>
    public void Dispose()
    {
        Ledger.Dispose();
        foreach (IDisposable part in new IDisposable[] { Get<RequestAdmission>() })
        {
            part.Dispose();
        }
    }

    private static ServiceProvider Wire(CoordinatorParts parts)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        CoordinatorApplication.AddStages(services, parts);
        return services.BuildServiceProvider();
    }

    private List<TaskRow> Seats(TestMiner miner) => Ledger.Read(transaction => transaction.Query(
        TaskRow.Select + "JOIN seats s ON s.task_key = t.task_key WHERE s.gpu_id = $1 AND t.phase = 2 ORDER BY t.task_key", TaskRow.Read, miner.GpuId));
}
