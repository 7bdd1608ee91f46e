namespace Ait.Cli.Measuring;

/// <summary>What a machine can do at most.</summary>
/// <param name="OperationsPerSecond">Multiplications and additions of int8 numbers per second.</param>
/// <param name="BytesPerSecond">Bytes from its memory per second.</param>
internal readonly record struct HardwareLimit(double OperationsPerSecond, double BytesPerSecond)
{
    /// <summary>An H100 SXM by NVIDIA's data sheet: 1979 · 10^12 dense int8 operations and 3.35 · 10^12 bytes a second.</summary>
    internal static HardwareLimit H100 { get; } = new(1979e12, 3.35e12);
}
