using System.Text;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Chain.Signing;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Buyer.Tests;

/// <summary>A confidential workload with one seat that waits: everything genuine, each fact in the test's hands.</summary>
internal sealed class ReleaseBench : TimeProvider, IChainFacts, IReleaseDesk, IDisposable
{
    internal const ulong Now = 1_700_000_000;

    internal ReleaseBench()
    {
        Workload = ContentKey.SealPrompt(new Workload(WorkloadType.Inference, "X8v0", Hash("model"), [1, 2, 3], 16, SamplingParameters.Greedy, 0, []));
        Device = new SeatDevice(
            new DeviceRecord(GpuId, Hash("chip"), Operator, 1, Now + 3600, 0, EnclaveKey.Address, 1, 1, 0), (byte)LeastTrust.AttestedGpu, IsRevoked: false, BlockTime: Now);
        Letter = Sign(Assignment());
        Statement = Say(SeatKey);
    }

    internal static NetworkDomain Domain { get; } = new(31337, new Address([.. new byte[19], 1]));

    internal static Address Operator { get; } = new([.. new byte[19], 2]);

    internal Hash256 GpuId { get; } = Hash("gpu");

    internal ContentKey ContentKey { get; } = ContentKey.Create();

    internal Secp256k1PrivateKey Coordinator { get; } = Secp256k1PrivateKey.Create();

    internal Secp256k1PrivateKey EnclaveKey { get; } = Secp256k1PrivateKey.Create();

    internal SeatKey SeatKey { get; } = SeatKey.Create();

    internal Workload Workload { get; }

    internal SeatDevice? Device { get; set; }

    internal SeatLetter Letter { get; set; }

    internal SeatKeyStatement Statement { get; set; }

    /// <summary>What the coordinator sends instead of what is genuine.</summary>
    internal ConfidentialSeat? Sent { get; set; }

    internal int Seats { get; set; } = 3;

    internal string? PutRefusal { get; set; }

    internal ulong Clock { get; set; } = Now;

    internal List<EnvelopeRequest> Envelopes { get; } = [];

    internal static Hash256 Hash(string name) => Keccak256.Hash(Encoding.UTF8.GetBytes(name));

    internal SeatAssignment Assignment(byte seat = 0, Hash256? gpuId = null, Workload? workload = null, ulong commitDeadline = Now + 60) => new(
        7,
        new MiningTask(
            (workload ?? Workload).Hash, 3, WorkloadType.Inference, DeterminismClass.X8v0, new ComputeUnits(80_000), Now + 600, Address.Zero, Hash("first")),
        seat, gpuId ?? GpuId, Now, commitDeadline);

    internal SeatLetter Sign(SeatAssignment assignment, Secp256k1PrivateKey? signer = null, NetworkDomain? domain = null) => SeatLetter.Sign(assignment, domain ?? Domain, signer ?? Coordinator);

    internal SeatKeyStatement Say(SeatKey key, Secp256k1PrivateKey? signer = null, Hash256? taskId = null, Hash256? gpuId = null, ulong expiresAt = Now + 60) =>
        SeatKeyStatement.Sign(taskId ?? Domain.TaskId(7, 3), gpuId ?? GpuId, key, expiresAt, Domain, signer ?? EnclaveKey);

    internal KeyRelease Release(LeastTrust least = LeastTrust.MeasuredHost) => new(Workload, ContentKey, Domain, Coordinator.Address, least, this, this, this);

    internal async Task<SeatRelease> RoundAsync(LeastTrust least = LeastTrust.MeasuredHost)
    {
        using KeyRelease release = Release(least);
        return Assert.Single(await release.RoundAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The round refuses with this code, and no envelope leaves.</summary>
    internal async Task RefusesAsync(ReleaseRefusalCode code, LeastTrust least = LeastTrust.MeasuredHost)
    {
        Assert.Equal(code, Assert.IsType<SeatRelease.Refused>(await RoundAsync(least)).Refusal.Code);
        Assert.Empty(Envelopes);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds((long)Clock);

    public Task<SeatDevice?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation) => Task.FromResult(Device);

    public Task<int> CountSeatsAsync(Hash256 taskId, CancellationToken cancellation) => Task.FromResult(Seats);

    public Task<IReadOnlyList<ConfidentialSeat>> SeatsAsync(Hash256 workload, Secp256k1PrivateKey holder, CancellationToken cancellation)
    {
        Assert.Equal((Workload.Hash, Workload.Confidential?.Holder), (workload, holder.Address));
        return Task.FromResult<IReadOnlyList<ConfidentialSeat>>([Sent ?? new ConfidentialSeat(Hex.Encode(Letter.ToBytes()), Hex.Encode(Statement.ToBytes()), false)]);
    }

    public Task<string?> PutAsync(EnvelopeRequest envelope, Secp256k1PrivateKey holder, CancellationToken cancellation)
    {
        Envelopes.Add(envelope);
        return Task.FromResult(PutRefusal);
    }

    public void Dispose()
    {
        ContentKey.Dispose();
        Coordinator.Dispose();
        EnclaveKey.Dispose();
        SeatKey.Dispose();
    }
}
