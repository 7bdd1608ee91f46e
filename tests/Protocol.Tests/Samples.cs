using System.Collections.Immutable;
using System.Text;
using Ait.Chain;
using Ait.Chain.Signing;

namespace Ait.Protocol.Tests;

/// <summary>One value of everything, so that a test changes just the fact it is about.</summary>
internal static class Samples
{
    public static NetworkDomain Network { get; } = new(31337, Address.Parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"));

    public static Hash256 Hash(string name) => Keccak256.Hash(Encoding.UTF8.GetBytes(name));

    public static Address Account(string name) => Key(name).Address;

    /// <summary>A key derived from a name: public, for tests and vectors only.</summary>
    public static Secp256k1PrivateKey Key(string name) => Secp256k1PrivateKey.FromBytes(Hash("key of " + name).ToArray());

    public static Workload TrainingWorkload(
        ImmutableArray<byte>? recipe = null, int firstStep = 40, int steps = 20, int tokensPerStep = 2048, Hash256? parent = null) => new(
        "X8t0", Hash("model"), new TrainingTerms(recipe ?? [1, 2, 3], firstStep, steps, tokensPerStep, parent ?? Hash("checkpoint")));

    public static Workload Workload(
        string prompt = "2 + 2 =",
        int maxNewTokens = 16,
        SamplingParameters? sampling = null,
        ulong seed = 0,
        ImmutableArray<int>? stopTokens = null) => new(
            WorkloadType.Inference,
            "X8v0",
            Hash("model"),
            [.. Encoding.UTF8.GetBytes(prompt).Select(character => (int)character)],
            maxNewTokens,
            sampling ?? SamplingParameters.Greedy,
            seed,
            stopTokens ?? [257]);

    public static Workload EmbeddingWorkload(string prompt = "2 + 2 =", EmbeddingPooling pooling = EmbeddingPooling.Mean) =>
        new("X8v0", Hash("model"), [.. Encoding.UTF8.GetBytes(prompt).Select(character => (int)character)], pooling);

    public static MiningTask MiningTask(uint index = 0) => new(
        Workload().Hash,
        index,
        WorkloadType.Inference,
        DeterminismClass.X8v0,
        new ComputeUnits(80_000),
        1_800_000_000,
        Address.Zero,
        Protocol.MiningTask.SecretHash(Hash("first secret")));

    public static WorkStatement Statement(string gpu = "gpu 0", string result = "result") => new(
        Network.TaskId(1, 0),
        Workload().Hash,
        Hash(result),
        Hash(gpu),
        1234);

    public static WorkAttestation Attestation(string gpu = "gpu 0", string result = "result") =>
        WorkAttestation.Sign(Statement(gpu, result), Network, Key(gpu));

    public static RosterSlot Slot(int number, string? operatorName = null, string? host = null) => new(
        Hash($"gpu {number}"),
        Hash(host ?? $"host {number}"),
        Account(operatorName ?? $"operator {number}"),
        ValidUntil: 1_900_000_000,
        PreviousValidUntil: 0,
        RefreshedBlock: 1,
        RevokedBlock: 0);
}
