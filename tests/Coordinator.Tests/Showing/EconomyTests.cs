using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Ait.Chain;
using Ait.Chain.Contracts;
using Ait.Coordinator.Configuration;
using Ait.Coordinator.OnChain;
using Ait.Coordinator.Showing;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Showing;

/// <summary>Rates, votes and the exchange as onlookers get them.</summary>
public sealed class EconomyTests : IDisposable
{
    private static readonly Address s_pair = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly Address s_router = Address.Parse("0x00000000000000000000000000000000000000bb");
    private static readonly Address s_coin = Address.Parse("0x00000000000000000000000000000000000000cc");
    private readonly string _folder = Directory.CreateTempSubdirectory("ait-dex-").FullName;

    private string Record => Path.Combine(_folder, "dex.json");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Economics_areTheContractsNumbersPerComputeUnit()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        network.Network.Chain.Unreachable = true;
        Assert.Equal(ProblemCodes.Unavailable, (await RefusedAsync(network, "/v1/economics")).Code);
        network.Network.Chain.Unreachable = false;
        EconomicsResponse economics = await network.GetAsync("/v1/economics", ProtocolJson.Default.EconomicsResponse);
        Assert.Equal(("100000000000000000", "1000000000000000000", 7), (economics.MintWei, economics.RedeemWei, economics.MostPaidSeats));
        Assert.Equal(DeviceClasses.All, economics.Classes.Select(one => one.DeviceClass));
        Assert.Equal(new EconomicsSubsidy("1000000000000000000000000000", "0", "1000000000000000000000000000", "0", "0", 86_400, null, false), economics.Subsidy);
        Assert.Equal([100, 60, 40, 80], economics.Classes.Select(one => (int)(BigInteger.Parse(one.MintWeiPerHour, CultureInfo.InvariantCulture) / BigInteger.Pow(10, 18))));
    }

    [Fact]
    public async Task Governance_isNotFoundIfTheDeploymentHasNoGovernor()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync();
        Assert.Equal(ProblemCodes.NotFound, (await RefusedAsync(network, "/v1/governance")).Code);
    }

    [Fact]
    public async Task Exchange_isServedOnceItsRecordIsThere()
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync(options => options with { ExchangeFile = Record });
        Problem none = await RefusedAsync(network, "/v1/exchange");
        Assert.Equal(ProblemCodes.NotFound, none.Code);
        Assert.Contains("ait dex deploy", none.Remedy, StringComparison.Ordinal);

        Write(network, network.Network.Deployment.Token);
        Assert.Contains($"no pair of both tokens at {s_pair}", await FoundAsync(network), StringComparison.Ordinal);
        network.Network.Chain.Pair = (s_pair, new PairReserves(s_coin, 300, 7));
        ExchangeResponse exchange = await HttpNetwork.EventuallyAsync(async () =>
        {
            network.Network.Chain.Mine();
            using HttpResponseMessage answer = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/v1/exchange"));
            return answer.IsSuccessStatusCode ? await HttpNetwork.ReadAsync(answer, ProtocolJson.Default.ExchangeResponse) : null;
        });
        Assert.Equal((s_pair, s_router, s_coin, "300", "7"), (exchange.Pair, exchange.Router, exchange.WrappedCoin, exchange.AitReserveWei, exchange.CoinReserveWei));
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("null", "holds none")]
    [InlineData("{}", "cannot be read")]
    [InlineData(null, "is of token")]
    public async Task Exchange_isRefusedIfItsRecordIsNone(string? content, string found)
    {
        await using HttpNetwork network = await HttpNetwork.StartAsync(options => options with { ExchangeFile = Record });
        if (content is null)
        {
            Write(network, s_coin); // Of another network.
        }
        else
        {
            await File.WriteAllTextAsync(Record, content, Cancellation);
        }

        Assert.Contains(found, await FoundAsync(network), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chain_isAskedOnceABlockHoweverManyLookOn()
    {
        var clock = new ManualClock();
        using var network = new TestNetwork(clock);
        using var heads = new HeadWatch(network.Chain, clock);
        int read = 0;
        using var value = new PerBlock<string>(heads, async (head, _) =>
        {
            await Task.Yield();
            return $"{head.Number}: {Interlocked.Increment(ref read)}";
        });
        string first = Assert.Single((await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => value.ReadAsync(Cancellation)))).Distinct());
        network.Chain.Mine();
        Assert.Equal(first, await value.ReadAsync(Cancellation)); // Within a second nobody asks for the head.
        clock.Advance(LiveFeed.Look);
        string second = await value.ReadAsync(Cancellation);
        Assert.EndsWith(": 2", second, StringComparison.Ordinal);
        clock.Advance(LiveFeed.Look);
        Assert.Equal(second, await value.ReadAsync(Cancellation)); // No new block, no question.

        // A fault is nobody's answer but of the one who asked.
        network.Chain.Mine();
        clock.Advance(LiveFeed.Look);
        network.Chain.Unreachable = true;
        await Assert.ThrowsAsync<ChainUnavailableException>(() => value.ReadAsync(Cancellation));
        network.Chain.Unreachable = false;
        Assert.EndsWith(": 3", await value.ReadAsync(Cancellation), StringComparison.Ordinal);
    }

    private void Write(HttpNetwork network, Address token) => File.WriteAllBytes(Record, JsonSerializer.SerializeToUtf8Bytes(
        new ExchangeFile(network.Network.Deployment.ChainId, token, s_coin, s_router, s_pair), ConfigurationJson.Default.ExchangeFile));

    /// <summary>What the coordinator finds wrong with the record, in a block after it was written.</summary>
    private static Task<string> FoundAsync(HttpNetwork network) => HttpNetwork.EventuallyAsync(async () =>
    {
        network.Network.Chain.Mine();
        Problem refused = await RefusedAsync(network, "/v1/exchange");
        return refused.Code == ProblemCodes.Unavailable ? refused.Found : null;
    });

    private static async Task<Problem> RefusedAsync(HttpNetwork network, string path)
    {
        using HttpResponseMessage answer = await network.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        return await HttpNetwork.ProblemAsync(answer);
    }
}
