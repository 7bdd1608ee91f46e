using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>NVIDIA's matrix products, as cublasLt.h of CUDA 12 declares them. <see cref="RuntimeLibraries"/> finds the version at hand.</summary>
internal static unsafe partial class CublasLtApi
{
    public const string Library = "cublasLt";

    [LibraryImport(Library, EntryPoint = "cublasLtCreate")]
    public static partial int Create(out nint handle);

    [LibraryImport(Library, EntryPoint = "cublasLtDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulDescCreate")]
    public static partial int ProductCreate(out nint product, int compute, int scaleType);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulDescSetAttribute")]
    public static partial int ProductSet(nint product, int attribute, void* value, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulDescDestroy")]
    public static partial int ProductDestroy(nint product);

    [LibraryImport(Library, EntryPoint = "cublasLtMatrixLayoutCreate")]
    public static partial int LayoutCreate(out nint layout, int type, ulong rows, ulong columns, long leading);

    [LibraryImport(Library, EntryPoint = "cublasLtMatrixLayoutDestroy")]
    public static partial int LayoutDestroy(nint layout);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulPreferenceCreate")]
    public static partial int PreferenceCreate(out nint preference);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulPreferenceSetAttribute")]
    public static partial int PreferenceSet(nint preference, int attribute, void* value, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulPreferenceDestroy")]
    public static partial int PreferenceDestroy(nint preference);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmulAlgoGetHeuristic")]
    public static partial int Choose(
        nint handle, nint product, nint a, nint b, nint c, nint d, nint preference, int asked, void* results, out int found);

    [LibraryImport(Library, EntryPoint = "cublasLtMatmul")]
    public static partial int Multiply(
        nint handle,
        nint product,
        void* alpha,
        ulong a,
        nint aLayout,
        ulong b,
        nint bLayout,
        void* beta,
        ulong c,
        nint cLayout,
        ulong d,
        nint dLayout,
        void* algorithm,
        ulong workspace,
        nuint workspaceBytes,
        nint stream);
}
