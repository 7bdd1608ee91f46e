namespace Ait.Miner.Collecting;

/// <summary>Confidential computing of a GPU as its driver states it.</summary>
internal enum ConfidentialMode
{
    /// <summary>The part or its driver has none.</summary>
    Unavailable,

    /// <summary>It has, and it is switched off.</summary>
    Off,

    /// <summary>On, with developer tools let in: no verifier accepts that.</summary>
    DeveloperTools,

    /// <summary>Protected PCIe: several GPUs and switches are attested together.</summary>
    ProtectedPcie,

    /// <summary>On.</summary>
    On,
}
