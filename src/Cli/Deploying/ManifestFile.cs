using Ait.Attestation;
using Ait.Attestation.Nvidia;
using Ait.Cli.Surroundings;
using Ait.Protocol;

namespace Ait.Cli.Deploying;

/// <summary>Turns a vendor's signed reference manifest into what the contracts hold of it.</summary>
internal static class ManifestFile
{
    internal static GpuReference Read(GpuReferenceKind kind, ReadOnlyMemory<byte> manifest, string name, TrustRoots roots, DateTimeOffset at)
    {
        if (!NvidiaReference.TryVerify(manifest, roots, at, out NvidiaReference? verified, out RefusalReason? refusal))
        {
            throw new RefusedException($"{name} is refused: {refusal}.");
        }

        return GpuReference.TryCreate(kind, verified.Chip, verified.Version, verified.Values, out GpuReference? reference)
            ? reference
            : throw new RefusedException($"{name} is no manifest of a {kind}: it is about version {verified.Version} of {verified.Chip}.");
    }
}
