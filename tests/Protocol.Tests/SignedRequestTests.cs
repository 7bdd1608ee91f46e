using System.Security.Cryptography;
using Ait.Chain;
using Ait.Chain.Signing;
using Ait.Protocol.Http;

namespace Ait.Protocol.Tests;

public sealed class SignedRequestTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
    private static readonly byte[] s_body = "{}"u8.ToArray();
    private static readonly SignedRequest s_request =
        SignedRequest.Sign(Samples.Network, "POST", "/v1/leases", s_body, s_now, Samples.Hash("nonce"), Samples.Key("gpu 0"));

    [Fact]
    public void TryVerify_acceptsTheSender()
    {
        Assert.True(TryVerify(out SignedRequest? sender, out _));
        Assert.Equal(Samples.Account("gpu 0"), sender.Signer);
        Assert.Equal(Samples.Hash("nonce"), sender.Nonce);
    }

    [Fact]
    public void Sign_signsTheStructThatIsDocumented()
    {
        Hash256 digest = Eip712.Digest(Samples.Network.Separator, Eip712.HashStruct(
            "Request(string method,string path,bytes32 bodyHash,uint64 timestamp,bytes32 nonce)",
            Keccak256.Hash("POST"u8),
            Keccak256.Hash("/v1/leases"u8),
            new Hash256(SHA256.HashData(s_body)),
            Hash256.Parse("0000000000000000000000000000000000000000000000000000018bcfe56800"), // 1,700,000,000,000 ms
            Samples.Hash("nonce")));

        Assert.True(Secp256k1.TryRecover(digest, s_request.Signature, out Address signer));
        Assert.Equal(Samples.Account("gpu 0"), signer);
    }

    [Fact]
    public void TryVerify_refusesAnotherMethodPathBodyOrNetwork()
    {
        Refuses(ProtocolRefusalCode.SignatureInvalid, method: "GET");
        Refuses(ProtocolRefusalCode.SignatureInvalid, path: "/v1/leases?x=1");
        Refuses(ProtocolRefusalCode.SignatureInvalid, body: "{ }"u8.ToArray());
        Refuses(ProtocolRefusalCode.SignatureInvalid, domain: Samples.Network with { ChainId = 1 });
    }

    [Fact]
    public void TryVerify_refusesAClockFarOff()
    {
        Refuses(ProtocolRefusalCode.StaleTimestamp, now: s_now + SignedRequest.Tolerance + TimeSpan.FromMilliseconds(1));
        Refuses(ProtocolRefusalCode.StaleTimestamp, now: s_now - SignedRequest.Tolerance - TimeSpan.FromMilliseconds(1));
        Assert.True(TryVerify(out _, out _, now: s_now + SignedRequest.Tolerance));
    }

    [Theory]
    [InlineData(SignedRequest.SignerHeader)]
    [InlineData(SignedRequest.TimestampHeader)]
    [InlineData(SignedRequest.NonceHeader)]
    [InlineData(SignedRequest.SignatureHeader)]
    public void TryVerify_refusesIfAHeaderIsMissingOrMalformed(string header)
    {
        foreach (string? value in new[] { null, "", "x", "-1", "0x00" })
        {
            Refuses(ProtocolRefusalCode.SignatureInvalid, headers: Headers(header, value));
        }
    }

    [Fact]
    public void TryVerify_refusesASignerNamedForAnothersSignature() =>
        Refuses(ProtocolRefusalCode.SignatureInvalid, headers: Headers(SignedRequest.SignerHeader, Samples.Account("gpu 1").ToString()));

    [Fact]
    public void TryVerify_refusesATimestampBeyondTheSignedRange() =>
        Refuses(ProtocolRefusalCode.StaleTimestamp, headers: Headers(SignedRequest.TimestampHeader, ulong.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static Func<string, string?> Headers(string? replace = null, string? by = null)
    {
        var headers = new Dictionary<string, string?>(s_request.ToHeaders().Select(header => KeyValuePair.Create(header.Key, (string?)header.Value)));
        if (replace is not null)
        {
            headers[replace] = by;
        }

        return name => headers.GetValueOrDefault(name);
    }

    private static void Refuses(
        ProtocolRefusalCode code,
        string method = "POST",
        string path = "/v1/leases",
        byte[]? body = null,
        NetworkDomain? domain = null,
        DateTimeOffset? now = null,
        Func<string, string?>? headers = null)
    {
        Assert.False(SignedRequest.TryVerify(
            headers ?? Headers(), domain ?? Samples.Network, method, path, body ?? s_body, now ?? s_now, out _, out ProtocolRefusal? refusal));
        Assert.Equal(code, refusal.Code);
    }

    private static bool TryVerify(
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SignedRequest? request,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out ProtocolRefusal? refusal,
        DateTimeOffset? now = null) =>
        SignedRequest.TryVerify(Headers(), Samples.Network, "POST", "/v1/leases", s_body, now ?? s_now, out request, out refusal);
}
