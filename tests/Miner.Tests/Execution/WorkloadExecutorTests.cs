using Ait.Engine;
using Ait.Miner.Execution;
using Ait.Miner.Tests.Fixtures;
using Ait.Miner.Tests.Submission;
using Ait.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Miner.Tests.Execution;

public sealed class WorkloadExecutorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_yieldsTheEnginesTranscriptOnAnyNumberOfThreads()
    {
        Model model = Model.Create(Network.Model);
        Workload workload = Network.Workload(seed: 3, newTokens: 12);
        Transcript expected = Generator.Run(model, WorkloadExecutor.RequestOf(workload), EngineOptions.Default with { Backend = Backend.Scalar }, Cancellation);
        foreach (int threads in (int[])[1, 2])
        {
            using var executor = new WorkloadExecutor(EngineOptions.Default with { Threads = threads }, TimeProvider.System);
            ExecutedWorkload executed = await executor.RunAsync(model, workload, DurationRange.Any, Cancellation, Cancellation);
            Assert.Equal(expected.ToBytes(), executed.Encoded);
            Assert.Equal(expected.ResultHash.ToBytes(), executed.ResultHash.ToArray());
        }
    }

    [Theory]
    [InlineData(Protocol.EmbeddingPooling.Last)]
    [InlineData(Protocol.EmbeddingPooling.Mean)]
    public async Task Run_yieldsTheEnginesEmbedding(Protocol.EmbeddingPooling pooling)
    {
        Model model = Model.Create(Network.Model);
        var workload = new Workload(EngineVersion.Id, Network.ModelDigest, [.. ByteTokenizer.Encode("What is AIT?")], pooling);
        using var session = new Session(model, EngineOptions.Default with { Backend = Backend.Scalar });
        Embedding expected = session.Embed([new EmbeddingRequest(workload.Prompt.AsSpan(), (Engine.EmbeddingPooling)(int)pooling)], Cancellation)[0];
        using var executor = new WorkloadExecutor(EngineOptions.Default, TimeProvider.System);

        ExecutedWorkload executed = await executor.RunAsync(model, workload, DurationRange.Any, Cancellation, Cancellation);

        Assert.Equal(expected.ToBytes(), executed.Encoded);
        Assert.Equal(expected.ResultHash.ToBytes(), executed.ResultHash.ToArray());
        Assert.Equal((true, model.Config.Dimension), (executed.IsComplete, executed.Amount));
    }

    [Fact]
    public async Task Run_yieldsTheCanonicalRefusalIfThePromptToEmbedDoesNotFitTheModel()
    {
        Model model = Model.Create(Network.Model);
        var workload = new Workload(EngineVersion.Id, Network.ModelDigest, [1, model.Config.Vocabulary], Protocol.EmbeddingPooling.Mean);
        using var executor = new WorkloadExecutor(EngineOptions.Default, TimeProvider.System);

        ExecutedWorkload executed = await executor.RunAsync(model, workload, DurationRange.Any, Cancellation, Cancellation);

        Assert.False(executed.IsComplete);
        Assert.True(Embedding.TryParse(executed.Encoded.AsSpan(), out Embedding? refused, out _));
        Assert.Equal(EngineRefusalCode.TokenOutOfVocabulary, refused.RefusalCode);
    }

    [Fact]
    public async Task Run_countsAtLeastOneMillisecond()
    {
        using var executor = new WorkloadExecutor(EngineOptions.Default, new StillClock());

        Assert.Equal(1UL, (await executor.RunAsync(Model.Create(Network.Model), Network.Workload(newTokens: 1), DurationRange.Any, Cancellation, Cancellation)).DurationMillis);
    }

    [Fact]
    public async Task Run_givesTheDeviceToOneWorkloadAtATime()
    {
        using var clock = new DeviceClock();
        using var executor = new WorkloadExecutor(EngineOptions.Default, clock);
        Model model = Model.Create(Network.Model);
        clock.Hold();
        Task<ExecutedWorkload> first = executor.RunAsync(model, Network.Workload(), DurationRange.Any, Cancellation, Cancellation);
        using var impatience = new CancellationTokenSource();
        Task<ExecutedWorkload> second = executor.RunAsync(model, Network.Workload(), DurationRange.Any, impatience.Token, Cancellation);
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        clock.Release();
        Assert.True((await first).IsComplete);
    }

    [Fact]
    public async Task Run_keepsTheDeviceUntilTheLeastDurationHasPassedAndCountsIt()
    {
        var clock = new ManualClock();
        using var executor = new WorkloadExecutor(EngineOptions.Default, clock);
        Model model = Model.Create(Network.Model);
        Task<ExecutedWorkload> first = executor.RunAsync(model, Network.Workload(), new DurationRange(450, 240_000), Cancellation, Cancellation);
        await SeatRunTests.UntilAsync(() => clock.Waiting == 1);
        Task<ExecutedWorkload> second = executor.RunAsync(model, Network.Workload(seed: 2), new DurationRange(30, 240_000), Cancellation, Cancellation);

        clock.Advance(TimeSpan.FromMilliseconds(449));
        Assert.Equal(1, clock.Waiting);
        Assert.False(first.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        ExecutedWorkload executed = await first;
        Assert.Equal((450UL, 449UL), (executed.DurationMillis, executed.HeldMillis));

        // The next one's time begins where the device is free, so that what a device signs never overlaps.
        await SeatRunTests.UntilAsync(() => clock.Waiting == 1);
        clock.Advance(TimeSpan.FromMilliseconds(30));
        Assert.Equal(30UL, (await second).DurationMillis);
    }

    [Fact]
    public async Task Run_keepsTheDeviceNoLongerIfTheWorkTookTheLeastDuration()
    {
        using var clock = new DeviceClock { Extra = TimeSpan.FromHours(2) };
        using var executor = new WorkloadExecutor(EngineOptions.Default, clock);

        ExecutedWorkload executed = await executor.RunAsync(Model.Create(Network.Model), Network.Workload(), new DurationRange(7_200_000, 240_000_000), Cancellation, Cancellation);

        Assert.Equal(0UL, executed.HeldMillis);
        Assert.True(executed.DurationMillis > 7_200_000);
    }

    [Fact]
    public async Task Run_waitsOnIfATimerFiresEarly()
    {
        var clock = new EarlyClock();
        using var executor = new WorkloadExecutor(EngineOptions.Default, clock);

        ExecutedWorkload executed = await executor.RunAsync(Model.Create(Network.Model), Network.Workload(), new DurationRange(10_000, 240_000), Cancellation, Cancellation);

        Assert.Equal(10_000UL, executed.DurationMillis);
        Assert.Equal(TimeSpan.FromSeconds(10), clock.GetElapsedTime(0));
    }

    [Fact]
    public async Task Run_makesNothingIfCancelledWhileItHoldsTheDevice()
    {
        var clock = new ManualClock();
        using var executor = new WorkloadExecutor(EngineOptions.Default, clock);
        using var stopped = new CancellationTokenSource();
        Model model = Model.Create(Network.Model);
        Task<ExecutedWorkload> held = executor.RunAsync(model, Network.Workload(), new DurationRange(ulong.MaxValue, ulong.MaxValue), Cancellation, stopped.Token);
        await SeatRunTests.UntilAsync(() => clock.Waiting == 1);
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
        Assert.True((await executor.RunAsync(model, Network.Workload(), DurationRange.Any, Cancellation, Cancellation)).IsComplete);
    }

    [Fact]
    public async Task Run_makesNothingIfCancelled()
    {
        using var executor = new WorkloadExecutor(EngineOptions.Default, TimeProvider.System);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => executor.RunAsync(Model.Create(Network.Model), Network.Workload(), DurationRange.Any, Cancellation, stopped.Token));
        Assert.True((await executor.RunAsync(Model.Create(Network.Model), Network.Workload(), DurationRange.Any, Cancellation, Cancellation)).IsComplete);
    }

    [Fact]
    public void RequestOf_neverThrowsAndKeepsWhatTheWorkloadSays() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(uint Temperature, uint TopK, uint TopP, ulong Seed)>(), value =>
        {
            uint temperature = (value.Temperature % 100_000) + 1;
            var workload = new Workload(WorkloadType.Inference, EngineVersion.Id, Network.ModelDigest, [1, 2, 3], 5, new Protocol.SamplingParameters(temperature, value.TopK, value.TopP % 1_000_001), value.Seed, [7, 9]);
            GenerationRequest request = WorkloadExecutor.RequestOf(workload);
            return request.Prompt.SequenceEqual(workload.Prompt)
                && request.StopTokens.SequenceEqual(workload.StopTokens)
                && request.Seed == workload.Seed
                && request.MaxNewTokens == 5
                && request.Sampling.TemperatureMilli == temperature
                && request.Sampling.TopPMillionths == (value.TopP % 1_000_001 == 0 ? 1_000_000 : (int)(value.TopP % 1_000_001))
                && (request.Sampling.TopK == value.TopK || value.TopK > int.MaxValue);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void RequestOf_isGreedyWhereTheWorkloadIs()
    {
        var workload = new Workload(WorkloadType.Inference, EngineVersion.Id, Network.ModelDigest, [1], 1, Protocol.SamplingParameters.Greedy, 0, []);

        Assert.Equal(Engine.SamplingParameters.Greedy, WorkloadExecutor.RequestOf(workload).Sampling);
    }

    /// <summary>A clock whose timers fire when three quarters of their time have passed, as long as that is a millisecond.</summary>
    private sealed class EarlyClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _ticks, Math.Max(TimeSpan.TicksPerMillisecond, dueTime.Ticks / 4 * 3 / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond));
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    private sealed class StillClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
