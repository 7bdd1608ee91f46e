namespace Ait.Miner.Collecting;

/// <summary>What kind of processor evidence was collected.</summary>
internal enum EvidencePlatform
{
    /// <summary>An AMD SEV-SNP attestation report.</summary>
    SevSnp,

    /// <summary>An Intel quote of a TDX trust domain.</summary>
    Tdx,

    /// <summary>An Intel quote of an SGX enclave.</summary>
    Sgx,
}
