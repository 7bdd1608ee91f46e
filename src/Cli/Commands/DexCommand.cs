using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Exchanging;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Commands;

/// <summary>Trading AIT against the chain's coin on Uniswap V2: deploy or attach, add, quote, swap, and buy compute in one go.</summary>
internal static class DexCommand
{
    private const string Ait = "AIT";
    private const string Coin = "COIN";

    internal static Command Build(Func<ParseResult, Screen> screenFor) => new("dex", "Trade AIT against the chain's coin on Uniswap V2, with a least result and a deadline on every trade.")
    {
        Deploy(screenFor), Attach(screenFor), Add(screenFor), Quote(screenFor), Swap(screenFor), Redeem(screenFor),
    };

    private static Command Deploy(Func<ParseResult, Screen> screenFor)
    {
        var setup = new Setup("deploy", "Deploy Uniswap V2 (as published in its npm packages) and the pool of AIT and the coin.");
        return setup.Does(screenFor, async (screen, at, _, cancellation) =>
        {
            if (File.Exists(at.Record))
            {
                throw new RefusedException($"{at.Record} names an exchange already. Remove the file to deploy another.");
            }

            Exchange exchange = await ExchangeDeployer.DeployAsync(at.Network.Chain, at.Key, at.Network.Network.Token, at.Uniswap, screen.Progress, cancellation).ConfigureAwait(false);
            return Written(screen, at, exchange);
        });
    }

    private static Command Attach(Func<ParseResult, Screen> screenFor)
    {
        var router = new Argument<string>("ROUTER") { Description = "Address of the chain's UniswapV2Router02." };
        var setup = new Setup("attach", "Use the Uniswap V2 that the chain has; makes the pool if there is none.", router);
        return setup.Does(screenFor, async (screen, at, parsed, cancellation) =>
        {
            string text = parsed.GetRequiredValue(router);
            Address address = Address.TryParse(text, out Address found) ? found : throw new SurroundingsException($"ROUTER wants 20 bytes of hex, found: '{text}'.");
            return Written(screen, at, await ExchangeDeployer.AttachAsync(at.Network.Chain, at.Key, at.Network.Network.Token, address, at.Uniswap, screen.Progress, cancellation).ConfigureAwait(false));
        });
    }

    private static Command Add(Func<ParseResult, Screen> screenFor)
    {
        var ait = new Argument<string>("AIT") { Description = "AIT to put in." };
        var coin = new Argument<string>("COIN") { Description = "The chain's coin to put in." };
        var setup = new Setup("add", "Add liquidity. The first to add sets the price.", ait, coin);
        return setup.Does(screenFor, async (screen, at, parsed, cancellation) =>
        {
            TransactionReceipt receipt = await at.Pool.AddAsync(
                at.Key, Amounts.Parse(parsed.GetRequiredValue(ait)), Amounts.Parse(parsed.GetRequiredValue(coin)), at.Slippage, at.Deadline, cancellation).ConfigureAwait(false);
            (BigInteger held, BigInteger other) = await at.Pool.ReservesAsync(cancellation).ConfigureAwait(false);
            screen.Say($"the pool holds {Amounts.Text(held)} AIT and {Amounts.Text(other)} of the coin ({receipt.GasUsed:N0} gas, {receipt.TransactionHash})");
            screen.Answer(new JsonObject { ["transaction"] = receipt.TransactionHash.ToString(), ["aitWei"] = Text(held), ["coinWei"] = Text(other) });
            return ExitCode.Done;
        });
    }

    private static Command Quote(Func<ParseResult, Screen> screenFor)
    {
        (Argument<string> amount, Argument<string> sold) = Trade();
        var setup = new Setup("quote", "Say what a trade would give now; sends nothing.", amount, sold);
        return setup.Does(screenFor, async (screen, at, parsed, cancellation) =>
        {
            Tell(screen, await at.Pool.QuoteAsync(parsed.GetRequiredValue(sold) == Ait, Amounts.Parse(parsed.GetRequiredValue(amount)), cancellation).ConfigureAwait(false), null);
            return ExitCode.Done;
        });
    }

    private static Command Swap(Func<ParseResult, Screen> screenFor)
    {
        (Argument<string> amount, Argument<string> sold) = Trade();
        var setup = new Setup("swap", "Sell AIT for the coin or the coin for AIT.", amount, sold);
        return setup.Does(screenFor, async (screen, at, parsed, cancellation) =>
        {
            TradeQuote quote = await at.Pool.QuoteAsync(parsed.GetRequiredValue(sold) == Ait, Amounts.Parse(parsed.GetRequiredValue(amount)), cancellation).ConfigureAwait(false);
            TransactionReceipt receipt = await at.Pool.SwapAsync(at.Key, quote, at.Slippage, at.Deadline, cancellation).ConfigureAwait(false);
            Tell(screen, quote, receipt);
            return ExitCode.Done;
        });
    }

    private static Command Redeem(Func<ParseResult, Screen> screenFor)
    {
        var workload = new Argument<string>("WORKLOAD") { Description = "Id of a workload that is open on chain; `ait redeem` opens one." };
        var setup = new Setup("redeem", "Buy a workload with the coin: swap for exactly its price in AIT, then burn that.", workload);
        return setup.Does(screenFor, async (screen, at, parsed, cancellation) =>
        {
            string text = parsed.GetRequiredValue(workload);
            Hash256 id = Hash256.TryParse(text, out Hash256 found) ? found : throw new SurroundingsException($"WORKLOAD wants 32 bytes of hex, found: '{text}'.");
            var purchase = new Purchase(at.Network, at.Key, TimeProvider.System);
            WorkloadQuote price = await purchase.FindQuoteAsync(id, cancellation).ConfigureAwait(false);
            TradeQuote quote = await at.Pool.QuoteForAsync(price.PriceWei, cancellation).ConfigureAwait(false);
            TransactionReceipt bought = await at.Pool.BuyExactlyAsync(at.Key, quote, at.Slippage, at.Deadline, cancellation).ConfigureAwait(false);
            Tell(screen, quote, bought);
            TransactionReceipt burned = await purchase.RedeemAsync(price, price.PriceWei, cancellation).ConfigureAwait(false);
            screen.Say($"burned {Amounts.Text(price.PriceWei)} AIT for workload {id} ({burned.TransactionHash}); the coordinator runs it now");
            screen.Answer(new JsonObject { ["workloadId"] = id.ToString(), ["burnedWei"] = Text(price.PriceWei), ["redemption"] = burned.TransactionHash.ToString() });
            return ExitCode.Done;
        });
    }

    private static (Argument<string> Amount, Argument<string> Sold) Trade()
    {
        var sold = new Argument<string>("SOLD") { Description = "What is sold: AIT or COIN." };
        sold.AcceptOnlyFromAmong(Ait, Coin);
        return (new Argument<string>("AMOUNT") { Description = "How much is sold." }, sold);
    }

    private static int Written(Screen screen, Place at, Exchange exchange)
    {
        exchange.Write(at.Record);
        screen.Say($"AIT trades at {exchange.Pair}; addresses are in {at.Record}");
        screen.Answer(JsonNode.Parse(exchange.ToJson()) ?? new JsonObject());
        return ExitCode.Done;
    }

    private static void Tell(Screen screen, TradeQuote quote, TransactionReceipt? receipt)
    {
        (string sold, string bought) = quote.SellAit ? (Ait, "of the coin") : ("of the coin", Ait);
        string impact = string.Create(CultureInfo.InvariantCulture, $"{quote.ImpactBasisPoints / 100m:0.##} % worse than the pool's price, fee included");
        screen.Say($"{Amounts.Text(quote.Sold)} {sold} for {Amounts.Text(quote.Bought)} {bought}; {impact}{(receipt is null ? "" : $" ({receipt.GasUsed:N0} gas, {receipt.TransactionHash})")}");
        screen.Answer(new JsonObject
        {
            ["sold"] = quote.SellAit ? Ait : Coin,
            ["soldWei"] = Text(quote.Sold),
            ["boughtWei"] = Text(quote.Bought),
            ["impactBasisPoints"] = quote.ImpactBasisPoints,
            ["transaction"] = receipt?.TransactionHash.ToString(),
        });
    }

    private static string Text(BigInteger wei) => wei.ToString(CultureInfo.InvariantCulture);

    /// <summary>What every one of these commands is given.</summary>
    private sealed record Place(NetworkAccess Network, Secp256k1PrivateKey Key, string Record, UniswapArtifact Uniswap, int Slippage, ulong Deadline)
    {
        internal Pool Pool => new(Network.Chain, Exchange.Read(Record), Uniswap);
    }

    private sealed class Setup
    {
        private readonly Command _command;
        private readonly NetworkOptions _network = new();
        private readonly Option<string?> _key = new("--key") { Description = "File with the account's key (default: the state folder's operator-1).", HelpName = "FILE" };
        private readonly Option<string?> _record = new("--dex") { Description = "Where the exchange's addresses are kept (default: dex.json in the state folder).", HelpName = "FILE" };
        private readonly Option<int> _slippage = CommonOptions.Number("--slippage", "BP", 50, 0, 5000, "How far the price may move against the trade, in hundredths of a percent, 0 to 5000.");
        private readonly Option<int> _deadline = CommonOptions.Number("--deadline", "SECONDS", 600, 1, 86_400, "The trade is void so long after it was signed, 1 to 86400 seconds.");

        internal Setup(string name, string description, params Argument[] arguments)
        {
            _command = new Command(name, description) { _key, _record, _slippage, _deadline };
            foreach (Argument argument in arguments)
            {
                _command.Add(argument);
            }

            _network.AddTo(_command);
        }

        internal Command Does(Func<ParseResult, Screen> screenFor, Func<Screen, Place, ParseResult, CancellationToken, Task<int>> act)
        {
            _command.SetAction(async (parsed, cancellation) =>
            {
                using NetworkAccess network = await _network.OpenAsync(parsed, cancellation).ConfigureAwait(false);
                var state = new StateFolder(_network.State(parsed));
                using Secp256k1PrivateKey key = KeyFile.Open(parsed.GetValue(_key) ?? state.Key("operator-1"));
                Block head = await network.Chain.Client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false)
                    ?? throw new SurroundingsException($"the node at {network.Chain.Rpc} has no latest block. Check that it is synchronised.");
                var place = new Place(
                    network, key, parsed.GetValue(_record) ?? state.Exchange, new UniswapArtifact(Installation.ContractsFolder),
                    parsed.GetValue(_slippage), head.Timestamp + (ulong)parsed.GetValue(_deadline));
                return await act(screenFor(parsed), place, parsed, cancellation).ConfigureAwait(false);
            });
            return _command;
        }
    }
}
