using System.Runtime.CompilerServices;
using Ait.Coordinator.Loops;

namespace Ait.Coordinator.Completing;

/// <summary>Follows a queue entry until its result is agreed on, it is void, or the time is up.</summary>
internal sealed class AnswerWait
{
    /// <summary>Signals of other replicas may be lost; the ledger is asked this often anyway.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>Silence after which the state is said again, so that proxies keep the connection.</summary>
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(10);

    private readonly AnswerStore _store;
    private readonly Signals _signals;
    private readonly CoordinatorOptions _options;
    private readonly TimeProvider _clock;

    public AnswerWait(AnswerStore store, Signals signals, CoordinatorOptions options, TimeProvider clock)
    {
        _store = store;
        _signals = signals;
        _options = options;
        _clock = clock;
    }

    /// <summary>The state whenever its stage changed or nothing was said for long; the last one is the end, whatever it is.</summary>
    internal async IAsyncEnumerable<AnswerState> FollowAsync(long entryKey, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long began = _clock.GetTimestamp();
        long saidAt = began;
        string? said = null;
        while (true)
        {
            Task agreed = _signals.Agreed.Next;
            AnswerState state = _store.Read(entryKey);
            bool isEnd = state.Transcript is not null || state.IsVoid || _clock.GetElapsedTime(began) >= _options.AnswerTimeout || cancellation.IsCancellationRequested;
            if (isEnd || state.Stage != said || _clock.GetElapsedTime(saidAt) >= s_longestSilence)
            {
                said = state.Stage;
                saidAt = _clock.GetTimestamp();
                yield return state;
            }

            if (isEnd)
            {
                yield break;
            }

            await Task.WhenAny(agreed, Task.Delay(s_look, _clock, cancellation));
        }
    }
}
