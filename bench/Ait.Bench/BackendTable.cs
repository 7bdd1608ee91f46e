using System.Diagnostics;
using System.Globalization;
using Ait.Engine;

namespace Ait.Bench;

/// <summary>Tokens per second of every backend side by side.</summary>
internal static class BackendTable
{
    private const int PromptTokens = 512;
    private const int NewTokens = 128;

    public static int Run(string[] args)
    {
        int repeats = 3;
        bool withScalar = true;
        int promptTokens = PromptTokens;
        int newTokens = NewTokens;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--repeats" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out repeats) && repeats > 0:
                    i++;
                    break;
                case "--no-scalar":
                    withScalar = false;
                    break;
                case "--quick":
                    (promptTokens, newTokens, repeats) = (64, 8, 1);
                    break;
                default:
                    Console.Error.WriteLine("Usage: Ait.Bench [--repeats N] [--no-scalar] [--quick]");
                    return 2;
            }
        }

        var watch = Stopwatch.StartNew();
        var model = Model.Create(new ModelDescriptor(Shapes.Small, 134));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Shapes.Small.ParameterCount / 1e6:F1} M parameters drawn in {watch.Elapsed.TotalSeconds:F2} s; {Environment.ProcessorCount} processors; median of {repeats}"));
        Console.WriteLine($"tokens/s by wall time (tokens per second of processor time in brackets); pp = prompt of {promptTokens}, tg = {newTokens} new tokens");
        Console.WriteLine($"{"backend",-8} {"threads",7} {"pp",18} {"tg",18}  result");
        int[] prompt = [.. Enumerable.Range(0, promptTokens).Select(i => (i * 7919) % Shapes.Small.Vocabulary)];
        var results = new HashSet<(Digest, Digest)>();
        foreach (Backend backend in Backends.Supported)
        {
            if (backend == Backend.Scalar && !withScalar)
            {
                continue;
            }

            foreach (int threads in new[] { 1, 2 })
            {
                var options = new EngineOptions { Backend = backend, Threads = threads };
                int times = backend == Backend.Scalar ? 1 : repeats;
                (double ppWall, double ppProcessor, Digest pp) = Measure(model, new GenerationRequest(prompt, 1), options, promptTokens, times);
                (double tgWall, double tgProcessor, Digest tg) = Measure(model, new GenerationRequest([1], newTokens), options, newTokens, times);
                results.Add((pp, tg));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{backend,-8} {threads,7} {ppWall,9:F1} ({ppProcessor,6:F1}) {tgWall,9:F1} ({tgProcessor,6:F1})  {pp.ToString()[..8]} {tg.ToString()[..8]}"));
            }
        }

        Console.WriteLine(results.Count == 1 ? "one result on every backend" : "RESULTS DIFFER");
        return results.Count == 1 ? 0 : 1;
    }

    private static (double Wall, double Processor, Digest Result) Measure(Model model, GenerationRequest request, EngineOptions options, int tokens, int repeats)
    {
        var wall = new List<double>();
        var processor = new List<double>();
        Digest result = default;
        using var process = Process.GetCurrentProcess();
        for (int i = 0; i < repeats; i++)
        {
            TimeSpan before = process.TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            result = Generator.Run(model, request, options).ResultHash;
            wall.Add(tokens / watch.Elapsed.TotalSeconds);
            process.Refresh();
            processor.Add(tokens / (process.TotalProcessorTime - before).TotalSeconds);
        }

        wall.Sort();
        processor.Sort();
        return (wall[repeats / 2], processor[repeats / 2], result);
    }
}
