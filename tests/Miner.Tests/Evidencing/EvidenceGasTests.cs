using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Miner.Collecting;
using Ait.Miner.Configuring;
using Ait.Miner.Evidencing;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;

namespace Ait.Miner.Tests.Evidencing;

/// <summary>
/// What bringing evidence costs: whole transactions, calldata and its floor price included, as receipts say it, from hardware to the
/// contracts as deployed.
/// </summary>
public sealed class EvidenceGasTests(ITestOutputHelper output)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = 600_000)]
    [InlineData("osaka")]
    [InlineData("prague")]
    public async Task Evidence_costsNoMoreThanItsBounds(string hardfork)
    {
        await using var chain = new DevelopmentNetwork { Hardfork = hardfork };
        await chain.InitializeAsync();
        chain.Demand();
        using Secp256k1PrivateKey operatorKey = await chain.CreateAccountAsync(100);
        using Secp256k1PrivateKey enclave = Secp256k1PrivateKey.Create();
        using Secp256k1PrivateKey measuredEnclave = Secp256k1PrivateKey.Create();
        using var contracts = new DeviceContracts(chain.Client, operatorKey, chain.DeviceRegistry, chain.CertificateCache);
        using var sender = new TransactionSender(chain.Client, operatorKey, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(50) });
        (string command, byte[] gpuUuid) = await chain.CreateHostAsync();
        DeviceIdentity Identity(Hash256 gpuId, Address enclaveKey) => new()
        {
            ChainId = chain.Domain.ChainId,
            DeviceRegistry = chain.DeviceRegistry,
            OperatorAccount = operatorKey.Address,
            EnclaveKey = enclaveKey,
            GpuUuid = [.. gpuUuid],
            GpuId = gpuId,
            DeviceClass = DeviceClass.H100,
            Measurement = [.. Hex.Decode(DevelopmentNetwork.Measurement)],
        };

        EvidenceBinder attested = Binder(chain, command, gpuUuid, withGpu: true);
        BoundEvidence both = await BindAsync(attested, contracts, gpuId => Identity(gpuId, enclave.Address));
        BoundGpuEvidence gpu = both.Gpu ?? throw new InvalidOperationException("The binder asks the GPU.");
        Assert.IsType<TransactionOutcome.Mined>(await contracts.CacheIssuersAsync(both.Collected, Cancellation));
        Assert.IsType<TransactionOutcome.Mined>(await contracts.CacheGpuIssuersAsync(gpu.Certificates, Cancellation));

        var table = new GasTable(hardfork, output);
        Assert.True(P384Signature.TryOfReport(both.Collected.Report.AsMemory(), both.Collected.Vcek.AsMemory(), out P384Signature? signature));
        AbiValue[] signed = [signature.Digest.Span.ToArray(), signature.Signature.Span.ToArray(), signature.PublicKey.Span.ToArray()];
        var verifier = new Contract(chain.P384Verifier, chain.Client, ContractArtifact.Load("P384Verifier").Abi);
        AbiValue hints = SignatureHints.OfReport(both.Collected.Report, both.Collected.Vcek);
        table.Add("P-384 verify with hints", 900_000, 760_000, await GasAsync(sender, verifier.Transaction("verifyWithHints", [.. signed, hints])));
        table.Add("P-384 verify, hint-free", 1_900_000, 1_300_000, await GasAsync(sender, verifier.Transaction("verify", signed)));

        var cache = new Contract(chain.CertificateCache, chain.Client, ContractArtifact.Load("CertificateCache").Abi);
        byte[] vcek = [.. both.Collected.Vcek];
        AbiValue issuer = (await cache.ViewAsync("intermediateFor", [vcek], BlockTag.Latest, Cancellation))[0];
        table.Add("VCEK verified, read and stored (RSA-PSS 4096)", 900_000, 600_000, await GasAsync(sender, cache.Transaction("submitVcek", vcek, issuer)));

        BoundEvidence alone = await BindAsync(Binder(chain, command, gpuUuid, withGpu: false), contracts, gpuId => Identity(gpuId, measuredEnclave.Address));
        TransactionOutcome measured = await contracts.RegisterAsync(Registration(alone, measuredEnclave.Address), Cancellation);
        table.Add("SNP report to registered device, VCEK held", 1_250_000, 1_000_000, await GasAsync(chain, measured));

        var nvidia = new Contract(chain.NvidiaVerifier, chain.Client, ContractArtifact.Load("NvidiaVerifier").Abi);
        table.Add("NVIDIA report with a new leaf", 3_000_000, 2_200_000, await GasAsync(sender, nvidia.Transaction("verify", await GpuAsync(cache, gpu))));
        table.Add("NVIDIA report, leaf held", 1_950_000, 1_500_000, await GasAsync(sender, nvidia.Transaction("verify", await GpuAsync(cache, gpu))));
        DeviceRegistration fresh = Registration(await BindAsync(attested, contracts, gpuId => Identity(gpuId, enclave.Address)), enclave.Address);
        table.Tell("H100 registered with both, certificates held", await GasAsync(chain, await contracts.RegisterAsync(fresh, Cancellation)));
        fresh = Registration(await BindAsync(attested, contracts, gpuId => Identity(gpuId, enclave.Address)), enclave.Address);
        table.Tell("H100 refreshed with both, certificates held", await GasAsync(chain, await contracts.RefreshAsync(fresh, Cancellation)));

        DeviceRegistration Registration(BoundEvidence evidence, Address enclaveKey) =>
            new(enclaveKey, [.. gpuUuid], DeviceClass.H100, evidence.BlockNumber, evidence.Collected, evidence.Gpu);
    }

    [Theory(Timeout = 600_000)]
    [InlineData("osaka", "tdx")]
    [InlineData("prague", "tdx")]
    [InlineData("osaka", "sgx")]
    [InlineData("prague", "sgx")]
    public async Task Quote_costsNoMoreThanItsBounds(string hardfork, string tee)
    {
        await using var chain = new DevelopmentNetwork { Hardfork = hardfork };
        await chain.InitializeAsync();
        chain.Demand();
        using var folder = new TemporaryFolder();
        using Secp256k1PrivateKey operatorKey = await chain.CreateAccountAsync(100);
        using Secp256k1PrivateKey enclave = Secp256k1PrivateKey.Create();
        using var sender = new TransactionSender(chain.Client, operatorKey, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(50) });
        IntelNetwork intel = await IntelNetwork.DeployAsync(chain.Client, sender, operatorKey.Address, folder.File("hardware"), tee);
        Assert.True(CommandWords.TrySplit(intel.Command, out ImmutableArray<string> words, out _));
        var command = new EvidenceCommand(words, TimeSpan.FromSeconds(60));
        EvidenceOutcome.Collected probe = Assert.IsType<EvidenceOutcome.Collected>(await command.CollectAsync(new byte[64], Cancellation));
        Assert.True(HostReport.TryRead(probe.Evidence, out HostReport? report, out _));
        ImmutableArray<byte> program = [.. report.Program.Span];
        Address registry = await intel.DeployRegistryAsync(sender, operatorKey.Address, Keccak256.Hash(program.AsSpan()));
        using var contracts = new DeviceContracts(chain.Client, operatorKey, registry, chain.CertificateCache);
        Assert.IsType<TransactionOutcome.Mined>(await contracts.CacheIssuersAsync(probe.Evidence, Cancellation));

        var binder = new EvidenceBinder(command, null, [.. DeviceBench.GpuUuid], program);
        BoundEvidence evidence = await BindAsync(binder, contracts, gpuId => new DeviceIdentity
        {
            ChainId = chain.Domain.ChainId,
            DeviceRegistry = registry,
            OperatorAccount = operatorKey.Address,
            EnclaveKey = enclave.Address,
            GpuUuid = [.. DeviceBench.GpuUuid],
            GpuId = gpuId,
            DeviceClass = DeviceClass.A100,
            Measurement = program,
        });
        TransactionOutcome registered = await contracts.RegisterAsync(
            new DeviceRegistration(enclave.Address, [.. DeviceBench.GpuUuid], DeviceClass.A100, evidence.BlockNumber, evidence.Collected, null), Cancellation);
        string flow = $"{tee.ToUpperInvariant()} quote to registered device, collateral held";
        new GasTable(hardfork, output).Add(flow, 650_000, 450_000, await GasAsync(chain, registered));
    }

    private static EvidenceBinder Binder(DevelopmentNetwork chain, string command, byte[] gpuUuid, bool withGpu)
    {
        Assert.True(CommandWords.TrySplit(command, out ImmutableArray<string> words, out _));
        Assert.True(GpuReferencesFile.TryRead(chain.GpuReferencesFile, out GpuReferenceSet? references, out _));
        ImmutableArray<string> gpuWords = [.. words, "--report-data", Hex.Encode(new byte[64]), "--gpu", "0"];
        GpuEvidenceReader? gpu = withGpu ? new GpuEvidenceReader(new GpuEvidenceCommand(gpuWords, TimeSpan.FromSeconds(60)), [.. gpuUuid], references) : null;
        return new EvidenceBinder(new EvidenceCommand(words, TimeSpan.FromSeconds(60)), gpu, [.. gpuUuid], [.. Hex.Decode(DevelopmentNetwork.Measurement)]);
    }

    private static async Task<BoundEvidence> BindAsync(EvidenceBinder binder, DeviceContracts contracts, Func<Hash256, DeviceIdentity> identity)
    {
        BinderOutcome.Identified identified = Assert.IsType<BinderOutcome.Identified>(await binder.IdentifyAsync(Cancellation));
        DeviceBinding binding = identity(identified.GpuId).BindTo(await contracts.GetChallengeBlockAsync(Cancellation));
        return Assert.IsType<BinderOutcome.Bound>(await binder.BindAsync(binding, Cancellation)).Evidence;
    }

    /// <summary>The evidence as the verifier takes it: a certificate that the cache holds is named.</summary>
    private static async Task<AbiValue> GpuAsync(Contract cache, BoundGpuEvidence gpu)
    {
        AbiValue device = Hash256.Zero;
        foreach (ReadOnlyMemory<byte> certificate in gpu.Certificates.Skip(1).Reverse())
        {
            device = (await cache.ViewAsync("idOf", [certificate, device], BlockTag.Latest, Cancellation))[0];
        }

        AbiValue key = (await cache.ViewAsync("idOf", [gpu.Certificates[0], device], BlockTag.Latest, Cancellation))[0];
        bool held = (await cache.ViewAsync("isTrusted", [key], BlockTag.Latest, Cancellation))[0].AsBoolean();
        return new GpuEvidenceRecord
        {
            Report = gpu.Report,
            Key = held ? key.AsHash256().ToArray() : gpu.Certificates[0],
            Device = device.AsHash256(),
            KeyHints = held ? default : SignatureHints.OfCertificate(gpu.Certificates[0], gpu.Certificates[1]),
            ReportHints = SignatureHints.OfReport(gpu.Read, gpu.Certificates[0]),
            Driver = gpu.Driver,
            Vbios = gpu.Vbios,
        }.ToAbi();
    }

    private static async Task<ulong> GasAsync(TransactionSender sender, TransactionRequest transaction) =>
        Assert.IsType<SendResult.Mined>(await sender.SendAsync(transaction, Cancellation)).Receipt.GasUsed;

    private static async Task<ulong> GasAsync(DevelopmentNetwork chain, TransactionOutcome outcome)
    {
        Assert.True(outcome is TransactionOutcome.Mined, $"{outcome}");
        Hash256 hash = ((TransactionOutcome.Mined)outcome).Hash;
        TransactionReceipt receipt = await chain.Client.GetTransactionReceiptAsync(hash, Cancellation) ?? throw new InvalidOperationException($"{hash} has no receipt.");
        return receipt.GasUsed;
    }

    /// <summary>Two marks where a figure is within the stretch as well. What the snapshot of receipts lists must not drift from it.</summary>
    private sealed class GasTable(string hardfork, ITestOutputHelper output)
    {
        private static readonly JsonObject s_receipts = Assert.IsType<JsonObject>(
            JsonNode.Parse(File.ReadAllText(Path.Combine(Programs.Root, "contracts", "snapshots", "receipts-osaka.json"))));

        internal void Add(string flow, ulong floor, ulong stretch, ulong gas)
        {
            string sign = gas <= floor ? "✓" : "✗";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hardfork,-6} | {flow,-46} | {gas,9:N0} | {floor,9:N0} | {sign}{(gas <= stretch ? "✓" : string.Empty)}"));
            Assert.True(gas <= floor, $"{flow}: {gas} gas is above {floor}");
            Hold(flow, gas);
        }

        internal void Tell(string flow, ulong gas)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hardfork,-6} | {flow,-46} | {gas,9:N0} |           |"));
            Hold(flow, gas);
        }

        /// <summary>Signatures are fresh in every run and hints differ in length: three in a hundred.</summary>
        private void Hold(string flow, ulong gas)
        {
            if (hardfork == "osaka" && (string?)s_receipts[flow] is { } text)
            {
                ulong committed = ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
                Assert.InRange(gas, committed * 97 / 100, committed * 103 / 100);
            }
        }
    }
}
