using System.Security.Cryptography;

namespace Ait.Emulation.Amd;

/// <summary>One emulated processor: its hardware id, its levels, its endorsement key. Signs reports like the real one.</summary>
public sealed class EmulatedChip : IDisposable
{
    private readonly ECDsa _key;

    /// <summary>A chip with a given P-384 key; takes ownership of it.</summary>
    public EmulatedChip(EmulatedProduct product, byte[] hardwareId, EmulatedTcb tcb, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(hardwareId);
        if (hardwareId.Length != ProductShape.Of(product).HardwareIdLength)
        {
            throw new ArgumentException($"a {product} hardware id is {ProductShape.Of(product).HardwareIdLength} bytes", nameof(hardwareId));
        }

        Product = product;
        HardwareId = hardwareId;
        Tcb = tcb;
        _key = key;
    }

    /// <summary>A chip with a random hardware id and key.</summary>
    public static EmulatedChip Generate(EmulatedProduct product, EmulatedTcb? tcb = null) => new(
        product,
        RandomNumberGenerator.GetBytes(ProductShape.Of(product).HardwareIdLength),
        tcb ?? EmulatedTcb.Default(product),
        ECDsa.Create(ECCurve.NamedCurves.nistP384));

    public EmulatedProduct Product { get; }

    public byte[] HardwareId { get; }

    public EmulatedTcb Tcb { get; }

    /// <summary>What the vendor certifies for this chip at its levels; AMD's certificates live seven years.</summary>
    public CertificateRecipe VcekRecipe(DateTimeOffset notBefore) => Endorsement("SEV-VCEK", $"SEV-{Product}", HardwareId, notBefore, 7);

    /// <summary>The certificate of the same key as a key that a provider loads into its chips; those live one year.</summary>
    public CertificateRecipe VlekRecipe(DateTimeOffset notBefore) => Endorsement("SEV-VLEK", $"SEV-VLEK-{Product}", null, notBefore, 1);

    /// <summary>The report of a guest, signed.</summary>
    public byte[] Report(EmulatedReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Sign(report.Write(this));
    }

    /// <summary>Signs the first 672 bytes of a report as they are, right or wrong, and writes r and s after them.</summary>
    public byte[] Sign(byte[] report)
    {
        ArgumentNullException.ThrowIfNull(report);
        byte[] signature = _key.SignData(
            report.AsSpan(0, EmulatedReport.SignedLength), HashAlgorithmName.SHA384, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        byte[] signed = [.. report];
        Array.Clear(signed, EmulatedReport.SignedLength, 144);
        for (int index = 0; index < 48; index++)
        {
            signed[EmulatedReport.SignedLength + index] = signature[47 - index];
            signed[EmulatedReport.SignedLength + 72 + index] = signature[95 - index];
        }

        return signed;
    }

    /// <summary>The private key, for a store.</summary>
    internal byte[] ExportKey() => _key.ExportPkcs8PrivateKey();

    /// <summary>The private scalar, for vectors whose readers sign for themselves.</summary>
    internal byte[] ExportScalar() => _key.ExportParameters(true).D!; // the key is private

    public void Dispose() => _key.Dispose();

    private CertificateRecipe Endorsement(string subject, string issuer, byte[]? hardwareId, DateTimeOffset notBefore, int years) => new()
    {
        SubjectCommonName = subject,
        IssuerCommonName = issuer,
        Serial = 0,
        NotBefore = notBefore,
        NotAfter = notBefore.AddYears(years),
        PublicKey = _key.ExportSubjectPublicKeyInfo(),
        SpellsTrailer = false,
        Extensions = AmdExtensions.Endorsement(Product, Tcb, hardwareId, null),
    };
}
