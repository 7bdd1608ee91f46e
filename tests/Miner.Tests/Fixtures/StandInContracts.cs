using System.Collections.Immutable;
using Ait.Chain;
using Ait.Miner.Collecting;
using Ait.Miner.Evidencing;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>The registry's rules in memory, for the paths a real chain is too slow or too friendly for.</summary>
internal sealed class StandInContracts : IDeviceContracts
{
    public static readonly TimeSpan Validity = TimeSpan.FromHours(24);
    private readonly TimeProvider _clock;
    private readonly Hash256 _gpuId;
    private readonly Address _operator;

    public StandInContracts(TimeProvider clock, Hash256 gpuId, Address operatorAccount)
    {
        _clock = clock;
        _gpuId = gpuId;
        _operator = operatorAccount;
    }

    public ChainDevice? Device { get; set; }

    public bool Revoked { get; set; }

    public bool MeasurementAllowed { get; set; } = true;

    public bool IssuersCached { get; set; }

    public bool GpuIssuersCached { get; set; }

    /// <summary>The next questions find no node.</summary>
    public int Away { get; set; }

    /// <summary>Answers of the next transactions, in order, instead of the rules.</summary>
    public Queue<ContractRefusal> Refusals { get; } = [];

    /// <summary>Names of the transactions that were sent.</summary>
    public List<string> Sent { get; } = [];

    public DeviceRegistration? Last { get; private set; }

    public ChallengeBlock Block { get; } = new(100, Network.RandomHash());

    public Task<ChallengeBlock> GetChallengeBlockAsync(CancellationToken cancellation) => Ask(Block);

    public Task<ChainDevice?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation) =>
        Ask(Device is not null && gpuId == _gpuId ? Device with { SeenAt = _clock.GetUtcNow() } : null);

    public Task<bool> IsRevokedAsync(Hash256 gpuId, CancellationToken cancellation) => Ask(Revoked);

    public Task<bool> IsMeasurementAllowedAsync(Hash256 measurementHash, CancellationToken cancellation) => Ask(MeasurementAllowed);

    public Task<bool> AreIssuersCachedAsync(CollectedEvidence collected, CancellationToken cancellation) => Ask(IssuersCached);

    public Task<TransactionOutcome> CacheIssuersAsync(CollectedEvidence collected, CancellationToken cancellation) => Send("cache", () => IssuersCached = true);

    public Task<bool> AreGpuIssuersCachedAsync(ImmutableArray<ReadOnlyMemory<byte>> path, CancellationToken cancellation) => Ask(GpuIssuersCached);

    public Task<TransactionOutcome> CacheGpuIssuersAsync(ImmutableArray<ReadOnlyMemory<byte>> path, CancellationToken cancellation) => Send("cache of the GPU", () => GpuIssuersCached = true);

    public Task<TransactionOutcome> RegisterAsync(DeviceRegistration registration, CancellationToken cancellation) => Send("register", () => Accept(registration));

    public Task<TransactionOutcome> RefreshAsync(DeviceRegistration registration, CancellationToken cancellation) => Send("refresh", () => Accept(registration));

    public Task<ContractRefusal?> RehearseAsync(DeviceRegistration registration, bool refresh, CancellationToken cancellation) =>
        Ask(Refusals.TryDequeue(out ContractRefusal? refusal) ? refusal : null);

    public ChainDevice Registered(Address enclaveKey, Address? operatorAccount = null, TimeSpan? left = null) =>
        new(3, _gpuId, operatorAccount ?? _operator, Protocol.DeviceClass.H100, enclaveKey, _clock.GetUtcNow() + (left ?? Validity), false, _clock.GetUtcNow());

    private Task<T> Ask<T>(T answer)
    {
        if (Away > 0)
        {
            Away--;
            throw new ChainAwayException("connection refused", new IOException("connection refused"));
        }

        return Task.FromResult(answer);
    }

    private Task<TransactionOutcome> Send(string name, Action effect)
    {
        Sent.Add(name);
        if (Refusals.TryDequeue(out ContractRefusal? refusal))
        {
            return Ask<TransactionOutcome>(new TransactionOutcome.Refused(refusal));
        }

        effect();
        return Ask<TransactionOutcome>(new TransactionOutcome.Mined(Network.RandomHash()));
    }

    private void Accept(DeviceRegistration registration)
    {
        Last = registration;
        Device = Registered(registration.EnclaveKey);
    }
}
