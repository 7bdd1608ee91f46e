using System.Diagnostics;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Engine;
using Ait.Miner.Collecting;
using Ait.Miner.Configuring;
using Ait.Miner.Evidencing;
using Ait.Miner.Execution;
using Ait.Miner.Keys;
using Ait.Miner.Proving;
using Ait.Miner.Reporting;
using Ait.Miner.Submission;
using Ait.Protocol.Http;

namespace Ait.Miner.Running;

/// <summary>One life of the process: self-test, keys, network, registration, seats, drain.</summary>
internal sealed class MinerSession
{
    private static readonly Backoff s_chainBackoff = Backoff.Default with { First = TimeSpan.FromSeconds(1), Cap = TimeSpan.FromSeconds(60) };
    private static readonly TimeSpan s_doubtInterval = TimeSpan.FromSeconds(3);
    private readonly MinerOptions _options;
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;

    public MinerSession(MinerOptions options, IReporter reporter, TimeProvider clock)
    {
        _options = options;
        _reporter = reporter;
        _clock = clock;
    }

    public async Task<int> RunAsync(CancellationToken draining)
    {
        SelfTestResult tested = EngineSelfTest.Run();
        if (tested is not SelfTestResult.Passed passed)
        {
            _reporter.Report(ProcessEvents.SelfTestFailed(tested));
            return ExitCode.Refused;
        }

        if (!OperatorKeyFile.TryRead(_options.OperatorKeyFile, out Secp256k1PrivateKey? operatorKey, out string? problem, out string? remedy))
        {
            _reporter.Report(ProcessEvents.Refused("OperatorKey", problem, remedy));
            return ExitCode.Surroundings;
        }

        using (operatorKey)
        {
            if (_options.StateDirectory is not string folder)
            {
                return await RunAsync(passed.Backend, operatorKey, draining).ConfigureAwait(false);
            }

            if (!DeviceLock.TryTake(folder, _options.GpuUuid.AsSpan(), out DeviceLock? taken, out problem))
            {
                _reporter.Report(ProcessEvents.Refused("DeviceLocked", problem, "Run one process per GPU: stop the other one, or name another --state folder if it is not a miner's."));
                return ExitCode.Surroundings;
            }

            using (taken)
            {
                return await RunAsync(passed.Backend, operatorKey, draining).ConfigureAwait(false);
            }
        }
    }

    private async Task<int> RunAsync(Backend backend, Secp256k1PrivateKey operatorKey, CancellationToken draining)
    {
        using EnclaveKey key = EnclaveKey.Create();
        _reporter.Report(ProcessEvents.Started(MinerProgram.Version, backend, key.Address));
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, _options.Rpc));
        using var transport = new CoordinatorTransport(_options.Coordinators);
        NetworkFacts? network = await FindNetworkAsync(new NetworkFinder(client, new PublicCoordinator(transport)), draining).ConfigureAwait(false);
        if (network is null)
        {
            return ExitCode.Surroundings;
        }

        if (!GpuEvidenceReader.TryOpen(_options, out GpuEvidenceReader? gpu, out string? problem))
        {
            _reporter.Report(ProcessEvents.Refused("GpuReferences", problem, "Take gpu-references.json from whoever published the network's deployment."));
            return ExitCode.Surroundings;
        }

        var binder = new EvidenceBinder(_options.OpenEvidence(EvidenceInterfaces.OfThisMachine), gpu, _options.GpuUuid, _options.Measurement);
        BinderOutcome asked = await binder.IdentifyAsync(draining).ConfigureAwait(false);
        if (asked is not BinderOutcome.Identified identified)
        {
            var failed = (BinderOutcome.Refused)asked;
            _reporter.Report(ProcessEvents.Refused(failed.Code, failed.Problem, failed.Remedy));
            return ExitCode.Surroundings;
        }

        DeviceIdentity device = DeviceIdentity.Of(_options, network, operatorKey.Address, key.Address, identified.GpuId);
        _reporter.Report(ProcessEvents.Device(device.GpuId, device.DeviceClass, device.OperatorAccount));
        using var contracts = new DeviceContracts(client, operatorKey, network.DeviceRegistry, network.CertificateCache);
        var coordinator = new CoordinatorClient(transport, network.Domain, key, device.GpuId, _clock);
        var keeper = new DeviceKeeper(new DeviceRegistrar(contracts, binder, new EnrolmentDesk(coordinator), device), s_chainBackoff, s_doubtInterval, _reporter, _clock);
        if (await keeper.EnsureAsync(draining).ConfigureAwait(false) is ContractRefusal refusal)
        {
            _reporter.Report(ProcessEvents.Ended(refusal));
            return ExitCode.Refused;
        }

        return await MineAsync(network, device, key, client, transport, coordinator, contracts, keeper, draining).ConfigureAwait(false);
    }

    private async Task<NetworkFacts?> FindNetworkAsync(NetworkFinder finder, CancellationToken cancellation)
    {
        for (int failures = 1; ; failures++)
        {
            (NetworkFacts? facts, ContractRefusal? refusal) = await finder.FindAsync(_options, cancellation).ConfigureAwait(false);
            if (facts is not null)
            {
                _reporter.Report(ProcessEvents.Network(facts, _options));
                return facts;
            }

            if (refusal is not { IsTransient: true })
            {
                _reporter.Report(ProcessEvents.Ended(refusal ?? throw new UnreachableException()));
                return null;
            }

            _reporter.Report(DeviceEvents.Waiting(refusal));
            await Task.Delay(s_chainBackoff.After(failures), _clock, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<int> MineAsync(
        NetworkFacts network, DeviceIdentity device, EnclaveKey key, EthereumClient client, CoordinatorTransport transport, CoordinatorClient coordinator, DeviceContracts contracts, DeviceKeeper keeper, CancellationToken draining)
    {
        var registry = new MiningRegistryContract(network.Domain.MiningRegistry, client);
        using var executor = new WorkloadExecutor(EngineOptions.Default with { Threads = _options.Threads }, _clock);
        var patience = new PatientCoordinator(Backoff.Default, _reporter, _clock);
        var open = new PublicCoordinator(transport);
        using var models = new ModelStore(open, patience, _options.ModelsDirectory);
        var training = new TrainingStore(_options.ModelsDirectory, Path.Combine(_options.StateDirectory ?? Path.GetTempPath(), "checkpoints"));
        using var checkpoints = new CheckpointExchange(open, coordinator, patience, training, _reporter);
        using var looks = new SeatLooks(coordinator, SeatTiming.Default.BetweenLooks, _clock);
        var eligibility = new EligibilityNews(_reporter, _clock);
        var around = new SeatSurroundings
        {
            Domain = network.Domain,
            GpuId = device.GpuId,
            OperatorAccount = device.OperatorAccount,
            Key = key,
            Client = coordinator,
            Looks = looks,
            Patience = patience,
            Letters = new LetterFile(Path.Combine(_options.StateDirectory ?? Path.GetTempPath(), "letters"), _clock),
            Models = models,
            Training = training,
            Checkpoints = checkpoints,
            Durations = new PayableDurations(
                (type, cancellation) => registry.GetDurationBoundsAsync((ushort)type, (byte)device.DeviceClass, BlockTag.Latest, cancellation), s_chainBackoff, _reporter, _clock),
            Executor = executor,
            Timing = SeatTiming.Default,
            Reporter = _reporter,
            Clock = _clock,
            NotEligible = refusal =>
            {
                eligibility.Tell(refusal);
                if (refusal.Code == ProblemCodes.EvidenceMissing)
                {
                    keeper.DoubtEnrolment();
                }
                else
                {
                    keeper.Doubt();
                }
            },
        };
        var loop = new LeaseLoop(around, new LetterCheck(network.Domain, network.Coordinator, device.GpuId), _options.MaxSeats);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(draining);
        using var abort = new CancellationTokenSource();
        Task<ContractRefusal?> keeping = keeper.RunAsync(stop.Token);
        var mail = new ChallengeMail(coordinator, open, device.GpuId, _clock);
        Task proving = new ClassProver(contracts, mail, executor, device.GpuId, keeper.Doubt, _reporter, _clock).RunAsync(stop.Token);
        Task witnessing = new ClassWitness(contracts, mail, key, device.GpuId, network.Domain.ChainId, s_chainBackoff, _reporter, _clock).RunAsync(stop.Token);
        Task attending = new AttendanceKeeper(contracts, key, device.GpuId, network.Domain.ChainId, keeper.Doubt, _reporter, _clock).RunAsync(stop.Token);
        Task mining = loop.RunAsync(stop.Token, abort.Token);
        await Task.WhenAny(keeping, mining, proving, witnessing, attending, Task.Delay(Timeout.Infinite, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        ContractRefusal? refusal = await keeping.ConfigureAwait(false);
        await Task.WhenAll(proving, witnessing, attending).ConfigureAwait(false);
        if (refusal is not null)
        {
            _reporter.Report(ProcessEvents.Ended(refusal));
        }

        if (loop.HeldSeats > 0)
        {
            _reporter.Report(MinerEvents.Draining(loop.HeldSeats, _options.DrainTimeout));
        }

        using var limit = new CancellationTokenSource(_options.DrainTimeout, _clock);
        await using (limit.Token.Register(abort.Cancel).ConfigureAwait(false))
        {
            await mining.ConfigureAwait(false);
        }

        _reporter.Report(MinerEvents.Stopped(loop.Totals));
        return refusal is not null ? ExitCode.Refused : loop.Totals.Abandoned > 0 ? ExitCode.Interrupted : ExitCode.Done;
    }
}
