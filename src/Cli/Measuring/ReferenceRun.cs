using System.Diagnostics;
using System.Text;
using Ait.Engine;

namespace Ait.Cli.Measuring;

/// <summary>Runs the reference workload once, and measures beside it what the machine can do at most.</summary>
/// <param name="PrefillSeconds">Time of all prompts.</param>
/// <param name="DecodeSeconds">Time of all new tokens.</param>
/// <param name="ReusedTokens">Prompt tokens whose keys and values the second part found.</param>
/// <param name="ResultHash">SHA-256 over the result hashes: the same on every machine.</param>
/// <param name="PeakBytes">The most memory that the program ever had of the system.</param>
/// <param name="Limit">What the machine was measured to do at most.</param>
internal sealed record ReferenceRun(double PrefillSeconds, double DecodeSeconds, int ReusedTokens, Digest ResultHash, long PeakBytes, HardwareLimit Limit)
{
    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(0.4);

    internal static ReferenceRun Execute(ReferenceWorkload workload, Model model, EngineOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        HardwareLimit limit = Measure(options, clock, cancellation);
        Warm(workload, model, options, cancellation);
        // What came before the work goes: a user who has memory for model, keys and values has enough.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var session = new Session(model, options);
        long start = clock.GetTimestamp();
        session.Generate(Requests(workload, 1, 0, workload.Batch), null, cancellation);
        double prefill = clock.GetElapsedTime(start).TotalSeconds;
        start = clock.GetTimestamp();
        // The prompts are known now: only their last tokens and the new ones are computed.
        IReadOnlyList<Transcript> transcripts = session.Generate(Requests(workload, workload.NewTokens, 0, workload.Batch), null, cancellation);
        double decode = clock.GetElapsedTime(start).TotalSeconds;
        string hashes = string.Concat(transcripts.Select(transcript => $"{transcript.ResultHash}"));
        using var program = Process.GetCurrentProcess();
        return new ReferenceRun(prefill, decode, session.ReusedTokens, Digest.Of(Encoding.ASCII.GetBytes(hashes)), program.PeakWorkingSet64, limit);
    }

    /// <summary>Has the code compiled before anything counts.</summary>
    private static void Warm(ReferenceWorkload workload, Model model, EngineOptions options, CancellationToken cancellation)
    {
        using var session = new Session(model, options);
        session.Generate(Requests(workload, 2, first: -1, count: 1), null, cancellation);
    }

    private static GenerationRequest[] Requests(ReferenceWorkload workload, int newTokens, int first, int count) =>
    [
        .. Enumerable.Range(first, count).Select(sequence => new GenerationRequest(
            [.. Enumerable.Range(0, workload.PromptTokens).Select(i => (int)((((i + 1L) * 7919) + ((sequence + 1) * 104_729L)) % workload.Shape.Vocabulary))], newTokens)),
    ];

    private static HardwareLimit Measure(EngineOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        using var probe = new ThroughputProbe(options);
        return new HardwareLimit(
            probe.OperationsPerMultiply / Fastest(probe.Multiply, clock, cancellation), probe.BytesPerRead / Fastest(probe.Read, clock, cancellation));
    }

    private static double Fastest(Action work, TimeProvider clock, CancellationToken cancellation)
    {
        work();
        double fastest = double.MaxValue;
        long start = clock.GetTimestamp();
        do
        {
            cancellation.ThrowIfCancellationRequested();
            long before = clock.GetTimestamp();
            work();
            fastest = Math.Min(fastest, clock.GetElapsedTime(before).TotalSeconds);
        }
        while (clock.GetElapsedTime(start) < s_measured);
        return fastest;
    }
}
