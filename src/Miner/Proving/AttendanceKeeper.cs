using Ait.Chain;
using Ait.Miner.Evidencing;
using Ait.Miner.Keys;
using Ait.Miner.Reporting;
using Ait.Protocol;

namespace Ait.Miner.Proving;

/// <summary>
/// Says that the device is there when others say that it is not: proves its life once as many absences are reported as suspend it, and
/// once the cooldown of a suspension is over.
/// </summary>
internal sealed class AttendanceKeeper
{
    /// <summary>Short beside the least answer window, ten minutes.</summary>
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_tellAgain = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(20);
    private readonly IAttendanceContracts _contracts;
    private readonly EnclaveKey _key;
    private readonly Hash256 _gpuId;
    private readonly ulong _chainId;
    private readonly Action _lapsed;
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;
    private DateTimeOffset? _told;

    /// <param name="contracts">The chain.</param>
    /// <param name="key">Signs the proofs.</param>
    /// <param name="gpuId">This device.</param>
    /// <param name="chainId">EIP-155 chain id.</param>
    /// <param name="lapsed">Told when the device needs fresh evidence first.</param>
    /// <param name="reporter">Where events go.</param>
    /// <param name="clock">The time.</param>
    public AttendanceKeeper(IAttendanceContracts contracts, EnclaveKey key, Hash256 gpuId, ulong chainId, Action lapsed, IReporter reporter, TimeProvider clock)
    {
        _contracts = contracts;
        _key = key;
        _gpuId = gpuId;
        _chainId = chainId;
        _lapsed = lapsed;
        _reporter = reporter;
        _clock = clock;
    }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) =>
        Rounds.RunAsync(RoundAsync, static _ => s_retry, _clock, cancellation); // Whoever keeps the registration says that the node is away.

    /// <summary>One look and what follows from it; how long there is nothing to do.</summary>
    public async Task<TimeSpan> RoundAsync(CancellationToken cancellation)
    {
        AttendanceState state = await _contracts.LookAtAttendanceAsync(_gpuId, cancellation).ConfigureAwait(false);
        if (!state.IsKept)
        {
            return s_idle;
        }

        if (state.ResumableAt is not { } resumableAt)
        {
            _told = null;
            return state.Absences >= state.Suspending
                ? await ProveAsync(state, AttendanceEvents.Present(state.Absences), cancellation).ConfigureAwait(false)
                : s_poll;
        }

        // Again now and then: what a live view shows in between may hide it.
        if (_told is not { } told || state.SeenAt - told >= s_tellAgain)
        {
            _told = state.SeenAt;
            _reporter.Report(AttendanceEvents.Suspended(resumableAt, state.SeenAt));
        }

        return state.SeenAt < resumableAt ? s_poll : await ProveAsync(state, AttendanceEvents.Resumed(), cancellation).ConfigureAwait(false);
    }

    private async Task<TimeSpan> ProveAsync(AttendanceState state, MinerEvent success, CancellationToken cancellation)
    {
        ChallengeBlock block = await _contracts.GetChallengeBlockAsync(cancellation).ConfigureAwait(false);
        SignedLife life = _key.SignLife(new ProofOfLife(_gpuId, block.Number, block.Hash), _chainId, state.Registry);
        if (await _contracts.ProveLifeAsync(life, cancellation).ConfigureAwait(false) is not TransactionOutcome.Refused { Refusal: { } refusal })
        {
            _reporter.Report(success);
            return s_poll;
        }

        if (refusal.Code is "EvidenceLapsed" or "LifeSignatureInvalid" or "DeviceNotRegistered")
        {
            _lapsed();
        }

        _reporter.Report(DeviceEvents.Waiting(refusal));
        return s_retry;
    }
}
