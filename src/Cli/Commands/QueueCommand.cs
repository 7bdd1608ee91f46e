using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
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
        var command = new Command("queue", "Queue subsidised work, as the network's operator, so that miners have something to earn.") { prompts, count, key };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            using Secp256k1PrivateKey coordinator = KeyFile.Open(parsed.GetValue(key) ?? new StateFolder(options.State(parsed)).Key("coordinator"));
            return await RunAsync(screenFor(parsed), network, coordinator, parsed.GetValue(prompts) ?? [], parsed.GetValue(count), cancellation).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Workloads that differ from all before: each prompt names the moment and its number.</summary>
    internal static IEnumerable<Workload> MadeUp(int count, ModelResponse model, DateTimeOffset now) => Enumerable.Range(1, count).Select(number =>
        WorkloadText.OfPrompt(string.Create(CultureInfo.InvariantCulture, $"Task {number} of {now:yyyy-MM-dd HH:mm:ss.fff}: "), WorkloadText.StandardNewTokens, model));

    private static async Task<int> RunAsync(
        Screen screen, NetworkAccess network, Secp256k1PrivateKey coordinator, string[] prompts, int count, CancellationToken cancellation)
    {
        ModelsResponse models = await network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false);
        ModelResponse model = models.Models.Count > 0 ? models.Models[0] : throw new RefusedException("the coordinator schedules no model.");
        IEnumerable<Workload> workloads = prompts.Length > 0
            ? prompts.Select(prompt => WorkloadText.OfPrompt(prompt, WorkloadText.StandardNewTokens, model))
            : MadeUp(count, model, TimeProvider.System.GetUtcNow());
        IReadOnlyList<Hash256> queued = await Queue.AddAsync(network, coordinator, workloads, cancellation).ConfigureAwait(false);
        screen.Say($"{queued.Count} workloads queued; see `ait tasks`.");
        screen.Answer(new JsonObject { ["queued"] = new JsonArray([.. queued.Select(hash => (JsonNode)hash.ToString())]) });
        return ExitCode.Done;
    }
}
