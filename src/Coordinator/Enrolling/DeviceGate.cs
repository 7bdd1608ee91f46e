using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.OnChain;

namespace Ait.Coordinator.Enrolling;

/// <summary>Lets the enclave key of a live device in. Asks the chain again when the ledger's copy says no, since it may be behind.</summary>
internal sealed class DeviceGate
{
    /// <summary>The chain is asked about one GPU at most this often on behalf of strangers.</summary>
    private const long MillisBetweenReads = 500;

    /// <summary>Who was let in is let in again for so long without a look at the ledger, which is behind the chain by more than that.</summary>
    private const long MillisOfGrace = 250;

    private const int MostRemembered = 10_000;

    private readonly EnrolmentStore _store;
    private readonly VerdictStore _verdicts;
    private readonly CoordinatorOptions _options;
    private readonly IMiningChain _chain;
    private readonly TimeProvider _clock;
    private readonly Remembered<Hash256, long> _asked = new(MostRemembered);
    private readonly Remembered<(Hash256 GpuId, Address Signer), (ulong At, long Tick)> _admitted = new(MostRemembered);

    public DeviceGate(EnrolmentStore store, VerdictStore verdicts, CoordinatorOptions options, IMiningChain chain, TimeProvider clock)
    {
        _store = store;
        _verdicts = verdicts;
        _options = options;
        _chain = chain;
        _clock = clock;
    }

    internal async Task<Refusal?> AuthoriseAsync(Hash256 gpuId, Address signer, CancellationToken cancellation)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        ulong seconds = (ulong)now.ToUnixTimeSeconds();
        if (_admitted.TryFind((gpuId, signer), out (ulong At, long Tick) admitted) && admitted.At == seconds && Environment.TickCount64 - admitted.Tick < MillisOfGrace)
        {
            return null;
        }

        Refusal? refusal = Enrolment.JudgeSigner(_store.Find(gpuId), gpuId, signer, seconds);
        if (refusal is not null && MayAsk(gpuId, now.ToUnixTimeMilliseconds()))
        {
            Device? device = await _chain.FindDeviceAsync(gpuId, cancellation);
            if (device is not null)
            {
                _store.Put(device);
            }

            refusal = Enrolment.JudgeSigner(device, gpuId, signer, seconds);
        }

        if (refusal is null && _options.DemandsEvidence)
        {
            refusal = Enrolment.JudgeEvidence(_verdicts.Find(gpuId), signer, seconds);
        }

        if (refusal is null)
        {
            _store.Saw(gpuId, seconds);
            _admitted.Note((gpuId, signer), (seconds, Environment.TickCount64));
        }

        return refusal;
    }

    private bool MayAsk(Hash256 gpuId, long now)
    {
        if (_asked.TryFind(gpuId, out long last) && now - last < MillisBetweenReads)
        {
            return false;
        }

        _asked.Note(gpuId, now);
        return true;
    }
}
