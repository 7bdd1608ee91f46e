namespace Ait.Emulation.Commands;

/// <summary>Sets of vectors, each in a folder of its own.</summary>
internal enum VectorSet
{
    /// <summary>SEV-SNP alone.</summary>
    Snp,

    /// <summary>Intel, NVIDIA, and devices of a CPU and a GPU.</summary>
    Devices,

    /// <summary>OCSP answers about a GPU's certificates.</summary>
    Ocsp,
}
