using Ait.Miner.Reporting;
using Ait.Protocol.Http;

namespace Ait.Miner.Submission;

/// <summary>Asks until there is an answer or a refusal: outages are waited out with growing, jittered delays and reported once each.</summary>
internal sealed class PatientCoordinator
{
    private readonly Backoff _backoff;
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;
    private int _outage;

    public PatientCoordinator(Backoff backoff, IReporter reporter, TimeProvider clock)
    {
        _backoff = backoff;
        _reporter = reporter;
        _clock = clock;
    }

    /// <summary>Asks again until the reply is not <see cref="Reply{T}.Unavailable"/>.</summary>
    public async Task<Reply<T>> AskAsync<T>(Func<CancellationToken, Task<Reply<T>>> question, CancellationToken cancellation)
    {
        for (int failures = 1; ; failures++)
        {
            Reply<T> reply = await question(cancellation).ConfigureAwait(false);
            switch (reply)
            {
                case Reply<T>.Unavailable unavailable:
                    if (Interlocked.Exchange(ref _outage, 1) == 0)
                    {
                        _reporter.Report(MinerEvents.CoordinatorAway(unavailable.Reason));
                    }

                    break;

                // The request, not the intent, was refused: it goes out again under a new time and nonce.
                case Reply<T>.Refused { Refusal: { Code: ProblemCodes.NonceReplayed or ProblemCodes.StaleTimestamp } refusal }:
                    if (refusal.Code == ProblemCodes.StaleTimestamp && Interlocked.Exchange(ref _outage, 1) == 0)
                    {
                        _reporter.Report(MinerEvents.ClockOff(refusal));
                    }

                    break;

                default:
                    if (Interlocked.Exchange(ref _outage, 0) == 1)
                    {
                        _reporter.Report(MinerEvents.CoordinatorBack());
                    }

                    return reply;
            }

            await Task.Delay(_backoff.After(failures), _clock, cancellation).ConfigureAwait(false);
        }
    }
}
