using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Attestation;
using Ait.Attestation.Nvidia;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Transactions;
using Ait.Protocol;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>A dev chain with the real contracts, and emulated hardware whose root they pin. Shared by the tests that need it.</summary>
public sealed class DevelopmentNetwork : IAsyncLifetime
{
    public const string Measurement = "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private Process? _anvil;
    private int _hosts;

    /// <summary>Why there is no network; null if there is one.</summary>
    public string? Missing { get; private set; }

    public Uri Rpc { get; private set; } = new("http://127.0.0.1:1");

    public EthereumClient Client { get; private set; } = null!; // InitializeAsync sets it, or Missing.

    public Secp256k1PrivateKey Coordinator { get; } = Secp256k1PrivateKey.Create();

    public Address DeviceRegistry { get; private set; }

    public Address MiningRegistry { get; private set; }

    public Address CertificateCache { get; private set; }

    public Address P384Verifier { get; private set; }

    public Address NvidiaVerifier { get; private set; }

    /// <summary>Rules that the chain runs under.</summary>
    public string Hardfork { get; init; } = "osaka";

    public NetworkDomain Domain => new(31_337, MiningRegistry);

    public string DeploymentFile => _folder.File("deployment.json");

    public string GpuReferencesFile => _folder.File("gpu-references.json");

    private string HardwareRoot => _folder.File("hardware");

    public async ValueTask InitializeAsync()
    {
        if (Programs.Anvil is not string anvil)
        {
            Missing = "anvil is neither in contracts/node_modules nor on PATH: run tests/prepare-contracts";
            return;
        }

        Task<string> root = Programs.RunAsync(Programs.Emulation, "init", "--root", HardwareRoot);
        int port = FreePort();
        Rpc = new Uri($"http://127.0.0.1:{port}");

        // Evidence may be 128 blocks old: at ten blocks a second a busy machine collects it too slowly.
        _anvil = Process.Start(new ProcessStartInfo(anvil, ["-q", "--hardfork", Hardfork, "-b", "0.3", "--port", port.ToString(CultureInfo.InvariantCulture), "--chain-id", "31337", "--accounts", "1"]));
        Client = new EthereumClient(new JsonRpcClient(_http, Rpc));
        await WaitForChainAsync();
        using Secp256k1PrivateKey deployer = await CreateAccountAsync(100);
        using var sender = new TransactionSender(Client, deployer, new TransactionSenderOptions { PollInterval = TimeSpan.FromMilliseconds(50) });
        using JsonDocument facts = JsonDocument.Parse(await root);
        AbiValue pin = AbiValue.List(2u, Hex.Decode(facts.RootElement.GetProperty("arkSpkiSha384").GetString()!));
        using JsonDocument gpuFacts = JsonDocument.Parse(await Programs.RunAsync(Programs.Emulation, "init", "--root", HardwareRoot, "--vendor", "nvidia"));
        AbiValue gpuPin = AbiValue.List(4u, Hex.Decode(gpuFacts.RootElement.GetProperty("deviceRootSpkiSha384").GetString()!));
        Task<Address> p384Creation = DeployAsync(sender, "P384Verifier");
        Address sha384 = await DeployAsync(sender, "Sha384");
        Address rsa = await DeployAsync(sender, "RsaPss", sha384);
        P384Verifier = await p384Creation;
        CertificateCache = await DeployAsync(sender, "CertificateCache", deployer.Address, rsa, P384Verifier, sha384, AbiValue.List(pin, gpuPin));
        Address snp = await DeployAsync(sender, "SnpVerifier", deployer.Address, CertificateCache, sha384, P384Verifier, 3u, AbiValue.List(AbiValue.List(2u, new byte[8])));
        NvidiaVerifier = await DeployAsync(sender, "NvidiaVerifier", deployer.Address, CertificateCache, sha384, P384Verifier, ReadReferences(gpuFacts.RootElement).Root, 2u);
        DeviceRegistry = await DeployAsync(
            sender, "DeviceRegistry", snp, Address.Zero, NvidiaVerifier, deployer.Address, AbiValue.List((AbiValue)Keccak256.Hash(Hex.Decode(Measurement))), AbiValue.List(6u, 4u, 4u, 4u), Address.Zero, Address.Zero);
        MiningRegistry = await DeployAsync(sender, "MiningRegistry", DeviceRegistry, deployer.Address, Coordinator.Address, AbiValue.List(1_000_000_000_000_000_000, 0, 86_400), 0u);
        await File.WriteAllTextAsync(DeploymentFile, $$"""
            {"chainId": 31337, "blockNumber": 1, "deviceRegistry": "{{DeviceRegistry}}", "miningRegistry": "{{MiningRegistry}}",
             "certificateCache": "{{CertificateCache}}", "profile": "development"}
            """);
    }

    /// <summary>What the emulated drivers and VBIOSes measure, as the network's gpu-references.json lists it.</summary>
    private GpuReferenceSet ReadReferences(JsonElement facts)
    {
        var roots = new TrustRoots([], [], [], [new ByteString(Hex.Decode(facts.GetProperty("referenceRootSpkiSha384").GetString()!))]);
        GpuReference Read(GpuReferenceKind kind, string name)
        {
            Assert.True(NvidiaReference.TryVerify(Hex.Decode(facts.GetProperty(name).GetString()!), roots, DateTimeOffset.UtcNow, out NvidiaReference? read, out RefusalReason? refusal), $"{refusal}");
            Assert.True(GpuReference.TryCreate(kind, read.Chip, read.Version, read.Values, out GpuReference? reference));
            return reference;
        }

        var set = new GpuReferenceSet([Read(GpuReferenceKind.Driver, "driverReference"), Read(GpuReferenceKind.Vbios, "vbiosReference")]);
        File.WriteAllBytes(GpuReferencesFile, set.ToJson());
        return set;
    }

    /// <summary>Skips the test, loudly, where there is no network.</summary>
    public void Demand() => Assert.SkipWhen(Missing is not null, Missing ?? string.Empty);

    /// <summary>A new emulated host with one H100: the command that collects its evidence, and the GPU's UUID.</summary>
    public async Task<(string EvidenceCommand, byte[] GpuUuid)> CreateHostAsync(string measurement = Measurement, string? root = null)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"host-{Interlocked.Increment(ref _hosts)}");
        string folder = root ?? HardwareRoot;
        await Programs.RunAsync(Programs.Emulation, "host", "--root", folder, "--host", name, "--gpu", "H100");
        using JsonDocument gpus = JsonDocument.Parse(await Programs.RunAsync(Programs.Emulation, "gpus", "--root", folder, "--host", name));
        return ($"'{Programs.Emulation}' evidence --root '{folder}' --host {name} --measurement {measurement}", Hex.Decode(gpus.RootElement[0].GetProperty("uuid").GetString()!));
    }

    /// <summary>A new key whose account holds so many coins.</summary>
    public async Task<Secp256k1PrivateKey> CreateAccountAsync(int coins)
    {
        Secp256k1PrivateKey key = Secp256k1PrivateKey.Create();
        string balance = "0x" + (coins * BigInteger.Pow(10, 18)).ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        await Client.Rpc.CallAsync("anvil_setBalance", new JsonArray(key.Address.ToString(), coins == 0 ? "0x0" : balance), CancellationToken.None);
        return key;
    }

    public async ValueTask DisposeAsync()
    {
        if (_anvil is not null)
        {
            _anvil.Kill();
            await _anvil.WaitForExitAsync();
            _anvil.Dispose();
        }

        _http.Dispose();
        Coordinator.Dispose();
        _folder.Dispose();
    }

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static async Task<Address> DeployAsync(TransactionSender sender, string name, params AbiValue[] arguments)
    {
        SendResult result = await sender.SendAsync(ContractArtifact.Load(name).Deployment(arguments), CancellationToken.None);
        return result is SendResult.Mined { Receipt.ContractAddress: Address address } ? address : throw new InvalidOperationException($"{name}: {result}");
    }

    private async Task WaitForChainAsync()
    {
        for (int looks = 0; ; looks++)
        {
            try
            {
                await Client.GetChainIdAsync(CancellationToken.None);
                return;
            }
            catch (RpcException) when (looks < 20)
            {
                await Task.Delay(100);
            }
        }
    }
}
