namespace Ait.Emulation.Hosts;

/// <summary>
/// A GPU that the emulated host says it has: 16 bytes of UUID, a class name and, where the class has hardware evidence, the
/// SubjectPublicKeyInfo (DER) of its device key.
/// </summary>
public sealed record EmulatedGpu(string Uuid, string Class, byte[]? DeviceKey)
{
    /// <summary>Classes the product knows.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["H100", "A100", "L40S", "MI300X"];

    /// <summary>Classes whose hardware signs evidence.</summary>
    public static bool HasEvidence(string gpuClass) => gpuClass == "H100";
}
