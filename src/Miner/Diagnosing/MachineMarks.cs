namespace Ait.Miner.Diagnosing;

/// <summary>Signs of a TEE by which the doctor knows what to advise where there is no interface to evidence.</summary>
[Flags]
internal enum MachineMarks
{
    None = 0,

    /// <summary>Inside a TDX trust domain.</summary>
    TdxGuest = 1,

    /// <summary>Inside an SEV-SNP guest.</summary>
    SnpGuest = 2,

    /// <summary>On the host of SEV guests.</summary>
    SnpHost = 4,

    /// <summary>The processor has SGX and the kernel serves it.</summary>
    Sgx = 8,
}
