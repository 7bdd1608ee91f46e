namespace Ait.Emulation.Hosts;

/// <summary>A GPU that the emulated host says it has: 16 bytes of UUID and a class name.</summary>
public sealed record EmulatedGpu(string Uuid, string Class)
{
    /// <summary>Classes the product knows.</summary>
    public static IReadOnlyList<string> Classes { get; } = ["H100", "A100", "L40S", "MI300X"];
}
