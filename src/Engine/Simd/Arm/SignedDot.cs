using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Ait.Engine.Simd.Arm;

/// <summary>The <c>sdot</c> of Armv8.2 (FEAT_DotProd). It does not saturate.</summary>
internal readonly struct SignedDot : IByteDot
{
    public static bool IsSupported => Dp.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Add(Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right) => Dp.DotProduct(sum, left, right);
}
