using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Tests.Support;
using Ait.Engine;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Tuning;

/// <summary>/v1/fine_tuning/jobs over HTTP, trained by devices that run the engine.</summary>
public sealed class TuningTests
{
    private const string Path = "/v1/fine_tuning/jobs";
    private const int Steps = 5;
    private const int TokensPerStep = 2 * 16;
    private static readonly string s_file = $"file-{BuyerNetwork.Data.Digest}";

    private static ulong Price => Steps * TokensPerStep * (ulong)BuyerNetwork.Model.MicroComputeUnitsPerToken;

    [Fact]
    public async Task Job_isTrainedChunkByChunkToWhatTheEngineComputesInOnePieceAndPaidFromCredit()
    {
        await using BuyerNetwork network = await StartAsync();
        string key = await network.FundedKeyAsync();
        JsonObject request = Ask();
        request["suffix"] = "mine";
        request["metadata"] = new JsonObject { ["note"] = "first" };
        JsonNode created = await network.PostAsync(Path, key, request);
        Assert.Equal(("fine_tuning.job", "echo", s_file), ((string?)created["object"], (string?)created["model"], (string?)created["training_file"]));
        Assert.Contains((string?)created["status"], (string[])["queued", "running"]);
        Assert.Equal((Price, null), ((ulong)created["ait"]!["compute_units"]!, created["fine_tuned_model"]));

        string job = $"{Path}/{created["id"]}";
        JsonNode done = await EndedAsync(network, key, job);
        Assert.True("succeeded" == (string?)done["status"], done.ToJsonString());
        Assert.Equal(
            ("mine", "first", 9ul, Steps * TokensPerStep, Price),
            ((string?)done["user_provided_suffix"], (string?)done["metadata"]!["note"], (ulong)done["seed"]!, (int)done["trained_tokens"]!, (ulong)done["ait"]!["compute_units_charged"]!));
        Assert.Equal(done["hyperparameters"]!.ToJsonString(), done["method"]!["supervised"]!["hyperparameters"]!.ToJsonString());
        Assert.Equal(Price, (await network.CreditAsync(key)).Spent);

        // The same run in one piece, here.
        JsonArray checkpoints = (await GetAsync(network, key, $"{job}/checkpoints"))["data"]!.AsArray();
        TrainingRecipe recipe = RecipeOf(network, Hash256.Parse((string)checkpoints[0]!["ait"]!["workload_id"]!));
        Assert.Equal(recipe.Digest.ToString(), (string?)done["ait"]!["recipe_digest"]);
        (TrainingOutcome whole, byte[] last) = BuyerNetwork.Train(recipe, new TrainingChunk(0, Steps, default), null);
        Assert.Equal([5, 4, 2], checkpoints.Select(checkpoint => (int)checkpoint!["step_number"]!));
        foreach (JsonNode? checkpoint in checkpoints)
        {
            TrainingStep step = whole.Steps[(int)checkpoint!["step_number"]! - 1];
            Assert.Equal(new Hash256(step.State.ToBytes()), Hash256.Parse((string)checkpoint["fine_tuned_model_checkpoint"]!));
            Assert.Equal(step.Loss / 65536.0 / TokensPerStep * Math.Log(2), (double)checkpoint["metrics"]!["train_loss"]!, 9);
        }

        CheckpointResponse kept = await network.Http.GetAsync($"/v1/checkpoints/{(string)done["ait"]!["checkpoint"]!}", ProtocolJson.Default.CheckpointResponse);
        Assert.Equal(last.Length, kept.Length);
        Assert.Equal((string?)done["ait"]!["checkpoint"], (string?)checkpoints[0]!["fine_tuned_model_checkpoint"]);

        JsonArray events = (await GetAsync(network, key, $"{job}/events"))["data"]!.AsArray();
        Assert.Equal(["message", "metrics", "metrics", "metrics", "message"], events.Select(told => (string)told!["type"]!));
        Assert.Equal([5, 4, 2], events.Where(told => told!["data"] is not null).Select(told => (int)told!["data"]!["step"]!));
    }

    [Fact]
    public async Task Job_costsNothingAgainIfItsRunIsAgreedOnAlready()
    {
        await using BuyerNetwork network = await StartAsync();
        string key = await network.FundedKeyAsync();
        JsonNode first = await EndedAsync(network, key, $"{Path}/{(await network.PostAsync(Path, key, Ask()))["id"]}");
        JsonNode again = await EndedAsync(network, key, $"{Path}/{(await network.PostAsync(Path, key, Ask()))["id"]}");
        Assert.NotEqual((string?)first["id"], (string?)again["id"]);
        Assert.Equal((string?)first["ait"]!["checkpoint"], (string?)again["ait"]!["checkpoint"]);
        Assert.Equal((Price, 0ul), ((ulong)first["ait"]!["compute_units_charged"]!, (ulong)again["ait"]!["compute_units_charged"]!));
    }

    [Fact]
    public async Task Cancel_endsAJobBehindTheChunkUnderWayAndOnlyOneThatRuns()
    {
        await using BuyerNetwork network = await StartAsync();
        string key = await network.FundedKeyAsync();
        network.IsIdle = true;
        string job = $"{Path}/{(await network.PostAsync(Path, key, Ask()))["id"]}";
        Assert.Equal("cancelled", (string?)(await network.PostAsync($"{job}/cancel", key, new JsonObject()))["status"]);
        Assert.Equal("cancelled", (string?)(await network.PostAsync($"{job}/cancel", key, new JsonObject()))["status"]);
        network.IsIdle = false;
        await HttpNetwork.EventuallyAsync(() => Task.FromResult(Agreements(network) == 1 ? job : null)); // The chunk under way.
        string other = $"{Path}/{(await network.PostAsync(Path, key, Ask(seed: 10)))["id"]}";
        await EndedAsync(network, key, other);
        Assert.Equal(4, Agreements(network)); // Three of the other's, and nothing more of the cancelled one.
        JsonNode error = (await network.PostAsync($"{other}/cancel", key, new JsonObject(), status: 400))["error"]!;
        Assert.Equal("job_ended", (string?)error["code"]);
    }

    [Fact]
    public async Task Job_failsWithItsReasonIfTheDevicesDoNotAgreeAndItsCreditReturns()
    {
        await using BuyerNetwork network = await StartAsync();
        string key = await network.FundedKeyAsync();
        foreach (TestMiner miner in network.Http.Network.Miners)
        {
            miner.Engine = _ => [.. "AXE1"u8, .. miner.GpuId.ToArray()]; // What a device says that has not the data.
        }

        JsonNode failed = await EndedAsync(network, key, $"{Path}/{(await network.PostAsync(Path, key, Ask()))["id"]}");
        Assert.Equal(("failed", "no_agreement"), ((string?)failed["status"], (string?)failed["error"]!["code"]));
        Assert.Contains("seed 9", (string?)failed["error"]!["message"], StringComparison.Ordinal);
        Assert.Equal(0ul, (await network.CreditAsync(key)).Spent);
    }

    [Fact]
    public async Task Job_isRefusedIfTheCreditDoesNotCoverTheWholeRunAndNothingIsBought()
    {
        await using BuyerNetwork network = await StartAsync();
        string session = await network.SessionAsync();
        await network.DepositAsync(session, Price - 1);
        string key = (await network.KeyAsync(session: session)).Key!;
        Assert.Equal("insufficient_quota", (string?)(await network.PostAsync(Path, key, Ask(), status: 429))["error"]!["code"]);
        Assert.Empty((await network.CreditAsync(key)).Purchases);
        Assert.Empty((await GetAsync(network, key, Path))["data"]!.AsArray());
        await network.DepositAsync(session, 1);
        await network.PostAsync(Path, key, Ask());
    }

    [Fact]
    public async Task Job_failsIfItsKeyIsRevokedOnTheWay()
    {
        await using BuyerNetwork network = await StartAsync();
        string session = await network.SessionAsync();
        await network.DepositAsync(session, 100_000_000);
        KeyResponse paying = await network.KeyAsync(session: session);
        string looking = (await network.KeyAsync(session: session)).Key!;
        network.IsIdle = true;
        string job = $"{Path}/{(await network.PostAsync(Path, paying.Key, Ask()))["id"]}";
        using (await network.SendAsync(HttpMethod.Delete, $"/v1/keys/{paying.KeyId}", session))
        {
            network.IsIdle = false;
        }

        JsonNode failed = await EndedAsync(network, looking, job);
        Assert.Equal(("failed", "invalid_api_key", 2), ((string?)failed["status"], (string?)failed["error"]!["code"], (int)failed["ait"]!["steps_done"]!));
    }

    [Fact]
    public async Task Jobs_areSeenByTheirAccountAloneInPages()
    {
        await using BuyerNetwork network = await StartAsync();
        string key = await network.FundedKeyAsync();
        network.IsIdle = true;
        List<string> ids = [];
        for (ulong seed = 0; seed < 3; seed++)
        {
            ids.Add((string)(await network.PostAsync(Path, key, Ask(seed)))["id"]!);
        }

        JsonNode page = await GetAsync(network, key, $"{Path}?limit=2");
        Assert.Equal((string[])[ids[2], ids[1]], page["data"]!.AsArray().Select(job => (string)job!["id"]!));
        Assert.Equal((true, ids[2], ids[1]), ((bool)page["has_more"]!, (string?)page["first_id"], (string?)page["last_id"]));
        JsonNode rest = await GetAsync(network, key, $"{Path}?limit=2&after={ids[1]}");
        Assert.Equal((ids[0], false), ((string?)Assert.Single(rest["data"]!.AsArray())!["id"], (bool)rest["has_more"]!));

        using Secp256k1PrivateKey stranger = TestMiner.Key("another buyer's wallet");
        string foreign = (await network.KeyAsync(session: await network.SessionAsync(stranger))).Key!;
        Assert.Empty((await GetAsync(network, foreign, Path))["data"]!.AsArray());
        foreach (string path in (string[])[$"{Path}/{ids[0]}", $"{Path}/{ids[0]}/events", $"{Path}/{ids[0]}/checkpoints", $"{Path}?after={ids[0]}"])
        {
            Assert.Equal("not_found", (string?)(await GetAsync(network, foreign, path, 404))["error"]!["code"]);
        }

        foreach (string query in (string[])["limit=0", "limit=101", "limit=x"])
        {
            Assert.Equal("invalid_value", (string?)(await GetAsync(network, key, $"{Path}?{query}", 400))["error"]!["code"]);
        }

        Assert.Equal("unknown_parameter", (string?)(await GetAsync(network, key, $"{Path}?order=asc", 400))["error"]!["code"]);
    }

    [Theory]
    [InlineData("model", "\"other\"", 404, "model_not_found", "model")]
    [InlineData("training_file", "null", 400, "invalid_value", "training_file")]
    [InlineData("training_file", "\"file-abc\"", 400, "invalid_value", "training_file")]
    [InlineData("validation_file", "\"file-abc\"", 400, "unsupported_parameter", "validation_file")]
    [InlineData("integrations", "[{}]", 400, "unsupported_parameter", "integrations")]
    [InlineData("suffix", "\"\"", 400, "invalid_value", "suffix")]
    [InlineData("metadata", "{\"a\":1}", 400, "invalid_value", "metadata")]
    [InlineData("seed", "-1", 400, "invalid_value", "seed")]
    [InlineData("colour", "\"red\"", 400, "unknown_parameter", "colour")]
    [InlineData("method", "{\"type\":\"dpo\"}", 400, "unsupported_parameter", "method.type")]
    [InlineData("method", "7", 400, "invalid_value", "method")]
    [InlineData("hyperparameters", "{\"n_epochs\":3}", 400, "unsupported_parameter", "hyperparameters.n_epochs")]
    [InlineData("hyperparameters", "{\"batch_size\":0}", 400, "invalid_value", "hyperparameters.batch_size")]
    [InlineData("hyperparameters", "{\"steps\":1}", 400, "invalid_value", "hyperparameters.steps")]
    [InlineData("hyperparameters", "{\"sequence_length\":24}", 400, "invalid_value", "hyperparameters.sequence_length")]
    [InlineData("hyperparameters", "{\"rank\":17}", 400, "invalid_value", "hyperparameters.rank")]
    [InlineData("hyperparameters", "{\"steps\":5,\"warmup_steps\":5}", 400, "invalid_value", "hyperparameters.warmup_steps")]
    [InlineData("hyperparameters", "{\"momentum\":1}", 400, "unknown_parameter", "hyperparameters.momentum")]
    public async Task Request_isRefusedIfOneFactIsAnother(string member, string value, int status, string code, string parameter)
    {
        await using BuyerNetwork network = await StartAsync();
        string key = (await network.KeyAsync()).Key!;
        JsonObject request = Ask();
        request.Remove("method");
        request[member] = JsonNode.Parse(value);
        JsonNode error = (await network.PostAsync(Path, key, request, status))["error"]!;
        Assert.Equal((code, parameter, "invalid_request_error"), ((string?)error["code"], (string?)error["param"], (string?)error["type"]));
    }

    /// <summary>A network in which a key may look as often as it likes.</summary>
    private static Task<BuyerNetwork> StartAsync() => BuyerNetwork.StartAsync(options => options with { KeyRequestsPerMinute = 100_000 });

    private static JsonObject Ask(ulong seed = 9) => new()
    {
        ["model"] = "echo",
        ["training_file"] = s_file,
        ["seed"] = seed,
        ["method"] = new JsonObject
        {
            ["type"] = "supervised",
            ["supervised"] = new JsonObject
            {
                ["hyperparameters"] = new JsonObject
                {
                    ["n_epochs"] = "auto", ["batch_size"] = 2, ["learning_rate_multiplier"] = "auto", ["steps"] = Steps, ["sequence_length"] = 16, ["checkpoint_steps"] = 2,
                },
            },
        },
    };

    private static TrainingRecipe RecipeOf(BuyerNetwork network, Hash256 workload)
    {
        Assert.True(TrainingRecipe.TryParse(network.Workload(workload).Training!.Recipe.AsSpan(), out TrainingRecipe? recipe, out EngineRefusal? refusal), $"{refusal}");
        return recipe;
    }

    private static long Agreements(BuyerNetwork network) => network.Http.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM agreements"));

    private static async Task<JsonNode> EndedAsync(BuyerNetwork network, string key, string job) => await HttpNetwork.EventuallyAsync(async () =>
        await GetAsync(network, key, job) is { } found && (string?)found["status"] is not ("queued" or "running") ? found : null);

    private static async Task<JsonNode> GetAsync(BuyerNetwork network, string key, string path, int status = 200)
    {
        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Get, path, key);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
