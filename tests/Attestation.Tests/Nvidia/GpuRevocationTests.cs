using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ait.Attestation.Nvidia;
using Ait.Emulation.X509;
using FsCheck;
using FsCheck.Fluent;

namespace Ait.Attestation.Tests.Nvidia;

public sealed class GpuRevocationTests : IDisposable
{
    private const string OcspSigning = "1.3.6.1.5.5.7.3.9";
    private static readonly DateTimeOffset s_at = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] s_nonce = [.. Enumerable.Range(1, 32).Select(value => (byte)value)];
    private readonly ECDsa[] _keys = [.. Enumerable.Range(0, 6).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP384))];
    private readonly X509Certificate2[] _path;

    public GpuRevocationTests()
    {
        // Root, identity, provisioner, device, attestation; then in the order of a path.
        string[] names = ["CN=leaf", "CN=device", "CN=provisioner", "CN=identity", "CN=root"];
        _path = new X509Certificate2[5];
        for (int index = 4; index >= 0; index--)
        {
            X509Certificate2? issuer = index == 4 ? null : _path[index + 1];
            _path[index] = Issue(names[index], _keys[index], issuer?.SubjectName ?? new X500DistinguishedName(names[index]), _keys[Math.Min(index + 1, 4)], authority: index > 1, null, index + 1);
        }
    }

    private ImmutableArray<ReadOnlyMemory<byte>> Path => [.. _path.Select(certificate => (ReadOnlyMemory<byte>)certificate.RawData)];

    private EmulatedOcspAnswer Answer => new()
    {
        About = _path[1].RawData,
        Issuer = _path[2].RawData,
        SignedBy = _keys[2],
        ThisUpdate = s_at.AddHours(-1),
        NextUpdate = s_at.AddHours(23),
        Nonce = s_nonce,
    };

    public void Dispose()
    {
        foreach (ECDsa key in _keys)
        {
            key.Dispose();
        }

        foreach (X509Certificate2 certificate in _path)
        {
            certificate.Dispose();
        }
    }

    private void Accepts(byte[] answer, byte[]? nonce, DateTimeOffset? at = null)
    {
        bool good = GpuRevocation.TryCheck(Path, 1, answer, nonce is null ? null : new ByteString(nonce), at ?? s_at, out DateTimeOffset next, out RefusalReason? refusal);
        Assert.True(good, refusal?.ToString());
        Assert.Equal(s_at.AddHours(23), next);
    }

    private void RefusesWith(Refusal code, byte[] answer, int index = 1, DateTimeOffset? at = null)
    {
        Assert.False(GpuRevocation.TryCheck(Path, index, answer, new ByteString(s_nonce), at ?? s_at, out _, out RefusalReason? refusal));
        Assert.Equal(code, refusal.Code);
    }

    [Fact]
    public void Build_asksAboutTheCertificateByItsIssuerWithANonce()
    {
        Assert.True(GpuRevocation.TryBuild(Path, 1, s_nonce, out byte[]? request, out _));

        // Read with an independent hand: RFC 6960 §4.1.1.
        AsnReader list = new AsnReader(request, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        AsnReader id = list.ReadSequence().ReadSequence().ReadSequence();
        Assert.Equal("2.16.840.1.101.3.4.2.2", id.ReadSequence().ReadObjectIdentifier());
        Assert.Equal(SHA384.HashData(_path[2].SubjectName.RawData), id.ReadOctetString());
        Assert.Equal(SHA384.HashData(_path[2].PublicKey.EncodedKeyValue.RawData), id.ReadOctetString());
        Assert.Equal(_path[1].SerialNumberBytes.ToArray(), id.ReadIntegerBytes().ToArray());
        AsnReader extension = list.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 2, isConstructed: true)).ReadSequence().ReadSequence();
        Assert.Equal("1.3.6.1.5.5.7.48.1.2", extension.ReadObjectIdentifier());
        Assert.Equal(s_nonce, new AsnReader(extension.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString());
        Assert.False(list.HasData);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(-1)]
    public void Build_refusesACertificateThatIsNotCovered(int index) => Assert.False(GpuRevocation.TryBuild(Path, index, s_nonce, out _, out _));

    [Fact]
    public void Check_acceptsAnAnswerOfTheIssuer() => Accepts(Answer.Encode(), s_nonce);

    [Fact]
    public void Check_acceptsAnAnswerOfAnAppointedResponder() => Accepts(Delegated(OcspSigning, _keys[2], "CN=provisioner").Encode(), s_nonce);

    [Fact]
    public void Check_acceptsAKeptAnswerUntilItsNextUpdate()
    {
        Accepts(Answer.Encode(), null, s_at.AddHours(23));
        RefusesWith(Refusal.RevocationAnswerStale, Answer.Encode(), at: s_at.AddHours(23).AddSeconds(1));
    }

    [Fact]
    [Refuses(Refusal.RevocationAnswerMalformed)]
    public void Check_refusesATryLater() => RefusesWith(Refusal.RevocationAnswerMalformed, (Answer with { ResponseStatus = 3 }).Encode());

    [Fact]
    public void Check_refusesTrailingBytes() => RefusesWith(Refusal.RevocationAnswerMalformed, [.. Answer.Encode(), 0]);

    [Fact]
    public void Check_refusesAnAnswerBeyondItsLimit() => RefusesWith(Refusal.RevocationAnswerMalformed, new byte[16 * 1024 + 1]);

    [Fact]
    public void Check_refusesAnAnswerThatNeverEnds() => RefusesWith(Refusal.RevocationAnswerMalformed, (Answer with { LacksNextUpdate = true }).Encode());

    [Fact]
    public void Check_refusesAnUnknownCriticalExtension() => RefusesWith(Refusal.RevocationAnswerMalformed, (Answer with { CriticalExtension = "1.2.3.4" }).Encode());

    [Fact]
    [Refuses(Refusal.RevocationAnswerMismatch)]
    public void Check_refusesAnAnswerAboutAnotherCertificate() => RefusesWith(Refusal.RevocationAnswerMismatch, (Answer with { About = _path[0].RawData }).Encode());

    [Fact]
    public void Check_refusesAnAnswerAboutAnotherIssuersCertificate() => RefusesWith(Refusal.RevocationAnswerMismatch, Answer.Encode(), index: 2);

    [Fact]
    [Refuses(Refusal.RevocationAnswerResponder)]
    public void Check_refusesAResponderWithoutThePurpose() => RefusesWith(Refusal.RevocationAnswerResponder, Delegated("1.3.6.1.5.5.7.3.1", _keys[2], "CN=provisioner").Encode());

    [Fact]
    public void Check_refusesAResponderThatAnotherAppointed() => RefusesWith(Refusal.RevocationAnswerResponder, Delegated(OcspSigning, _keys[3], "CN=provisioner").Encode());

    [Fact]
    public void Check_refusesAResponderUnderAnotherName() => RefusesWith(Refusal.RevocationAnswerResponder, Delegated(OcspSigning, _keys[2], "CN=identity").Encode());

    [Fact]
    public void Check_refusesAResponderThatHasExpired() => RefusesWith(Refusal.CertificateExpired, Delegated(OcspSigning, _keys[2], "CN=provisioner", s_at.AddDays(-1)).Encode());

    [Fact]
    [Refuses(Refusal.RevocationAnswerSignature)]
    public void Check_refusesASignatureOfAnother() => RefusesWith(Refusal.RevocationAnswerSignature, (Answer with { SignedBy = _keys[3] }).Encode());

    [Fact]
    [Refuses(Refusal.RevocationAnswerNonce)]
    public void Check_refusesAnAnswerToAnotherRequest() => RefusesWith(Refusal.RevocationAnswerNonce, (Answer with { Nonce = new byte[32] }).Encode());

    [Fact]
    public void Check_refusesAnAnswerWithoutTheNonce() => RefusesWith(Refusal.RevocationAnswerNonce, (Answer with { Nonce = null }).Encode());

    [Fact]
    [Refuses(Refusal.RevocationAnswerStale)]
    public void Check_refusesAnAnswerPastItsNextUpdate() => RefusesWith(Refusal.RevocationAnswerStale, (Answer with { NextUpdate = s_at.AddSeconds(-1) }).Encode());

    [Fact]
    public void Check_refusesAnAnswerFromTheFuture() => RefusesWith(Refusal.RevocationAnswerStale, (Answer with { ThisUpdate = s_at.AddMinutes(6) }).Encode());

    [Fact]
    public void Check_refusesARevokedCertificate() => RefusesWith(Refusal.CertificateRevoked, (Answer with { Status = 1 }).Encode());

    [Fact]
    [Refuses(Refusal.RevocationAnswerUnknown)]
    public void Check_refusesACertificateTheIssuerDoesNotKnow() => RefusesWith(Refusal.RevocationAnswerUnknown, (Answer with { Status = 2 }).Encode());

    [Fact]
    public void Check_throwsOnNoBytes()
    {
        byte[] answer = Delegated(OcspSigning, _keys[2], "CN=provisioner").Encode();
        ImmutableArray<ReadOnlyMemory<byte>> path = Path;
        Prop.ForAll<int, byte>((at, value) =>
        {
            byte[] changed = [.. answer];
            int place = (int)((uint)at % (uint)changed.Length);
            bool same = changed[place] == value;
            changed[place] = value;
            bool good = GpuRevocation.TryCheck(path, 1, changed, new ByteString(s_nonce), s_at, out _, out _);
            Assert.True(same || !good, $"a change at {place} is accepted");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private EmulatedOcspAnswer Delegated(string purpose, ECDsa issuerKey, string issuerName, DateTimeOffset? notAfter = null) => Answer with
    {
        SignedBy = _keys[5],
        Responder = Issue("CN=responder", _keys[5], new X500DistinguishedName(issuerName), issuerKey, authority: false, purpose, 77, notAfter).RawData,
    };

    private static X509Certificate2 Issue(
        string name, ECDsa key, X500DistinguishedName issuer, ECDsa issuerKey, bool authority, string? purpose, int serial, DateTimeOffset? notAfter = null)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA384);
        if (authority)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        }

        request.CertificateExtensions.Add(new X509KeyUsageExtension(authority ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign : X509KeyUsageFlags.DigitalSignature, true));
        if (purpose is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], true));
        }

        return request.Create(issuer, X509SignatureGenerator.CreateForECDsa(issuerKey), s_at.AddYears(-1), notAfter ?? s_at.AddYears(1), [(byte)serial, 1]);
    }
}
