using Ait.Miner.Keys;
using Ait.Miner.Tests.Fixtures;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Miner.Tests.Keys;

public sealed class EnclaveKeyTests
{
    private static readonly NetworkDomain s_domain = new(31_337, Chain.Address.Zero);

    [Fact]
    public void Create_drawsANewKeyEachTime()
    {
        using EnclaveKey first = EnclaveKey.Create();
        using EnclaveKey second = EnclaveKey.Create();

        Assert.NotEqual(first.Address, second.Address);
        Assert.Equal(first.Address.ToString(), first.ToString());
    }

    [Fact]
    public void Attest_signsUnderTheProtocol()
    {
        using EnclaveKey key = EnclaveKey.Create();
        var statement = new WorkStatement(Network.RandomHash(), Network.RandomHash(), Network.RandomHash(), Network.RandomHash(), 17);

        Assert.True(WorkAttestation.TryVerify(key.Attest(statement, s_domain).ToBytes(), s_domain, key.Address, out WorkAttestation? attestation, out _));
        Assert.Equal(statement, attestation.Statement);
    }

    [Fact]
    public void SignRequest_drawsANonceEachTime()
    {
        using EnclaveKey key = EnclaveKey.Create();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();

        SignedRequest first = key.SignRequest(s_domain, "GET", "/v1/x", [], now);
        SignedRequest second = key.SignRequest(s_domain, "GET", "/v1/x", [], now);

        Assert.NotEqual(first.Nonce, second.Nonce);
        Assert.Equal(key.Address, first.Signer);
    }

    [Fact]
    public void Dispose_endsSigning()
    {
        EnclaveKey key = EnclaveKey.Create();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.SignRequest(s_domain, "GET", "/", [], TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public void Key_offersNoWayOut()
    {
        // The type can sign and say its account; nothing it has returns bytes of the key.
        Assert.Equal(
            ["Attest", "Create", "Dispose", "SignClassStatement", "SignLife", "SignRequest", "SignSeatKey", "ToString", "get_Address"],
            typeof(EnclaveKey).GetMethods(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.DeclaredOnly)
                .Where(method => !method.IsPrivate).Select(method => method.Name).Order(StringComparer.Ordinal));
    }
}
