using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Ait.Attestation.Nvidia;

namespace Ait.Attestation.Manifest;

/// <summary>
/// Loads the files of an NVIDIA entry: <c>evidence</c> with <c>cert_chain</c>, further GPUs as <c>evidence_2</c> with
/// <c>cert_chain_2</c> and so on, <c>crl</c>, and the reference manifests.
/// </summary>
internal static class NvidiaManifestFiles
{
    private const int MaxDevices = 16;

    internal static bool TryLoad(
        JsonElement entry,
        JsonElement? references,
        EvidenceFileReader read,
        out ImmutableArray<NvidiaEvidence> evidence,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        evidence = [];
        if (!ManifestFiles.TryFilesObject(entry, out JsonElement files, out refusal)
            || !TryReference(references, "driver", read, out ReadOnlyMemory<byte> driver, out refusal)
            || !TryReference(references, "vbios", read, out ReadOnlyMemory<byte> vbios, out refusal)
            || !ManifestFiles.TryRevocationLists(files, read, out ImmutableArray<ReadOnlyMemory<byte>> lists, out refusal))
        {
            return false;
        }

        ImmutableArray<NvidiaEvidence>.Builder devices = ImmutableArray.CreateBuilder<NvidiaEvidence>();
        for (int number = 1; number <= MaxDevices; number++)
        {
            string suffix = number == 1 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"_{number}");
            bool given = JsonShape.TryGet(files, "evidence" + suffix, out _);
            bool endorsed = JsonShape.TryGet(files, "cert_chain" + suffix, out _);
            if (number > 1 && !given && !endorsed)
            {
                continue;
            }

            if (!given || !endorsed)
            {
                refusal = given
                    ? new RefusalReason(Refusal.CertificateMissing, $"files.cert_chain{suffix}", "a path", "none")
                    : new RefusalReason(Refusal.ReportMissing, $"files.evidence{suffix}", "a path", "none");
                return false;
            }

            if (!ManifestFiles.TryReadOne(files, "evidence" + suffix, read, out byte[]? report, out refusal)
                || !ManifestFiles.TryReadOne(files, "cert_chain" + suffix, read, out byte[]? chain, out refusal)
                || !NvidiaEvidence.TryReadCertificates(chain, out ImmutableArray<ReadOnlyMemory<byte>> certificates, out refusal))
            {
                return false;
            }

            devices.Add(new NvidiaEvidence
            {
                Report = report,
                Certificates = certificates,
                DriverReference = driver,
                VbiosReference = vbios,
                RevocationLists = lists,
            });
        }

        evidence = devices.ToImmutable();
        return true;
    }

    private static bool TryReference(
        JsonElement? references,
        string key,
        EvidenceFileReader read,
        out ReadOnlyMemory<byte> manifest,
        [NotNullWhen(false)] out RefusalReason? refusal)
    {
        manifest = default;
        refusal = null;
        if (references is not { } paths)
        {
            return true;
        }

        if (paths.ValueKind != JsonValueKind.Object)
        {
            refusal = JsonShape.Entry("rims", "an object", $"{paths.ValueKind}");
            return false;
        }

        if (!JsonShape.TryGet(paths, key, out _))
        {
            return true;
        }

        if (!ManifestFiles.TryReadOne(paths, key, read, out byte[]? file, out refusal))
        {
            return false;
        }

        if (file.Length == 0)
        {
            refusal = new RefusalReason(Refusal.ReferenceMalformed, $"rims.{key}", "a signed SWID tag of NVIDIA's form", "an empty file");
            return false;
        }

        manifest = file;
        return true;
    }
}
