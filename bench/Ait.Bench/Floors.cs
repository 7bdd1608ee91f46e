using System.Diagnostics;
using System.Globalization;
using Ait.Engine;

namespace Ait.Bench;

/// <summary>
/// The engine against llama.cpp (Q8_0) at one shape, in turns, by processor time per token: on a machine that others use too,
/// wall time says little. Prints medians, ratios and whether the floors hold.
/// </summary>
internal static class Floors
{
    private const string Variable = "AIT_LLAMA_BENCH";
    private const int PromptTokens = 512;
    private const int NewTokens = 128;

    private static readonly int[] Threads = [1, 2];

    // Tokens per second of processor time and thread, recorded where llama.cpp was at hand; bench/README.md says where.
    private static readonly Dictionary<(bool Prefill, int Threads), double> Recorded = new()
    {
        [(true, 1)] = 509,
        [(true, 2)] = 705,
        [(false, 1)] = 131,
        [(false, 2)] = 183,
    };

    public static int Run(string[] args)
    {
        int rounds = 5;
        if (args is not [] && (args is not ["--rounds", _] || !int.TryParse(args[1], CultureInfo.InvariantCulture, out rounds) || rounds < 1))
        {
            Console.Error.WriteLine("Usage: Ait.Bench floors [--rounds N]");
            return 2;
        }

        string? program = Environment.GetEnvironmentVariable(Variable);
        if (program is not null && !File.Exists(program))
        {
            Console.Error.WriteLine($"{Variable} names {program}, which is not there. Let it name llama.cpp's llama-bench.");
            return 2;
        }

        string folder = Directory.CreateTempSubdirectory("ait-bench-").FullName;
        try
        {
            LlamaBench? other = null;
            if (program is not null)
            {
                string path = Path.Combine(folder, "model.gguf");
                new GgufModel(Shapes.Small).Write(path);
                other = new LlamaBench(program, path);
            }

            return Compare(other, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Compare(LlamaBench? other, int rounds)
    {
        var model = Model.Create(new ModelDescriptor(Shapes.Small, 134));
        using var bandwidth = new MemoryBandwidth();
        var own = new Dictionary<(bool Prefill, int Threads), List<double>>();
        var theirs = new Dictionary<(bool Prefill, int Threads), List<double>>();
        var memory = Threads.ToDictionary(threads => threads, _ => new List<double>());
        var sessions = Threads.ToDictionary(threads => threads, threads => new Session(model, new EngineOptions { Threads = threads, PrefillChunk = PromptTokens, BatchSize = 1 }));
        foreach (int threads in Threads)
        {
            // Compile and take buffers before anything counts.
            Prefill(sessions[threads], -1);
            Decode(sessions[threads], 1);
        }

        for (int round = 0; round < rounds; round++)
        {
            foreach (int threads in Threads)
            {
                Note(own, (true, threads), Prefill(sessions[threads], round));
                if (other is not null)
                {
                    Note(theirs, (true, threads), other.SecondsPerToken(PromptTokens, 0, threads));
                }

                Note(own, (false, threads), Decode(sessions[threads], NewTokens));
                memory[threads].Add(bandwidth.Measure(threads));
                if (other is not null)
                {
                    Note(theirs, (false, threads), other.SecondsPerToken(0, NewTokens, threads));
                }
            }
        }

        foreach (Session session in sessions.Values)
        {
            session.Dispose();
        }

        return Report(own, theirs, memory, rounds);
    }

    private static int Report(
        Dictionary<(bool Prefill, int Threads), List<double>> own,
        Dictionary<(bool Prefill, int Threads), List<double>> theirs,
        Dictionary<int, List<double>> memory,
        int rounds)
    {
        bool measured = theirs.Count > 0;
        Console.WriteLine(Line($"{Shapes.Small.ParameterCount / 1e6:F1} M parameters, {Backends.Resolve(Backend.Auto)}, prompt of {PromptTokens}, {NewTokens} new tokens; medians of {rounds} rounds in turns"));
        Console.WriteLine("tokens per second of processor time, times threads");
        Console.WriteLine(measured ? "llama.cpp: measured in this run" : $"llama.cpp: recorded figures ({Variable} names no llama-bench)");
        Console.WriteLine($"{"",-8} {"threads",7} {"engine",8} {"llama.cpp",9} {"ratio",6}  floor");
        bool holds = true;
        foreach ((bool prefill, int threads) in own.Keys.OrderByDescending(key => key.Prefill).ThenBy(key => key.Threads))
        {
            double mine = threads / Median(own[(prefill, threads)]);
            double other = measured ? threads / Median(theirs[(prefill, threads)]) : Recorded[(prefill, threads)];
            double ratio = mine / other;
            double share = mine * BytesPerToken / Median(memory[threads]);
            bool good = prefill ? ratio >= 2.0 : threads == 1 ? ratio >= 1.2 : ratio >= 1.05 || share >= 0.9;
            holds &= good;
            string floor = prefill ? ">= 2.00" : threads == 1 ? ">= 1.20" : Line($">= 1.05, or 90 % of the memory bandwidth: {share:P0} of {Median(memory[threads]) / 1e9:F1} GB/s");
            Console.WriteLine(Line($"{(prefill ? "prefill" : "decode"),-8} {threads,7} {mine,8:F0} {other,9:F0} {ratio,6:F2}  {(good ? "holds" : "MISSED")} {floor}"));
        }

        return holds || !measured ? 0 : 1;
    }

    // Every matrix but the embedding is read once for each token.
    private static double BytesPerToken => Shapes.Small.ParameterCount - ((double)Shapes.Small.Vocabulary * Shapes.Small.Dimension);

    // Another prompt every time: what a session remembers would not be computed.
    private static double Prefill(Session session, int round) =>
        Measure(session, [.. Enumerable.Range(0, PromptTokens).Select(i => (((i + 1) * 7919) + ((round + 2) * 104_729)) % Shapes.Small.Vocabulary)], 1, PromptTokens);

    private static double Decode(Session session, int tokens) => Measure(session, [1], tokens, tokens);

    private static double Measure(Session session, int[] prompt, int newTokens, int tokens)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        session.Generate([new GenerationRequest(prompt, newTokens)]);
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds / tokens;
    }

    private static void Note(Dictionary<(bool Prefill, int Threads), List<double>> figures, (bool Prefill, int Threads) key, double seconds)
    {
        if (!figures.TryGetValue(key, out List<double>? list))
        {
            figures.Add(key, list = []);
        }

        list.Add(seconds);
    }

    private static double Median(List<double> values)
    {
        List<double> sorted = [.. values.Order()];
        return sorted[sorted.Count / 2];
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
