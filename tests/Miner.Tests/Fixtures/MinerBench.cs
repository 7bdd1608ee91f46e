using Ait.Chain.Contracts;
using Ait.Engine;
using Ait.Miner.Execution;
using Ait.Miner.Keys;
using Ait.Miner.Submission;
using Ait.Protocol;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>The submission half of a miner, wired as the program wires it, against the stand-in coordinator.</summary>
internal sealed class MinerBench : IAsyncDisposable
{
    private readonly CoordinatorTransport _transport;
    private readonly WorkloadExecutor _executor;
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-bench-letters-").FullName;
    private readonly SeatLooks _looks;
    private Task? _running;

    public MinerBench(int maxSeats = 4, EngineOptions? engine = null, string? modelsFolder = null)
    {
        Coordinator = new StandInCoordinator(Network, () => Key.Address);
        _executor = new WorkloadExecutor(engine ?? EngineOptions.Default, Device);
        _transport = new CoordinatorTransport([Coordinator.Url]);
        Patience = new PatientCoordinator(Fast, Reporter, TimeProvider.System);
        var open = new PublicCoordinator(_transport);
        var client = new CoordinatorClient(_transport, Network.Domain, Key, Network.GpuId, TimeProvider.System);
        _looks = new SeatLooks(client, TimeSpan.FromMilliseconds(10), TimeProvider.System);
        Models = new ModelStore(open, Patience, modelsFolder);
        Training = new TrainingStore(modelsFolder, Path.Combine(modelsFolder ?? Path.GetTempPath(), "checkpoints"));
        Checkpoints = new CheckpointExchange(open, client, Patience, Training, Reporter);
        Around = new SeatSurroundings
        {
            Domain = Network.Domain,
            GpuId = Network.GpuId,
            OperatorAccount = Network.OperatorAccount,
            Key = Key,
            Client = client,
            Looks = _looks,
            Patience = Patience,
            Letters = new LetterFile(Path.Combine(_folder, "letters"), TimeProvider.System),
            Models = Models,
            Training = Training,
            Checkpoints = Checkpoints,
            Durations = new PayableDurations((_, _) => Task.FromResult(Bounds), Fast, Reporter, TimeProvider.System),
            Executor = _executor,
            Timing = new SeatTiming
            {
                UntilReveal = Fast,
                UntilSettled = Fast,
                UntilEligible = Fast,
                BetweenLooks = TimeSpan.FromMilliseconds(10),
                KeepAlive = TimeSpan.FromMilliseconds(50),
                LeaseWait = TimeSpan.FromMilliseconds(200),
                HandInStagger = TimeSpan.FromMilliseconds(20),
            },
            Reporter = Reporter,
            Clock = TimeProvider.System,
            NotEligible = refusal => Doubts.Add(refusal),
        };
        Loop = new LeaseLoop(Around, new LetterCheck(Network.Domain, Network.Coordinator.Address, Network.GpuId), maxSeats);
    }

    public static Backoff Fast { get; } = new() { First = TimeSpan.FromMilliseconds(10), Cap = TimeSpan.FromMilliseconds(40), Jitter = () => 0.5 };

    public Network Network { get; } = new();

    public DeviceClock Device { get; } = new();

    /// <summary>What the registry takes.</summary>
    public DurationBoundsRecord Bounds { get; set; } = new(0, 0, ulong.MaxValue);

    public EnclaveKey Key { get; } = EnclaveKey.Create();

    public RecordingReporter Reporter { get; } = new();

    public StandInCoordinator Coordinator { get; }

    public PatientCoordinator Patience { get; }

    public ModelStore Models { get; }

    public TrainingStore Training { get; }

    public CheckpointExchange Checkpoints { get; }

    public SeatSurroundings Around { get; }

    public LeaseLoop Loop { get; }

    public System.Collections.Concurrent.ConcurrentBag<CoordinatorRefusal> Doubts { get; } = [];

    /// <summary>Takes the device until <see cref="DeviceClock.Release"/>; the task ends after that.</summary>
    public async Task<Task> HoldDeviceAsync()
    {
        Device.Hold();
        Task holding = _executor.RunAsync(Model.Create(Fixtures.Network.Model), Fixtures.Network.Workload(seed: 77), DurationRange.Any, CancellationToken.None, CancellationToken.None);
        await Task.Yield();
        return holding;
    }

    public void Start() => _running = Loop.RunAsync(_draining.Token, _abort.Token);

    /// <summary>Asks to drain and waits for the end.</summary>
    public async Task DrainAsync()
    {
        await _draining.CancelAsync();
        await Ended();
    }

    public Task AskToDrainAsync() => _draining.CancelAsync();

    public async Task AbortAsync()
    {
        await _abort.CancelAsync();
        await Ended();
    }

    public async Task Ended()
    {
        if (_running is not null)
        {
            await _running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Device.Release();
        await _draining.CancelAsync();
        await _abort.CancelAsync();
        if (_running is not null)
        {
            await _running;
        }

        _looks.Dispose();
        await Coordinator.DisposeAsync();
        _transport.Dispose();
        _executor.Dispose();
        Device.Dispose();
        Models.Dispose();
        Checkpoints.Dispose();
        Key.Dispose();
        Network.Dispose();
        Directory.Delete(_folder, recursive: true);
        _draining.Dispose();
        _abort.Dispose();
    }
}
