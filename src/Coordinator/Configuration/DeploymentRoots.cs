using Ait.Attestation;
using Ait.Attestation.SevSnp;

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
    private const int FingerprintLength = 48;

    internal TrustRoots ToTrustRoots()
    {
        List<string> faults = [];
        List<TrustRoot> amd = [];
        foreach ((string name, string text) in Amd)
        {
            if (!Enum.TryParse(name, out SnpProduct product) || product.ToString() != name)
            {
                faults.Add($"The deployment file pins a root for '{name}', which is no product of AMD's; correct its roots.");
            }
            else
            {
                amd.Add(new TrustRoot(product, Fingerprint(text, faults)));
            }
        }

        var roots = new TrustRoots(amd, Intel.Select(text => Fingerprint(text, faults)), NvidiaDevice.Select(text => Fingerprint(text, faults)), NvidiaReference.Select(text => Fingerprint(text, faults)));
        return faults.Count == 0 ? roots : throw new StartupException(faults);
    }

    private static ByteString Fingerprint(string text, List<string> faults)
    {
        if (ByteString.TryParseHex(text, out ByteString value) && value.Length == FingerprintLength)
        {
            return value;
        }

        faults.Add($"The deployment file's root '{text}' is not {FingerprintLength} bytes in hex; correct its roots.");
        return default;
    }
}
