using System.Diagnostics;
using Ait.Chain;
using Ait.Protocol;
using Ait.Protocol.Http;
using Ait.Protocol.Sealing;

namespace Ait.Miner.Submission;

/// <summary>
/// Opens a seat's prompt. For a confidential one the seat says a key made for it alone, waits until the holder has sealed the content
/// key to it, and forgets its own key. What was inside goes into no message: only the executor sees it.
/// </summary>
internal sealed class PromptOpening
{
    private readonly SeatSurroundings _around;
    private readonly AcceptedSeat _seat;
    private readonly Func<Func<CancellationToken, Task<Reply<SeatKeyResponse>>>, CancellationToken, Task<Reply<SeatKeyResponse>>> _ask;

    /// <param name="around">What every seat shares.</param>
    /// <param name="seat">The seat.</param>
    /// <param name="ask">How the seat asks the coordinator.</param>
    public PromptOpening(
        SeatSurroundings around, AcceptedSeat seat, Func<Func<CancellationToken, Task<Reply<SeatKeyResponse>>>, CancellationToken, Task<Reply<SeatKeyResponse>>> ask)
    {
        _around = around;
        _seat = seat;
        _ask = ask;
    }

    /// <summary>Whether the holder of the content key is waited for now.</summary>
    public bool IsWaiting { get; private set; }

    public async Task<PromptOutcome> OpenAsync(CancellationToken cancellation)
    {
        if (_seat.Workload.Confidential is null)
        {
            return new PromptOutcome.Open(_seat.Workload, null);
        }

        using var key = SeatKey.Create();
        ulong end = (ulong)Math.Max(0, _seat.CommitBy.ToUnixTimeSeconds());
        var request = new SeatKeyRequest(Hex.Encode(_around.Key.SignSeatKey(_seat.TaskId, _around.GpuId, key, end, _around.Domain).ToBytes()));
        IsWaiting = true;
        for (int looks = 1; ; looks++)
        {
            switch (await _ask(token => _around.Client.SaySeatKeyAsync(request, token), cancellation).ConfigureAwait(false))
            {
                case Reply<SeatKeyResponse>.Answered { Value.Envelope: null }:
                    await Task.Delay(_around.Timing.UntilReveal.After(looks), _around.Clock, cancellation).ConfigureAwait(false);
                    break;
                case Reply<SeatKeyResponse>.Answered { Value.Envelope: string envelope }:
                    IsWaiting = false;
                    return Open(key, envelope);
                case Reply<SeatKeyResponse>.Refused { Refusal: CoordinatorRefusal refusal }:
                    return new PromptOutcome.Closed(LetterRefusal.KeyNotReleased, refusal.ToString());
                default:
                    throw new UnreachableException();
            }
        }
    }

    private PromptOutcome Open(SeatKey key, string envelope)
    {
        if (!Hex.TryDecode(envelope, out byte[]? bytes))
        {
            return new PromptOutcome.Closed(LetterRefusal.PromptUnreadable, "the envelope is not hex");
        }

        var context = new EnvelopeContext(_around.Domain, _seat.TaskId, _seat.Workload.Hash, _around.GpuId);
        if (!key.TryOpen(bytes, context, out ContentKey? contentKey, out ProtocolRefusal? refusal))
        {
            return new PromptOutcome.Closed(LetterRefusal.PromptUnreadable, $"the envelope: {refusal}");
        }

        if (!contentKey.TryOpenPrompt(_seat.Workload, out Workload? plain, out refusal))
        {
            contentKey.Dispose();
            return new PromptOutcome.Closed(LetterRefusal.PromptUnreadable, $"the prompt: {refusal}");
        }

        return new PromptOutcome.Open(plain, contentKey);
    }
}
