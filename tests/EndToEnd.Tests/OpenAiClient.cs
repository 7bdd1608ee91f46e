using System.Diagnostics;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>OpenAI's own npm client, unmodified, against a running network: a wallet signs in, burns AIT, and its key buys answers that the chain settles.</summary>
[Collection(OneDevnet.Name)]
public sealed class OpenAiClient(Devnet devnet)
{
    private static readonly string s_folder = Path.Combine(Installation.ContractsFolder, "..", "tests", "openai-client");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 480_000)]
    public async Task Client_buysAnswersThatTheChainSettles()
    {
        Devnet.Require(devnet);
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(s_folder, "node_modules", "openai")), "OpenAI's client is not installed: run tests/prepare-packages tests/openai-client");
        await devnet.RegisteredAsync(5, Cancellation);
        ModelResponse model = await devnet.ModelAsync(Cancellation);
        foreach (Hash256 workload in await devnet.QueueAsync(Enumerable.Range(1, 12).Select(number => WorkloadText.OfPrompt($"Earn {number}:", 500, model)), Cancellation))
        {
            await devnet.SettledAsync(workload, Cancellation);
        }

        // An operator spends what it earned: `ait key deposit`, `ait key create`.
        (string holder, BigInteger balance) = await devnet.RichestAsync(Cancellation);
        JsonObject credit = await devnet.RunAsync(0, Cancellation, "key", "deposit", Amounts.Text(balance), "--key", holder);
        ulong deposited = (ulong)credit["available"]!;
        Assert.Equal(balance / (await devnet.Network.MiningAsync("redeemPrice", Cancellation)).AsBigInteger(), new BigInteger(deposited));
        ulong most = 300 * model.MicroComputeUnitsPerToken; // Less than the dearest request of the transcript.
        JsonObject key = await devnet.RunAsync(0, Cancellation, "key", "create", "transcript", "--daily", Units(most), "--key", holder);

        JsonNode said = await TranscriptAsync((string)key["key"]!);
        Assert.Equal([model.Name], said["models"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(model.Digest.ToString(), (string?)said["model"]!["digest"]);

        JsonNode chat = said["chat"]!;
        string answer = (string)chat["choices"]![0]!["message"]!["content"]!;
        Assert.Equal(("chat.completion", "assistant"), ((string?)chat["object"], (string?)chat["choices"]![0]!["message"]!["role"]));
        Assert.Equal(answer, (string?)said["streamed"]);
        Assert.Equal(answer, (string?)said["helper"]);
        Assert.Equal(chat["usage"]!.ToJsonString(), said["streamedUsage"]!.ToJsonString());
        Assert.Equal((string?)said["text"]!["choices"]![0]!["text"], (string?)said["textStreamed"]);

        // The answer is what three devices agreed on, and the chain says so; the same request never paid twice.
        JsonNode proof = chat["ait"]!;
        var workloadId = Hash256.Parse((string)proof["workload_id"]!);
        Assert.Equal((string?)proof["task_id"], (string?)said["streamedProof"]!["task_id"]);
        Assert.Equal(0ul, (ulong)said["streamedProof"]!["compute_units_charged"]!);
        TaskResponse settled = await devnet.SettledAsync(workloadId, Cancellation);
        Assert.Equal(((string?)proof["task_id"], (string?)proof["result_hash"]), (settled.TaskId.ToString(), settled.ResultHash.ToString()));
        WorkloadResponse run = await devnet.Network.Coordinator.WorkloadAsync(workloadId, Cancellation);
        Assert.True(Transcript.TryParse(Hex.Decode(run.Transcript!), out Transcript? transcript, out _));
        Assert.Equal((int)chat["usage"]!["completion_tokens"]!, transcript.Tokens.Length);
        Assert.Contains(await devnet.Network.SettledTasksAsync(Cancellation), found => found.TaskId == settled.TaskId && found.Task.ResultHash == settled.ResultHash);

        await EmbedsAsync(said, model);
        await TunesAsync(said, model);

        JsonNode refusals = said["refusals"]!;
        Refuses("key", "AuthenticationError", 401, "invalid_api_key", null);
        Refuses("keyListing", "AuthenticationError", 401, "invalid_api_key", null);
        Refuses("model", "NotFoundError", 404, "model_not_found", "model");
        Refuses("tools", "BadRequestError", 400, "unsupported_parameter", "tools");
        Refuses("context", "BadRequestError", 400, "context_length_exceeded", "messages");
        Refuses("dimensions", "BadRequestError", 400, "unsupported_parameter", "dimensions");
        Refuses("dear", "RateLimitError", 429, "insufficient_quota", null);
        Refuses("tuningFile", "BadRequestError", 400, "invalid_value", "training_file");
        Refuses("tuningEpochs", "BadRequestError", 400, "unsupported_parameter", "hyperparameters.n_epochs");
        Refuses("tuningDear", "RateLimitError", 429, "insufficient_quota", null);
        Refuses("tuningOther", "NotFoundError", 404, "not_found", "fine_tuning_job_id");
        Refuses("tuningEnded", "BadRequestError", 400, "job_ended", "fine_tuning_job_id");

        // What was burned is what is left and what the named tasks cost.
        JsonObject after = await devnet.RunAsync(0, Cancellation, "key", "credit", "--key", holder);
        ulong spent = after["purchases"]!.AsArray().Aggregate(0ul, (sum, bought) => sum + (ulong)bought!["computeUnits"]!);
        Assert.Equal(6, after["purchases"]!.AsArray().Count);
        Assert.Equal((spent, deposited - spent), ((ulong)after["spent"]!, (ulong)after["available"]!));

        // `ait ask`, then no more.
        JsonObject asked = await devnet.RunAsync(0, Cancellation, "ask", "Why?", "--max-tokens", "4", "--api-key", (string)key["key"]!);
        Assert.Equal(3, (int)asked["ait"]!["seats"]!);
        await devnet.RunAsync(0, Cancellation, "key", "revoke", (string)key["keyId"]!, "--key", holder);
        JsonObject refused = await devnet.RunAsync(1, Cancellation, "ask", "Why?", "--api-key", (string)key["key"]!);
        Assert.Contains("revoked", (string?)refused["error"], StringComparison.Ordinal);
        JsonObject listed = await devnet.RunAsync(0, Cancellation, "key", "list", "--key", holder);
        Assert.NotNull(Assert.Single(listed["keys"]!.AsArray())!["revokedAt"]);

        void Refuses(string what, string kind, int status, string code, string? parameter) => Assert.Equal(
            (kind, status, code, parameter),
            ((string?)refusals[what]!["class"], (int)refusals[what]!["status"]!, (string?)refusals[what]!["code"], (string?)refusals[what]!["param"]));
    }

    /// <summary>Embeddings are tasks that three miners run, and what the client gets is what the engine computes here.</summary>
    private async Task EmbedsAsync(JsonNode said, ModelResponse model)
    {
        Assert.True(ModelArtifact.TryOpen(Installation.DemoModel, Cancellation, out Model? weights, out EngineRefusal? refusal), $"{refusal}");
        using var session = new Session(weights, new EngineOptions { Backend = Backend.Scalar });
        string[] inputs = ["What is AIT?", "Rome is in Italy."];
        IReadOnlyList<Embedding> expected = session.Embed(
            [.. inputs.Select(input => new EmbeddingRequest(ByteTokenizer.Encode(input), Engine.EmbeddingPooling.Mean))], Cancellation);
        JsonArray data = said["embeddings"]!["data"]!.AsArray();
        for (int i = 0; i < inputs.Length; i++)
        {
            // The client's array of floats is written as an object or a list, by its kind.
            JsonNode values = data[i]!["embedding"]!;
            Assert.Equal(expected[i].Values, (values as JsonArray)?.Select(value => (float)value!) ?? values.AsObject().Select(member => (float)member.Value!));
            var workloadId = Hash256.Parse((string)data[i]!["ait"]!["workload_id"]!);
            Assert.Equal(new Workload(EngineVersion.Id, model.Digest, [.. ByteTokenizer.Encode(inputs[i])], Protocol.EmbeddingPooling.Mean).Hash, workloadId);
            TaskResponse settled = await devnet.SettledAsync(workloadId, Cancellation);
            Assert.Equal(expected[i].ResultHash.ToBytes(), settled.ResultHash!.Value.ToArray()); // Settled tasks have one.
            Assert.Equal(3, settled.Seats!.Count(seat => seat.Phase == SeatPhase.Settled)); // As above.
            WorkloadResponse run = await devnet.Network.Coordinator.WorkloadAsync(workloadId, Cancellation);
            Assert.Equal(expected[i].ToBytes(), Hex.Decode(run.Transcript!)); // As above.
        }

        JsonNode known = said["embeddedNumbers"]!["data"]![0]!;
        Assert.Equal(expected[0].Values, known["embedding"]!.AsArray().Select(value => (float)value!));
        Assert.Equal(0ul, (ulong)known["ait"]!["compute_units_charged"]!);
    }

    /// <summary>A run of fine-tuning is a chain of tasks that three miners train, and leaves what the engine leaves here in one piece.</summary>
    private async Task TunesAsync(JsonNode said, ModelResponse model)
    {
        const int Steps = 4;
        JsonNode done = said["tuning"]!;
        Assert.True("succeeded" == (string?)done["status"], done.ToJsonString());
        Assert.Equal((string?)said["tuningCreated"]!["id"], (string?)Assert.Single(said["tuningJobs"]!.AsArray()));
        JsonArray checkpoints = said["tuningCheckpoints"]!.AsArray();
        Assert.Equal([Steps, 2], checkpoints.Select(checkpoint => (int)checkpoint!["step_number"]!));
        Assert.Equal(["message", "metrics", "metrics", "message"], said["tuningEvents"]!.AsArray().Select(told => (string)told!["type"]!));

        WorkloadResponse first = await devnet.Network.Coordinator.WorkloadAsync(Hash256.Parse((string)checkpoints[1]!["ait"]!["workload_id"]!), Cancellation);
        Assert.True(TrainingOutcome.TryParse(Hex.Decode(first.Transcript ?? "0x"), out TrainingOutcome? agreed, out EngineRefusal? refusal), $"{refusal}");
        Assert.True(ModelArtifact.TryOpen(Installation.DemoModel, Cancellation, out Model? weights, out refusal), $"{refusal}");
        TrainingRecipe recipe = DemoTraining.Recipe(model) with
        {
            Batch = 1, Steps = Steps, SequenceLength = 16, WarmupSteps = 1, Seed = 3,
        };
        Assert.Equal((recipe.Digest, recipe.Digest.ToString()), (agreed.Recipe, (string?)done["ait"]!["recipe_digest"]));
        TrainingOutcome whole = Trainer.RunChunk(
            recipe, new TrainingChunk(0, Steps, default), weights, DemoTraining.Data(), null, EngineOptions.Default with { Threads = 1 }, null, null, Cancellation);
        Assert.Equal(checkpoints.Select(checkpoint => new Hash256(whole.Steps[(int)checkpoint!["step_number"]! - 1].State.ToBytes()).ToString()), checkpoints.Select(checkpoint => (string?)checkpoint!["fine_tuned_model_checkpoint"]));
        foreach (JsonNode? checkpoint in checkpoints)
        {
            TaskResponse settled = await devnet.SettledAsync(Hash256.Parse((string)checkpoint!["ait"]!["workload_id"]!), Cancellation);
            Assert.Equal((string?)checkpoint["ait"]!["result_hash"], settled.ResultHash.ToString());
        }
    }

    private static string Units(ulong micro) => ((decimal)micro / ComputeUnits.MicroPerUnit).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task<JsonNode> TranscriptAsync(string key)
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["transcript.mjs", new Uri(devnet.Local.Options.Coordinator, "/v1").ToString(), key, $"file-{DemoTraining.Data().Digest}"])
        {
            WorkingDirectory = s_folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = node.StandardError.ReadToEndAsync(Cancellation);
        string output = await node.StandardOutput.ReadToEndAsync(Cancellation);
        await node.WaitForExitAsync(Cancellation);
        Assert.True(node.ExitCode == 0, await errors);
        return JsonNode.Parse(output)!;
    }
}
