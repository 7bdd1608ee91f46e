using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>Gives the miners subsidised work, as the network's operator: without it nobody has AIT to redeem at the start.</summary>
internal static class QueueCommand
{
    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        var prompts = new Argument<string[]>("PROMPT") { Description = "Prompts to run; none makes up its own.", Arity = ArgumentArity.ZeroOrMore };
        Option<int> count = CommonOptions.Number("--count", "N", 8, 1, 256, "How many tasks when no prompt is given, 1 to 256.");
        var key = new Option<string?>("--key") { Description = "File with the coordinator's key (default: the state folder's).", HelpName = "FILE" };
        Option<int> canaries = CommonOptions.Number("--canaries", "N", 0, 0, 256, "How many of the tasks, drawn by lot, are canaries: run here first, their answers known to the coordinator.");
        var artifact = new Option<string?>("--artifact") { Description = "The model's artifact, to run canaries (default: the demonstration model's; a model drawn from a seed needs none).", HelpName = "FILE" };
        Option<int> threads = CommonOptions.Number("--threads", "N", Environment.ProcessorCount, 1, EngineLimits.MaxThreads, "Threads of the engine, for canaries.");
        var command = new Command("queue", "Queue subsidised work, as the network's operator, so that miners have something to earn.") { prompts, count, canaries, artifact, threads, key };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using Secp256k1PrivateKey coordinator = KeyFile.Open(parsed.GetValue(key) ?? new StateFolder(options.State(parsed)).Key("coordinator"));
            Screen screen = screenFor(parsed);
            ModelResponse model = await ModelAsync(network, cancellation).ConfigureAwait(false);
            string[] asked = parsed.GetValue(prompts) ?? [];
            Workload[] workloads =
            [
                .. asked.Length > 0
                    ? asked.Select(prompt => WorkloadText.OfPrompt(prompt, WorkloadText.StandardNewTokens, model))
                    : MadeUp(parsed.GetValue(count), model, TimeProvider.System.GetUtcNow()),
            ];
            IReadOnlyList<Hash256?>? answers = parsed.GetValue(canaries) is > 0 and int planted
                ? await Task.Run(() => Answer(screen, model, workloads, planted, parsed.GetValue(artifact), parsed.GetValue(threads), cancellation), cancellation).ConfigureAwait(false)
                : null;
            return Tell(screen, await Queue.AddAsync(network, coordinator, workloads, cancellation, answers).ConfigureAwait(false));
        });
        return command;
    }

    /// <summary>Workloads that differ from all before: each prompt names the moment and its number.</summary>
    internal static IEnumerable<Workload> MadeUp(int count, ModelResponse model, DateTimeOffset now) => Enumerable.Range(1, count).Select(number =>
        WorkloadText.OfPrompt(string.Create(CultureInfo.InvariantCulture, $"Task {number} of {now:yyyy-MM-dd HH:mm:ss.fff}: "), WorkloadText.StandardNewTokens, model));

    private static async Task<ModelResponse> ModelAsync(NetworkAccess network, CancellationToken cancellation)
    {
        ModelsResponse models = await network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false);
        return models.Models.Count > 0 ? models.Models[0] : throw new RefusedException("the coordinator schedules no model.");
    }

    /// <summary>Runs as many of the workloads as are to be canaries.</summary>
    private static IReadOnlyList<Hash256?> Answer(
        Screen screen, ModelResponse response, Workload[] workloads, int count, string? artifact, int threads, CancellationToken cancellation)
    {
        if (count > workloads.Length)
        {
            throw new SurroundingsException($"--canaries wants at most as many as there are tasks, {workloads.Length}, found {count}.");
        }

        Model model = CanaryAnswers.Open(response, artifact, cancellation);
        return CanaryAnswers.Of(model, workloads, count, new EngineOptions { Threads = threads }, done => screen.Progress($"  … {done} of {count} canaries"), cancellation);
    }

    private static int Tell(Screen screen, IReadOnlyList<Hash256> queued)
    {
        screen.Say($"{queued.Count} workloads queued; see `ait tasks`.");
        screen.Answer(new JsonObject { ["queued"] = new JsonArray([.. queued.Select(hash => (JsonNode)hash.ToString())]) });
        return ExitCode.Done;
    }
}
