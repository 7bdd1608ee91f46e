using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Coordinator.Tests.Support;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;
using EmbeddingPooling = Ait.Protocol.EmbeddingPooling;

namespace Ait.Coordinator.Tests.Completing;

/// <summary>/v1/embeddings over HTTP, answered by devices that run the engine.</summary>
public sealed class EmbeddingTests
{
    private const string Path = "/v1/embeddings";

    [Fact]
    public async Task Embedding_isWhatTheEngineComputesWithItsProof()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        JsonNode answer = await network.PostAsync(Path, key, Ask("Good day"));

        JsonNode item = Assert.Single(answer["data"]!.AsArray())!;
        JsonNode proof = item["ait"]!;
        Workload workload = network.Workload(Hash256.Parse((string)proof["workload_id"]!));
        Embedding computed = BuyerNetwork.Embed(workload);
        Assert.Equal((WorkloadType.Embedding, EmbeddingPooling.Mean), (workload.Type, workload.Pooling));
        Assert.Equal([256, .. "Good day"u8.ToArray()], workload.Prompt);
        Assert.Equal(computed.Values, item["embedding"]!.AsArray().Select(value => (float)value!));
        Assert.Equal(Hex.Encode(computed.ResultHash.ToBytes()), (string)proof["result_hash"]!);
        Assert.Equal((3, 3), ((int)proof["seats"]!, (int)proof["seats_agreeing"]!));
        ulong price = 9 * BuyerNetwork.Model.MicroComputeUnitsPerToken;
        Assert.Equal((price, price), ((ulong)proof["compute_units"]!, (ulong)proof["compute_units_charged"]!));
        Assert.Equal(("list", "embedding", 0, "echo"), ((string)answer["object"]!, (string)item["object"]!, (int)item["index"]!, (string)answer["model"]!));
        Assert.Equal("""{"prompt_tokens":9,"total_tokens":9}""", answer["usage"]!.ToJsonString());

        // Settled like any other task, and not paid for again.
        Hash256 taskId = Hash256.Parse((string)proof["task_id"]!);
        await HttpNetwork.EventuallyAsync(async () =>
            await network.Http.GetAsync($"/v1/tasks/{taskId}", ProtocolJson.Default.TaskResponse) is { Phase: TaskPhase.Settled } done ? done : null);
        JsonNode again = await network.PostAsync(Path, key, Ask("Good day"));
        Assert.Equal(item["embedding"]!.ToJsonString(), again["data"]![0]!["embedding"]!.ToJsonString());
        Assert.Equal(("Settled", 0ul), ((string)again["data"]![0]!["ait"]!["phase"]!, (ulong)again["data"]![0]!["ait"]!["compute_units_charged"]!));
        Assert.Single((await network.CreditAsync(key)).Purchases);
    }

    [Fact]
    public async Task Base64_holdsTheSameFloats()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        JsonNode numbers = await network.PostAsync(Path, key, Ask("abc"));
        JsonObject request = Ask("abc");
        request["encoding_format"] = "base64";
        byte[] bytes = Convert.FromBase64String((string)(await network.PostAsync(Path, key, request))["data"]![0]!["embedding"]!);

        float[] values = [.. bytes.Chunk(sizeof(float)).Select(chunk => BinaryPrimitives.ReadSingleLittleEndian(chunk))];
        Assert.Equal(numbers["data"]![0]!["embedding"]!.AsArray().Select(value => (float)value!), values);
    }

    [Fact]
    public async Task Inputs_areTasksOfTheirOwnInTheirOrderAndEqualOnesAreOne()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        JsonNode answer = await network.PostAsync(Path, key, Ask(new JsonArray("one", "two", "one")));

        JsonArray data = answer["data"]!.AsArray();
        Assert.Equal([0, 1, 2], data.Select(item => (int)item!["index"]!));
        Assert.Equal(data[0]!["embedding"]!.ToJsonString(), data[2]!["embedding"]!.ToJsonString());
        Assert.NotEqual(data[0]!["embedding"]!.ToJsonString(), data[1]!["embedding"]!.ToJsonString());
        foreach (JsonNode? item in data)
        {
            Embedding computed = BuyerNetwork.Embed(network.Workload(Hash256.Parse((string)item!["ait"]!["workload_id"]!)));
            Assert.Equal(computed.Values, item["embedding"]!.AsArray().Select(value => (float)value!));
        }

        Assert.Equal(12, (int)answer["usage"]!["total_tokens"]!);
        Assert.Equal(2, (await network.CreditAsync(key)).Purchases.Count);
    }

    [Fact]
    public async Task Pooling_isTheWorkloads()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        JsonObject request = Ask(new JsonArray(1, 2, 3));
        JsonNode mean = await network.PostAsync(Path, key, request.DeepClone());
        request["pooling"] = "last";
        JsonNode last = await network.PostAsync(Path, key, request);

        Workload workload = network.Workload(Hash256.Parse((string)last["data"]![0]!["ait"]!["workload_id"]!));
        Assert.Equal(EmbeddingPooling.Last, workload.Pooling);
        Assert.Equal([1, 2, 3], workload.Prompt);
        Assert.NotEqual(mean["data"]![0]!["embedding"]!.ToJsonString(), last["data"]![0]!["embedding"]!.ToJsonString());
    }

    [Fact]
    public async Task Inputs_areAllPaidOrNone()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        ulong price = 4 * BuyerNetwork.Model.MicroComputeUnitsPerToken;
        await network.DepositAsync(session, (2 * price) - 1);
        string key = (await network.KeyAsync(session: session)).Key!;
        JsonNode error = (await network.PostAsync(Path, key, Ask(new JsonArray("one", "two")), status: 429))["error"]!;

        Assert.Equal("insufficient_quota", (string)error["code"]!);
        Assert.Empty((await network.CreditAsync(key)).Purchases);
        Assert.Equal(0, network.Http.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM queue")));
        await network.PostAsync(Path, key, Ask("one"));
        await network.DepositAsync(session, 1);
        await network.PostAsync(Path, key, Ask(new JsonArray("one", "two"))); // One is known by now.
    }

    [Fact]
    public async Task Quote_isForOneInput()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        JsonNode quote = await network.PostAsync("/v1/quotes", key, Ask("x"));
        Assert.True((bool)quote["will_run"]!, (string?)quote["why_not"]);
        Assert.Equal((2, 0, 2ul * BuyerNetwork.Model.MicroComputeUnitsPerToken), ((int)quote["prompt_tokens"]!, (int)quote["max_tokens"]!, (ulong)quote["compute_units"]!));
        Assert.Equal((string)quote["workload_id"]!, (string)(await network.PostAsync(Path, key, Ask("x")))["data"]![0]!["ait"]!["workload_id"]!);

        JsonNode error = (await network.PostAsync("/v1/quotes", key, Ask(new JsonArray("x", "y")), status: 400))["error"]!;
        Assert.Equal(("unsupported_parameter", "input"), ((string)error["code"]!, (string)error["param"]!));
    }

    [Fact]
    public async Task Request_isAnsweredLaterWithoutAnotherChargeIfItTimedOut()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync(options => options with { AnswerTimeout = TimeSpan.FromSeconds(1) });
        string key = await network.FundedKeyAsync();
        network.IsIdle = true;
        JsonNode error = (await network.PostAsync(Path, key, Ask("slow"), status: 504))["error"]!;
        Assert.Contains("Send the request again to get", (string)error["message"]!, StringComparison.Ordinal);
        network.IsIdle = false;
        await HttpNetwork.EventuallyAsync(() => Task.FromResult(network.Http.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM agreements")) == 1 ? key : null));
        Assert.Equal(0ul, (ulong)(await network.PostAsync(Path, key, Ask("slow")))["data"]![0]!["ait"]!["compute_units_charged"]!);
    }

    [Theory]
    [InlineData("""{"model":"other","input":"x"}""", 404, "model_not_found", "model")]
    [InlineData("""{"model":"tiny","input":"x"}""", 404, "model_not_found", "model")]
    [InlineData("""{"input":"x"}""", 400, "invalid_value", "model")]
    [InlineData("""{"model":"echo"}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":7}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":""}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":[]}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":[""]}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":[[]]}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":[1,-1]}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":[1,"x"]}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":["x",1]}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":[260]}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"echo","input":"x","encoding_format":"hex"}""", 400, "invalid_value", "encoding_format")]
    [InlineData("""{"model":"echo","input":"x","pooling":"first"}""", 400, "invalid_value", "pooling")]
    [InlineData("""{"model":"echo","input":"x","dimensions":16}""", 400, "unsupported_parameter", "dimensions")]
    [InlineData("""{"model":"echo","input":"x","user":1}""", 400, "invalid_value", "user")]
    [InlineData("""{"model":"echo","input":"x","inputs":["y"]}""", 400, "unknown_parameter", "inputs")]
    [InlineData("""{"model":"echo","input":"\ud800"}""", 400, "invalid_json", null)]
    [InlineData("""{"model":"\ud800","input":"x"}""", 400, "invalid_json", null)]
    [InlineData("not json", 400, "invalid_json", null)]
    public async Task Request_isRefusedInOpenAisShapeNamingTheParameter(string body, int status, string code, string? parameter) =>
        await RefusesAsync(body, status, code, parameter);

    [Fact]
    public async Task Request_isRefusedIfAnInputExceedsTheContextOrThereAreTooMany()
    {
        await RefusesAsync(Ask(new string('x', 256)).ToJsonString(), 400, "context_length_exceeded", "input");
        await RefusesAsync(Ask(new JsonArray([.. Enumerable.Range(0, 65).Select(number => (JsonNode)$"{number}")])).ToJsonString(), 400, "invalid_value", "input");
    }

    [Fact]
    public async Task Request_takesWhatAsksForNothing()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        JsonObject request = Ask(new string('x', 255));
        request["dimensions"] = 32;
        request["encoding_format"] = "float";
        request["user"] = "somebody";
        Assert.Equal(256, (int)(await network.PostAsync(Path, key, request))["usage"]!["prompt_tokens"]!);
    }

    private static async Task RefusesAsync(string body, int status, string code, string? parameter)
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Post, Path, (await network.KeyAsync()).Key, body);
        JsonNode error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal((status, code, parameter), ((int)answer.StatusCode, (string)error["code"]!, (string?)error["param"]));
        Assert.Equal(0, network.Http.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM workloads")));
    }

    private static JsonObject Ask(JsonNode input) => new() { ["model"] = "echo", ["input"] = input };
}
