namespace Ait.Emulation.X509;

/// <summary>Everything that goes into one certificate that an EC key signs.</summary>
internal sealed record EcdsaCertificateRecipe
{
    /// <summary>Unsigned, big-endian.</summary>
    public required byte[] Serial { get; init; }

    /// <summary>Name, DER.</summary>
    public required byte[] Issuer { get; init; }

    /// <summary>Name, DER.</summary>
    public required byte[] Subject { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public required byte[] PublicKey { get; init; }

    public required IReadOnlyList<ExtensionRecipe> Extensions { get; init; }
}
