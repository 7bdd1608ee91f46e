using System.Collections.Immutable;
using Ait.Engine.Execution;
using Ait.Engine.Gpu;
using Ait.Engine.Scalar;
using Ait.Engine.Simd;
using Ait.Engine.Simd.Arm;
using Ait.Engine.Simd.Emitted;

namespace Ait.Engine;

/// <summary>Which backends this processor and runtime offer.</summary>
public static class Backends
{
    /// <summary>The backends that can run here, slowest first.</summary>
    public static ImmutableArray<Backend> Supported { get; } = Detect();

    /// <summary>Those of them that run on the processor.</summary>
    internal static ImmutableArray<Backend> OnProcessor => Supported.Remove(Backend.Gpu);

    /// <summary>Whether the backend can run here; <see cref="Backend.Auto"/> always can.</summary>
    public static bool IsSupported(Backend backend) => backend == Backend.Auto || Supported.Contains(backend);

    /// <summary>The backend that runs when this one is asked for.</summary>
    public static Backend Resolve(Backend backend) => backend == Backend.Auto ? Supported[^1] : backend;

    /// <summary>The name of the GPU, or null where there is none.</summary>
    public static string? GpuName => GpuBackend.Device?.Name;

    /// <summary>Why there is no GPU, in words; null if there is one.</summary>
    public static string? GpuAbsence => GpuBackend.Device is null ? GpuBackend.Absence : null;

    /// <summary>Why products of many rows run by kernels of the engine and not by the vendor's library; null where the library does them.</summary>
    public static string? GpuProductsAbsence => GpuBackend.Device is { HasProducts: true } ? null : GpuBackend.Device?.ProductsAbsence ?? GpuAbsence;

    /// <summary>
    /// Takes every model off the GPU, if there is one, so that all of its memory is free. No session may be open; each model is copied there
    /// again at its next use.
    /// </summary>
    public static void FreeGpu()
    {
        if (GpuBackend.Device is { } device)
        {
            GpuBackend.Unload(device);
        }
    }

    /// <summary>The refusal of a backend that cannot run here, or null.</summary>
    internal static EngineRefusal? Check(Backend backend)
    {
        if (IsSupported(backend))
        {
            return null;
        }

        string found = backend == Backend.Gpu ? $"{backend} ({GpuAbsence})" : $"{backend}";
        return new EngineRefusal(EngineRefusalCode.BackendNotSupported, "backend", string.Join(", ", Supported), found);
    }

    internal static Kernels Create(Backend backend) => Resolve(backend) switch
    {
        Backend.Scalar => new ScalarKernels(),
        Backend.Avx2 when Avx2Kernels.IsSupported => new Avx2Kernels(),
        Backend.Avx512 when Avx512Kernels.IsSupported => new Avx512Kernels(),
        Backend.Avx512Vnni when VnniCode.Instance is { } code => new VnniKernels(code),
        Backend.AdvSimd when DotKernels<SignedDot>.IsSupported => new DotKernels<SignedDot>(),
        Backend other => throw new EngineRefusedException(
            Check(other) ?? new EngineRefusal(EngineRefusalCode.BackendNotSupported, "backend", "one that runs on the processor", $"{other}")),
    };

    private static ImmutableArray<Backend> Detect()
    {
        ImmutableArray<Backend> supported = [Backend.Scalar];
        if (Avx2Kernels.IsSupported)
        {
            supported = supported.Add(Backend.Avx2);
        }

        if (Avx512Kernels.IsSupported)
        {
            supported = supported.Add(Backend.Avx512);
        }

        if (VnniCode.Instance is not null)
        {
            supported = supported.Add(Backend.Avx512Vnni);
        }

        if (DotKernels<SignedDot>.IsSupported)
        {
            supported = supported.Add(Backend.AdvSimd);
        }

        // Whether there is a GPU is asked last: it starts a driver.
        return GpuBackend.Device is null ? supported : supported.Add(Backend.Gpu);
    }
}
