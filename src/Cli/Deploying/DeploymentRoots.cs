namespace Ait.Cli.Deploying;

/// <summary>
/// The root keys of a deployment, as SHA-384 of the DER SubjectPublicKeyInfo in hex: AMD's by product, Intel's, NVIDIA's of devices and of
/// reference manifests. Who verifies evidence off chain believes what the contracts believe.
/// </summary>
internal sealed record DeploymentRoots(
    IReadOnlyDictionary<string, string> Amd, IReadOnlyList<string> Intel, IReadOnlyList<string> NvidiaDevice, IReadOnlyList<string> NvidiaReference);
