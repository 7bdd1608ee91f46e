using System.Globalization;
using System.Numerics;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Exchanging;

/// <summary>The pool of AIT and the chain's coin, for one account. Every trade carries its least result and its deadline.</summary>
internal sealed class Pool
{
    private readonly ChainAccess _chain;
    private readonly Exchange _exchange;
    private readonly UniswapArtifact _uniswap;

    internal Pool(ChainAccess chain, Exchange exchange, UniswapArtifact uniswap)
    {
        if (chain.ChainId != exchange.ChainId)
        {
            throw new SurroundingsException($"the exchange was recorded on chain {exchange.ChainId}, the node at {chain.Rpc} serves chain {chain.ChainId}. Name the right node with --rpc.");
        }

        _chain = chain;
        _exchange = exchange;
        _uniswap = uniswap;
    }

    /// <summary>What the pool holds, wei.</summary>
    internal async Task<(BigInteger Ait, BigInteger Coin)> ReservesAsync(CancellationToken cancellation)
    {
        PairReserves reserves = await new PairContract(_exchange.Pair, _chain.Client).GetReservesAsync(_exchange.Token, BlockTag.Latest, cancellation).ConfigureAwait(false)
            ?? throw new SurroundingsException($"{_exchange.Pair} is no pair of AIT. Correct the record, or run `ait dex attach` with the chain's router.");
        return (reserves.Held, reserves.OtherHeld);
    }

    /// <summary>What a trade would give now.</summary>
    internal async Task<TradeQuote> QuoteAsync(bool sellAit, BigInteger sold, CancellationToken cancellation)
    {
        (BigInteger reserveSold, BigInteger reserveBought) = await OrderedAsync(sellAit, cancellation).ConfigureAwait(false);
        BigInteger bought = PoolPrice.Bought(sold, reserveSold, reserveBought);
        return new TradeQuote(sellAit, sold, bought, PoolPrice.Impact(sold, bought, reserveSold, reserveBought));
    }

    /// <summary>What exactly so much AIT costs now in coin.</summary>
    internal async Task<TradeQuote> QuoteForAsync(BigInteger ait, CancellationToken cancellation)
    {
        (BigInteger coin, BigInteger held) = await OrderedAsync(sellAit: false, cancellation).ConfigureAwait(false);
        BigInteger sold = PoolPrice.Sold(ait, coin, held)
            ?? throw new RefusedException($"the pool holds {Amounts.Text(held)} AIT, asked were {Amounts.Text(ait)}. Buy less, or add liquidity.");
        return new TradeQuote(false, sold, ait, PoolPrice.Impact(sold, ait, coin, held));
    }

    /// <summary>Adds both sides; the pool takes them at its price, the first to add sets it.</summary>
    internal async Task<TransactionReceipt> AddAsync(Secp256k1PrivateKey key, BigInteger ait, BigInteger coin, int slippage, ulong deadline, CancellationToken cancellation)
    {
        await AllowAsync(key, ait, cancellation).ConfigureAwait(false);
        byte[] call = _uniswap.Router.Abi.Function("addLiquidityETH").EncodeCall(
            _exchange.Token, ait, PoolPrice.AtLeast(ait, slippage), PoolPrice.AtLeast(coin, slippage), key.Address, deadline);
        return await SendAsync(key, call, coin, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sells exactly so much for at least what the quote gives less the slippage.</summary>
    internal async Task<TransactionReceipt> SwapAsync(Secp256k1PrivateKey key, TradeQuote quote, int slippage, ulong deadline, CancellationToken cancellation)
    {
        BigInteger least = PoolPrice.AtLeast(quote.Bought, slippage);
        if (quote.SellAit)
        {
            await AllowAsync(key, quote.Sold, cancellation).ConfigureAwait(false);
            return await SendAsync(
                key,
                _uniswap.Router.Abi.Function("swapExactTokensForETH").EncodeCall(quote.Sold, least, AbiValue.List((AbiValue)_exchange.Token, (AbiValue)_exchange.WrappedCoin), key.Address, deadline),
                BigInteger.Zero,
                cancellation).ConfigureAwait(false);
        }

        return await SendAsync(
            key,
            _uniswap.Router.Abi.Function("swapExactETHForTokens").EncodeCall(least, AbiValue.List((AbiValue)_exchange.WrappedCoin, (AbiValue)_exchange.Token), key.Address, deadline),
            quote.Sold,
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Buys exactly so much AIT for at most what the quote needs and the slippage; the router gives the rest back.</summary>
    internal Task<TransactionReceipt> BuyExactlyAsync(Secp256k1PrivateKey key, TradeQuote quote, int slippage, ulong deadline, CancellationToken cancellation) => SendAsync(
        key,
        _uniswap.Router.Abi.Function("swapETHForExactTokens").EncodeCall(quote.Bought, AbiValue.List((AbiValue)_exchange.WrappedCoin, (AbiValue)_exchange.Token), key.Address, deadline),
        PoolPrice.AtMost(quote.Sold, slippage),
        cancellation);

    private async Task<(BigInteger Sold, BigInteger Bought)> OrderedAsync(bool sellAit, CancellationToken cancellation)
    {
        (BigInteger ait, BigInteger coin) = await ReservesAsync(cancellation).ConfigureAwait(false);
        return ait.IsZero || coin.IsZero
            ? throw new RefusedException("the pool is empty. Add liquidity with `ait dex add`.")
            : sellAit ? (ait, coin) : (coin, ait);
    }

    /// <summary>The router may take exactly what this trade needs and nothing later.</summary>
    private async Task AllowAsync(Secp256k1PrivateKey key, BigInteger amount, CancellationToken cancellation)
    {
        BigInteger balance = (await _chain.ReadAsync(_exchange.Token, NetworkAccess.Token.Function("balanceOf"), cancellation, key.Address).ConfigureAwait(false))[0].AsBigInteger();
        if (balance < amount)
        {
            throw new RefusedException($"{key.Address} has {Amounts.Text(balance)} AIT, needed are {Amounts.Text(amount)}. Choose a smaller amount or another account with --key.");
        }

        await _chain.SendAsync(key, _exchange.Token, NetworkAccess.Token.Function("approve").EncodeCall(_exchange.Router, amount), cancellation).ConfigureAwait(false);
    }

    private async Task<TransactionReceipt> SendAsync(Secp256k1PrivateKey key, byte[] call, BigInteger value, CancellationToken cancellation)
    {
        // Uniswap's contracts revert with sentences, not with our errors: ask first, so that its word is heard.
        CallResult result = await _chain.CallAsync(new CallRequest { From = key.Address, To = _exchange.Router, Data = call, Value = value }, BlockTag.Latest, cancellation).ConfigureAwait(false);
        if (result is CallResult.Reverted reverted)
        {
            string said = ChainAccess.Explain(reverted).ToString();
            string remedy = said.Contains("INSUFFICIENT_OUTPUT", StringComparison.Ordinal) || said.Contains("EXCESSIVE_INPUT", StringComparison.Ordinal) || said.Contains("INSUFFICIENT_A_", StringComparison.Ordinal) || said.Contains("INSUFFICIENT_B_", StringComparison.Ordinal)
                ? "The price moved further than --slippage allows: quote again."
                : said.Contains("EXPIRED", StringComparison.Ordinal) ? "The deadline passed: run it again." : "Check the account's balance and the amounts.";
            throw new RefusedException(string.Create(CultureInfo.InvariantCulture, $"the exchange refuses: {said}. {remedy}"));
        }

        return await _chain.SendAsync(key, _exchange.Router, call, value, cancellation).ConfigureAwait(false);
    }
}

/// <summary>What a trade gives, in wei, and how much worse than the pool's price it is, in hundredths of a percent.</summary>
internal sealed record TradeQuote(bool SellAit, BigInteger Sold, BigInteger Bought, int ImpactBasisPoints);
