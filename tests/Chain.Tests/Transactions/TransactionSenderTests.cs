using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

using Ait.Chain.Abi;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Tests.Hosting;
using Ait.Chain.Transactions;

namespace Ait.Chain.Tests.Transactions;

/// <summary>Against a real node.</summary>
public sealed class TransactionSenderTests
{
    private const string BlockNumberRequest = """{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}""";

    private static readonly Address s_payee = Address.Parse("0x00000000000000000000000000000000000000aa");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_givesFortyConcurrentSendsOneSequenceOfNonces()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "-b", "0.2");
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender sender = chain.Sender(key);
        TestToken token = await TestToken.DeployAsync(chain, sender, Cancellation);

        SendResult[][] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () => await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => sender.SendAsync(token.Mint(s_payee, 1, 200_000), Cancellation))),
            Cancellation)));

        Assert.All(results.SelectMany(all => all), result => Assert.IsType<SendResult.Mined>(result));
        Assert.Equal(40, await token.SupplyAsync(Cancellation));
        Assert.Equal(41ul, await chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Latest, Cancellation));
        Assert.Equal(41ul, await chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Pending, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_sharesAKeyWithAnotherProcess()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "-b", "0.2");
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender first = chain.Sender(key);
        using TransactionSender second = chain.Sender(key);
        TestToken token = await TestToken.DeployAsync(chain, first, Cancellation);

        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? first : second).SendAsync(token.Mint(s_payee, 1, 200_000), Cancellation)));

        Assert.All(results, result => Assert.IsType<SendResult.Mined>(result));
        Assert.Equal(20, await token.SupplyAsync(Cancellation));
        Assert.Equal(21ul, await chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Latest, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_sendsOncePerKeyIfCalledTwiceAtOnce()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "-b", "0.2");
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender sender = chain.Sender(key);
        TestToken token = await TestToken.DeployAsync(chain, sender, Cancellation);
        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => sender.SendAsync(token.Mint(s_payee, 1), "same", Cancellation)));
        Assert.Single(results.Select(result => Assert.IsType<SendResult.Mined>(result).Receipt.TransactionHash).Distinct());
        Assert.Equal(1, await token.SupplyAsync(Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_namesTheErrorOfARevert()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        using var stranger = Secp256k1PrivateKey.Create();
        using TransactionSender owner = chain.Sender(key);
        using TransactionSender sender = chain.Sender(stranger);
        TestToken token = await TestToken.DeployAsync(chain, owner, Cancellation);
        Assert.IsType<SendResult.Mined>(await owner.SendAsync(new TransactionRequest { To = stranger.Address, Value = BigInteger.Pow(10, 18) }, Cancellation));
        string expected = $"NotRegistry(expected: {key.Address}, found: {stranger.Address})";

        SendResult.WouldRevert simulated = Assert.IsType<SendResult.WouldRevert>(await sender.SendAsync(token.Mint(s_payee, 1), Cancellation));
        Assert.Equal(expected, token.Contract.DecodeError(simulated.Reason.Data.AsSpan()).ToString());
        Assert.Equal(0ul, await chain.Client.GetTransactionCountAsync(stranger.Address, BlockTag.Pending, Cancellation));

        SendResult.Reverted mined = Assert.IsType<SendResult.Reverted>(await sender.SendAsync(token.Mint(s_payee, 1, 200_000), Cancellation));
        Assert.NotNull(mined.Reason);
        ContractError error = token.Contract.DecodeError(mined.Reason.Data.AsSpan());
        Assert.Equal(expected, error.ToString());
        Assert.Equal(stranger.Address, error["found"].AsAddress());
        Assert.False(mined.Receipt.Succeeded);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_isRejectedWithoutFundsAndUsesNoNonce()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using var poor = Secp256k1PrivateKey.Create();
        using TransactionSender sender = chain.Sender(poor);
        var request = new TransactionRequest { To = s_payee, Value = 1 };
        Assert.IsType<SendResult.Rejected>(await sender.SendAsync(request, Cancellation));
        Assert.IsType<SendResult.Rejected>(await sender.SendAsync(request with { GasLimit = 21_000 }, "fixed", Cancellation));
        Assert.Equal(0ul, await chain.Client.GetTransactionCountAsync(poor.Address, BlockTag.Pending, Cancellation));

        await chain.CallAsync("anvil_setBalance", [poor.Address.ToString(), "0xde0b6b3a7640000"], Cancellation);
        Assert.IsType<SendResult.Mined>(await sender.SendAsync(request with { GasLimit = 21_000 }, "fixed", Cancellation));
        Assert.Equal(1ul, await chain.Client.GetTransactionCountAsync(poor.Address, BlockTag.Pending, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_sendsTheJournaledTransactionIfTheProcessEndedBeforeItWasSent()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender deployer = chain.Sender(key);
        TestToken token = await TestToken.DeployAsync(chain, deployer, Cancellation);
        SignedTransaction signed = Sign(key, token.Mint(s_payee, 7), nonce: 1);
        using var file = new TemporaryFile();
        using (var crashed = FileTransactionJournal.Open(file.Path))
        {
            await crashed.AppendAsync(new JournalEntry.Signed("first", signed.Raw), Cancellation);
        }

        using var journal = FileTransactionJournal.Open(file.Path);
        using TransactionSender sender = chain.Sender(key, journal);

        // Another send comes first: the journaled one keeps its nonce and goes out with it.
        SendResult.Mined other = Assert.IsType<SendResult.Mined>(await sender.SendAsync(token.Mint(s_payee, 1), "second", Cancellation));
        SendResult.Mined first = Assert.IsType<SendResult.Mined>(await sender.SendAsync(token.Mint(s_payee, 7), "first", Cancellation));
        Assert.Equal(signed.Hash, first.Receipt.TransactionHash);
        Assert.NotEqual(signed.Hash, other.Receipt.TransactionHash);
        Assert.Equal(8, await token.SupplyAsync(Cancellation));
        Assert.Equal(3ul, await chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Latest, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_goesOnWithTheSameTransactionAfterARestart()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender deployer = chain.Sender(key);
        TestToken token = await TestToken.DeployAsync(chain, deployer, Cancellation);
        await chain.CallAsync("evm_setAutomine", [false], Cancellation);
        using var file = new TemporaryFile();
        using (var journal = FileTransactionJournal.Open(file.Path))
        using (TransactionSender sender = chain.Sender(key, journal))
        using (var stop = new CancellationTokenSource())
        {
            Task<SendResult> send = sender.SendAsync(token.Mint(s_payee, 1), "mint", stop.Token);
            await PendingAsync(chain, key.Address, 2);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        }

        // The node forgets its pool while the process is down.
        await chain.CallAsync("anvil_dropAllTransactions", [], Cancellation);
        Hash256 hash;
        using (var journal = FileTransactionJournal.Open(file.Path))
        using (TransactionSender sender = chain.Sender(key, journal, s_quick))
        {
            Task<SendResult> send = sender.SendAsync(token.Mint(s_payee, 1), "mint", Cancellation);
            await PendingAsync(chain, key.Address, 2);
            await chain.MineAsync(1, Cancellation);
            hash = Assert.IsType<SendResult.Mined>(await send).Receipt.TransactionHash;
        }

        // And once it has ended, it has ended.
        using (var journal = FileTransactionJournal.Open(file.Path))
        using (TransactionSender sender = chain.Sender(key, journal))
        {
            Assert.Equal(hash, Assert.IsType<SendResult.Mined>(await sender.SendAsync(token.Mint(s_payee, 1), "mint", Cancellation)).Receipt.TransactionHash);
        }

        Assert.Equal(1, await token.SupplyAsync(Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_raisesTheFeeOfAStuckTransaction()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "--no-mining");
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender sender = chain.Sender(key, options: s_quick with { StuckAfter = TimeSpan.FromMilliseconds(100) });
        Task<SendResult> send = sender.SendAsync(new TransactionRequest { To = s_payee, Value = 1 }, Cancellation);
        await PendingAsync(chain, key.Address, 1);
        BigInteger first = (await PooledFeesAsync(chain)).Single();
        while ((await PooledFeesAsync(chain)).Single() * 8 < first * 9)
        {
            await Task.Delay(20, Cancellation);
        }

        await chain.MineAsync(1, Cancellation);
        Assert.IsType<SendResult.Mined>(await send);
        Assert.Equal(1, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation));
        Assert.Equal(1ul, await chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Pending, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_paysNoMoreThanItsCapHoweverLongItIsStuck()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "--no-mining");
        using Secp256k1PrivateKey key = Anvil.Funded();
        BigInteger cap = 3_000_000_000;
        using TransactionSender sender = chain.Sender(
            key,
            options: s_quick with { StuckAfter = TimeSpan.FromMilliseconds(30), MaxFeePerGas = cap, Deadline = TimeSpan.FromSeconds(1) });
        var request = new TransactionRequest { To = s_payee, Value = 1 };
        SendResult.NotMined waiting = Assert.IsType<SendResult.NotMined>(await sender.SendAsync(request, "slow", Cancellation));
        Assert.True((await PooledFeesAsync(chain)).Single() <= cap);
        await chain.MineAsync(1, Cancellation);
        Assert.Equal(waiting.TransactionHash, Assert.IsType<SendResult.Mined>(await sender.SendAsync(request, "slow", Cancellation)).Receipt.TransactionHash);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_signsAgainIfAStrangerWithTheSameKeyUsedTheNonce()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "--no-mining");
        using Secp256k1PrivateKey key = Anvil.Funded();
        using TransactionSender sender = chain.Sender(key, options: s_quick);
        Task<SendResult> send = sender.SendAsync(new TransactionRequest { To = s_payee, Value = 5 }, Cancellation);
        await PendingAsync(chain, key.Address, 1);
        await chain.CallAsync("anvil_dropAllTransactions", [], Cancellation);
        SignedTransaction stranger = Sign(key, new TransactionRequest { To = s_payee, Value = 100 }, nonce: 0, fee: 900_000_000_000);
        await chain.Client.SendRawTransactionAsync(stranger.Raw.AsMemory(), Cancellation);
        await chain.CallAsync("evm_setIntervalMining", [1], Cancellation);
        Assert.IsType<SendResult.Mined>(await send);
        Assert.Equal(105, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation));
        Assert.Equal(2ul, await chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Latest, Cancellation));
    }

    [Theory(Timeout = Anvil.TestLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_sendsOnceIfTheAnswerToItsBroadcastIsLost(bool minedAtOnce)
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, minedAtOnce ? [] : ["--no-mining"]);
        using Secp256k1PrivateKey key = Anvil.Funded();
        bool lost = false;
        using var forward = new HttpClient();
        await using var server = new ScriptedServer((_, request) =>
        {
            byte[] answer = ScriptedServer.Forward(forward, chain.Endpoint, request);
            bool isFirstBroadcast = !lost && request.Contains("eth_sendRawTransaction", StringComparison.Ordinal);
            lost |= isFirstBroadcast;
            if (isFirstBroadcast && minedAtOnce)
            {
                SpinWait.SpinUntil(() => ScriptedServer.Text(forward, chain.Endpoint, BlockNumberRequest).Contains("\"0x1\"", StringComparison.Ordinal), 10_000);
            }

            return isFirstBroadcast ? null : answer;
        });
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, server.Endpoint, new JsonRpcOptions { BackOff = TimeSpan.FromMilliseconds(1) }));
        using var sender = new TransactionSender(client, key, s_quick);
        Task<SendResult> send = sender.SendAsync(new TransactionRequest { To = s_payee, Value = 5 }, Cancellation);
        if (!minedAtOnce)
        {
            await PendingAsync(chain, key.Address, 1);
            await chain.MineAsync(1, Cancellation);
        }

        Assert.IsType<SendResult.Mined>(await send);
        Assert.True(lost);
        Assert.Equal(5, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation));
        Assert.Equal(1ul, await chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Pending, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_waitsForItsConfirmationsThroughAReorganisation()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "--no-mining");
        using Secp256k1PrivateKey key = Anvil.Funded();
        await chain.MineAsync(3, Cancellation);
        int receiptsSeen = 0;
        using var forward = new HttpClient();
        await using var server = new ScriptedServer((_, request) =>
        {
            string answer = ScriptedServer.Text(forward, chain.Endpoint, request);
            bool isReceipt = request.Contains("eth_getTransactionReceipt", StringComparison.Ordinal) && answer.Contains("blockHash", StringComparison.Ordinal);
            Interlocked.Add(ref receiptsSeen, isReceipt ? 1 : 0);
            return ScriptedServer.Http("200 OK", answer);
        });
        using var http = new HttpClient();
        using var sender = new TransactionSender(
            new EthereumClient(new JsonRpcClient(http, server.Endpoint)), key, s_quick with { Confirmations = 3 });
        Task<SendResult> send = sender.SendAsync(new TransactionRequest { To = s_payee, Value = 5 }, Cancellation);
        await PendingAsync(chain, key.Address, 1);
        await chain.MineAsync(2, Cancellation);
        while (Volatile.Read(ref receiptsSeen) < 2 && !send.IsCompleted)
        {
            await Task.Delay(10, Cancellation);
        }

        Assert.False(send.IsCompleted, "The sender took a receipt of two blocks' depth for three.");
        Assert.Equal(5, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation));
        await chain.CallAsync("anvil_reorg", [2, new JsonArray()], Cancellation);
        Assert.Equal(0, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation));
        await PendingAsync(chain, key.Address, 1);
        await chain.MineAsync(3, Cancellation);
        SendResult.Mined mined = Assert.IsType<SendResult.Mined>(await send);
        Assert.Equal(5, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation));
        Assert.True(await chain.Client.GetBlockNumberAsync(Cancellation) >= mined.Receipt.BlockNumber + 2);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_sendsAnewWhatAReorganisationTookBackAfterItWasMined()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        await chain.MineAsync(3, Cancellation);
        using var file = new TemporaryFile();
        async Task<Hash256> SendAsync()
        {
            using var journal = FileTransactionJournal.Open(file.Path);
            using TransactionSender sender = chain.Sender(key, journal, s_quick);
            return Assert.IsType<SendResult.Mined>(await sender.SendAsync(new TransactionRequest { To = s_payee, Value = 5 }, "pay", Cancellation)).Receipt.TransactionHash;
        }

        await SendAsync();
        await chain.CallAsync("anvil_reorg", [2, new JsonArray()], Cancellation);
        await chain.CallAsync("anvil_dropAllTransactions", [], Cancellation);
        Assert.Equal(0, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation));

        Hash256 again = await SendAsync();
        Assert.Equal(again, await SendAsync());
        Assert.Equal(5, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_doesNotWaitForATransactionThatAReorganisationTookBackAndNobodySendsAgain()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation, "--no-mining");
        using Secp256k1PrivateKey key = Anvil.Funded();
        await chain.MineAsync(3, Cancellation);
        using var file = new TemporaryFile();
        using var journal = FileTransactionJournal.Open(file.Path);
        using TransactionSender sender = chain.Sender(key, journal, s_quick);
        Task<SendResult> first = sender.SendAsync(new TransactionRequest { To = s_payee, Value = 3 }, "first", Cancellation);
        await PendingAsync(chain, key.Address, 1);
        await chain.MineAsync(1, Cancellation);
        Assert.IsType<SendResult.Mined>(await first);

        Task<SendResult> second = sender.SendAsync(new TransactionRequest { To = s_payee, Value = 5 }, "second", Cancellation);
        await PendingAsync(chain, key.Address, 2);
        await chain.CallAsync("anvil_reorg", [1, new JsonArray()], Cancellation);
        await chain.CallAsync("anvil_dropAllTransactions", [], Cancellation);
        Assert.Equal(0ul, await chain.Client.GetTransactionCountAsync(key.Address, BlockTag.Latest, Cancellation));
        await PendingAsync(chain, key.Address, 2);
        await chain.MineAsync(1, Cancellation);

        Assert.IsType<SendResult.Mined>(await second);
        Assert.Equal(5, await chain.Client.GetBalanceAsync(s_payee, BlockTag.Latest, Cancellation)); // The first is its caller's to send anew.
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Send_refusesTheJournalOfAnotherAccount()
    {
        await using Anvil chain = await Anvil.StartAsync(Cancellation);
        using Secp256k1PrivateKey key = Anvil.Funded();
        using var other = Secp256k1PrivateKey.Create();
        using var file = new TemporaryFile();
        using var journal = FileTransactionJournal.Open(file.Path);
        await journal.AppendAsync(new JournalEntry.Signed("k", Sign(other, new TransactionRequest { To = s_payee }, 0).Raw), Cancellation);
        using TransactionSender sender = chain.Sender(key, journal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => sender.SendAsync(new TransactionRequest { To = s_payee }, Cancellation));
    }

    [Fact]
    public void New_refusesARiseThatNodesRefuse()
    {
        using Secp256k1PrivateKey key = Anvil.Funded();
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, new Uri("http://127.0.0.1:1")));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TransactionSender(client, key, new TransactionSenderOptions { BumpThousandths = 124 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TransactionSender(client, key, new TransactionSenderOptions { Confirmations = 0 }));
    }

    private static readonly TransactionSenderOptions s_quick = new()
    {
        PollInterval = TimeSpan.FromMilliseconds(20),
        RebroadcastAfter = TimeSpan.FromMilliseconds(100),
    };

    private static SignedTransaction Sign(Secp256k1PrivateKey key, TransactionRequest request, ulong nonce, ulong fee = 5_000_000_000) => new Eip1559Transaction
    {
        ChainId = 31337,
        Nonce = nonce,
        MaxPriorityFeePerGas = 1_000_000_000,
        MaxFeePerGas = fee,
        GasLimit = 200_000,
        To = request.To,
        Value = request.Value,
        Data = request.Data,
    }.Sign(key);

    private static async Task PendingAsync(Anvil chain, Address account, ulong count)
    {
        while (await chain.Client.GetTransactionCountAsync(account, BlockTag.Pending, Cancellation) != count)
        {
            await Task.Delay(10, Cancellation);
        }
    }

    private static async Task<IReadOnlyList<BigInteger>> PooledFeesAsync(Anvil chain)
    {
        JsonElement content = await chain.Rpc.CallAsync("txpool_content", [], Cancellation);
        return [.. content.GetProperty("pending").EnumerateObject().SelectMany(account => account.Value.EnumerateObject()).Select(entry =>
            AbiWord.ToUnsigned(Hash256.Parse(entry.Value.GetProperty("maxFeePerGas").GetString()![2..].PadLeft(64, '0'))))];
    }
}
