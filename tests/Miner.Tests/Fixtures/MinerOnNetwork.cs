using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Miner.Configuring;
using Ait.Miner.Collecting;
using Ait.Miner.Evidencing;
using Ait.Miner.Running;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>A whole miner on the development network, with the stand-in coordinator; run inside the test or as a process.</summary>
internal sealed class MinerOnNetwork : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly CancellationTokenSource _draining = new();
    private Address _enclaveKey;
    private Process? _process;

    private MinerOnNetwork(Network network, string[] arguments, TemporaryFolder folder)
    {
        _folder = folder;
        Network = network;
        Coordinator = new StandInCoordinator(network, () => _enclaveKey);
        Arguments = [.. arguments, "--coordinator", Coordinator.Url.AbsoluteUri];
    }

    public Network Network { get; }

    public StandInCoordinator Coordinator { get; }

    public string[] Arguments { get; }

    public ProgramOutput Output { get; } = new();

    public Task<int> Running { get; private set; } = Task.FromResult(-1);

    public string StateFolder => _folder.File("state");

    public static async Task<MinerOnNetwork> CreateAsync(DevelopmentNetwork chain, int coins = 10, string measurement = DevelopmentNetwork.Measurement, string? hardware = null)
    {
        var folder = new TemporaryFolder();
        using Secp256k1PrivateKey operatorKey = await chain.CreateAccountAsync(coins);
        byte[] key = new byte[32];
        operatorKey.CopyTo(key);
        string keyFile = folder.Write("operator.key", Hex.Encode(key));
        (string command, byte[] gpuUuid) = await chain.CreateHostAsync(measurement, hardware);
        string[] arguments =
        [
            "--rpc", chain.Rpc.AbsoluteUri, "--deployment", chain.DeploymentFile, "--operator-key", keyFile, "--evidence-command", command,
            "--gpu-uuid", Convert.ToHexStringLower(gpuUuid), "--class", "H100", "--measurement", measurement, "--state", folder.File("state"), "--json",
        ];
        CommandWords.TrySplit(command, out var words, out _);
        var binder = new EvidenceBinder(new EvidenceCommand(words, TimeSpan.FromSeconds(60)), null, [.. gpuUuid], [.. Hex.Decode(measurement)]);
        var identified = Assert.IsType<BinderOutcome.Identified>(await binder.IdentifyAsync(CancellationToken.None));
        return new MinerOnNetwork(
            new Network
            {
                Domain = chain.Domain,
                DeviceRegistry = chain.DeviceRegistry,
                CertificateCache = chain.CertificateCache,
                Coordinator = chain.Coordinator,
                GpuId = identified.GpuId,
                OperatorAccount = operatorKey.Address,
            },
            arguments,
            folder);
    }

    /// <summary>The program inside this process; its drain is <see cref="DrainAsync"/>.</summary>
    public async Task StartAsync()
    {
        int startsBefore = Output.Kinds.Count(kind => kind == "started");
        Running = MinerProgram.RunAsync(Arguments, new Dictionary<string, string>(), Output, Output, _draining.Token);
        await NoteKeyAsync(startsBefore);
    }

    public Task<int> RunToEndAsync(params string[] command) =>
        MinerProgram.RunAsync([.. command, .. Arguments], new Dictionary<string, string>(), Output, Output, _draining.Token);

    /// <summary>The program as a process of its own.</summary>
    public async Task StartProcessAsync()
    {
        int startsBefore = Output.Kinds.Count(kind => kind == "started");
        Process process = Process.Start(new ProcessStartInfo(Programs.Miner, Arguments) { RedirectStandardOutput = true }) ?? throw new InvalidOperationException("no process");
        _process = process;
        Running = FollowAsync(process);
        await NoteKeyAsync(startsBefore);
    }

    public async Task<int> DrainAsync()
    {
        await _draining.CancelAsync();
        return await Running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    public async Task SignalAsync(string signal) =>
        await Programs.RunAsync("/bin/kill", $"-{signal}", (_process ?? throw new InvalidOperationException("no process")).Id.ToString(CultureInfo.InvariantCulture));

    public Task<JsonElement> WaitAsync(string kind) => Output.WaitAsync(kind, Running);

    public async ValueTask DisposeAsync()
    {
        await _draining.CancelAsync();
        if (_process is { HasExited: false })
        {
            _process.Kill();
        }

        await Running;
        _process?.Dispose();
        await Coordinator.DisposeAsync();
        _draining.Dispose();
        _folder.Dispose();
    }

    private async Task<int> FollowAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is string line)
        {
            Output.WriteLine(line);
        }

        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>The coordinator learns the enclave key of the process that started last.</summary>
    private async Task NoteKeyAsync(int startsBefore) =>
        _enclaveKey = Address.Parse((await Output.WaitAsync("started", Running, startsBefore)).GetProperty("enclaveKey").GetString()!);
}
