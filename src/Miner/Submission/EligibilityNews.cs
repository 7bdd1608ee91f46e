using Ait.Miner.Reporting;

namespace Ait.Miner.Submission;

/// <summary>Reports that the coordinator refuses the device: at once, and again only when the reason changes or time has passed.</summary>
internal sealed class EligibilityNews
{
    public static readonly TimeSpan Reminder = TimeSpan.FromMinutes(10);
    private readonly IReporter _reporter;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private string? _code;
    private DateTimeOffset _told;

    public EligibilityNews(IReporter reporter, TimeProvider clock)
    {
        _reporter = reporter;
        _clock = clock;
    }

    public void Tell(CoordinatorRefusal refusal)
    {
        lock (_lock)
        {
            DateTimeOffset now = _clock.GetUtcNow();
            if (refusal.Code == _code && now - _told < Reminder)
            {
                return;
            }

            (_code, _told) = (refusal.Code, now);
        }

        _reporter.Report(MinerEvents.NotEligible(refusal));
    }
}
