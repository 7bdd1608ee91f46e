using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Audit;
using Ait.Audit.Bundling;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Exchanging;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Telling;

/// <summary>The main job, told act by act in the order of the flow, every number read from the chain or recomputed here.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Owns nothing: the network and its access are the caller's.")]
internal sealed partial class Story
{
    private static readonly string[] s_prompts =
    [
        "The capital of France is", "Water boils at", "The opposite of hot is", "Two and two make", "Once upon a time", "A miner earns by",
    ];

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);
    private readonly Screen _screen;
    private readonly LocalNetwork _local;
    private readonly NetworkAccess _network;
    private readonly TimeProvider _clock;
    private readonly string? _lost;
    private readonly Dictionary<Address, string> _names = [];

    /// <param name="screen">Where it is told.</param>
    /// <param name="local">The network.</param>
    /// <param name="network">How it is reached.</param>
    /// <param name="clock">The time.</param>
    /// <param name="lost">The coordinator that is killed while the work is under way, not the one that is talked to; null if none is.</param>
    internal Story(Screen screen, LocalNetwork local, NetworkAccess network, TimeProvider clock, string? lost)
    {
        _lost = lost;
        _screen = screen;
        _local = local;
        _network = network;
        _clock = clock;
    }

    /// <summary>Tells the whole story; false when a number did not add up or something refused too little.</summary>
    internal async Task<bool> TellAsync(CancellationToken cancellation)
    {
        Task<Exchange> exchange = OpenExchangeAsync(cancellation);
        IReadOnlyList<RegisteredDevice> roster = await RegisterAsync(cancellation).ConfigureAwait(false);
        IReadOnlyList<Hash256> workloads = await CommitAsync(cancellation).ConfigureAwait(false);
        IReadOnlyList<TaskResponse> tasks = await SettledAsync(workloads, cancellation).ConfigureAwait(false);
        await ProofsAsync(roster, cancellation).ConfigureAwait(false);
        bool seatsAgree = await SeatsAsync(tasks, await _network.RosterAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        await ExecutionAsync(tasks, cancellation).ConfigureAwait(false);
        await MintAsync(tasks, cancellation).ConfigureAwait(false);
        bool proven = await ProveAsync(tasks[0].TaskId, cancellation).ConfigureAwait(false);
        await RedeemAsync(cancellation).ConfigureAwait(false);
        bool refusedAndVoted = await MarketAsync(exchange, cancellation).ConfigureAwait(false);
        bool addsUp = await BalanceAsync(cancellation).ConfigureAwait(false);
        bool audited = await AuditAsync(cancellation).ConfigureAwait(false);
        SayWhatWasEmulated();
        return seatsAgree && proven && refusedAndVoted && addsUp && audited;
    }

    /// <summary>Act 1: evidence becomes verified devices.</summary>
    private async Task<IReadOnlyList<RegisteredDevice>> RegisterAsync(CancellationToken cancellation)
    {
        Act(1, "evidence → verified devices", "Each miner binds a fresh enclave key to its GPU in evidence signed by its host's chip, and by the GPU where its class can sign.");
        while ((await _network.DevicesAsync("rosterLength", cancellation).ConfigureAwait(false)).AsUInt32() < _local.Miners.Count)
        {
            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }

        IReadOnlyList<RegisteredDevice> roster = await _network.RosterAsync(cancellation).ConfigureAwait(false);
        IReadOnlyList<byte> profiles = await _network.ProfilesAsync(roster, cancellation).ConfigureAwait(false);
        Dictionary<Hash256, DeviceResponse> known = await KnownAsync(roster, cancellation).ConfigureAwait(false);
        foreach (string name in _local.Miners.Select(miner => miner.Operator).Distinct())
        {
            using Secp256k1PrivateKey key = _local.Key(name);
            _names[key.Address] = name;
        }

        Dictionary<Hash256, ulong> gas = await RegistrationGasAsync(cancellation).ConfigureAwait(false);
        _screen.Table(
            ["slot", "class", "operator", "host chip (EMULATED)", "verified by the coordinator", "verified by the contract", "gas"],
            roster.Zip(profiles, (device, profile) => (IReadOnlyList<string>)[
                $"{device.Slot}", device.DeviceClass.ToString(), Name(device.Operator), Short(device.HostChip),
                TrustNames.OfCoordinator(known[device.GpuId], device.EnclaveKey), TrustNames.OfRegistry(profile), $"{gas[device.GpuId]:N0}"]));
        _screen.Say("  The coordinator verified each whole device first (processor, GPU, their binding, the vendors' revocation lists and manifests");
        _screen.Say("  that it holds) and gives seats to no other. The contract then verified the same evidence alone, believing nobody: SEV-SNP reports");
        _screen.Say("  and TDX quotes up to their pinned roots, GPUs' reports against the admitted driver and VBIOS values.");
        foreach ((RegisteredDevice device, byte profile) in roster.Zip(profiles))
        {
            Event("registered", new JsonObject
            {
                ["slot"] = device.Slot,
                ["gpuId"] = device.GpuId.ToString(),
                ["class"] = device.DeviceClass.ToString(),
                ["operator"] = device.Operator.ToString(),
                ["hostChip"] = device.HostChip.ToString(),
                ["coordinatorProfile"] = known[device.GpuId].Verdict?.Profile,
                ["coordinatorPlatform"] = known[device.GpuId].Verdict?.Platform,
                ["contractProfile"] = TrustNames.OfRegistry(profile),
                ["gas"] = gas[device.GpuId],
                ["validUntil"] = device.Roster.ValidUntil,
            });
        }

        return roster;
    }

    /// <summary>The devices as the coordinator has them, once it has seen them all.</summary>
    private async Task<Dictionary<Hash256, DeviceResponse>> KnownAsync(IReadOnlyList<RegisteredDevice> roster, CancellationToken cancellation)
    {
        while (true)
        {
            IReadOnlyList<DeviceResponse> devices = await _network.Coordinator.DevicesAsync(cancellation).ConfigureAwait(false);
            if (roster.All(device => devices.Any(known => known.GpuId == device.GpuId)))
            {
                return devices.ToDictionary(device => device.GpuId);
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<Dictionary<Hash256, ulong>> RegistrationGasAsync(CancellationToken cancellation)
    {
        IReadOnlyList<(Log Log, ContractEvent Event)> events = await _network.Chain
            .EventsAsync([_network.Network.DeviceRegistry], cancellation, 0, NetworkAccess.Devices.Event("DeviceRegistered").Topic).ConfigureAwait(false);
        var gas = new Dictionary<Hash256, ulong>();
        foreach ((Log log, ContractEvent registration) in events)
        {
            TransactionReceipt receipt = await _network.Chain.ReceiptAsync(log.TransactionHash, cancellation).ConfigureAwait(false);
            gas[registration["gpuId"].AsHash256()] = receipt.GasUsed;
        }

        return gas;
    }

    /// <summary>Act 2: workloads become a batch of tasks, committed before anyone's seat exists.</summary>
    private async Task<IReadOnlyList<Hash256>> CommitAsync(CancellationToken cancellation)
    {
        Act(2, "workloads → tasks in a batch", "The coordinator commits tasks, six of inference and one of training, as a Merkle root before anyone's seat exists; the seed is the hash of a later block mixed with a secret.");
        ModelsResponse models = await _network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false);
        using Secp256k1PrivateKey coordinator = _local.Key("coordinator");
        IEnumerable<Workload> workloads = s_prompts.Select(prompt => WorkloadText.OfPrompt(prompt, 32, models.Models[0])).Append(DemoTraining.Workload(models.Models[0]));
        IReadOnlyList<Hash256> queued = await Queue.AddAsync(_network, coordinator, workloads, cancellation).ConfigureAwait(false);
        IReadOnlyList<(Log Log, ContractEvent Event)> commitments;
        do
        {
            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
            commitments = await _network.Chain
                .EventsAsync([_network.Network.MiningRegistry], cancellation, 0, NetworkAccess.Mining.Event("BatchCommitted").Topic).ConfigureAwait(false);
        }
        while (commitments.Count == 0);

        foreach ((Log log, ContractEvent batch) in commitments)
        {
            var units = new ComputeUnits(batch["computeUnits"].AsUInt64());
            _screen.Say($"  batch {batch["batchId"].AsUInt64()}: {batch["taskCount"].AsUInt32()} tasks, {units}, root {batch["root"].AsHash256()}");
            _screen.Say($"  committed in block {log.BlockNumber}, seed block {batch["seedBlock"].AsUInt64()}, roster of {batch["rosterLength"].AsUInt32()}");
            Event("committed", new JsonObject
            {
                ["batchId"] = batch["batchId"].AsUInt64(),
                ["root"] = batch["root"].AsHash256().ToString(),
                ["tasks"] = batch["taskCount"].AsUInt32(),
                ["microComputeUnits"] = units.Micro,
                ["seedBlock"] = batch["seedBlock"].AsUInt64(),
            });
        }

        return queued;
    }

    private async Task<IReadOnlyList<TaskResponse>> SettledAsync(IReadOnlyList<Hash256> workloads, CancellationToken cancellation)
    {
        _screen.Say("  … seats are drawn, run, committed, revealed and settled");
        if (_lost is not null)
        {
            await LoseAsync(_lost, cancellation).ConfigureAwait(false);
        }

        var tasks = new List<TaskResponse>();
        foreach (Hash256 workload in workloads)
        {
            while (true)
            {
                WorkloadResponse state = await _network.Coordinator.WorkloadAsync(workload, cancellation).ConfigureAwait(false);
                if (state is { Phase: WorkloadPhase.Settled, TaskId: { } taskId })
                {
                    tasks.Add(await _network.Coordinator.TaskAsync(taskId, cancellation).ConfigureAwait(false));
                    break;
                }

                if (state.Phase == WorkloadPhase.Void)
                {
                    throw new RefusedException($"the task of workload {workload} ended without agreement.");
                }

                await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
            }
        }

        return tasks;
    }

    /// <summary>Kills a coordinator once seats are drawn and before their tasks have all settled.</summary>
    private async Task LoseAsync(string coordinator, CancellationToken cancellation)
    {
        StatusResponse status;
        while (!(status = await _network.Coordinator.StatusAsync(cancellation).ConfigureAwait(false)).TasksByPhase.Any(phase => phase is { Key: >= TaskPhase.Seated, Value: > 0 }))
        {
            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }

        await _local.LoseProgramAsync(coordinator).ConfigureAwait(false);
        int settled = status.TasksByPhase[TaskPhase.Settled];
        _screen.Say($"  the {coordinator}, which led, was killed for good with {settled} tasks settled; everything from here on is the other's work, over the same ledger");
        Event("coordinatorLost", new JsonObject { ["coordinator"] = coordinator, ["tasksSettled"] = settled });
    }

    /// <summary>What became of the devices that had to prove their class, which they did while the tasks ran.</summary>
    private async Task ProofsAsync(IReadOnlyList<RegisteredDevice> roster, CancellationToken cancellation)
    {
        foreach (ChallengeLine line in await ChallengeBook.ReadAsync(_network.Chain, _local.Deployment.ChallengeRegistry, cancellation).ConfigureAwait(false))
        {
            RegisteredDevice device = roster.First(other => other.GpuId == line.Record.GpuId);
            _screen.Say($"  class challenge {line.Id}: the {device.DeviceClass} of {Name(device.Operator)} signs no evidence of itself. {Told(line)}");
            Event("challenge", line.ToJson());
        }
    }

    private static string Told(ChallengeLine line)
    {
        if (line.Record.Verdict == ChallengeVerdict.Void)
        {
            return "Fewer than two devices of other owners and hosts could be drawn as its witnesses, so the challenge is void, counts neither way, and another is opened.";
        }

        string clocks = line.Statements.IsEmpty ? "nothing yet" : string.Join(" and ", line.Statements.Select(statement => $"{statement.DurationMillis:N0} ms"));
        return $"It multiplied through {line.Record.Terms.Steps:N0} steps over memory drawn from an unpredictable seed; witnesses clocked {clocks}: {line.State}";
    }

    /// <summary>Act 3: the draw, done again here from the revealed secret and the seed block.</summary>
    private async Task<bool> SeatsAsync(IReadOnlyList<TaskResponse> tasks, IReadOnlyList<RegisteredDevice> roster, CancellationToken cancellation)
    {
        Act(3, "tasks → seats", "Three devices per task, of different operators and host chips, drawn by a public rule. Here the draws are done again from chain data.");
        var rows = new List<IReadOnlyList<string>>();
        bool agree = true;
        foreach (TaskResponse task in tasks)
        {
            SeatRecount recount = await SeatRecount.OfAsync(_network, task, roster, cancellation).ConfigureAwait(false);
            agree &= recount.MatchesCoordinator;
            string seats = string.Join(", ", recount.Slots.Select(slot => $"{slot} ({roster[slot].DeviceClass}, {Name(roster[slot].Operator)})"));
            rows.Add([$"{task.BatchId}/{task.Index}", Short(task.TaskId), seats, recount.MatchesCoordinator ? "as assigned" : "NOT as assigned"]);
            Event("seats", new JsonObject
            {
                ["taskId"] = task.TaskId.ToString(),
                ["slots"] = new JsonArray([.. recount.Slots.Select(slot => (JsonNode)slot)]),
                ["recomputed"] = recount.MatchesCoordinator,
            });
        }

        _screen.Table(["batch/index", "task", "slots drawn", "recomputed"], rows);
        return agree;
    }

    /// <summary>Act 4: what ran, for how long, with which result.</summary>
    private async Task ExecutionAsync(IReadOnlyList<TaskResponse> tasks, CancellationToken cancellation)
    {
        Act(4, "execution → work attestations", "Every seat ran the model; results are equal bit for bit on every processor. Each enclave signed its result hash and device time.");
        var rows = new List<IReadOnlyList<string>>();
        foreach (TaskResponse task in tasks)
        {
            WorkloadAnswer answer = await new Purchase(_network, _local.Key("coordinator"), _clock)
                .AnswerAsync(task.WorkloadHash, _ => { }, cancellation).ConfigureAwait(false);
            List<WorkStatement> statements = [.. task.Seats.Select(Statement).OfType<WorkStatement>()];
            string durations = string.Join(", ", statements.Select(statement => $"{statement.DurationMillis} ms"));
            int equal = statements.Count(statement => statement.ResultHash == answer.ResultHash);
            rows.Add([Short(task.TaskId), $"{answer.Tokens}", durations, $"{equal} of {task.Seats.Count}", Short(answer.ResultHash), Clipped(answer.Text)]);
            Event("executed", new JsonObject
            {
                ["taskId"] = task.TaskId.ToString(),
                ["tokens"] = answer.Tokens,
                ["text"] = answer.Text,
                ["durationsMillis"] = new JsonArray([.. statements.Select(statement => (JsonNode)statement.DurationMillis)]),
                ["equalResults"] = equal,
                ["resultHash"] = answer.ResultHash.ToString(),
            });
        }

        _screen.Table(["task", "tokens or steps", "device time per seat", "equal results", "result hash", "answer"], rows);
    }

    /// <summary>Act 5: agreement becomes AIT.</summary>
    private async Task MintAsync(IReadOnlyList<TaskResponse> tasks, CancellationToken cancellation)
    {
        Act(5, "agreement → mint", "The contract checks device, task, signature, duration and that two of three results are equal, and mints 0.1 AIT per compute unit and paid seat.");
        foreach (Hash256 transaction in tasks.Select(task => task.Transaction).OfType<Hash256>().Distinct())
        {
            TransactionReceipt receipt = await _network.Chain.ReceiptAsync(transaction, cancellation).ConfigureAwait(false);
            int settled = tasks.Count(task => task.Transaction == transaction);
            _screen.Say($"  {settled} tasks settled in {transaction}: {receipt.GasUsed:N0} gas, {receipt.GasUsed / (ulong)settled:N0} per task");
            Event("settled", new JsonObject { ["transaction"] = transaction.ToString(), ["tasks"] = settled, ["gas"] = receipt.GasUsed });
        }

        var rows = new List<IReadOnlyList<string>>();
        foreach ((Address account, string name) in _names.OrderBy(pair => pair.Value, StringComparer.Ordinal))
        {
            BigInteger balance = await _network.BalanceAsync(account, cancellation).ConfigureAwait(false);
            rows.Add([name, account.ToString(), $"{Amounts.Text(balance)} AIT"]);
            Event("minted", new JsonObject { ["operator"] = account.ToString(), ["wei"] = balance.ToString(CultureInfo.InvariantCulture) });
        }

        _screen.Table(["operator", "account", "earned"], rows);
    }

    /// <summary>One answer's proof in one file, as the coordinator hands it out, verified from the file alone.</summary>
    private async Task<bool> ProveAsync(Hash256 taskId, CancellationToken cancellation)
    {
        byte[] bundle = await _network.Coordinator.BundleAsync(taskId, cancellation).ConfigureAwait(false);
        bool holds = BundleVerifier.TryVerify(bundle, _local.Deployment.TrustRoots, _local.Deployment.MiningRegistry, out BundleReport? proof, out string? fault) && proof.Holds;
        _screen.Say(holds
            ? $"  task {Short(taskId)} in one file ({bundle.Length / 1024} KiB): {proof?.Evidence.Length} devices' evidence, draw, signatures, mint of {Amounts.Text(proof?.Minted ?? 0)} AIT, verified offline (`ait bundle`, `ait verify bundle`)"
            : $"  the proof of task {Short(taskId)} DOES NOT HOLD: {fault ?? string.Join("; ", proof?.Findings ?? [])}");
        Event("bundle", new JsonObject { ["taskId"] = taskId.ToString(), ["bytes"] = bundle.Length, ["holds"] = holds });
        return holds;
    }

    /// <summary>Act 6: a holder burns AIT for a workload and gets its answer.</summary>
    private async Task RedeemAsync(CancellationToken cancellation)
    {
        Act(6, "redeem", "A buyer gets AIT from the operators, burns it for a workload, and holds the answer against the result on chain.");
        using Secp256k1PrivateKey buyer = _local.Key("buyer");
        _names[buyer.Address] = "buyer";
        await _local.EndowAsync([buyer.Address], cancellation).ConfigureAwait(false);
        ModelsResponse models = await _network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false);
        var purchase = new Purchase(_network, buyer, _clock);
        Task<WorkloadQuote> quoting = purchase.QuoteAsync(WorkloadText.OfPrompt("Why is the sky", 60, models.Models[0]), cancellation);
        await Task.WhenAll(_names.Where(pair => pair.Value != "buyer").Select(pair => SellAsync(pair.Key, pair.Value, buyer.Address, cancellation))).ConfigureAwait(false);
        WorkloadQuote quote = await quoting.ConfigureAwait(false);
        BigInteger held = await _network.BalanceAsync(buyer.Address, cancellation).ConfigureAwait(false);
        _screen.Say($"  the buyer holds {Amounts.Text(held)} AIT; workload {Short(quote.WorkloadId)} costs {Amounts.Text(quote.PriceWei)} AIT for {new ComputeUnits(quote.MicroComputeUnits)}");
        TransactionReceipt receipt = await purchase.RedeemAsync(quote, quote.PriceWei, cancellation).ConfigureAwait(false);
        _screen.Say($"  burned {Amounts.Text(quote.PriceWei)} AIT in {receipt.TransactionHash} ({receipt.GasUsed:N0} gas)");
        WorkloadAnswer answer = await purchase.AnswerAsync(quote.WorkloadId, _ => { }, cancellation).ConfigureAwait(false);
        _screen.Say($"  answer, {answer.Tokens} tokens, equal on {answer.SeatsPaid} seats, {Amounts.Text(answer.MintedWei)} AIT minted for it:");
        _screen.Say($"    \"Why is the sky{answer.Text}\"");
        Event("redeemed", new JsonObject
        {
            ["workloadId"] = quote.WorkloadId.ToString(),
            ["burnedWei"] = quote.PriceWei.ToString(CultureInfo.InvariantCulture),
            ["transaction"] = receipt.TransactionHash.ToString(),
            ["answer"] = answer.Text,
            ["resultHash"] = answer.ResultHash.ToString(),
            ["mintedWei"] = answer.MintedWei.ToString(CultureInfo.InvariantCulture),
        });
    }

    private async Task SellAsync(Address account, string name, Address buyer, CancellationToken cancellation)
    {
        BigInteger balance = await _network.BalanceAsync(account, cancellation).ConfigureAwait(false);
        if (balance.IsZero)
        {
            return;
        }

        using Secp256k1PrivateKey key = _local.Key(name);
        byte[] call = NetworkAccess.Token.Function("transfer").EncodeCall(buyer, balance * 3 / 4);
        await _network.Chain.SendAsync(key, _network.Network.Token, call, cancellation).ConfigureAwait(false);
    }

    private WorkStatement? Statement(TaskSeatResponse seat)
    {
        // statement ‖ signature as WorkAttestation.ToBytes lays it out: four hashes, then the duration.
        if (!Hex.TryDecode(seat.WorkAttestation, out byte[]? bytes) || bytes.Length != WorkAttestation.EncodedSize)
        {
            return null;
        }

        Hash256 At(int index) => new(bytes.AsSpan(index * Hash256.Size, Hash256.Size));
        return new WorkStatement(At(0), At(1), At(2), At(3), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(4 * Hash256.Size)));
    }

    private void Act(int number, string title, string said)
    {
        _screen.Say();
        _screen.Say($"{number}. {title}");
        _screen.Say($"  {said}");
        if (_screen.Json)
        {
            _screen.Progress($"{number}. {title}");
        }
    }

    private void Event(string name, JsonObject content)
    {
        content.Insert(0, "event", name);
        _screen.Answer(content);
    }

    private string Name(Address account) => _names.TryGetValue(account, out string? name) ? name : account.ToString();

    private static string Clipped(string text) => text.Length <= 40 ? text : text[..39] + "…";

    private static string Short(Hash256 hash) => hash.ToString()[..12] + "…";
}
