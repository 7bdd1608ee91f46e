using System.Globalization;
using System.Numerics;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Engine;
using Ait.Miner.Collecting;
using Ait.Miner.Configuring;
using Ait.Miner.Evidencing;
using Ait.Miner.Keys;
using Ait.Miner.Reporting;
using Ait.Miner.Running;
using Ait.Miner.Submission;
using Ait.Protocol.Http;

namespace Ait.Miner.Diagnosing;

/// <summary>Proves each prerequisite of mining, spends nothing, and says what to do about what is missing.</summary>
internal sealed class Doctor
{
    /// <summary>About what a registration costs at most; for a warning, not a bound.</summary>
    private const ulong RegistrationGas = 10_000_000;

    private static readonly TimeSpan s_noticeableSkew = TimeSpan.FromSeconds(10);
    private readonly MinerOptions _options;
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;
    private bool _healthy = true;

    public Doctor(MinerOptions options, IReporter reporter, TimeProvider clock)
    {
        _options = options;
        _reporter = reporter;
        _clock = clock;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        Report(CheckEngine());
        using Secp256k1PrivateKey? operatorKey = ReadOperatorKey();
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, _options.Rpc, new JsonRpcOptions { MaxAttempts = 2 }));
        using var transport = new CoordinatorTransport(_options.Coordinators);
        var coordinator = new PublicCoordinator(transport);
        Report(await CheckNodeAsync(client, cancellation).ConfigureAwait(false));
        Report(await CheckCoordinatorAsync(coordinator, cancellation).ConfigureAwait(false));
        (NetworkFacts? network, ContractRefusal? refusal) = await new NetworkFinder(client, coordinator).FindAsync(_options, cancellation).ConfigureAwait(false);
        Report(network is null
            ? Finding.Bad("network", refusal?.Sentence ?? "unknown.", refusal?.Remedy ?? "Check --rpc and --coordinator.")
            : Finding.Good("network", $"chain {network.Domain.ChainId.ToString(CultureInfo.InvariantCulture)}, mining registry {network.Domain.MiningRegistry}, profile {network.Profile}."));
        if (operatorKey is not null)
        {
            Report(await CheckBalanceAsync(client, operatorKey.Address, cancellation).ConfigureAwait(false));
        }

        bool byCommand = !_options.EvidenceCommand.IsEmpty;
        MachineFacts machine = MachineDoctor.ReadThisMachine();
        if (byCommand)
        {
            Report(Finding.Good("tee", $"evidence is what the program {_options.EvidenceCommand[0]} gives; this machine is not asked."));
        }
        else
        {
            Report(MachineFindings.Tee(machine));
            Report(MachineFindings.Chosen(machine, _options.GpuUuid, _options.Class));
        }

        if (!GpuEvidenceReader.TryOpen(_options, out GpuEvidenceReader? gpu, out string? problem))
        {
            Report(Finding.Bad("gpu-references", problem, "Take gpu-references.json from whoever published the network's deployment."));
        }

        var binder = new EvidenceBinder(_options.OpenEvidence(EvidenceInterfaces.OfThisMachine), gpu, _options.GpuUuid, _options.Measurement);
        BinderOutcome asked = await binder.IdentifyAsync(cancellation).ConfigureAwait(false);
        Report(asked switch
        {
            BinderOutcome.Identified found => Finding.Good("evidence", $"the collector answers and its report says what was asked; GPU {found.GpuId}."),
            BinderOutcome.Refused refused => Finding.Bad("evidence", refused.Problem, refused.Remedy),
            _ => throw new InvalidOperationException("A binder's outcome of no kind."),
        });
        if (asked is BinderOutcome.Identified { Platform: EvidencePlatform platform } && !byCommand)
        {
            ConfidentialMode mode = MachineFindings.Find(machine, _options.GpuUuid)?.Confidential ?? ConfidentialMode.Unavailable;
            Report(TrustProfile.Of(platform, _options.Class, mode, "this GPU"));
        }

        if (asked is BinderOutcome.Identified identified && network is not null && operatorKey is not null)
        {
            await CheckDeviceAsync(client, operatorKey, network, binder, identified.GpuId, cancellation).ConfigureAwait(false);
        }

        return _healthy ? ExitCode.Done : ExitCode.Refused;
    }

    private static Finding CheckEngine()
    {
        SelfTestResult result = EngineSelfTest.Run();
        if (result is SelfTestResult.Passed passed)
        {
            return Finding.Good("engine", $"{EngineVersion.Id} passes its self-test; {passed.Backend} runs.");
        }

        MinerEvent failed = ProcessEvents.SelfTestFailed(result);
        return Finding.Bad("engine", failed.Sentence, failed.Remedy ?? string.Empty);
    }

    private Secp256k1PrivateKey? ReadOperatorKey()
    {
        if (OperatorKeyFile.TryRead(_options.OperatorKeyFile, out Secp256k1PrivateKey? key, out string? problem, out string? remedy))
        {
            Report(Finding.Good("operator", $"account {key.Address}."));
            return key;
        }

        Report(Finding.Bad("operator", problem, remedy));
        return null;
    }

    private async Task<Finding> CheckNodeAsync(EthereumClient client, CancellationToken cancellation)
    {
        try
        {
            ulong chainId = await client.GetChainIdAsync(cancellation).ConfigureAwait(false);
            Block? head = await client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
            return head is null
                ? Finding.Bad("node", $"the node at {_options.Rpc} shows no block.", "Wait until it is in step, or use another.")
                : Finding.Good("node", $"chain id {chainId.ToString(CultureInfo.InvariantCulture)}, block {head.Number.ToString(CultureInfo.InvariantCulture)}.");
        }
        catch (RpcException exception)
        {
            return Finding.Bad("node", $"the node at {_options.Rpc} gives no usable answer: {exception.Message}", "Check --rpc and that the node is running.");
        }
    }

    private async Task<Finding> CheckCoordinatorAsync(PublicCoordinator coordinator, CancellationToken cancellation)
    {
        switch (await coordinator.GetNetworkAsync(cancellation).ConfigureAwait(false))
        {
            case Reply<NetworkResponse>.Answered { Value: NetworkResponse network }:
                return CheckClock(_clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(network.NowMillis, 253_402_300_799_999)));
            case Reply<NetworkResponse>.Refused refused:
                return Finding.Bad("coordinator", refused.Refusal.ToString(), "Check --coordinator: it does not answer as a coordinator does.");
            case Reply<NetworkResponse>.Unavailable unavailable:
                return Finding.Bad("coordinator", $"it does not answer: {unavailable.Reason}.", "Check --coordinator and that the coordinator is running.");
            default:
                throw new InvalidOperationException("A reply of no kind.");
        }
    }

    private static Finding CheckClock(TimeSpan skew)
    {
        string text = $"{skew.Duration().TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
        return skew.Duration() > SignedRequest.Tolerance
            ? Finding.Bad("coordinator", $"this machine's clock is {text} off the coordinator's; at most {SignedRequest.Tolerance.TotalSeconds} s are accepted.", "Synchronise the clock, for example with chrony or systemd-timesyncd.")
            : skew.Duration() > s_noticeableSkew
                ? Finding.Doubtful("coordinator", $"it answers; this machine's clock is {text} off its own.", "Synchronise the clock before it drifts further.")
                : Finding.Good("coordinator", $"it answers; clocks differ by {text}.");
    }

    private static async Task<Finding> CheckBalanceAsync(EthereumClient client, Address account, CancellationToken cancellation)
    {
        try
        {
            BigInteger balance = await client.GetBalanceAsync(account, BlockTag.Latest, cancellation).ConfigureAwait(false);
            Block? head = await client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false);
            BigInteger needed = (head?.BaseFeePerGas ?? BigInteger.Zero) * RegistrationGas;
            string holds = $"account {account} holds {TokenAmount.Text(balance)} of the chain's currency";
            return balance.IsZero
                ? Finding.Bad("gas", $"{holds}.", $"Send the chain's currency to {account}.")
                : balance < needed
                    ? Finding.Doubtful("gas", $"{holds}; a registration may cost up to {TokenAmount.Text(needed)}.", $"Send the chain's currency to {account}.")
                    : Finding.Good("gas", $"{holds}.");
        }
        catch (RpcException exception)
        {
            return Finding.Bad("gas", $"the balance of {account} cannot be read: {exception.Message}", "Check --rpc.");
        }
    }

    /// <summary>Simulates the registration with fresh evidence and a key that is thrown away.</summary>
    private async Task CheckDeviceAsync(EthereumClient client, Secp256k1PrivateKey operatorKey, NetworkFacts network, EvidenceBinder binder, Hash256 gpuId, CancellationToken cancellation)
    {
        using EnclaveKey key = EnclaveKey.Create();
        using var contracts = new DeviceContracts(client, operatorKey, network.DeviceRegistry, network.CertificateCache);
        using var transport = new CoordinatorTransport(_options.Coordinators);
        var desk = new EnrolmentDesk(new CoordinatorClient(transport, network.Domain, key, gpuId, _clock));
        var registrar = new DeviceRegistrar(contracts, binder, desk, DeviceIdentity.Of(_options, network, operatorKey.Address, key.Address, gpuId));
        try
        {
            ChainDevice? registered = await registrar.LookAsync(cancellation).ConfigureAwait(false);
            Report(registered switch
            {
                null => Finding.Good("device", "not registered yet; mining registers it."),
                { IsLive: true } => Finding.Good("device", $"slot {registered.Slot.ToString(CultureInfo.InvariantCulture)}, valid until {registered.ValidUntil:yyyy-MM-dd HH:mm:ss} UTC, enclave key {registered.EnclaveKey}."),
                _ => Finding.Good("device", "registered before and no longer valid; mining registers it again."),
            });
            ContractRefusal? refusal = await registrar.RehearseAsync(cancellation).ConfigureAwait(false);
            Report(refusal switch
            {
                null => Finding.Good("registry", "the registry accepts this evidence up to its pinned vendor root."),
                { Code: DeviceRegistrar.IssuersMissing } => Finding.Doubtful("registry", refusal.Sentence, refusal.Remedy),
                _ => Finding.Bad("registry", refusal.Sentence, refusal.Remedy),
            });
        }
        catch (ChainAwayException exception)
        {
            Report(Finding.Bad("registry", $"the registry cannot be asked: {exception.Message}", "Check --rpc."));
        }
    }

    private void Report(Finding finding)
    {
        _healthy &= finding.Severity != Severity.Error;
        _reporter.Report(finding.ToEvent());
    }
}
