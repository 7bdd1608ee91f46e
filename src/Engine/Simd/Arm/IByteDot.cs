using System.Runtime.Intrinsics;

namespace Ait.Engine.Simd.Arm;

/// <summary>The byte dot product of a processor: lane i of the sum grows by the products of bytes 4i … 4i + 3.</summary>
internal interface IByteDot
{
    /// <summary>Whether this processor has it.</summary>
    public static abstract bool IsSupported { get; }

    public static abstract Vector128<int> Add(Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right);
}
