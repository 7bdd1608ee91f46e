namespace Ait.Engine.Gpu.Drivers;

/// <summary>AMD: hipBLASLt. The numbers are HIPBLAS_COMPUTE_32I, HIPBLASLT_MATMUL_DESC_TRANSA and TRANSB, HIPBLAS_OP_N and HIPBLAS_OP_T.</summary>
internal sealed unsafe class HipblasLt : ProductLibrary
{
    public override string Name => "hipBLASLt";

    public override int ComputeInt32 => 9;

    public override int LeftOperation => 0;

    public override int RightOperation => 1;

    public override int AsItStands => 111;

    public override int Transposed => 112;

    public override int AlgorithmBytes => 24;

    public override int Create(out nint handle) => HipblasLtApi.Create(out handle);

    public override int Destroy(nint handle) => HipblasLtApi.Destroy(handle);

    public override int ProductCreate(out nint product, int compute, int scaleType) => HipblasLtApi.ProductCreate(out product, compute, scaleType);

    public override int ProductSet(nint product, int attribute, void* value, nuint bytes) => HipblasLtApi.ProductSet(product, attribute, value, bytes);

    public override int ProductDestroy(nint product) => HipblasLtApi.ProductDestroy(product);

    public override int LayoutCreate(out nint layout, int type, ulong rows, ulong columns, long leading) =>
        HipblasLtApi.LayoutCreate(out layout, type, rows, columns, leading);

    public override int LayoutDestroy(nint layout) => HipblasLtApi.LayoutDestroy(layout);

    public override int PreferenceCreate(out nint preference) => HipblasLtApi.PreferenceCreate(out preference);

    public override int PreferenceSet(nint preference, int attribute, void* value, nuint bytes) => HipblasLtApi.PreferenceSet(preference, attribute, value, bytes);

    public override int PreferenceDestroy(nint preference) => HipblasLtApi.PreferenceDestroy(preference);

    public override int Choose(nint handle, nint product, nint a, nint b, nint d, nint preference, void* result, out int found) =>
        HipblasLtApi.Choose(handle, product, a, b, d, d, preference, 1, result, out found);

    public override int Multiply(
        nint handle, nint product, int* one, ulong a, nint aLayout, ulong b, nint bLayout, int* zero, ulong d, nint dLayout, void* algorithm, ulong workspace, nuint bytes, nint stream) =>
        HipblasLtApi.Multiply(handle, product, one, a, aLayout, b, bLayout, zero, d, dLayout, d, dLayout, algorithm, workspace, bytes, stream);
}
