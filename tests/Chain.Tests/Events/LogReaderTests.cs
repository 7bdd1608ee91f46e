using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

using Ait.Chain.Events;
using Ait.Chain.Rpc;
using Ait.Chain.Signing;
using Ait.Chain.Tests.Hosting;
using Ait.Chain.Transactions;

namespace Ait.Chain.Tests.Events;

/// <summary>Against a real node whose blocks a test makes and takes back.</summary>
public sealed class LogReaderTests
{
    private static readonly Address s_payee = Address.Parse("0x00000000000000000000000000000000000000aa");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Read_returnsEveryLogInOrderPageByPage()
    {
        await using Chain chain = await Chain.StartAsync();
        for (int i = 0; i < 6; i++)
        {
            await chain.MintAsync(i + 1);
            await chain.Node.MineAsync(i, Cancellation);
        }

        LogReader reader = chain.Reader(maxPage: 4);
        LogCursor cursor = LogCursor.StartingAt(0);
        List<Log> read = [];
        bool caughtUp = false;
        while (!caughtUp)
        {
            LogPage page = await reader.ReadAsync(cursor, Cancellation);
            Assert.True(page.Cursor.NextBlock <= cursor.NextBlock + 4);
            read.AddRange(page.Changes.Select(change => change.Log));
            (cursor, caughtUp) = (Stored(page.Cursor), page.IsCaughtUp);
        }

        Assert.Equal(await chain.Token.LogsAsync(Cancellation), read);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Select(log => (int)Value(chain, log)));
        LogPage idle = await reader.ReadAsync(cursor, Cancellation);
        Assert.Empty(idle.Changes);
        Assert.True(idle.IsCaughtUp);
        Assert.Equal(cursor, idle.Cursor);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Read_holdsBackWhatIsNotConfirmed()
    {
        await using Chain chain = await Chain.StartAsync();
        await chain.MintAsync(1);
        LogReader reader = chain.Reader(confirmations: 2);
        LogPage page = await reader.ReadAsync(LogCursor.StartingAt(0), Cancellation);
        Assert.Empty(page.Changes);
        Assert.True(page.IsCaughtUp);
        await chain.Node.MineAsync(1, Cancellation);
        page = await reader.ReadAsync(page.Cursor, Cancellation);
        Assert.Empty(page.Changes);
        await chain.Node.MineAsync(1, Cancellation);
        page = await reader.ReadAsync(page.Cursor, Cancellation);
        Assert.False(Assert.Single(page.Changes).IsRemoved);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Read_takesBackWhatAReorganisationRemoved()
    {
        await using Chain chain = await Chain.StartAsync();
        await chain.MintAsync(1);
        await chain.MintAsync(2);
        await chain.MintAsync(3);
        LogReader reader = chain.Reader();
        LogPage page = await reader.ReadAsync(LogCursor.StartingAt(0), Cancellation);
        ImmutableArray<Log> before = [.. page.Changes.Select(change => change.Log)];

        await chain.Node.CallAsync("anvil_reorg", [2, new JsonArray()], Cancellation);
        LogPage removed = await reader.ReadAsync(Stored(page.Cursor), Cancellation);
        Assert.Equal([new LogChange(true, before[2]), new LogChange(true, before[1])], removed.Changes);
        LogPage after = await reader.ReadAsync(Stored(removed.Cursor), Cancellation);
        Assert.Empty(after.Changes);
        Assert.True(after.IsCaughtUp);

        await chain.MintAsync(4);
        Assert.Equal(4, Value(chain, Assert.Single((await reader.ReadAsync(Stored(after.Cursor), Cancellation)).Changes).Log));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Read_takesBackBlocksAShorterChainLost()
    {
        await using Chain chain = await Chain.StartAsync();
        await chain.MintAsync(1);
        JsonElement snapshot = await chain.Node.Rpc.CallAsync("evm_snapshot", [], Cancellation);
        await chain.MintAsync(2);
        LogReader reader = chain.Reader();
        LogPage page = await reader.ReadAsync(LogCursor.StartingAt(0), Cancellation);
        Assert.Equal(2, page.Changes.Length);
        await chain.Node.CallAsync("evm_revert", [snapshot.GetString()], Cancellation);

        // The head is a block that was read before: it might be a replica that lags.
        LogPage waiting = await reader.ReadAsync(page.Cursor, Cancellation);
        Assert.Equal(new LogPage([], page.Cursor, IsCaughtUp: true), waiting);
        await chain.Node.CallAsync("anvil_setBalance", [s_payee.ToString(), "0x1"], Cancellation);
        await chain.Node.MineAsync(1, Cancellation);
        page = await reader.ReadAsync(waiting.Cursor, Cancellation);
        Assert.True(Assert.Single(page.Changes).IsRemoved);
        Assert.Equal(2, Value(chain, page.Changes[0].Log));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Read_refusesAReorganisationBelowAllItRemembers()
    {
        await using Chain chain = await Chain.StartAsync();
        await chain.Node.MineAsync(10, Cancellation);
        await chain.MintAsync(1);
        await chain.Node.MineAsync(3, Cancellation);
        LogReader reader = chain.Reader(maxReorganisation: 2);
        LogPage page = await reader.ReadAsync(LogCursor.StartingAt(0), Cancellation);
        Assert.InRange(page.Cursor.Recent.Length, 1, 3);
        await chain.Node.CallAsync("anvil_reorg", [8, new JsonArray()], Cancellation);
        await Assert.ThrowsAsync<DeepReorganisationException>(() => reader.ReadAsync(page.Cursor, Cancellation));
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Read_leavesTheHostWithTheLogsOfTheChainWhateverHappens()
    {
        await using Chain chain = await Chain.StartAsync();
        await chain.Node.MineAsync(20, Cancellation);
        var random = new Random(7);
        LogReader reader = chain.Reader(maxPage: 3);
        LogCursor cursor = LogCursor.StartingAt(0);
        List<Log> host = [];
        for (int step = 0; step < 60; step++)
        {
            switch (random.Next(5))
            {
                case 0:
                    await chain.MintAsync(step);
                    break;
                case 1:
                    await chain.Node.MineAsync(random.Next(1, 4), Cancellation);
                    break;
                case 2:
                    await chain.Node.CallAsync("anvil_reorg", [random.Next(1, 6), new JsonArray()], Cancellation);
                    break;
                default:
                    cursor = (await ApplyAsync(reader, cursor, host)).Cursor;
                    break;
            }
        }

        await CatchUpAsync(reader, cursor, host);

        Assert.Equal(await chain.Token.LogsAsync(Cancellation), host);
    }

    [Theory(Timeout = Anvil.TestLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_readsAgainIfTheChainMovesWhileItIsRead(bool logsAreOfTheOldChain)
    {
        await using Chain chain = await Chain.StartAsync();
        await chain.Node.MineAsync(3, Cancellation);
        await chain.MintAsync(1);
        await chain.MintAsync(2);
        bool moved = false;
        using var forward = new HttpClient();
        await using var server = new ScriptedServer((_, request) =>
        {
            const string Reorganise = """{"jsonrpc":"2.0","id":1,"method":"anvil_reorg","params":[2,[]]}""";
            if (moved || !request.Contains("eth_getLogs", StringComparison.Ordinal))
            {
                return ScriptedServer.Forward(forward, chain.Node.Endpoint, request);
            }

            moved = true;
            if (!logsAreOfTheOldChain)
            {
                ScriptedServer.Text(forward, chain.Node.Endpoint, Reorganise);
                return ScriptedServer.Forward(forward, chain.Node.Endpoint, request);
            }

            byte[] logs = ScriptedServer.Forward(forward, chain.Node.Endpoint, request);
            ScriptedServer.Text(forward, chain.Node.Endpoint, Reorganise);
            return logs;
        });
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, server.Endpoint));
        var reader = new LogReader(client, new LogReaderOptions { Addresses = [chain.Token.Contract.Address] });
        LogPage page = await reader.ReadAsync(LogCursor.StartingAt(0), Cancellation);
        Assert.True(moved);
        Assert.Equal(new LogPage([], LogCursor.StartingAt(0), IsCaughtUp: false), page);
        await chain.MintAsync(3);
        List<Log> read = [];
        await CatchUpAsync(reader, page.Cursor, read);
        Assert.Equal(await chain.Token.LogsAsync(Cancellation), read);
    }

    [Fact(Timeout = Anvil.TestLimit)]
    public async Task Read_asksForLessIfTheNodeFindsTheRangeTooLarge()
    {
        await using Chain chain = await Chain.StartAsync();
        for (int i = 1; i <= 5; i++)
        {
            await chain.MintAsync(i);
            await chain.Node.MineAsync(3, Cancellation);
        }

        using var forward = new HttpClient();
        await using var server = new ScriptedServer((_, request) => Limited(forward, chain.Node.Endpoint, request, 5));
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, server.Endpoint));
        var reader = new LogReader(client, new LogReaderOptions { Addresses = [chain.Token.Contract.Address] });
        List<Log> read = [];
        await CatchUpAsync(reader, LogCursor.StartingAt(0), read);

        Assert.Equal(await chain.Token.LogsAsync(Cancellation), read);
    }

    [Fact]
    public void New_refusesToReadEveryContract()
    {
        using var http = new HttpClient();
        var client = new EthereumClient(new JsonRpcClient(http, new Uri("http://127.0.0.1:1")));
        Assert.Throws<ArgumentException>(() => new LogReader(client, new LogReaderOptions { Addresses = [] }));
    }

    private static async Task CatchUpAsync(LogReader reader, LogCursor cursor, List<Log> host)
    {
        LogPage page;
        do
        {
            page = await ApplyAsync(reader, cursor, host);
            cursor = page.Cursor;
        }
        while (!page.IsCaughtUp);
    }

    private static async Task<LogPage> ApplyAsync(LogReader reader, LogCursor cursor, List<Log> host)
    {
        LogPage page = await reader.ReadAsync(Stored(cursor), Cancellation);
        foreach (LogChange change in page.Changes)
        {
            if (change.IsRemoved)
            {
                Assert.Equal(host[^1], change.Log);
                host.RemoveAt(host.Count - 1);
            }
            else
            {
                host.Add(change.Log);
            }
        }

        return page;
    }

    /// <summary>What a host does between two reads.</summary>
    private static LogCursor Stored(LogCursor cursor)
    {
        LogCursor? read = JsonSerializer.Deserialize<LogCursor>(JsonSerializer.Serialize(cursor));
        Assert.Equal(cursor, read);
        return cursor;
    }

    private static BigInteger Value(Chain chain, Log log)
    {
        Assert.True(chain.Token.Contract.TryReadTransfer(log, out Ait.Chain.Contracts.TokenTransfer? transfer));
        Assert.Equal(s_payee, transfer.To);
        return transfer.Value;
    }

    private static byte[] Limited(HttpClient forward, Uri node, string request, ulong limit)
    {
        JsonObject parsed = JsonNode.Parse(request)!.AsObject();
        if (parsed["method"]!.GetValue<string>() == "eth_getLogs")
        {
            JsonObject filter = parsed["params"]!.AsArray()[0]!.AsObject();
            ulong from = Convert.ToUInt64(filter["fromBlock"]!.GetValue<string>(), 16);
            ulong to = Convert.ToUInt64(filter["toBlock"]!.GetValue<string>(), 16);
            if (to - from >= limit)
            {
                return ScriptedServer.Error(request, """{"code":-32005,"message":"block range is too wide"}""");
            }
        }

        return ScriptedServer.Forward(forward, node, request);
    }

    /// <summary>A node that mines each transaction at once, and a token on it.</summary>
    private sealed class Chain(Anvil node, Secp256k1PrivateKey key, TransactionSender sender, TestToken token) : IAsyncDisposable
    {
        public Anvil Node => node;

        public TestToken Token => token;

        public static async Task<Chain> StartAsync()
        {
            Anvil node = await Anvil.StartAsync(Cancellation);
            Secp256k1PrivateKey key = Anvil.Funded();
            TransactionSender sender = node.Sender(key);
            return new Chain(node, key, sender, await TestToken.DeployAsync(node, sender, Cancellation));
        }

        public async Task MintAsync(BigInteger amount) => Assert.IsType<SendResult.Mined>(await sender.SendAsync(token.Mint(s_payee, amount, 200_000), Cancellation));

        public LogReader Reader(ulong maxPage = 2000, ulong confirmations = 0, ulong maxReorganisation = 64) => new(node.Client, new LogReaderOptions
        {
            Addresses = [token.Contract.Address],
            MaxPage = maxPage,
            Confirmations = confirmations,
            MaxReorganisation = maxReorganisation,
        });

        public async ValueTask DisposeAsync()
        {
            sender.Dispose();
            key.Dispose();
            await node.DisposeAsync();
        }
    }
}
