using Ait.Engine;
using Ait.Protocol;

namespace Ait.Miner.Execution;

/// <summary>Runs one workload at a time on the device and measures how long it took.</summary>
internal sealed class WorkloadExecutor : IDisposable
{
    private readonly SemaphoreSlim _device = new(1, 1);
    private readonly EngineOptions _options;
    private readonly TimeProvider _clock;

    public WorkloadExecutor(EngineOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
    }

    /// <summary>
    /// Waits for the device, then runs. A request that does not fit the model, or whose arithmetic leaves its range, still yields
    /// the engine's canonical transcript: it is the same on every device.
    /// </summary>
    /// <param name="model">The workload's model.</param>
    /// <param name="workload">What to run.</param>
    /// <param name="waiting">Gives up only while the device is not yet this workload's.</param>
    /// <param name="cancellation">Gives up at any time.</param>
    /// <exception cref="OperationCanceledException">Given up; nothing was made.</exception>
    public async Task<ExecutedWorkload> RunAsync(Model model, Workload workload, CancellationToken waiting, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(waiting, cancellation);
        await _device.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            return await Task.Run(() => Run(model, workload, cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _device.Release();
        }
    }

    public void Dispose() => _device.Dispose();

    /// <summary>The engine's words for what the workload asks.</summary>
    public static GenerationRequest RequestOf(Workload workload) => new(
        workload.Prompt.AsSpan(),
        workload.MaxNewTokens,
        new Engine.SamplingParameters
        {
            TemperatureMilli = (int)workload.Sampling.TemperatureMilli,
            // Beyond any vocabulary either way: the engine refuses both with the same transcript.
            TopK = (int)Math.Min(workload.Sampling.TopK, int.MaxValue),
            TopPMillionths = workload.Sampling.TopPPpm == 0 ? Engine.SamplingParameters.AllOfProbability : (int)workload.Sampling.TopPPpm,
        },
        workload.Seed,
        workload.StopTokens.AsSpan());

    private ExecutedWorkload Run(Model model, Workload workload, CancellationToken cancellation)
    {
        GenerationRequest request = RequestOf(workload);
        long start = _clock.GetTimestamp();
        Transcript transcript = Generator.Run(model, request, _options, cancellation);
        TimeSpan elapsed = _clock.GetElapsedTime(start);
        return new ExecutedWorkload(transcript, Math.Max(1, (ulong)Math.Ceiling(elapsed.TotalMilliseconds)));
    }
}
