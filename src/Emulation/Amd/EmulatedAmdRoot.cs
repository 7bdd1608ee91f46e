using System.Security.Cryptography;

namespace Ait.Emulation.Amd;

/// <summary>The emulated vendor of one product: ARK and ASK (and ASVK) with RSA-4096 keys, as AMD has them.</summary>
public sealed class EmulatedAmdRoot : IDisposable
{
    private readonly RSA _arkKey;
    private readonly RSA _askKey;

    /// <summary>Certifies the two given RSA-4096 keys; takes ownership of them.</summary>
    public EmulatedAmdRoot(EmulatedProduct product, RSA arkKey, RSA askKey)
        : this(product, arkKey, askKey, null, null)
    {
    }

    /// <summary>As above, with certificates that were issued before.</summary>
    public EmulatedAmdRoot(EmulatedProduct product, RSA arkKey, RSA askKey, byte[]? ark, byte[]? ask)
    {
        ArgumentNullException.ThrowIfNull(arkKey);
        ArgumentNullException.ThrowIfNull(askKey);
        Product = product;
        _arkKey = arkKey;
        _askKey = askKey;
        Ark = ark ?? CertificateWriter.Write(ArkRecipe, arkKey);
        Ask = ask ?? CertificateWriter.Write(AskRecipe, arkKey);
    }

    /// <summary>Generates both keys, which takes seconds.</summary>
    public static EmulatedAmdRoot Generate(EmulatedProduct product) => new(product, RSA.Create(4096), RSA.Create(4096));

    public EmulatedProduct Product { get; }

    /// <summary>ARK certificate, DER.</summary>
    public byte[] Ark { get; }

    /// <summary>ASK certificate, DER.</summary>
    public byte[] Ask { get; }

    /// <summary>What a verifier pins: SHA-384 of the ARK's SubjectPublicKeyInfo.</summary>
    public byte[] ArkFingerprint => SHA384.HashData(_arkKey.ExportSubjectPublicKeyInfo());

    /// <summary>The ARK's RSA modulus, big-endian.</summary>
    public byte[] ArkModulus => _arkKey.ExportParameters(false).Modulus!; // an RSA key has one

    public CertificateRecipe ArkRecipe => new()
    {
        SubjectCommonName = $"ARK-{Product}",
        IssuerCommonName = $"ARK-{Product}",
        Serial = ProductShape.Of(Product).RootSerial,
        NotBefore = new DateTimeOffset(2022, 1, 26, 15, 34, 37, TimeSpan.Zero),
        NotAfter = new DateTimeOffset(2047, 1, 26, 15, 34, 37, TimeSpan.Zero),
        PublicKey = _arkKey.ExportSubjectPublicKeyInfo(),
        SpellsTrailer = true,
        Extensions =
        [
            AmdExtensions.RootKeyUsage,
            AmdExtensions.SubjectKeyIdentifier(ArkKeyIdentifier),
            AmdExtensions.RootConstraints,
            AmdExtensions.DistributionPoint("vcek", Product),
        ],
    };

    public CertificateRecipe AskRecipe => Intermediate($"SEV-{Product}", ProductShape.Of(Product).IntermediateSerial, "vcek");

    /// <summary>The issuer of VLEKs, with the same key as the ASK.</summary>
    public CertificateRecipe AsvkRecipe => Intermediate($"SEV-VLEK-{Product}", ProductShape.Of(Product).VersionedIntermediateSerial, "vlek");

    private byte[] ArkKeyIdentifier => SHA256.HashData(_arkKey.ExportSubjectPublicKeyInfo())[..20];

    /// <summary>Signs with the ARK.</summary>
    public byte[] IssueByArk(CertificateRecipe recipe) => CertificateWriter.Write(recipe, _arkKey);

    /// <summary>Signs with the ASK.</summary>
    public byte[] IssueByAsk(CertificateRecipe recipe) => CertificateWriter.Write(recipe, _askKey);

    /// <summary>A revocation list by the ARK.</summary>
    public byte[] IssueRevocationList(DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params IReadOnlyList<int> revokedSerials) =>
        CertificateWriter.WriteRevocationList($"ARK-{Product}", ArkKeyIdentifier, thisUpdate, nextUpdate, revokedSerials, _arkKey);

    /// <summary>Both private keys, for a store.</summary>
    internal (byte[] Ark, byte[] Ask) ExportKeys() => (_arkKey.ExportPkcs8PrivateKey(), _askKey.ExportPkcs8PrivateKey());

    public void Dispose()
    {
        _arkKey.Dispose();
        _askKey.Dispose();
    }

    private CertificateRecipe Intermediate(string commonName, int serial, string kind) => new()
    {
        SubjectCommonName = commonName,
        IssuerCommonName = $"ARK-{Product}",
        Serial = serial,
        NotBefore = new DateTimeOffset(2022, 10, 31, 13, 33, 48, TimeSpan.Zero),
        NotAfter = new DateTimeOffset(2047, 10, 31, 13, 33, 48, TimeSpan.Zero),
        PublicKey = _askKey.ExportSubjectPublicKeyInfo(),
        SpellsTrailer = true,
        Extensions =
        [
            AmdExtensions.SubjectKeyIdentifier(SHA256.HashData(_askKey.ExportSubjectPublicKeyInfo())[..20]),
            AmdExtensions.AuthorityKeyIdentifier(ArkKeyIdentifier),
            AmdExtensions.IntermediateConstraints,
            AmdExtensions.IntermediateKeyUsage,
            AmdExtensions.DistributionPoint(kind, Product),
        ],
    };
}
