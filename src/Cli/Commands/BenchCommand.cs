using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Cli.Measuring;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Commands;

/// <summary>Says how many compute units an hour this machine does, and how near that is to what it can do.</summary>
internal static class BenchCommand
{
    private const ulong WeightSeed = 0x4149_5442_454E_4348;
    private const int ProcessorChunk = 512;
    private const int GpuChunk = 4096;
    private const double MiB = 1 << 20;

    internal static Command Build(Func<ParseResult, Screen> screenFor) =>
        new("bench", "Measure this machine.") { BuildReference(screenFor) };

    private static Command BuildReference(Func<ParseResult, Screen> screenFor)
    {
        var file = new Argument<string?>("FILE") { Description = "An artifact (default: weights from a seed, in the shape that --shape names).", Arity = ArgumentArity.ZeroOrOne };
        var shape = new Option<string>("--shape") { Description = $"Shape of the model: {string.Join(", ", ReferenceShapes.All.Keys)}.", HelpName = "NAME", DefaultValueFactory = _ => "134m" };
        shape.AcceptOnlyFromAmong([.. ReferenceShapes.All.Keys]);
        Option<int> batch = CommonOptions.Number("--batch", "N", ReferenceWorkload.StandardBatch, 1, EngineLimits.MaxBatch, "Sequences at a time.");
        Option<int> sequence = CommonOptions.Number("--sequence", "N", ReferenceWorkload.StandardSequence, 2, EngineLimits.MaxContext, "Tokens of a sequence, prompt and new ones.");
        // What is left of 2048 is a whole number of pages and one token.
        Option<int> newTokens = CommonOptions.Number("--tokens", "N", 127, 1, EngineLimits.MaxContext, "New tokens of a sequence.");
        Option<int> threads = CommonOptions.Number("--threads", "N", Environment.ProcessorCount, 1, EngineLimits.MaxThreads, "Threads of the engine.");
        var backend = new Option<Backend>("--backend") { Description = "The instructions to use.", HelpName = "NAME", DefaultValueFactory = _ => Backend.Auto };
        var command = new Command("reference", "Run the reference workload (LLM inference, batch 32, sequence 2048) and report compute units an hour.")
        {
            file, shape, batch, sequence, newTokens, threads, backend,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string? path = parsed.GetValue(file);
            Screen screen = screenFor(parsed);
            var options = new EngineOptions
            {
                Backend = parsed.GetValue(backend),
                Threads = parsed.GetValue(threads),
                BatchSize = parsed.GetValue(batch),
                PrefillChunk = Backends.Resolve(parsed.GetValue(backend)) == Backend.Gpu ? GpuChunk : ProcessorChunk,
                MaxMemoryBytes = Math.Max(EngineOptions.Default.MaxMemoryBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
            };
            if (options.Check() is { } refusal)
            {
                throw new RefusedException($"the options are refused: {refusal}.");
            }

            int prompt = parsed.GetValue(sequence) - parsed.GetValue(newTokens);
            if (prompt < 1)
            {
                throw new RefusedException($"the options are refused: expected fewer new tokens than the {parsed.GetValue(sequence)} of the sequence, found {parsed.GetValue(newTokens)}.");
            }

            Model model = path is null
                ? await DrawAsync(ReferenceShapes.All[parsed.GetValue(shape) ?? ""], screen, cancellation).ConfigureAwait(false)
                : await ModelCommand.OpenAsync(path, cancellation).ConfigureAwait(false);
            if (parsed.GetValue(sequence) > model.Config.MaxContext)
            {
                throw new RefusedException($"the options are refused: expected a sequence of at most {model.Config.MaxContext} tokens, found {parsed.GetValue(sequence)}.");
            }

            var workload = new ReferenceWorkload(model.Config, options.BatchSize, prompt, parsed.GetValue(newTokens));
            return await Task.Run(() => Tell(screen, workload, options, Run(workload, model, options, cancellation)), cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<Model> DrawAsync(ModelConfig shape, Screen screen, CancellationToken cancellation)
    {
        screen.Progress(string.Create(CultureInfo.InvariantCulture, $"drawing {shape.ParameterCount / 1e6:F0} million weights …"));
        return await Task.Run(
            () => Model.TryCreate(new ModelDescriptor(shape, WeightSeed), EngineLimits.MaxParameters, out Model? model, out EngineRefusal? refusal)
                ? model
                : throw new RefusedException($"the model is refused: {refusal}."),
            cancellation).ConfigureAwait(false);
    }

    private static ReferenceRun Run(ReferenceWorkload workload, Model model, EngineOptions options, CancellationToken cancellation)
    {
        try
        {
            return ReferenceRun.Execute(workload, model, options, TimeProvider.System, cancellation);
        }
        catch (EngineRefusedException refused)
        {
            throw new RefusedException($"the workload is refused: {refused.Refusal}.", refused);
        }
    }

    private static int Tell(Screen screen, ReferenceWorkload workload, EngineOptions options, ReferenceRun run)
    {
        double prompts = (double)workload.Batch * workload.PromptTokens;
        double made = (double)workload.Batch * workload.NewTokens;
        double unitsPerHour = 3600 * workload.ComputeUnits / (run.PrefillSeconds + run.DecodeSeconds);
        double prefillShare = workload.PrefillSeconds(run.Limit) / run.PrefillSeconds;
        double decodeShare = workload.DecodeSeconds(run.Limit) / run.DecodeSeconds;
        Backend backend = Backends.Resolve(options.Backend);
        string place = backend == Backend.Gpu ? $"{Backends.GpuName}" : Text($"{backend}, {options.Threads} threads");
        screen.Table(["what", "value", "of the measured limit"], [
            ["ran on", place, ""],
            ["model", Text($"{workload.Shape.ParameterCount / 1e6:F0} million parameters"), ""],
            ["workload", Text($"batch {workload.Batch}, sequence {workload.PromptTokens + workload.NewTokens}, {workload.NewTokens} of it new"), ""],
            ["prefill", Text($"{run.PrefillSeconds:F3} s, {prompts / run.PrefillSeconds:F0} tokens/s"), Text($"{100 * prefillShare:F0} % of {run.Limit.OperationsPerSecond / 1e12:F2} int8 TOP/s")],
            ["decode", Text($"{1000 * run.DecodeSeconds / workload.NewTokens:F2} ms a step, {made / run.DecodeSeconds:F0} tokens/s"), Text($"{100 * decodeShare:F0} %, with {run.Limit.BytesPerSecond / 1e9:F1} GB/s")],
            .. backend == Backend.Gpu
                ? (string[][])[]
                : [["memory", Text($"{run.PeakBytes / MiB:F0} MiB at most, {workload.HeldBytes / MiB:F0} of them weights, keys and values"), ""]],
            ["one run", Text($"{workload.ComputeUnits:F6} CU"), ""],
            ["this machine", Text($"{unitsPerHour:F3} CU/h"), ""],
            ["result hash", $"{run.ResultHash}", ""],
        ]);
        screen.Say("An H100 at the limits of its data sheet does 1000 CU/h.");
        if (backend == Backend.Gpu)
        {
            screen.Say(Backends.GpuProductsAbsence is { } absence ? $"Products of many rows run by the engine's own kernels: {absence}." : "Products of many rows run by the vendor's library.");
        }
        else
        {
            screen.Say($"No GPU was used: {Backends.GpuAbsence ?? "another backend was asked for"}.");
        }

        screen.Answer(new JsonObject
        {
            ["backend"] = $"{backend}",
            ["device"] = Backends.GpuName,
            ["threads"] = options.Threads,
            ["parameters"] = workload.Shape.ParameterCount,
            ["batch"] = workload.Batch,
            ["promptTokens"] = workload.PromptTokens,
            ["newTokens"] = workload.NewTokens,
            ["reusedTokens"] = run.ReusedTokens,
            ["prefillSeconds"] = run.PrefillSeconds,
            ["decodeSeconds"] = run.DecodeSeconds,
            ["prefillShareOfLimit"] = prefillShare,
            ["decodeShareOfLimit"] = decodeShare,
            ["operationsPerSecondLimit"] = run.Limit.OperationsPerSecond,
            ["bytesPerSecondLimit"] = run.Limit.BytesPerSecond,
            ["peakBytes"] = run.PeakBytes,
            ["heldBytes"] = workload.HeldBytes,
            ["computeUnits"] = workload.ComputeUnits,
            ["computeUnitsPerHour"] = unitsPerHour,
            ["resultHash"] = $"{run.ResultHash}",
        });
        return ExitCode.Done;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
