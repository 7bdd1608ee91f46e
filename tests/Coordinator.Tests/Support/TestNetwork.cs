using System.Collections.Immutable;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.Hosting;
using Ait.Coordinator.Ledger;
using Ait.Protocol;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A chain, some devices and a ledger; the coordinator over them can be started, killed and started again.</summary>
internal sealed class TestNetwork : IDisposable
{
    internal static readonly ModelEntry Model = new("tiny", "0x01", Keccak256.Hash("model"u8), 1000);

    private static readonly Lazy<string> s_newLedger = new(MakeLedger);

    private readonly string _directory;

    internal TestNetwork(TimeProvider? clock = null, int miners = 4, DeploymentRoots? roots = null)
    {
        // Memory-backed where there is such a place: these tests repeat thousands of durable commits.
        string root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        _directory = Directory.CreateDirectory(Path.Combine(root, "ait-" + Guid.NewGuid().ToString("N"))).FullName;
        Manual = clock as ManualClock ?? new ManualClock();
        Clock = clock ?? Manual;
        Deployment = new Deployment(
            31337, 1, Account(1), Account(2), Account(3), Account(4), Account(5), Account(6), CoordinatorKey.Address, "development", roots, OperatorBond: Account(7));
        Chain = new SimulatedChain(Deployment.Domain, Clock);
        Miners = [.. Enumerable.Range(1, miners).Select(number => new TestMiner(Domain, Chain, number))];
        Options = new CoordinatorOptions
        {
            Rpc = new Uri("http://127.0.0.1:1"),
            DeploymentFile = "deployment.json",
            KeyFile = "key",
            Store = PostgresServer.IsAsked ? PostgresServer.Require().CreateDatabase(s_newLedger.Value) : Path.Combine(_directory, "ledger.db"),
            ModelsFile = "models.json",
            Listen = new Uri("http://127.0.0.1:0"),
            PublicUrl = new Uri("https://coordinator.example"),
            BatchInterval = TimeSpan.FromMilliseconds(100),
            PollInterval = TimeSpan.FromMilliseconds(50),
            DemandsEvidence = false,
            CollateralFolder = Path.Combine(_directory, "collateral"),
            Vendors = VendorOptions.Default with { Offline = true },
        };
    }

    internal ManualClock Manual { get; }

    internal TimeProvider Clock { get; }

    internal Deployment Deployment { get; }

    internal NetworkDomain Domain => Deployment.Domain;

    internal SimulatedChain Chain { get; }

    internal ImmutableArray<TestMiner> Miners { get; }

    internal CoordinatorOptions Options { get; set; }

    internal List<ModelEntry> Models { get; } = [Model];

    internal Secp256k1PrivateKey CoordinatorKey { get; } = TestMiner.Key("coordinator");

    internal static Workload Workload(int number, int maxNewTokens = 10) => new(
        WorkloadType.Inference, "X8v0", Model.Digest, [number, 2, 3], maxNewTokens, SamplingParameters.Greedy, 0, []);

    internal static ComputeUnits Price(Workload workload) => workload.Price(Model.MicroComputeUnitsPerToken);

    internal CoordinatorParts Parts(Action<string>? boundary = null)
    {
        LedgerDatabase ledger = LedgerDatabase.Open(Options.Store, Clock);
        ledger.BindTo(Deployment.ChainId, Deployment.MiningRegistry);
        ledger.CommitBoundary = boundary;
        Chain.Boundary = boundary;
        return new CoordinatorParts(Options, Deployment, new ModelTable(Models), CoordinatorKey, ledger, Chain, Clock);
    }

    internal RunningCoordinator Start(Action<string>? boundary = null) => new(this, Parts(boundary));

    internal TestMiner MinerOf(Hash256 gpuId) => Miners.First(miner => miner.GpuId == gpuId);

    /// <summary>A ledger nobody has used. Making its tables takes longer than most tests; a database that begins as its copy has them.</summary>
    private static string MakeLedger()
    {
        string address = PostgresServer.Require().CreateDatabase();
        LedgerDatabase.Open(address, TimeProvider.System, LedgerUse.Maintain).Dispose();
        PostgresServer.Require().CutConnections(address);
        return address;
    }

    public void Dispose()
    {
        foreach (TestMiner miner in Miners)
        {
            miner.Dispose();
        }

        if (PostgresServer.IsAsked)
        {
            PostgresServer.Require().DropDatabase(Options.Store);
        }

        CoordinatorKey.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static Address Account(byte number) => new([.. new byte[19], number]);
}
