namespace Ait.Protocol;

/// <summary>Whose measurements a reference is about, with the numbers the contracts know.</summary>
public enum GpuReferenceKind : byte
{
    /// <summary>The driver's.</summary>
    Driver = 1,

    /// <summary>The VBIOS's.</summary>
    Vbios = 2,
}
