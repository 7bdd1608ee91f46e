using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>AIT earned by mining is deposited, votes, and changes a rate through the timelock; nothing else can.</summary>
public sealed class GovernanceVote(Devnet devnet) : IClassFixture<Devnet>
{
    private const string Voted = "90000000000";
    private static readonly string s_price = BigInteger.Pow(10, 12).ToString(CultureInfo.InvariantCulture);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Holder_votesForALowerMintRateAndTheTimelockSetsIt()
    {
        Devnet.Require(devnet);
        await devnet.RegisteredAsync(5, Cancellation);
        ModelResponse model = await devnet.ModelAsync(Cancellation);
        foreach (Hash256 workload in await devnet.QueueAsync(Enumerable.Range(1, 6).Select(number => WorkloadText.OfPrompt($"Work {number}:", 200, model)), Cancellation))
        {
            await devnet.SettledAsync(workload, Cancellation);
        }

        (string holder, BigInteger balance) = await devnet.RichestAsync(Cancellation);
        using Secp256k1PrivateKey key = KeyFile.Open(holder);

        // Votes are deposits that were delegated, and what was deposited comes back.
        JsonObject deposited = await RunAsync(0, "wrap", Amounts.Text(balance), "--key", holder);
        Assert.Equal(("0", balance.ToString(CultureInfo.InvariantCulture)), ((string?)deposited["votesWei"], (string?)deposited["depositWei"]));
        Assert.Contains("Deposit less", (string?)(await RunAsync(1, "wrap", "1", "--key", holder))["error"], StringComparison.Ordinal);
        Assert.Equal(balance.ToString(CultureInfo.InvariantCulture), (string?)(await RunAsync(0, "delegate", "--key", holder))["votesWei"]);
        Assert.Equal("1", (string?)(await RunAsync(0, "unwrap", Amounts.Text(balance - 1), "--key", holder))["votesWei"]);
        await RunAsync(0, "wrap", Amounts.Text(balance - 1), "--key", holder);

        // What bounds forbid cannot even be proposed, nor what is no setter or no number.
        Assert.Contains("RateOutOfBounds", (string?)(await RunAsync(1, "propose", "MiningRegistry", "setRates", s_price, s_price, "--key", holder))["error"], StringComparison.Ordinal);
        Assert.Contains("setClassRate(uint8,uint32)", (string?)(await RunAsync(2, "propose", "MiningRegistry", "setRate", "1", "--key", holder))["error"], StringComparison.Ordinal);
        Assert.Contains("takes 2 arguments", (string?)(await RunAsync(2, "propose", "MiningRegistry", "setRates", "1", "--key", holder))["error"], StringComparison.Ordinal);
        Assert.Contains("decimal number", (string?)(await RunAsync(2, "propose", "MiningRegistry", "setRates", "ten", "1", "--key", holder))["error"], StringComparison.Ordinal);

        JsonObject proposed = await RunAsync(0, "propose", "MiningRegistry", "setRates", Voted, s_price, "--description", "Less for more", "--key", holder);
        string id = (string)proposed["id"]!;
        Assert.Equal($"MiningRegistry.setRates({Voted}, {s_price})", (string?)proposed["calls"]![0]);
        await ReachAsync(id, "Active");
        Assert.Equal(balance.ToString(CultureInfo.InvariantCulture), (string?)(await RunAsync(0, "cast", id, "for", "--key", holder))["forWei"]);
        Assert.Contains("AlreadyCastVote", (string?)(await RunAsync(1, "cast", id, "for", "--key", holder))["error"], StringComparison.Ordinal);
        Assert.Contains("UnexpectedProposalState", (string?)(await RunAsync(1, "queue", id, "--key", holder))["error"], StringComparison.Ordinal);
        await ReachAsync(id, "Succeeded");
        JsonObject queued = await RunAsync(0, "queue", id, "--key", holder);
        Assert.Equal("Queued", (string?)queued["state"]);
        while ((await devnet.Network.Chain.Client.GetBlockAsync(BlockTag.Latest, Cancellation))!.Timestamp < (ulong)queued["executableAt"]!)
        {
            await Task.Delay(100, Cancellation);
        }

        Assert.Equal("Executed", (string?)(await RunAsync(0, "execute", id, "--key", holder))["state"]);
        Assert.Equal(Voted, (await devnet.Network.MiningAsync("mintRate", Cancellation)).AsBigInteger().ToString(CultureInfo.InvariantCulture));

        // The deployer and the coordinator have no right of their own left.
        foreach (string name in new[] { "deployer", "coordinator" })
        {
            using Secp256k1PrivateKey account = devnet.Local.Key(name);
            var call = new CallRequest { From = account.Address, To = devnet.Network.Network.MiningRegistry, Data = NetworkAccess.Mining.Function("setRates").EncodeCall(1, BigInteger.Pow(10, 12)) };
            var refused = Assert.IsType<CallResult.Reverted>(await devnet.Network.Chain.CallAsync(call, BlockTag.Latest, Cancellation));
            Assert.Equal("NotGovernor", ChainAccess.Explain(refused).Name);
        }
    }

    private async Task ReachAsync(string id, string state)
    {
        while ((string?)(await RunAsync(0, "show", id))["state"] != state)
        {
            await Task.Delay(100, Cancellation);
        }
    }

    /// <summary>`ait vote …` in this process; its last line of JSON.</summary>
    private Task<JsonObject> RunAsync(int exitCode, params string[] arguments) => devnet.RunAsync(exitCode, Cancellation, ["vote", .. arguments]);
}
