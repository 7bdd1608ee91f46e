using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Coordinator.Agreeing;
using Ait.Coordinator.Collecting;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.Keeping;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.Loops;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Support;

/// <summary>A coordinator over HTTP whose devices compute with the engine, and a buyer with a wallet.</summary>
internal sealed class BuyerNetwork : IAsyncDisposable
{
    private static readonly ModelDescriptor s_descriptor = new(
        new ModelConfig
        {
            Dimension = 32,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 1,
            HeadDimension = 16,
            FeedForward = 32,
            Vocabulary = ByteTokenizer.VocabularySize,
            MaxContext = 256,
        },
        weightSeed: 7);

    private static readonly Engine.Model s_model = Engine.Model.Create(s_descriptor);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<Hash256, byte[]> _transcripts = new();
    private readonly ConcurrentDictionary<Hash256, byte[]> _checkpoints = new();
    private readonly Task _mining;

    private BuyerNetwork(HttpNetwork http)
    {
        Http = http;
        foreach (TestMiner miner in http.Network.Miners)
        {
            miner.Duration = 1;
            miner.Engine = Run;
        }

        _mining = Task.Run(MineAsync);
    }

    internal static ModelEntry Model { get; } = new("echo", Hex.Encode(s_descriptor.ToBytes()), new Hash256(s_descriptor.Digest.ToBytes()), 1000);

    /// <summary>What the devices have to train on.</summary>
    internal static TrainingData Data { get; } =
        TrainingData.TryReadLines(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 9).Select(i => $"After {i} comes {i + 1}.\n"))), Tokenizer.Bytes, out TrainingData? data, out EngineRefusal? refusal)
            ? data
            : throw new InvalidOperationException($"{refusal}");

    internal HttpNetwork Http { get; }

    internal Secp256k1PrivateKey Wallet { get; } = TestMiner.Key("a buyer's wallet");

    /// <summary>While set, the devices do nothing.</summary>
    internal bool IsIdle { get; set; }

    internal static async Task<BuyerNetwork> StartAsync(Func<CoordinatorOptions, CoordinatorOptions>? options = null, int miners = 4) =>
        new(await HttpNetwork.StartAsync(options, miners, Model));

    internal async Task<SignInChallenge> ChallengeAsync() => await Http.GetAsync("/v1/sign-in", ProtocolJson.Default.SignInChallenge);

    internal static SignInMessage Message(SignInChallenge challenge, Address account) => new()
    {
        Domain = challenge.Domain,
        Account = account,
        Statement = "Sign in to manage API keys.",
        Uri = challenge.Uri,
        ChainId = challenge.ChainId,
        Nonce = challenge.Nonce,
        IssuedAt = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
    };

    internal Task<HttpResponseMessage> SignInAsync(SignInMessage message, Secp256k1PrivateKey key) =>
        SendAsync(HttpMethod.Post, "/v1/sign-in", null, JsonSerializer.Serialize(new SignInRequest(message.ToString(), message.Sign(key).ToString()), ProtocolJson.Default.SignInRequest));

    internal async Task<string> SessionAsync(Secp256k1PrivateKey? wallet = null)
    {
        wallet ??= Wallet;
        using HttpResponseMessage answer = await SignInAsync(Message(await ChallengeAsync(), wallet.Address), wallet);
        return (await HttpNetwork.ReadAsync(answer, ProtocolJson.Default.SessionResponse)).Token;
    }

    internal async Task<KeyResponse> KeyAsync(KeyRequest? request = null, string? session = null)
    {
        using HttpResponseMessage answer = await SendAsync(
            HttpMethod.Post, "/v1/keys", session ?? await SessionAsync(), JsonSerializer.Serialize(request ?? new KeyRequest("a key"), ProtocolJson.Default.KeyRequest));
        return await HttpNetwork.ReadAsync(answer, ProtocolJson.Default.KeyResponse);
    }

    /// <summary>Opens the account's credit id and redeems to it; answers once the coordinator has seen it.</summary>
    internal async Task<CreditResponse> DepositAsync(string session, ulong units)
    {
        CreditResponse opened = await HttpNetwork.ReadAsync(await SendAsync(HttpMethod.Post, "/v1/credit", session), ProtocolJson.Default.CreditResponse);
        Assert.True(opened.IsOpen);
        Http.Network.Chain.Redeem(opened.Account, opened.CreditId, units);
        return await HttpNetwork.EventuallyAsync(async () => await CreditAsync(session) is { } credit && credit.Redeemed >= opened.Redeemed + units ? credit : null);
    }

    internal async Task<CreditResponse> CreditAsync(string token) => await HttpNetwork.ReadAsync(await SendAsync(HttpMethod.Get, "/v1/credit", token), ProtocolJson.Default.CreditResponse);

    /// <summary>A key with credit enough for many answers.</summary>
    internal async Task<string> FundedKeyAsync()
    {
        string session = await SessionAsync();
        await DepositAsync(session, 100_000_000);
        return (await KeyAsync(session: session)).Key!;
    }

    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return await Http.SendAsync(request);
    }

    internal async Task<JsonNode> PostAsync(string path, string? key, JsonNode body, int status = 200)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, path, key, body.ToJsonString());
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>What the engine answers to a workload, computed here.</summary>
    internal static Transcript Compute(Workload workload) => Generator.Run(
        s_model,
        new GenerationRequest(
            workload.Prompt.AsSpan(),
            workload.MaxNewTokens,
            new Engine.SamplingParameters
            {
                TemperatureMilli = (int)workload.Sampling.TemperatureMilli,
                TopK = (int)workload.Sampling.TopK,
                TopPMillionths = workload.Sampling.TopPPpm == 0 ? Engine.SamplingParameters.AllOfProbability : (int)workload.Sampling.TopPPpm,
            },
            workload.Seed,
            workload.StopTokens.AsSpan()));

    /// <summary>As <see cref="Compute"/>, of a workload of embedding.</summary>
    internal static Embedding Embed(Workload workload)
    {
        using var session = new Session(s_model);
        return session.Embed([new EmbeddingRequest(workload.Prompt.AsSpan(), (Engine.EmbeddingPooling)(int)workload.Pooling!)])[0]; // Of embeddings it is there.
    }

    /// <summary>A chunk of training as the engine does it here, and the checkpoint behind it.</summary>
    internal static (TrainingOutcome Outcome, byte[] Checkpoint) Train(TrainingRecipe recipe, TrainingChunk chunk, byte[]? parent)
    {
        using var checkpoint = new MemoryStream();
        TrainingOutcome outcome = Trainer.RunChunk(
            recipe, chunk, s_model, Data, parent is null ? null : new MemoryStream(parent), EngineOptions.Default with { Threads = 1 }, null, trainer => trainer.Save(checkpoint), CancellationToken.None);
        return (outcome, checkpoint.ToArray());
    }

    internal Workload Workload(Hash256 hash) => Http.Ledger.Read(transaction => transaction.First(
        "SELECT encoding FROM workloads WHERE workload_hash = $1",
        row => Protocol.Workload.TryParse(row.Bytes(0), out Workload? workload, out _) ? workload : throw new InvalidOperationException("The ledger holds only workloads."),
        hash))!;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _mining;
        _ended.Dispose();
        Wallet.Dispose();
        await Http.DisposeAsync();
    }

    private byte[] Run(Hash256 hash) => _transcripts.GetOrAdd(hash, _ => Workload(hash) switch
    {
        { Type: WorkloadType.Embedding } embedding => Embed(embedding).ToBytes(),
        { Training: TrainingTerms terms } => Train(terms),
        Workload asked => Compute(asked).ToBytes(),
    });

    private byte[] Train(TrainingTerms terms)
    {
        Assert.True(TrainingRecipe.TryParse(terms.Recipe.AsSpan(), out TrainingRecipe? recipe, out EngineRefusal? refusal), $"{refusal}");
        byte[]? parent = terms.FirstStep == 0 ? null : _checkpoints[terms.Parent];
        (TrainingOutcome outcome, byte[] checkpoint) = Train(recipe, new TrainingChunk(terms.FirstStep, terms.Steps, new Digest(terms.Parent.ToArray())), parent);
        _checkpoints[new Hash256(outcome.State!.Value.ToBytes())] = checkpoint; // Every step is done.
        return outcome.ToBytes();
    }

    /// <summary>A seat that agreed hands in the checkpoint, as a miner does.</summary>
    private void HandIn(Hash256 taskId, TestMiner miner, Hash256 workloadHash)
    {
        if (Workload(workloadHash).Training is null
            || !TrainingOutcome.TryParse(miner.Transcript(workloadHash), out TrainingOutcome? outcome, out _)
            || outcome.State is not { } state)
        {
            return;
        }

        var digest = new Hash256(state.ToBytes());
        byte[][] parts = [.. _checkpoints[digest].Chunk(CheckpointResponse.PartSize)];
        for (int part = 0; part < parts.Length; part++)
        {
            Http.Get<CheckpointStore>().Put(digest, part, taskId, miner.GpuId, parts[part]);
        }
    }

    /// <summary>Every seated device commits, then reveals, and blocks go by.</summary>
    private async Task MineAsync()
    {
        CollectionStore collection = Http.Get<CollectionStore>();
        while (!_ended.IsCancellationRequested)
        {
            Http.Network.Chain.Mine();
            List<TaskRow> seated = IsIdle ? [] : Http.Ledger.Read(transaction => transaction.Query(TaskRow.Select + "WHERE t.phase = 2", TaskRow.Read));
            foreach (TaskRow task in seated)
            {
                Hash256 taskId = task.TaskId!.Value;
                IReadOnlyList<TestMiner> seats = Http.Seated(task);
                foreach (TestMiner miner in seats)
                {
                    collection.Commit(taskId, miner.GpuId, miner.Commitment(taskId, task.Task.WorkloadHash), miner.EnclaveKey.Address);
                }

                foreach (TestMiner miner in seats)
                {
                    (WorkAttestation attestation, Hash256 salt) = miner.Work(taskId, task.Task.WorkloadHash);
                    collection.Reveal(attestation, salt, miner.Transcript(task.Task.WorkloadHash), DurationRange.Any);
                }

                Http.Get<AgreementStore>().DecideCompleted();
                HandIn(taskId, seats[0], task.Task.WorkloadHash);
                Http.Get<Signals>().Agreed.Set();
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}
