using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>One network of the tests: its domain, the coordinator's key, and letters signed by it.</summary>
internal sealed class Network : IDisposable
{
    public NetworkDomain Domain { get; init; } = new(31_337, Address.Parse("0x00000000000000000000000000000000000000a1"));

    public Address DeviceRegistry { get; init; }

    public Address CertificateCache { get; init; }

    public Secp256k1PrivateKey Coordinator { get; init; } = Secp256k1PrivateKey.Create();

    public Hash256 GpuId { get; init; } = RandomHash();

    public Address OperatorAccount { get; init; } = Address.Parse("0x00000000000000000000000000000000000000b2");

    /// <summary>A model small enough for a test.</summary>
    public static ModelDescriptor Model => EngineSelfTest.Model;

    public static Hash256 ModelDigest => new(Model.Digest.ToBytes());

    public static Hash256 RandomHash() => new(RandomNumberGenerator.GetBytes(32));

    public static Workload Workload(ulong seed = 1, int newTokens = 4, string? engineVersion = null, Hash256? model = null) => new(
        WorkloadType.Inference,
        engineVersion ?? EngineVersion.Id,
        model ?? ModelDigest,
        [72, 105],
        newTokens,
        new Protocol.SamplingParameters(900, 40, 950_000),
        seed,
        []);

    public static MiningTask TaskOf(Workload workload, uint index = 0, ulong? deadline = null) => new(
        workload.Hash,
        index,
        workload.Type,
        DeterminismClass.X8v0,
        workload.Price(1000),
        deadline ?? Now + 600,
        Address.Zero,
        RandomHash());

    public static ulong Now => (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public SeatLetter Letter(MiningTask task, ulong batchId = 1, byte seat = 1, Hash256? gpuId = null, ulong? commitDeadline = null, Secp256k1PrivateKey? signer = null, NetworkDomain? domain = null) =>
        SeatLetter.Sign(new SeatAssignment(batchId, task, seat, gpuId ?? GpuId, Now, commitDeadline ?? Now + 300), domain ?? Domain, signer ?? Coordinator);

    public static SeatLetterDto Dto(SeatLetter letter, Workload workload) => new(Hex.Encode(letter.ToBytes()), Hex.Encode(workload.ToBytes()), Now + 60);

    public void Dispose() => Coordinator.Dispose();
}
