using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Miner.Execution;
using Ait.Miner.Submission;
using Ait.Miner.Tests.Fixtures;
using Ait.Miner.Tests.Submission;
using Ait.Protocol;

namespace Ait.Miner.Tests.Execution;

public sealed class PayableDurationsTests
{
    private readonly ManualClock _clock = new();
    private readonly RecordingReporter _reporter = new();
    private readonly List<WorkloadType> _asked = [];
    private DurationBoundsRecord? _bounds = new(450, 180_000, 60_000);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_isTheRegistrysRangeForTheWorkAndItsType()
    {
        PayableDurations durations = Open();

        Assert.Equal(new DurationRange(6, 62_748), await durations.OfAsync(WorkloadType.Inference, new ComputeUnits(15_270), Cancellation));
        Assert.Equal(new DurationRange(450, 240_000), await durations.OfAsync(WorkloadType.Training, new ComputeUnits(1_000_000), Cancellation));
        Assert.Equal([WorkloadType.Inference, WorkloadType.Training], _asked);
    }

    [Fact]
    public async Task Of_asksAgainAfterAMinute()
    {
        PayableDurations durations = Open();
        await durations.OfAsync(WorkloadType.Inference, new ComputeUnits(1_000_000), Cancellation);
        _bounds = new(900, 180_000, 60_000);
        _clock.Advance(TimeSpan.FromSeconds(59));

        Assert.Equal(450UL, (await durations.OfAsync(WorkloadType.Inference, new ComputeUnits(1_000_000), Cancellation)).LeastMillis);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(900UL, (await durations.OfAsync(WorkloadType.Inference, new ComputeUnits(1_000_000), Cancellation)).LeastMillis);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task Of_waitsForANodeThatHasNotAnsweredYetAndSaysSoOnce()
    {
        _bounds = null;
        PayableDurations durations = Open();
        Task<DurationRange> asking = durations.OfAsync(WorkloadType.Inference, new ComputeUnits(1_000_000), Cancellation);
        for (int waits = 1; waits <= 3; waits++)
        {
            await SeatRunTests.UntilAsync(() => _clock.Waiting == 1);
            _bounds = waits == 3 ? new(450, 180_000, 60_000) : null;
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(450UL, (await asking).LeastMillis);
        Assert.Equal(["waiting"], _reporter.Kinds);
    }

    [Fact]
    public async Task Of_goesOnWithWhatItKnowsIfTheNodeIsAway()
    {
        PayableDurations durations = Open();
        await durations.OfAsync(WorkloadType.Inference, new ComputeUnits(1_000_000), Cancellation);
        _bounds = null;
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(450UL, (await durations.OfAsync(WorkloadType.Inference, new ComputeUnits(1_000_000), Cancellation)).LeastMillis);
        Assert.Equal(2, _asked.Count);
    }

    private PayableDurations Open() => new(
        (type, _) =>
        {
            _asked.Add(type);
            return _bounds is { } bounds ? Task.FromResult(bounds) : Task.FromException<DurationBoundsRecord>(new RpcException(RpcFailure.Timeout, "no answer"));
        },
        Backoff.Default,
        _reporter,
        _clock);
}
