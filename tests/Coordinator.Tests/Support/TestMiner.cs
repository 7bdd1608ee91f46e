using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.OnChain;
using Ait.Protocol;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A device with its enclave key and what it computes. It keeps what it committed, so that it can repeat itself.</summary>
internal sealed class TestMiner : IDisposable
{
    private readonly NetworkDomain _domain;
    private readonly Dictionary<(Hash256, Hash256), (WorkAttestation Attestation, Hash256 Salt)> _work = [];

    internal TestMiner(NetworkDomain domain, SimulatedChain chain, int number)
    {
        _domain = domain;
        EnclaveKey = Key($"enclave {number}");
        using Secp256k1PrivateKey operatorKey = Key($"operator {number}");
        Device = chain.Register(operatorKey.Address, Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes($"chip {number}")), Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes($"gpu {number}")), EnclaveKey.Address);
    }

    internal Device Device { get; }

    internal Secp256k1PrivateKey EnclaveKey { get; private set; }

    internal Hash256 GpuId => Device.GpuId;

    /// <summary>What it says instead of the right answer.</summary>
    internal string? Lie { get; set; }

    /// <summary>Computes what it answers; null says the same of every workload.</summary>
    internal Func<Hash256, byte[]>? Engine { get; set; }

    internal ulong Duration { get; set; } = 1000;

    internal static Secp256k1PrivateKey Key(string name) => Secp256k1PrivateKey.FromBytes(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));

    internal byte[] Transcript(Hash256 workloadHash) => Lie is null && Engine is not null ? Engine(workloadHash) : System.Text.Encoding.UTF8.GetBytes($"{workloadHash}: {Lie ?? "the answer"}");

    /// <summary>What every honest device without an engine hands in.</summary>
    internal static Hash256 RightResult(Hash256 workloadHash) => new(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{workloadHash}: the answer")));

    internal (WorkAttestation Attestation, Hash256 Salt) Work(Hash256 taskId, Hash256 workloadHash)
    {
        if (!_work.TryGetValue((taskId, workloadHash), out (WorkAttestation Attestation, Hash256 Salt) done))
        {
            var result = new Hash256(SHA256.HashData(Transcript(workloadHash)));
            var statement = new WorkStatement(taskId, workloadHash, result, GpuId, Duration);
            done = (WorkAttestation.Sign(statement, _domain, EnclaveKey), new Hash256(RandomNumberGenerator.GetBytes(32)));
            _work.Add((taskId, workloadHash), done);
        }

        return done;
    }

    internal Hash256 Commitment(Hash256 taskId, Hash256 workloadHash)
    {
        (WorkAttestation attestation, Hash256 salt) = Work(taskId, workloadHash);
        return ResultCommitment.Compute(_domain, attestation.Statement, Device.Operator, salt);
    }

    /// <summary>Registers another enclave key for the same device.</summary>
    internal void Refresh(SimulatedChain chain, string name)
    {
        EnclaveKey = Key(name);
        chain.Change(GpuId, device => device with { EnclaveKey = EnclaveKey.Address });
    }

    public void Dispose() => EnclaveKey.Dispose();
}
