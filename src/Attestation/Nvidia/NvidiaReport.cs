using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// A GPU's report and the certificates of its key, read strictly and proven by nobody: what a GPU's own guest looks at before it hands
/// the evidence on. <see cref="NvidiaVerifier"/> judges it.
/// </summary>
public sealed class NvidiaReport
{
    private const int PathLength = 5;

    private NvidiaReport()
    {
    }

    /// <summary>The nonce of the request, 32 bytes.</summary>
    public required ByteString Nonce { get; init; }

    /// <summary>Driver version, <c>550.90.07</c>.</summary>
    public required string DriverVersion { get; init; }

    /// <summary>VBIOS version, <c>96.00.9f.00.01</c>.</summary>
    public required string VbiosVersion { get; init; }

    /// <summary>First word of the attestation key's name, <c>GH100</c>.</summary>
    public required string Chip { get; init; }

    /// <summary>SubjectPublicKeyInfo of the device (boot ROM) certificate, DER: the GPU's identity.</summary>
    public required ByteString DeviceKey { get; init; }

    /// <summary>Request and response without its signature.</summary>
    public required ReadOnlyMemory<byte> SignedBytes { get; init; }

    /// <summary>r‖s, big-endian.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Reads the report and the five certificates of <paramref name="evidence"/>.</summary>
    public static bool TryRead(
        NvidiaEvidence evidence, [NotNullWhen(true)] out NvidiaReport? report, [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        report = null;
        if (!SpdmEvidence.TryParse(evidence.Report, out SpdmEvidence? spdm, out refusal)
            || !GpuFields.TryRead(spdm.Opaque, out GpuFields? fields, out refusal))
        {
            return false;
        }

        if (evidence.Certificates.Length != PathLength)
        {
            refusal = new RefusalReason(Refusal.CertificateMissing, "certificates", $"{PathLength}", $"{evidence.Certificates.Length}");
            return false;
        }

        if (!Certificate.TryParse(evidence.Certificates[0], "attestation certificate", out Certificate? leaf, out refusal)
            || !Certificate.TryParse(evidence.Certificates[1], "device certificate", out Certificate? device, out refusal))
        {
            return false;
        }

        report = new NvidiaReport
        {
            Nonce = spdm.Nonce,
            DriverVersion = fields.DriverVersion,
            VbiosVersion = fields.VbiosVersion,
            Chip = leaf.Subject.CommonName.Split(' ')[0],
            DeviceKey = device.PublicKey.Encoded,
            SignedBytes = spdm.SignedBytes,
            Signature = spdm.Signature,
        };
        return true;
    }
}
