using System.CommandLine;
using System.Text;
using Ait.Cli.Conversing;
using Ait.Cli.Surroundings;
using Ait.Engine;

namespace Ait.Cli.Commands;

/// <summary>A conversation with an artifact on this machine, or one answer to one prompt.</summary>
internal static class ChatCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var file = new Argument<string>("FILE") { Description = "An artifact." };
        var prompt = new Option<string?>("--prompt") { Description = "Answer this and end (default: read lines until the end of input).", HelpName = "TEXT" };
        var system = new Option<string?>("--system") { Description = "What the system tells the model first.", HelpName = "TEXT" };
        Option<int> tokens = CommonOptions.Number("--tokens", "N", 256, 1, EngineLimits.MaxContext, "Most tokens of an answer.");
        Option<int> temperature = CommonOptions.Number("--temperature", "MILLI", 0, 0, SamplingParameters.MaxTemperatureMilli, "Temperature in thousandths; 0 takes the likeliest token.");
        Option<int> topK = CommonOptions.Number("--top-k", "N", 0, 0, EngineLimits.MaxVocabulary, "Only so many of the likeliest tokens; 0 takes all.");
        Option<int> topP = CommonOptions.Number("--top-p", "MILLIONTHS", SamplingParameters.AllOfProbability, 1, SamplingParameters.AllOfProbability, "Only the likeliest tokens of this share, in millionths.");
        Option<int> seed = CommonOptions.Number("--seed", "N", 0, 0, int.MaxValue, "Seed of the choices.");
        Option<int> threads = CommonOptions.Number("--threads", "N", Environment.ProcessorCount, 1, EngineLimits.MaxThreads, "Threads of the engine.");
        var stop = new Option<string[]>("--stop") { Description = "Text that ends an answer; may be given several times.", HelpName = "TEXT" };
        var command = new Command("chat", "Talk to a model on this machine; answers appear as they are generated.")
        {
            file, prompt, system, tokens, temperature, topK, topP, seed, threads, stop,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            bool isGreedy = parsed.GetValue(temperature) == 0;
            var asking = new AnswerOptions
            {
                MaxNewTokens = parsed.GetValue(tokens),
                Sampling = isGreedy
                    ? SamplingParameters.Greedy
                    : new SamplingParameters { TemperatureMilli = parsed.GetValue(temperature), TopK = parsed.GetValue(topK), TopPMillionths = parsed.GetValue(topP) },
                Seed = (ulong)parsed.GetValue(seed),
                StopSequences = [.. (parsed.GetValue(stop) ?? []).Select(text => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(text)))],
            };
            Model model = await ModelCommand.OpenAsync(parsed.GetRequiredValue(file), cancellation).ConfigureAwait(false);
            Screen screen = screenFor(parsed);
            using var conversation = new Conversation(model, new EngineOptions { Threads = parsed.GetValue(threads) }, asking, parsed.GetValue(system), screen);
            if (parsed.GetValue(prompt) is { } only)
            {
                await Task.Run(() => conversation.Answer(only, cancellation), cancellation).ConfigureAwait(false);
                return ExitCode.Done;
            }

            screen.Say("Type a line and press Enter; an empty line or the end of input ends the conversation.");
            while (!cancellation.IsCancellationRequested)
            {
                screen.Write("> ");
                string? line = await Console.In.ReadLineAsync(cancellation).ConfigureAwait(false);
                if (string.IsNullOrEmpty(line))
                {
                    break;
                }

                await Task.Run(() => conversation.Answer(line, cancellation), cancellation).ConfigureAwait(false);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
