namespace Ait.Emulation.Hosts;

/// <summary>What protects the guests of an emulated host.</summary>
public enum EmulatedTee
{
    /// <summary>AMD SEV-SNP.</summary>
    Snp,

    /// <summary>Intel TDX; its PCK comes from the platform authority.</summary>
    Tdx,

    /// <summary>Intel SGX; its PCK comes from the processor authority.</summary>
    Sgx,
}
