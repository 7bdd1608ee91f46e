using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Engine;
using Ait.Protocol;
using Ait.Protocol.Http;
using EngineSampling = Ait.Engine.SamplingParameters;

namespace Ait.EndToEnd.Tests;

/// <summary>Everything that leaves a program of this network is looked through: both wires, the ledger with its log, every other file, what is shown to onlookers.</summary>
public sealed class ConfidentialPrompts(ConfidentialPrompts.Wiretapped devnet) : IClassFixture<ConfidentialPrompts.Wiretapped>
{
    private const int NewTokens = 24;

    /// <summary>So hot that an answer is like no other text, that of the model's training too, which lies in this network's folder.</summary>
    private const int TemperatureMilli = 20_000;

    [Fact(Timeout = 600_000)]
    public async Task Network_neverLetsAPromptOrAnswerBeSeenIfItIsConfidentialAndDoesIfItIsPlain()
    {
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string buyer = await EarnAsync(cancellation);
        Model weights = Weights();
        (string hiddenFile, Workload hidden, Transcript hiddenAnswer) = Ask(weights, "Nobody may read this: {0} is ill.", 7);
        (string openFile, Workload open, Transcript openAnswer) = Ask(weights, "Open to all who look, {0}, quite well.", 11);
        try
        {
            // A confidential purchase by the command line, through everything. The answer is the one this prompt has.
            JsonObject bought = await devnet.RunAsync(0, cancellation, "redeem", "price", hiddenFile, "--confidential", "--key", buyer);
            Assert.Equal(ByteTokenizer.DecodePrintable(hiddenAnswer.Tokens.AsSpan()), (string?)bought["answer"]);
            Assert.Equal(hiddenAnswer.Tokens.Length, (int?)bought["tokens"]);
            await OnlookAsync(cancellation, $"/v1/tasks/{bought["taskId"]}", $"/v1/tasks/{bought["taskId"]}/bundle", $"/v1/workloads/{bought["workloadId"]}");

            Assert.Empty(Traces.Find(devnet.Everything(), hidden.Prompt));
            Assert.Empty(Traces.Find(devnet.Everything(), hiddenAnswer.Tokens));

            // Killed as if by a fault of its own, a miner leaves no dump of the memory in which the prompt was.
            await AbortAsync("miner-1", cancellation);
            Assert.Empty(Traces.Find(devnet.Everything(), hidden.Prompt));

            // What the contract settled says nothing of the answer to who guesses it.
            Hash256 workloadId = Hash256.Parse((string)bought["workloadId"]!);
            Assert.NotEqual(hidden.Hash, workloadId);
            Assert.NotEqual(new Hash256(hiddenAnswer.ResultHash.ToBytes()), Hash256.Parse((string)bought["resultHash"]!));

            // With the buyer's file anybody runs it again and gets the settled result.
            JsonObject again = await devnet.RunAsync(0, cancellation, "open", devnet.Local.State.Confidential(workloadId));
            Assert.Equal((string?)bought["resultHash"], (string?)again["resultHere"]);
            Assert.Equal(ByteTokenizer.DecodePrintable(hidden.Prompt.AsSpan()), (string?)again["prompt"]);

            // The same without sealing lies open, on the wire and in the ledger: this test can fail.
            await devnet.RunAsync(0, cancellation, "redeem", "price", openFile, "--key", buyer);
            await OnlookAsync(cancellation);
            foreach (IReadOnlyList<int> tokens in new[] { open.Prompt, openAnswer.Tokens })
            {
                IReadOnlyList<string> found = Traces.Find(devnet.Everything(), tokens);
                Assert.Contains(found, trace => trace.StartsWith("wire of the coordinator", StringComparison.Ordinal));
                Assert.Contains(found, trace => trace.StartsWith("coordinator.db", StringComparison.Ordinal));
            }

            // And still nothing of the other.
            Assert.Empty(Traces.Find(devnet.Everything(), hidden.Prompt));
            Assert.Empty(Traces.Find(devnet.Everything(), hiddenAnswer.Tokens));
        }
        finally
        {
            File.Delete(hiddenFile);
            File.Delete(openFile);
        }
    }

    [Fact(Timeout = 600_000)]
    public async Task Purchase_goesOnIfItsBuyerWasAway()
    {
        Devnet.Require(devnet);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string buyer = await EarnAsync(cancellation);
        (string file, _, Transcript answer) = Ask(Weights(), "Patience, {0}.", 13);
        try
        {
            // The buyer's program dies as soon as it has burned: no seat gets the key, nothing runs, nobody is paid.
            Hash256 workloadId = await BuyAndGoAwayAsync(buyer, file, cancellation);
            while ((await devnet.Network.Coordinator.WorkloadAsync(workloadId, cancellation)).Phase != WorkloadPhase.Void)
            {
                await Task.Delay(200, cancellation);
            }

            TaskResponse missed = (await devnet.Network.Coordinator.TasksAsync(100, cancellation)).Tasks.First(task => task.WorkloadHash == workloadId);
            Assert.Equal(TaskPhase.Void, missed.Phase);
            Assert.All(missed.Seats, seat => Assert.Equal(UnpaidReason.KeyWithheld, seat.Reason));
            Assert.Equal(3, missed.Seats.Count);

            // The same workload again, by its id: the credit is still there, so nothing is burned.
            JsonObject bought = await devnet.RunAsync(0, cancellation, "redeem", "price", workloadId.ToString(), "--key", buyer);
            Assert.Equal("0", (string?)bought["burnedWei"]);
            Assert.Equal(ByteTokenizer.DecodePrintable(answer.Tokens.AsSpan()), (string?)bought["answer"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Buys as `ait redeem --confidential` does, without releasing a key.</summary>
    private async Task<Hash256> BuyAndGoAwayAsync(string buyer, string file, CancellationToken cancellation)
    {
        using var key = Protocol.Sealing.ContentKey.Create();
        Workload workload = key.SealPrompt(WorkloadText.Of(file, NewTokens, await devnet.ModelAsync(cancellation)));
        ConfidentialFile.Write(devnet.Local.State.Confidential(workload.Hash), workload, key);
        using Chain.Signing.Secp256k1PrivateKey holder = KeyFile.Open(buyer);
        var purchase = new Purchase(devnet.Network, holder, TimeProvider.System);
        WorkloadQuote quote = await purchase.QuoteAsync(workload, cancellation);
        await purchase.RedeemAsync(quote, quote.PriceWei, cancellation);
        return workload.Hash;
    }

    /// <summary>Work that nobody hides, until some operator has enough to buy with; that operator's key file.</summary>
    private async Task<string> EarnAsync(CancellationToken cancellation)
    {
        await devnet.RegisteredAsync(5, cancellation);
        ModelResponse model = await devnet.ModelAsync(cancellation);
        string mark = Guid.NewGuid().ToString("N")[..6];
        Workload[] workloads = [.. Enumerable.Range(1, 12).Select(number => WorkloadText.OfPrompt(string.Create(CultureInfo.InvariantCulture, $"{mark} {number}:"), 200, model))];
        await devnet.QueueAsync(workloads, cancellation);
        foreach (Workload workload in workloads)
        {
            await devnet.SettledAsync(workload.Hash, cancellation);
        }

        return (await devnet.RichestAsync(cancellation)).KeyFile;
    }

    /// <summary>Asks for what onlookers and operators see, through the wires.</summary>
    private async Task OnlookAsync(CancellationToken cancellation, params string[] further)
    {
        using var http = new HttpClient { BaseAddress = devnet.CoordinatorWire.Address };
        foreach (string path in (string[])["/metrics", "/v1/tasks", "/v1/status", "/v1/devices", "/v1/history", "/readyz", .. further])
        {
            Assert.NotEmpty(await http.GetStringAsync(new Uri(path, UriKind.Relative), cancellation));
        }
    }

    /// <summary>Ends a miner by SIGABRT; its supervisor starts it again. Its folder and the one it runs in get no new file.</summary>
    private async Task AbortAsync(string name, CancellationToken cancellation)
    {
        RunningProgram program = RunningPrograms.Read(devnet.Local.State.Programs).Single(running => running.Name == name);
        string[] limits = await File.ReadAllLinesAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{program.ProcessId}/limits"), cancellation);
        Assert.Equal(["Max", "core", "file", "size", "0", "0", "bytes"], limits.Single(line => line.StartsWith("Max core", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        string folder = new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{program.ProcessId}/cwd")).ResolveLinkTarget(returnFinalTarget: true)!.FullName; // Every process has one.
        string[] before = Directory.GetFiles(folder);
        Supervisor miner = devnet.Local.Supervisor(name);
        int starts = miner.Starts;
        while (miner.Starts == starts)
        {
            // .NET's own handler takes the first and gives way to the system's.
            miner.Signal(6); // SIGABRT
            await Task.Delay(100, cancellation);
        }

        Assert.Equal(before.Order(), Directory.GetFiles(folder).Order());
    }

    private static Model Weights()
    {
        Assert.True(ModelArtifact.TryOpen(Installation.DemoModel, TestContext.Current.CancellationToken, out Model? weights, out EngineRefusal? broken), $"{broken}");
        return weights;
    }

    /// <summary>A file with a prompt that nobody else has, outside of what is looked through, and its long and varied answer.</summary>
    private static (string File, Workload Workload, Transcript Answer) Ask(Model weights, string form, ulong firstSeed)
    {
        string prompt = string.Format(CultureInfo.InvariantCulture, form, Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(15)));
        for (ulong seed = firstSeed; ; seed++)
        {
            var workload = new Workload(
                WorkloadType.Inference, EngineVersion.Id, new Hash256(weights.Descriptor.Digest.ToBytes()), [.. ByteTokenizer.Encode(prompt)], NewTokens,
                new Protocol.SamplingParameters(TemperatureMilli, 0, 0), seed, [ByteTokenizer.EndOfSequence]);
            var request = new GenerationRequest(
                workload.Prompt.AsSpan(), NewTokens, new EngineSampling { TemperatureMilli = TemperatureMilli, TopPMillionths = EngineSampling.AllOfProbability }, seed, workload.StopTokens.AsSpan());
            Transcript answer = Generator.Run(weights, request);
            if (answer.Tokens.Length == NewTokens && answer.Tokens.Distinct().Count() > NewTokens / 2)
            {
                string file = Path.Combine(Path.GetTempPath(), Path.ChangeExtension(Path.GetRandomFileName(), ".json"));
                File.WriteAllText(file, new JsonObject { ["prompt"] = prompt, ["maxNewTokens"] = NewTokens, ["temperatureMilli"] = TemperatureMilli, ["seed"] = seed }.ToJsonString());
                return (file, workload, answer);
            }
        }
    }

    /// <summary>The network of <see cref="Devnet"/> with a tap on both wires.</summary>
    public sealed class Wiretapped : Devnet
    {
        private Wiretap? _chain;
        private Wiretap? _coordinator;

        internal Wiretap CoordinatorWire => _coordinator!; // Made when the network is.

        internal IEnumerable<(string Place, byte[] Bytes)> Everything() =>
        [
            .. CoordinatorWire.Recordings().Select(bytes => ("wire of the coordinator", bytes)),
            .. _chain!.Recordings().Select(bytes => ("wire of the chain", bytes)), // Made when the network is.
            .. Traces.Files(Local.State.Path),
        ];

        private protected override LocalNetworkOptions Shape(LocalNetworkOptions options)
        {
            _chain = new Wiretap(options.Rpc);
            _coordinator = new Wiretap(options.Coordinator);
            return options with
            {
                Reached = address => address == options.Rpc ? _chain.Address : _coordinator.Address,
            };
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await (_chain?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (_coordinator?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
