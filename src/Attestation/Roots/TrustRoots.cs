using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ait.Attestation.SevSnp;

namespace Ait.Attestation;

/// <summary>
/// The root keys a verifier believes. Production uses <see cref="Production"/>; a development network constructs its
/// own set. Nothing else in this room tells the two apart.
/// </summary>
public sealed class TrustRoots
{
    /// <summary>Bytes of a fingerprint: SHA-384.</summary>
    private const int FingerprintLength = 48;

    private readonly ImmutableArray<TrustRoot> _roots;
    private readonly ImmutableArray<ByteString> _intel;
    private readonly ImmutableArray<ByteString> _nvidiaDevice;
    private readonly ImmutableArray<ByteString> _nvidiaReference;

    /// <summary>A set of exactly these roots of AMD's products, and none of Intel's.</summary>
    public TrustRoots(IEnumerable<TrustRoot> roots)
        : this(roots, [])
    {
    }

    /// <summary>A set of exactly these roots; Intel's are SHA-384 of the DER SubjectPublicKeyInfo, too.</summary>
    public TrustRoots(IEnumerable<TrustRoot> roots, IEnumerable<ByteString> intel)
        : this(roots, intel, [], [])
    {
    }

    /// <summary>
    /// A set of exactly these roots. NVIDIA has two, fingerprinted the same way: one of device identities and one of
    /// reference manifests.
    /// </summary>
    public TrustRoots(
        IEnumerable<TrustRoot> roots,
        IEnumerable<ByteString> intel,
        IEnumerable<ByteString> nvidiaDevice,
        IEnumerable<ByteString> nvidiaReference)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(intel);
        ArgumentNullException.ThrowIfNull(nvidiaDevice);
        ArgumentNullException.ThrowIfNull(nvidiaReference);
        _roots = [.. roots];
        _intel = [.. intel];
        _nvidiaDevice = [.. nvidiaDevice];
        _nvidiaReference = [.. nvidiaReference];
    }

    /// <summary>AMD's root keys (ARK) of the three products, Intel's SGX root key and NVIDIA's two, as the vendors publish them.</summary>
    public static TrustRoots Production { get; } = new(
    [
        new TrustRoot(SnpProduct.Milan, ByteString.FromHex(
            "1249f67f15cf229a4069195e1a9ce537d1765ef706a1f4a123c36be9518786515d25ecc007f366b564d2b3f31c48082e")),
        new TrustRoot(SnpProduct.Genoa, ByteString.FromHex(
            "32ab53a6ce5ec14926207396e5c475ae768a6a9831b7e860b5acf2e1c1dff222bc5a8bfc43eb5e06393189c1f246d880")),
        new TrustRoot(SnpProduct.Turin, ByteString.FromHex(
            "3475f08a9727f8ac9a1deaea5f2a2097aa59d64d05c2a678c229c873e6359d3a6926287a2a22cd5f88a385e333a2fcc5")),
    ],
    [
        ByteString.FromHex(
            "3cdf1feb4e5eac629170f17625648da4a16effa22ae2bcca030b4358a8961c1bf26cf54a9598cd6a2d4a9cbb62377d22"),
    ],
    [
        ByteString.FromHex(
            "e108f61de3fce5261151f8a0eb562a920639ef1b0fcebba785ee52f54420e4248be3400366d45c2880bdf13044325393"),
    ],
    [
        ByteString.FromHex(
            "62d5dc52611222694c689eba235331cf73cd69308ea763720a4987eede99657c176e94274169a8063af5b11f8eba7990"),
    ]);

    /// <summary>Reads fingerprints in hex, AMD's by the name of the product, as deployment files write them.</summary>
    /// <param name="amd">AMD's, by product (<c>"Genoa"</c>).</param>
    /// <param name="intel">Intel's.</param>
    /// <param name="nvidiaDevice">NVIDIA's of device identities.</param>
    /// <param name="nvidiaReference">NVIDIA's of reference manifests.</param>
    /// <param name="roots">The set.</param>
    /// <param name="faults">What is wrong, each as a clause; empty if nothing is.</param>
    public static bool TryParse(
        IEnumerable<KeyValuePair<string, string>> amd,
        IEnumerable<string> intel,
        IEnumerable<string> nvidiaDevice,
        IEnumerable<string> nvidiaReference,
        [NotNullWhen(true)] out TrustRoots? roots,
        out ImmutableArray<string> faults)
    {
        ArgumentNullException.ThrowIfNull(amd);
        ArgumentNullException.ThrowIfNull(intel);
        ArgumentNullException.ThrowIfNull(nvidiaDevice);
        ArgumentNullException.ThrowIfNull(nvidiaReference);
        var wrong = ImmutableArray.CreateBuilder<string>();
        List<TrustRoot> products = [];
        foreach ((string name, string text) in amd)
        {
            if (!Enum.TryParse(name, out SnpProduct product) || product.ToString() != name)
            {
                wrong.Add($"'{name}' is no product of AMD's");
            }
            else
            {
                products.Add(new TrustRoot(product, Fingerprint(text, wrong)));
            }
        }

        var read = new TrustRoots(
            products, intel.Select(text => Fingerprint(text, wrong)), nvidiaDevice.Select(text => Fingerprint(text, wrong)), nvidiaReference.Select(text => Fingerprint(text, wrong)));
        faults = wrong.ToImmutable();
        roots = faults.IsEmpty ? read : null;
        return roots is not null;
    }

    /// <summary>The pinned roots of NVIDIA's device identities: SHA-384 of the DER SubjectPublicKeyInfo.</summary>
    public ImmutableArray<ByteString> NvidiaDevice => _nvidiaDevice;

    /// <summary>True if this key is pinned as a root of NVIDIA's device identities.</summary>
    public bool ContainsNvidiaDevice(ByteString keyFingerprint) => _nvidiaDevice.Contains(keyFingerprint);

    /// <summary>The pinned roots of NVIDIA's reference manifests: SHA-384 of the DER SubjectPublicKeyInfo.</summary>
    public ImmutableArray<ByteString> NvidiaReference => _nvidiaReference;

    /// <summary>True if this key is pinned as a root of NVIDIA's reference manifests.</summary>
    public bool ContainsNvidiaReference(ByteString keyFingerprint) => _nvidiaReference.Contains(keyFingerprint);

    /// <summary>The pinned roots of Intel's platforms: SHA-384 of the DER SubjectPublicKeyInfo.</summary>
    public ImmutableArray<ByteString> Intel => _intel;

    /// <summary>True if this key is pinned as a root of Intel's.</summary>
    public bool ContainsIntel(ByteString keyFingerprint) => _intel.Contains(keyFingerprint);

    /// <summary>The pinned roots of AMD's products.</summary>
    public ImmutableArray<TrustRoot> All => _roots;

    /// <summary>True if this key is pinned for this product.</summary>
    public bool Contains(SnpProduct product, ByteString keyFingerprint)
    {
        foreach (TrustRoot root in _roots)
        {
            if (root.Product == product && root.KeyFingerprint == keyFingerprint)
            {
                return true;
            }
        }

        return false;
    }

    private static ByteString Fingerprint(string text, ImmutableArray<string>.Builder faults)
    {
        if (ByteString.TryParseHex(text, out ByteString value) && value.Length == FingerprintLength)
        {
            return value;
        }

        faults.Add($"'{text}' is not {FingerprintLength} bytes in hex");
        return default;
    }
}
