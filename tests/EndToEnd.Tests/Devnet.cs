using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Commands;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

// Each network is nine processes: one network at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Ait.EndToEnd.Tests;

/// <summary>A whole network of real processes on emulated hardware, in a folder of its own. Absent, with the reason, where no dev chain can run.</summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync ends what it owns.")]
public class Devnet : IAsyncLifetime
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-devnet-").FullName;
    private LocalNetwork? _local;
    private NetworkAccess? _network;

    internal LocalNetwork Local => _local ?? throw Skipped();

    internal NetworkAccess Network => _network ?? throw Skipped();

    public async ValueTask InitializeAsync()
    {
        if (new Prerequisites(Installation.ContractsFolder, _ => { }).FindAnvil() is null)
        {
            return;
        }

        var options = Shape(new LocalNetworkOptions
        {
            State = new StateFolder(_folder),
            Miners = 5,
            Port = LocalPort.PickFree(),
            RpcPort = LocalPort.PickFree(),
            BatchInterval = TimeSpan.FromMilliseconds(500),
            CommitWindow = TimeSpan.FromSeconds(40),
            RevealWindow = TimeSpan.FromSeconds(40),
        });
        _local = await LocalNetwork.StartAsync(options, TimeProvider.System, _ => { }, CancellationToken.None);
        _network = await NetworkAccess.OpenAsync(options.Rpc, options.Coordinator, CancellationToken.None);
    }

    /// <summary>What this network has beyond one coordinator and a file.</summary>
    private protected virtual LocalNetworkOptions Shape(LocalNetworkOptions options) => options;

    public virtual async ValueTask DisposeAsync()
    {
        _network?.Dispose();
        if (_local is not null)
        {
            await _local.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal static void Require(Devnet devnet) => Assert.SkipWhen(
        devnet._local is null,
        "no dev chain: anvil is neither in contracts/node_modules nor on PATH (run tests/prepare-contracts, or install Foundry)");

    internal async Task<IReadOnlyList<DeviceResponse>> EnrolledAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            IReadOnlyList<DeviceResponse> devices = await Network.Coordinator.DevicesAsync(cancellation);
            if (devices.Count >= count)
            {
                return devices;
            }

            await Task.Delay(s_poll, cancellation);
        }
    }

    internal async Task<IReadOnlyList<RegisteredDevice>> RegisteredAsync(int count, CancellationToken cancellation)
    {
        while ((await Network.DevicesAsync("rosterLength", cancellation)).AsUInt32() < count)
        {
            await Task.Delay(s_poll, cancellation);
        }

        // Classes without evidence of the GPU prove themselves first: then every device is in the draws.
        while (true)
        {
            IReadOnlyList<RegisteredDevice> roster = await Network.RosterAsync(cancellation);
            if (!roster.Any(device => device.IsUnproven && device.Roster.RevokedBlock == 0))
            {
                return roster;
            }

            await Task.Delay(s_poll, cancellation);
        }
    }

    internal async Task<ModelResponse> ModelAsync(CancellationToken cancellation) => (await Network.Coordinator.ModelsAsync(cancellation)).Models[0];

    internal async Task<IReadOnlyList<Hash256>> QueueAsync(IEnumerable<Workload> workloads, CancellationToken cancellation)
    {
        using Secp256k1PrivateKey coordinator = Local.Key("coordinator");
        return await Queue.AddAsync(Network, coordinator, workloads, cancellation);
    }

    /// <summary>Waits for the settlement of a workload's task, through a coordinator that may be down now and then.</summary>
    internal async Task<TaskResponse> SettledAsync(Hash256 workload, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                WorkloadResponse state = await Network.Coordinator.WorkloadAsync(workload, cancellation);
                if (state is { Phase: WorkloadPhase.Void, TaskId: { } ended })
                {
                    TaskResponse task = await Network.Coordinator.TaskAsync(ended, cancellation);
                    Assert.Fail($"task {ended} is void: {string.Join(", ", task.Seats.Select(seat => $"{seat.Phase} {seat.Reason}"))}");
                }

                if (state is { Phase: WorkloadPhase.Settled, TaskId: { } taskId })
                {
                    return await Network.Coordinator.TaskAsync(taskId, cancellation);
                }
            }
            catch (SurroundingsException)
            {
                // Killed just now; its supervisor starts it again.
            }

            await Task.Delay(s_poll, cancellation);
        }
    }

    /// <summary>The development root as the C# verifier pins it.</summary>
    internal async Task<TrustRoots> RootsAsync(CancellationToken cancellation)
    {
        EmulatedRoot root = await Local.Hardware.RootAsync(cancellation);
        return new TrustRoots([new TrustRoot(Attestation.SevSnp.SnpProduct.Genoa, new ByteString(root.KeyFingerprint.Span))]);
    }

    internal async Task<BigInteger> SupplyAsync(CancellationToken cancellation) => await Network.SupplyAsync(cancellation);

    /// <summary>The operator with the most AIT: its key file and what it has.</summary>
    internal async Task<(string KeyFile, BigInteger Balance)> RichestAsync(CancellationToken cancellation)
    {
        (string File, BigInteger Balance) best = ("", -1);
        foreach (string name in Local.Miners.Select(miner => miner.Operator).Distinct())
        {
            BigInteger balance = await BalanceAsync(Local.State.Key(name), cancellation);
            if (balance > best.Balance)
            {
                best = (Local.State.Key(name), balance);
            }
        }

        return best;
    }

    internal async Task<BigInteger> BalanceAsync(string keyFile, CancellationToken cancellation)
    {
        using Secp256k1PrivateKey key = KeyFile.Open(keyFile);
        return await Network.BalanceAsync(key.Address, cancellation);
    }

    /// <summary>`ait …` on this network, in this process; its last line of JSON.</summary>
    internal async Task<JsonObject> RunAsync(int exitCode, CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int code = await AitCommandLine.RunAsync([.. arguments, "--state", Local.State.Path, "--json"], output, errors, cancellation);
        Assert.True(code == exitCode, $"exit code {code}: {output}{errors}");
        return JsonNode.Parse(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!.AsObject();
    }

    private static InvalidOperationException Skipped() => new("the test must call Require first");
}
