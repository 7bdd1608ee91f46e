namespace Ait.Attestation.Dcap;

/// <summary>The Intel trusted execution environment that a quote speaks of.</summary>
public enum DcapTee
{
    /// <summary>An enclave of a process.</summary>
    Sgx = 0,

    /// <summary>A trust domain: a whole virtual machine.</summary>
    Tdx = 0x81,
}
