using System.Net;
using Ait.Chain.Signing;
using Ait.Coordinator.Buying;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.Buying;

public sealed class KeyTests
{
    [Fact]
    public async Task Key_isListedWithoutItsSecretAndRefusedOnceRevoked()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        KeyResponse key = await network.KeyAsync(new KeyRequest("laptop", 5_000, 9_000, 4_000_000_000), session);
        Assert.StartsWith(key.Preview, key.Key, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await ModelsAsync(network, key.Key));

        KeyResponse listed = Assert.Single((await ListAsync(network, session)).Keys);
        Assert.Equal(key with { Key = null }, listed);
        Assert.Equal(("laptop", 5_000ul, 9_000ul, 4_000_000_000ul), (listed.Name, listed.DailyComputeUnits!.Value, listed.TotalComputeUnits!.Value, listed.ExpiresAt!.Value));

        Assert.Equal(HttpStatusCode.NoContent, await RevokeAsync(network, session, key.KeyId));
        Assert.Equal(HttpStatusCode.NoContent, await RevokeAsync(network, session, key.KeyId));
        Assert.Equal(HttpStatusCode.Unauthorized, await ModelsAsync(network, key.Key));
        Assert.NotNull(Assert.Single((await ListAsync(network, session)).Keys).RevokedAt);
    }

    [Fact]
    public async Task Key_isNobodyElsesToListOrRevoke()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        KeyResponse key = await network.KeyAsync();
        using Secp256k1PrivateKey other = TestMiner.Key("somebody else");
        string theirs = await network.SessionAsync(other);
        Assert.Empty((await ListAsync(network, theirs)).Keys);
        Assert.Equal(HttpStatusCode.NotFound, await RevokeAsync(network, theirs, key.KeyId));
        Assert.Equal(HttpStatusCode.OK, await ModelsAsync(network, key.Key));
    }

    [Theory]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":"a\nb"}""")]
    [InlineData("""{"name":"k","dailyComputeUnits":0}""")]
    [InlineData("""{"name":"k","totalComputeUnits":18446744073709551615}""")]
    [InlineData("""{"name":"k","totalComputeUnits":-1}""")]
    [InlineData("""{"name":"k","expiresAt":1}""")]
    [InlineData("""{"name":"k","surprise":1}""")]
    [InlineData("""{}""")]
    [InlineData("""null""")]
    [InlineData("""{"name":"k"} """ + "x")]
    public async Task Key_isNotMadeOfARequestThatIsNotOfTheForm(string body)
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Post, "/v1/keys", session, body);
        Assert.Equal(ProblemCodes.Malformed, (await HttpNetwork.ProblemAsync(answer)).Code);
        Assert.Empty((await ListAsync(network, session)).Keys);
    }

    [Fact]
    public async Task Key_isRefusedBeyondTheMostAnAccountMayHave()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        for (int i = 0; i < ApiKeyStore.MostLive; i++)
        {
            await network.KeyAsync(session: session);
        }

        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Post, "/v1/keys", session, """{"name":"one more"}""");
        Assert.Equal(ProblemCodes.NotAuthorized, (await HttpNetwork.ProblemAsync(answer)).Code);
    }

    [Theory]
    [InlineData(10, 100, null, 0, null, 0, null)]
    [InlineData(10, 10, 10L, 0, 10L, 0, null)]
    [InlineData(10, 9, null, 0, null, 0, nameof(Purchase.NoCredit))]
    [InlineData(10, -5, null, 0, null, 0, nameof(Purchase.NoCredit))]
    [InlineData(10, 100, 10L, 1, null, 0, nameof(Purchase.OverLimit))]
    [InlineData(10, 100, null, 0, 15L, 6, nameof(Purchase.OverLimit))]
    [InlineData(10, 0, 5L, 0, null, 0, nameof(Purchase.OverLimit))]
    public void Judge_takesAPriceThatTheCreditAndBothLimitsCover(long price, long available, long? daily, long today, long? total, long spent, string? refusal) =>
        Assert.Equal(refusal, Purchase.Judge((ulong)price, available, daily, today, total, spent)?.GetType().Name);

    private static async Task<HttpStatusCode> ModelsAsync(BuyerNetwork network, string? key)
    {
        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Get, "/v1/models", key);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> RevokeAsync(BuyerNetwork network, string session, string keyId)
    {
        using HttpResponseMessage answer = await network.SendAsync(HttpMethod.Delete, $"/v1/keys/{keyId}", session);
        return answer.StatusCode;
    }

    private static async Task<KeysResponse> ListAsync(BuyerNetwork network, string session) =>
        await HttpNetwork.ReadAsync(await network.SendAsync(HttpMethod.Get, "/v1/keys", session), ProtocolJson.Default.KeysResponse);
}
