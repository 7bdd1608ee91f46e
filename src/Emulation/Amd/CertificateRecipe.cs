using System.Security.Cryptography;
using Ait.Emulation.X509;

namespace Ait.Emulation.Amd;

/// <summary>
/// Everything that goes into one certificate. The defaults give the shape AMD's have; tests of verifiers change one
/// thing at a time.
/// </summary>
public sealed record CertificateRecipe
{
    public required string SubjectCommonName { get; init; }

    public required string IssuerCommonName { get; init; }

    public required int Serial { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public required byte[] PublicKey { get; init; }

    public required IReadOnlyList<ExtensionRecipe> Extensions { get; init; }

    /// <summary>AMD spells the default trailer out in ARK and ASK and leaves it out in VCEK and VLEK.</summary>
    public required bool SpellsTrailer { get; init; }

    public string Organization { get; init; } = AmdNames.Organization;

    public int SaltLength { get; init; } = 48;

    public int TrailerField { get; init; } = 1;

    /// <summary>Hash named in the algorithm identifier; the signature itself is always over SHA-384.</summary>
    public HashAlgorithmName NamedHash { get; init; } = HashAlgorithmName.SHA384;
}
