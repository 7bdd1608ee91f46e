namespace Ait.Engine.Gpu.Drivers;

/// <summary>
/// The calls of a vendor's library of matrix products; cuBLASLt and hipBLASLt differ in a few numbers. Every call returns the
/// vendor's status, 0 for success. Nothing is loaded before the first call.
/// </summary>
internal abstract unsafe class ProductLibrary
{
    // CUDA_R_8I and HIP_R_8I, CUDA_R_32I and HIP_R_32I, and the attribute that bounds the workspace: the same with both.
    public const int Int8 = 3;
    public const int Int32 = 10;
    public const int WorkspaceAttribute = 1;

    /// <summary>Room for a result of <see cref="Choose"/>; the largest has 96 bytes.</summary>
    public const int ResultBytes = 256;

    public abstract string Name { get; }

    /// <summary>int8 products, int32 sums.</summary>
    public abstract int ComputeInt32 { get; }

    /// <summary>The attribute of a product that says how its left matrix is read.</summary>
    public abstract int LeftOperation { get; }

    public abstract int RightOperation { get; }

    public abstract int AsItStands { get; }

    public abstract int Transposed { get; }

    /// <summary>The length of an algorithm, with which a result begins; the size of its workspace and a status follow.</summary>
    public abstract int AlgorithmBytes { get; }

    public abstract int Create(out nint handle);

    public abstract int Destroy(nint handle);

    public abstract int ProductCreate(out nint product, int compute, int scaleType);

    public abstract int ProductSet(nint product, int attribute, void* value, nuint bytes);

    public abstract int ProductDestroy(nint product);

    public abstract int LayoutCreate(out nint layout, int type, ulong rows, ulong columns, long leading);

    public abstract int LayoutDestroy(nint layout);

    public abstract int PreferenceCreate(out nint preference);

    public abstract int PreferenceSet(nint preference, int attribute, void* value, nuint bytes);

    public abstract int PreferenceDestroy(nint preference);

    /// <summary>The algorithm that the library expects to be fastest.</summary>
    public abstract int Choose(nint handle, nint product, nint a, nint b, nint d, nint preference, void* result, out int found);

    /// <summary>D = A B.</summary>
    public abstract int Multiply(
        nint handle, nint product, int* one, ulong a, nint aLayout, ulong b, nint bLayout, int* zero, ulong d, nint dLayout, void* algorithm, ulong workspace, nuint bytes, nint stream);
}
