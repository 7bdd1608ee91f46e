using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Coordinator.Completing;
using Ait.Coordinator.Tests.Support;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Completing;

/// <summary>OpenAI's endpoints over HTTP, answered by devices that run the engine.</summary>
public sealed class CompletionTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Text = "/v1/completions";

    [Fact]
    public async Task Chat_isAnsweredWithWhatTheEngineSaysAndItsProof()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        JsonNode answer = await network.PostAsync(Chat, key, Ask("Good day", max: 12, seed: 5));

        JsonNode proof = answer["ait"]!;
        Hash256 taskId = Hash256.Parse((string)proof["task_id"]!);
        Workload workload = network.Workload(Hash256.Parse((string)proof["workload_id"]!));
        Transcript computed = BuyerNetwork.Compute(workload);
        Assert.Equal([256, .. "user: Good day"u8.ToArray(), 259, .. "assistant: "u8.ToArray()], workload.Prompt);
        Assert.Equal((12, 5ul, 1000u), (workload.MaxNewTokens, workload.Seed, workload.Sampling.TemperatureMilli));
        Assert.Equal(string.Concat(ModelText.Of(BuyerNetwork.Model, null)!.Decode(computed.Tokens)), (string)answer["choices"]![0]!["message"]!["content"]!);
        Assert.Equal(computed.FinishReason == FinishReason.Stop ? "stop" : "length", (string)answer["choices"]![0]!["finish_reason"]!);
        Assert.Equal(Hex.Encode(computed.ResultHash.ToBytes()), (string)proof["result_hash"]!);
        Assert.Equal(
            (workload.Prompt.Length, computed.Tokens.Length, workload.Prompt.Length + computed.Tokens.Length),
            ((int)answer["usage"]!["prompt_tokens"]!, (int)answer["usage"]!["completion_tokens"]!, (int)answer["usage"]!["total_tokens"]!));
        Assert.Equal((3, 3), ((int)proof["seats"]!, (int)proof["seats_agreeing"]!));
        Assert.Equal(("chat.completion", "echo", "chatcmpl-" + taskId.ToString()[2..]), ((string)answer["object"]!, (string)answer["model"]!, (string)answer["id"]!));
        Assert.Equal($"https://coordinator.example/v1/tasks/{taskId}", (string)proof["task_url"]!);
        Assert.Equal($"https://coordinator.example/v1/tasks/{taskId}/bundle", (string)proof["bundle_url"]!);

        // The same request again is the same workload: its answer is there, with its settlement, and costs nothing.
        await HttpNetwork.EventuallyAsync(async () =>
            await network.Http.GetAsync($"/v1/tasks/{taskId}", ProtocolJson.Default.TaskResponse) is { Phase: TaskPhase.Settled } done ? done : null);
        JsonNode again = await network.PostAsync(Chat, key, Ask("Good day", max: 12, seed: 5));
        Assert.Equal((string)answer["choices"]![0]!["message"]!["content"]!, (string)again["choices"]![0]!["message"]!["content"]!);
        Assert.Equal((taskId.ToString(), "Settled", 0ul), ((string)again["ait"]!["task_id"]!, (string)again["ait"]!["phase"]!, (ulong)again["ait"]!["compute_units_charged"]!));
        Assert.NotNull(again["ait"]!["settlement_transaction"]);
        PurchaseResponse purchase = Assert.Single((await network.CreditAsync(key)).Purchases);
        Assert.Equal((taskId, workload.Price(BuyerNetwork.Model.MicroComputeUnitsPerToken).Micro), (purchase.TaskId!.Value, purchase.ComputeUnits));
    }

    [Theory]
    [InlineData(Chat)]
    [InlineData(Text)]
    public async Task Stream_saysTheSameAsTheWholeAnswerAndEndsWithUsageAndProof(string path)
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        JsonObject request = path == Chat ? Ask("Tell me", max: 40, seed: 9) : Continue("Once upon", max: 40, seed: 9);
        JsonNode whole = await network.PostAsync(path, key, request.DeepClone());
        request["stream"] = true;
        request["stream_options"] = new JsonObject { ["include_usage"] = true };
        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Post, path, key, request.ToJsonString());
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        string[] lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => line is ": agreed" or ": settled");
        string[] data = [.. lines.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line["data: ".Length..])];
        Assert.Equal("[DONE]", data[^1]);
        JsonNode[] chunks = [.. data[..^1].Select(line => JsonNode.Parse(line)!)];
        string said = string.Concat(chunks.SelectMany(chunk => chunk["choices"]!.AsArray()).Select(choice => (string?)(path == Chat ? choice!["delta"]!["content"] : choice!["text"]) ?? ""));
        Assert.Equal((string?)(path == Chat ? whole["choices"]![0]!["message"]!["content"] : whole["choices"]![0]!["text"]), said);
        Assert.Equal(whole["usage"]!.ToJsonString(), chunks[^1]["usage"]!.ToJsonString());
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.NotNull(chunks[^2]["choices"]![0]!["finish_reason"]);
        Assert.Equal((string)whole["ait"]!["task_id"]!, (string)chunks[^2]["ait"]!["task_id"]!);
        Assert.Single(chunks.Select(chunk => (string)chunk["id"]!).Distinct());
    }

    [Fact]
    public async Task Stream_saysNoTokenBeforeTheSeatsAgree()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        network.IsIdle = true;
        JsonObject body = Ask("Wait", max: 8, seed: 1);
        body["stream"] = true;
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent(body.ToJsonString()) };
        request.Headers.Authorization = new("Bearer", key);
        using HttpResponseMessage answer = await network.Http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        List<string> before = [];
        while (!before.Contains(": seated"))
        {
            before.Add((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!);
        }

        Assert.All(before, line => Assert.True(line.Length == 0 || line[0] == ':', line));
        network.IsIdle = false;
        Assert.Contains("data: [DONE]", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_endsTheAnswerBeforeIt()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        string whole = (string)(await network.PostAsync(Text, key, Continue("abc", max: 60, seed: 3)))["choices"]![0]!["text"]!;
        string stop = whole.Substring(20, 3);
        JsonObject request = Continue("abc", max: 60, seed: 3);
        request["stop"] = new JsonArray(stop, "a text that never comes");
        JsonNode answer = await network.PostAsync(Text, key, request);
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], (string)answer["choices"]![0]!["text"]!);
        Assert.Equal("stop", (string)answer["choices"]![0]!["finish_reason"]!);
        Assert.Equal(0ul, (ulong)answer["ait"]!["compute_units_charged"]!); // Longer stops are looked for in the same workload's answer.

        // A stop of one token ends the work itself.
        string letter = whole.First(char.IsAscii).ToString();
        request["stop"] = letter;
        JsonNode early = await network.PostAsync(Text, key, request);
        Assert.Equal(whole[..whole.IndexOf(letter, StringComparison.Ordinal)], (string)early["choices"]![0]!["text"]!);
        Assert.Contains((int)letter[0], network.Workload(Hash256.Parse((string)early["ait"]!["workload_id"]!)).StopTokens);
        Assert.True((int)early["usage"]!["completion_tokens"]! < (int)answer["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task Sampling_isTheWorkloads()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        Assert.Equal(Protocol.SamplingParameters.Greedy, (await SampledAsync(new() { ["temperature"] = 0, ["top_p"] = 0.5, ["seed"] = 4 })).Sampling);
        Assert.Equal(new Protocol.SamplingParameters(700, 40, 900_000), (await SampledAsync(new() { ["temperature"] = 0.7, ["top_p"] = 0.9, ["top_k"] = 40 })).Sampling);
        Assert.Equal(new Protocol.SamplingParameters(1, 0, 1), (await SampledAsync(new() { ["temperature"] = 0.0001, ["top_p"] = 0 })).Sampling);
        Assert.Equal(ulong.MaxValue, (await SampledAsync(new() { ["seed"] = -1 })).Seed);
        Assert.NotEqual((await SampledAsync([])).Seed, (await SampledAsync([])).Seed);
        Assert.Equal(16, (await SampledAsync([])).MaxNewTokens);

        async Task<Workload> SampledAsync(JsonObject parameters)
        {
            parameters["model"] = "echo";
            parameters["prompt"] = new JsonArray(1, 2, 3);
            JsonNode answer = await network.PostAsync(Text, key, parameters);
            Workload workload = network.Workload(Hash256.Parse((string)answer["ait"]!["workload_id"]!));
            Assert.Equal([1, 2, 3], workload.Prompt);
            return workload;
        }
    }

    [Theory]
    [InlineData(Chat, """{"messages":[{"role":"user","content":"x"}]}""", 400, "invalid_value", "model")]
    [InlineData(Chat, """{"model":7,"messages":[{"role":"user","content":"x"}]}""", 400, "invalid_value", "model")]
    [InlineData(Chat, """{"model":"other","messages":[{"role":"user","content":"x"}]}""", 404, "model_not_found", "model")]
    [InlineData(Chat, """{"model":"tiny","messages":[{"role":"user","content":"x"}]}""", 404, "model_not_found", "model")]
    [InlineData(Chat, """{"model":"echo"}""", 400, "invalid_value", "messages")]
    [InlineData(Chat, """{"model":"echo","messages":[]}""", 400, "invalid_value", "messages")]
    [InlineData(Chat, """{"model":"echo","messages":["x"]}""", 400, "invalid_value", "messages[0]")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"tool","content":"x"}]}""", 400, "invalid_value", "messages[0].role")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user"}]}""", 400, "invalid_value", "messages[0].content")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x","name":"y"}]}""", 400, "unsupported_parameter", "messages[0].name")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://127.0.0.1/"}}]}]}""", 400, "unsupported_parameter", "messages[0].content")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"n":2}""", 400, "unsupported_parameter", "n")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"tools":[{}]}""", 400, "unsupported_parameter", "tools")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}}""", 400, "unsupported_parameter", "response_format")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"logprobs":true}""", 400, "unsupported_parameter", "logprobs")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"frequency_penalty":0.1}""", 400, "unsupported_parameter", "frequency_penalty")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"temprature":0}""", 400, "unknown_parameter", "temprature")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"temperature":2.1}""", 400, "invalid_value", "temperature")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"top_p":-1}""", 400, "invalid_value", "top_p")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"seed":1.5}""", 400, "invalid_value", "seed")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"max_tokens":0}""", 400, "invalid_value", "max_tokens")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"max_completion_tokens":250}""", 400, "context_length_exceeded", "messages")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"stop":["a","b","c","d","e"]}""", 400, "invalid_value", "stop")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"stop":""}""", 400, "invalid_value", "stop")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"stream":"yes"}""", 400, "invalid_value", "stream")]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"x"}],"stream_options":{"x":1}}""", 400, "unknown_parameter", "stream_options.x")]
    [InlineData(Chat, """{"model":"echo","model":"echo","messages":[{"role":"user","content":"x"}]}""", 400, "invalid_json", null)]
    [InlineData(Chat, """{"model":"echo","messages":[{"role":"user","content":"\udc00"}]}""", 400, "invalid_json", null)]
    [InlineData(Chat, """{"model":"echo","messages":[],"\ud800":1}""", 400, "invalid_json", null)]
    [InlineData(Text, """{"model":"echo","prompt":"\ud800x"}""", 400, "invalid_json", null)]
    [InlineData("/v1/quotes", """{"model":"echo","prompt":["\ud800"]}""", 400, "invalid_json", null)]
    [InlineData(Chat, "not json", 400, "invalid_json", null)]
    [InlineData(Chat, "[]", 400, "invalid_json", null)]
    [InlineData(Chat, "", 400, "invalid_json", null)]
    [InlineData(Text, """{"model":"echo"}""", 400, "invalid_value", "prompt")]
    [InlineData(Text, """{"model":"echo","prompt":["a","b"]}""", 400, "unsupported_parameter", "prompt")]
    [InlineData(Text, """{"model":"echo","prompt":[1,-1]}""", 400, "invalid_value", "prompt")]
    [InlineData(Text, """{"model":"echo","prompt":[260]}""", 400, "invalid_value", "prompt")]
    [InlineData(Text, """{"model":"echo","prompt":[]}""", 400, "invalid_value", "prompt")]
    [InlineData(Text, """{"model":"echo","prompt":"x","suffix":"y"}""", 400, "unsupported_parameter", "suffix")]
    [InlineData(Text, """{"model":"echo","prompt":"x","messages":[]}""", 400, "unknown_parameter", "messages")]
    [InlineData("/v1/quotes", """{"model":"echo"}""", 400, "invalid_value", "prompt")]
    public async Task Request_isRefusedInOpenAisShapeNamingTheParameter(string path, string body, int status, string code, string? parameter)
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = (await network.KeyAsync()).Key!;
        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Post, path, key, body);
        JsonNode error = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;
        Assert.Equal((status, code, parameter), ((int)answer.StatusCode, (string)error["code"]!, (string?)error["param"]));
        Assert.Equal("false", Assert.Single(answer.Headers.GetValues("x-should-retry")));
        Assert.Equal(0, network.Http.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM workloads")));
    }

    [Fact]
    public async Task Request_isRefusedIfItsKeyIsNoneWrongOrRevoked()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        KeyResponse key = await network.KeyAsync(session: session);
        using HttpResponseMessage revoked = await network.SendAsync(HttpMethod.Delete, $"/v1/keys/{key.KeyId}", session);
        foreach (string? wrong in new[] { null, "sk-123", session, key.Key![..^1] + (key.Key[^1] == 'A' ? 'E' : 'A'), key.Key })
        {
            foreach (string path in new[] { Chat, Text, "/v1/embeddings", "/v1/quotes" })
            {
                JsonNode error = (await network.PostAsync(path, wrong, Ask("x", max: 1), status: 401))["error"]!;
                Assert.Equal(("invalid_api_key", "invalid_request_error"), ((string)error["code"]!, (string)error["type"]!));
            }
        }

        using HttpResponseMessage models = await network.SendAsync(HttpMethod.Get, "/v1/models", "sk-123");
        Assert.Equal(HttpStatusCode.Unauthorized, models.StatusCode);
    }

    [Fact]
    public async Task Request_isRefusedIfTheCreditDoesNotCoverIt()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        string key = (await network.KeyAsync(session: session)).Key!;
        JsonNode error = (await network.PostAsync(Chat, key, Ask("x", max: 1), status: 429))["error"]!;
        Assert.Equal("insufficient_quota", (string)error["code"]!);
        await network.DepositAsync(session, 100_000_000);
        string limited = (await network.KeyAsync(new KeyRequest("small", 1_000), session)).Key!;
        error = (await network.PostAsync(Chat, limited, Ask("x", max: 1), status: 429))["error"]!;
        Assert.Contains("limit over 24 hours", (string)error["message"]!, StringComparison.Ordinal);
        await network.PostAsync(Chat, key, Ask("x", max: 1));
    }

    [Fact]
    public async Task Request_isRefusedIfTheKeySendsTooMany()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync(options => options with { KeyRequestsPerMinute = 2 });
        string key = (await network.KeyAsync()).Key!;
        string other = (await network.KeyAsync()).Key!;
        await network.PostAsync("/v1/quotes", key, Ask("x", max: 1));
        await network.PostAsync("/v1/quotes", key, Ask("x", max: 1));
        using HttpResponseMessage third = await network.SendAsync(HttpMethod.Post, "/v1/quotes", key, Ask("x", max: 1).ToJsonString());
        Assert.Equal((HttpStatusCode.TooManyRequests, "30"), (third.StatusCode, third.Headers.RetryAfter?.ToString()));
        Assert.Equal("true", Assert.Single(third.Headers.GetValues("x-should-retry")));
        await network.PostAsync("/v1/quotes", other, Ask("x", max: 1));
    }

    [Fact]
    public async Task Request_isRefusedIfTooManyOfTheKeyWait()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync(options => options with { KeyRequestsAtOnce = 1 });
        string key = await network.FundedKeyAsync();
        network.IsIdle = true;
        Task<JsonNode> first = network.PostAsync(Chat, key, Ask("wait", max: 1, seed: 1));
        await HttpNetwork.EventuallyAsync(() => Task.FromResult(network.Http.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM purchases")) == 1 ? key : null));
        Assert.Equal("rate_limit_exceeded", (string)(await network.PostAsync(Chat, key, Ask("x", max: 1), status: 429))["error"]!["code"]!);
        network.IsIdle = false;
        await first;
    }

    [Fact]
    public async Task Request_isAnsweredLaterWithoutAnotherChargeIfItTimedOut()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync(options => options with { AnswerTimeout = TimeSpan.FromSeconds(1) });
        string key = await network.FundedKeyAsync();
        network.IsIdle = true;
        JsonNode error = (await network.PostAsync(Chat, key, Ask("slow", max: 4, seed: 2), status: 504))["error"]!;
        Assert.Contains("seed 2", (string)error["message"]!, StringComparison.Ordinal);
        network.IsIdle = false;
        await HttpNetwork.EventuallyAsync(() => Task.FromResult(network.Http.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM agreements")) == 1 ? key : null));
        JsonNode answer = await network.PostAsync(Chat, key, Ask("slow", max: 4, seed: 2));
        Assert.Equal(0ul, (ulong)answer["ait"]!["compute_units_charged"]!);
        Assert.Single((await network.CreditAsync(key)).Purchases);
    }

    [Fact]
    public async Task Quote_saysWhetherWhenAndForHowMuchItWillRun()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        string key = (await network.KeyAsync(session: session)).Key!;
        JsonNode poor = await network.PostAsync("/v1/quotes", key, Ask("x", max: 10, seed: 1));
        Assert.False((bool)poor["will_run"]!);
        Assert.Contains("credit", (string)poor["why_not"]!, StringComparison.Ordinal);
        await network.DepositAsync(session, 100_000_000);
        JsonNode quote = await network.PostAsync("/v1/quotes", key, Ask("x", max: 10, seed: 1));
        Assert.True((bool)quote["will_run"]!, (string?)quote["why_not"]);
        ulong units = (ulong)(((int)quote["prompt_tokens"]! + 10) * BuyerNetwork.Model.MicroComputeUnitsPerToken);
        Assert.Equal((units, units), ((ulong)quote["compute_units"]!, (ulong)quote["compute_units_charged"]!));
        Assert.Equal((new System.Numerics.BigInteger(units) * SimulatedChain.RedeemPrice).ToString(CultureInfo.InvariantCulture), (string)quote["price_wei"]!);
        Assert.True(Protocol.Workload.TryParse(Hex.Decode((string)quote["workload"]!), out Workload? workload, out _));
        Assert.Equal((workload.Hash.ToString(), workload.Seed), ((string)quote["workload_id"]!, (ulong)quote["seed"]!));
        Assert.Null(quote["seconds_to_answer"]);
        Assert.Equal(0, network.Http.Ledger.Read(transaction => transaction.Number("SELECT count(*) FROM workloads")));

        JsonNode answer = await network.PostAsync(Chat, key, Ask("x", max: 10, seed: 1));
        Assert.Equal((string)quote["workload_id"]!, (string)answer["ait"]!["workload_id"]!);
        Assert.Equal(units, (ulong)answer["ait"]!["compute_units_charged"]!);
        JsonNode after = await network.PostAsync("/v1/quotes", key, Ask("x", max: 10, seed: 1));
        Assert.Equal(0ul, (ulong)after["compute_units_charged"]!);
        Assert.True((double)after["seconds_to_answer"]! >= 0);
    }

    [Fact]
    public async Task Quote_saysNoIfNoThreeDevicesCanBeSeated()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync(miners: 2);
        string key = await network.FundedKeyAsync();
        JsonNode quote = await network.PostAsync("/v1/quotes", key, Ask("x", max: 10));
        Assert.False((bool)quote["will_run"]!);
        Assert.Contains("three", (string)quote["why_not"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_isUnavailableInOpenAisShapeWhileTheNodeIsAway()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string key = await network.FundedKeyAsync();
        network.Http.Network.Chain.Unreachable = true;
        Assert.Equal("service_unavailable", (string)(await network.PostAsync("/v1/quotes", key, Ask("x", max: 1), status: 503))["error"]!["code"]!);
        network.Http.Network.Chain.Unreachable = false;
    }

    [Fact]
    public async Task Models_areOpenAisList()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Get, "/v1/models", null);
        JsonNode list = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("list", (string)list["object"]!);
        Assert.Equal(["tiny", "echo"], list["data"]!.AsArray().Select(model => (string)model!["id"]!));
        using HttpResponseMessage one = await network.SendAsync(HttpMethod.Get, "/v1/models/echo", null);
        Assert.Equal("model", (string)JsonNode.Parse(await one.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["object"]!);
        using HttpResponseMessage none = await network.SendAsync(HttpMethod.Get, "/v1/models/none", null);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    private static JsonObject Ask(string content, int max, long? seed = null)
    {
        var request = new JsonObject
        {
            ["model"] = "echo",
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = content }),
            ["max_tokens"] = max,
        };
        if (seed is not null)
        {
            request["seed"] = seed;
        }

        return request;
    }

    private static JsonObject Continue(string prompt, int max, long seed) => new()
    {
        ["model"] = "echo",
        ["prompt"] = prompt,
        ["max_tokens"] = max,
        ["seed"] = seed,
    };
}
