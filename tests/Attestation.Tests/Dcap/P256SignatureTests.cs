using System.Security.Cryptography;
using Ait.Attestation.Dcap;

namespace Ait.Attestation.Tests.Dcap;

public sealed class P256SignatureTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "vectors", "evidence", "devices");

    [Theory]
    [InlineData("sgx-v3")]
    [InlineData("tdx-v4")]
    [InlineData("tdx-v5")]
    public void TryOfQuote_takesBothSignaturesApart(string vector)
    {
        Assert.True(P256Signature.TryOfQuote(Read(vector), out P256Signature? ofQuotingEnclave, out P256Signature? ofQuote));
        Assert.True(Verifies(ofQuotingEnclave, ofQuotingEnclave.PublicKey));
        Assert.True(Verifies(ofQuote, ofQuote.PublicKey));
        Assert.False(Verifies(ofQuote, ofQuotingEnclave.PublicKey), "the PCK's key");
    }

    [Fact]
    public void TryOfQuote_refusesWhatIsMalformed()
    {
        byte[] quote = Read("tdx-v4");
        Assert.False(P256Signature.TryOfQuote(quote.AsMemory(1), out _, out _));
        Assert.False(P256Signature.TryOfQuote(quote.AsMemory(0, 700), out _, out _));
        Assert.False(P256Signature.TryOfQuote(ReadOnlyMemory<byte>.Empty, out _, out _));
    }

    [Fact]
    public void Uncertified_endsWhereTheCertificatesBegin()
    {
        byte[] quote = Read("tdx-v4");
        Assert.True(QuoteFields.TryRead(quote, out QuoteFields? fields, out _));
        // Type 5 and a length stand between the two.
        int certificates = quote.AsSpan().IndexOf("-----BEGIN CERTIFICATE-----"u8);
        Assert.Equal(certificates - 6, fields.Uncertified.Length);
        Assert.Equal(5, quote[fields.Uncertified.Length]);
    }

    [Theory]
    [InlineData("sgx-v3")]
    [InlineData("tdx-v4")]
    [InlineData("tdx-v5")]
    public void TryCertify_makesTheQuoteThatWasSentWithoutCertificatesWholeAgain(string vector)
    {
        byte[] quote = Read(vector);
        Assert.True(QuoteFields.TryRead(quote, out QuoteFields? fields, out _));
        Assert.False(QuoteFields.TryRead(fields.Uncertified, out _, out _));

        Assert.True(QuoteFields.TryCertify(fields.Uncertified, fields.Certificates, out byte[]? certified, out _));
        Assert.True(QuoteFields.TryRead(certified, out QuoteFields? again, out _));
        Assert.Equal(certified.Length, again.Encoded.Length);
        Assert.Equal(fields.Certificates.Select(Convert), again.Certificates.Select(Convert));
        Assert.True(P256Signature.TryOfQuote(certified, out P256Signature? ofQuotingEnclave, out P256Signature? ofQuote));
        Assert.True(Verifies(ofQuotingEnclave, ofQuotingEnclave.PublicKey));
        Assert.True(Verifies(ofQuote, ofQuote.PublicKey));

        static string Convert(ReadOnlyMemory<byte> certificate) => System.Convert.ToHexStringLower(certificate.Span);
    }

    [Fact]
    public void TryCertify_refusesWhatDoesNotEndBehindTheAuthenticationData()
    {
        byte[] quote = Read("tdx-v4");
        Assert.True(QuoteFields.TryRead(quote, out QuoteFields? fields, out _));
        foreach (int length in new[] { 0, 47, fields.Uncertified.Length - 1, fields.Uncertified.Length + 1, quote.Length })
        {
            Assert.False(QuoteFields.TryCertify(quote.AsMemory(0, length), fields.Certificates, out _, out RefusalReason? refusal));
            Assert.Equal(Refusal.QuoteMalformed, refusal.Code);
        }
    }

    private static byte[] Read(string vector) => File.ReadAllBytes(Path.Combine(s_folder, vector, "quote.bin"));

    private static bool Verifies(P256Signature signature, ByteString key)
    {
        using ECDsa verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = key.Span[..32].ToArray(), Y = key.Span[32..].ToArray() },
        });
        return verifier.VerifyHash(signature.Digest.Span, signature.Signature.Span);
    }
}
