using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.X509;

namespace Ait.Attestation.SevSnp;

/// <summary>
/// VEK, ASK and ARK found by their subject names in files of any order, each DER or PEM, PEM with one certificate or
/// several. Sorting proves nothing: <see cref="SnpVerifier"/> checks every role again.
/// </summary>
public sealed class SnpCertificates
{
    private const int MaxCertificates = 16;

    private SnpCertificates(ReadOnlyMemory<byte> vek, ReadOnlyMemory<byte> ask, ReadOnlyMemory<byte> ark)
    {
        Vek = vek;
        Ask = ask;
        Ark = ark;
    }

    /// <summary>VCEK or VLEK certificate, DER.</summary>
    public ReadOnlyMemory<byte> Vek { get; }

    /// <summary>ASK or ASVK certificate, DER.</summary>
    public ReadOnlyMemory<byte> Ask { get; }

    /// <summary>ARK certificate, DER.</summary>
    public ReadOnlyMemory<byte> Ark { get; }

    /// <summary>Sorts <paramref name="files"/> into the three roles; each role must be filled by exactly one certificate.</summary>
    public static bool TrySort(
        IEnumerable<ReadOnlyMemory<byte>> files,
        [NotNullWhen(true)] out SnpCertificates? certificates,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        ArgumentNullException.ThrowIfNull(files);
        certificates = null;
        var roles = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        int count = 0;
        foreach (ReadOnlyMemory<byte> file in files)
        {
            if (!TryReadFile(file, "certificate", out ImmutableArray<ReadOnlyMemory<byte>> inside, out refusal))
            {
                return false;
            }

            foreach (ReadOnlyMemory<byte> der in inside)
            {
                refusal = ++count > MaxCertificates
                    ? new RefusalReason(Refusal.CertificateAmbiguous, "certificates", $"at most {MaxCertificates}", "more")
                    : Place(der, roles);
                if (refusal is not null)
                {
                    return false;
                }
            }
        }

        foreach (string role in (ReadOnlySpan<string>)["VEK", "ASK", "ARK"])
        {
            if (!roles.ContainsKey(role))
            {
                refusal = new RefusalReason(Refusal.CertificateMissing, role, "a certificate", "none");
                return false;
            }
        }

        certificates = new SnpCertificates(roles["VEK"], roles["ASK"], roles["ARK"]);
        refusal = null;
        return true;
    }

    /// <summary>The certificates of one file as DER: the file itself, or the blocks of a PEM file.</summary>
    internal static bool TryReadFile(
        ReadOnlyMemory<byte> file,
        string name,
        out ImmutableArray<ReadOnlyMemory<byte>> certificates,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        bool read = PemReader.TryRead(file, "CERTIFICATE", out List<ReadOnlyMemory<byte>>? found);
        certificates = read ? [.. found!] : []; // TryRead fills the list when it answers true
        refusal = read ? null : new RefusalReason(Refusal.CertificateMalformed, name, "DER or PEM certificate", $"{file.Length} other bytes");
        return read;
    }

    private static RefusalReason? Place(ReadOnlyMemory<byte> der, Dictionary<string, ReadOnlyMemory<byte>> roles)
    {
        if (!Certificate.TryParse(der, "certificate", out Certificate? certificate, out RefusalReason? refusal))
        {
            return refusal;
        }

        string name = certificate.Subject.CommonName;
        string? role = name is "SEV-VCEK" or "SEV-VLEK" ? "VEK"
            : name.StartsWith("SEV-", StringComparison.Ordinal) ? "ASK"
            : name.StartsWith("ARK-", StringComparison.Ordinal) ? "ARK"
            : null;
        if (role is null)
        {
            return new RefusalReason(Refusal.CertificateRole, "certificate", "subject CN SEV-… or ARK-…", name);
        }

        return roles.TryAdd(role, der) || roles[role].Span.SequenceEqual(der.Span)
            ? null
            : new RefusalReason(Refusal.CertificateAmbiguous, role, "one certificate", "two different ones");
    }
}
