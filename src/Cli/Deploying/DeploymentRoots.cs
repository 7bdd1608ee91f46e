using System.Collections.Immutable;
using Ait.Attestation;
using Ait.Cli.Surroundings;

namespace Ait.Cli.Deploying;

/// <summary>
/// The root keys of a deployment, as SHA-384 of the DER SubjectPublicKeyInfo in hex: AMD's by product, Intel's, NVIDIA's of devices and of
/// reference manifests. Who verifies evidence off chain believes what the contracts believe.
/// </summary>
internal sealed record DeploymentRoots(
    IReadOnlyDictionary<string, string> Amd, IReadOnlyList<string> Intel, IReadOnlyList<string> NvidiaDevice, IReadOnlyList<string> NvidiaReference)
{
    /// <summary>The same keys as verifiers take them.</summary>
    internal TrustRoots ToTrustRoots() => TrustRoots.TryParse(Amd, Intel, NvidiaDevice, NvidiaReference, out TrustRoots? roots, out ImmutableArray<string> faults)
        ? roots
        : throw new SurroundingsException($"Among the deployment file's roots {string.Join(", ", faults)}. Correct them.");
}
