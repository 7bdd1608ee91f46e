using System.Diagnostics;
using System.Threading.Channels;
using Ait.Miner.Reporting;
using Ait.Miner.Submission;

namespace Ait.Miner.Evidencing;

/// <summary>Keeps the device registered: at start, before its validity ends, after it has ended, and when the coordinator doubts it.</summary>
internal sealed class DeviceKeeper
{
    private readonly DeviceRegistrar _registrar;
    private readonly Backoff _backoff;
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;
    private readonly Channel<bool> _doubts = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TimeSpan _doubtInterval;
    private volatile bool _enrolmentDoubted;

    /// <summary><paramref name="doubtInterval"/>: doubts that come sooner after a look than this wait.</summary>
    public DeviceKeeper(DeviceRegistrar registrar, Backoff backoff, TimeSpan doubtInterval, IReporter reporter, TimeProvider clock)
    {
        _registrar = registrar;
        _backoff = backoff;
        _doubtInterval = doubtInterval;
        _reporter = reporter;
        _clock = clock;
    }

    /// <summary>When the next evidence is due; known once the device is registered.</summary>
    public DateTimeOffset NextRefresh { get; private set; }

    /// <summary>Someone who should know the device does not: look at its registration soon.</summary>
    public void Doubt() => _doubts.Writer.TryWrite(true);

    /// <summary>The coordinator has no evidence of the device that counts: bring it some soon.</summary>
    public void DoubtEnrolment()
    {
        _enrolmentDoubted = true;
        Doubt();
    }

    /// <summary>Registers or refreshes; waits out a node that is away and refusals that time heals. Null once the device is registered.</summary>
    public async Task<ContractRefusal?> EnsureAsync(CancellationToken cancellation)
    {
        for (int failures = 1; ; failures++)
        {
            ContractRefusal refusal;
            try
            {
                switch (await _registrar.BringAsync(cancellation).ConfigureAwait(false))
                {
                    case RegistrarOutcome.Registered registered:
                        Schedule(registered.Device);
                        _reporter.Report(DeviceEvents.Registered(registered.Device, registered.Transaction));
                        return null;
                    case RegistrarOutcome.Refreshed refreshed:
                        Schedule(refreshed.Device);
                        _reporter.Report(DeviceEvents.Refreshed(refreshed.Device, refreshed.Transaction));
                        return null;
                    case RegistrarOutcome.Refused refused:
                        refusal = refused.Refusal;
                        break;
                    default:
                        throw new UnreachableException();
                }

                if (!refusal.IsTransient)
                {
                    return refusal;
                }
            }
            catch (ChainAwayException exception)
            {
                refusal = new ContractRefusal("ChainAway", $"The chain's node does not answer: {exception.Message}", "The miner keeps trying; check --rpc if this lasts.", IsTransient: true);
            }

            _reporter.Report(DeviceEvents.Waiting(refusal));
            await Task.Delay(_backoff.After(failures), _clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Runs until cancelled (null), or until the device can no longer mine.</summary>
    public async Task<ContractRefusal?> RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            bool doubted = await WaitAsync(cancellation).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested)
            {
                return null;
            }

            try
            {
                (bool bring, ContractRefusal? refusal) = doubted ? await LookAsync(cancellation).ConfigureAwait(false) : (true, null);
                if (refusal is null && bring)
                {
                    refusal = await EnsureAsync(cancellation).ConfigureAwait(false);
                }

                if (refusal is not null)
                {
                    return refusal;
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    private void Schedule(ChainDevice device)
    {
        // Counted in the chain's time, waited for in this machine's.
        DateTimeOffset due = RefreshSchedule.Next(device.SeenAt, device.ValidUntil, device.SeenAt, _backoff.Jitter());
        NextRefresh = _clock.GetUtcNow() + (due - device.SeenAt);
    }

    /// <summary>Until the refresh is due (false) or a doubt is raised (true).</summary>
    private async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        TimeSpan left = NextRefresh - _clock.GetUtcNow();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task due = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _clock, either.Token);
        Task<bool> doubt = _doubts.Reader.WaitToReadAsync(either.Token).AsTask();
        Task first = await Task.WhenAny(due, doubt).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(due, doubt).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        return first == doubt;
    }

    /// <summary>Brings evidence to the coordinator. What time heals is told, and tried again when the coordinator asks again.</summary>
    private async Task<ContractRefusal?> EnrolAsync(CancellationToken cancellation)
    {
        ContractRefusal? refusal = await _registrar.EnrolAsync(cancellation).ConfigureAwait(false);
        if (refusal is { IsTransient: true })
        {
            _reporter.Report(DeviceEvents.Waiting(refusal));
            return null;
        }

        return refusal;
    }

    /// <summary>What the chain says of the device: whether it needs fresh evidence, or why it can no longer mine.</summary>
    private async Task<(bool Bring, ContractRefusal? Refusal)> LookAsync(CancellationToken cancellation)
    {
        await Task.Delay(_doubtInterval, _clock, cancellation).ConfigureAwait(false);
        _doubts.Reader.TryRead(out _);
        try
        {
            ChainDevice? device = await _registrar.LookAsync(cancellation).ConfigureAwait(false);
            if (_enrolmentDoubted && device is { IsLive: true } && device.EnclaveKey == _registrar.Device.EnclaveKey)
            {
                _enrolmentDoubted = false;
                return (false, await EnrolAsync(cancellation).ConfigureAwait(false));
            }

            return device switch
            {
                null => (true, null),
                { Withdrawn: true } => (false, ContractRefusals.Withdrawn(device.GpuId)),
                _ when device.EnclaveKey != _registrar.Device.EnclaveKey => (false, ContractRefusals.KeyReplaced(_registrar.Device.EnclaveKey, device.EnclaveKey)),
                _ => (!device.IsLive, null),
            };
        }
        catch (ChainAwayException exception)
        {
            _reporter.Report(DeviceEvents.Waiting(new ContractRefusal("ChainAway", $"The chain's node does not answer: {exception.Message}", "The miner keeps trying; check --rpc if this lasts.", IsTransient: true)));
            return (false, null);
        }
    }
}
