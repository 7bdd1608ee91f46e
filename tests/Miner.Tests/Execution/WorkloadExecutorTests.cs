using Ait.Engine;
using Ait.Miner.Execution;
using Ait.Miner.Tests.Fixtures;
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
            ExecutedWorkload executed = await executor.RunAsync(model, workload, Cancellation, Cancellation);
            Assert.Equal(expected.ToBytes(), executed.Encoded);
            Assert.Equal(expected.ResultHash.ToBytes(), executed.ResultHash.ToArray());
        }
    }

    [Fact]
    public async Task Run_countsAtLeastOneMillisecond()
    {
        using var executor = new WorkloadExecutor(EngineOptions.Default, new StillClock());

        Assert.Equal(1UL, (await executor.RunAsync(Model.Create(Network.Model), Network.Workload(newTokens: 1), Cancellation, Cancellation)).DurationMillis);
    }

    [Fact]
    public async Task Run_givesTheDeviceToOneWorkloadAtATime()
    {
        using var clock = new DeviceClock();
        using var executor = new WorkloadExecutor(EngineOptions.Default, clock);
        Model model = Model.Create(Network.Model);
        clock.Hold();
        Task<ExecutedWorkload> first = executor.RunAsync(model, Network.Workload(), Cancellation, Cancellation);
        using var impatience = new CancellationTokenSource();
        Task<ExecutedWorkload> second = executor.RunAsync(model, Network.Workload(), impatience.Token, Cancellation);
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        clock.Release();
        Assert.True((await first).IsComplete);
    }

    [Fact]
    public async Task Run_makesNothingIfCancelled()
    {
        using var executor = new WorkloadExecutor(EngineOptions.Default, TimeProvider.System);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => executor.RunAsync(Model.Create(Network.Model), Network.Workload(), Cancellation, stopped.Token));
        Assert.True((await executor.RunAsync(Model.Create(Network.Model), Network.Workload(), Cancellation, Cancellation)).IsComplete);
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

    private sealed class StillClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
