using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using Ait.Attestation.X509;

namespace Ait.Attestation.SevSnp;

/// <summary>A VCEK or VLEK certificate with AMD's extensions (AMD document 57230) read.</summary>
internal sealed class EndorsementCertificate
{
    private const string Arc = "1.3.6.1.4.1.3704.1.";
    private const int MaxTextLength = 256;

    private EndorsementCertificate()
    {
    }

    internal required Certificate Certificate { get; init; }

    internal required SnpSigningKey Kind { get; init; }

    internal required SnpProduct Product { get; init; }

    internal required TcbVersion Tcb { get; init; }

    /// <summary>64 bytes (8 on Turin) of a VCEK; null in a VLEK, which names no chip.</summary>
    internal required ByteString? HardwareId { get; init; }

    /// <summary>The cloud provider a VLEK was leased to; null in a VCEK.</summary>
    internal required string? Provider { get; init; }

    internal static bool TryRead(
        Certificate certificate,
        [NotNullWhen(true)] out EndorsementCertificate? endorsement,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        endorsement = null;
        SnpSigningKey kind;
        string prefix;
        switch (certificate.Subject.CommonName)
        {
            case "SEV-VCEK":
                (kind, prefix) = (SnpSigningKey.Vcek, "SEV-");
                break;
            case "SEV-VLEK":
                (kind, prefix) = (SnpSigningKey.Vlek, "SEV-VLEK-");
                break;
            default:
                refusal = new RefusalReason(Refusal.CertificateRole, "VEK", "subject CN SEV-VCEK or SEV-VLEK", certificate.Subject.CommonName);
                return false;
        }

        string issuer = certificate.Issuer.CommonName;
        if (!issuer.StartsWith(prefix, StringComparison.Ordinal)
            || SnpProducts.FromName(issuer.AsSpan(prefix.Length)) is not { } product)
        {
            refusal = new RefusalReason(Refusal.ProductMismatch, "VEK", $"issuer CN {prefix}{{Milan,Genoa,Turin}}", issuer);
            return false;
        }

        if (!certificate.PublicKey.IsP384)
        {
            refusal = new RefusalReason(Refusal.CertificateKey, "VEK", "EC P-384", certificate.PublicKey.Kind);
            return false;
        }

        if (certificate.IsAuthority)
        {
            refusal = new RefusalReason(Refusal.CertificateRole, "VEK", "no authority", "BasicConstraints cA TRUE");
            return false;
        }

        try
        {
            endorsement = Read(certificate, kind, product);
            refusal = null;
            return true;
        }
        catch (AsnContentException problem)
        {
            refusal = new RefusalReason(Refusal.EndorsementExtensions, "VEK", "AMD's extensions", problem.Message);
            return false;
        }
    }

    private static EndorsementCertificate Read(Certificate certificate, SnpSigningKey kind, SnpProduct product)
    {
        bool turin = product == SnpProduct.Turin;
        int structure = Integer(certificate, "1");
        if (structure != (turin ? 1 : 0))
        {
            throw new AsnContentException($"structVersion {structure} is not that of {product}");
        }

        string name = Text(certificate, "2");
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        if (SnpProducts.FromName(dash < 0 ? name : name.AsSpan(0, dash)) != product)
        {
            throw new AsnContentException($"productName {name} is not {product}");
        }

        // The order of TCB_VERSION's bytes, by extension suffix.
        ReadOnlySpan<string> order = turin
            ? ["3.9", "3.1", "3.2", "3.3", "3.5", "3.6", "3.7", "3.8"]
            : ["3.1", "3.2", "3.4", "3.5", "3.6", "3.7", "3.3", "3.8"];
        ulong packed = 0;
        for (int index = 0; index < order.Length; index++)
        {
            packed |= (ulong)Integer(certificate, order[index]) << (8 * index);
        }

        bool names = certificate.Extensions.TryGetValue(Arc + "4", out CertificateExtension? hardware);
        if (names != (kind == SnpSigningKey.Vcek))
        {
            throw new AsnContentException(names ? "a VLEK names a HWID" : "a VCEK names no HWID");
        }

        // HWID is raw bytes and not DER, even where they happen to look like it.
        if (hardware is not null && hardware.Value.Length != (turin ? 8 : 64))
        {
            throw new AsnContentException($"HWID is {hardware.Value.Length} bytes long");
        }

        return new EndorsementCertificate
        {
            Certificate = certificate,
            Kind = kind,
            Product = product,
            Tcb = new TcbVersion(product, packed),
            HardwareId = hardware is null ? null : new ByteString(hardware.Value.Span),
            Provider = kind == SnpSigningKey.Vlek ? Text(certificate, "5") : null,
        };
    }

    private static int Integer(Certificate certificate, string suffix)
    {
        AsnReader reader = Reader(certificate, suffix);
        if (!reader.TryReadInt32(out int value) || value is < 0 or > byte.MaxValue || reader.HasData)
        {
            throw new AsnContentException($"extension {suffix} is not an INTEGER from 0 to 255");
        }

        return value;
    }

    private static string Text(Certificate certificate, string suffix)
    {
        AsnReader reader = Reader(certificate, suffix);
        string text = reader.ReadCharacterString(UniversalTagNumber.IA5String);
        reader.ThrowIfNotEmpty();
        return text.Length <= MaxTextLength ? text : throw new AsnContentException($"extension {suffix} is too long");
    }

    private static AsnReader Reader(Certificate certificate, string suffix) =>
        certificate.Extensions.TryGetValue(Arc + suffix, out CertificateExtension? extension)
            ? new AsnReader(extension.Value, AsnEncodingRules.DER)
            : throw new AsnContentException($"extension {suffix} is missing");
}
