using Ait.Chain;
using Ait.Chain.Signing;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Protocol.Tests;

/// <summary>EIP-4361. The two signed messages were made with the npm packages siwe 3.0.0 and ethers 6, of the key 0x11…11.</summary>
public sealed class SignInMessageTests
{
    private const string Plain =
        "coordinator.example wants you to sign in with your Ethereum account:\n0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A\n\nSign in to manage API keys.\n\n"
        + "URI: https://coordinator.example/console\nVersion: 1\nChain ID: 31337\nNonce: abcdef0123456789\nIssued At: 2027-01-15T08:00:00.000Z\nExpiration Time: 2027-01-15T08:10:00.000Z";

    private const string PlainSignature =
        "0x626ebb9b23bfbe589797f6458c633e2206e75c5ed26c577e501bd3399825a5e42ef82047b40aaac38ba3b9b04a645770968168703cb71e2321968ce143fbe7741b";

    private const string Full =
        "https://coordinator.example:8443 wants you to sign in with your Ethereum account:\n0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A\n\n\n"
        + "URI: https://coordinator.example:8443/\nVersion: 1\nChain ID: 1\nNonce: abcdef01\nIssued At: 2027-01-15T09:00:00+01:00\nExpiration Time: 2027-01-15T08:10:00Z\n"
        + "Not Before: 2027-01-15T07:59:00Z\nRequest ID: r-1\nResources:\n- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/\n- https://example.com/my-web2-claim.json";

    private const string FullSignature =
        "0x1b990e0294e6128012aa1709b7bcafd2acce29103c5523eef54b6e34965d54a12b2e17686320697521618df376bcd3ca5667d6d3927f34858ef4e052a8e6d8541b";

    private static readonly DateTimeOffset s_now = new(2027, 1, 15, 8, 5, 0, TimeSpan.Zero);
    private static readonly Uri s_origin = new("https://coordinator.example/");
    private static readonly Address s_account = Address.Parse("0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A");

    [Fact]
    public void Digest_isEthereumsOfAPersonalMessage()
    {
        // ethers 6: new Wallet('0x11…11').signMessage('hello')
        Assert.True(Signature.TryParse("0x9208d5f86a1f5d9c1908dbb42969925675ceb388616fc5b186c248e4967a03e02e9d28a1adcb8cce60ebcef9756dee20522a2987afea3055f4edd8380d425f891b", out Signature signature));
        Assert.True(Secp256k1.TryRecover(PersonalMessage.Digest("hello"), signature, out Address signer));
        Assert.Equal(s_account, signer);
    }

    [Fact]
    public void TryVerify_acceptsWhatAnotherImplementationSigned()
    {
        Assert.True(TryVerify(Plain, PlainSignature, out SignInMessage? plain, out ProtocolRefusal? refusal), refusal?.ToString());
        Assert.Equal((s_account, "Sign in to manage API keys.", "abcdef0123456789", 31337ul), (plain!.Account, plain.Statement, plain.Nonce, plain.ChainId));
        Assert.True(TryVerify(Full, FullSignature, out SignInMessage? full, out refusal, origin: new Uri("https://coordinator.example:8443"), chainId: 1), refusal?.ToString());
        Assert.Equal((null, "https", "r-1", 2), (full!.Statement, full.Scheme, full.RequestId, full.Resources!.Value.Length));
    }

    [Fact]
    public void ToString_isTheTextThatWasRead()
    {
        foreach (string text in new[] { Plain, Full })
        {
            Assert.True(SignInMessage.TryParse(text, out SignInMessage? message, out _));
            Assert.Equal(text, message.ToString());
        }
    }

    [Fact]
    public void Sign_isVerifiedByTryVerify()
    {
        using var key = Secp256k1PrivateKey.FromBytes([.. Enumerable.Repeat((byte)0x11, 32)]);
        Assert.True(SignInMessage.TryParse(Plain, out SignInMessage? message, out _));
        Assert.Equal(PlainSignature, message.Sign(key).ToString());
    }

    [Theory]
    [InlineData("another domain", ProtocolRefusalCode.WrongSubject)]
    [InlineData("another port", ProtocolRefusalCode.WrongSubject)]
    [InlineData("another chain", ProtocolRefusalCode.WrongSubject)]
    [InlineData("too late", ProtocolRefusalCode.StaleTimestamp)]
    [InlineData("too early", ProtocolRefusalCode.StaleTimestamp)]
    [InlineData("another text", ProtocolRefusalCode.SignatureInvalid)]
    [InlineData("another account", ProtocolRefusalCode.SignatureInvalid)]
    [InlineData("a URI of another site", ProtocolRefusalCode.WrongSubject)]
    public void TryVerify_refusesIfOneFactIsAnother(string fact, ProtocolRefusalCode code)
    {
        ProtocolRefusal? refusal = null;
        bool accepted = fact switch
        {
            "another domain" => TryVerify(Plain, PlainSignature, out _, out refusal, origin: new Uri("https://evil.example")),
            "another port" => TryVerify(Plain, PlainSignature, out _, out refusal, origin: new Uri("https://coordinator.example:8443")),
            "another chain" => TryVerify(Plain, PlainSignature, out _, out refusal, chainId: 1),
            "too late" => TryVerify(Plain, PlainSignature, out _, out refusal, now: s_now + TimeSpan.FromMinutes(5)),
            "too early" => TryVerify(Plain, PlainSignature, out _, out refusal, now: s_now - TimeSpan.FromMinutes(7)),
            "another text" => TryVerify(Plain.Replace("manage", "Manage", StringComparison.Ordinal), PlainSignature, out _, out refusal),
            "another account" => TryVerify(Plain.Replace(s_account.ToString(), Address.Zero.ToString(), StringComparison.Ordinal), PlainSignature, out _, out refusal),
            _ => TryVerify(Plain.Replace("https://coordinator.example/", "https://evil.example/", StringComparison.Ordinal), PlainSignature, out _, out refusal),
        };
        Assert.False(accepted);
        Assert.Equal(code, refusal!.Code);
    }

    [Theory]
    [InlineData("coordinator.example wants", " wants")]
    [InlineData("coordinator.example wants", "a/b wants")]
    [InlineData("coordinator.example wants", "user@coordinator.example wants")]
    [InlineData("coordinator.example wants", "1+://coordinator.example wants")]
    [InlineData("sign in with your", "sign in with my")]
    [InlineData("0x19E7E376", "0x19e7E376")]
    [InlineData("0x19E7E376", "19E7E376")]
    [InlineData("keys.\n\nURI", "keys.\nURI")]
    [InlineData("keys.\n\nURI", "keys.\nmore\n\nURI")]
    [InlineData("Sign in to", "Sign \"in\" to")]
    [InlineData("URI: https://coordinator.example/console", "URI: not a uri")]
    [InlineData("URI: ", "uri: ")]
    [InlineData("Version: 1", "Version: 2")]
    [InlineData("Chain ID: 31337", "Chain ID: 0x1")]
    [InlineData("Chain ID: 31337", "Chain ID: -1")]
    [InlineData("Nonce: abcdef0123456789", "Nonce: abcdef0")]
    [InlineData("Nonce: abcdef0123456789", "Nonce: abcdef-0123456789")]
    [InlineData("Issued At: 2027-01-15T08:00:00.000Z", "Issued At: 2027-01-15 08:00:00Z")]
    [InlineData("Issued At: 2027-01-15T08:00:00.000Z", "Issued At: 2027-01-15T08:00:00")]
    [InlineData("Issued At: 2027-01-15T08:00:00.000Z", "Issued At: 2027-13-15T08:00:00Z")]
    [InlineData("\nExpiration Time: 2027-01-15T08:10:00.000Z", "\nExpires: 2027-01-15T08:10:00.000Z")]
    [InlineData("08:10:00.000Z", "08:10:00.000Z\n")]
    [InlineData("08:10:00.000Z", "08:10:00.000Z\nRequest ID: 1\nNot Before: 2027-01-15T08:00:00Z")]
    [InlineData("08:10:00.000Z", "08:10:00.000Z\nResources:\nhttps://example.com")]
    [InlineData("\nIssued At: 2027-01-15T08:00:00.000Z\nExpiration Time: 2027-01-15T08:10:00.000Z", "")]
    public void TryParse_refusesIfOnePartIsNotOfTheGrammar(string part, string by)
    {
        Assert.Contains(part, Plain, StringComparison.Ordinal);
        Assert.False(SignInMessage.TryParse(Plain.Replace(part, by, StringComparison.Ordinal), out SignInMessage? message, out ProtocolRefusal? refusal));
        Assert.Null(message);
        Assert.Contains(refusal.Code, new[] { ProtocolRefusalCode.WrongForm, ProtocolRefusalCode.Truncated, ProtocolRefusalCode.TrailingBytes });
    }

    [Fact]
    public void TryParse_refusesMoreThanItsLimit()
    {
        string text = Plain.Replace("Sign in to", "Sign in to" + new string('x', SignInMessage.MaxLength), StringComparison.Ordinal);
        Assert.False(SignInMessage.TryParse(text, out _, out ProtocolRefusal? refusal));
        Assert.Equal(ProtocolRefusalCode.OutOfRange, refusal.Code);
    }

    [Fact]
    public void TryParse_neverThrowsAndReadsOnlyWhatItWouldWrite() => Prop.ForAll(
        ArbMap.Default.ArbFor<(int, int, string)>(),
        change =>
        {
            (int at, int length, string by) = change;
            int start = (int)((uint)at % Full.Length);
            string text = Full[..start] + by + Full[Math.Min(Full.Length, start + (int)((uint)length % 40))..];
            return !SignInMessage.TryParse(text, out SignInMessage? message, out _) || message.ToString() == text;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void CreditId_isOfOneAccountOnOneNetwork()
    {
        Hash256[] ids =
        [
            Samples.Network.CreditId(s_account),
            Samples.Network.CreditId(Address.Zero),
            (Samples.Network with { ChainId = 1 }).CreditId(s_account),
            (Samples.Network with { MiningRegistry = s_account }).CreditId(s_account),
        ];
        Assert.Distinct(ids);
    }

    private static bool TryVerify(
        string text, string signature, out SignInMessage? message, out ProtocolRefusal? refusal, Uri? origin = null, ulong chainId = 31337, DateTimeOffset? now = null)
    {
        Assert.True(Signature.TryParse(signature, out Signature parsed));
        return SignInMessage.TryVerify(text, parsed, origin ?? s_origin, chainId, now ?? s_now, out message, out refusal);
    }
}
