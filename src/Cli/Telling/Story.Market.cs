using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Exchanging;
using Ait.Cli.Surroundings;
using Ait.Cli.Voting;

namespace Ait.Cli.Telling;

/// <content>What a holder does with AIT besides redeeming: trade it, and govern with it.</content>
internal sealed partial class Story
{
    private const int Slippage = 50;
    private const ulong TradeSeconds = 600;

    /// <summary>0.09 AIT a compute unit instead of 0.1, in wei a micro-CU.</summary>
    private static readonly BigInteger s_votedMintRate = 90_000_000_000;

    /// <summary>Acts 7 to 9. The vote and Mallory's first steps run meanwhile: they take blocks, and none needs another.</summary>
    private async Task<bool> MarketAsync(Task<Exchange> exchange, CancellationToken cancellation)
    {
        using Secp256k1PrivateKey buyer = _local.Key("buyer");
        using Secp256k1PrivateKey outsider = _local.Key("mallory");
        _names[outsider.Address] = "mallory";
        Task<VoteFacts> vote = VoteAsync(cancellation);
        Task<Intrusion> intruding = IntrudeAsync(outsider, cancellation);
        bool refused;
        try
        {
            await TradeAsync(await exchange.ConfigureAwait(false), buyer, cancellation).ConfigureAwait(false);
            using Intrusion intrusion = await intruding.ConfigureAwait(false);
            refused = await RefusalsAsync(intrusion, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(vote, intruding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return TellVote(await vote.ConfigureAwait(false)) && refused;
    }

    /// <summary>Uniswap's contracts and the pair, while the acts before the market are told: it takes blocks, and they need none of it.</summary>
    private async Task<Exchange> OpenExchangeAsync(CancellationToken cancellation)
    {
        using Secp256k1PrivateKey deployer = _local.Key("deployer");
        var uniswap = new UniswapArtifact(Installation.ContractsFolder);
        return await ExchangeDeployer.DeployAsync(_network.Chain, deployer, _network.Network.Token, uniswap, _ => { }, cancellation).ConfigureAwait(false);
    }

    /// <summary>Act 7: AIT for the chain's coin.</summary>
    private async Task TradeAsync(Exchange exchange, Secp256k1PrivateKey holder, CancellationToken cancellation)
    {
        Act(7, "the market", "Uniswap V2 as published in its npm packages: the buyer fills a pool of AIT and the chain's coin and sells into it, with a least result and a deadline.");
        var uniswap = new UniswapArtifact(Installation.ContractsFolder);
        exchange.Write(_local.State.Exchange);
        var pool = new Pool(_network.Chain, exchange, uniswap);
        BigInteger held = await _network.BalanceAsync(holder.Address, cancellation).ConfigureAwait(false);
        ulong deadline = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds() + TradeSeconds;
        await pool.AddAsync(holder, held / 2, BigInteger.Pow(10, 18), Slippage, deadline, cancellation).ConfigureAwait(false);
        TradeQuote quote = await pool.QuoteAsync(sellAit: true, held / 10, cancellation).ConfigureAwait(false);
        TransactionReceipt receipt = await pool.SwapAsync(holder, quote, Slippage, deadline, cancellation).ConfigureAwait(false);
        _names[exchange.Pair] = "pool";
        _screen.Say($"  pool {exchange.Pair}: {Amounts.Text(held / 2)} AIT beside 1 of the coin");
        _screen.Say($"  sold {Amounts.Text(quote.Sold)} AIT for {Amounts.Text(quote.Bought)} of the coin in {receipt.TransactionHash} ({receipt.GasUsed:N0} gas)");
        Event("swapped", new JsonObject
        {
            ["pair"] = exchange.Pair.ToString(),
            ["soldWei"] = quote.Sold.ToString(CultureInfo.InvariantCulture),
            ["boughtWei"] = quote.Bought.ToString(CultureInfo.InvariantCulture),
            ["transaction"] = receipt.TransactionHash.ToString(),
            ["gas"] = receipt.GasUsed,
        });
    }

    /// <summary>Operators deposit AIT, vote for a lower mint rate, and the timelock sets it.</summary>
    private async Task<VoteFacts> VoteAsync(CancellationToken cancellation)
    {
        var governance = new Governance(_network.Chain, _local.Deployment);
        var voters = new List<Secp256k1PrivateKey>();
        try
        {
            foreach (string name in _local.Miners.Select(miner => miner.Operator).Distinct())
            {
                voters.Add(_local.Key(name));
            }

            BigInteger before = (await _network.MiningAsync("mintRate", cancellation).ConfigureAwait(false)).AsBigInteger();
            BigInteger price = (await _network.MiningAsync("redeemPrice", cancellation).ConfigureAwait(false)).AsBigInteger();
            bool[] deposited = await Task.WhenAll(voters.Select(voter => DepositAsync(governance, voter, cancellation))).ConfigureAwait(false);
            List<Secp256k1PrivateKey> holders = [.. voters.Where((_, index) => deposited[index])];
            await NextBlockAsync(cancellation).ConfigureAwait(false);
            ProposedCall call = await governance.CallAsync(
                "MiningRegistry", "setRates", [s_votedMintRate.ToString(CultureInfo.InvariantCulture), price.ToString(CultureInfo.InvariantCulture)], cancellation).ConfigureAwait(false);
            (BigInteger id, _) = await governance.ProposeAsync(holders[0], call, "Mint 0.09 AIT a compute unit", cancellation).ConfigureAwait(false);
            await ReachAsync(governance, id, ProposalState.Active, cancellation).ConfigureAwait(false);
            await Task.WhenAll(holders.Select(voter => governance.CastAsync(voter, id, VoteSupport.For, cancellation))).ConfigureAwait(false);
            Proposal passed = await ReachAsync(governance, id, ProposalState.Succeeded, cancellation).ConfigureAwait(false);
            await governance.QueueAsync(holders[0], passed, cancellation).ConfigureAwait(false);
            Proposal queued = await ReachAsync(governance, id, ProposalState.Queued, cancellation).ConfigureAwait(false);
            TransactionReceipt executed = await ExecuteWhenDueAsync(governance, holders[0], queued, cancellation).ConfigureAwait(false);
            BigInteger after = (await _network.MiningAsync("mintRate", cancellation).ConfigureAwait(false)).AsBigInteger();
            return new VoteFacts(await governance.FindAsync(id, cancellation).ConfigureAwait(false), governance.Describe(call), before, after, holders.Count, executed);
        }
        finally
        {
            voters.ForEach(voter => voter.Dispose());
        }
    }

    /// <summary>Deposits half of what an operator has and delegates it to itself; false if it has nothing.</summary>
    private async Task<bool> DepositAsync(Governance governance, Secp256k1PrivateKey voter, CancellationToken cancellation)
    {
        BigInteger half = await _network.BalanceAsync(voter.Address, cancellation).ConfigureAwait(false) / 2;
        if (half.IsZero)
        {
            return false;
        }

        await governance.WrapAsync(voter, half, cancellation).ConfigureAwait(false);
        await governance.DelegateAsync(voter, voter.Address, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>Votes count from the block after they were delegated.</summary>
    private async Task NextBlockAsync(CancellationToken cancellation)
    {
        ulong current = await _network.Chain.Client.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
        while (await _network.Chain.Client.GetBlockNumberAsync(cancellation).ConfigureAwait(false) == current)
        {
            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<Proposal> ReachAsync(Governance governance, BigInteger id, ProposalState state, CancellationToken cancellation)
    {
        while (true)
        {
            Proposal proposal = await governance.FindAsync(id, cancellation).ConfigureAwait(false);
            if (proposal.State == state)
            {
                return proposal;
            }

            if (proposal.State is ProposalState.Defeated or ProposalState.Canceled or ProposalState.Expired)
            {
                throw new RefusedException($"the proposal was to become {state} and is {proposal.State}.");
            }

            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<TransactionReceipt> ExecuteWhenDueAsync(Governance governance, Secp256k1PrivateKey key, Proposal queued, CancellationToken cancellation)
    {
        while ((await _network.Chain.Client.GetBlockAsync(BlockTag.Latest, cancellation).ConfigureAwait(false))?.Timestamp < queued.ExecutableAt)
        {
            await Task.Delay(s_poll, _clock, cancellation).ConfigureAwait(false);
        }

        return await governance.ExecuteAsync(key, queued, cancellation).ConfigureAwait(false);
    }

    /// <summary>Act 9: what the vote did; false if the rate is not what was voted for.</summary>
    private bool TellVote(VoteFacts vote)
    {
        Act(9, "the vote", "Operators deposit AIT for votes and lower the mint rate through the timelock: no other account can, the deployer gave up every right.");
        _screen.Say($"  proposal {vote.Proposal.Creation.Id.ToString(CultureInfo.InvariantCulture)[..12]}…: {vote.Call}");
        _screen.Say($"  {vote.Voters} voters, for {Amounts.Text(vote.Proposal.For)}, quorum {Amounts.Text(vote.Proposal.Quorum)}; queued, then executed in {vote.Execution.TransactionHash}");
        _screen.Say($"  mint rate {vote.Before} → {vote.After} wei a micro-CU, for batches committed from here on (a vote of seconds: this chain makes a block a second)");
        bool holds = vote.Proposal.State == ProposalState.Executed && vote.After == s_votedMintRate;
        Event("voted", new JsonObject
        {
            ["proposalId"] = vote.Proposal.Creation.Id.ToString(CultureInfo.InvariantCulture),
            ["call"] = vote.Call,
            ["forWei"] = vote.Proposal.For.ToString(CultureInfo.InvariantCulture),
            ["quorumWei"] = vote.Proposal.Quorum.ToString(CultureInfo.InvariantCulture),
            ["mintRateBefore"] = vote.Before.ToString(CultureInfo.InvariantCulture),
            ["mintRateAfter"] = vote.After.ToString(CultureInfo.InvariantCulture),
            ["holds"] = holds,
        });
        return holds;
    }

    private sealed record VoteFacts(Proposal Proposal, string Call, BigInteger Before, BigInteger After, int Voters, TransactionReceipt Execution);
}
