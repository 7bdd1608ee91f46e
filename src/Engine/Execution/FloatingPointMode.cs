using System.Runtime.CompilerServices;

namespace Ait.Engine.Execution;

/// <summary>
/// A native library in the process can switch a thread to flush subnormal numbers or to another rounding. Both are
/// visible in results, so a thread that computes asks first.
/// </summary>
internal static class FloatingPointMode
{
    /// <summary>The first property that the calling thread lacks, or null.</summary>
    public static string? Fault()
    {
        float smallestNormal = Hide(1.17549435e-38f);
        float subnormal = Hide(1e-45f);
        if (BitConverter.SingleToInt32Bits(smallestNormal * Hide(0.5f)) != 0x00400000)
        {
            return "results are flushed to zero (FTZ)";
        }

        // 2^-149 · 2^24 = 2^-125
        if (BitConverter.SingleToInt32Bits(subnormal * Hide(16777216f)) != 0x01000000)
        {
            return "subnormal operands count as zero (DAZ)";
        }

        // 1 + 2^-24 is a tie to even, 1 + 3 · 2^-24 rounds up: together they tell the rounding modes apart.
        bool nearest = Hide(1f) + Hide(5.96046448e-8f) == 1f
            && BitConverter.SingleToInt32Bits(Hide(1f) + Hide(1.78813934e-7f)) == 0x3F800002
            && BitConverter.SingleToInt32Bits(Hide(-1f) - Hide(1.78813934e-7f)) == unchecked((int)0xBF800002);
        return nearest ? null : "the rounding is not to nearest, ties to even";
    }

    /// <summary>Throws if the calling thread computes with other rules than the arithmetic's.</summary>
    public static void Demand()
    {
        if (Fault() is { } fault)
        {
            throw new InvalidOperationException($"The thread's floating-point mode was changed: {fault}.");
        }
    }

    // Keeps the compiler from computing ahead of time, in its own mode.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Hide(float value) => value;
}
