using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Buyer;

/// <summary>
/// Releases one content key to the seats of its workload, each only after it was judged by the chain. Call <see cref="RoundAsync"/>
/// again and again while the workload runs: more seats come with escalation, other keys with restarts.
/// </summary>
public sealed class KeyRelease : IDisposable
{
    private readonly Workload _workload;
    private readonly ContentKey _contentKey;
    private readonly Secp256k1PrivateKey _holder;
    private readonly NetworkDomain _domain;
    private readonly Address _coordinator;
    private readonly LeastTrust _least;
    private readonly IChainFacts _chain;
    private readonly IReleaseDesk _desk;
    private readonly TimeProvider _clock;
    private readonly Dictionary<(Hash256 TaskId, byte Seat), Hash256> _seats = [];
    private readonly Dictionary<(Hash256 TaskId, byte Seat), SeatLetter> _released = [];

    /// <param name="workload">The confidential workload.</param>
    /// <param name="contentKey">Its key; the caller keeps and disposes it.</param>
    /// <param name="domain">The network.</param>
    /// <param name="coordinator">The account that the contract names as the coordinator.</param>
    /// <param name="least">The weakest trust profile that gets the key.</param>
    /// <param name="chain">What the chain says.</param>
    /// <param name="desk">The coordinator.</param>
    /// <param name="clock">This machine's clock.</param>
    public KeyRelease(
        Workload workload, ContentKey contentKey, NetworkDomain domain, Address coordinator, LeastTrust least, IChainFacts chain, IReleaseDesk desk, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(contentKey);
        _workload = workload;
        _contentKey = contentKey;
        _holder = contentKey.CreateHolderKey();
        if (workload.Confidential?.Holder != _holder.Address)
        {
            _holder.Dispose();
            throw new ArgumentException("expected a workload that was sealed under this content key", nameof(workload));
        }

        _domain = domain;
        _coordinator = coordinator;
        _least = least;
        _chain = chain;
        _desk = desk;
        _clock = clock;
    }

    /// <summary>The letters of every seat that has the key.</summary>
    public IReadOnlyCollection<SeatLetter> Released => _released.Values;

    /// <summary>Looks at the seats that wait now; what became of each.</summary>
    /// <exception cref="HttpRequestException">The coordinator is away or refuses.</exception>
    /// <exception cref="Ait.Chain.Rpc.RpcException">The node is away.</exception>
    public async Task<IReadOnlyList<SeatRelease>> RoundAsync(CancellationToken cancellation)
    {
        var outcomes = new List<SeatRelease>();
        foreach (ConfidentialSeat seat in await _desk.SeatsAsync(_workload.Hash, _holder, cancellation).ConfigureAwait(false))
        {
            if (!seat.Released)
            {
                outcomes.Add(await ReleaseAsync(seat, cancellation).ConfigureAwait(false));
            }
        }

        return outcomes;
    }

    /// <inheritdoc/>
    public void Dispose() => _holder.Dispose();

    private async Task<SeatRelease> ReleaseAsync(ConfidentialSeat seat, CancellationToken cancellation)
    {
        ulong now = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds();
        if (!Hex.TryDecode(seat.Letter, out byte[]? letterBytes) || !Hex.TryDecode(seat.Statement, out byte[]? statementBytes))
        {
            return Refuse(new(ReleaseRefusalCode.Malformed, "a letter and a statement in hexadecimal", "something else"));
        }

        if (!SeatJudge.TryReadLetter(letterBytes, _workload, _domain, _coordinator, now, out SeatLetter? letter, out ReleaseRefusal? refusal))
        {
            return Refuse(refusal);
        }

        Hash256 gpuId = letter.Assignment.GpuId;
        (Hash256 TaskId, byte Seat) place = (letter.TaskId, letter.Assignment.Seat);
        if (_seats.TryGetValue(place, out Hash256 former) && former != gpuId)
        {
            return Refuse(new(ReleaseRefusalCode.SeatGivenTwice, $"GPU {former} on seat {place.Seat}", $"GPU {gpuId}"));
        }

        // A seat beyond the first three exists only if the contract says that the task has escalated.
        if (place.Seat >= SeatDraw.Seats && await _chain.CountSeatsAsync(letter.TaskId, cancellation).ConfigureAwait(false) is int seats && place.Seat >= seats)
        {
            return Refuse(new(ReleaseRefusalCode.SeatUnknown, $"a seat below {seats}", $"{place.Seat}"));
        }

        SeatDevice? device = await _chain.FindDeviceAsync(gpuId, cancellation).ConfigureAwait(false);
        if (SeatJudge.JudgeDevice(device, gpuId, _least, now) is ReleaseRefusal unfit)
        {
            return Refuse(unfit);
        }

        // JudgeDevice accepts no device that is not there.
        if (!SeatJudge.TryReadStatement(statementBytes, letter, device!.Record.EnclaveKey, _domain, now, out SeatKeyStatement? statement, out refusal))
        {
            return Refuse(refusal);
        }

        _seats[place] = gpuId;
        byte[] envelope = KeyEnvelope.Seal(_contentKey, statement, new EnvelopeContext(_domain, letter.TaskId, _workload.Hash, gpuId));
        if (await _desk.PutAsync(new EnvelopeRequest(letter.TaskId, gpuId, seat.Statement, Hex.Encode(envelope)), _holder, cancellation).ConfigureAwait(false) is string why)
        {
            return Refuse(new(ReleaseRefusalCode.CoordinatorRefused, "the envelope taken", why));
        }

        _released[place] = letter;
        return new SeatRelease.Released(letter);
    }

    private static SeatRelease.Refused Refuse(ReleaseRefusal refusal) => new(refusal);
}
