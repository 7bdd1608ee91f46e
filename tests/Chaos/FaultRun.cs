using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ait.Audit;
using Ait.Bench.Coordinator;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Cli.Telling;
using Ait.Protocol.Http;

namespace Ait.Chaos;

/// <summary>
/// Two coordinators over PostgreSQL, five miners and a chain, all of them this run's own processes; faults at random by a seed; then the
/// questions: is any task without an end, was any paid twice, is every AIT explained, and does it work again without a human.
/// </summary>
internal sealed class FaultRun
{
    private const int Miners = 5;
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromMinutes(8);

    private readonly LocalNetwork _network;
    private readonly PostgresInstance _postgres;
    private readonly SmallDisk? _disk;
    private readonly Random _random;
    private readonly TextWriter _output;
    private readonly TimeProvider _clock;
    private readonly long _begun;
    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);

    private FaultRun(LocalNetwork network, PostgresInstance postgres, SmallDisk? disk, int seed, TextWriter output, TimeProvider clock)
    {
        _network = network;
        _postgres = postgres;
        _disk = disk;
        _random = new Random(seed);
        _output = output;
        _clock = clock;
        _begun = clock.GetTimestamp();
    }

    internal static async Task<bool> RunAsync(ChaosArguments asked, TextWriter output, TimeProvider clock)
    {
        // Ctrl-C and SIGTERM end the run, and with it every process it started.
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        CancellationToken cancellation = stop.Token;
        output.WriteLine($"faults for {asked.Time.TotalSeconds:F0} s, --seed {asked.Seed}");
        using SmallDisk? disk = SmallDisk.TryMount();
        if (disk is null)
        {
            output.WriteLine("the disk is NOT filled in this run: that needs root and a mount of its own");
        }

        string folder = Directory.CreateTempSubdirectory("ait-chaos-").FullName;
        using PostgresInstance postgres = PostgresInstance.Start("-c shared_buffers=32MB -c max_wal_size=64MB", disk is null ? null : Directory.CreateDirectory(Path.Combine(disk.Folder, "pg")).FullName)
            ?? throw new SurroundingsException("no PostgreSQL: install Debian's package postgresql.");
        LocalNetwork network = await LocalNetwork.StartAsync(
            new LocalNetworkOptions
            {
                State = new StateFolder(folder),
                Miners = Miners,
                Port = LocalPort.PickFree(),
                RpcPort = LocalPort.PickFree(),
                BatchInterval = TimeSpan.FromMilliseconds(500),
                CommitWindow = TimeSpan.FromSeconds(90),
                RevealWindow = TimeSpan.FromSeconds(60),
                TaskLifetime = TimeSpan.FromMinutes(5), // What a killed miner's new key keeps from settling has an end by then.
                Store = postgres.CreateDatabase("chaos"),
                ReplicaPorts = [LocalPort.PickFree()],
            },
            clock, _ => { }, cancellation);
        bool holds;
        await using (network)
        {
            holds = await new FaultRun(network, postgres, disk, asked.Seed, output, clock).RunAsync(asked.Time, cancellation);
        }

        if (holds)
        {
            Directory.Delete(folder, recursive: true);
        }
        else
        {
            output.WriteLine($"logs are in {folder}");
        }

        return holds;
    }

    private async Task<bool> RunAsync(TimeSpan time, CancellationToken cancellation)
    {
        List<NetworkAccess> replicas = [];
        foreach ((_, Uri address) in _network.Options.Coordinators)
        {
            replicas.Add(await NetworkAccess.OpenAsync(_network.Options.Rpc, address, cancellation));
        }

        using Secp256k1PrivateKey key = _network.Key("coordinator");
        var work = new Work(replicas, key);
        while ((await replicas[0].DevicesAsync("rosterLength", cancellation)).AsUInt32() < Miners)
        {
            await Task.Delay(200, cancellation);
        }

        ModelResponse model = (await replicas[0].Coordinator.ModelsAsync(cancellation)).Models[0];
        Tell("the network is up");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task keeping = KeepPostgresAsync(over.Token);
        while (Elapsed < time)
        {
            work.Add(1 + _random.Next(3), model, _clock);
            await work.AskAsync(cancellation);
            await Task.Delay(TimeSpan.FromSeconds(1 + (5 * _random.NextDouble())), cancellation);
            await FaultAsync(cancellation);
            await work.LookAsync(cancellation);
        }

        Tell($"{_faults.Values.Sum()} faults: {string.Join(", ", _faults.Select(fault => $"{fault.Value} {fault.Key}"))}");
        Tell($"{work.Describe()}; no more faults from here on");
        bool ended = await work.FinishAsync(s_endsWithin, _clock, cancellation);
        Tell($"of {work.Taken.Count} tasks {work.Describe()}");
        var fresh = new Work(replicas, key);
        fresh.Add(3, model, _clock);
        bool recovered = await fresh.FinishAsync(s_endsWithin, _clock, cancellation) && fresh.Ends.All(end => end == nameof(WorkloadPhase.Settled));

        // Whoever has seen these settle has also seen what the last fault took back.
        ended &= await work.FinishAsync(s_endsWithin, _clock, cancellation);
        Tell($"of {work.Taken.Count} tasks {work.Describe()} after that");
        bool holds = Check("every task has an end", ended)
            & Check("new work settles without anybody's help", recovered)
            & Check("both coordinators say that they are ready", await AreReadyAsync(cancellation))
            & await CheckChainAsync(replicas[0], [.. work.Taken, .. fresh.Taken], cancellation);
        await over.CancelAsync();
        await keeping;
        replicas.ForEach(replica => replica.Dispose());
        return holds;
    }

    private TimeSpan Elapsed => _clock.GetElapsedTime(_begun);

    /// <summary>One fault, chosen by the seed.</summary>
    private async Task FaultAsync(CancellationToken cancellation)
    {
        int choice = _random.Next(100);
        switch (choice)
        {
            case < 35:
                Kill("coordinator", _network.Options.Coordinators[_random.Next(_network.Options.Coordinators.Count)].Name);
                break;
            case < 60:
                Kill("miner", _network.Miners[_random.Next(_network.Miners.Count)].Name);
                break;
            case < 72:
                Tell("SIGKILL postgres");
                Count("kills of PostgreSQL");
                _postgres.Kill();
                break;
            case < 82:
                Kill("chain", "chain");
                break;
            case < 92:
                await ReorganiseAsync(1 + _random.Next(4), cancellation);
                break;
            default:
                await FillDiskAsync(TimeSpan.FromSeconds(2 + (6 * _random.NextDouble())), cancellation);
                break;
        }
    }

    private void Count(string kind) => _faults[kind] = _faults.GetValueOrDefault(kind) + 1;

    private void Kill(string kind, string name)
    {
        Tell($"SIGKILL {name}");
        Count($"kills of a {kind}");
        _network.Supervisor(name).Signal(UnixProcess.SigKill);
    }

    /// <summary>Blocks are replaced by others without their transactions: only such as the chain's present life made, for it has no whole state of those before.</summary>
    private async Task ReorganiseAsync(int most, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var rpc = new JsonRpcClient(http, _network.Options.Rpc, new JsonRpcOptions { MaxAttempts = 1 }, _clock);
        try
        {
            ulong head = await new EthereumClient(rpc).GetBlockNumberAsync(cancellation);
            int depth = _network.ChainBegan is ulong began && head > began ? (int)Math.Min((ulong)most, head - began) : 0;
            Tell($"reorganisation of {depth} blocks");
            if (depth > 0)
            {
                await rpc.CallAsync("anvil_reorg", [depth, new JsonArray()], cancellation);
                Count("reorganisations");
            }
        }
        catch (RpcException fault)
        {
            Tell($"no reorganisation: {fault.Message}");
        }
    }

    private async Task FillDiskAsync(TimeSpan time, CancellationToken cancellation)
    {
        if (_disk is null)
        {
            return;
        }

        Tell($"the ledger's disk is full for {time.TotalSeconds:F1} s");
        Count("full disks");
        _disk.Fill();
        await Task.Delay(time, cancellation);
        _disk.Free();
    }

    /// <summary>What a service manager does: starts the database whenever it is not there.</summary>
    private async Task KeepPostgresAsync(CancellationToken over)
    {
        while (true)
        {
            await Task.WhenAny(Task.Delay(1000, over));
            if (over.IsCancellationRequested)
            {
                return;
            }

            if (!_postgres.IsRunning)
            {
                try
                {
                    _postgres.Start();
                }
                catch (InvalidOperationException)
                {
                    // Its disk is full, or the last of the old server's processes is still ending.
                }
            }
        }
    }

    private async Task<bool> AreReadyAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient();
        long begun = _clock.GetTimestamp();
        while (_clock.GetElapsedTime(begun) < TimeSpan.FromMinutes(1))
        {
            try
            {
                HttpResponseMessage[] answers = await Task.WhenAll(_network.Options.Coordinators.Select(replica => http.GetAsync(new Uri(replica.Address, "/readyz"), cancellation)));
                if (answers.All(answer => answer.IsSuccessStatusCode))
                {
                    return true;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(500, cancellation);
        }

        return false;
    }

    private async Task<bool> CheckChainAsync(NetworkAccess network, IReadOnlyList<Hash256> taken, CancellationToken cancellation)
    {
        Dictionary<Hash256, int> settled = (await network.SettledTasksAsync(cancellation)).GroupBy(found => found.Task.WorkloadHash).ToDictionary(group => group.Key, group => group.Count());
        int wrong = 0;
        foreach (Hash256 hash in taken)
        {
            WorkloadResponse state = await network.Coordinator.WorkloadAsync(hash, cancellation);
            int? expected = state.Phase switch { WorkloadPhase.Settled => 1, WorkloadPhase.Void => 0, _ => null };
            if (settled.GetValueOrDefault(hash) != expected)
            {
                wrong++;
                Tell($"workload {hash} is {state.Phase} here and settled {settled.GetValueOrDefault(hash)} times on chain");
            }
        }

        BalanceSheet sheet = await BalanceSheet.ReadAsync(network, cancellation);
        foreach (BalanceSheet.Check check in sheet.Checks.Where(check => !check.Holds))
        {
            Tell($"{check.What}: {check.Left} is not {check.Right}");
        }

        AuditReport audit = await Auditor.AuditAsync(network.Chain.Client, _network.Deployment.AuditScope, null, checksEvidence: true, _ => { }, cancellation);
        foreach (AuditFinding finding in audit.Findings)
        {
            Tell($"the audit: {finding}");
        }

        Tell($"of {taken.Count} tasks {settled.Values.Sum()} settlements on chain, {settled.Values.Count(times => times > 1)} settled twice; {audit.Counts.Select(count => $"{count.Count} {count.What}").Aggregate((all, next) => $"{all}, {next}")}");
        return Check("each task was settled on chain exactly as often as the coordinators say: once or never", wrong == 0)
            & Check("minted = sum over settled, and every other sum of the balance sheet", sheet.AddsUp)
            & Check("the audit re-derives every AIT and every seat from the chain alone", audit.Holds);
    }

    private bool Check(string what, bool holds)
    {
        Tell($"{(holds ? "holds" : "FAILS")}: {what}");
        return holds;
    }

    private void Tell(string line) => _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:F1} s  {line}"));
}
