namespace Ait.Attestation.Nvidia;

/// <summary>
/// How the GPU says it is attached. Developer tools are no mode of their own: they change measurements, so only
/// reference manifests tell them apart.
/// </summary>
public enum NvidiaMode
{
    /// <summary>Firmware too old to say it.</summary>
    NotStated = 0,

    /// <summary>Confidential, one GPU passed to one guest.</summary>
    SinglePassThrough = 1,

    /// <summary>Confidential, several GPUs passed to one guest.</summary>
    MultiPassThrough = 2,

    /// <summary>Protected PCIe: all GPUs and switches of a node in one guest, the links between them in the clear.</summary>
    ProtectedPcie = 3,
}
