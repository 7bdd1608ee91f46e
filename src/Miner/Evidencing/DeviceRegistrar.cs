using System.Diagnostics;
using Ait.Chain;
using Ait.Miner.Collecting;

namespace Ait.Miner.Evidencing;

/// <summary>Brings fresh evidence once, to the coordinator and then to the registry: registers or refreshes, whichever the device's state asks for. What can be known is looked at before gas is spent.</summary>
internal sealed class DeviceRegistrar
{
    /// <summary>Code of a rehearsal that cannot go further without a transaction.</summary>
    public const string IssuersMissing = "IssuersMissing";

    private readonly IDeviceContracts _contracts;
    private readonly EvidenceBinder _binder;
    private readonly IEnrolmentDesk _desk;

    public DeviceRegistrar(IDeviceContracts contracts, EvidenceBinder binder, IEnrolmentDesk desk, DeviceIdentity device)
    {
        _contracts = contracts;
        _binder = binder;
        _desk = desk;
        Device = device;
    }

    public DeviceIdentity Device { get; }

    /// <exception cref="ChainAwayException">The node cannot be asked.</exception>
    public async Task<RegistrarOutcome> BringAsync(CancellationToken cancellation)
    {
        (BoundEvidence? evidence, bool live, ContractRefusal? refusal) = await PrepareAsync(cancellation).ConfigureAwait(false);
        refusal = evidence is null ? refusal ?? throw new UnreachableException() : await _desk.EnrolAsync(Device, evidence, cancellation).ConfigureAwait(false);
        return evidence is null || refusal is not null
            ? new RegistrarOutcome.Refused(refusal ?? throw new UnreachableException())
            : await SubmitAsync(evidence, live, cancellation).ConfigureAwait(false);
    }

    /// <summary>Brings fresh evidence to the coordinator alone, which spends no gas: null if it found it good.</summary>
    /// <exception cref="ChainAwayException">The node cannot be asked.</exception>
    public async Task<ContractRefusal?> EnrolAsync(CancellationToken cancellation)
    {
        (BoundEvidence? evidence, _, ContractRefusal? refusal) = await PrepareAsync(cancellation).ConfigureAwait(false);
        return evidence is null ? refusal ?? throw new UnreachableException() : await _desk.EnrolAsync(Device, evidence, cancellation).ConfigureAwait(false);
    }

    /// <summary>Does everything but spend gas: null if the registry would accept.</summary>
    /// <exception cref="ChainAwayException">The node cannot be asked.</exception>
    public async Task<ContractRefusal?> RehearseAsync(CancellationToken cancellation)
    {
        (BoundEvidence? evidence, bool live, ContractRefusal? refusal) = await PrepareAsync(cancellation).ConfigureAwait(false);
        if (evidence is null)
        {
            return refusal;
        }

        return await _contracts.AreIssuersCachedAsync(evidence.Collected, cancellation).ConfigureAwait(false)
            && (evidence.Gpu is null || await _contracts.AreGpuIssuersCachedAsync(evidence.Gpu.Certificates, cancellation).ConfigureAwait(false))
            ? await _contracts.RehearseAsync(RegistrationOf(evidence), live, cancellation).ConfigureAwait(false)
            : new ContractRefusal(IssuersMissing, "A certificate of the vendor's authorities is not in the certificate cache yet, so the evidence cannot be judged without a transaction.", "Nothing to do: mining submits it.");
    }

    /// <exception cref="ChainAwayException">The node cannot be asked.</exception>
    public Task<ChainDevice?> LookAsync(CancellationToken cancellation) => _contracts.FindDeviceAsync(Device.GpuId, cancellation);

    private static RegistrarOutcome.Refused Refuse(ContractRefusal refusal) => new(refusal);

    private DeviceRegistration RegistrationOf(BoundEvidence evidence) =>
        new(Device.EnclaveKey, Device.GpuUuid, Device.DeviceClass, evidence.BlockNumber, evidence.Collected, evidence.Gpu);

    /// <summary>Fresh evidence, and whether the device is live now; or why bringing it is pointless.</summary>
    private async Task<(BoundEvidence? Evidence, bool Live, ContractRefusal? Refusal)> PrepareAsync(CancellationToken cancellation)
    {
        if (await _contracts.IsRevokedAsync(Device.GpuId, cancellation).ConfigureAwait(false))
        {
            return (null, false, ContractRefusals.Revoked(Device.GpuId));
        }

        ChainDevice? registered = await _contracts.FindDeviceAsync(Device.GpuId, cancellation).ConfigureAwait(false);
        bool live = registered is { IsLive: true };
        if (registered is { IsLive: true } && registered.OperatorAccount != Device.OperatorAccount)
        {
            return (null, live, ContractRefusals.OtherOperator(registered.OperatorAccount, Device.OperatorAccount));
        }

        if (!await _contracts.IsMeasurementAllowedAsync(Device.MeasurementHash, cancellation).ConfigureAwait(false))
        {
            return (null, live, ContractRefusals.MeasurementNotAllowed(Device.MeasurementHash));
        }

        ChallengeBlock block = await _contracts.GetChallengeBlockAsync(cancellation).ConfigureAwait(false);
        return await _binder.BindAsync(Device.BindTo(block), cancellation).ConfigureAwait(false) switch
        {
            BinderOutcome.Bound { Evidence: BoundEvidence evidence } => (evidence, live, null),
            BinderOutcome.Refused refused => (null, live, new ContractRefusal(refused.Code, refused.Problem, refused.Remedy)),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<RegistrarOutcome> SubmitAsync(BoundEvidence evidence, bool live, CancellationToken cancellation)
    {
        CollectedEvidence collected = evidence.Collected;
        if (!await _contracts.AreIssuersCachedAsync(collected, cancellation).ConfigureAwait(false)
            && await _contracts.CacheIssuersAsync(collected, cancellation).ConfigureAwait(false) is TransactionOutcome.Refused cacheRefused)
        {
            return Refuse(cacheRefused.Refusal);
        }

        if (evidence.Gpu is { } gpu
            && !await _contracts.AreGpuIssuersCachedAsync(gpu.Certificates, cancellation).ConfigureAwait(false)
            && await _contracts.CacheGpuIssuersAsync(gpu.Certificates, cancellation).ConfigureAwait(false) is TransactionOutcome.Refused gpuRefused)
        {
            return Refuse(gpuRefused.Refusal);
        }

        DeviceRegistration registration = RegistrationOf(evidence);
        TransactionOutcome outcome = live
            ? await _contracts.RefreshAsync(registration, cancellation).ConfigureAwait(false)
            : await _contracts.RegisterAsync(registration, cancellation).ConfigureAwait(false);
        switch (outcome)
        {
            case TransactionOutcome.Refused refused:
                return Refuse(refused.Refusal);
            case TransactionOutcome.Mined { Hash: Hash256 transaction }:
                ChainDevice? device = await _contracts.FindDeviceAsync(Device.GpuId, cancellation).ConfigureAwait(false);
                return device is null
                    ? Refuse(ContractRefusals.NodeBehind())
                    : live ? new RegistrarOutcome.Refreshed(device, transaction) : new RegistrarOutcome.Registered(device, transaction);
            default:
                throw new UnreachableException();
        }
    }
}
