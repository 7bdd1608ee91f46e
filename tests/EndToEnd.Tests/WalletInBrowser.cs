using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Cli.Asking;
using Ait.Cli.Exchanging;
using Ait.Cli.Launching;
using Ait.Cli.Surroundings;
using Ait.Protocol;
using Ait.Protocol.Http;
using Microsoft.Playwright;

namespace Ait.EndToEnd.Tests;

/// <summary>Redeeming, voting, trading and signing in in a real browser, through a wallet that signs and sends: what is on screen is what is asked, and what is asked happens on chain.</summary>
public sealed class WalletInBrowser(Devnet devnet) : IClassFixture<Devnet>
{
    private const string Voted = "90000000000";
    private static readonly string s_price = BigInteger.Pow(10, 12).ToString(CultureInfo.InvariantCulture);
    private static readonly AbiFunction s_approve = NetworkAccess.Token.Function("approve");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Wallet_isAskedForExactlyTheRedemptionOnScreen()
    {
        await using BrowserPage browser = await BrowserPage.OpenAsync(devnet);
        IPage page = browser.Page;
        string holder = await EarnedAsync();
        using Secp256k1PrivateKey key = KeyFile.Open(holder);
        BrowserWallet wallet = await BrowserWallet.InjectAsync(page, devnet.Network.Chain, key);
        QuoteResponse quote = await QuoteAsync("A bought question:");
        await browser.GoAsync("economics");
        await page.FillAsync("#workload", "0x12");
        await browser.Button("Price").ClickAsync();
        await page.GetByText("A workload id is 0x and 64 hexadecimal digits").WaitForAsync();
        await page.FillAsync("#workload", quote.WorkloadId.ToString());
        await browser.Button("Price").ClickAsync();
        await browser.Button("Review").ClickAsync();
        BigInteger price = BigInteger.Parse(quote.PriceWei, CultureInfo.InvariantCulture);
        await Assertions.Expect(page.Locator(".review .facts")).ToContainTextAsync($"redeem({price}, {quote.WorkloadId})");
        Assert.Empty(wallet.Asked);
        await AskAsync(browser);
        AskedTransaction asked = Assert.Single(wallet.Asked);
        Assert.True(asked.Is(devnet.Network.Network.MiningRegistry, NetworkAccess.Mining.Function("redeem"), BigInteger.Zero, price, quote.WorkloadId));
        await devnet.SettledAsync(quote.WorkloadId, Cancellation);
        Assert.Empty(browser.Complaints);
    }

    [Fact(Timeout = 600_000)]
    public async Task Holder_depositsVotesAndCarriesOutThroughTheWallet()
    {
        await using BrowserPage browser = await BrowserPage.OpenAsync(devnet);
        IPage page = browser.Page;
        string holder = await EarnedAsync();
        using Secp256k1PrivateKey key = KeyFile.Open(holder);
        BrowserWallet wallet = await BrowserWallet.InjectAsync(page, devnet.Network.Chain, key);
        (Address token, Address votes, Address governor) = (devnet.Network.Network.Token, devnet.Local.Deployment.VotingToken, devnet.Local.Deployment.AitGovernor);
        ContractAbi voting = ContractArtifact.Load("VotingToken").Abi;
        ContractAbi governing = ContractArtifact.Load("AitGovernor").Abi;
        await browser.GoAsync("governance");
        await page.GetByText("No proposal was made yet.").WaitForAsync();
        await browser.Button("Connect wallet").ClickAsync();
        BigInteger deposit = await devnet.BalanceAsync(holder, Cancellation) / 2;
        await page.FillAsync("#votes", Amounts.Text(deposit));
        await browser.Button("Deposit").ClickAsync();
        await Assertions.Expect(page.Locator(".review li")).ToHaveCountAsync(3);
        Assert.Empty(wallet.Asked);
        await AskAsync(browser);
        Assert.Equal(3, wallet.Asked.Count);
        Assert.True(wallet.Asked[0].Is(token, s_approve, BigInteger.Zero, votes, deposit));
        Assert.True(wallet.Asked[1].Is(votes, voting.Function("depositFor"), BigInteger.Zero, key.Address, deposit));
        Assert.True(wallet.Asked[2].Is(votes, voting.Function("delegate"), BigInteger.Zero, key.Address));
        await browser.Button("Close").ClickAsync();
        await page.FillAsync("#votes", Amounts.Text(deposit + 1));
        await browser.Button("Take back").ClickAsync();
        await page.GetByText("to take back.").WaitForAsync();

        // A vote lasts seconds here: its blocks are made one by one, as the browser gets along.
        await devnet.Network.Chain.Client.Rpc.CallAsync("evm_setIntervalMining", [0], Cancellation);
        try
        {
            await MineAsync(1); // A proposer's votes are those of the block before.
            await ProposeAsync(key.Address, "MiningRegistry", "setRates", Voted, s_price, "--description", "Less for more", "--key", holder);
            wallet.MinesAtOnce = true;
            while ((await ProposalAsync()).State == ProposalState.Pending)
            {
                await MineAsync(1);
            }

            ILocator card = page.Locator("article");
            await Assertions.Expect(card).ToContainTextAsync("Active");
            await Assertions.Expect(card).ToContainTextAsync($"MiningRegistry.setRates({Voted}, {s_price})");
            await browser.MeetsTheRulesAsync("governance", () => card.WaitForAsync());
            ProposalResponse proposal = await ProposalAsync();
            BigInteger id = BigInteger.Parse(proposal.ProposalId, CultureInfo.InvariantCulture);
            await browser.Button("Vote for").ClickAsync();
            await Assertions.Expect(card.Locator(".review")).ToContainTextAsync($"castVote({id}, 1)");
            await browser.MeetsTheRulesAsync("a vote under review", () => card.Locator(".review").WaitForAsync());
            await AskAsync(browser);
            Assert.True(wallet.Asked[3].Is(governor, governing.Function("castVote"), BigInteger.Zero, id, 1u));
            await browser.Button("Close").ClickAsync();
            await MineAsync(1);
            await Assertions.Expect(card).ToContainTextAsync("You have voted.");
            await Assertions.Expect(card).ToContainTextAsync("quorum reached");
            Assert.Equal(deposit.ToString(CultureInfo.InvariantCulture), (await ProposalAsync()).ForWei);

            await MineAsync(5);
            await browser.Button("Queue").ClickAsync();
            await AskAsync(browser);
            AbiValue[] carried =
            [
                AbiValue.List((AbiValue)devnet.Network.Network.MiningRegistry), AbiValue.List((AbiValue)0),
                AbiValue.List((AbiValue)Hex.Decode(proposal.Calls[0].Data)), Keccak256.Hash("Less for more"u8),
            ];
            Assert.True(wallet.Asked[4].Is(governor, governing.Function("queue(address[],uint256[],bytes[],bytes32)"), BigInteger.Zero, carried));
            await browser.Button("Close").ClickAsync();
            // Blocks made at once are hardly apart: the timelock's delay is over when the chain's clock says so.
            while ((await ProposalAsync()).ExecutableAt is not ulong executableAt
                || (await devnet.Network.Chain.Client.GetBlockAsync(BlockTag.Latest, Cancellation))?.Timestamp < executableAt)
            {
                await MineAsync(1);
            }

            await browser.Button("Execute").ClickAsync();
            await AskAsync(browser);
            Assert.True(wallet.Asked[5].Is(governor, governing.Function("execute(address[],uint256[],bytes[],bytes32)"), BigInteger.Zero, carried));
            Assert.Equal(Voted, (await devnet.Network.MiningAsync("mintRate", Cancellation)).AsBigInteger().ToString(CultureInfo.InvariantCulture));
            await MineAsync(1); // The page asks again with a block; no other comes here by itself.
            await Assertions.Expect(card).ToContainTextAsync("It is in force.");
        }
        finally
        {
            await devnet.Network.Chain.Client.Rpc.CallAsync("evm_setIntervalMining", [1], CancellationToken.None);
        }

        Assert.Empty(browser.Complaints);
    }

    [Fact(Timeout = 600_000)]
    public async Task Holder_swapsAndBuysComputeThroughTheWallet()
    {
        string holder = await EarnedAsync();
        using Secp256k1PrivateKey key = KeyFile.Open(holder);
        if (!File.Exists(devnet.Local.State.Exchange))
        {
            await DexAsync("deploy", "--key", holder);
            await DexAsync("add", Amounts.Text(await devnet.BalanceAsync(holder, Cancellation) / 2), "10", "--key", holder);
        }

        var exchange = Exchange.Read(devnet.Local.State.Exchange);
        ContractAbi router = new UniswapArtifact(Installation.ContractsFolder).Router.Abi;
        Address token = devnet.Network.Network.Token;
        await using BrowserPage browser = await BrowserPage.OpenAsync(devnet);
        IPage page = browser.Page;
        BrowserWallet wallet = await BrowserWallet.InjectAsync(page, devnet.Network.Chain, key);
        await ExchangeAsync();
        await browser.GoAsync("trade");
        await browser.Button("Connect wallet").ClickAsync();

        // The quote is the pool's own integer arithmetic, whatever is typed.
        foreach ((string side, string amount, string slippage, int basisPoints) in new[]
        {
            ("ait", "0.000000000000000001", "50", 5000), ("ait", "0.00123", "0.5", 50), ("coin", "0.7", "0", 0), ("coin", "1.000000000000000007", "12.34", 1234),
        })
        {
            ExchangeResponse pool = await ExchangeAsync();
            (BigInteger ait, BigInteger coin) = (BigInteger.Parse(pool.AitReserveWei, CultureInfo.InvariantCulture), BigInteger.Parse(pool.CoinReserveWei, CultureInfo.InvariantCulture));
            BigInteger typed = Amounts.Parse(amount);
            BigInteger bought = side == "ait" ? PoolPrice.Bought(typed, ait, coin) : PoolPrice.Bought(typed, coin, ait);
            BigInteger least = PoolPrice.AtLeast(bought, basisPoints);
            await page.SelectOptionAsync("#side", side);
            await page.FillAsync("#slippage", slippage);
            await page.FillAsync("#sold", amount);
            await page.Locator("#swap ~ form button").ClickAsync();
            await Assertions.Expect(page.Locator(".review li").Last).ToContainTextAsync(side == "ait" ? $"swapExactTokensForETH({typed}, {least}, [" : $"swapExactETHForTokens({least}, [");
            await browser.Button("Back").ClickAsync();
        }

        Assert.Empty(wallet.Asked);
        await page.FillAsync("#slippage", "51");
        await page.GetByText("Slippage is 0 to 50 %").WaitForAsync();
        await page.FillAsync("#slippage", "0.5");

        // AIT for the coin: exactly the amount is allowed, and nothing is left of it.
        BigInteger before = await devnet.BalanceAsync(holder, Cancellation);
        BigInteger sold = before / 10;
        ExchangeResponse reserves = await ExchangeAsync();
        BigInteger got = PoolPrice.Bought(sold, BigInteger.Parse(reserves.AitReserveWei, CultureInfo.InvariantCulture), BigInteger.Parse(reserves.CoinReserveWei, CultureInfo.InvariantCulture));
        await page.SelectOptionAsync("#side", "ait");
        await page.FillAsync("#sold", Amounts.Text(sold));
        await page.Locator("#swap ~ form button").ClickAsync();
        await browser.MeetsTheRulesAsync("a trade under review", () => page.Locator(".review").WaitForAsync());
        string shown = (await page.Locator(".review li").Last.Locator("dd.hash").InnerTextAsync()).Trim();
        string deadline = shown[(shown.LastIndexOf(' ') + 1)..^1];
        await AskAsync(browser);
        Assert.Equal(2, wallet.Asked.Count);
        Assert.True(wallet.Asked[0].Is(token, s_approve, BigInteger.Zero, exchange.Router, sold));
        Assert.True(wallet.Asked[1].Is(
            exchange.Router, router.Function("swapExactTokensForETH"), BigInteger.Zero,
            sold, PoolPrice.AtLeast(got, 50), AbiValue.List((AbiValue)token, (AbiValue)exchange.WrappedCoin), key.Address, BigInteger.Parse(deadline, CultureInfo.InvariantCulture)));
        Assert.Equal(before - sold, await devnet.BalanceAsync(holder, Cancellation));
        Assert.Equal(BigInteger.Zero, (await devnet.Network.Chain.ReadAsync(token, NetworkAccess.Token.Function("allowance"), Cancellation, key.Address, exchange.Router))[0].AsBigInteger());
        ExchangeResponse after = await ExchangeAsync(reserves.BlockNumber);
        Assert.Equal(BigInteger.Parse(reserves.CoinReserveWei, CultureInfo.InvariantCulture) - got, BigInteger.Parse(after.CoinReserveWei, CultureInfo.InvariantCulture));
        await browser.Button("Close").ClickAsync();

        // The coin for exactly a workload's price, and that is burned.
        QuoteResponse quote = await QuoteAsync("Bought with the coin:");
        BigInteger price = BigInteger.Parse(quote.PriceWei, CultureInfo.InvariantCulture);
        BigInteger held = await devnet.BalanceAsync(holder, Cancellation);
        await page.FillAsync("#wanted", quote.WorkloadId.ToString());
        await browser.Button("Price").ClickAsync();
        await page.Locator("#compute ~ p button").ClickAsync();
        await AskAsync(browser);
        Assert.Equal(4, wallet.Asked.Count);
        Assert.True(wallet.Asked[3].Is(devnet.Network.Network.MiningRegistry, NetworkAccess.Mining.Function("redeem"), BigInteger.Zero, price, quote.WorkloadId));
        Assert.True(router.Function("swapETHForExactTokens").TryDecodeCall(wallet.Asked[2].Data, out ImmutableArray<AbiValue> swap, out _));
        Assert.Equal((price, key.Address, exchange.Router), (swap[0].AsBigInteger(), swap[2].AsAddress(), wallet.Asked[2].To));
        await devnet.SettledAsync(quote.WorkloadId, Cancellation);
        Assert.True(await devnet.BalanceAsync(holder, Cancellation) >= held); // What was bought was burned; mining may have earned more.
        Assert.Empty(browser.Complaints);
    }

    [Fact(Timeout = 480_000)]
    public async Task Chat_answersAnAccountThatSignedInWithItsWalletAndLinksToTheProof()
    {
        string holder = await EarnedAsync();
        using Secp256k1PrivateKey key = KeyFile.Open(holder);
        await devnet.RunAsync(0, Cancellation, "key", "deposit", Amounts.Text(await devnet.BalanceAsync(holder, Cancellation)), "--key", holder);
        await using BrowserPage browser = await BrowserPage.OpenAsync(devnet);
        IPage page = browser.Page;
        BrowserWallet wallet = await BrowserWallet.InjectAsync(page, devnet.Network.Chain, key);
        await browser.GoAsync("chat");
        await page.FillAsync("#key", "ait-wrong");
        await browser.Button("Use").ClickAsync();
        await page.GetByText("This is no live API key").WaitForAsync();
        browser.Complaints.Clear(); // The browser tells of the answer 401.
        await browser.Button("Sign in").ClickAsync();
        string shown = await page.InnerTextAsync(".review .text");
        Assert.Empty(wallet.Signed);
        await browser.Button("Ask the wallet").ClickAsync();
        await page.FillAsync("#question", "Why?");
        await page.FillAsync("#most", "32");
        await browser.Button("Ask").ClickAsync();
        await page.GetByText("of 3 seats agree").WaitForAsync();
        string message = Assert.Single(wallet.Signed);
        Assert.Equal(shown, message);
        Assert.StartsWith(new Uri(browser.Url).Authority + " wants you to sign in", message, StringComparison.Ordinal);
        Assert.Contains(key.Address.ToString(), message, StringComparison.Ordinal);
        Assert.NotEqual("An empty answer.", await page.InnerTextAsync(".turns li:last-child .text"));
        await browser.MeetsTheRulesAsync("an answer", () => page.GetByText("of 3 seats agree").WaitForAsync());
        await page.ClickAsync(".turns a");
        await page.GetByText("Check it yourself").WaitForAsync();
        Assert.Empty(browser.Complaints);
    }

    /// <summary>Asks the wallet for all that is under review, and waits until it is mined.</summary>
    private static async Task AskAsync(BrowserPage browser)
    {
        await browser.Button("Ask the wallet").ClickAsync();
        ILocator end = browser.Button("Close").Or(browser.Page.Locator(".review p.fault"));
        await end.First.WaitForAsync();
        Assert.True(await browser.Button("Close").IsVisibleAsync(), await browser.Page.Locator(".review").InnerTextAsync());
    }

    /// <summary>The key file of an operator who earned AIT.</summary>
    private async Task<string> EarnedAsync()
    {
        Devnet.Require(devnet);
        await devnet.RegisteredAsync(5, Cancellation);
        ModelResponse model = await devnet.ModelAsync(Cancellation);
        string mark = Guid.NewGuid().ToString("N")[..6];
        foreach (Hash256 workload in await devnet.QueueAsync(Enumerable.Range(1, 6).Select(number => WorkloadText.OfPrompt($"Work {mark} {number}:", 400, model)), Cancellation))
        {
            await devnet.SettledAsync(workload, Cancellation);
        }

        return (await devnet.RichestAsync(Cancellation)).KeyFile;
    }

    private async Task<QuoteResponse> QuoteAsync(string prompt)
    {
        using Secp256k1PrivateKey buyer = devnet.Local.Key("buyer");
        Workload workload = WorkloadText.OfPrompt(prompt, 16, await devnet.ModelAsync(Cancellation));
        return await devnet.Network.Coordinator.PostAsync(
            devnet.Network.Domain, buyer, "/v1/workloads", new WorkloadRequest(Hex.Encode(workload.ToBytes())),
            ProtocolJson.Default.WorkloadRequest, ProtocolJson.Default.QuoteResponse, Cancellation);
    }

    private Task<JsonElement> MineAsync(int blocks) => devnet.Network.Chain.Client.Rpc.CallAsync("anvil_mine", [$"0x{blocks:x}"], Cancellation);

    /// <summary>The newest proposal as the coordinator says it for the newest block.</summary>
    private async Task<ProposalResponse> ProposalAsync()
    {
        ulong head = await devnet.Network.Chain.Client.GetBlockNumberAsync(Cancellation);
        while (true)
        {
            GovernanceResponse? governance = await AnswerAsync("/v1/governance", ProtocolJson.Default.GovernanceResponse);
            if (governance?.BlockNumber >= head && governance.Proposals.Count > 0)
            {
                return governance.Proposals[0];
            }

            await Task.Delay(100, Cancellation);
        }
    }

    /// <summary>The exchange as the coordinator says it, of a block after this one, once it knows of it.</summary>
    private async Task<ExchangeResponse> ExchangeAsync(ulong after = 0)
    {
        ulong head = await devnet.Network.Chain.Client.GetBlockNumberAsync(Cancellation);
        while (true)
        {
            if (await AnswerAsync("/v1/exchange", ProtocolJson.Default.ExchangeResponse) is { } exchange && exchange.BlockNumber > after && exchange.BlockNumber >= head)
            {
                return exchange;
            }

            await Task.Delay(100, Cancellation);
        }
    }

    /// <summary>What the coordinator answers; null while it refuses.</summary>
    private async Task<T?> AnswerAsync<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        using var http = new HttpClient { BaseAddress = devnet.Local.Options.Coordinator };
        using HttpResponseMessage answer = await http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync(type, Cancellation) : null;
    }

    /// <summary>Proposes while the chain's clock stands: a block is made when the proposal waits for one.</summary>
    private async Task ProposeAsync(Address proposer, params string[] arguments)
    {
        EthereumClient client = devnet.Network.Chain.Client;
        Task<JsonObject> proposing = devnet.RunAsync(0, Cancellation, ["vote", "propose", .. arguments]);
        while (!proposing.IsCompleted)
        {
            if (await client.GetTransactionCountAsync(proposer, BlockTag.Pending, Cancellation) > await client.GetTransactionCountAsync(proposer, BlockTag.Latest, Cancellation))
            {
                await MineAsync(1);
            }

            await Task.Delay(50, Cancellation);
        }

        await proposing;
    }

    private Task<JsonObject> DexAsync(params string[] arguments) => devnet.RunAsync(0, Cancellation, ["dex", .. arguments]);
}
