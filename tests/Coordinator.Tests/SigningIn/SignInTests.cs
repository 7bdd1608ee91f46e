using System.Net;
using Ait.Chain.Signing;
using Ait.Coordinator.Ledger;
using Ait.Coordinator.SigningIn;
using Ait.Coordinator.Tests.Support;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Tests.SigningIn;

/// <summary>Each refusal is of a sign-in that would be taken, with one fact changed.</summary>
public sealed class SignInTests
{
    [Fact]
    public async Task SignIn_beginsASessionThatEndsWhenItIsAskedTo()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        Assert.StartsWith(BearerToken.SessionPrefix, session, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(network, HttpMethod.Get, "/v1/keys", session));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(network, HttpMethod.Delete, "/v1/sign-in", session));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(network, HttpMethod.Get, "/v1/keys", session));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(network, HttpMethod.Delete, "/v1/sign-in", session));
    }

    [Fact]
    public async Task SignIn_isRefusedIfTheMessageWasUsedBefore()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        SignInMessage message = BuyerNetwork.Message(await network.ChallengeAsync(), network.Wallet.Address);
        string session = (await HttpNetwork.ReadAsync(await network.SignInAsync(message, network.Wallet), ProtocolJson.Default.SessionResponse)).Token;
        await RefusesAsync(network, message, ProblemCodes.NonceReplayed);

        // Also after the session it began has ended.
        await StatusAsync(network, HttpMethod.Delete, "/v1/sign-in", session);
        await RefusesAsync(network, message, ProblemCodes.NonceReplayed);
    }

    [Theory]
    [InlineData("domain", ProblemCodes.SignatureInvalid)]
    [InlineData("uri", ProblemCodes.SignatureInvalid)]
    [InlineData("chain", ProblemCodes.SignatureInvalid)]
    [InlineData("signer", ProblemCodes.SignatureInvalid)]
    [InlineData("expired", ProblemCodes.StaleTimestamp)]
    [InlineData("not yet", ProblemCodes.StaleTimestamp)]
    [InlineData("own nonce", ProblemCodes.StaleTimestamp)]
    [InlineData("short nonce", ProblemCodes.Malformed)]
    public async Task SignIn_isRefusedIfOneFactIsAnother(string fact, string code)
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        SignInChallenge challenge = await network.ChallengeAsync();
        SignInMessage genuine = BuyerNetwork.Message(challenge, network.Wallet.Address);
        using Secp256k1PrivateKey other = TestMiner.Key("somebody else");
        SignInMessage changed = new()
        {
            Domain = fact == "domain" ? "evil.example" : genuine.Domain,
            Account = fact == "signer" ? other.Address : genuine.Account,
            Statement = genuine.Statement,
            Uri = fact == "uri" ? "https://evil.example/" : genuine.Uri,
            ChainId = fact == "chain" ? 1 : genuine.ChainId,
            Nonce = fact switch { "own nonce" => new string('a', genuine.Nonce.Length), "short nonce" => "abc", _ => genuine.Nonce },
            IssuedAt = genuine.IssuedAt,
            ExpirationTime = fact == "expired" ? "2020-01-01T00:00:00Z" : null,
            NotBefore = fact == "not yet" ? "2999-01-01T00:00:00Z" : null,
        };
        await RefusesAsync(network, changed, code);
        Assert.Equal(HttpStatusCode.OK, (await network.SignInAsync(genuine, network.Wallet)).StatusCode);
    }

    [Fact]
    public void Nonce_isGoodUntilItExpiresAndOnlyAsItWasGivenOut()
    {
        using Secp256k1PrivateKey key = TestMiner.Key("coordinator");
        using Secp256k1PrivateKey another = TestMiner.Key("another coordinator");
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        (string nonce, ulong expiresAt) = new SignInNonce(key).Create(now);
        Assert.Equal((ulong)(now + SignInNonce.Lifetime).ToUnixTimeSeconds(), expiresAt);
        Assert.True(new SignInNonce(key).IsGood(nonce, now)); // Another replica, or the same in another life.
        Assert.False(new SignInNonce(another).IsGood(nonce, now));
        Assert.False(new SignInNonce(key).IsGood(nonce, now + SignInNonce.Lifetime));
        Assert.False(new SignInNonce(key).IsGood(nonce + "00", now));
        for (int i = 0; i < nonce.Length; i++)
        {
            string changed = nonce[..i] + (nonce[i] == '0' ? '1' : '0') + nonce[(i + 1)..];
            Assert.False(new SignInNonce(key).IsGood(changed, now));
        }
    }

    [Fact]
    public async Task Ledger_holdsNoSecret()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        string session = await network.SessionAsync();
        string key = (await network.KeyAsync(session: session)).Key!;
        List<object> values = network.Http.Ledger.Read(transaction => LedgerSchema.Tables(LedgerSchema.Migrations.Count)
            .SelectMany(table => transaction.Query(
                "SELECT * FROM " + table, row => Enumerable.Range(0, row.FieldCount).Select(row.GetValue).ToArray()).SelectMany(row => row)).ToList());
        Assert.NotEmpty(values.OfType<byte[]>());
        foreach (string secret in new[] { session, key })
        {
            byte[] bytes = System.Text.Encoding.ASCII.GetBytes(secret[10..]);
            Assert.DoesNotContain(values.OfType<string>(), text => text.Contains(secret[10..], StringComparison.Ordinal));
            Assert.DoesNotContain(values.OfType<byte[]>(), blob => blob.AsSpan().IndexOf(bytes) >= 0);
        }
    }

    [Fact]
    public async Task SignIn_isRefusedIfTooManyComeFromOneAddress()
    {
        await using BuyerNetwork network = await BuyerNetwork.StartAsync();
        HttpStatusCode last = HttpStatusCode.OK;
        for (int i = 0; i < 200 && last != HttpStatusCode.TooManyRequests; i++)
        {
            last = await StatusAsync(network, HttpMethod.Post, "/v1/sign-in", null, "{}");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    private static async Task RefusesAsync(BuyerNetwork network, SignInMessage message, string code)
    {
        using HttpResponseMessage answer = await network.SignInAsync(message, network.Wallet);
        Assert.Equal(code, (await HttpNetwork.ProblemAsync(answer)).Code);
    }

    private static async Task<HttpStatusCode> StatusAsync(BuyerNetwork network, HttpMethod method, string path, string? token, string? body = null)
    {
        using HttpResponseMessage answer = await network.SendAsync(method, path, token, body);
        return answer.StatusCode;
    }
}
