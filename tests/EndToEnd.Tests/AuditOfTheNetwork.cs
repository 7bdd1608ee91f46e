using System.Globalization;
using System.Text.Json.Nodes;
using Ait.Audit;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>A network that registered, mined and redeemed, and a node's answers to an audit of it.</summary>
public sealed class AuditedDevnet : Devnet
{
    private RecordedNode? _node;
    private AuditScope? _scope;

    internal RecordedNode Node => _node ?? throw new InvalidOperationException("the test must call RecordAsync first");

    internal AuditScope Scope => _scope ?? throw new InvalidOperationException("the test must call RecordAsync first");

    /// <summary>The first audit, of the living node; once.</summary>
    internal AuditReport? Honest { get; private set; }

    internal async Task RecordAsync(CancellationToken cancellation)
    {
        if (Honest is not null)
        {
            return;
        }

        await RegisteredAsync(5, cancellation);
        ModelResponse model = await ModelAsync(cancellation);
        foreach (Hash256 workload in await QueueAsync(Enumerable.Range(1, 6).Select(number => WorkloadText.OfPrompt($"Audited {number}:", 100, model)), cancellation))
        {
            await SettledAsync(workload, cancellation);
        }

        (string holder, _) = await RichestAsync(cancellation);
        using Secp256k1PrivateKey key = Cli.Launching.KeyFile.Open(holder);
        var purchase = new Purchase(Network, key, TimeProvider.System);
        WorkloadQuote quote = await purchase.QuoteAsync(WorkloadText.OfPrompt("Bought:", 1, model), cancellation);
        await purchase.RedeemAsync(quote, quote.PriceWei, cancellation);
        await SettledAsync(quote.WorkloadId, cancellation);
        await Local.StopMinersAsync();
        _scope = Local.Deployment.AuditScope;
        _node = RecordedNode.Of(Local.Options.Rpc);
        Honest = await Auditor.AuditAsync(_node.Client(), _scope, null, checksEvidence: true, _ => { }, cancellation);
        _node.Close();
    }

    public override async ValueTask DisposeAsync()
    {
        _node?.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The audit finds nothing wrong with an honest network, and finds each kind of lie about it.</summary>
[Collection(OneAuditedDevnet.Name)]
public sealed class AuditOfTheNetwork(AuditedDevnet devnet)
{
    /// <summary>Hex digits of a word.</summary>
    private const int Word = 64;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Audit_rederivesEveryMintAndSeatOfAnHonestNetwork()
    {
        Devnet.Require(devnet);
        await devnet.RecordAsync(Cancellation);

        AuditReport report = devnet.Honest!;
        Assert.True(report.Holds, string.Join('\n', report.Findings));
        Assert.Equal(7, report.Tasks.Length);
        Assert.All(report.Tasks, task => Assert.Equal(3, task.Seats.Select(seat => seat.Operator).Distinct().Count()));
        Assert.Equal(await devnet.SupplyAsync(Cancellation), report.Minted - report.Burned);
        Dictionary<string, long> counts = report.Counts.ToDictionary(count => count.What, count => count.Count);
        Assert.Equal(5, counts["pieces of evidence verified"]);
        Assert.Equal(21, counts["seats drawn again"]);
        Assert.Equal(1, counts["redemptions"]);

        // And as a command, of the living node.
        JsonObject told = await devnet.RunAsync(0, Cancellation, "audit");
        Assert.True((bool?)told["holds"]);
        JsonObject late = await devnet.RunAsync(0, Cancellation, "audit", "--from-block", $"{report.ToBlock}");
        Assert.Contains("taken as they are", late["unchecked"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 300_000)]
    public async Task Seats_drawsASettledTasksSeatsAgain()
    {
        Devnet.Require(devnet);
        await devnet.RecordAsync(Cancellation);
        SettledTask task = devnet.Honest!.Tasks[0];

        JsonObject seats = await devnet.RunAsync(0, Cancellation, "seats", task.TaskId.ToString());
        Assert.True((bool?)seats["agrees"]);
        Assert.Equal(task.Seats.Select(seat => seat.GpuId.ToString()), seats["seats"]!.AsArray().Select(seat => (string)seat!["gpuId"]!));
        Assert.Equal((await devnet.Network.Coordinator.TaskAsync(task.TaskId, Cancellation)).Seats.Select(seat => seat.GpuId), task.Seats.Select(seat => seat.GpuId));

        JsonObject unknown = await devnet.RunAsync(1, Cancellation, "seats", Hash256.Zero.ToString());
        Assert.Contains("has not settled", (string?)unknown["error"], StringComparison.Ordinal);
        Assert.Contains("32 bytes", (string?)(await devnet.RunAsync(2, Cancellation, "seats", "12"))["error"], StringComparison.Ordinal);
    }

    [Fact(Timeout = 300_000)]
    public async Task Why_saysWhatBecameOfADevicesSeatAndWhoSaysSo()
    {
        Devnet.Require(devnet);
        await devnet.RecordAsync(Cancellation);
        SettledTask task = devnet.Honest!.Tasks[0];

        JsonObject paid = await devnet.RunAsync(0, Cancellation, "why", task.TaskId.ToString(), task.Seats[0].GpuId.ToString());
        Assert.Equal(("Paid", "chain"), ((string?)paid["reason"], (string?)paid["source"]));
        Assert.Contains(task.Transaction.ToString(), (string?)paid["evidence"], StringComparison.Ordinal);
        Assert.Equal("NotDrawn", (string?)(await devnet.RunAsync(0, Cancellation, "why", task.TaskId.ToString(), Hash256.Zero.ToString()))["reason"]);
    }

    [Theory(Timeout = 300_000)]
    [InlineData("SeedPinned", 0, AuditFault.Seed)]
    [InlineData("BatchCommitted", 0, AuditFault.Task)]
    [InlineData("BatchCommitted", 3, AuditFault.Subsidy)]
    [InlineData("BatchCommitted", 7, AuditFault.Batch)]
    [InlineData("SubsidyCharged", 0, AuditFault.Subsidy)]
    [InlineData("TasksSettled", 2, AuditFault.Settlement, 7)] // Of a settled task, packed: its index,
    [InlineData("TasksSettled", 2, AuditFault.Settlement, 43)] // what a seat was paid,
    [InlineData("TasksSettled", 4, AuditFault.Settlement, 0)] // its result,
    [InlineData("TasksSettled", 4, AuditFault.Settlement, 53)] // and the slot of its first seat.
    [InlineData("Redeemed", 0, AuditFault.Burn)]
    [InlineData("Redeemed", 1, AuditFault.Credit)]
    [InlineData("Transfer", 0, AuditFault.Mint)]
    [InlineData("RatesChanged", 0, AuditFault.Rates, 20)]
    [InlineData("DeviceRegistered", 2, AuditFault.Registration)]
    [InlineData("DeviceRegistered", 0, AuditFault.Roster)]
    public async Task Audit_findsALogThatWasChangedWithEveryCopyOfIt(string name, int word, AuditFault fault, int digit = Word - 1)
    {
        Log log = await FindAsync(name);

        AuditReport report = await TamperedAsync((method, _, answer) =>
        {
            foreach (JsonObject copy in RecordedNode.LogsOf(method, answer).Where(copy => Is(copy, log)))
            {
                copy["data"] = RecordedNode.Flip((string)copy["data"]!, 2 + (word * Word) + digit);
            }
        });

        // Nobody can change what a header's root is over, and even if one could, what it says does not follow from the rest.
        AssertFinds(report, AuditFault.Receipts, fault);
    }

    [Fact(Timeout = 300_000)]
    public async Task Audit_findsALogThatDiffersFromItsReceipt()
    {
        Log log = await FindAsync("TasksSettled");
        AssertFinds(
            await TamperedAsync((method, _, answer) =>
            {
                foreach (JsonObject copy in RecordedNode.LogsOf(method, answer).Where(copy => method == "eth_getLogs" && Is(copy, log)))
                {
                    copy["data"] = RecordedNode.Flip((string)copy["data"]!, 20);
                }
            }),
            AuditFault.Logs);
    }

    [Fact(Timeout = 300_000)]
    public async Task Audit_findsALogThatIsMissing()
    {
        Log log = await FindAsync("TasksSettled");
        AssertFinds(
            await TamperedAsync((method, _, answer) =>
            {
                if (method == "eth_getLogs")
                {
                    JsonArray logs = answer["result"]!.AsArray();
                    foreach (JsonNode? copy in logs.Where(copy => Is(copy!.AsObject(), log)).ToArray())
                    {
                        logs.Remove(copy);
                    }
                }
            }),
            AuditFault.Logs);
    }

    [Theory(Timeout = 300_000)]
    [InlineData("settle", AuditFault.Signature)]
    [InlineData("registerDevice", AuditFault.Evidence)]
    [InlineData("commitBatch", AuditFault.Batch)]
    public async Task Audit_findsAByteOfCalldataThatWasChanged(string function, AuditFault fault)
    {
        Devnet.Require(devnet);
        await devnet.RecordAsync(Cancellation);
        string selector = NetworkAccess.Mining.Functions.Concat(NetworkAccess.Devices.Functions).First(known => known.Name == function).Selector.ToString();

        AssertFinds(
            await TamperedAsync((method, _, answer) =>
            {
                foreach (JsonObject transaction in RecordedNode.TransactionsOf(method, answer).Where(sent => ((string)sent["input"]!).StartsWith(selector, StringComparison.Ordinal)))
                {
                    string input = (string)transaction["input"]!;
                    transaction["input"] = RecordedNode.Flip(input, function switch
                    {
                        "settle" => LastSignature(input),
                        "registerDevice" => MiddleOfReport(input),
                        _ => input.Length - 1,
                    });
                }
            }),
            AuditFault.Transactions, fault);
    }

    [Theory(Timeout = 300_000)]
    [InlineData("extraData")]
    [InlineData("timestamp")]
    [InlineData("receiptsRoot")]
    [InlineData("parentHash")]
    [InlineData("hash")]
    public async Task Audit_findsAHeaderThatWasChanged(string field)
    {
        Log log = await FindAsync("SeedPinned");
        AssertFinds(
            await TamperedAsync((method, arguments, answer) =>
            {
                if (method == "eth_getBlockByNumber" && (string)arguments[0]! == Quantity(log.BlockNumber))
                {
                    JsonObject block = answer["result"]!.AsObject();
                    string text = (string)block[field]!;
                    block[field] = field == "extraData" ? "0x01" : RecordedNode.Flip(text, text.Length - 1);
                }
            }),
            AuditFault.HeaderHash);
    }

    [Fact(Timeout = 300_000)]
    public async Task Audit_findsAReceiptWhoseOutcomeWasChanged()
    {
        Log log = await FindAsync("TasksSettled");
        AssertFinds(
            await TamperedAsync((method, arguments, answer) =>
            {
                if (method == "eth_getBlockReceipts" && (string)arguments[0]! == Quantity(log.BlockNumber))
                {
                    answer["result"]![(int)log.TransactionIndex]!["status"] = "0x0";
                }
            }),
            AuditFault.Receipts);
    }

    [Theory(Timeout = 300_000)]
    [InlineData("totalSupply")]
    [InlineData("totalMinted")]
    [InlineData("totalBurned")]
    public async Task Audit_findsATotalThatIsNotTheSum(string view)
    {
        Devnet.Require(devnet);
        await devnet.RecordAsync(Cancellation);
        string selector = NetworkAccess.Mining.Functions.Concat(NetworkAccess.Token.Functions).First(known => known.Name == view).Selector.ToString();
        AssertFinds(
            await TamperedAsync((method, arguments, answer) =>
            {
                if (method == "eth_call" && ((string?)arguments[0]!["data"] ?? (string?)arguments[0]!["input"])!.StartsWith(selector, StringComparison.Ordinal))
                {
                    string text = (string)answer["result"]!;
                    answer["result"] = RecordedNode.Flip(text, text.Length - 1);
                }
            }),
            AuditFault.Total);
    }

    private async Task<AuditReport> TamperedAsync(Action<string, JsonArray, JsonNode> tamper)
    {
        RecordedNode node = devnet.Node;
        node.Tamper = tamper;
        try
        {
            AuditReport report = await Auditor.AuditAsync(node.Client(), devnet.Scope, null, checksEvidence: true, _ => { }, Cancellation);
            Assert.True(node.Changed > 0, "nothing was changed");
            return report;
        }
        finally
        {
            node.Tamper = null;
        }
    }

    private static void AssertFinds(AuditReport report, params AuditFault[] faults)
    {
        Assert.False(report.Holds);
        Assert.All(faults, fault => Assert.True(report.Findings.Any(finding => finding.Fault == fault), $"expected {fault}, found:\n{string.Join('\n', report.Findings)}"));
    }

    /// <summary>The last log of a name; of transfers, a mint.</summary>
    private async Task<Log> FindAsync(string name)
    {
        Devnet.Require(devnet);
        await devnet.RecordAsync(Cancellation);
        ContractAbi[] abis = [NetworkAccess.Mining, NetworkAccess.Devices, NetworkAccess.Token, ContractArtifact.Load("SubsidyBudget").Abi];
        Address budget = (await devnet.Network.MiningAsync("subsidy", Cancellation)).AsAddress();
        Hash256 topic = abis.SelectMany(abi => abi.Events).First(known => known.Name == name).Topic;
        IReadOnlyList<(Log Log, ContractEvent Event)> events = await devnet.Network.Chain.EventsAsync(
            [devnet.Scope.MiningRegistry, devnet.Scope.DeviceRegistry, devnet.Scope.Token, budget], Cancellation, 0, topic);
        return events.Last(found => name != "Transfer" || found.Event["from"].AsAddress() == Address.Zero).Log;
    }

    private static bool Is(JsonObject copy, Log log) =>
        (string)copy["blockNumber"]! == Quantity(log.BlockNumber) && (string)copy["logIndex"]! == Quantity(log.LogIndex);

    private static string Quantity(ulong number) => "0x" + number.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>A digit in the middle of the first claim's r, whichever way settlements are written.</summary>
    private static int LastSignature(string input)
    {
        Assert.True(SettlementCall.TryDecode(Hex.Decode(input), out SettlementCall? call, out _));
        string r = call.Settlements[0].Claims[0].Signature.R.ToString()[2..];
        return input.IndexOf(r, StringComparison.OrdinalIgnoreCase) + 30;
    }

    private static int MiddleOfReport(string input)
    {
        Assert.True(RegistrationRequest.TryDecodeCall(Hex.Decode(input), out RegistrationRequest? request, out _));
        return input.IndexOf(Convert.ToHexStringLower(request.Report.Span), StringComparison.OrdinalIgnoreCase) + 300;
    }
}
