using System.Collections.Immutable;
using Ait.Chain;
using Ait.Miner.Collecting;

namespace Ait.Miner.Evidencing;

/// <summary>The border to the chain, as far as a device's registration goes. Methods throw <see cref="ChainAwayException"/> if the node cannot be asked.</summary>
internal interface IDeviceContracts
{
    public Task<ChallengeBlock> GetChallengeBlockAsync(CancellationToken cancellation);

    /// <summary>The latest registration of the GPU; null if there is none.</summary>
    public Task<ChainDevice?> FindDeviceAsync(Hash256 gpuId, CancellationToken cancellation);

    public Task<bool> IsRevokedAsync(Hash256 gpuId, CancellationToken cancellation);

    public Task<bool> IsMeasurementAllowedAsync(Hash256 measurementHash, CancellationToken cancellation);

    /// <summary>Whether the contracts trust the certificates above a report now, or the certificate of a quote.</summary>
    public Task<bool> AreIssuersCachedAsync(CollectedEvidence collected, CancellationToken cancellation);

    /// <summary>Submits the certificates that the cache lacks.</summary>
    public Task<TransactionOutcome> CacheIssuersAsync(CollectedEvidence collected, CancellationToken cancellation);

    /// <summary>Whether the certificate cache trusts the device certificate of a GPU's path now (DER, the attestation key's first).</summary>
    public Task<bool> AreGpuIssuersCachedAsync(ImmutableArray<ReadOnlyMemory<byte>> path, CancellationToken cancellation);

    /// <summary>Submits the certificates above the attestation key's that the cache lacks.</summary>
    public Task<TransactionOutcome> CacheGpuIssuersAsync(ImmutableArray<ReadOnlyMemory<byte>> path, CancellationToken cancellation);

    public Task<TransactionOutcome> RegisterAsync(DeviceRegistration registration, CancellationToken cancellation);

    public Task<TransactionOutcome> RefreshAsync(DeviceRegistration registration, CancellationToken cancellation);

    /// <summary>Simulates a registration or refresh without sending it; null if the contract would accept.</summary>
    public Task<ContractRefusal?> RehearseAsync(DeviceRegistration registration, bool refresh, CancellationToken cancellation);
}
