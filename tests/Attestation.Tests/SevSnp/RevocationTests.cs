using System.Collections.Immutable;
using Ait.Attestation.SevSnp;
using Ait.Attestation.X509;
using Ait.Emulation.Amd;

namespace Ait.Attestation.Tests.SevSnp;

/// <summary>Revocation lists of the root.</summary>
public sealed class RevocationTests
{
    private const int GenoaAsk = 0x20002;

    [Fact]
    public void Verify_acceptsWithACurrentListThatNamesOthers()
    {
        Scenario good = With(root => root.IssueRevocationList(Scenario.Now.AddDays(-1), Scenario.Now.AddDays(1), 0x20001, 7));
        good.AssertGenuine();
        (good with { Policy = SnpPolicy.Baseline with { Revocation = RevocationRule.Required } }).AssertGenuine();
        Assert.Equal(Scenario.Now.AddDays(1), Assert.IsType<Verdict.Genuine>(good.Judge()).Facts.ExpiresAt);
    }

    [Fact]
    public void Verify_acceptsWithAnEmptyList() => With(root => root.IssueRevocationList(Scenario.Now, Scenario.Now)).AssertGenuine();

    [Fact]
    [Refuses(Refusal.CertificateRevoked)]
    public void Verify_refusesARevokedIntermediate() =>
        With(root => root.IssueRevocationList(Scenario.Now, Scenario.Now.AddDays(1), 0x20001, GenoaAsk)).AssertRefused(Refusal.CertificateRevoked);

    [Fact]
    public void Verify_refusesIfAnyOfSeveralListsRevokes()
    {
        Scenario good = Scenario.Good();
        ImmutableArray<ReadOnlyMemory<byte>> lists =
        [
            good.Root.IssueRevocationList(Scenario.Now, Scenario.Now.AddDays(1)),
            good.Root.IssueRevocationList(Scenario.Now, Scenario.Now.AddDays(1), GenoaAsk),
        ];
        (good with { RevocationLists = lists }).AssertRefused(Refusal.CertificateRevoked);
    }

    [Fact]
    [Refuses(Refusal.RevocationListStale)]
    public void Verify_refusesAListPastItsNextUpdate() =>
        With(root => root.IssueRevocationList(Scenario.Now.AddDays(-2), Scenario.Now.AddSeconds(-1))).AssertRefused(Refusal.RevocationListStale);

    [Fact]
    [Refuses(Refusal.RevocationListNotYetValid)]
    public void Verify_refusesAListOfTheFuture() =>
        With(root => root.IssueRevocationList(Scenario.Now.AddSeconds(1), Scenario.Now.AddDays(1))).AssertRefused(Refusal.RevocationListNotYetValid);

    [Fact]
    [Refuses(Refusal.RevocationListSignature)]
    public void Verify_refusesAListThatTheRootDidNotSign() => With(root =>
    {
        byte[] list = root.IssueRevocationList(Scenario.Now, Scenario.Now.AddDays(1));
        return Bytes.Flip(list, list.Length - 1, 1);
    }).AssertRefused(Refusal.RevocationListSignature);

    [Fact]
    [Refuses(Refusal.RevocationListIssuer)]
    public void Verify_refusesAListOfAnotherProduct()
    {
        Scenario milan = Scenario.Good(EmulatedProduct.Milan);
        With(_ => milan.Root.IssueRevocationList(Scenario.Now, Scenario.Now.AddDays(1))).AssertRefused(Refusal.RevocationListIssuer);
    }

    [Fact]
    public void Verify_refusesAListOfARootWithTheSameNameAndAnotherKey() =>
        With(root => Scenario.OtherRoot(root.Product).IssueRevocationList(Scenario.Now, Scenario.Now.AddDays(1)))
            .AssertRefused(Refusal.RevocationListIssuer);

    [Fact]
    [Refuses(Refusal.RevocationListMalformed)]
    public void Verify_refusesBytesAfterAList() =>
        With(root => [.. root.IssueRevocationList(Scenario.Now, Scenario.Now.AddDays(1)), 0]).AssertRefused(Refusal.RevocationListMalformed);

    [Fact]
    [Refuses(Refusal.RevocationListMissing)]
    public void Verify_refusesIfAListIsRequiredAndNoneGiven() =>
        (Scenario.Good() with { Policy = SnpPolicy.Baseline with { Revocation = RevocationRule.Required } })
            .AssertRefused(Refusal.RevocationListMissing);

    [Theory]
    [InlineData("2025-07-15T00:00:00Z", Refusal.None)]
    [InlineData("2025-11-03T01:00:01Z", Refusal.RevocationListStale)]
    public void Verify_readsTheGenuineLists(string at, Refusal code)
    {
        Verdict verdict = Genuine("genoa-v3-openpcc-azure", "ask_genoa", "ark_genoa", "crl_genoa_2024-10-23", DateTimeOffset.Parse(at, null));
        Assert.Equal(code, verdict is Verdict.Refused refused ? refused.Reason.Code : Refusal.None);
    }

    [Fact]
    public void Revokes_findsTheGenuineIntermediateThatAmdRevoked()
    {
        Assert.True(RevocationLists.TryRead(Vectors.Read("amd-snp/crls/crl_genoa_2024-10-23.der"), out ImmutableArray<ReadOnlyMemory<byte>> lists, out _));
        Assert.True(RevocationList.TryParse(lists[0], out RevocationList? list, out _));
        Assert.True(Certificate.TryParse(Vectors.Read("amd-snp/roots/ask_genoa.der"), "ASK", out Certificate? current, out _));
        Assert.Equal(ByteString.FromHex("020002"), current.Serial);
        Assert.False(list.Revokes(current.Serial));
        Assert.True(list.Revokes(ByteString.FromHex("020001")));
    }

    [Fact]
    public void Verify_refusesTheGenuineListOfAnotherProduct()
    {
        Verdict verdict = Genuine("milan-v4-gcp", "ask_milan", "ark_milan", "crl_genoa_2024-10-23", new DateTimeOffset(2025, 7, 15, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(Refusal.RevocationListIssuer, Assert.IsType<Verdict.Refused>(verdict).Reason.Code);
    }

    private static Verdict Genuine(string id, string ask, string ark, string list, DateTimeOffset at) => SnpVerifier.Verify(
        new SnpEvidence
        {
            Report = Vectors.Read($"amd-snp/{id}/report.bin"),
            Vek = Vectors.Read($"amd-snp/{id}/vek.der"),
            Ask = Vectors.Read($"amd-snp/roots/{ask}.der"),
            Ark = Vectors.Read($"amd-snp/roots/{ark}.der"),
            RevocationLists = [Vectors.Read($"amd-snp/crls/{list}.der")],
        },
        TrustRoots.Production,
        SnpPolicy.Baseline with { Revocation = RevocationRule.Required },
        at);

    private static Scenario With(Func<EmulatedAmdRoot, byte[]> list)
    {
        Scenario good = Scenario.Good();
        return good with { RevocationLists = [list(good.Root)] };
    }
}
