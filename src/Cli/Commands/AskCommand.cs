using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Cli.Commands;

/// <summary>Asks a question on an API key and prints the answer as it comes, then where its proof is.</summary>
internal static class AskCommand
{
    internal const string KeyVariable = "AIT_API_KEY";

    internal static Command Build(Func<ParseResult, Screen> screenFor)
    {
        var options = new NetworkOptions();
        var prompt = new Argument<string>("PROMPT") { Description = "What to ask." };
        var key = new Option<string?>("--api-key") { Description = $"The API key (default: the environment's {KeyVariable}).", HelpName = "KEY" };
        var model = new Option<string?>("--model") { Description = "The model's id (default: the first that the coordinator schedules).", HelpName = "ID" };
        Option<int> tokens = CommonOptions.Number("--max-tokens", "N", WorkloadText.StandardNewTokens, 1, Workload.MaxTokens, "At most so many tokens of answer.");
        var temperature = new Option<double>("--temperature") { Description = "0 always takes the likeliest token; up to 2 (default 0).", HelpName = "T" };
        var seed = new Option<long?>("--seed") { Description = "Seed of the sampler; drawn if absent.", HelpName = "N" };
        var command = new Command("ask", "Ask a question on an API key; needs prepaid credit (`ait key deposit`).") { prompt, key, model, tokens, temperature, seed };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string secret = parsed.GetValue(key) ?? Environment.GetEnvironmentVariable(KeyVariable)
                ?? throw new SurroundingsException($"there is no API key. Make one with `ait key create`, then pass --api-key KEY or set {KeyVariable}.");
            using NetworkAccess network = await options.OpenAsync(parsed, cancellation).ConfigureAwait(false);
            var request = new JsonObject
            {
                ["model"] = parsed.GetValue(model) ?? await FirstModelAsync(network, cancellation).ConfigureAwait(false),
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = parsed.GetRequiredValue(prompt) }),
                ["max_tokens"] = parsed.GetValue(tokens),
                ["temperature"] = parsed.GetValue(temperature),
            };
            if (parsed.GetValue(seed) is long given)
            {
                request["seed"] = given;
            }

            return await RunAsync(screenFor(parsed), network, new Question(network.Coordinator, secret), request, cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<string> FirstModelAsync(NetworkAccess network, CancellationToken cancellation) =>
        (await network.Coordinator.ModelsAsync(cancellation).ConfigureAwait(false)).Models is [ModelResponse first, ..] ? first.Name : throw new RefusedException("the coordinator schedules no model.");

    private static async Task<int> RunAsync(Screen screen, NetworkAccess network, Question question, JsonObject request, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        await foreach (string piece in question.AskAsync(request, stage => screen.Progress($"{stage} …"), cancellation).ConfigureAwait(false))
        {
            text.Append(piece);
        }

        JsonObject proof = question.Proof ?? throw new SurroundingsException("the coordinator's answer names no proof. Check that it is a coordinator of this version.");
        screen.Say(Printable(text.ToString()));
        screen.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{proof["seats_agreeing"]} of {proof["seats"]} seats agree; charged {new ComputeUnits(proof["compute_units_charged"]?.GetValue<ulong>() ?? 0)}; proof: {network.Coordinator.Address}v1/tasks/{TaskId(proof)}"));
        screen.Answer(new JsonObject { ["answer"] = text.ToString(), ["ait"] = proof.DeepClone() });
        return ExitCode.Done;
    }

    private static Hash256 TaskId(JsonObject proof) => Hash256.TryParse(proof["task_id"]?.GetValue<string>(), out Hash256 taskId)
        ? taskId
        : throw new SurroundingsException("the coordinator's answer names no task. Check that it is a coordinator of this version.");

    /// <summary>A stranger's text must not steer the terminal.</summary>
    private static string Printable(string text) => string.Concat(text.Select(letter => char.IsControl(letter) && letter != '\n' ? '\uFFFD' : letter));
}
