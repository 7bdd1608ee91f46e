using Ait.Miner.Submission;
using Ait.Miner.Tests.Fixtures;

namespace Ait.Miner.Tests.Submission;

public sealed class EligibilityNewsTests
{
    [Fact]
    public void Tell_repeatsItselfOnlyIfTheReasonChangesOrTimeHasPassed()
    {
        var clock = new ManualClock();
        var reporter = new RecordingReporter();
        var news = new EligibilityNews(reporter, clock);
        var expired = new CoordinatorRefusal(403, "DeviceNotEligible", "Expired.", null);

        news.Tell(expired);
        news.Tell(expired);
        Assert.Single(reporter.Events);
        news.Tell(expired with { Code = "NotAuthorized" });
        Assert.Equal(2, reporter.Events.Count);
        clock.Advance(EligibilityNews.Reminder);
        news.Tell(expired with { Code = "NotAuthorized" });
        Assert.Equal(3, reporter.Events.Count);
    }
}
