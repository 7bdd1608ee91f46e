using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>AMD's matrix products, as hipblaslt.h of ROCm 6 declares them. <see cref="RuntimeLibraries"/> finds the version at hand.</summary>
internal static unsafe partial class HipblasLtApi
{
    public const string Library = "hipblaslt";

    [LibraryImport(Library, EntryPoint = "hipblasLtCreate")]
    public static partial int Create(out nint handle);

    [LibraryImport(Library, EntryPoint = "hipblasLtDestroy")]
    public static partial int Destroy(nint handle);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatmulDescCreate")]
    public static partial int ProductCreate(out nint product, int compute, int scaleType);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatmulDescSetAttribute")]
    public static partial int ProductSet(nint product, int attribute, void* value, nuint bytes);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatmulDescDestroy")]
    public static partial int ProductDestroy(nint product);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatrixLayoutCreate")]
    public static partial int LayoutCreate(out nint layout, int type, ulong rows, ulong columns, long leading);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatrixLayoutDestroy")]
    public static partial int LayoutDestroy(nint layout);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatmulPreferenceCreate")]
    public static partial int PreferenceCreate(out nint preference);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatmulPreferenceSetAttribute")]
    public static partial int PreferenceSet(nint preference, int attribute, void* value, nuint bytes);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatmulPreferenceDestroy")]
    public static partial int PreferenceDestroy(nint preference);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatmulAlgoGetHeuristic")]
    public static partial int Choose(
        nint handle, nint product, nint a, nint b, nint c, nint d, nint preference, int asked, void* results, out int found);

    [LibraryImport(Library, EntryPoint = "hipblasLtMatmul")]
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
