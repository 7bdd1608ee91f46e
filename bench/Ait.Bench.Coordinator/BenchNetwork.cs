using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Fetching;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Bench.Coordinator;

/// <summary>The network both processes of a measurement agree on without talking: contracts, keys, devices, work.</summary>
internal static class BenchNetwork
{
    internal static readonly ModelEntry Model = new("bench", "0x01", Keccak256.Hash("model"u8), 1000);

    internal static Deployment Deployment { get; } = new(
        31337, 1, Account(1), Account(2), Account(3), Account(4), Account(5), Account(6), CoordinatorKey().Address, "development");

    internal static NetworkDomain Domain { get; } = Deployment.Domain;

    internal static Secp256k1PrivateKey CoordinatorKey() => Key("coordinator");

    internal static Secp256k1PrivateKey EnclaveKey(int device) => Key("enclave", device);

    internal static Hash256 GpuId(int device) => Named("gpu", device);

    /// <summary>Each device has its operator and its host, so that any three can sit together.</summary>
    internal static Device Device(int number, ulong validUntil)
    {
        using Secp256k1PrivateKey enclave = EnclaveKey(number);
        return new Device(
            number, GpuId(number), Named("host", number), new Address([.. Named("operator", number).ToArray().Take(20)]), DeviceClass.H100, validUntil, 0,
            enclave.Address, 1, 1, 0);
    }

    internal static Workload Workload(int number) => new(
        WorkloadType.Inference, "X8v0", Model.Digest, [number >> 16, number & 0xffff, 3], 10, SamplingParameters.Greedy, 0, []);

    /// <summary>What the devices compute: small, the same on each.</summary>
    internal static byte[] Transcript(Hash256 workload) => [.. "the answer to "u8, .. workload.ToArray()];

    internal static CoordinatorOptions Options(string store, string folder) => new()
    {
        Rpc = new Uri("http://127.0.0.1:1"),
        DeploymentFile = "deployment.json",
        KeyFile = "key",
        Store = store,
        ModelsFile = "models.json",
        Listen = new Uri("http://127.0.0.1:0"),
        PublicUrl = new Uri("http://127.0.0.1:1"),
        BatchInterval = TimeSpan.FromMilliseconds(100),
        BatchSize = 1024,
        TaskLifetime = TimeSpan.FromMinutes(55),
        CommitWindow = TimeSpan.FromMinutes(30),
        RevealWindow = TimeSpan.FromMinutes(30),
        RequestsPerMinute = 1_000_000,
        DemandsEvidence = true,
        CollateralFolder = Path.Combine(folder, "collateral"),
        Vendors = VendorOptions.Default with { Offline = true },
    };

    private static Secp256k1PrivateKey Key(string role, int number = 0) => Secp256k1PrivateKey.FromBytes(SHA256.HashData(Name(role, number)));

    private static Hash256 Named(string role, int number) => Keccak256.Hash(Name(role, number));

    private static byte[] Name(string role, int number) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{role} {number}"));

    private static Address Account(byte number) => new([.. new byte[19], number]);
}
