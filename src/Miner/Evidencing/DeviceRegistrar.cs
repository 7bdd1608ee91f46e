using System.Diagnostics;
using Ait.Chain;

namespace Ait.Miner.Evidencing;

/// <summary>Brings fresh evidence to the registry once: registers or refreshes, whichever the device's state asks for. What can be known is looked at before gas is spent.</summary>
internal sealed class DeviceRegistrar
{
    private readonly IDeviceContracts _contracts;
    private readonly EvidenceBinder _binder;
    private readonly TimeProvider _clock;

    public DeviceRegistrar(IDeviceContracts contracts, EvidenceBinder binder, DeviceIdentity device, TimeProvider clock)
    {
        _contracts = contracts;
        _binder = binder;
        Device = device;
        _clock = clock;
    }

    public DeviceIdentity Device { get; }

    /// <exception cref="ChainAwayException">The node cannot be asked.</exception>
    public async Task<RegistrarOutcome> BringAsync(CancellationToken cancellation)
    {
        if (await _contracts.IsRevokedAsync(Device.GpuId, cancellation).ConfigureAwait(false))
        {
            return Refuse(ContractRefusals.Revoked(Device.GpuId));
        }

        ChainDevice? registered = await _contracts.FindDeviceAsync(Device.GpuId, cancellation).ConfigureAwait(false);
        bool live = registered is not null && registered.IsLive(_clock.GetUtcNow());
        if (live && registered is not null && registered.OperatorAccount != Device.OperatorAccount)
        {
            return Refuse(ContractRefusals.OtherOperator(registered.OperatorAccount, Device.OperatorAccount));
        }

        if (!await _contracts.IsMeasurementAllowedAsync(Device.MeasurementHash, cancellation).ConfigureAwait(false))
        {
            return Refuse(ContractRefusals.MeasurementNotAllowed(Device.MeasurementHash));
        }

        ChallengeBlock block = await _contracts.GetChallengeBlockAsync(cancellation).ConfigureAwait(false);
        switch (await _binder.BindAsync(Device.BindTo(block), cancellation).ConfigureAwait(false))
        {
            case BinderOutcome.Bound { Evidence: BoundEvidence evidence }:
                return await SubmitAsync(evidence, live, cancellation).ConfigureAwait(false);
            case BinderOutcome.Refused refused:
                return Refuse(new ContractRefusal(refused.Code, refused.Problem, refused.Remedy));
            default:
                throw new UnreachableException();
        }
    }

    /// <exception cref="ChainAwayException">The node cannot be asked.</exception>
    public Task<ChainDevice?> LookAsync(CancellationToken cancellation) => _contracts.FindDeviceAsync(Device.GpuId, cancellation);

    private static RegistrarOutcome.Refused Refuse(ContractRefusal refusal) => new(refusal);

    private async Task<RegistrarOutcome> SubmitAsync(BoundEvidence evidence, bool live, CancellationToken cancellation)
    {
        CollectedEvidence collected = evidence.Collected;
        if (!await _contracts.AreIssuersCachedAsync(collected.Ask, collected.Ark, cancellation).ConfigureAwait(false)
            && await _contracts.CacheIssuersAsync(collected.Ask, collected.Ark, cancellation).ConfigureAwait(false) is TransactionOutcome.Refused cacheRefused)
        {
            return Refuse(cacheRefused.Refusal);
        }

        var registration = new DeviceRegistration(Device.EnclaveKey, Device.GpuUuid, Device.DeviceClass, evidence.BlockNumber, evidence.Report, collected.Vcek);
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
