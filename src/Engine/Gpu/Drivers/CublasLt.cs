namespace Ait.Engine.Gpu.Drivers;

/// <summary>NVIDIA: cuBLASLt. The numbers are CUBLAS_COMPUTE_32I, CUBLASLT_MATMUL_DESC_TRANSA and TRANSB, CUBLAS_OP_N and CUBLAS_OP_T.</summary>
internal sealed unsafe class CublasLt : ProductLibrary
{
    public override string Name => "cuBLASLt";

    public override int ComputeInt32 => 72;

    public override int LeftOperation => 3;

    public override int RightOperation => 4;

    public override int AsItStands => 0;

    public override int Transposed => 1;

    public override int AlgorithmBytes => 64;

    public override int Create(out nint handle) => CublasLtApi.Create(out handle);

    public override int Destroy(nint handle) => CublasLtApi.Destroy(handle);

    public override int ProductCreate(out nint product, int compute, int scaleType) => CublasLtApi.ProductCreate(out product, compute, scaleType);

    public override int ProductSet(nint product, int attribute, void* value, nuint bytes) => CublasLtApi.ProductSet(product, attribute, value, bytes);

    public override int ProductDestroy(nint product) => CublasLtApi.ProductDestroy(product);

    public override int LayoutCreate(out nint layout, int type, ulong rows, ulong columns, long leading) =>
        CublasLtApi.LayoutCreate(out layout, type, rows, columns, leading);

    public override int LayoutDestroy(nint layout) => CublasLtApi.LayoutDestroy(layout);

    public override int PreferenceCreate(out nint preference) => CublasLtApi.PreferenceCreate(out preference);

    public override int PreferenceSet(nint preference, int attribute, void* value, nuint bytes) => CublasLtApi.PreferenceSet(preference, attribute, value, bytes);

    public override int PreferenceDestroy(nint preference) => CublasLtApi.PreferenceDestroy(preference);

    public override int Choose(nint handle, nint product, nint a, nint b, nint d, nint preference, void* result, out int found) =>
        CublasLtApi.Choose(handle, product, a, b, d, d, preference, 1, result, out found);

    public override int Multiply(
        nint handle, nint product, int* one, ulong a, nint aLayout, ulong b, nint bLayout, int* zero, ulong d, nint dLayout, void* algorithm, ulong workspace, nuint bytes, nint stream) =>
        CublasLtApi.Multiply(handle, product, one, a, aLayout, b, bLayout, zero, d, dLayout, d, dLayout, algorithm, workspace, bytes, stream);
}
