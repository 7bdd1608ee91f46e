using System.Security.Cryptography;
using System.Text;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation.Tests.SevSnp;

/// <summary>Sorting files into roles.</summary>
public sealed class SnpCertificatesTests
{
    [Fact]
    public void TrySort_findsTheRolesInAnyOrder()
    {
        Scenario good = Scenario.Good();
        ReadOnlyMemory<byte>[] files = [good.Vek, good.Ask, good.Ark];
        foreach (int[] order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        {
            Assert.True(SnpCertificates.TrySort(order.Select(index => files[index]), out SnpCertificates? sorted, out _));
            Assert.Equal(good.Vek, sorted.Vek.ToArray());
            Assert.Equal(good.Ask, sorted.Ask.ToArray());
            Assert.Equal(good.Ark, sorted.Ark.ToArray());
        }
    }

    [Fact]
    public void TrySort_readsPemOfOneOrSeveral()
    {
        Scenario good = Scenario.Good();
        Assert.True(SnpCertificates.TrySort([Pem(good.Vek), Pem(good.Ask, good.Ark)], out SnpCertificates? sorted, out _));
        Assert.Equal(good.Ark, sorted.Ark.ToArray());
    }

    [Fact]
    public void TrySort_acceptsTheSameCertificateTwice()
    {
        Scenario good = Scenario.Good();
        Assert.True(SnpCertificates.TrySort([good.Vek, good.Ask, good.Ark, Pem(good.Ask)], out _, out _));
    }

    [Fact]
    [Refuses(Refusal.CertificateAmbiguous)]
    public void TrySort_refusesTwoCertificatesForOneRole()
    {
        Scenario good = Scenario.Good();
        Assert.False(SnpCertificates.TrySort([good.Vek, good.Ask, good.Ark, Scenario.Good().Vek], out _, out RefusalReason? refusal));
        Assert.Equal(Refusal.CertificateAmbiguous, refusal.Code);
    }

    [Fact]
    [Refuses(Refusal.CertificateMissing)]
    public void TrySort_refusesIfARoleIsEmpty()
    {
        Scenario good = Scenario.Good();
        Assert.False(SnpCertificates.TrySort([good.Vek, good.Ark], out _, out RefusalReason? refusal));
        Assert.Equal((Refusal.CertificateMissing, "ASK"), (refusal.Code, refusal.What));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\ntrailing text")]
    public void TrySort_refusesOtherText(string text)
    {
        Assert.False(SnpCertificates.TrySort([Encoding.UTF8.GetBytes(text)], out _, out RefusalReason? refusal));
        Assert.Equal(Refusal.CertificateMalformed, refusal.Code);
    }

    internal static byte[] Pem(params byte[][] certificates) => Encoding.ASCII.GetBytes(
        string.Join('\n', certificates.Select(der => PemEncoding.WriteString("CERTIFICATE", der))) + "\n");
}
