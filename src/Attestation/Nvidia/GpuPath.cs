using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.SevSnp;
using Ait.Attestation.X509;

namespace Ait.Attestation.Nvidia;

/// <summary>Attestation key ← device (boot ROM) ← provisioner ← identity of the chip ← pinned root, with revocation lists.</summary>
internal sealed class GpuPath
{
    private const int Identity = 3;
    private const int Root = 4;
    private static readonly string[] s_names = ["attestation certificate", "device certificate", "provisioner CA", "identity CA", "device root CA"];

    private GpuPath(Certificate leaf, Certificate device, string chip, NvidiaArchitecture architecture, ByteString firmwareId, DateTimeOffset end)
    {
        Leaf = leaf;
        Device = device;
        Chip = chip;
        Architecture = architecture;
        FirmwareId = firmwareId;
        End = end;
    }

    internal Certificate Leaf { get; }

    /// <summary>The certificate of the key that stays with the chip.</summary>
    internal Certificate Device { get; }

    internal string Chip { get; }

    internal NvidiaArchitecture Architecture { get; }

    internal ByteString FirmwareId { get; }

    internal DateTimeOffset End { get; }

    internal static bool TryVerify(
        NvidiaEvidence evidence,
        TrustRoots roots,
        RevocationRule revocation,
        DateTimeOffset at,
        CertificateCache? cache,
        [NotNullWhen(true)] out GpuPath? path,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        path = null;
        if (!EcdsaPath.TryVerify(evidence.Certificates, s_names, roots.ContainsNvidiaDevice, at, cache, out ImmutableArray<Certificate> certificates, out refusal)
            || !TryCheckRevocation(certificates, evidence.RevocationLists, revocation, at, cache, out DateTimeOffset end, out refusal)
            || !TryReadChip(certificates[0], certificates[1], out string? chip, out NvidiaArchitecture architecture, out refusal)
            || !FirmwareIdExtension.TryRead(certificates[0], out ByteString firmwareId, out refusal))
        {
            return false;
        }

        path = new GpuPath(certificates[0], certificates[1], chip, architecture, firmwareId, end);
        return true;
    }

    /// <summary>
    /// A switch chains to the same authorities, so the two lowest names decide: <c>GH100 A01 GSP FMC LF</c> under
    /// <c>GH100 A01 GSP BROM</c>.
    /// </summary>
    private static bool TryReadChip(
        Certificate leaf,
        Certificate device,
        [NotNullWhen(true)] out string? chip,
        out NvidiaArchitecture architecture,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        string[] leafWords = leaf.Subject.CommonName.Split(' ');
        string[] deviceWords = device.Subject.CommonName.Split(' ');
        chip = leafWords[0];
        bool hopper = chip == "GH100";
        bool blackwell = chip.Length == 5 && chip.StartsWith("GB", StringComparison.Ordinal) && chip[2] is '1' or '2' && char.IsAsciiDigit(chip[3]);
        architecture = hopper ? NvidiaArchitecture.Hopper : NvidiaArchitecture.Blackwell;
        bool gpu = (hopper || blackwell)
            && leafWords is [_, _, "GSP", "FMC", "LF"]
            && deviceWords is [_, _, "GSP", "BROM"]
            && deviceWords[0] == chip
            && deviceWords[1] == leafWords[1];
        refusal = gpu
            ? null
            : new RefusalReason(
                Refusal.NotAGpu, s_names[0], "GH100 or GB1xx/GB2xx, GSP FMC LF under GSP BROM", $"{leaf.Subject.CommonName} under {device.Subject.CommonName}");
        return gpu;
    }

    /// <summary>Each list must be of an authority of the path; those of root and identity CA may be required.</summary>
    private static bool TryCheckRevocation(
        ImmutableArray<Certificate> certificates,
        ImmutableArray<ReadOnlyMemory<byte>> lists,
        RevocationRule rule,
        DateTimeOffset at,
        CertificateCache? cache,
        out DateTimeOffset end,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        end = EcdsaPath.End(certificates);
        refusal = null;
        HashSet<int> covered = [];
        foreach (ReadOnlyMemory<byte> der in lists)
        {
            if (!CertificateCache.TryParse(cache, der, out RevocationList? list, out refusal))
            {
                return false;
            }

            int issuer = Root;
            while (issuer > 1 && certificates[issuer].Subject.Encoded != list.Issuer.Encoded)
            {
                issuer--;
            }

            refusal = CertificatePath.CheckRevocationList(list, "CRL", certificates[issuer], s_names[issuer], EcdsaPath.Scheme, at)
                ?? CertificatePath.CheckRevoked(list, certificates[issuer - 1], s_names[issuer - 1]);
            if (refusal is not null)
            {
                return false;
            }

            _ = covered.Add(issuer);
            cache?.Keep(list);
            end = list.NextUpdate < end ? list.NextUpdate : end;
        }

        if (rule == RevocationRule.Required && !covered.IsSupersetOf([Root, Identity]))
        {
            refusal = new RefusalReason(Refusal.RevocationListMissing, "CRL", "lists of root and identity CA", $"{covered.Count} lists");
            return false;
        }

        return true;
    }
}
