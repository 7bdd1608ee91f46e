using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Publishing;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Launching;

/// <summary>
/// A whole network on this machine: dev chain, contracts, emulated hardware, coordinator, miners; each host a process of its
/// own, kept running. Everything it knows lies in its state folder, so that the next start goes on where this one ended.
/// </summary>
internal sealed class LocalNetwork : IAsyncDisposable
{
    /// <summary>What each account of the local network owns of the dev chain's coin.</summary>
    private static readonly BigInteger s_endowment = BigInteger.Pow(10, 18) * 1000;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(60);
    private readonly LocalNetworkOptions _options;
    private readonly FolderLock _lock;
    private readonly RunningPrograms _running;
    private readonly TimeProvider _clock;
    private readonly Action<string> _tell;
    private readonly Dictionary<string, Supervisor> _supervisors = [];
    private readonly List<string> _startOrder = [];
    private readonly ChainState _chainState;
    private volatile Tuple<ulong>? _chainLife;

    private LocalNetwork(LocalNetworkOptions options, FolderLock held, TimeProvider clock, Action<string> tell)
    {
        _options = options;
        _lock = held;
        _clock = clock;
        _tell = tell;
        _running = new RunningPrograms(options.State.Programs);
        Hardware = new EmulatedHardware(options.State.Hardware);
        Miners = MinerPlan.For(options.Miners);
        _chainState = new ChainState(options.State.ChainState, clock);
    }

    internal LocalNetworkOptions Options => _options;

    internal StateFolder State => _options.State;

    internal EmulatedHardware Hardware { get; }

    internal IReadOnlyList<MinerPlan> Miners { get; }

    /// <summary>What the guests of this network measure to: 48 bytes that name what they are.</summary>
    internal static string Measurement { get; } = Hex.Encode(SHA384.HashData("AIT development guest, emulated"u8));

    /// <summary>The same guest in a trust domain: MRTD is the measurement, the seven registers after it stay zero.</summary>
    internal static string TrustDomainMeasurement { get; } = Measurement + new string('0', 2 * 7 * SHA384.HashSizeInBytes);

    /// <summary>What may register here.</summary>
    internal static ImmutableArray<byte[]> Programs { get; } = [Hex.Decode(Measurement), Hex.Decode(TrustDomainMeasurement)];

    internal Deployment Deployment { get; private set; } = null!; // set by StartAsync before it returns the network

    internal ChainAccess Chain { get; private set; } = null!; // set by StartAsync before it returns the network

    /// <summary>The block from which the dev chain's present life went on; null while it is not running.</summary>
    internal ulong? ChainBegan => _chainLife?.Item1;

    /// <summary>Whether the coordinator serves the browser console.</summary>
    internal bool HasConsole { get; private set; }

    /// <summary>Contracts created by this start; empty when they were there already.</summary>
    internal IReadOnlyList<DeployedContract> Contracts { get; private set; } = [];

    /// <summary>Starts everything, or ends what it started and says in one sentence what stood in the way.</summary>
    internal static async Task<LocalNetwork> StartAsync(LocalNetworkOptions options, TimeProvider clock, Action<string> tell, CancellationToken cancellation)
    {
        // The console is built while the chain and the contracts come up.
        Task<string?> console = new ConsoleBuild(Installation.ConsoleFolder, Installation.BuiltConsole, tell).BuildAsync(cancellation);
        string anvil = await new Prerequisites(Installation.ContractsFolder, tell).AnvilAsync(cancellation).ConfigureAwait(false);
        FolderLock held = FolderLock.Take(options.State.Path);
        var network = new LocalNetwork(options, held, clock, tell);
        try
        {
            IReadOnlyList<string> ended = await network._running.EndLeftoversAsync(clock, cancellation).ConfigureAwait(false);
            if (ended.Count > 0)
            {
                tell($"ended what a killed run had left behind: {string.Join(", ", ended)}");
            }

            LocalPort.EnsureFree(options.RpcPort, "the dev chain", "--rpc-port");
            LocalPort.EnsureFree(options.Port, "the coordinator", "--port");
            foreach (int port in options.ReplicaPorts)
            {
                LocalPort.EnsureFree(port, "a replica of the coordinator", "--port");
            }

            await network.StartAsync(anvil, console, cancellation).ConfigureAwait(false);
            return network;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The account of a name, from its key file; made when it is new.</summary>
    internal Secp256k1PrivateKey Key(string name) => KeyFile.OpenOrCreate(State.Key(name));

    internal Supervisor Supervisor(string name) => _supervisors[name];

    /// <summary>Which coordinator leads, by its own numbers.</summary>
    internal async Task<string> LeaderAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient();
        while (true)
        {
            foreach ((string name, Uri address) in _options.Coordinators)
            {
                try
                {
                    string numbers = await http.GetStringAsync(new Uri(address, "/metrics"), cancellation).ConfigureAwait(false);
                    if (numbers.Split('\n').Any(line => line.StartsWith("ait_leader", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal)))
                    {
                        return name;
                    }
                }
                catch (HttpRequestException)
                {
                    // It is gone, or starts just now.
                }
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stops every coordinator for good; the others go on.</summary>
    internal async Task StopCoordinatorsAsync()
    {
        foreach (string name in _options.Coordinators.Select(replica => replica.Name).Where(_supervisors.ContainsKey))
        {
            await StopProgramAsync(name).ConfigureAwait(false);
        }
    }

    /// <summary>Kills a program with SIGKILL and does not start it again; the others go on.</summary>
    internal async Task LoseProgramAsync(string name)
    {
        _supervisors[name].Signal(UnixProcess.SigKill);
        await StopProgramAsync(name).ConfigureAwait(false);
    }

    /// <summary>Gives accounts dev-chain coin to pay for gas.</summary>
    internal async Task EndowAsync(IEnumerable<Address> accounts, CancellationToken cancellation)
    {
        foreach (Address account in accounts.Distinct())
        {
            BigInteger balance = await Chain.Client.GetBalanceAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
            if (balance < s_endowment / 2)
            {
                await Chain.SetBalanceAsync(account, s_endowment, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Starts one more miner, which proves its host alone, whatever its class.</summary>
    internal async Task JoinAsMeasuredHostAsync(MinerPlan miner, CancellationToken cancellation)
    {
        using Secp256k1PrivateKey key = Key(miner.Operator);
        await EndowAsync([key.Address], cancellation).ConfigureAwait(false);
        EmulatedMachine machine = await Hardware.HostAsync(miner.Host, inTrustDomain: false, [miner.DeviceClass.ToString()], cancellation).ConfigureAwait(false);
        Keep(MinerCall(miner, machine, []));
    }

    /// <summary>Stops the miners for good, each after it finished what it began.</summary>
    internal async Task StopMinersAsync()
    {
        List<string> miners = [.. Miners.Select(miner => miner.Name).Where(_supervisors.ContainsKey)];
        await Task.WhenAll(miners.Select(name => _supervisors[name].StopAsync())).ConfigureAwait(false);
        foreach (string name in miners)
        {
            _supervisors.Remove(name);
            _startOrder.Remove(name);
        }
    }

    /// <summary>Stops one program for good; the others go on.</summary>
    internal async Task StopProgramAsync(string name)
    {
        await _supervisors[name].StopAsync().ConfigureAwait(false);
        _supervisors.Remove(name);
        _startOrder.Remove(name);
    }

    /// <summary>Ends miners, then the coordinator, then the chain, so that each can finish what it began.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopMinersAsync().ConfigureAwait(false);
        foreach (string name in Enumerable.Reverse(_startOrder))
        {
            await _supervisors[name].StopAsync().ConfigureAwait(false);
        }

        _supervisors.Clear();
        _startOrder.Clear();
        await _chainState.DisposeAsync().ConfigureAwait(false);
        Chain?.Dispose();
        _lock.Dispose();
    }

    private async Task StartAsync(string anvil, Task<string?> console, CancellationToken cancellation)
    {
        // Making the development root takes seconds of arithmetic; the chain can start meanwhile.
        Task<EmulatedRoot> root = Hardware.RootAsync(cancellation);
        var chain = new ProgramCall("chain", anvil, DevChain.Arguments(_options.RpcPort, State.ChainState), State.Log("chain"));
        Keep(chain.Name, () =>
        {
            _chainLife = null;
            if (_chainState.Mend())
            {
                _tell("the dev chain was killed while it wrote its state; it starts from a copy a few blocks older");
            }

            return chain;
        }, async life => _chainLife = Tuple.Create(await DevChain.BeginAsync(_options.Rpc, _clock, life).ConfigureAwait(false)));
        Chain = await ReachChainAsync(cancellation).ConfigureAwait(false);
        using Secp256k1PrivateKey deployer = Key("deployer");
        using Secp256k1PrivateKey coordinator = Key("coordinator");
        List<Address> accounts = [deployer.Address, coordinator.Address];
        foreach (string name in Miners.Select(miner => miner.Operator).Distinct())
        {
            using Secp256k1PrivateKey key = Key(name);
            accounts.Add(key.Address);
        }

        await EndowAsync(accounts, cancellation).ConfigureAwait(false);
        Task<EmulatedMachine[]> machines = MachinesAsync(root, cancellation);
        await DeployAsync(await root.ConfigureAwait(false), deployer, coordinator.Address, cancellation).ConfigureAwait(false);
        Task published = PublishAsync(machines, deployer, cancellation);
        await ImportCollateralAsync(cancellation).ConfigureAwait(false);
        ModelsFile.Write(State.Models, State.Artifacts);
        string? built = await console.ConfigureAwait(false);
        HasConsole = built is not null;
        foreach ((string name, Uri address) in _options.Coordinators)
        {
            Keep(CoordinatorCall(name, address, built));
        }

        Dictionary<string, EmulatedMachine> byName = (await machines.ConfigureAwait(false)).ToDictionary(machine => machine.Name);
        await Task.WhenAll(_options.Coordinators.Select(replica => ReachCoordinatorAsync(replica.Name, replica.Address, cancellation))).ConfigureAwait(false);
        foreach (MinerPlan miner in Miners.Where(miner => !miner.InTrustDomain))
        {
            Keep(MinerCall(miner, byName[miner.Host], GpuEvidenceArguments(miner)));
        }

        await published.ConfigureAwait(false);
        foreach (MinerPlan miner in Miners.Where(miner => miner.InTrustDomain))
        {
            Keep(MinerCall(miner, byName[miner.Host], GpuEvidenceArguments(miner)));
        }

        new NetworkRecord(_options.Reached(_options.Rpc), _options.Reached(_options.Coordinator), _options.Miners).Write(State.Network);
    }

    /// <summary>The hosts of the miners, once their root is there.</summary>
    private async Task<EmulatedMachine[]> MachinesAsync(Task<EmulatedRoot> root, CancellationToken cancellation)
    {
        await root.ConfigureAwait(false);
        return await Task.WhenAll(Miners.Select(miner => miner.Host).Distinct().Select(host =>
            Hardware.HostAsync(host, Miners.First(miner => miner.Host == host).InTrustDomain, MinerPlan.GpusOf(host).Select(gpu => gpu.ToString()), cancellation))).ConfigureAwait(false);
    }

    /// <summary>Puts on chain what the emulated Intel publishes, as whoever runs a network does with the true one's.</summary>
    private async Task PublishAsync(Task machines, Secp256k1PrivateKey payer, CancellationToken cancellation)
    {
        await machines.ConfigureAwait(false);
        if (Miners.FirstOrDefault(miner => miner.InTrustDomain) is not { } miner)
        {
            return;
        }

        PlatformFiles platform = await Hardware.PlatformAsync(miner.Host, Measurement, cancellation).ConfigureAwait(false);
        PlatformPublisher publisher = await PlatformPublisher.OpenAsync(Chain, payer, Deployment.DcapVerifier, _ => { }, cancellation).ConfigureAwait(false);
        await publisher.PublishAsync(platform, cancellation).ConfigureAwait(false);
    }

    /// <summary>Gives the coordinator what the emulated vendors publish, as a machine without a way to vendors gets it: in a bundle.</summary>
    private async Task ImportCollateralAsync(CancellationToken cancellation)
    {
        await Hardware.WriteBundleAsync(State.CollateralBundle, cancellation).ConfigureAwait(false);
        string[] arguments = ["collateral", "import", State.CollateralBundle, "--collateral", State.Collateral, "--deployment", State.Deployment];
        ToolRun? run = await ToolRun.TryAsync(Installation.HostProgram("Ait.Coordinator"), arguments, cancellation).ConfigureAwait(false);
        if (run is not { ExitCode: 0 })
        {
            throw new SurroundingsException($"the coordinator does not take the emulated vendors' collateral: {run?.Errors.Trim() ?? "it cannot be started"}.");
        }
    }

    private async Task DeployAsync(EmulatedRoot root, Secp256k1PrivateKey deployer, Address coordinator, CancellationToken cancellation)
    {
        if (File.Exists(State.Deployment))
        {
            Deployment = Deployment.Read(State.Deployment);
            var code = await Chain.Client.GetCodeAsync(Deployment.MiningRegistry, BlockTag.Latest, cancellation).ConfigureAwait(false);
            if (code.IsEmpty)
            {
                throw new SurroundingsException(
                    $"{State.Deployment} names contracts that the chain in {State.ChainState} does not have. Remove {State.Path} to start afresh.");
            }

            return;
        }

        EmulatedGpuVendor gpuVendor = await Hardware.GpuVendorAsync(_clock.GetUtcNow(), cancellation).ConfigureAwait(false);
        DeployPlan plan = DeployPlan.ForDevelopment(root, gpuVendor, _options.AdmitsMeasuredH100, Programs, _options.AuditShare, null, coordinator);
        (Deployment, Contracts) = await Deployer.DeployAsync(Chain, deployer, plan, State.DeploymentJournal, _clock, _ => { }, cancellation).ConfigureAwait(false);
        plan.WriteReferences(State.GpuReferences);
        Deployment.Write(State.Deployment);
    }

    private ProgramCall CoordinatorCall(string name, Uri address, string? console) => new(
        name,
        Installation.HostProgram("Ait.Coordinator"),
        [
            "--rpc", _options.Reached(_options.Rpc).ToString(), "--deployment", State.Deployment, "--key", State.Key("coordinator"), "--store", _options.Store ?? State.Ledger,
            "--listen", address.ToString(), "--models", State.Models, "--batch-interval", Milliseconds(_options.BatchInterval),
            "--commit-window", Milliseconds(_options.CommitWindow), "--reveal-window", Milliseconds(_options.RevealWindow),
            "--task-lifetime", Milliseconds(_options.TaskLifetime),
            "--collateral", State.Collateral, "--collateral-source", "disk", "--revocation", "given", "--dex", State.Exchange,
            .. console is null ? (string[])[] : ["--console", console],
        ],
        State.Log(name));

    private ProgramCall MinerCall(MinerPlan miner, EmulatedMachine machine, IEnumerable<string> gpuEvidence) => new(
        miner.Name,
        Installation.HostProgram("Ait.Miner"),
        [
            "--rpc", _options.Reached(_options.Rpc).ToString(), "--coordinator", string.Join(',', _options.Coordinators.Select(coordinator => _options.Reached(coordinator.Address))), "--deployment", State.Deployment,
            "--operator-key", State.Key(miner.Operator), "--evidence-command", Hardware.EvidenceCommand(miner.Host, Measurement),
            .. gpuEvidence, "--gpu-uuid", Hex.Encode(machine.GpuUuids[miner.GpuIndex]), "--class", miner.DeviceClass.ToString(),
            "--measurement", miner.InTrustDomain ? TrustDomainMeasurement : Measurement,
            "--models", State.Artifacts, "--state", State.Miner(miner.Name), "--json",
        ],
        State.Log(miner.Name));

    /// <summary>Evidence of the GPU itself, of the class that has it.</summary>
    private IEnumerable<string> GpuEvidenceArguments(MinerPlan miner) => miner.DeviceClass == DeviceClass.H100
        ? ["--gpu-evidence-command", Hardware.GpuEvidenceCommand(miner.Host, Measurement, miner.GpuIndex), "--gpu-references", State.GpuReferences]
        : [];

    private static string Milliseconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0}ms");

    private void Keep(ProgramCall call) => Keep(call.Name, () => call);

    private void Keep(string name, Func<ProgramCall> call, Func<CancellationToken, Task>? begin = null)
    {
        var supervisor = new Supervisor(call, _running, _clock, _tell, begin);
        _supervisors.Add(name, supervisor);
        _startOrder.Add(name);
        supervisor.Start();
    }

    private async Task<ChainAccess> ReachChainAsync(CancellationToken cancellation)
    {
        long begun = _clock.GetTimestamp();
        while (_clock.GetElapsedTime(begun) < s_startPatience && _supervisors["chain"].Starts == 1)
        {
            if (ChainBegan is not null)
            {
                return await ChainAccess.OpenAsync(_options.Rpc, _clock, cancellation).ConfigureAwait(false);
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }

        throw new SurroundingsException($"the dev chain did not start: {Launching.Supervisor.LastWords(State.Log("chain"))}. Its log is {State.Log("chain")}.");
    }

    private async Task ReachCoordinatorAsync(string name, Uri address, CancellationToken cancellation)
    {
        using var api = new CoordinatorApi(address, _clock);
        long begun = _clock.GetTimestamp();
        while (_clock.GetElapsedTime(begun) < s_startPatience && _supervisors[name].Starts < 3)
        {
            if (await api.IsReadyAsync(cancellation).ConfigureAwait(false))
            {
                return;
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }

        throw new SurroundingsException(
            $"the {name} did not start: {Launching.Supervisor.LastWords(State.Log(name))}. Its log is {State.Log(name)}.");
    }
}
