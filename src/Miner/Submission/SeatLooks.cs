using Ait.Chain;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>
/// Asks after the seats of this device: with one question after all that came up since the last, and with a pause after each. However many of
/// its seats wait for others, the coordinator hears no more often from it.
/// </summary>
internal sealed class SeatLooks : IDisposable
{
    /// <summary>Most seats that one question may name.</summary>
    internal const int MostAtOnce = 128;

    private readonly CoordinatorClient _client;
    private readonly TimeSpan _pause;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<Hash256, TaskCompletionSource<Reply<SeatResponse>>> _asked = [];
    private bool _isAsking;

    public SeatLooks(CoordinatorClient client, TimeSpan pause, TimeProvider clock)
    {
        _client = client;
        _pause = pause;
        _clock = clock;
    }

    /// <summary>Where a seat stands. <paramref name="cancellation"/> ends the wait of this caller alone.</summary>
    public Task<Reply<SeatResponse>> AskAsync(Hash256 taskId, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_asked.TryGetValue(taskId, out TaskCompletionSource<Reply<SeatResponse>>? answer))
            {
                answer = new TaskCompletionSource<Reply<SeatResponse>>(TaskCreationOptions.RunContinuationsAsynchronously);
                _asked.Add(taskId, answer);
            }

            if (!_isAsking)
            {
                _isAsking = true;
                _ = Task.Run(AskAllAsync, CancellationToken.None);
            }

            return answer.Task.WaitAsync(cancellation);
        }
    }

    public void Dispose() => _end.Cancel();

    private async Task AskAllAsync()
    {
        while (Take() is { Count: > 0 } taken)
        {
            try
            {
                Reply<SeatsResponse> reply = await _client.GetSeatsAsync([.. taken.Select(seat => seat.TaskId)], _end.Token).ConfigureAwait(false);
                for (int i = 0; i < taken.Count; i++)
                {
                    taken[i].Answer.TrySetResult(AnswerTo(taken[i].TaskId, i, taken.Count, reply));
                }

                await Task.Delay(_pause, _clock, _end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                taken.ForEach(seat => seat.Answer.TrySetCanceled(_end.Token));
            }
            catch (Exception exception)
            {
                taken.ForEach(seat => seat.Answer.TrySetException(exception)); // Whoever asked reports it.
            }
        }
    }

    private List<(Hash256 TaskId, TaskCompletionSource<Reply<SeatResponse>> Answer)> Take()
    {
        lock (_lock)
        {
            List<(Hash256 TaskId, TaskCompletionSource<Reply<SeatResponse>> Answer)> taken = [.. _asked.Take(MostAtOnce).Select(asked => (asked.Key, asked.Value))];
            taken.ForEach(seat => _asked.Remove(seat.TaskId));
            _isAsking = taken.Count > 0;
            return taken;
        }
    }

    private static Reply<SeatResponse> AnswerTo(Hash256 taskId, int place, int asked, Reply<SeatsResponse> reply) => reply switch
    {
        Reply<SeatsResponse>.Refused refused => new Reply<SeatResponse>.Refused(refused.Refusal),
        Reply<SeatsResponse>.Unavailable away => new Reply<SeatResponse>.Unavailable(away.Reason),
        Reply<SeatsResponse>.Answered { Value.Seats: { } seats } when seats.Count == asked => seats[place] switch
        {
            { Seat: SeatResponse seat } when seat.TaskId == taskId => new Reply<SeatResponse>.Answered(seat),
            { Problem: Problem problem } when CoordinatorRefusal.Of(problem) is { IsTemporary: false } refusal => new Reply<SeatResponse>.Refused(refusal),
            { Problem: Problem problem } => new Reply<SeatResponse>.Unavailable($"a seat was answered with {CoordinatorRefusal.Of(problem)}"),
            _ => new Reply<SeatResponse>.Unavailable($"the question after the seat of task {taskId} was answered with another seat or none"),
        },
        _ => new Reply<SeatResponse>.Unavailable($"a question after {asked} seats was not answered with as many"),
    };
}
