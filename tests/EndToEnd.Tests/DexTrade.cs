using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>AIT earned by mining is sold, bought back and burned on a real Uniswap V2 pool.</summary>
public sealed class DexTrade(Devnet devnet) : IClassFixture<Devnet>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Holder_addsLiquiditySwapsAndBuysComputeWithTheCoin()
    {
        Devnet.Require(devnet);
        await devnet.RegisteredAsync(5, Cancellation);
        ModelResponse model = await devnet.ModelAsync(Cancellation);
        foreach (Hash256 workload in await devnet.QueueAsync(Enumerable.Range(1, 20).Select(number => WorkloadText.OfPrompt($"Work {number}:", 200, model)), Cancellation))
        {
            await devnet.SettledAsync(workload, Cancellation);
        }

        (string holder, BigInteger balance) = await devnet.RichestAsync(Cancellation);
        JsonObject empty = await RunAsync(2, "quote", "1", "AIT");
        Assert.Contains("ait dex deploy", (string?)empty["error"], StringComparison.Ordinal);
        await RunAsync(0, "deploy", "--key", holder);
        Assert.Contains("names an exchange already", (string?)(await RunAsync(1, "deploy", "--key", holder))["error"], StringComparison.Ordinal);
        Assert.Contains("the pool is empty", (string?)(await RunAsync(1, "quote", "1", "AIT"))["error"], StringComparison.Ordinal);
        Assert.Contains("Choose a smaller amount", (string?)(await RunAsync(1, "add", "1000000", "1", "--key", holder))["error"], StringComparison.Ordinal);
        await RunAsync(0, "add", Amounts.Text(balance / 2), "10", "--key", holder);

        // A quote is what the trade then gives, to the wei.
        BigInteger sold = balance / 10;
        JsonObject quote = await RunAsync(0, "quote", Amounts.Text(sold), "AIT");
        BigInteger before = await BalanceAsync(holder);
        JsonObject swapped = await RunAsync(0, "swap", Amounts.Text(sold), "AIT", "--key", holder);
        Assert.Equal((string?)quote["boughtWei"], (string?)swapped["boughtWei"]);
        Assert.Equal(before - sold, await BalanceAsync(holder));

        // Somebody else buys compute with the coin alone: exactly the price is bought and burned.
        using Secp256k1PrivateKey buyer = devnet.Local.Key("buyer");
        await devnet.Local.EndowAsync([buyer.Address], Cancellation);
        Workload wanted = WorkloadText.OfPrompt("Bought:", 16, model);
        var purchase = new Purchase(devnet.Network, buyer, TimeProvider.System);
        WorkloadQuote price = await purchase.QuoteAsync(wanted, Cancellation);
        BigInteger supply = await devnet.SupplyAsync(Cancellation);
        await RunAsync(0, "redeem", wanted.Hash.ToString(), "--key", devnet.Local.State.Key("buyer"));
        Assert.Equal(BigInteger.Zero, await devnet.Network.BalanceAsync(buyer.Address, Cancellation));
        TaskResponse settled = await devnet.SettledAsync(wanted.Hash, Cancellation);
        Assert.Equal(supply - price.PriceWei + BigInteger.Parse(settled.MintedWei!, CultureInfo.InvariantCulture), await devnet.SupplyAsync(Cancellation));
    }

    private Task<BigInteger> BalanceAsync(string keyFile) => devnet.BalanceAsync(keyFile, Cancellation);

    /// <summary>`ait dex …` in this process; its last line of JSON.</summary>
    private Task<JsonObject> RunAsync(int exitCode, params string[] arguments) => devnet.RunAsync(exitCode, Cancellation, ["dex", .. arguments]);
}
