using System.Runtime.Intrinsics;
using Ait.Engine.Simd.Arm;

namespace Ait.Engine.Tests.Simd;

/// <summary>
/// The signed dot product of Armv8.2 lane by lane (Arm Architecture Reference Manual, SDOT (vector)), so that the kernels around it
/// run on any processor: each 32-bit lane grows by four products of sign-extended bytes, modulo 2^32.
/// </summary>
internal readonly struct SoftwareDot : IByteDot
{
    public static bool IsSupported => true;

    public static Vector128<int> Add(Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right)
    {
        Span<int> lanes = stackalloc int[4];
        for (int lane = 0; lane < 4; lane++)
        {
            int total = sum[lane];
            for (int i = 4 * lane; i < (4 * lane) + 4; i++)
            {
                total = unchecked(total + (left[i] * right[i]));
            }

            lanes[lane] = total;
        }

        return Vector128.Create<int>(lanes);
    }
}
