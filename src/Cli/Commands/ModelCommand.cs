using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Commands;

/// <summary>Makes artifacts of checkpoints, and says what is in them and how good they are.</summary>
internal static class ModelCommand
{
    // About a page.
    private const string StandardText =
        "The house stands on the hill above the river. Every morning the miller walks down the path, opens the gate and lets the water "
        + "in. The wheel begins to turn, slowly at first, then faster, until the whole building hums. Farmers bring their grain in carts "
        + "and wait in the yard, talking about the weather, about prices, and about the road that was promised years ago. At noon the "
        + "bell rings. Children run home from school, past the orchard and the old wall. In the evening the gate is closed again, the "
        + "wheel stands still, and one can hear the river for the first time since dawn.";

    /// <summary>The windows that the demonstration model is trained on: of later positions it knows nothing.</summary>
    private const int DemoWindow = 128;

    internal static Command Build(Func<ParseResult, Screen> screenFor) =>
        new("model", "Import a checkpoint into an exact-model artifact, look into one, measure what quantisation costs, or show that results are one.")
        {
            BuildImport(screenFor),
            BuildInfo(screenFor),
            BuildQuality(screenFor),
            MatrixCommand.Build(screenFor),
        };

    private static Command BuildImport(Func<ParseResult, Screen> screenFor)
    {
        var folder = new Argument<string>("DIR") { Description = "A checkpoint in the Hugging Face layout: config.json, tokenizer.json, safetensors." };
        var output = new Option<string>("--output", "-o") { Description = "The artifact to write.", HelpName = "FILE", Required = true };
        var rotate = new Option<bool>("--rotate") { Description = "Rotate the residual stream by Hadamard matrices, which spreads outliers." };
        Option<int> context = CommonOptions.Number("--context", "N", 0, 0, EngineLimits.MaxContext, "Longest sequence in tokens; 0 takes the checkpoint's.");
        var command = new Command("import", "Quantise a checkpoint to int8 and write it as one hashed file.") { folder, output, rotate, context };
        command.SetAction(async (parsed, cancellation) =>
        {
            Screen screen = screenFor(parsed);
            string file = parsed.GetRequiredValue(output);
            var options = new ImportOptions { Rotate = parsed.GetValue(rotate), MaxContext = parsed.GetValue(context) };
            var progress = new Tenths(screen);
            return await Task.Run(
                () => ModelArtifact.TryImport(parsed.GetRequiredValue(folder), file, options, progress, cancellation, out ModelDescriptor? descriptor, out EngineRefusal? refusal)
                    ? Tell(screen, file, descriptor)
                    : throw new RefusedException($"the checkpoint is refused: {refusal}."),
                cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static Command BuildInfo(Func<ParseResult, Screen> screenFor)
    {
        var file = new Argument<string>("FILE") { Description = "An artifact." };
        var verify = new Option<bool>("--verify") { Description = "Read all of it and compute its digests." };
        var command = new Command("info", "Say what an artifact holds: digest, shape, features, size.") { file, verify };
        command.SetAction(async (parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            if (parsed.GetValue(verify))
            {
                Model model = await OpenAsync(path, cancellation).ConfigureAwait(false);
                return Tell(screenFor(parsed), path, model.Descriptor);
            }

            return ModelArtifact.TryRead(path, out ModelDescriptor? descriptor, out EngineRefusal? refusal)
                ? Tell(screenFor(parsed), path, descriptor)
                : throw new RefusedException($"the artifact is refused: {refusal}.");
        });
        return command;
    }

    private static Command BuildQuality(Func<ParseResult, Screen> screenFor)
    {
        var file = new Argument<string?>("FILE") { Description = "An artifact (default: the demonstration model).", Arity = ArgumentArity.ZeroOrOne };
        var folder = new Argument<string?>("DIR") { Description = "The checkpoint that it was imported from (default: the model's own weights as floats).", Arity = ArgumentArity.ZeroOrOne };
        var text = new Option<string?>("--text") { Description = "A text to predict (default: a short built-in one; of the demonstration model the text that it was trained on).", HelpName = "FILE" };
        var lines = new Option<bool>("--lines") { Description = "Every line of the text is one of its own, as in training." };
        Option<int> threads = CommonOptions.Number("--threads", "N", Environment.ProcessorCount, 1, EngineLimits.MaxThreads, "Threads of the engine.");
        Option<int> most = CommonOptions.Number("--tokens", "N", 512, 2, EngineLimits.MaxContext, "Most tokens of the text.");
        Option<int> window = CommonOptions.Number("--window", "N", 0, 0, EngineLimits.MaxContext, $"Tokens of a window, each predicted from its own beginning; 0 takes the model's context, of the demonstration model {DemoWindow}.");
        var command = new Command("quality", "Compare the int8 engine with a float reference: perplexity, greedy agreement, divergence.") { file, folder, text, lines, threads, most, window };
        command.SetAction(async (parsed, cancellation) =>
        {
            string? path = parsed.GetValue(file);
            Model model = await OpenAsync(path ?? Installation.DemoModel, cancellation).ConfigureAwait(false);
            string? own = path is null ? Installation.DemoText : null;
            int[] tokens = Encode(model, parsed.GetValue(text) ?? own, path is null || parsed.GetValue(lines));
            tokens = tokens[..Math.Min(tokens.Length, parsed.GetValue(most))];
            int? cut = parsed.GetValue(window) is > 0 and int asked ? asked : path is null ? DemoWindow : null;
            var options = new EngineOptions { Threads = parsed.GetValue(threads) };
            return await Task.Run(
                () => ModelQuality.TryMeasure(parsed.GetValue(folder), model, tokens, cut, options, cancellation, out QualityReport? report, out EngineRefusal? refusal)
                    ? Tell(screenFor(parsed), report)
                    : throw new RefusedException($"the comparison is refused: {refusal}."),
                cancellation).ConfigureAwait(false);
        });
        return command;
    }

    internal static Task<Model> OpenAsync(string path, CancellationToken cancellation) => Task.Run(
        () => ModelArtifact.TryOpen(path, cancellation, out Model? model, out EngineRefusal? refusal)
            ? model
            : throw new RefusedException($"the artifact is refused: {refusal}."),
        cancellation);

    private static int[] Encode(Model model, string? path, bool hasLines)
    {
        byte[] bytes = path is null ? Encoding.UTF8.GetBytes(StandardText) : ReadText(path);
        int[]? tokens = null;
        EngineRefusal? refusal;
        if (!hasLines)
        {
            model.Tokenizer.TryEncode(bytes, withSpecial: true, out tokens, out refusal);
        }
        else if (TrainingData.TryReadLines(bytes, model.Tokenizer, out TrainingData? data, out refusal))
        {
            tokens = data.Tokens.ToArray();
        }

        return tokens ?? throw new RefusedException($"the text is refused: {refusal}.");
    }

    private static byte[] ReadText(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length <= EngineLimits.MaxTextBytes
            ? File.ReadAllBytes(path)
            : throw new SurroundingsException($"the text {path} {(file.Exists ? $"is larger than {EngineLimits.MaxTextBytes} bytes" : "does not exist")}. Name a text file with --text.");
    }

    private static int Tell(Screen screen, string file, ModelDescriptor descriptor)
    {
        ModelConfig shape = descriptor.Config;
        long bytes = new FileInfo(file).Length;
        screen.Table(["what", "value"], [
            ["model", $"{descriptor.Digest}"],
            ["weights", $"{descriptor.WeightsDigest}"],
            ["tokenizer", $"{descriptor.TokenizerDigest}"],
            ["arithmetic", descriptor.Version],
            ["parameters", string.Create(CultureInfo.InvariantCulture, $"{shape.ParameterCount / 1e6:F1} million")],
            ["file", string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes")],
            ["layers", Number(shape.Layers)],
            ["dimension", Number(shape.Dimension)],
            ["heads", $"{Number(shape.Heads)} of {Number(shape.HeadDimension)}, {Number(shape.KeyValueHeads)} key/value"],
            ["feed-forward", Number(shape.FeedForward)],
            ["vocabulary", Number(shape.Vocabulary)],
            ["context", Number(shape.MaxContext) + (shape.SlidingWindow == 0 ? "" : $", a window of {Number(shape.SlidingWindow)}")],
            ["features", $"{shape.Features}"],
            ["rotary", shape.Rotary is null ? $"theta {Number(shape.RopeTheta)}" : $"theta {Number(shape.RopeTheta)}, scaled"],
        ]);
        screen.Answer(new JsonObject
        {
            ["model"] = $"{descriptor.Digest}",
            ["weights"] = $"{descriptor.WeightsDigest}",
            ["tokenizer"] = $"{descriptor.TokenizerDigest}",
            ["arithmetic"] = descriptor.Version,
            ["descriptor"] = Convert.ToHexStringLower(descriptor.ToBytes()),
            ["parameters"] = shape.ParameterCount,
            ["bytes"] = bytes,
            ["layers"] = shape.Layers,
            ["dimension"] = shape.Dimension,
            ["heads"] = shape.Heads,
            ["keyValueHeads"] = shape.KeyValueHeads,
            ["headDimension"] = shape.HeadDimension,
            ["feedForward"] = shape.FeedForward,
            ["vocabulary"] = shape.Vocabulary,
            ["context"] = shape.MaxContext,
            ["slidingWindow"] = shape.SlidingWindow,
            ["features"] = $"{shape.Features}",
        });
        return ExitCode.Done;
    }

    private static int Tell(Screen screen, QualityReport report)
    {
        screen.Table(["what", "value"], [
            ["positions", Number(report.Positions)],
            ["perplexity, float reference", Decimal(report.ReferencePerplexity)],
            ["perplexity, int8 engine", Decimal(report.EnginePerplexity)],
            ["greedy agreement", string.Create(CultureInfo.InvariantCulture, $"{100 * report.GreedyAgreement:F1} %")],
            ["mean divergence (nats)", Decimal(report.MeanDivergence)],
        ]);
        screen.Answer(new JsonObject
        {
            ["positions"] = report.Positions,
            ["referencePerplexity"] = report.ReferencePerplexity,
            ["enginePerplexity"] = report.EnginePerplexity,
            ["greedyAgreement"] = report.GreedyAgreement,
            ["meanDivergence"] = report.MeanDivergence,
        });
        return ExitCode.Done;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Decimal(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    /// <summary>Says every tenth of the way.</summary>
    private sealed class Tenths(Screen screen) : IProgress<ImportProgress>
    {
        private int _said;

        public void Report(ImportProgress value)
        {
            int tenth = 10 * value.Done / value.Total;
            if (tenth > _said)
            {
                _said = tenth;
                screen.Progress(string.Create(CultureInfo.InvariantCulture, $"{10 * tenth} %: {value.Done} of {value.Total} matrices and vectors"));
            }
        }
    }
}
