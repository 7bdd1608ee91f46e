using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Adversaries;

/// <summary>
/// The contracts as <c>ait deploy</c> puts them on a chain, on a dev chain of its own, with a roster of emulated hosts that registered by
/// their evidence and an owner each. Bots act in it through transactions alone; <see cref="PlayAsync"/> takes back what they did.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync ends what it owns.")]
internal sealed partial class World : IAsyncDisposable
{
    /// <summary>Operators, each with one host and one A100.</summary>
    internal const int Roster = 12;

    /// <summary>What each operator has earned before any bot begins: enough for bonds and redemptions.</summary>
    internal static BigInteger Means => 140 * Unit;

    private const DeviceClass Class = DeviceClass.A100;
    private const ulong GasLimit = 16_000_000;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(5);
    private readonly string _folder;
    private readonly Process _process;
    private readonly ChainAccess _chain;
    private readonly EmulatedHardware _hardware;
    private readonly List<Secp256k1PrivateKey> _keys = [];
    private readonly Dictionary<Address, ulong> _nonces = [];
    private Dictionary<Address, ulong> _gas = [];
    private Deployment _deployment = null!; // Set before the only way to get an instance returns, as is every contract below.

    private World(string folder, Process process, ChainAccess chain)
    {
        _folder = folder;
        _process = process;
        _chain = chain;
        _hardware = new EmulatedHardware(Path.Combine(folder, "hardware"));
        Coordinator = NewKey();
        Governor = NewKey();
    }

    /// <summary>Wei of an AIT.</summary>
    internal static BigInteger Unit { get; } = BigInteger.Pow(10, 18);

    internal Secp256k1PrivateKey Coordinator { get; }

    /// <summary>Who proposes to the timelock that governs every contract.</summary>
    internal Secp256k1PrivateKey Governor { get; }

    internal ImmutableArray<RosterDevice> Devices { get; private set; } = [];

    internal NetworkDomain Domain => new(_chain.ChainId, _deployment.MiningRegistry);

    internal MiningRegistryContract Mining { get; private set; } = null!;

    internal DeviceRegistryContract Registry { get; private set; } = null!;

    internal AITokenContract Token { get; private set; } = null!;

    internal OperatorBondContract OperatorBond { get; private set; } = null!;

    internal CoordinatorBondContract CoordinatorBond { get; private set; } = null!;

    internal SubsidyBudgetContract Subsidy { get; private set; } = null!;

    internal CreditMovesContract CreditMoves { get; private set; } = null!;

    internal ChallengeRegistryContract Challenges { get; private set; } = null!;

    internal Contract Inbox { get; private set; } = null!;

    /// <summary>Why no world can be raised here; null if one can.</summary>
    internal static string? Missing => new Prerequisites(Installation.ContractsFolder, _ => { }).FindAnvil() is null
        ? "no dev chain: anvil is neither in contracts/node_modules nor on PATH (run tests/prepare-contracts, or install Foundry)"
        : null;

    /// <summary>Starts a chain, deploys, registers the roster and lets it earn its means.</summary>
    internal static async Task<World> RaiseAsync(Action<string> tell, CancellationToken cancellation)
    {
        string anvil = await new Prerequisites(Installation.ContractsFolder, tell).AnvilAsync(cancellation).ConfigureAwait(false);
        int port = LocalPort.PickFree();
        string folder = Directory.CreateTempSubdirectory("ait-adversaries-").FullName;
        Process process = Process.Start(new ProcessStartInfo(
            anvil, ["-q", "--hardfork", "osaka", "--port", port.ToString(CultureInfo.InvariantCulture), "--chain-id", DevChain.ChainId.ToString(CultureInfo.InvariantCulture), "--accounts", "1"]))!;
        World? world = null;
        try
        {
            world = new World(folder, process, await ReachAsync(new Uri($"http://127.0.0.1:{port}/"), process, cancellation).ConfigureAwait(false));
            tell("deploying the contracts");
            await world.DeployAsync(cancellation).ConfigureAwait(false);
            tell($"registering {Roster} devices by their evidence");
            await world.RegisterAsync(cancellation).ConfigureAwait(false);
            tell("letting every operator earn its means");
            await world.EarnMeansAsync(cancellation).ConfigureAwait(false);
            return world;
        }
        catch
        {
            if (world is null)
            {
                process.Kill();
                process.Dispose();
                Directory.Delete(folder, recursive: true);
            }
            else
            {
                await world.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Does something and takes it back: whoever plays next finds the chain as it was.</summary>
    internal async Task<T> PlayAsync<T>(Func<Task<T>> play, CancellationToken cancellation)
    {
        JsonElement snapshot = await RpcAsync("evm_snapshot", [], cancellation).ConfigureAwait(false);
        Dictionary<Address, ulong> before = _gas;
        _gas = [];
        try
        {
            return await play().ConfigureAwait(false);
        }
        finally
        {
            await RpcAsync("evm_revert", [snapshot.GetString()], cancellation).ConfigureAwait(false);
            _nonces.Clear();
            _gas = before;
        }
    }

    /// <summary>Gas of all transactions that accounts sent since the innermost <see cref="PlayAsync"/> began.</summary>
    internal ulong GasOf(params IEnumerable<Address> accounts) => accounts.Distinct().Aggregate(0ul, (sum, account) => sum + _gas.GetValueOrDefault(account));

    /// <summary>Sends a transaction that the contracts must take.</summary>
    internal async Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey key, TransactionRequest request, CancellationToken cancellation)
    {
        TransactionReceipt receipt = await SendRegardlessAsync(key, request, cancellation).ConfigureAwait(false);
        if (receipt.Succeeded)
        {
            return receipt;
        }

        CallResult call = await CallAsync(key, request, cancellation).ConfigureAwait(false);
        throw new InvalidOperationException(
            call is CallResult.Reverted reverted ? $"refused: {ChainAccess.Explain(reverted)}" : $"failed with {receipt.GasUsed} gas used, and would pass now");
    }

    /// <summary>Sends a transaction that the contracts must refuse: the name of their error.</summary>
    internal async Task<string> RefusalAsync(Secp256k1PrivateKey key, TransactionRequest request, CancellationToken cancellation)
    {
        CallResult call = await CallAsync(key, request, cancellation).ConfigureAwait(false);
        TransactionReceipt receipt = await SendRegardlessAsync(key, request, cancellation).ConfigureAwait(false);
        return call is CallResult.Reverted reverted && !receipt.Succeeded
            ? ChainAccess.Explain(reverted).Name
            : throw new InvalidOperationException($"the contract {request.To} accepts what it must refuse.");
    }

    /// <summary>Has the timelock do something once its delay is over.</summary>
    internal async Task GovernAsync(TransactionRequest request, CancellationToken cancellation) =>
        await SendAsync(Governor, await ScheduledAsync(request, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    /// <summary>Has the timelock try what the contracts must refuse: the name of their error.</summary>
    internal async Task<string> GovernRefusalAsync(TransactionRequest request, CancellationToken cancellation) =>
        await RefusalAsync(Governor, await ScheduledAsync(request, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    private async Task<TransactionRequest> ScheduledAsync(TransactionRequest request, CancellationToken cancellation)
    {
        var timelock = new Contract(_deployment.Governor, _chain.Client, ContractArtifact.Load("TimelockController").Abi);
        var none = Hash256.Zero;
        AbiValue[] operation = [request.To!.Value, 0, request.Data.AsMemory(), none, none];
        await SendAsync(Governor, timelock.Transaction("schedule", [.. operation, 1]), cancellation).ConfigureAwait(false);
        await TravelAsync(2, cancellation).ConfigureAwait(false);
        return timelock.Transaction("execute", operation);
    }

    /// <summary>What accounts have in AIT, bonds included.</summary>
    internal async Task<BigInteger> WealthAsync(IEnumerable<Address> accounts, CancellationToken cancellation)
    {
        BigInteger sum = 0;
        foreach (Address account in accounts.Distinct())
        {
            sum += await Token.GetBalanceOfAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
            sum += await OperatorBond.GetBondOfAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
            sum += await CoordinatorBond.GetBondOfAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
        }

        return sum;
    }

    internal Task<BigInteger> WealthAsync(RosterDevice device, CancellationToken cancellation) => WealthAsync([device.Owner], cancellation);

    /// <summary>The time of the newest block, unix seconds.</summary>
    internal async Task<ulong> NowAsync(CancellationToken cancellation) => (await HeadAsync(cancellation).ConfigureAwait(false)).Timestamp;

    /// <summary>Makes the next block this many seconds after the newest.</summary>
    internal async Task TravelAsync(ulong seconds, CancellationToken cancellation) =>
        await TravelToAsync(await NowAsync(cancellation).ConfigureAwait(false) + seconds, cancellation).ConfigureAwait(false);

    /// <summary>Makes a block at this time; nothing if it has passed.</summary>
    internal async Task TravelToAsync(ulong unixSeconds, CancellationToken cancellation)
    {
        if (unixSeconds > await NowAsync(cancellation).ConfigureAwait(false))
        {
            await RpcAsync("evm_setNextBlockTimestamp", [unixSeconds], cancellation).ConfigureAwait(false);
            await MineAsync(1, cancellation).ConfigureAwait(false);
        }
    }

    internal async Task MineAsync(int blocks, CancellationToken cancellation)
    {
        for (int i = 0; i < blocks; i++)
        {
            await RpcAsync("evm_mine", [], cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A new account with coin of the chain to pay for gas.</summary>
    internal async Task<Secp256k1PrivateKey> AccountAsync(CancellationToken cancellation)
    {
        Secp256k1PrivateKey key = NewKey();
        await _chain.SetBalanceAsync(key.Address, BigInteger.Pow(10, 21), cancellation).ConfigureAwait(false);
        return key;
    }

    internal Secp256k1PrivateKey NewKey()
    {
        Secp256k1PrivateKey key = Secp256k1PrivateKey.Create();
        _keys.Add(key);
        return key;
    }

    internal Task<EmulatedMachine> HostAsync(string name, CancellationToken cancellation) => _hardware.HostAsync(name, inTrustDomain: false, [Class.ToString()], cancellation);

    /// <summary>The slot of a GPU's registration.</summary>
    internal Task<uint> SlotOfAsync(Hash256 gpuId, CancellationToken cancellation) => Registry.GetSlotOfAsync(gpuId, BlockTag.Latest, cancellation);

    /// <summary>Evidence of a host for an operator and a key, as <c>registerDevice</c> and <c>refreshDevice</c> take it.</summary>
    internal async Task<RegistrationRequest> EvidenceAsync(EmulatedMachine machine, Address @operator, Address enclaveKey, CancellationToken cancellation, byte[]? gpuUuid = null)
    {
        Block head = await HeadAsync(cancellation).ConfigureAwait(false);
        byte[] uuid = gpuUuid ?? machine.GpuUuids[0];
        var binding = new DeviceBinding(
            _chain.ChainId, _deployment.DeviceRegistry, @operator, enclaveKey, GpuIdentity.OnMeasuredHost(machine.ChipId.Span, uuid), Class, head.Number, head.Hash);
        EmulatedEvidence evidence = await _hardware.EvidenceAsync(machine.Name, LocalNetwork.Measurement, binding.ReportData(), cancellation).ConfigureAwait(false);
        // The block that the evidence names has to lie behind the one it is judged in.
        await MineAsync(1, cancellation).ConfigureAwait(false);
        return new RegistrationRequest
        {
            EnclaveKey = enclaveKey,
            GpuUuid = uuid,
            Class = (byte)Class,
            Platform = RegistrationRequest.SevSnp,
            BlockNumber = head.Number,
            Report = evidence.Report,
            Endorsement = evidence.Vcek,
            Hints = default,
            Gpu = GpuEvidenceRecord.None,
        };
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
        _chain.Dispose();
        _keys.ForEach(key => key.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<ChainAccess> ReachAsync(Uri rpc, Process process, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await ChainAccess.OpenAsync(rpc, TimeProvider.System, cancellation).ConfigureAwait(false);
            }
            catch (SurroundingsException) when (!process.HasExited)
            {
                await Task.Delay(s_poll, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task DeployAsync(CancellationToken cancellation)
    {
        Secp256k1PrivateKey deployer = await AccountAsync(cancellation).ConfigureAwait(false);
        foreach (Secp256k1PrivateKey key in (Secp256k1PrivateKey[])[Coordinator, Governor])
        {
            await _chain.SetBalanceAsync(key.Address, BigInteger.Pow(10, 21), cancellation).ConfigureAwait(false);
        }

        EmulatedRoot root = await _hardware.RootAsync(cancellation).ConfigureAwait(false);
        EmulatedGpuVendor gpuVendor = await _hardware.GpuVendorAsync(TimeProvider.System.GetUtcNow(), cancellation).ConfigureAwait(false);
        DeployPlan plan = DeployPlan.ForDevelopment(root, gpuVendor, false, LocalNetwork.Programs, 0, Governor.Address, Coordinator.Address);
        (_deployment, _) = await Deployer.DeployAsync(_chain, deployer, plan, Path.Combine(_folder, "journal"), TimeProvider.System, _ => { }, cancellation).ConfigureAwait(false);
        EthereumClient client = _chain.Client;
        Mining = new MiningRegistryContract(_deployment.MiningRegistry, client);
        Registry = new DeviceRegistryContract(_deployment.DeviceRegistry, client);
        Token = new AITokenContract(_deployment.Token, client);
        OperatorBond = new OperatorBondContract(_deployment.OperatorBond, client);
        CoordinatorBond = new CoordinatorBondContract(_deployment.CoordinatorBond, client);
        Subsidy = new SubsidyBudgetContract(await Mining.GetSubsidyAsync(BlockTag.Latest, cancellation).ConfigureAwait(false), client);
        CreditMoves = new CreditMovesContract(await Mining.GetCreditMovesAsync(BlockTag.Latest, cancellation).ConfigureAwait(false), client);
        Challenges = new ChallengeRegistryContract(await Registry.GetChallengesAsync(BlockTag.Latest, cancellation).ConfigureAwait(false), client);
        Inbox = new Contract(await Mining.GetInboxAsync(BlockTag.Latest, cancellation).ConfigureAwait(false), client, ContractArtifact.Load("AttestationInbox").Abi);
        // The vendor's certificates, which the first miner of a network brings.
        var certificates = new Contract(_deployment.CertificateCache, client, ContractArtifact.Load("CertificateCache").Abi);
        await SendAsync(deployer, certificates.Transaction("submitRoot", root.Ark), cancellation).ConfigureAwait(false);
        ContractCall ark = await certificates.CallAsync("idOf", [root.Ark, Hash256.Zero], Address.Zero, BlockTag.Latest, cancellation).ConfigureAwait(false);
        await SendAsync(deployer, certificates.Transaction("submitIntermediate", root.Ask, ((ContractCall.Returned)ark).Values[0]), cancellation).ConfigureAwait(false);
        // From here on a block is a second, whatever this machine's clock does: the same transactions make the same blocks.
        await RpcAsync("anvil_setBlockTimestampInterval", [1], cancellation).ConfigureAwait(false);
    }

    private async Task RegisterAsync(CancellationToken cancellation)
    {
        var devices = ImmutableArray.CreateBuilder<RosterDevice>();
        // Emulated chips are made side by side: that is arithmetic of seconds.
        EmulatedMachine[] machines = await Task.WhenAll(Enumerable.Range(0, Roster).Select(host => HostAsync($"host-{host}", cancellation))).ConfigureAwait(false);
        foreach (EmulatedMachine machine in machines)
        {
            var device = new RosterDevice(devices.Count, machine, await AccountAsync(cancellation).ConfigureAwait(false), NewKey());
            RegistrationRequest request = await EvidenceAsync(machine, device.Owner, device.Enclave.Address, cancellation).ConfigureAwait(false);
            await SendAsync(device.Operator, Registry.RegisterDevice(request), cancellation).ConfigureAwait(false);
            devices.Add(device);
        }

        Devices = devices.ToImmutable();
    }

    /// <summary>Honest work for everybody, its pay divided evenly: what bots put up and burn was minted as anything else is.</summary>
    private async Task EarnMeansAsync(CancellationToken cancellation)
    {
        const ulong units = 250;
        QueuedBatch batch = await CommitAsync([.. Enumerable.Repeat(new TaskTerms(units), 24)], 9 * 3600, cancellation).ConfigureAwait(false);
        await LetClocksRunAsync(batch, cancellation).ConfigureAwait(false);
        await SendAsync(Coordinator, Settle(batch, [.. Enumerable.Range(0, batch.Tasks.Length).Select(task => HonestSettlement(batch, task))]), cancellation).ConfigureAwait(false);
        foreach (RosterDevice device in Devices)
        {
            BigInteger earned = await Token.GetBalanceOfAsync(device.Owner, BlockTag.Latest, cancellation).ConfigureAwait(false);
            if (earned > 0)
            {
                await SendAsync(device.Operator, Token.Transfer(Governor.Address, earned), cancellation).ConfigureAwait(false);
            }
        }

        foreach (RosterDevice device in Devices)
        {
            await SendAsync(Governor, Token.Transfer(device.Owner, Means), cancellation).ConfigureAwait(false);
        }
    }

    private async Task<TransactionReceipt> SendRegardlessAsync(Secp256k1PrivateKey key, TransactionRequest request, CancellationToken cancellation)
    {
        if (!_nonces.TryGetValue(key.Address, out ulong nonce))
        {
            nonce = await _chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Pending, cancellation).ConfigureAwait(false);
        }

        var transaction = new Eip1559Transaction
        {
            ChainId = _chain.ChainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = 1,
            MaxFeePerGas = 100_000_000_000,
            GasLimit = request.GasLimit ?? GasLimit,
            To = request.To,
            Data = request.Data,
        };
        _nonces[key.Address] = nonce + 1;
        Hash256 hash = await _chain.Client.SendRawTransactionAsync(transaction.Sign(key).Raw.AsMemory(), cancellation).ConfigureAwait(false);
        while (true)
        {
            if (await _chain.Client.GetTransactionReceiptAsync(hash, cancellation).ConfigureAwait(false) is { } receipt)
            {
                _gas[key.Address] = _gas.GetValueOrDefault(key.Address) + receipt.GasUsed;
                return receipt;
            }

            await Task.Delay(s_poll, cancellation).ConfigureAwait(false);
        }
    }

    private Task<CallResult> CallAsync(Secp256k1PrivateKey key, TransactionRequest request, CancellationToken cancellation) =>
        _chain.CallAsync(new CallRequest { From = key.Address, To = request.To, Data = request.Data.AsMemory() }, BlockTag.Latest, cancellation);

    private async Task<Block> HeadAsync(CancellationToken cancellation) =>
        await _chain.Client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false) ?? throw new InvalidOperationException("a chain without a newest block.");

    private Task<JsonElement> RpcAsync(string method, JsonArray parameters, CancellationToken cancellation) => _chain.Client.Rpc.CallAsync(method, parameters, cancellation);
}
