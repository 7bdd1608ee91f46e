using System.Collections.Immutable;
using Ait.Attestation;

namespace Ait.Coordinator.Configuration;

/// <summary>
/// The root keys a deployment believes, as SHA-384 of the DER SubjectPublicKeyInfo in hex: AMD's by product (<c>"Genoa"</c>),
/// Intel's, and NVIDIA's of devices and of reference manifests.
/// </summary>
internal sealed record DeploymentRoots(
    IReadOnlyDictionary<string, string> Amd,
    IReadOnlyList<string> Intel,
    IReadOnlyList<string> NvidiaDevice,
    IReadOnlyList<string> NvidiaReference)
{
    internal TrustRoots ToTrustRoots() => TrustRoots.TryParse(Amd, Intel, NvidiaDevice, NvidiaReference, out TrustRoots? roots, out ImmutableArray<string> faults)
        ? roots
        : throw new StartupException([.. faults.Select(fault => $"Among the deployment file's roots {fault}; correct them.")]);
}
