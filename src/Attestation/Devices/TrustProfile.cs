namespace Ait.Attestation.Devices;

/// <summary>
/// How far a device's identity rests on hardware. It follows from the evidence that was verified; nobody can claim it. A lower
/// number is stronger.
/// </summary>
public enum TrustProfile
{
    /// <summary>A measured program in SEV-SNP or TDX and the GPU's own evidence, each naming the other.</summary>
    AttestedGpu = 0,

    /// <summary>A measured program in SEV-SNP or TDX that says which GPU it reads; nothing proves the GPU itself.</summary>
    MeasuredHost = 1,

    /// <summary>An SGX enclave that holds the key; the GPU stays outside it and is what its host says.</summary>
    SgxKeyedHost = 2,
}
