using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>Which reference manifests a GPU's evidence is compared with, by the names NVIDIA's service knows them under. Read, not verified.</summary>
public sealed class ReferenceNames
{
    private ReferenceNames(string driver, string driverVersion, string vbios, string vbiosVersion)
    {
        Driver = driver;
        DriverVersion = driverVersion;
        Vbios = vbios;
        VbiosVersion = vbiosVersion;
    }

    /// <summary><c>NV_GPU_DRIVER_{chip}_{version}</c> of Hopper, <c>NV_GPU_CC_DRIVER_{chip}_{version}</c> of Blackwell.</summary>
    public string Driver { get; }

    /// <summary>The driver's version.</summary>
    public string DriverVersion { get; }

    /// <summary><c>NV_GPU_VBIOS_{project}_{project SKU}_{chip SKU}_{version without dots}</c>.</summary>
    public string Vbios { get; }

    /// <summary>The VBIOS's version, with dots.</summary>
    public string VbiosVersion { get; }

    /// <summary>Reads the names out of a report (request and response) and its certificates.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> report,
        ImmutableArray<ReadOnlyMemory<byte>> certificates,
        [NotNullWhen(true)] out ReferenceNames? names,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        names = null;
        if (certificates.IsDefaultOrEmpty)
        {
            refusal = new RefusalReason(Refusal.CertificateMissing, "certificates", "the attestation certificate", "none");
            return false;
        }

        if (!SpdmEvidence.TryParse(report, out SpdmEvidence? evidence, out refusal)
            || !GpuFields.TryRead(evidence.Opaque, out GpuFields? fields, out refusal)
            || !Certificate.TryParse(certificates[0], "attestation certificate", out Certificate? leaf, out refusal)
            || !TryText(evidence.Opaque, OpaqueField.Project, out string? project, out refusal)
            || !TryText(evidence.Opaque, OpaqueField.ProjectSku, out string? projectSku, out refusal)
            || !TryText(evidence.Opaque, OpaqueField.ChipSku, out string? chipSku, out refusal))
        {
            return false;
        }

        string chip = leaf.Subject.CommonName.Split(' ')[0];
        string kind = chip == "GH100" ? "NV_GPU_DRIVER" : "NV_GPU_CC_DRIVER";
        string version = fields.VbiosVersion.ToUpperInvariant();
        names = new ReferenceNames(
            $"{kind}_{chip}_{fields.DriverVersion}",
            fields.DriverVersion,
            $"NV_GPU_VBIOS_{project}_{projectSku}_{chipSku}_{version.Replace(".", string.Empty, StringComparison.Ordinal)}",
            version);
        return true;
    }

    /// <summary>Letters and digits, NULs behind them: it becomes part of a name.</summary>
    private static bool TryText(OpaqueData data, OpaqueField field, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ReadOnlySpan<byte> bytes = data.TryGet(field, out ReadOnlyMemory<byte> value) ? value.Span.TrimEnd((byte)0) : [];
        text = bytes.Length is > 0 and <= 16 ? Encoding.ASCII.GetString(bytes) : null;
        bool good = text is not null && text.All(char.IsAsciiLetterOrDigit);
        text = good ? text : null;
        refusal = good ? null : new RefusalReason(Refusal.OpaqueData, $"opaque field {(int)field} ({field})", "letters and digits", Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, 32)]));
        return good;
    }
}
