using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Cli.Asking;
using Ait.Cli.Launching;
using Ait.Protocol.Http;

namespace Ait.EndToEnd.Tests;

/// <summary>An operator puts up what it earned and asks it back, and letters of tasks that were answered are worth nothing.</summary>
[Collection(OneDevnet.Name)]
public sealed class BondsAndLetters(Devnet devnet)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Operator_putsUpABondThatStaysUntilItHasWaited()
    {
        Devnet.Require(devnet);
        await devnet.RegisteredAsync(5, Cancellation);
        ModelResponse model = await devnet.ModelAsync(Cancellation);
        foreach (Hash256 workload in await devnet.QueueAsync(Enumerable.Range(1, 4).Select(number => WorkloadText.OfPrompt($"Bonded {number}:", 100, model)), Cancellation))
        {
            await devnet.SettledAsync(workload, Cancellation);
        }

        (string holder, BigInteger balance) = await devnet.RichestAsync(Cancellation);
        BigInteger supply = await devnet.SupplyAsync(Cancellation);
        BigInteger half = balance / 2;
        JsonObject put = await RunAsync(0, "bond", "deposit", Amounts.Text(half), "--key", holder);
        Assert.Equal((Text(half), "0"), ((string?)put["bondWei"], (string?)put["unbondingWei"]));
        Assert.Equal(balance - half, await devnet.BalanceAsync(holder, Cancellation));
        Assert.Contains("BondTooSmall", (string?)(await RunAsync(1, "bond", "unbond", Amounts.Text(half + 1), "--key", holder))["error"], StringComparison.Ordinal);
        Assert.Contains("NothingUnbonding", (string?)(await RunAsync(1, "bond", "withdraw", "--key", holder))["error"], StringComparison.Ordinal);
        JsonObject asked = await RunAsync(0, "bond", "unbond", Amounts.Text(half), "--key", holder);
        Assert.Equal((Text(half), Text(half)), ((string?)asked["bondWei"], (string?)asked["unbondingWei"]));
        Assert.True((ulong)asked["unbondingSeconds"]! >= 86_400);
        Assert.Contains("UnbondingUntil", (string?)(await RunAsync(1, "bond", "withdraw", "--key", holder))["error"], StringComparison.Ordinal);
        Assert.Equal("0", (string?)(await RunAsync(0, "bond", "show", "--as", "coordinator"))["bondWei"]);
        Assert.Equal(supply, await devnet.SupplyAsync(Cancellation));

        // Every miner kept its letters; the registry knows that these tasks were answered, or may still be.
        MinerPlan miner = devnet.Local.Miners[0];
        string letters = Path.Combine(devnet.Local.State.Miner(miner.Name), "letters");
        JsonObject claimed = await RunAsync(0, "letter", "claim", letters);
        Assert.Equal(0, (int)claimed["unreadable"]!);
        Assert.NotEmpty(claimed["letters"]!.AsArray());
        Assert.All(claimed["letters"]!.AsArray(), letter => Assert.Matches("^(ClaimTooEarly|TaskSettled)", (string?)letter!["outcome"]));
    }

    private static string Text(BigInteger number) => number.ToString(CultureInfo.InvariantCulture);

    private Task<JsonObject> RunAsync(int exitCode, params string[] arguments) => devnet.RunAsync(exitCode, Cancellation, arguments);
}
