using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu;

// The structures of training in Kernels/arguments.cuh, field by field, in its order; a test holds them equal to the byte.

/// <summary>Which items a launch works on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ItemRange
{
    public int First;
    public int Heads;
}

/// <summary>Elements from one item's part of a buffer to another's.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ItemOffset
{
    public long Window;
    public long Head;
    public long Item;
}

/// <summary>Arguments of <c>scale_rows</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScaleArguments
{
    public ulong X;
    public ulong Target;
    public long XStride;
    public long TargetStride;
    public int Columns;
    public int Adds;
    public float Factor;
    public int Padding;
}

/// <summary>Arguments of <c>transpose</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TransposeArguments
{
    public ulong X;
    public ulong Target;
    public ItemOffset XAt;
    public ItemOffset TargetAt;
    public long XStride;
    public int Rows;
    public int Columns;
    public int Stride;
    public ItemRange Items;
    public int Padding;
}

/// <summary>Arguments of <c>gradient_rows</c> and <c>gradient_columns</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GradientArguments
{
    public ulong X;
    public ulong Factors;
    public ulong High;
    public ulong Low;
    public ulong Units;
    public ulong Fault;
    public ItemOffset XAt;
    public ItemOffset FactorAt;
    public ItemOffset LimbAt;
    public ItemOffset UnitAt;
    public long XStride;
    public long FactorStride;
    public int Rows;
    public int Columns;
    public int Stride;
    public ItemRange Items;
    public int Padding;
}

/// <summary>Arguments of the exact products.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProductArguments
{
    public ulong LeftHigh;
    public ulong LeftLow;
    public ulong RightHigh;
    public ulong RightLow;
    public ulong Units;
    public ulong Target;
    public ItemOffset LeftAt;
    public ItemOffset RightAt;
    public ItemOffset UnitAt;
    public ItemOffset TargetAt;
    public long LeftStride;
    public long RightStride;
    public long TargetStride;
    public int LeftRows;
    public int RightRows;
    public int Depth;
    public int Adds;
    public int Turns;
    public ItemRange Items;
    public int Padding;
}

/// <summary>Arguments of <c>unpage</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UnpageArguments
{
    public PagesArguments Pages;
    public ulong Keys;
    public ulong KeysAcross;
    public ulong Values;
    public ulong KeyScales;
    public ulong ValueUnits;
    public int Length;
    public int AcrossStride;
    public ItemRange Items;
}

/// <summary>Arguments of <c>score_centers</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CenterArguments
{
    public ulong Gradient;
    public ulong Attended;
    public ulong High;
    public ulong Low;
    public ulong Units;
    public ulong Centers;
    public ulong Fault;
    public ItemOffset XAt;
    public long XStride;
    public int Length;
    public int Columns;
    public int Stride;
    public ItemRange Items;
    public int Padding;
}

/// <summary>Arguments of <c>attention_shares</c> and <c>softmax_back</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SquareArguments
{
    public ulong Products;
    public ulong Shares;
    public ulong QueryScales;
    public ulong KeyScales;
    public ulong ValueUnits;
    public ulong Centers;
    public ItemOffset QueryAt;
    public long QueryStride;
    public int Length;
    public float Root;
    public ItemRange Items;
}

/// <summary>Arguments of <c>rotate_back</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RotateBackArguments
{
    public ulong X;
    public ulong Cosines;
    public ulong Sines;
    public long Stride;
    public int Length;
    public int Heads;
    public int Half;
    public int Padding;
}

/// <summary>Arguments of <c>silu_back</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SiluBackArguments
{
    public ulong X;
    public ulong Gradient;
    public int Columns;
    public int Padding;
}

/// <summary>Arguments of <c>norm_back</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NormBackArguments
{
    public ulong X;
    public ulong Gradient;
    public ulong Target;
    public ulong Fault;
    public int Columns;
    public float Epsilon;
}

/// <summary>Arguments of <c>cross_entropy</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LossArguments
{
    public ulong Logits;
    public ulong Targets;
    public ulong Loss;
    public ulong Fault;
    public int Vocabulary;
    public float Share;
}

/// <summary>Arguments of <c>scatter</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScatterArguments
{
    public ulong Gradient;
    public ulong Tokens;
    public ulong Starts;
    public ulong Positions;
    public ulong Bits;
    public ulong Target;
    public ulong Fault;
    public int Dimension;
    public int Padding;
}

/// <summary>Arguments of <c>reduce_magnitude</c> and <c>reduce_squares</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReduceArguments
{
    public ulong X;
    public ulong Bits;
    public ulong Sum;
    public long Count;
    public float Inverse;
    public int Padding;
}

/// <summary>Arguments of <c>descend</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamArguments
{
    public ulong W;
    public ulong M;
    public ulong V;
    public ulong Gradient;
    public long Count;
    public float Clip;
    public float Rate;
    public float Beta1;
    public float Rest1;
    public float Beta2;
    public float Rest2;
    public float Correction1;
    public float Correction2;
    public float Epsilon;
    public float Decay;
}
